/* SPDX-License-Identifier: Apache-2.0 */
/* condition_parse.c - reading a condition. The grammar has two levels, and so have the functions: nothing recurses. */
#include "model/condition_priv.h"

#include <strings.h>

#include "base/macros.h"
#include "model/quote_priv.h"

#define TEXT_MAX 8192  /* octets of a condition */
#define PARTS_MAX 512  /* criteria and values of a condition */
#define OCTETS_MAX 255 /* of a value: what an option holds */
#define NAME_MAX 255   /* of a domain name */
#define WORD_MAX 1024  /* between quotes */
#define EXAMPLE "mac is 02:00:5e:* and vendor-class is \"Microsoft Options\""

struct parser {
	const char *text;
	size_t at; /* <= length of @text */
	unsigned n_parts;
	const struct condition_classes *classes;
	struct arena *arena;
	struct error *error;
};

/* A word of the text, or what stood in quotes; with "*" at its ends taken off. */
struct token {
	struct span octets;
	size_t at; /* where it began */
	bool is_quoted, is_open_before, is_open_behind;
};

static int fail_at(const struct parser *parser, size_t at, const char *problem, const char *example) {
	struct span rest = span_of_text(parser->text + at);
	char quoted[QUOTE_MAX];

	if (rest.len == 0)
		return error_set(parser->error, E_DHCP_INVALID_POLICY_EXPRESSION,
				 "At the end of the condition: %s. A right example: %s", problem, example);
	rest.len = rest.len < 24 ? rest.len : 24;
	return error_set(parser->error, E_DHCP_INVALID_POLICY_EXPRESSION,
			 "At character %zu of the condition, %s: %s. A right example: %s", at + 1,
			 quote(rest, quoted), problem, example);
}

static int fail_parenthesis(const struct parser *parser, size_t at, const char *problem) {
	return error_set(parser->error, E_DHCP_POLICY_BAD_PARENT_EXPR,
			 "At character %zu of the condition: %s. A right example: (%s) or user-class is Kiosk", at + 1,
			 problem, EXAMPLE);
}

