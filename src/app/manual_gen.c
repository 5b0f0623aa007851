/* SPDX-License-Identifier: Apache-2.0 */
/* manual_gen - fill a document's tables from the tables of the program.
 *
 * manual_gen FILE prints FILE. Whatever stands between a line with "table: NAME" and one with "end of table" is
 * replaced by the table NAME, made from a .def file. Man pages are built so from docs/man/NAME.in; for what is checked
 * in as it is read (docs/NAME.md, include/lessor/errors.h) a test compares the file with this program's output.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/manual_authority.h"
#include "app/manual_decision.h"
#include "base/counter.h"
#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "base/text.h"
#include "model/class_data.h"
#include "model/schema.h"
#include "model/snapshot.h"

#define LINE_MAX_BYTES 4096

struct column_row {
	const char *cells[6];
};

#define KIND_TEXT "text", ""
#define KIND_PATH "path", ""
#define KIND_LIST "word ...", ""
#define KIND_DURATION(least, most) "time", "From " #least "s to " #most "s."
#define KIND_CHOICE(words) "word", words

static const struct column_row config_rows[] = {
#define CONFIG(symbol, section, key, kind, fallback, description)                                                      \
	{ { section, key, KIND_##kind, fallback, description } },
#include "rt/config.def"
#undef CONFIG
};

static const struct column_row lease_member_rows[] = {
#define LEASE_MEMBER(symbol, key, kind, description) { { key, description } },
#include "model/lease_member.def"
#undef LEASE_MEMBER
};

static const struct column_row drop_rows[] = {
#define DROP(symbol, name, description) { { name, description } },
#include "engine/drop.def"
#undef DROP
};

static const struct column_row counter_rows[] = {
#define COUNTER(symbol, name, description) { { name, description } },
#include "base/counter.def"
#undef COUNTER
};

static const struct column_row event_rows[] = {
#define EVENT_ROW(symbol, severity, windows_id, audit_code, text, explanation)                                         \
	{ { #symbol, #severity, #windows_id, #audit_code, text, explanation } },
#include "base/event.def"
#undef EVENT_ROW
};

static const struct column_row role_rows[] = {
#define ROLE(symbol, name, run, descriptors, sandbox, patience, description) { { name, description } },
#include "rt/role.def"
#undef ROLE
};

static const struct column_row attribute_rows[] = {
#define SCHEMA_ATTRIBUTE(symbol, name, oid, syntax, values, prose) { { name, #syntax, #values, oid, prose } },
#include "model/schema.def"
};

static const struct column_row class_rows[] = {
#define SCHEMA_CLASS(symbol, name, oid, superiors, prose) { { #symbol, name, oid, superiors, prose } },
#include "model/schema.def"
};

/* Uses name classes and attributes by symbol; these find their rows. */
enum class_index {
#define SCHEMA_CLASS(symbol, ...) CLASS_INDEX_##symbol,
#include "model/schema.def"
};

enum attribute_index {
#define SCHEMA_ATTRIBUTE(symbol, ...) ATTRIBUTE_INDEX_##symbol,
#include "model/schema.def"
};

static const struct use_row {
	unsigned class_index, attribute_index;
	const char *how;
} use_rows[] = {
#define SCHEMA_USE(class, attribute, how) { CLASS_INDEX_##class, ATTRIBUTE_INDEX_##attribute, #how },
#include "model/schema.def"
};

