/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ldif_text.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "model/ldif_write.h"

/* A new text under construction: there is room for all of it. */
struct ldif_text {
	char *data;
	size_t len;
	bool has_returns; /* lines end in CR LF */
};

/* A line with those that go on with it (RFC 2849: they begin with a space). Borrowed from the text. */
struct ldif_line {
	struct span all;   /* as it stands, line ends included */
	const char *name;  /* in the arena; NULL for a comment */
	struct span value; /* in the arena */
};

static bool has_returns(struct span text) {
	const uint8_t *end = text.len ? memchr(text.data, '\n', text.len) : NULL;

	return end && end > text.data && end[-1] == '\r';
}

/* @n_added: the octets of the records that will be put in. */
static void start(struct ldif_text *ret_text, struct span old, size_t n_added, struct arena *arena) {
	*ret_text = (struct ldif_text){ .has_returns = has_returns(old) };
	ret_text->data = arena_take(arena, old.len + 2 * n_added + 8);
}

static struct span finish(const struct ldif_text *text) {
	return span_of(text->data, text->len);
}

/* What stands in the old text already. */
static void keep(struct ldif_text *text, struct span old) {
	if (old.len)
		memcpy(text->data + text->len, old.data, old.len);
	text->len += old.len;
}

/* What is new: lines that end in LF. */
static void put(struct ldif_text *text, struct span lines) {
	for (size_t i = 0; i < lines.len; i++) {
		if (lines.data[i] == '\n' && text->has_returns)
			text->data[text->len++] = '\r';
		text->data[text->len++] = (char)lines.data[i];
	}
}

/* The last line of a text may lack its end, or have half of one. */
static void end_line(struct ldif_text *text) {
	if (text->len && text->data[text->len - 1] == '\r')
		text->data[text->len++] = '\n';
	else if (text->len && text->data[text->len - 1] != '\n')
		put(text, span_of_text("\n"));
}

/* How many octets of @text its first line takes, with its end. */
static size_t line_size(struct span text) {
	const uint8_t *end = memchr(text.data, '\n', text.len);

	return end ? (size_t)(end - text.data) + 1 : text.len;
}

static bool is_empty_line(struct span line) {
	return line.data[0] == '\n' || (line.data[0] == '\r' && (line.len == 1 || line.data[1] == '\n'));
}

static struct span rest_of(struct span text, size_t from) {
	return span_of(text.data + from, text.len - from);
}

/* Where line @number begins, counted from 1. */
static size_t offset_of_line(struct span text, unsigned number) {
	size_t offset = 0;

	while (--number && offset < text.len)
		offset += line_size(rest_of(text, offset));
	return offset;
}

/* The first place from @offset on where an empty line begins, or the end. */
static size_t end_of_record(struct span text, size_t offset) {
	while (offset < text.len && !is_empty_line(rest_of(text, offset)))
		offset += line_size(rest_of(text, offset));
	return offset;
}

/* Put the line's pieces together without line ends and the spaces that mark what goes on. */
static char *unfold(struct span all, struct arena *arena, size_t *ret_len) {
	char *line = arena_take(arena, all.len + 1);
	size_t len = 0;

	while (all.len) {
		size_t size = line_size(all), end = size;

		end -= end && all.data[end - 1] == '\n';
		end -= end && all.data[end - 1] == '\r';
		memcpy(line + len, all.data + (len > 0), end - (len > 0 && end));
		len += end - (len > 0 && end);
		all = rest_of(all, size);
	}
	*ret_len = len;
	return line;
}

static bool is_blank(char letter) {
	return letter == ' ' || letter == '\t';
}

/* Take "name: value" or "name:: base64" apart. */
static void take_apart(struct ldif_line *line, struct arena *arena) {
	size_t len;
	char *text = unfold(line->all, arena, &len), *colon = memchr(text, ':', len), *start, *end = text + len;
	bool is_encoded;

	if (!colon || text[0] == '#')
		return;
	*colon = '\0';
	line->name = text;
	is_encoded = colon[1] == ':';
	for (start = colon + 1 + is_encoded; start < end && is_blank(*start);)
		start++;
	while (end > start && is_blank(end[-1]))
		end--;
	line->value = span_of(start, (size_t)(end - start));
	if (is_encoded)
		base64_decode(start, line->value.len, &line->value);
}

/* Read the line at the beginning of @record, which is not empty. */
static struct ldif_line next_line(struct span record, struct arena *arena) {
	size_t size = line_size(record);
	struct ldif_line line = { 0 };

	while (size < record.len && record.data[size] == ' ')
		size += line_size(rest_of(record, size));
	line.all = span_of(record.data, size);
	take_apart(&line, arena);
	return line;
}

static bool has_value(const struct entry_attribute *attribute, struct span value) {
	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		if (is_span_equal(attribute->values[i], value))
			return true;
	return false;
}

