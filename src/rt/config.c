/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/config.h"

#include <config.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "rt/config_priv.h"

#define FILE_SIZE_MAX 65536
#define LINE_LENGTH_MAX 4096 /* where inih can be told so; else what it was built with */
#define LINE_RESERVE 16      /* config_format may write a line a little longer than it was */

#define KIND_TEXT .kind = CONFIG_TEXT
#define KIND_PATH .kind = CONFIG_PATH
#define KIND_LIST .kind = CONFIG_LIST
#define KIND_DURATION(at_least, at_most) .kind = CONFIG_DURATION, .least = at_least, .most = at_most
#define KIND_CHOICE(choices) .kind = CONFIG_CHOICE, .words = choices

static const struct config_info config_table[CONFIG_ROW_COUNT] = {
#define CONFIG(symbol, section_, key_, kind_, fallback_, description_)                                                 \
	[CONFIG_ROW_##symbol] = { .section = section_, .key = key_, KIND_##kind_, .fallback = fallback_,              \
				  .description = description_ },
#include "rt/config.def"
#undef CONFIG
};

static const size_t config_offsets[CONFIG_ROW_COUNT] = {
#define CONFIG(symbol, ...) [CONFIG_ROW_##symbol] = offsetof(struct config, symbol),
#include "rt/config.def"
#undef CONFIG
};

const struct config_info *config_info_at(size_t index) {
	return index < CONFIG_ROW_COUNT ? &config_table[index] : NULL;
}

/* Where the value of @row is in @config; its type follows from the row's kind. */
static void *config_field(const struct config *config, enum config_row row) {
	return (char *)config + config_offsets[row];
}