static const struct setting_row {
	const char *name;
	unsigned attribute_index;
	enum setting_kind kind;
	uint64_t minimum, maximum, fallback;
	unsigned levels;
	const char *prose;
} setting_rows[] = {
#define SETTING(symbol, attribute, kind, minimum, maximum, fallback, levels, refusal, prose)                           \
	{ #symbol, ATTRIBUTE_INDEX_##attribute, SETTING_##kind, minimum, maximum, fallback, levels, prose },
#include "model/schema.def"
};

static const struct word_row {
	const char *setting;
	uint64_t value;
	const char *word;
} word_rows[] = {
#define SETTING_WORD(setting, symbol, number, word) { #setting, number, word },
#include "model/schema.def"
};

/* What every command takes: settings of the session, and lessorctl's own; and what single ones take. */
static const struct flag_row {
	const char *name;
	char letter;
	const char *argument, *help;
} session_rows[] = {
#define SESSION(name, letter, argument, how_often, help) { name, letter, argument, help },
#include "admin/parameter.def"
}, own_flag_rows[] = {
#define FLAG(symbol, name, letter, argument, help) { name, letter, argument, help },
#include "app/ctl/flag.def"
#undef FLAG
}, parameter_rows[] = {
#define PARAMETER(name, argument, help) { name, '\0', argument, help },
#include "admin/parameter.def"
};

static const struct operation_row {
	const char *noun, *verb, *words, *parameters, *help, *example;
} operation_rows[] = {
#define LEVELS "LEVEL"
#define HOLDERS "LEVEL"
#define OPERATION(noun, verb, words, parameters, handler, help, example)                                               \
	{ noun, verb, words, parameters, help, example },
#include "admin/operation.def"
};

static const struct {
	unsigned level;
	const char *name;
} level_names[] = {
	{ LEVEL_ROOT, "root" }, { LEVEL_SITE, "site" }, { LEVEL_SERVER, "server" }, { LEVEL_SCOPE, "scope" }, { LEVEL_POLICY, "policy" }, { LEVEL_RESERVATION, "reservation" },
};

/* Print @text with roff's special characters made harmless. */
static void print_roff(const char *text) {
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++)
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
}

static void print_lower(const char *text) {
	for (; *text; text++)
		putchar(tolower((unsigned char)*text));
}

/* One row of a Markdown table. A bar inside a cell would end it. */
static void print_cell(const char *text) {
	fputs("| ", stdout);
	for (; *text; text++) {
		if (*text == '|')
			putchar('\\');
		putchar(*text);
	}
	putchar(' ');
}

static void table_error_macros(void) {
	const struct error_info *info;

	for (size_t i = 0; (info = error_info_at(i)); i++) {
		/* The same printed name stands twice in the original; the second one needs another name in C. */
		bool is_second = info->code == E_DHCP_SUBNET_INCONSISTENT;

		printf("/* %s */\n", info->meaning);
		printf("#define %s%s %d\n", info->name, is_second ? "_20052" : "", info->code);
	}
}

static void table_errors_man(void) {
	const struct error_info *info;

	for (size_t i = 0; (info = error_info_at(i)); i++) {
		printf(".TP\n.BR %s \" (%d)\"\n", info->name, info->code);
		print_roff(info->meaning);
		putchar('\n');
		print_roff(info->advice);
		putchar('\n');
	}
}

static void table_option_types(void) {
	puts("| type | a value, or each item of a list, is | example |\n|---|---|---|");
	for (unsigned i = 0; i < OPTION_TYPE_COUNT; i++) {
		const struct option_type_info *info = option_type_get((enum option_type)i);

		printf("| `%s` ", info->name);
		print_cell(info->expected);
		printf("| `%s` |\n", info->example);
	}
}

/* What a directory without entries has. */
static void table_builtin_classes(void) {
	struct findings findings;
	struct snapshot *snapshot = snapshot_build(NULL, 0, "", 0, &findings);

	puts("| class | kind | data |\n|---|---|---|");
	for (size_t i = 0; i < snapshot->n_classes; i++)
		printf("| `%s` | %s | `%.*s` |\n", snapshot->classes[i].name, class_kind_name(snapshot->classes[i].kind),
		       (int)snapshot->classes[i].data.len, (const char *)snapshot->classes[i].data.data);
	snapshot_free(snapshot);
}

static void table_vendor_options(void) {
	struct findings findings;
	struct snapshot *snapshot = snapshot_build(NULL, 0, "", 0, &findings);

	puts("| vendor class | code | option | type | default |\n|---|---|---|---|---|");
	for (size_t i = 0; i < snapshot->n_definitions; i++) {
		const struct option_definition *definition = &snapshot->definitions[i];

		printf("| `%s` | %u | `%s` | `%s` | %s |\n", definition->vendor_class->name, definition->code,
		       definition->name, option_type_get(definition->type)->name, definition->default_value);
	}
	snapshot_free(snapshot);
}

static void table_errors(void) {
	const struct error_info *info;

	puts("| code | name | HTTP | what it says | what triggers it | what to do | test |\n|---|---|---|---|---|---|---|");
	for (size_t i = 0; (info = error_info_at(i)); i++) {
		printf("| %d | `%s` | %d ", info->code, info->name, info->http_status);
		print_cell(info->meaning);
		print_cell(info->trigger);
		print_cell(info->advice);
		print_cell(info->proof);
		puts("|");
	}
}

