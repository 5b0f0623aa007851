/* SPDX-License-Identifier: Apache-2.0 */
/* condition.c - conditions as they are asked of a client, and written. */
#include "model/condition_priv.h"

#include <strings.h>

#include "model/client_class.h"

const char condition_word_single_label[] = "single-label";

static const struct {
	const char *name;
	enum condition_form form;
} attributes[CONDITION_ATTRIBUTE_COUNT] = {
#define CONDITION_ATTRIBUTE(symbol, name, form, source, description)                                                   \
	[CONDITION_##symbol] = { name, CONDITION_FORM_##form },
#include "model/condition.def"
};

const char *condition_attribute_name(enum condition_attribute attribute) {
	return attributes[attribute].name;
}

enum condition_form condition_attribute_form(enum condition_attribute attribute) {
	return attributes[attribute].form;
}

const char *condition_form_example(enum condition_form form) {
	static const char *const examples[CONDITION_FORM_COUNT] = {
#define CONDITION_FORM(symbol, example, description) [CONDITION_FORM_##symbol] = example,
#include "model/condition.def"
	};

	return examples[form];
}

static bool is_piece_equal(const uint8_t *octets, struct span piece, enum condition_form form) {
	if (form == CONDITION_FORM_NAME)
		return strncasecmp((const char *)octets, (const char *)piece.data, piece.len) == 0;
	return memcmp(octets, piece.data, piece.len) == 0;
}

static bool is_value_met(const struct condition_value *value, enum condition_form form, struct span shown) {
	if (value->is_single_label)
		return shown.len && !memchr(shown.data, '.', shown.len);
	if (shown.len < value->octets.len)
		return false;
	if (value->is_open_behind)
		return is_piece_equal(shown.data, value->octets, form);
	if (value->is_open_before)
		return is_piece_equal(shown.data + shown.len - value->octets.len, value->octets, form);
	return shown.len == value->octets.len && is_piece_equal(shown.data, value->octets, form);
}

static bool is_any_value_met(const struct condition_criterion *criterion, struct span shown) {
	enum condition_form form = attributes[criterion->attribute].form;

	for (const struct condition_value *value = criterion->values; value; value = value->next)
		if (is_value_met(value, form, shown))
			return true;
	return false;
}

/* Option 77 is the name of one class, or a list of names (RFC 3004). */
static bool is_any_user_class_met(const struct condition_criterion *criterion, struct span shown) {
	struct span item;

	if (is_any_value_met(criterion, shown))
		return true;
	if (!is_user_class_list(shown))
		return false;
	while (user_class_next(&shown, &item))
		if (is_any_value_met(criterion, item))
			return true;
	return false;
}

static bool is_criterion_met(const struct condition_criterion *criterion, const struct condition_subject *subject) {
	struct span shown = subject->values[criterion->attribute];

	if (!shown.data)
		return criterion->is_not;
	if (criterion->attribute == CONDITION_USER_CLASS)
		return is_any_user_class_met(criterion, shown) != criterion->is_not;
	return is_any_value_met(criterion, shown) != criterion->is_not;
}

static bool is_group_met(const struct condition_group *group, const struct condition_subject *subject) {
	for (const struct condition_criterion *criterion = group->criteria; criterion; criterion = criterion->next)
		if (is_criterion_met(criterion, subject) == group->is_or)
			return group->is_or;
	return !group->is_or;
}

bool is_condition_met(const struct condition *condition, const struct condition_subject *subject) {
	for (const struct condition_group *group = condition->groups; group; group = group->next)
		if (is_group_met(group, subject) == condition->is_or)
			return condition->is_or;
	return !condition->is_or;
}

bool is_condition_about(const struct condition *condition, enum condition_attribute attribute) {
	for (const struct condition_group *group = condition->groups; group; group = group->next)
		for (const struct condition_criterion *criterion = group->criteria; criterion;
		     criterion = criterion->next)
			if (criterion->attribute == attribute)
				return true;
	return false;
}

static void quoted_add(struct text *text, const char *octets, size_t len) {
	text_add(text, "\"");
	for (size_t i = 0; i < len; i++)
		text_add(text, octets[i] == '"' || octets[i] == '\\' ? "\\%c" : "%c", octets[i]);
	text_add(text, "\"");
}

/* True if @word means itself without quotes. */
static bool is_bare(const char *word, size_t len) {
	for (size_t i = 0; i < len; i++)
		if (strchr(" \t\r\n,()\"*\\", word[i]))
			return false;
	return len != strlen(condition_word_single_label) ||
	       strncasecmp(word, condition_word_single_label, len) != 0;
}

static void word_add(struct text *text, const char *word, size_t len) {
	if (is_bare(word, len))
		text_add(text, "%.*s", (int)len, word);
	else
		quoted_add(text, word, len);
}

static bool is_printable(struct span octets) {
	for (size_t i = 0; i < octets.len; i++)
		if (octets.data[i] < 0x20 || octets.data[i] > 0x7e)
			return false;
	return true;
}

static void hex_add(struct text *text, const struct condition_value *value) {
	text_add(text, "%s", value->is_open_before ? "*:" : "");
	text_add_hex(text, value->octets, ':');
	text_add(text, "%s", value->is_open_behind ? ":*" : "");
}

static void value_add(struct text *text, enum condition_form form, const struct condition_value *value) {
	const char *octets = (const char *)value->octets.data;

	if (form == CONDITION_FORM_ADDRESS || (form == CONDITION_FORM_OCTETS && !is_printable(value->octets))) {
		hex_add(text, value);
		return;
	}
	text_add(text, "%s", value->is_open_before ? "*" : "");
	if (value->is_single_label)
		text_add(text, "%s", condition_word_single_label);
	else if (form == CONDITION_FORM_CLASS)
		word_add(text, value->class->name, strlen(value->class->name));
	else if (form == CONDITION_FORM_NAME)
		word_add(text, octets, value->octets.len);
	else
		quoted_add(text, octets, value->octets.len);
	text_add(text, "%s", value->is_open_behind ? "*" : "");
}

static void criterion_add(struct text *text, const struct condition_criterion *criterion) {
	text_add(text, "%s %s ", attributes[criterion->attribute].name, criterion->is_not ? "is-not" : "is");
	for (const struct condition_value *value = criterion->values; value; value = value->next) {
		value_add(text, attributes[criterion->attribute].form, value);
		text_add(text, "%s", value->next ? ", " : "");
	}
}

static const char *operator_of(bool is_or) {
	return is_or ? " or " : " and ";
}

static void group_add(struct text *text, const struct condition_group *group) {
	bool has_several = group->criteria->next;

	text_add(text, "%s", has_several ? "(" : "");
	for (const struct condition_criterion *criterion = group->criteria; criterion; criterion = criterion->next) {
		criterion_add(text, criterion);
		text_add(text, "%s", criterion->next ? operator_of(group->is_or) : "");
	}
	text_add(text, "%s", has_several ? ")" : "");
}

void condition_format(const struct condition *condition, struct text *text) {
	for (const struct condition_group *group = condition->groups; group; group = group->next) {
		group_add(text, group);
		text_add(text, "%s", group->next ? operator_of(condition->is_or) : "");
	}
}