static void list_free(char **list) {
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static char **list_split(const char *value) {
	size_t capacity = 0, n = 0;
	char **list = NULL;

	for (;;) {
		size_t len;

		value += strspn(value, " \t,");
		len = strcspn(value, " \t,");
		list = mem_grow(list, &capacity, n + 1, sizeof *list);
		list[n] = len ? mem_format("%.*s", (int)len, value) : NULL;
		if (!list[n++])
			return list;
		value += len;
	}
}

static void value_clear(struct config *config, enum config_row row) {
	void *field = config_field(config, row);

	switch (config_table[row].kind) {
	case CONFIG_TEXT:
	case CONFIG_PATH:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case CONFIG_LIST:
		list_free(*(char ***)field);
		*(char ***)field = NULL;
		break;
	case CONFIG_DURATION:
	case CONFIG_CHOICE:
		break;
	}
}

/* The position of @word in @words ("a|b|c"), or -1. */
static int choice_find(const char *words, const char *word) {
	for (int i = 0;; i++) {
		size_t len = strcspn(words, "|");

		if (strlen(word) == len && strncasecmp(words, word, len) == 0)
			return i;
		if (!words[len])
			return -1;
		words += len + 1;
	}
}

/* Turn @value into the field of @row. 0, or -E_INVALID_PARAMETER and nothing has changed. */
static int value_set(struct config *config, enum config_row row, const char *value) {
	const struct config_info *info = &config_table[row];
	void *field = config_field(config, row);
	uint64_t seconds;
	int choice;

	switch (info->kind) {
	case CONFIG_PATH:
		if (*value && *value != '/')
			return -E_INVALID_PARAMETER;
		__attribute__((fallthrough));
	case CONFIG_TEXT:
		value_clear(config, row);
		*(char **)field = mem_dup_text(value);
		return 0;
	case CONFIG_LIST:
		value_clear(config, row);
		*(char ***)field = list_split(value);
		return 0;
	case CONFIG_DURATION:
		if (text_parse_duration(value, info->most, &seconds) < 0 || seconds < info->least)
			return -E_INVALID_PARAMETER;
		*(uint64_t *)field = seconds;
		return 0;
	case CONFIG_CHOICE:
		choice = choice_find(info->words, value);
		if (choice < 0)
			return -E_INVALID_PARAMETER;
		*(unsigned *)field = (unsigned)choice;
		return 0;
	}
	return -E_INVALID_PARAMETER;
}

/* Say in words what a value of @row must look like. */
static void value_expected(enum config_row row, struct text *text) {
	const struct config_info *info = &config_table[row];

	switch (info->kind) {
	case CONFIG_TEXT:
	case CONFIG_LIST:
		text_add(text, "a text");
		break;
	case CONFIG_PATH:
		text_add(text, "a path that starts with '/'");
		break;
	case CONFIG_DURATION:
		text_add(text, "a length of time from ");
		text_add_duration(text, info->least);
		text_add(text, " to ");
		text_add_duration(text, info->most);
		text_add(text, ", for example %s", info->fallback);
		break;
	case CONFIG_CHOICE:
		text_add(text, "one of %s", info->words);
		break;
	}
}

static struct config *config_new(void) {
	struct config *config = mem_alloc(sizeof *config);

	for (enum config_row row = 0; row < CONFIG_ROW_COUNT; row++) {
		int r = value_set(config, row, config_table[row].fallback);

		assert(r == 0);
		(void)r;
	}
	return config;
}

struct config *config_free(struct config *config) {
	for (enum config_row row = 0; config && row < CONFIG_ROW_COUNT; row++)
		value_clear(config, row);
	free(config);
	return NULL;
}

/* The first mistake counts; what follows from it would only confuse. */
static int fail(struct config_reading *reading, const char *format, ...) PRINTF_LIKE(2, 3);

static int fail(struct config_reading *reading, const char *format, ...) {
	char sentence[sizeof reading->error.text - 32];
	va_list args;

	if (reading->error.code)
		return -reading->error.code;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return error_set(&reading->error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s:%u: %s", reading->name, reading->line,
			 sentence);
}

static bool is_section(const char *name) {
	for (enum config_row row = 0; row < CONFIG_ROW_COUNT; row++)
		if (strcmp(config_table[row].section, name) == 0)
			return true;
	return false;
}

/* inih ignores what follows the bracket, and sections without a key: both would be somebody's mistake. */
static int check_section_line(struct config_reading *reading, const char *line) {
	size_t len = strcspn(line + 1, "]");
	const char *rest = line + 1 + len;
	char name[32];

	if (!*rest)
		return fail(reading, "the ']' after the section's name is missing");
	rest += 1 + strspn(rest + 1, " \t");
	if (*rest && *rest != ';' && *rest != '#')
		return fail(reading, "only a comment may follow the section's name; write '%.40s' on a line of its own",
			    rest);
	snprintf(name, sizeof name, "%.*s", (int)len, line + 1);
	if (!is_section(name))
		return fail(reading, "there is no section [%s]; there are [server], [directory] and [standalone]", name);
	return 0;
}

/* inih's reader (like fgets): hand out one line, indentation removed because inih would take an indented line for more
 * of the value before it. */
static char *next_line(char *ret_line, int size, void *context) {
	struct config_reading *reading = context;
	const char *start = reading->rest, *end;

	if (reading->error.code || start == reading->end)
		return NULL;
	end = memchr(start, '\n', (size_t)(reading->end - start));
	reading->rest = end ? end + 1 : reading->end;
	reading->line++;
	end = end ? end : reading->end;
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	while (start < end && (*start == ' ' || *start == '\t'))
		start++;
	for (const char *c = start; c < end; c++)
		if (iscntrl((unsigned char)*c) && *c != '\t') {
			fail(reading, "there is a control character in this line; the file must be plain text");
			return NULL;
		}
	if (end - start > size - LINE_RESERVE) {
		fail(reading, "the line is too long: at most %d characters", size - LINE_RESERVE);
		return NULL;
	}
	memcpy(ret_line, start, (size_t)(end - start));
	ret_line[end - start] = '\0';
	if (*ret_line == '[' && check_section_line(reading, ret_line) < 0)
		return NULL;
	return ret_line;
}

static int fail_unknown_key(struct config_reading *reading, const char *section, const char *key) {
	const char *candidates[CONFIG_ROW_COUNT + 1], *nearest;
	size_t n = 0;

	for (enum config_row row = 0; row < CONFIG_ROW_COUNT; row++) {
		if (strcmp(config_table[row].key, key) == 0)
			return fail(reading, "'%s' belongs in section [%s]", key, config_table[row].section);
		if (!*section || strcmp(config_table[row].section, section) == 0)
			candidates[n++] = config_table[row].key;
	}
	candidates[n] = NULL;
	nearest = text_nearest(key, candidates);
	if (nearest)
		return fail(reading, "there is no setting '%.40s'; did you mean '%s'?", key, nearest);
	return fail(reading, "there is no setting '%.40s' in [%s]; lessord --print-config shows all there are", key, section);
}

static int read_value(struct config_reading *reading, enum config_row row, const char *value) {
	const char *key = config_table[row].key;
	char expected[200];
	struct text text;

	if (reading->lines[row])
		return fail(reading, "'%s' is given a second time (first in line %u); keep one of them", key,
			    reading->lines[row]);
	/* Where there is something by default, nothing is a value, too. */
	if (!*value && row != CONFIG_ROW_audit_directory)
		return fail(reading, "'%s' has no value; without the line, its default is used", key);
	if (*value == '"' || *value == '\'' || *value == ';')
		return fail(reading, "write the value of '%s' without '%c' before it", key, *value);
	/* Elsewhere it begins a comment, also when the list is printed with blanks between its words. */
	if (config_table[row].kind == CONFIG_LIST && strstr(value, ",;"))
		return fail(reading, "a word of '%s' cannot begin with ';'", key);
	reading->lines[row] = reading->line;
	if (value_set(reading->config, row, value) == 0)
		return 0;
	text_init(&text, expected, sizeof expected);
	value_expected(row, &text);
	return fail(reading, "'%s' is '%.80s', but must be %s", key, value, expected);
}

/* inih's handler: one "key = value" line. Returns what inih wants: zero to report the line. */
static int read_key(void *context, const char *section, const char *key, const char *value) {
	struct config_reading *reading = context;

	for (enum config_row row = 0; row < CONFIG_ROW_COUNT; row++)
		if (strcmp(config_table[row].section, section) == 0 && strcmp(config_table[row].key, key) == 0)
			return read_value(reading, row, value) == 0;
	fail_unknown_key(reading, section, key);
	return 0;
}

static int read_lines(struct config_reading *reading) {
	int bad_line;

#if HAVE_DECL_INI_MAX_LINE
	ini_max_line = LINE_LENGTH_MAX;
#endif
	bad_line = ini_parse_stream(next_line, reading, read_key, reading);
	if (bad_line != 0 && !reading->error.code) {
		reading->line = bad_line > 0 ? (unsigned)bad_line : reading->line;
		fail(reading, "this is neither '[section]' nor 'key = value' nor a comment");
	}
	return -reading->error.code;
}

/* example.org is the domain of dc=example,dc=org (RFC 2247). */
static char *base_of_domain(const char *domain) {
	char *base = NULL;

	for (size_t len; *domain; domain += len + (domain[len] == '.')) {
		char *before CLEANUP(cleanup_free) = base;

		len = strcspn(domain, ".");
		base = mem_format("%s%sdc=%.*s", before ? before : "", before ? "," : "", (int)len, domain);
	}
	return base;
}

static void settings_derive(struct config *config) {
	if (!*config->backup_directory) {
		free(config->backup_directory);
		config->backup_directory = mem_format("%s/backup", config->state_directory);
	}
	if (*config->base || !*config->domain)
		return;
	free(config->base);
	config->base = base_of_domain(config->domain);
}

int config_read_text(const char *name, const char *text, size_t len, struct config **ret_config,
		     struct error *reterr_error) {
	struct config_reading reading = { .name = name, .rest = text, .end = text + len, .config = config_new() };

	if (read_lines(&reading) == 0) {
		settings_derive(reading.config);
		config_check(&reading);
	}
	if (reading.error.code) {
		config_free(reading.config);
		return error_set(reterr_error, reading.error.code, "%s", reading.error.text);
	}
	*ret_config = reading.config;
	return 0;
}

/* A pipe has no position, and then there is nobody to share it with. */
static ssize_t read_at(int fd, char *place, size_t size, size_t position) {
	ssize_t len = pread(fd, place, size, (off_t)position);

	return len < 0 && errno == ESPIPE ? read(fd, place, size) : len;
}

int config_read_fd(const char *name, int fd, struct config **ret_config, struct error *reterr_error) {
	char *text CLEANUP(cleanup_free) = mem_alloc(FILE_SIZE_MAX + 1);
	size_t len = 0;

	for (;;) {
		ssize_t part = read_at(fd, text + len, FILE_SIZE_MAX + 1 - len, len);

		if (part < 0)
			return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%s cannot be read: %s", name,
					 strerror(errno));
		if (part == 0)
			return config_read_text(name, text, len, ret_config, reterr_error);
		len += (size_t)part;
		if (len > FILE_SIZE_MAX)
			return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
					 "%s is larger than %d octets, which no configuration file is", name,
					 FILE_SIZE_MAX);
	}
}