/* The words "a|b|c" as "One of a, b, c." */
static void print_choice(const char *words) {
	const char *before = "One of";

	for (; *words; words += strcspn(words, "|"), words += *words == '|') {
		printf("%s\n.BR %.*s", before, (int)strcspn(words, "|"), words);
		before = " ,";
	}
	puts(" .");
}

static void table_config_man(void) {
	const char *section = "";

	for (size_t i = 0; i < ARRAY_LEN(config_rows); i++) {
		const char *const *cells = config_rows[i].cells;

		if (strcmp(section, cells[0]) != 0)
			printf(".SS [%s]\n", section = cells[0]);
		printf(".TP\n.BI %s \" = \" \"%s\"\n", cells[1], cells[2]);
		print_roff(cells[5]);
		putchar('\n');
		if (strchr(cells[3], '|'))
			print_choice(cells[3]);
		else if (*cells[3])
			printf("%s\n", cells[3]);
		if (*cells[4]) {
			fputs("Default: ", stdout);
			print_roff(cells[4]);
			puts(".");
		}
	}
}

static void table_events(void) {
	puts("| event | severity | Windows id | audit code | text | what it means |\n|---|---|---|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(event_rows); i++) {
		const char *const *cells = event_rows[i].cells;

		printf("| `%s` | ", cells[0]);
		print_lower(cells[1]);
		putchar(' ');
		print_cell(strcmp(cells[2], "0") == 0 ? "" : cells[2]);
		print_cell(strcmp(cells[3], "NONE") == 0 ? "" : cells[3]);
		print_cell(cells[4]);
		print_cell(cells[5]);
		puts("|");
	}
}

static void print_pairs(const char *heading, const struct column_row *rows, size_t n_rows) {
	printf("| %s | what it means |\n|---|---|\n", heading);
	for (size_t i = 0; i < n_rows; i++) {
		printf("| `%s` ", rows[i].cells[0]);
		print_cell(rows[i].cells[1]);
		puts("|");
	}
}

static void table_counters(void) {
	print_pairs("counter", counter_rows, ARRAY_LEN(counter_rows));
}

static void table_lease_members(void) {
	print_pairs("member", lease_member_rows, ARRAY_LEN(lease_member_rows));
}

static void table_drops(void) {
	print_pairs("reason", drop_rows, ARRAY_LEN(drop_rows));
}

static void table_roles_man(void) {
	for (size_t i = 0; i < ARRAY_LEN(role_rows); i++) {
		printf(".TP\n.B %s\n", role_rows[i].cells[0]);
		print_roff(role_rows[i].cells[1]);
		putchar('\n');
	}
}

static void print_flags_man(const struct flag_row *rows, size_t n_rows) {
	for (const struct flag_row *row = rows; row < rows + n_rows; row++) {
		fputs(".TP\n", stdout);
		if (row->letter)
			printf(".BR \\-%c \", \" ", row->letter);
		else
			fputs(".BR ", stdout);
		print_roff("--");
		print_roff(row->name);
		if (*row->argument)
			printf(" \" \\fI%s\\fP\"", row->argument);
		putchar('\n');
		print_roff(row->help);
		putchar('\n');
	}
}

static void table_flags_man(void) {
	print_flags_man(session_rows, ARRAY_LEN(session_rows));
	print_flags_man(own_flag_rows, ARRAY_LEN(own_flag_rows));
}

/* Step over the name by which the library knows the place at @words: "range:FIRST-LAST" is shown as FIRST-LAST. */
static const char *skip_name(const char *words) {
	size_t len = strspn(words, "abcdefghijklmnopqrstuvwxyz-");

	return words[len] == ':' ? words + len + 1 : words;
}

/* The words behind noun and verb: names in italics, the punctuation around them as it is. */
static void print_words(const char *words) {
	bool is_name = false;

	for (words = skip_name(words); *words; words = skip_name(words + 1)) {
		bool is_letter = isalnum((unsigned char)*words);

		if (is_letter != is_name && *words != '-')
			fputs(is_letter ? "\\fI" : "\\fP", stdout);
		if (*words != '-')
			is_name = is_letter;
		if (*words == '-')
			putchar('\\');
		putchar(*words);
	}
	if (is_name)
		fputs("\\fP", stdout);
}

