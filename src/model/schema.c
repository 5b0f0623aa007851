/* SPDX-License-Identifier: Apache-2.0 */
#include "model/schema.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "model/quote_priv.h"

#define NAME_MAX_LEN 64

#define IS_SINGLE true
#define IS_MULTI false
#define IS_MUST true
#define IS_MAY false

static const struct schema_attribute_info attributes[] = {
#define SCHEMA_ATTRIBUTE(symbol, name, oid, syntax, valued, prose) { name, oid, SYNTAX_##syntax, IS_##valued, prose },
#include "model/schema.def"
};

static const struct schema_class_info classes[] = {
#define SCHEMA_CLASS(symbol, name, oid, ad_superiors, prose) { name, oid, ad_superiors, prose },
#include "model/schema.def"
};

static const struct setting_info settings[] = {
#define SETTING(symbol, attribute, kind, minimum, maximum, fallback, levels, refusal, prose)                           \
	{ ATTRIBUTE_##attribute, SETTING_##kind, minimum, maximum, fallback, levels, E_##refusal, prose },
#include "model/schema.def"
};

static const struct {
	enum setting setting;
	uint64_t value;
	const char *word;
} setting_words[] = {
#define SETTING_WORD(setting, symbol, number, word) { SETTING_##setting, number, word },
#include "model/schema.def"
};

/* A setting makes one row for each class; those at whose level it may not stand are not present. */
static const struct {
	struct schema_use_info use;
	bool is_present;
} uses[] = {
#define SCHEMA_USE(class_, attribute, need) { { CLASS_##class_, ATTRIBUTE_##attribute, IS_##need }, true },
#define USE_OF_SETTING(class_, attribute, levels)                                                                      \
	{ { CLASS_##class_, ATTRIBUTE_##attribute, false }, ((levels)&LEVEL_##class_) != 0 },
#define SETTING(symbol, attribute, kind, minimum, maximum, fallback, levels, ...)                                      \
	USE_OF_SETTING(ROOT, attribute, levels)                                                                        \
	USE_OF_SETTING(SITE, attribute, levels)                                                                        \
	USE_OF_SETTING(SERVER, attribute, levels)                                                                      \
	USE_OF_SETTING(SCOPE, attribute, levels)                                                                       \
	USE_OF_SETTING(POLICY, attribute, levels)                                                                      \
	USE_OF_SETTING(RESERVATION, attribute, levels)
#include "model/schema.def"
};

const struct schema_attribute_info *schema_attribute_get(enum schema_attribute attribute) {
	assert(attribute < ATTRIBUTE_COUNT);
	return &attributes[attribute];
}

const struct schema_class_info *schema_class_get(enum schema_class class) {
	assert(class < CLASS_COUNT);
	return &classes[class];
}

const struct setting_info *setting_get(enum setting setting) {
	assert(setting < SETTING_COUNT);
	return &settings[setting];
}

const struct schema_use_info *schema_use_at(size_t index) {
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (uses[i].is_present && index-- == 0)
			return &uses[i].use;
	return NULL;
}

enum schema_class schema_class_find(const char *name) {
	unsigned class = 0;

	while (class < CLASS_COUNT && !is_text_equal_nocase(classes[class].name, name))
		class ++;
	return (enum schema_class) class;
}

unsigned schema_class_level(enum schema_class class) {
	switch (class) {
	case CLASS_ROOT:
		return LEVEL_ROOT;
	case CLASS_SITE:
		return LEVEL_SITE;
	case CLASS_SERVER:
		return LEVEL_SERVER;
	case CLASS_SCOPE:
		return LEVEL_SCOPE;
	case CLASS_POLICY:
		return LEVEL_POLICY;
	case CLASS_RESERVATION:
		return LEVEL_RESERVATION;
	case CLASS_DHCP_CLASS:
	case CLASS_CLIENT_CLASS:
	case CLASS_DEFINITION:
	case CLASS_COUNT:
		break;
	}
	return 0;
}

/* @name: what to call the setting in the error's sentence. */
static int parse_choice(enum setting setting, const char *name, const char *text, uint64_t *ret_value,
			struct error *reterr_error) {
	char quoted[QUOTE_MAX], expected[QUOTE_MAX];
	struct text list;

	text_init(&list, expected, sizeof expected);
	for (size_t i = 0; i < ARRAY_LEN(setting_words); i++) {
		if (setting_words[i].setting != setting)
			continue;
		if (is_text_equal_nocase(setting_words[i].word, text)) {
			*ret_value = setting_words[i].value;
			return 0;
		}
		text_add(&list, "%s%s", list.len ? " or " : "", setting_words[i].word);
	}
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s is \"%s\"; write %s", name,
			 quote(span_of_text(text), quoted), expected);
}

int setting_parse(enum setting setting, const char *text, uint64_t *ret_value, struct error *reterr_error) {
	const struct setting_info *info = setting_get(setting);
	char quoted[QUOTE_MAX];
	uint64_t value;

	if (info->kind == SETTING_CHOICE)
		return parse_choice(setting, attributes[info->attribute].name, text, ret_value, reterr_error);
	if (text_parse_u64(text, info->maximum, &value) < 0 || value < info->minimum)
		return error_set(reterr_error, info->refusal, "%s is \"%s\"; write a number%s from %" PRIu64 " to %" PRIu64,
				 attributes[info->attribute].name, quote(span_of_text(text), quoted),
				 info->kind == SETTING_DURATION ? " of seconds" : "", info->minimum, info->maximum);
	*ret_value = value;
	return 0;
}

void setting_format(enum setting setting, uint64_t value, struct text *text) {
	for (size_t i = 0; i < ARRAY_LEN(setting_words); i++)
		if (setting_words[i].setting == setting && setting_words[i].value == value) {
			text_add(text, "%s", setting_words[i].word);
			return;
		}
	text_add(text, "%" PRIu64, value);
}

/* The settings' attributes are Lessor's own, all of which begin so. */
static const char *name_behind_prefix(enum setting setting) {
	return attributes[setting_get(setting)->attribute].name + strlen("lessor");
}

void setting_add_name(enum setting setting, struct text *text) {
	text_add_hyphenated(text, name_behind_prefix(setting));
}

/* True if @word is @name, which has no hyphens. */
static bool is_name_meant(const char *name, const char *word) {
	char plain[NAME_MAX_LEN];
	size_t len = 0;

	for (; *word && len + 1 < sizeof plain; word++)
		if (*word != '-')
			plain[len++] = *word;
	plain[len] = '\0';
	return !*word && is_text_equal_nocase(plain, name);
}

enum setting setting_find(const char *name) {
	unsigned setting = 0;

	while (setting < SETTING_COUNT && !is_name_meant(name_behind_prefix((enum setting)setting), name) &&
	       !is_name_meant(attributes[settings[setting].attribute].name, name))
		setting++;
	return (enum setting)setting;
}

int setting_read(enum setting setting, const char *text, uint64_t *ret_value, struct error *reterr_error) {
	char words[NAME_MAX_LEN], least_words[32], most_words[32], quoted[QUOTE_MAX];
	const struct setting_info *info = setting_get(setting);
	struct text name, least, most;
	uint64_t value;

	text_init(&name, words, sizeof words);
	setting_add_name(setting, &name);
	if (info->kind == SETTING_CHOICE)
		return parse_choice(setting, name.data, text, ret_value, reterr_error);
	if (info->kind == SETTING_NUMBER)
		return setting_parse(setting, text, ret_value, reterr_error);
	if (text_parse_duration(text, info->maximum, &value) == 0 && value >= info->minimum) {
		*ret_value = value;
		return 0;
	}
	text_init(&least, least_words, sizeof least_words);
	text_add_duration(&least, info->minimum);
	text_init(&most, most_words, sizeof most_words);
	text_add_duration(&most, info->maximum);
	return error_set(reterr_error, info->refusal,
			 "%s is \"%s\"; write a time from %s to %s, such as 3d, 1h30m or a number of seconds", name.data,
			 quote(span_of_text(text), quoted), least.data, most.data);
}