/* Put in the values of @attribute that @before does not have. */
static void put_new_values(struct ldif_text *text, const struct entry *before, const struct entry_attribute *attribute,
			   struct arena *scratch) {
	const struct entry_attribute *old = entry_attribute_get(before, attribute->name);

	for (size_t i = 0; i < attribute->n_values; i++) {
		if (has_value(old, attribute->values[i]))
			continue;
		end_line(text);
		put(text, ldif_write_value(attribute->name, attribute->values[i], scratch));
	}
}

/* A record's lines, and for each the attribute of the new entry of which it is the last one, or NULL. In an arena. */
struct ldif_lines {
	struct ldif_line *items;
	const struct entry_attribute **ends;
	size_t n_items;
};

static void read_lines(struct span record, struct arena *arena, struct ldif_lines *ret_lines) {
	struct ldif_lines lines = { 0 };
	size_t n = 0;

	for (size_t offset = 0; offset < record.len; offset += line_size(rest_of(record, offset)))
		n++;
	lines.items = arena_array_of(arena, struct ldif_line, n);
	lines.ends = arena_array_of(arena, const struct entry_attribute *, n);
	while (record.len) {
		lines.items[lines.n_items] = next_line(record, arena);
		record = rest_of(record, lines.items[lines.n_items++].all.len);
	}
	*ret_lines = lines;
}

static void mark_ends(struct ldif_lines *lines, const struct entry *after) {
	for (size_t i = 0; i < after->n_attributes; i++)
		for (size_t j = lines->n_items; j-- > 0;) {
			const char *name = lines->items[j].name;

			if (!name || !is_text_equal_nocase(name, after->attributes[i].name))
				continue;
			lines->ends[j] = &after->attributes[i];
			break;
		}
}

/* True if @line is a value that @after does not have. Variants of an attribute (;lang-de) are nobody's business. */
static bool is_gone(const struct ldif_line *line, const struct entry *before, const struct entry *after) {
	if (!line->name || is_text_equal_nocase(line->name, "dn") || !entry_attribute_get(before, line->name))
		return false;
	return !has_value(entry_attribute_get(after, line->name), line->value);
}

struct span ldif_text_modify(struct span text, unsigned line, const struct entry *before, const struct entry *after,
			     struct arena *arena) {
	CLEANUP(cleanup_arena) struct arena *scratch = arena_new(0);
	size_t from = offset_of_line(text, line), to = end_of_record(text, from);
	struct ldif_lines lines;
	struct ldif_text new;

	start(&new, text, ldif_write(after, scratch).len, arena);
	read_lines(span_of(text.data + from, to - from), scratch, &lines);
	mark_ends(&lines, after);
	keep(&new, span_of(text.data, from));
	for (size_t i = 0; i < lines.n_items; i++) {
		if (!is_gone(&lines.items[i], before, after))
			keep(&new, lines.items[i].all);
		if (lines.ends[i])
			put_new_values(&new, before, lines.ends[i], scratch);
	}
	for (size_t i = 0; i < after->n_attributes; i++)
		if (!entry_attribute_get(before, after->attributes[i].name))
			put_new_values(&new, before, &after->attributes[i], scratch);
	keep(&new, rest_of(text, to));
	return finish(&new);
}

struct span ldif_text_add(struct span text, unsigned line, const struct entry *entry, struct arena *arena) {
	size_t place = line ? end_of_record(text, offset_of_line(text, line)) : text.len;
	struct span record = ldif_write(entry, arena);
	struct ldif_text new;

	start(&new, text, record.len + 2, arena);
	keep(&new, span_of(text.data, place));
	end_line(&new);
	if (new.len)
		put(&new, span_of_text("\n"));
	put(&new, span_of(record.data, record.len - 1)); /* its empty line is there, or not needed at the end */
	keep(&new, rest_of(text, place));
	return finish(&new);
}

/* True if the line that ends at @offset is empty. */
static bool is_behind_empty_line(struct span text, size_t offset) {
	if (offset == 0 || text.data[offset - 1] != '\n')
		return false;
	offset -= 1 + (offset > 1 && text.data[offset - 2] == '\r');
	return offset == 0 || text.data[offset - 1] == '\n';
}

struct span ldif_text_remove(struct span text, unsigned line, struct arena *arena) {
	size_t from = offset_of_line(text, line), to = end_of_record(text, from);
	struct ldif_text new;

	if (to < text.len)
		to += line_size(rest_of(text, to));
	else if (is_behind_empty_line(text, from))
		from -= 1 + (from > 1 && text.data[from - 2] == '\r');
	start(&new, text, 0, arena);
	keep(&new, span_of(text.data, from));
	keep(&new, rest_of(text, to));
	return finish(&new);
}