static const struct flag_row *parameter_row(const char *name, size_t len) {
	for (size_t i = 0; i < ARRAY_LEN(parameter_rows); i++)
		if (strlen(parameter_rows[i].name) == len && strncmp(parameter_rows[i].name, name, len) == 0)
			return &parameter_rows[i];
	return NULL;
}

/* A part of "site! range* name". */
static void print_parameter(const char *part, size_t len) {
	size_t name_len = strcspn(part, " !*");
	const struct flag_row *row = parameter_row(part, name_len);
	bool is_needed = memchr(part, '!', len) != NULL, is_repeatable = memchr(part, '*', len) != NULL;

	if (!row) {
		printf(" \\fI%.*s\\fP", (int)name_len, part);
		return;
	}
	printf(" %s\\fB\\-\\-", is_needed ? "" : "[");
	print_roff(row->name);
	fputs("\\fP", stdout);
	if (*row->argument) {
		putchar(' ');
		print_words(row->argument);
	}
	printf("%s%s", is_needed ? "" : "]", is_repeatable ? "..." : "");
}

static void print_parameters(const char *parameters) {
	for (; *parameters; parameters += strspn(parameters, " ")) {
		size_t len = strcspn(parameters, " ");

		print_parameter(parameters, len);
		parameters += len;
	}
}

static void table_commands_man(void) {
	for (size_t i = 0; i < ARRAY_LEN(operation_rows); i++) {
		const struct operation_row *row = &operation_rows[i];

		printf(".TP\n\\fB%s%s%s\\fP", row->noun, *row->verb ? " " : "", row->verb);
		if (*row->words) {
			putchar(' ');
			print_words(row->words);
		}
		print_parameters(row->parameters);
		putchar('\n');
		print_roff(row->help);
		fputs("\n.br\nExample: lessorctl ", stdout);
		print_roff(row->example);
		putchar('\n');
	}
}

static void table_command_flags_man(void) {
	for (size_t i = 0; i < ARRAY_LEN(parameter_rows); i++) {
		const struct flag_row *row = &parameter_rows[i];

		fputs(".TP\n\\fB\\-\\-", stdout);
		print_roff(row->name);
		fputs("\\fP ", stdout);
		print_words(row->argument);
		putchar('\n');
		print_roff(row->help);
		putchar('\n');
	}
}

/* One name of @list ("[network]", "site! range*") in Markdown: what may be left out in brackets. */
static void print_name(const char *name, size_t len, bool is_needed, bool is_repeatable) {
	printf("%s`%.*s`%s%s", is_needed ? "" : "[", (int)len, name, is_repeatable ? "..." : "", is_needed ? "" : "]");
}

/* The names by which a call gives the words of @words: what stands before a colon, else the first letters. */
static void print_places(const char *words) {
	for (; *words; words += strspn(words, " ")) {
		size_t len = strcspn(words, " ");
		const char *name = words + (*words == '['), *colon = memchr(words, ':', len);
		bool is_repeatable = memmem(words, len, "...", 3) != NULL;
		char lower[64];
		size_t n = 0;

		for (; n < sizeof lower - 1 && (colon ? name + n < colon : isalpha((unsigned char)name[n])); n++)
			lower[n] = (char)tolower((unsigned char)name[n]);
		print_name(lower, n, *words != '[', is_repeatable);
		words += len;
		putchar(' ');
	}
}

static void print_names(const char *parameters) {
	for (; *parameters; parameters += strspn(parameters, " ")) {
		size_t len = strcspn(parameters, " ");

		if (parameter_row(parameters, strcspn(parameters, " !*")))
			print_name(parameters, strcspn(parameters, " !*"), memchr(parameters, '!', len) != NULL,
				   memchr(parameters, '*', len) != NULL);
		else
			printf("*%.*s*", (int)len, parameters);
		parameters += len;
		putchar(' ');
	}
}

static void table_operations(void) {
	puts("| operation | places | other parameters | what it does |\n|---|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(operation_rows); i++) {
		const struct operation_row *row = &operation_rows[i];

		printf("| `%s%s%s` | ", row->noun, *row->verb ? " " : "", row->verb);
		print_places(row->words);
		fputs("| ", stdout);
		print_names(row->parameters);
		print_cell(row->help);
		puts("|");
	}
}

static void print_flag_rows(const struct flag_row *rows, size_t n_rows) {
	puts("| name | value | what it says |\n|---|---|---|");
	for (size_t i = 0; i < n_rows; i++) {
		printf("| `%s` ", rows[i].name);
		print_cell(*rows[i].argument ? rows[i].argument : "(empty)");
		print_cell(rows[i].help);
		puts("|");
	}
}