int config_read_file(const char *path, struct config **ret_config, struct error *reterr_error) {
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0 && errno == ENOENT)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "there is no file %s; lessord --print-config prints one to start from", path);
	if (fd < 0)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%s cannot be opened: %s", path,
				 strerror(errno));
	r = config_read_fd(path, fd, ret_config, reterr_error);
	close(fd);
	return r;
}

static void value_format(const struct config *config, enum config_row row, struct text *text) {
	const void *field = config_field(config, row);
	const char *words = config_table[row].words;

	switch (config_table[row].kind) {
	case CONFIG_TEXT:
	case CONFIG_PATH:
		text_add(text, "%s", *(char *const *)field);
		break;
	case CONFIG_LIST:
		for (char *const *word = *(char **const *)field; *word; word++)
			text_add(text, "%s%s", text->len ? " " : "", *word);
		break;
	case CONFIG_DURATION:
		text_add_duration(text, *(const uint64_t *)field);
		break;
	case CONFIG_CHOICE:
		for (unsigned i = 0; i < *(const unsigned *)field; i++)
			words += strcspn(words, "|") + 1;
		text_add(text, "%.*s", (int)strcspn(words, "|"), words);
		break;
	}
}

/* Write the table's rows, each as @write_row does it, with the sections' names between them; free() the result. */
static char *table_format(void (*write_row)(FILE *file, enum config_row row, const struct config *config),
			  const struct config *config) {
	const char *section = "";
	char *result = NULL;
	size_t size;
	FILE *file = open_memstream(&result, &size);

	if (!file)
		return mem_dup_text("");
	for (enum config_row row = 0; row < CONFIG_ROW_COUNT; row++) {
		if (strcmp(section, config_table[row].section) != 0)
			fprintf(file, "%s[%s]\n", *section ? "\n" : "", config_table[row].section);
		section = config_table[row].section;
		write_row(file, row, config);
	}
	fclose(file);
	return result;
}

