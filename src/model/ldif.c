/* SPDX-License-Identifier: Apache-2.0 */
/* libldap has a reader (ldif.h), which is not used: it opens every file that an "include:" line or a "<" value names,
 * says nothing of lines in what it refuses, and cuts a line at a NUL without a word. */
#include "model/ldif.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/macros.h"
#include "base/text.h"
#include "model/dn.h"
#include "model/quote_priv.h"

#define RDN_VALUE_MAX 1024

struct ldif_reader {
	const char *name;
	struct span rest;     /* what is not read yet */
	unsigned next_number; /* of the line at its beginning */
	unsigned number;      /* of the line that was read last, or where it began if it goes on in further ones */
	char *line;           /* that line, put together, a NUL behind it; room for the whole text */
	size_t len;
	struct arena *arena;
	struct ldif ldif;
	struct error *error;
};

/* An attribute's line, taken apart. Borrowed from the line. */
struct ldif_pair {
	const char *name;
	struct span value;
};

static int refuse(struct ldif_reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);

static int refuse(struct ldif_reader *reader, const char *format, ...) {
	char sentence[300];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return error_set(reader->error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s:%u: %s", reader->name, reader->number,
			 sentence);
}

/* Take a line of the file off the text and put it behind what the line holds already. */
static void take_physical(struct ldif_reader *reader, size_t n_skipped) {
	const uint8_t *start = reader->rest.data, *end = memchr(start, '\n', reader->rest.len);
	size_t len = end ? (size_t)(end - start) : reader->rest.len, taken = end ? len + 1 : len;

	if (len && start[len - 1] == '\r')
		len--;
	n_skipped = n_skipped < len ? n_skipped : len;
	memcpy(reader->line + reader->len, start + n_skipped, len - n_skipped);
	reader->len += len - n_skipped;
	reader->rest = span_of(start + taken, reader->rest.len - taken);
	reader->next_number++;
}

/* Read the next line, with those that go on with it. False at the end. */
static bool next_line(struct ldif_reader *reader) {
	if (reader->rest.len == 0)
		return false;
	reader->number = reader->next_number;
	reader->len = 0;
	take_physical(reader, 0);
	while (reader->len && reader->rest.len && reader->rest.data[0] == ' ')
		take_physical(reader, 1);
	reader->line[reader->len] = '\0';
	return true;
}

static bool is_blank(char letter) {
	return letter == ' ' || letter == '\t';
}

/* @start: behind the colon. */
static int take_value(struct ldif_reader *reader, char *start, struct span *ret_value) {
	char kind = *start, *end = reader->line + reader->len;

	if (kind == ':' || kind == '<')
		start++;
	while (is_blank(*start))
		start++;
	while (end > start && is_blank(end[-1]))
		end--;
	if (kind == '<')
		return refuse(reader, "the value is to be read from elsewhere (\":<\"), which is not done; write the value itself");
	*ret_value = span_of(start, (size_t)(end - start));
	if (kind == ':' && base64_decode(start, ret_value->len, ret_value) < 0)
		return refuse(reader, "the value behind \"::\" is not in base64; correct it, or write a plain value behind one colon");
	return 0;
}

/* RFC 4512 2.5, and an OID's dots. */
static size_t description_len(const char *line) {
	return strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.;_");
}

/* Take the line apart. */
static int take_pair(struct ldif_reader *reader, struct ldif_pair *ret_pair) {
	size_t len = description_len(reader->line);
	char quoted[QUOTE_MAX];

	if (strlen(reader->line) != reader->len)
		return refuse(reader, "there is a NUL character in this line; the file must be plain text");
	if (reader->line[0] == ' ')
		return refuse(reader, "the line begins with a space, so it goes on with the one before, but that is empty");
	if (len == 0 || reader->line[len] != ':')
		return refuse(reader, "\"%s\" is neither \"attribute: value\" nor a comment nor an empty line",
			      quote(span_of(reader->line, reader->len), quoted));
	reader->line[len] = '\0';
	ret_pair->name = reader->line;
	return take_value(reader, reader->line + len + 1, &ret_pair->value);
}

static bool is_name(const struct ldif_pair *pair, const char *name) {
	return is_text_equal_nocase(pair->name, name);
}

/* True if a directory could have an entry of this name. */
static bool is_dn(const char *dn) {
	char value[RDN_VALUE_MAX];

	for (; *dn; dn = dn_parent(dn))
		if (dn_leaf_value(dn, sizeof value, value) < 0)
			return false;
	return true;
}

static int take_dn(struct ldif_reader *reader, const struct ldif_pair *pair, struct entry *entry) {
	const char *dn = arena_dup(reader->arena, pair->value);
	char quoted[QUOTE_MAX];

	if (!*dn || strlen(dn) != pair->value.len || !is_dn(dn))
		return refuse(reader, "\"%s\" is not an entry's name; write one like cn=DHCP,dc=example,dc=org",
			      quote(pair->value, quoted));
	entry->dn = dn;
	entry->uuid = entry_uuid_of_dn(dn, reader->arena);
	return 0;
}

/* A wider copy of @array of @count elements where these are a power of two, so that there is room for another. */
static void *widened(struct arena *arena, void *array, size_t count, size_t size) {
	void *wider;

	if (count & (count - 1))
		return array;
	wider = arena_take(arena, size * (count ? 2 * count : 1));
	if (count)
		memcpy(wider, array, size * count);
	return wider;
}

