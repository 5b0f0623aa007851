/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h - access to the rows of schema.def: attributes, classes, settings. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

enum schema_syntax {
	SYNTAX_TEXT,
	SYNTAX_EXACT,
	SYNTAX_ASCII,
	SYNTAX_INTEGER,
	SYNTAX_NAME,
	SYNTAX_INTEGER8,
	SYNTAX_ENUM,
	SYNTAX_BYTES,
	SYNTAX_PRINTABLE,
};

enum schema_attribute {
#define SCHEMA_ATTRIBUTE(symbol, ...) ATTRIBUTE_##symbol,
#include "model/schema.def"
	ATTRIBUTE_COUNT
};

enum schema_class {
#define SCHEMA_CLASS(symbol, ...) CLASS_##symbol,
#include "model/schema.def"
	CLASS_COUNT
};

/* Levels at which options and settings stand, widest first; bits, so that a row can name several. */
enum schema_level {
	LEVEL_ROOT = 1,
	LEVEL_SITE = 2,
	LEVEL_SERVER = 4,
	LEVEL_SCOPE = 8,
	LEVEL_POLICY = 16, /* which stands at one of the levels above */
	LEVEL_RESERVATION = 32,
};

enum setting_kind { SETTING_DURATION, SETTING_NUMBER, SETTING_CHOICE };

enum setting {
#define SETTING(symbol, ...) SETTING_##symbol,
#include "model/schema.def"
	SETTING_COUNT
};

/* Values of settings that are a choice: START_WITHOUT_DIRECTORY_REFUSE and so on. */
enum {
#define SETTING_WORD(setting, symbol, number, word) setting##_##symbol = number,
#include "model/schema.def"
};

/* Lifetime of all rows: static. */
struct schema_attribute_info {
	const char *name;
	const char *oid; /* "" for a standard attribute */
	enum schema_syntax syntax;
	bool is_single;
	const char *prose;
};

struct schema_class_info {
	const char *name;
	const char *oid;
	const char *ad_superiors; /* separated by '|' */
	const char *prose;
};

struct schema_use_info {
	enum schema_class class;
	enum schema_attribute attribute;
	bool is_must;
};

struct setting_info {
	enum schema_attribute attribute;
	enum setting_kind kind;
	uint64_t minimum, maximum, fallback;
	unsigned levels;
	enum error_code refusal; /* of a value out of bounds */
	const char *prose;
};

/* Borrow a row. */
const struct schema_attribute_info *schema_attribute_get(enum schema_attribute attribute);
const struct schema_class_info *schema_class_get(enum schema_class class);
const struct setting_info *setting_get(enum setting setting);

/* Borrow the use at @index, or NULL past the end. Uses that settings imply are included. */
const struct schema_use_info *schema_use_at(size_t index);

/* The class whose LDAP name is @name (without regard to case); CLASS_COUNT if none. */
enum schema_class schema_class_find(const char *name);

/* The level at which entries of @class stand; 0 for a class that carries no options. */
unsigned schema_class_level(enum schema_class class);

/* Read a setting's value as it stands in the directory. 0, or -E_INVALID_PARAMETER with what is expected. */
int setting_parse(enum setting setting, const char *text, uint64_t *ret_value, struct error *reterr_error);

/* Add a setting's value in the form in which it stands in the directory. */
void setting_format(enum setting setting, uint64_t value, struct text *text);

/* Add the name by which people call a setting: that of its attribute without "lessor", "authority-hold". */
void setting_add_name(enum setting setting, struct text *text);

/* The setting that people call @name; SETTING_COUNT if none. The attribute's name will do as well, and neither case nor
 * hyphens count. */
enum setting setting_find(const char *name);

/* Read a value as people write it: "3d", "1h30m", "90", "off". 0, or -E_INVALID_PARAMETER with what is expected. */
int setting_read(enum setting setting, const char *text, uint64_t *ret_value, struct error *reterr_error);
