/* SPDX-License-Identifier: Apache-2.0 */
#include "model/assignment.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "model/quote_priv.h"

#define NAME_SIZE 1024     /* of a class or option, longer than any that an entry can have */
#define VENDOR_VALUE_MAX 255 /* octets: inside option 43 a value is not split */
#define MISSPELLED_MAX 64  /* octets of a name that is worth comparing */
#define CANDIDATES_MAX 256 /* names that are compared with a wrong one; far more than anybody defines */

/* For a "did you mean". */
struct candidates {
	const char *names[CANDIDATES_MAX + 1];
	size_t n_names;
};

static void candidates_add(struct candidates *candidates, const char *name) {
	if (candidates->n_names < CANDIDATES_MAX)
		candidates->names[candidates->n_names++] = name;
}

static int refuse(const char *what, const char *name, const struct candidates *candidates, enum error_code code,
		  struct error *reterr_error) {
	const char *nearest = strlen(name) <= MISSPELLED_MAX ? text_nearest(name, candidates->names) : NULL;
	char quoted[QUOTE_MAX], meant[QUOTE_MAX];

	quote(span_of_text(name), quoted);
	if (nearest)
		return error_set(reterr_error, code, "there is no %s \"%s\"; did you mean \"%s\"?", what, quoted,
				 quote(span_of_text(nearest), meant));
	return error_set(reterr_error, code, "there is no %s \"%s\"; define it first, or name another one", what, quoted);
}

static int find_class(const struct snapshot *snapshot, const char *name, enum class_kind kind,
		      const struct client_class **ret_class, struct error *reterr_error) {
	const char *what = kind == CLASS_KIND_USER ? "user class" : "vendor class";
	const struct client_class *class = snapshot_class_find(snapshot, name);
	struct candidates candidates = { .n_names = 0 };
	char quoted[QUOTE_MAX];

	if (class && class->kind == kind) {
		*ret_class = class;
		return 0;
	}
	if (class)
		return error_set(reterr_error, E_DHCP_CLASS_NOT_FOUND, "the class \"%s\" is not a %s; name one that is",
				 quote(span_of_text(name), quoted), what);
	for (size_t i = 0; i < snapshot->n_classes; i++)
		if (snapshot->classes[i].kind == kind)
			candidates_add(&candidates, snapshot->classes[i].name);
	return refuse(what, name, &candidates, E_DHCP_CLASS_NOT_FOUND, reterr_error);
}

/* If "[@word:CLASS]" stands at *@text, go behind it and look CLASS up. */
static int take_class(const struct snapshot *snapshot, const char **text, enum class_kind kind,
		      const struct client_class **ret_class, struct error *reterr_error) {
	const char *mark = kind == CLASS_KIND_USER ? "[user:" : "[vendor:", *start, *end;
	char name[NAME_SIZE], quoted[QUOTE_MAX];

	if (strncasecmp(*text, mark, strlen(mark)) != 0)
		return 0;
	start = *text + strlen(mark);
	end = strchr(start, ']');
	if (!end || (size_t)(end - start) >= sizeof name)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the bracket of \"%s\" is not closed behind the name of a class; write for example "
				 "[user:Kiosk]routers=10.0.0.1",
				 quote(span_of_text(*text), quoted));
	memcpy(name, start, (size_t)(end - start));
	name[end - start] = '\0';
	*text = end + 1;
	return find_class(snapshot, name, kind, ret_class, reterr_error);
}

static void take_definition(struct option_reference *option, const struct option_definition *definition) {
	option->code = definition->code;
	option->type = definition->type;
	option->name = definition->name;
	option->is_built_in = !*definition->dn;
}

static void take_standard(struct option_reference *option, const struct option_info *info) {
	option->code = info->code;
	option->type = info->type;
	option->name = info->name;
	option->is_built_in = true;
}

/* What is known of @code; what nobody has defined takes hexadecimal. */
static void take_code(const struct snapshot *snapshot, uint8_t code, struct option_reference *option) {
	const struct option_definition *definition = snapshot_definition_get(snapshot, option->vendor_class, code);
	const struct option_info *info = option->vendor_class ? NULL : option_info_get(code);

	option->code = code;
	option->type = OPTION_TYPE_HEX;
	if (definition)
		take_definition(option, definition);
	else if (info)
		take_standard(option, info);
}

/* The first option of a vendor class that is called @name, or NULL. */
static const struct option_definition *find_of_any_class(const struct snapshot *snapshot, const char *name) {
	for (size_t i = 0; i < snapshot->n_definitions; i++) {
		const struct option_definition *definition = &snapshot->definitions[i];

		if (definition->vendor_class && is_text_equal_nocase(definition->name, name))
			return definition;
	}
	return NULL;
}

static int refuse_without_class(const struct option_definition *definition, struct error *reterr_error) {
	char quoted[QUOTE_MAX], class[QUOTE_MAX];

	return error_set(reterr_error, E_DHCP_OPTION_NOT_PRESENT,
			 "the option \"%s\" is one of the vendor class \"%s\"; name that class with it",
			 quote(span_of_text(definition->name), quoted),
			 quote(span_of_text(definition->vendor_class->name), class));
}