static void table_parameters(void) {
	print_flag_rows(parameter_rows, ARRAY_LEN(parameter_rows));
}

static void table_session_settings(void) {
	print_flag_rows(session_rows, ARRAY_LEN(session_rows));
}

/* The classes on which an attribute stands, "must" ones marked. */
static void print_uses(unsigned attribute) {
	const char *separator = "";

	for (size_t i = 0; i < ARRAY_LEN(use_rows); i++)
		if (use_rows[i].attribute_index == attribute) {
			printf("%s%s%s", separator, class_rows[use_rows[i].class_index].cells[1],
			       strcmp(use_rows[i].how, "MUST") == 0 ? " (must)" : "");
			separator = ", ";
		}
}

static void print_levels(unsigned levels, const char *separator) {
	const char *between = "";

	for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
		if (levels & level_names[i].level) {
			printf("%s%s", between, level_names[i].name);
			between = separator;
		}
}

static bool is_setting(unsigned attribute) {
	for (size_t i = 0; i < ARRAY_LEN(setting_rows); i++)
		if (setting_rows[i].attribute_index == attribute)
			return true;
	return false;
}

static void table_attributes(void) {
	puts("| attribute | values | on | what it says |\n|---|---|---|---|");
	for (unsigned i = 0; i < ARRAY_LEN(attribute_rows); i++) {
		const char *const *cells = attribute_rows[i].cells;

		if (strncmp(cells[0], "lessor", 6) != 0 || is_setting(i))
			continue;
		printf("| `%s` | ", cells[0]);
		print_lower(cells[2]);
		fputs(" | ", stdout);
		print_uses(i);
		putchar(' ');
		print_cell(cells[4]);
		puts("|");
	}
}

static void table_authorization_attributes(void) {
	puts("| attribute | OID | what it says |\n|---|---|---|");
	for (unsigned i = 0; i < ARRAY_LEN(attribute_rows); i++) {
		const char *const *cells = attribute_rows[i].cells;

		if (!*cells[3] || strncmp(cells[0], "lessor", 6) == 0 || strncmp(cells[4], "Not used", 8) == 0)
			continue;
		printf("| `%s` | %s ", cells[0], cells[3]);
		print_cell(cells[4]);
		puts("|");
	}
}