static bool is_blank(char letter) {
	return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

/* The next character that is not blank. */
static char peek(struct parser *parser) {
	while (is_blank(parser->text[parser->at]))
		parser->at++;
	return parser->text[parser->at];
}

static struct span word_take(struct parser *parser) {
	const char *start = parser->text + parser->at;
	size_t len = 0;

	while (start[len] && !is_blank(start[len]) && !strchr(",()\"", start[len]))
		len++;
	parser->at += len;
	return span_of(start, len);
}

static bool is_word(struct span word, const char *expected) {
	return word.len == strlen(expected) && strncasecmp((const char *)word.data, expected, word.len) == 0;
}

/* One more criterion or value. */
static int part_count(struct parser *parser) {
	if (++parser->n_parts > PARTS_MAX)
		return fail_at(parser, parser->at, "the condition has too many parts; use a class, or several policies",
			       EXAMPLE);
	return 0;
}

static int quoted_take(struct parser *parser, struct token *token) {
	size_t start = parser->at++, len = 0;
	char octets[WORD_MAX];

	for (; parser->text[parser->at] != '"' && len < sizeof octets; parser->at++) {
		if (parser->text[parser->at] == '\\' && parser->text[parser->at + 1])
			parser->at++;
		if (!parser->text[parser->at])
			return fail_at(parser, start, "the quotation does not end", EXAMPLE);
		octets[len++] = parser->text[parser->at];
	}
	if (len == sizeof octets)
		return fail_at(parser, start, "the quotation is too long", EXAMPLE);
	parser->at++;
	token->octets = span_of(arena_dup(parser->arena, span_of(octets, len)), len);
	token->is_quoted = true;
	return 0;
}

/* Without quotes a "*" at the end is not the word's own. */
static void bare_take(struct parser *parser, struct token *token) {
	token->octets = word_take(parser);
	if (token->octets.len && token->octets.data[token->octets.len - 1] == '*') {
		token->octets.len--;
		token->is_open_behind = true;
	}
}

static int token_take(struct parser *parser, const char *example, struct token *ret_token) {
	struct token token = { .is_open_before = peek(parser) == '*', .at = parser->at };
	int result = 0;

	parser->at += token.is_open_before;
	if (parser->text[parser->at] == '"') {
		result = quoted_take(parser, &token);
		token.is_open_behind = parser->text[parser->at] == '*';
		parser->at += token.is_open_behind;
	} else {
		bare_take(parser, &token);
	}
	if (result < 0)
		return result;
	if (token.octets.len == 0)
		return fail_at(parser, token.at, "a value is missing", example);
	if (token.is_open_before && token.is_open_behind)
		return fail_at(parser, token.at, "\"*\" may stand before or behind a value, not both", example);
	*ret_token = token;
	return 0;
}

/* Hexadecimal; the "*" may have a separator of its own. */
static int hex_read(struct parser *parser, const struct token *token, const char *example,
		    struct condition_value *value) {
	char digits[OCTETS_MAX * 3 + 1];
	uint8_t octets[OCTETS_MAX];
	struct span text = token->octets;

	if (token->is_open_before && strchr(":-", text.data[0]))
		text = span_of(text.data + 1, text.len - 1);
	if (token->is_open_behind && text.len && strchr(":-", text.data[text.len - 1]))
		text.len--;
	if (text.len == 0 || text.len >= sizeof digits)
		return fail_at(parser, token->at, "a value is 1 to 255 octets", example);
	memcpy(digits, text.data, text.len);
	digits[text.len] = '\0';
	if (text_parse_hex(digits, sizeof octets, octets, &value->octets.len) < 0 || value->octets.len == 0)
		return fail_at(parser, token->at, "this is not hexadecimal, and text stands in quotes", example);
	value->octets.data = arena_dup(parser->arena, span_of(octets, value->octets.len));
	return 0;
}

static int octets_read(struct parser *parser, const struct token *token, struct condition_value *value) {
	const char *example = condition_form_example(CONDITION_FORM_OCTETS);

	if (!token->is_quoted)
		return hex_read(parser, token, example, value);
	if (token->octets.len > OCTETS_MAX)
		return fail_at(parser, token->at, "a value is 1 to 255 octets", example);
	value->octets = token->octets;
	return 0;
}

static int address_read(struct parser *parser, const struct token *token, struct condition_value *value) {
	const char *example = condition_form_example(CONDITION_FORM_ADDRESS);
	bool is_open = token->is_open_before || token->is_open_behind;
	int result = 0;

	if (token->is_quoted)
		return fail_at(parser, token->at, "a hardware address is hexadecimal, without quotes", example);
	result = hex_read(parser, token, example, value);
	if (result < 0)
		return result;
	if (is_open && value->octets.len > 5)
		return fail_at(parser, token->at, "with \"*\" a hardware address has 1 to 5 octets", example);
	if (!is_open && value->octets.len != 6)
		return fail_at(parser, token->at, "a hardware address has 6 octets, or fewer and \"*\"", example);
	return 0;
}

static const struct client_class *class_find(const struct condition_classes *classes, struct span name,
					     enum class_kind kind) {
	for (size_t i = 0; i < classes->n_items; i++)
		if (classes->items[i].kind == kind && is_word(name, classes->items[i].name))
			return &classes->items[i];
	return NULL;
}

static int class_read(struct parser *parser, const struct token *token, enum class_kind kind,
		      struct condition_value *value) {
	char quoted[QUOTE_MAX];

	if (token->is_open_before)
		return fail_at(parser, token->at, "\"*\" stands behind the name of a class",
			       condition_form_example(CONDITION_FORM_CLASS));
	value->class = class_find(parser->classes, token->octets, kind);
	if (!value->class)
		return error_set(parser->error, E_DHCP_CLASS_NOT_FOUND,
				 "At character %zu of the condition: there is no %s class called \"%s\". Add it below "
				 "cn=classes, or name one that \"lessorctl class list\" shows.",
				 token->at + 1, kind == CLASS_KIND_USER ? "user" : "vendor",
				 quote(token->octets, quoted));
	value->octets = value->class->data;
	return 0;
}

static int name_read(struct parser *parser, const struct token *token, struct condition_value *value) {
	struct span name = token->octets;

	while (name.len > 1 && name.data[name.len - 1] == '.' && !token->is_open_behind)
		name.len--;
	value->is_single_label = !token->is_quoted && !token->is_open_before && !token->is_open_behind &&
				 is_word(name, condition_word_single_label);
	for (size_t i = 0; i < name.len; i++)
		if (is_blank((char)name.data[i]) || name.data[i] < 0x20 || name.len > NAME_MAX)
			return fail_at(parser, token->at, "this is no domain name",
				       condition_form_example(CONDITION_FORM_NAME));
	value->octets = span_of(arena_dup(parser->arena, name), name.len);
	return 0;
}

static int value_read(struct parser *parser, enum condition_attribute attribute, struct condition_value *value) {
	enum condition_form form = condition_attribute_form(attribute);
	struct token token = { 0 };
	int result = token_take(parser, condition_form_example(form), &token);

	if (result < 0)
		return result;
	value->is_open_before = token.is_open_before;
	value->is_open_behind = token.is_open_behind;
	switch (form) {
	case CONDITION_FORM_OCTETS:
		return octets_read(parser, &token, value);
	case CONDITION_FORM_ADDRESS:
		return address_read(parser, &token, value);
	case CONDITION_FORM_CLASS:
		return class_read(parser, &token,
				  attribute == CONDITION_USER_CLASS ? CLASS_KIND_USER : CLASS_KIND_VENDOR, value);
	case CONDITION_FORM_NAME:
		return name_read(parser, &token, value);
	case CONDITION_FORM_COUNT:
		break;
	}
	assert(false);
	return -E_DHCP_INVALID_POLICY_EXPRESSION;
}

static int values_read(struct parser *parser, struct condition_criterion *criterion) {
	struct condition_value **place = &criterion->values;

	for (;;) {
		int result = part_count(parser);

		*place = arena_new_of(parser->arena, struct condition_value);
		if (result == 0)
			result = value_read(parser, criterion->attribute, *place);
		if (result < 0 || peek(parser) != ',')
			return result;
		parser->at++;
		place = &(*place)->next;
	}
}

static int attribute_read(struct parser *parser, enum condition_attribute *ret_attribute) {
	size_t at = (peek(parser), parser->at);
	struct span word = word_take(parser);
	char names[256];
	struct text text;

	text_init(&text, names, sizeof names);
	text_add(&text, "one of these is to stand here:");
	for (unsigned i = 0; i < CONDITION_ATTRIBUTE_COUNT; i++) {
		if (is_word(word, condition_attribute_name(i))) {
			*ret_attribute = (enum condition_attribute)i;
			return 0;
		}
		text_add(&text, " %s", condition_attribute_name(i));
	}
	return fail_at(parser, at, names, EXAMPLE);
}

static int comparison_read(struct parser *parser, bool *ret_is_not) {
	size_t at = (peek(parser), parser->at);
	struct span word = word_take(parser);

	*ret_is_not = is_word(word, "is-not");
	if (*ret_is_not || is_word(word, "is"))
		return 0;
	return fail_at(parser, at, "\"is\" or \"is-not\" is to stand here", EXAMPLE);
}

static int criterion_read(struct parser *parser, struct condition_criterion **ret_criterion) {
	struct condition_criterion *criterion = arena_new_of(parser->arena, struct condition_criterion);
	int result = part_count(parser);

	*ret_criterion = criterion;
	if (result == 0)
		result = attribute_read(parser, &criterion->attribute);
	if (result == 0)
		result = comparison_read(parser, &criterion->is_not);
	return result == 0 ? values_read(parser, criterion) : result;
}

/* What joins the parts of one level: the same throughout. */
struct joint {
	bool is_known, is_or;
};

/* 1 if a further part follows, 0 if this level ends here. */
static int joint_read(struct parser *parser, struct joint *joint) {
	char next = peek(parser);
	size_t at = parser->at;
	struct span word;
	bool is_or;

	if (!next || next == ')')
		return 0;
	word = word_take(parser);
	is_or = is_word(word, "or");
	if (!is_or && !is_word(word, "and"))
		return fail_at(parser, at, "\"and\" or \"or\" is to stand here, or a comma before a further value",
			       EXAMPLE);
	if (joint->is_known && joint->is_or != is_or)
		return fail_at(parser, at, "\"and\" and \"or\" are mixed; put what belongs together in parentheses",
			       "(mac is 02:00:5e:* or mac is 02:00:5f:*) and user-class is Kiosk");
	*joint = (struct joint){ .is_known = true, .is_or = is_or };
	return 1;
}

/* Which attributes one level asks about, and how. */
struct level {
	bool is_seen[CONDITION_ATTRIBUTE_COUNT], is_not[CONDITION_ATTRIBUTE_COUNT];
};

/* Windows does not join "is" and "is-not" of one attribute; nor do we, so that a condition has its like there. */
static int level_add(struct parser *parser, struct level *level, const struct condition_criterion *criterion) {
	enum condition_attribute attribute = criterion->attribute;

	if (level->is_seen[attribute] && level->is_not[attribute] != criterion->is_not)
		return error_set(parser->error, E_DHCP_INVALID_POLICY_EXPRESSION,
				 "The condition asks \"is\" and \"is-not\" of %s on one level; make two policies of it, "
				 "the narrower one first. A right example: %s",
				 condition_attribute_name(attribute), EXAMPLE);
	level->is_seen[attribute] = true;
	level->is_not[attribute] = criterion->is_not;
	return 0;
}

static int group_check(struct parser *parser, const struct condition_group *group) {
	struct level level = { 0 };
	int result = 0;

	for (const struct condition_criterion *criterion = group->criteria; criterion && result == 0;
	     criterion = criterion->next)
		result = level_add(parser, &level, criterion);
	return result;
}

/* The criteria of the top level are the groups of one. */
static int condition_check(struct parser *parser, const struct condition *condition) {
	struct level level = { 0 };
	int result = 0;

	for (const struct condition_group *group = condition->groups; group && result == 0; group = group->next)
		if (!group->criteria->next)
			result = level_add(parser, &level, group->criteria);
	return result;
}

/* Between parentheses. */
static int criteria_read(struct parser *parser, size_t opened_at, struct condition_group *group) {
	struct condition_criterion **place = &group->criteria;
	struct joint joint = { 0 };
	int result;

	do {
		if (peek(parser) == '(')
			return fail_at(parser, parser->at, "parentheses stand one level deep",
				       "(" EXAMPLE ") or user-class is Kiosk");
		result = criterion_read(parser, place);
		place = &(*place)->next;
		if (result == 0)
			result = joint_read(parser, &joint);
	} while (result > 0);
	if (result < 0)
		return result;
	if (peek(parser) != ')')
		return fail_parenthesis(parser, opened_at, "this parenthesis is not closed");
	parser->at++;
	group->is_or = joint.is_or;
	return group_check(parser, group);
}

static int group_read(struct parser *parser, struct condition_group **ret_group) {
	struct condition_group *group = arena_new_of(parser->arena, struct condition_group);

	*ret_group = group;
	if (peek(parser) != '(')
		return criterion_read(parser, &group->criteria);
	parser->at++;
	return criteria_read(parser, parser->at - 1, group);
}

static int groups_read(struct parser *parser, struct condition *condition) {
	struct condition_group **place = &condition->groups;
	struct joint joint = { 0 };
	int result;

	do {
		result = group_read(parser, place);
		place = &(*place)->next;
		if (result == 0)
			result = joint_read(parser, &joint);
	} while (result > 0);
	if (result < 0)
		return result;
	if (peek(parser) == ')')
		return fail_parenthesis(parser, parser->at, "no parenthesis is open that this one could close");
	condition->is_or = joint.is_or;
	return condition_check(parser, condition);
}

/* Parentheses round the whole say nothing. */
static void parentheses_drop(struct condition *condition, struct arena *arena) {
	struct condition_group *group = condition->groups;

	if (group->next || !group->criteria->next)
		return;
	condition->is_or = group->is_or;
	group->is_or = false;
	for (; group->criteria->next; group = group->next) {
		group->next = arena_new_of(arena, struct condition_group);
		group->next->criteria = TAKE_POINTER(group->criteria->next);
	}
}

int condition_parse(const char *text, const struct condition_classes *classes, struct arena *arena,
		    struct condition **ret_condition, struct error *reterr_error) {
	struct parser parser = { .text = text, .classes = classes, .arena = arena, .error = reterr_error };
	struct condition *condition = arena_new_of(arena, struct condition);
	int result;

	if (strlen(text) > TEXT_MAX)
		return error_set(reterr_error, E_DHCP_INVALID_POLICY_EXPRESSION,
				 "The condition is longer than %d characters; use a class, or several policies.",
				 TEXT_MAX);
	result = groups_read(&parser, condition);
	if (result < 0)
		return result;
	parentheses_drop(condition, arena);
	*ret_condition = condition;
	return 0;
}
