/* SPDX-License-Identifier: Apache-2.0 */
#include "model/dn.h"

#include <string.h>

#include "base/error.h"
#include "base/macros.h"
#include "base/text.h"

/* Reads a name unit by unit: a literal octet (0..255, unescaped, lower case), or a separator. */
struct dn_cursor {
	const char *place;
	bool is_at_edge;  /* behind a separator: spaces do not count */
	bool is_in_value; /* behind the '=' of an attribute: a further one is literal */
};

enum { UNIT_END = -1, UNIT_SEPARATOR = 256 /* plus the character */ };

static struct dn_cursor cursor_of(const char *dn) {
	return (struct dn_cursor){ dn, true, false };
}

static bool is_separator(char letter, bool is_in_value) {
	return letter == ',' || letter == '+' || (letter == '=' && !is_in_value);
}

static uint8_t to_lower(uint8_t octet) {
	return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
}

/* Read what stands behind a backslash: two hexadecimal digits, or the character itself. */
static uint8_t unescape(const char **place) {
	char digits[3] = "";
	uint8_t octet;
	size_t len;

	strncpy(digits, *place, 2);
	if (strlen(digits) == 2 && text_parse_hex(digits, 1, &octet, &len) == 0) {
		*place += 2;
		return octet;
	}
	return (uint8_t) * (*place)++;
}

/* A run of spaces within a value counts as one, beside a separator as none. */
static bool skip_spaces(struct dn_cursor *cursor) {
	const char *after = cursor->place + strspn(cursor->place, " ");
	bool is_inner = after != cursor->place && !cursor->is_at_edge && *after &&
			!is_separator(*after, cursor->is_in_value);

	cursor->place = after;
	return is_inner;
}

static int cursor_next(struct dn_cursor *cursor) {
	char letter;

	if (skip_spaces(cursor))
		return ' ';
	letter = *cursor->place;
	if (!letter || (letter == '\\' && !cursor->place[1]))
		return UNIT_END;
	cursor->place++;
	cursor->is_at_edge = is_separator(letter, cursor->is_in_value);
	if (cursor->is_at_edge) {
		cursor->is_in_value = letter == '=';
		return UNIT_SEPARATOR + letter;
	}
	return to_lower(letter == '\\' ? unescape(&cursor->place) : (uint8_t)letter);
}

/* Borrow the first unescaped @letter of @dn or of its end. */
static const char *find_unescaped(const char *dn, const char *letters) {
	while (*dn && !strchr(letters, *dn))
		dn += *dn == '\\' && dn[1] ? 2 : 1;
	return dn;
}

const char *dn_parent(const char *dn) {
	const char *comma = find_unescaped(dn, ",");

	return *comma ? comma + 1 + strspn(comma + 1, " ") : comma;
}

/* The end of the value from @start to @end without its trailing spaces; an escaped one stays. */
static const char *trim_value(const char *start, const char *end) {
	while (end > start && end[-1] == ' ' && !(end - 1 > start && end[-2] == '\\'))
		end--;
	return end;
}

int dn_leaf_value(const char *dn, size_t size, char *ret_value) {
	const char *place = find_unescaped(dn, "=,+"), *end;
	size_t len = 0;

	if (*place != '=')
		return -E_INVALID_PARAMETER;
	place += 1 + strspn(place + 1, " ");
	end = trim_value(place, find_unescaped(place, ",+"));
	if (place == end || *place == '#')
		return -E_INVALID_PARAMETER;
	while (place < end) {
		uint8_t octet = (uint8_t)*place++;

		if (octet == '\\' && place < end)
			octet = unescape(&place);
		if (octet == '\0' || len + 1 >= size)
			return -E_INVALID_PARAMETER;
		ret_value[len++] = (char)octet;
	}
	ret_value[len] = '\0';
	return 0;
}

static bool is_control(char letter) {
	return (letter > 0 && letter < 0x20) || letter == 0x7f;
}

char *dn_dup_line(struct arena *arena, const char *dn) {
	size_t size = 3 * strlen(dn) + 1;
	char *line = arena_take(arena, size);
	struct text text;

	if (!line)
		return NULL;
	text_init(&text, line, size);
	while (*dn) {
		size_t len = *dn == '\\' && dn[1] ? 2 : 1;
		char last = dn[len - 1]; /* what counts: a backslash may stand before it already */

		if (is_control(last))
			text_add(&text, "\\%02X", (unsigned)last);
		else
			text_add(&text, "%.*s", (int)len, dn);
		dn += len;
	}
	return line;
}

/* Write @unit at @ret_normal, where three octets have room. Returns how many it took. */
static size_t put_unit(int unit, char *ret_normal) {
	static const char nul[] = { '\\', '0', '0' };

	if (unit == '\0') {
		memcpy(ret_normal, nul, sizeof nul);
		return sizeof nul;
	}
	if (unit == ',' || unit == '+' || unit == '\\') {
		ret_normal[0] = '\\';
		ret_normal[1] = (char)unit;
		return 2;
	}
	ret_normal[0] = (char)(unit >= UNIT_SEPARATOR ? unit - UNIT_SEPARATOR : unit);
	return 1;
}

int dn_normalize(const char *dn, size_t size, char *ret_normal) {
	struct dn_cursor cursor = cursor_of(dn);
	size_t len = 0;
	int unit;

	while ((unit = cursor_next(&cursor)) != UNIT_END) {
		char written[3];
		size_t n_written = put_unit(unit, written);

		if (len + n_written >= size)
			return -E_INVALID_PARAMETER;
		memcpy(ret_normal + len, written, n_written);
		len += n_written;
	}
	if (len >= size)
		return -E_INVALID_PARAMETER;
	ret_normal[len] = '\0';
	return 0;
}

bool is_dn_equal(const char *a, const char *b) {
	struct dn_cursor cursor_a = cursor_of(a), cursor_b = cursor_of(b);
	int unit_a, unit_b;

	do {
		unit_a = cursor_next(&cursor_a);
		unit_b = cursor_next(&cursor_b);
	} while (unit_a == unit_b && unit_a != UNIT_END);
	return unit_a == unit_b;
}

static size_t dn_depth(const char *dn) {
	size_t depth = 0;

	for (; *dn; dn = dn_parent(dn))
		depth++;
	return depth;
}

bool is_dn_within(const char *dn, const char *base) {
	size_t depth = dn_depth(dn), base_depth = dn_depth(base);

	for (; depth > base_depth; depth--)
		dn = dn_parent(dn);
	return is_dn_equal(dn, base);
}

static bool needs_backslash(const char *value, size_t index) {
	char letter = value[index];

	return strchr(",+\"\\<>;=", letter) || (letter == ' ' && (index == 0 || !value[index + 1])) ||
	       (letter == '#' && index == 0);
}

int dn_make(const char *value, const char *parent, size_t size, char *ret_dn) {
	struct text text;

	if (!*value || size == 0)
		return -E_INVALID_PARAMETER;
	text_init(&text, ret_dn, size);
	text_add(&text, "cn=");
	for (size_t i = 0; value[i] && !text.is_truncated; i++) {
		if ((uint8_t)value[i] < 0x20 || value[i] == 0x7f)
			text_add(&text, "\\%02X", (unsigned)(uint8_t)value[i]);
		else
			text_add(&text, "%s%c", needs_backslash(value, i) ? "\\" : "", value[i]);
	}
	text_add(&text, "%s%s", *parent ? "," : "", parent);
	return text.is_truncated ? -E_INVALID_PARAMETER : 0;
}