static int refuse_option(const struct snapshot *snapshot, const struct option_reference *option, const char *name,
			 struct error *reterr_error) {
	const struct option_definition *definition;
	struct candidates candidates = { .n_names = 0 };
	const struct option_info *info;
	char what[QUOTE_MAX + 64] = "option", quoted[QUOTE_MAX];

	for (size_t i = 0; i < snapshot->n_definitions; i++)
		if (snapshot->definitions[i].vendor_class == option->vendor_class)
			candidates_add(&candidates, snapshot->definitions[i].name);
	for (size_t i = 0; !option->vendor_class && (info = option_info_at(i)); i++)
		candidates_add(&candidates, info->name);
	definition = option->vendor_class ? NULL : find_of_any_class(snapshot, name);
	if (definition)
		return refuse_without_class(definition, reterr_error);
	if (option->vendor_class)
		snprintf(what, sizeof what, "option of the vendor class \"%s\" called",
			 quote(span_of_text(option->vendor_class->name), quoted));
	return refuse(what, name, &candidates, E_DHCP_OPTION_NOT_PRESENT, reterr_error);
}

static int find_option(const struct snapshot *snapshot, const char *name, struct option_reference *option,
		       struct error *reterr_error) {
	const struct option_definition *definition = snapshot_definition_find(snapshot, option->vendor_class, name);
	const struct option_info *info = option->vendor_class ? NULL : option_info_find(name);
	uint64_t code;

	if (definition)
		take_definition(option, definition);
	else if (info)
		take_standard(option, info);
	else if (text_parse_u64(name, OPTION_CODE_MAX, &code) == 0 && code >= OPTION_CODE_MIN)
		take_code(snapshot, (uint8_t)code, option);
	else
		return refuse_option(snapshot, option, name, reterr_error);
	if (option->vendor_class && !option->name)
		return refuse_option(snapshot, option, name, reterr_error);
	return 0;
}

int option_reference_parse(const struct snapshot *snapshot, const char *text, struct option_reference *ret_option,
			   const char **ret_rest, struct error *reterr_error) {
	struct option_reference option = { 0 };
	char name[NAME_SIZE];
	size_t len;
	int r;

	r = take_class(snapshot, &text, CLASS_KIND_VENDOR, &option.vendor_class, reterr_error);
	if (r == 0)
		r = take_class(snapshot, &text, CLASS_KIND_USER, &option.user_class, reterr_error);
	if (r < 0)
		return r;
	if (*text == '[')
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "\"%s\" begins with a bracket that says nothing; write [vendor:CLASS], then [user:CLASS], then the option",
				 quote(span_of_text(text), name));
	len = strcspn(text, "=");
	snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), text);
	r = find_option(snapshot, name, &option, reterr_error);
	if (r < 0)
		return r;
	*ret_option = option;
	*ret_rest = text + len;
	return 0;
}

struct option_reference option_reference_of(const struct snapshot *snapshot, const struct client_class *user_class,
					    const struct client_class *vendor_class, uint8_t code) {
	struct option_reference option = { .user_class = user_class, .vendor_class = vendor_class };

	take_code(snapshot, code, &option);
	return option;
}

void option_reference_format(const struct option_reference *option, struct text *text) {
	if (option->vendor_class)
		text_add(text, "[vendor:%s]", option->vendor_class->name);
	if (option->user_class)
		text_add(text, "[user:%s]", option->user_class->name);
	if (option->name)
		text_add(text, "%s", option->name);
	else
		text_add(text, "%u", option->code);
}

static bool is_managed(const struct option_reference *option) {
	const struct option_info *info = option->vendor_class ? NULL : option_info_get(option->code);

	return info && info->flags & OPTION_FLAG_MANAGED;
}

static int parse_value(const struct option_reference *option, const char *value, struct assignment *assignment,
		       struct error *reterr_error) {
	size_t max = option->vendor_class ? VENDOR_VALUE_MAX : sizeof assignment->octets;
	char array[QUOTE_MAX], quoted[QUOTE_MAX];
	struct text name;
	int r;

	r = option_value_parse(option->type, value, max, assignment->octets, &assignment->len, reterr_error);
	if (r < 0 && reterr_error) {
		text_init(&name, array, sizeof array);
		option_reference_format(option, &name);
		error_prefix(reterr_error, "option %s", quote(span_of(array, name.len), quoted));
	}
	return r;
}

int assignment_parse(const struct snapshot *snapshot, const char *text, struct assignment *ret_assignment,
		     struct error *reterr_error) {
	struct option_reference option;
	const char *rest = "";
	int r = 0;

	if (strchr(text, '='))
		r = option_reference_parse(snapshot, text, &option, &rest, reterr_error);
	if (r < 0)
		return r;
	if (*rest != '=')
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "an option is written NAME=VALUE or CODE=VALUE, for example routers=10.0.0.1");
	if (is_managed(&option))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "option %s is filled in by the server itself; remove the value", option.name);
	r = parse_value(&option, rest + 1, ret_assignment, reterr_error);
	if (r == 0)
		ret_assignment->option = option;
	return r;
}

void assignment_format(const struct option_reference *option, struct span octets, struct text *text) {
	option_reference_format(option, text);
	text_add(text, "=");
	option_type_format(option->type, octets, text);
}