static void table_classes(void) {
	puts("| class | what it is | OID |\n|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(class_rows); i++)
		printf("| `%s` | %s | %s |\n", class_rows[i].cells[1], class_rows[i].cells[4], class_rows[i].cells[2]);
}

static const char *setting_word(const struct setting_row *row, uint64_t value) {
	for (size_t i = 0; i < ARRAY_LEN(word_rows); i++)
		if (strcmp(word_rows[i].setting, row->name) == 0 && word_rows[i].value == value)
			return word_rows[i].word;
	return "";
}

static void print_setting_value(const struct setting_row *row, uint64_t value) {
	char array[64];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add_duration(&text, value);
	if (row->kind == SETTING_CHOICE)
		fputs(setting_word(row, value), stdout);
	else if (row->kind == SETTING_NUMBER || strcmp(array, "0s") == 0 || strlen(array) > 6)
		printf("%llu", (unsigned long long)value);
	else
		printf("%llu (%s)", (unsigned long long)value, array);
}

/* Write what lessorctl calls the setting of @row into @array and return it. */
static const char *setting_name(const struct setting_row *row, char array[static 64]) {
	struct text text;

	text_init(&text, array, 64);
	text_add_hyphenated(&text, attribute_rows[row->attribute_index].cells[0] + strlen("lessor"));
	return array;
}

static void table_settings(void) {
	puts("| attribute | lessorctl | default | least | most | levels | what it says |\n|---|---|---|---|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(setting_rows); i++) {
		const struct setting_row *row = &setting_rows[i];
		char name[64];

		printf("| `%s` | `%s` | ", attribute_rows[row->attribute_index].cells[0], setting_name(row, name));
		print_setting_value(row, row->fallback);
		fputs(" | ", stdout);
		print_setting_value(row, row->minimum);
		fputs(" | ", stdout);
		print_setting_value(row, row->maximum);
		fputs(" | ", stdout);
		print_levels(row->levels, ", ");
		putchar(' ');
		print_cell(row->prose);
		puts("|");
	}
}

static void print_bound(const char *before, const struct setting_row *row, uint64_t value) {
	char array[64];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add_duration(&text, value);
	if (row->kind == SETTING_DURATION)
		printf("%s%s", before, array);
	else
		printf("%s%llu", before, (unsigned long long)value);
}

/* What a setting's value may be, and what it is where nobody says anything. */
static void print_setting_values(const struct setting_row *row) {
	const char *before = "One of ";

	for (size_t i = 0; i < ARRAY_LEN(word_rows); i++)
		if (strcmp(word_rows[i].setting, row->name) == 0) {
			printf("%s%s", before, word_rows[i].word);
			before = ", ";
		}
	if (row->kind == SETTING_CHOICE) {
		printf("; default: %s.\n", setting_word(row, row->fallback));
		return;
	}
	print_bound("From ", row, row->minimum);
	print_bound(" to ", row, row->maximum);
	print_bound("; default: ", row, row->fallback);
	puts(".");
}

static void table_settings_man(void) {
	for (size_t i = 0; i < ARRAY_LEN(setting_rows); i++) {
		const struct setting_row *row = &setting_rows[i];
		char name[64];

		fputs(".TP\n\\fB", stdout);
		print_roff(setting_name(row, name));
		fputs("\\fP=", stdout);
		print_words(row->kind == SETTING_CHOICE ? "WORD" : row->kind == SETTING_NUMBER ? "NUMBER" : "TIME");
		fputs(" (", stdout);
		print_levels(row->levels, ", ");
		fputs(")\n", stdout);
		print_roff(row->prose);
		putchar('\n');
		print_setting_values(row);
	}
}

static const struct {
	const char *name;
	void (*print)(void);
} tables[] = {
	{ "error-macros", table_error_macros },
	{ "errors-man", table_errors_man },
	{ "errors", table_errors },
	{ "config-man", table_config_man },
	{ "events", table_events },
	{ "authority-diagram-directory", manual_authority_diagram_directory },
	{ "authority-diagram-standalone", manual_authority_diagram_standalone },
	{ "authority-states", manual_authority_states },
	{ "authority-events", manual_authority_events },
	{ "authority-arcs", manual_authority_arcs },
	{ "condition-attributes", manual_condition_attributes },
	{ "condition-forms", manual_condition_forms },
	{ "counters", table_counters },
	{ "lease-members", table_lease_members },
	{ "drops", table_drops },
	{ "precedence", manual_precedence },
	{ "inconsistencies", manual_inconsistencies },
	{ "roles-man", table_roles_man },
	{ "operations", table_operations },
	{ "parameters", table_parameters },
	{ "session-settings", table_session_settings },
	{ "flags-man", table_flags_man },
	{ "commands-man", table_commands_man },
	{ "command-flags-man", table_command_flags_man },
	{ "attributes", table_attributes },
	{ "authorization-attributes", table_authorization_attributes },
	{ "classes", table_classes },
	{ "settings", table_settings },
	{ "option-types", table_option_types },
	{ "builtin-classes", table_builtin_classes },
	{ "vendor-options", table_vendor_options },
	{ "settings-man", table_settings_man },
};

/* Print the table that @line names. False if it names none that there is. */
static bool print_table(const char *line) {
	const char *name = strstr(line, "table: ") + strlen("table: ");
	size_t len = strcspn(name, " \n");

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (strlen(tables[i].name) == len && strncmp(tables[i].name, name, len) == 0) {
			tables[i].print();
			return true;
		}
	fprintf(stderr, "manual_gen: no table \"%.*s\"\n", (int)len, name);
	return false;
}

static bool fill(FILE *file) {
	char line[LINE_MAX_BYTES];
	bool is_inside = false;

	while (fgets(line, sizeof line, file)) {
		bool is_end = strstr(line, "end of table") != NULL;

		if (!is_inside || is_end)
			fputs(line, stdout);
		if (is_end)
			is_inside = false;
		else if (!is_inside && strstr(line, "table: ")) {
			is_inside = true;
			if (!print_table(line))
				return false;
		}
	}
	return !is_inside;
}

int main(int argc, char **argv) {
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	bool is_done;

	if (!file) {
		fprintf(stderr, "usage: manual_gen FILE\n");
		return 2;
	}
	is_done = fill(file);
	fclose(file);
	return is_done && fflush(stdout) == 0 ? 0 : 1;
}