static int find_attribute(struct ldif_reader *reader, struct entry *entry, const char *name,
			  struct entry_attribute **ret_attribute) {
	*ret_attribute = (struct entry_attribute *)entry_attribute_get(entry, name);
	if (*ret_attribute)
		return 0;
	if (entry->n_attributes == LDIF_ATTRIBUTES_MAX)
		return refuse(reader, "the entry has more than %d different attributes, which no entry of a server's configuration has",
			      LDIF_ATTRIBUTES_MAX);
	entry->attributes = widened(reader->arena, entry->attributes, entry->n_attributes, sizeof *entry->attributes);
	*ret_attribute = &entry->attributes[entry->n_attributes++];
	**ret_attribute = (struct entry_attribute){ .name = arena_dup_text(reader->arena, name) };
	return 0;
}

static int take_attribute(struct ldif_reader *reader, const struct ldif_pair *pair, struct entry *entry) {
	struct entry_attribute *attribute;
	int r;

	if (is_name(pair, "dn"))
		return refuse(reader, "an empty line must stand between two entries, before \"dn:\"");
	if (is_name(pair, "changetype") || is_name(pair, "control"))
		return refuse(reader, "\"%s\" makes this a change; the file holds the entries themselves, so write how the entry is to be",
			      pair->name);
	if (strchr(pair->name, ';'))
		return 0;
	r = find_attribute(reader, entry, pair->name, &attribute);
	if (r < 0)
		return r;
	attribute->values = widened(reader->arena, attribute->values, attribute->n_values, sizeof *attribute->values);
	attribute->values[attribute->n_values++] =
		span_of(arena_dup(reader->arena, pair->value), pair->value.len);
	return 0;
}

/* The lines of an entry behind its first one, to the empty line. */
static int take_attributes(struct ldif_reader *reader, struct entry *entry) {
	struct ldif_pair pair;
	int r = 0;

	while (r == 0 && next_line(reader) && reader->len) {
		if (reader->line[0] == '#')
			continue;
		r = take_pair(reader, &pair);
		if (r == 0)
			r = take_attribute(reader, &pair, entry);
	}
	return r;
}

/* The line that was read last is the first one of an entry. */
static int take_record(struct ldif_reader *reader) {
	struct entry *entry = arena_new_of(reader->arena, struct entry);
	unsigned line = reader->number;
	struct ldif *ldif = &reader->ldif;
	struct ldif_pair pair;
	int r = take_pair(reader, &pair);

	if (r == 0 && is_name(&pair, "version") && ldif->n_records == 0)
		return is_span_equal(pair.value, span_of_text("1")) ? 0 : refuse(reader, "only version 1 of LDIF is known");
	if (r == 0 && !is_name(&pair, "dn"))
		return refuse(reader, "an entry begins with its name, \"dn: cn=...\", and not with \"%.40s\"", pair.name);
	if (r == 0)
		r = take_dn(reader, &pair, entry);
	if (r == 0)
		r = take_attributes(reader, entry);
	if (r < 0)
		return r;
	reader->number = line;
	if (!entry_attribute_get(entry, "objectClass"))
		return refuse(reader, "the entry says nothing of what it is; add its objectClass");
	ldif->records = widened(reader->arena, ldif->records, ldif->n_records, sizeof *ldif->records);
	ldif->records[ldif->n_records++] = (struct ldif_record){ entry, line };
	return 0;
}

static int compare_records(const void *a, const void *b) {
	const struct ldif_record *left = *(const struct ldif_record *const *)a,
				 *right = *(const struct ldif_record *const *)b;
	int order = memcmp(left->entry->uuid.octets, right->entry->uuid.octets, ENTRY_UUID_SIZE);

	return order ? order : (left->line > right->line) - (left->line < right->line);
}

/* Names decide, since the identities are made from them. */
static int refuse_doubles(struct ldif_reader *reader) {
	size_t n = reader->ldif.n_records;
	const struct ldif_record **sorted = arena_array_of(reader->arena, const struct ldif_record *, n);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &reader->ldif.records[i];
	if (n)
		qsort(sorted, n, sizeof *sorted, compare_records);
	for (size_t i = 1; i < n; i++) {
		if (memcmp(&sorted[i - 1]->entry->uuid, &sorted[i]->entry->uuid, sizeof(struct entry_uuid)) != 0)
			continue;
		reader->number = sorted[i]->line;
		return refuse(reader, "%.120s stands in line %u already; keep one of the two", sorted[i]->entry->dn,
			      sorted[i - 1]->line);
	}
	return 0;
}

/* The mark that some editors put in front of UTF-8. */
static struct span without_mark(struct span text) {
	bool has_mark = text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0;

	return has_mark ? span_of(text.data + 3, text.len - 3) : text;
}

int ldif_read(const char *name, struct span text, struct arena *arena, struct ldif *ret_ldif,
	      struct error *reterr_error) {
	CLEANUP(cleanup_arena) struct arena *scratch = arena_new(0);
	struct ldif_reader reader = { .name = name, .rest = without_mark(text), .next_number = 1, .arena = arena,
				      .error = reterr_error };
	int r = 0;

	if (text.len > LDIF_TEXT_MAX)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "%.200s is larger than %d octets, which no configuration is", name, LDIF_TEXT_MAX);
	reader.line = arena_take(scratch, text.len + 1);
	while (r == 0 && next_line(&reader))
		if (reader.len && reader.line[0] != '#')
			r = take_record(&reader);
	if (r == 0)
		r = refuse_doubles(&reader);
	if (r < 0)
		return r;
	*ret_ldif = reader.ldif;
	return 0;
}
