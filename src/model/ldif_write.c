/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ldif_write.h"

#include <assert.h>
#include <string.h>

#include "base/base64.h"

#define COLUMNS_MAX 76

/* Text under construction in an array that has room for all of it. */
struct ldif_writer {
	char *text;
	size_t len;
	size_t column;
};

static bool is_blank(uint8_t octet) {
	return octet == ' ' || octet == '\t';
}

/* RFC 2849's SAFE-STRING, without blanks at the ends, as these are easily lost. */
static bool is_plain(struct span value) {
	if (value.len == 0)
		return true;
	if (value.data[0] == ':' || value.data[0] == '<' || is_blank(value.data[0]) ||
	    is_blank(value.data[value.len - 1]))
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] < ' ' || value.data[i] > '~')
			return false;
	return true;
}

/* A name, colons and a value in base64, each continuation line a line end and a space longer, and the line's own
 * end. */
static size_t size_of_line(const char *name, struct span value) {
	size_t len = strlen(name) + 3 + BASE64_SIZE(value.len);

	return len + 2 * (len / (COLUMNS_MAX - 1) + 1);
}

static size_t size_of(const struct entry *entry) {
	size_t size = size_of_line("dn", span_of_text(entry->dn)) + 2;

	for (size_t i = 0; i < entry->n_attributes; i++)
		for (size_t j = 0; j < entry->attributes[i].n_values; j++)
			size += size_of_line(entry->attributes[i].name, entry->attributes[i].values[j]);
	return size;
}

static void end_line(struct ldif_writer *writer) {
	writer->text[writer->len++] = '\n';
	writer->column = 0;
}

static void put(struct ldif_writer *writer, const char *text, size_t len) {
	for (size_t i = 0; i < len; i++) {
		if (writer->column == COLUMNS_MAX) {
			end_line(writer);
			writer->text[writer->len++] = ' ';
			writer->column = 1;
		}
		writer->text[writer->len++] = text[i];
		writer->column++;
	}
}

/* The base64 text stands in @scratch, which has room for it. */
static void put_line(struct ldif_writer *writer, const char *name, struct span value, char *scratch) {
	put(writer, name, strlen(name));
	if (is_plain(value)) {
		put(writer, ": ", value.len ? 2 : 1);
		put(writer, (const char *)value.data, value.len);
	} else {
		base64_encode(value, scratch);
		put(writer, ":: ", 3);
		put(writer, scratch, strlen(scratch));
	}
	end_line(writer);
}

static size_t longest_value(const struct entry *entry) {
	size_t longest = strlen(entry->dn);

	for (size_t i = 0; i < entry->n_attributes; i++)
		for (size_t j = 0; j < entry->attributes[i].n_values; j++)
			if (entry->attributes[i].values[j].len > longest)
				longest = entry->attributes[i].values[j].len;
	return longest;
}

struct span ldif_write(const struct entry *entry, struct arena *arena) {
	size_t size = size_of(entry);
	struct ldif_writer writer = { .text = arena_take(arena, size) };
	char *scratch = arena_take(arena, BASE64_SIZE(longest_value(entry)));

	put_line(&writer, "dn", span_of_text(entry->dn), scratch);
	for (size_t i = 0; i < entry->n_attributes; i++)
		for (size_t j = 0; j < entry->attributes[i].n_values; j++)
			put_line(&writer, entry->attributes[i].name, entry->attributes[i].values[j], scratch);
	end_line(&writer);
	assert(writer.len < size);
	writer.text[writer.len] = '\0';
	return span_of(writer.text, writer.len);
}

struct span ldif_write_value(const char *name, struct span value, struct arena *arena) {
	struct ldif_writer writer = { .text = arena_take(arena, size_of_line(name, value) + 1) };

	put_line(&writer, name, value, arena_take(arena, BASE64_SIZE(value.len)));
	return span_of(writer.text, writer.len);
}