static void row_format(FILE *file, enum config_row row, const struct config *config) {
	char value[LINE_LENGTH_MAX];
	struct text text;

	text_init(&text, value, sizeof value);
	value_format(config, row, &text);
	if ((text.len || *config_table[row].fallback) && is_config_row_used(row, config))
		fprintf(file, "%s = %s\n", config_table[row].key, value);
}

char *config_format(const struct config *config) {
	return table_format(row_format, config);
}

static void row_format_example(FILE *file, enum config_row row, const struct config *config) {
	const struct config_info *info = &config_table[row];

	fprintf(file, "\n# %s\n", info->description);
	if (info->kind == CONFIG_CHOICE)
		fprintf(file, "# One of %s.\n", info->words);
	if (row == CONFIG_ROW_uri)
		fprintf(file, "uri = ldap://ldap.example.org\n");
	else if (row == CONFIG_ROW_base)
		fprintf(file, "base = dc=example,dc=org\n");
	else
		fprintf(file, "#%s =%s%s\n", info->key, *info->fallback ? " " : "", info->fallback);
}

char *config_format_example(void) {
	char *rows CLEANUP(cleanup_free) = table_format(row_format_example, NULL);

	return mem_format("# lessord.conf - what lessord must know before it can ask the directory; see lessord.conf(5).\n"
			  "# Every setting is here with its default. Comments start with '#' or ';'.\n\n%s",
			  rows);
}
