/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "base/error.h"

#define NEAREST_WORD_MAX 64

void text_init(struct text *ret_text, char *array, size_t size) {
	assert(size > 0);
	*ret_text = (struct text){ .data = array, .size = size };
	array[0] = '\0';
}

void text_add(struct text *text, const char *format, ...) {
	size_t room = text->size - text->len;
	va_list args;
	int length;

	if (text->is_truncated)
		return;
	va_start(args, format);
	length = vsnprintf(text->data + text->len, room, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= room) {
		text->is_truncated = true;
		text->len = strlen(text->data);
	} else {
		text->len += (size_t)length;
	}
}

void text_add_characters(struct text *text, struct span characters) {
	size_t room = text->size - text->len - 1, len = characters.len < room ? characters.len : room;

	if (text->is_truncated || characters.len == 0)
		return;
	memcpy(text->data + text->len, characters.data, len);
	text->len += len;
	text->data[text->len] = '\0';
	text->is_truncated = len < characters.len;
}

void text_add_hex(struct text *text, struct span bytes, char separator) {
	for (size_t i = 0; i < bytes.len && !text->is_truncated; i++) {
		if (i && separator)
			text_add(text, "%c", separator);
		text_add(text, "%02x", bytes.data[i]);
	}
}

void text_add_escaped(struct text *text, struct span bytes) {
	for (size_t i = 0; i < bytes.len && !text->is_truncated; i++) {
		uint8_t octet = bytes.data[i];

		if (octet < 0x20 || octet > 0x7e || octet == '\\')
			text_add(text, "\\x%02x", octet);
		else
			text_add(text, "%c", octet);
	}
}

void text_hide_controls(char *text) {
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

int text_parse_u64(const char *text, uint64_t max, uint64_t *ret_value) {
	uint64_t value = 0;

	if (!*text)
		return -E_INVALID_PARAMETER;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || digit > max || value > (max - digit) / 10)
			return -E_INVALID_PARAMETER;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return 0;
}

/* Largest first, as printing takes them. */
static const struct {
	char letter;
	uint64_t seconds;
} duration_units[] = { { 'w', 604800 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

static uint64_t unit_seconds(char letter) {
	for (size_t i = 0; i < ARRAY_LEN(duration_units); i++)
		if (duration_units[i].letter == letter)
			return duration_units[i].seconds;
	return 0;
}

int text_parse_duration(const char *text, uint64_t max, uint64_t *ret_seconds) {
	uint64_t total = 0;

	if (text_parse_u64(text, max, ret_seconds) == 0)
		return 0;
	if (!*text)
		return -E_INVALID_PARAMETER;
	while (*text) {
		size_t digits = strspn(text, "0123456789");
		uint64_t unit = unit_seconds(text[digits]), number;
		char part[20];

		if (digits == 0 || digits >= sizeof part || unit == 0)
			return -E_INVALID_PARAMETER;
		memcpy(part, text, digits);
		part[digits] = '\0';
		if (text_parse_u64(part, max / unit, &number) < 0 || number * unit > max - total)
			return -E_INVALID_PARAMETER;
		total += number * unit;
		text += digits + 1;
	}
	*ret_seconds = total;
	return 0;
}

void text_add_duration(struct text *text, uint64_t seconds) {
	if (seconds == 0)
		text_add(text, "0s");
	for (size_t i = 0; i < ARRAY_LEN(duration_units); i++) {
		uint64_t number = seconds / duration_units[i].seconds;

		if (number)
			text_add(text, "%llu%c", (unsigned long long)number, duration_units[i].letter);
		seconds %= duration_units[i].seconds;
	}
}

static int hex_digit(char letter) {
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	letter |= 0x20;
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

int text_parse_hex(const char *text, size_t max, uint8_t *ret_octets, size_t *ret_len) {
	char separator = '\0';
	size_t len = 0;

	while (*text) {
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || len == max)
			return -E_INVALID_PARAMETER;
		ret_octets[len++] = (uint8_t)(high << 4 | low);
		text += 2;
		if (*text == ':' || *text == '-') {
			if ((separator && *text != separator) || !text[1])
				return -E_INVALID_PARAMETER;
			if (!separator && len > 1)
				return -E_INVALID_PARAMETER;
			separator = *text++;
		} else if (*text && separator) {
			return -E_INVALID_PARAMETER;
		}
	}
	*ret_len = len;
	return 0;
}

static bool is_capital(char letter) {
	return letter >= 'A' && letter <= 'Z';
}

void text_add_hyphenated(struct text *text, const char *name) {
	for (size_t i = 0; name[i]; i++) {
		bool is_word = i && is_capital(name[i]) && name[i - 1] != '-' && !is_capital(name[i - 1]);

		text_add(text, "%s%c", is_word ? "-" : "", is_capital(name[i]) ? name[i] | 0x20 : name[i]);
	}
}

bool is_text_equal_nocase(const char *a, const char *b) {
	return strcasecmp(a, b) == 0;
}

static size_t count_digits(struct span text, size_t at) {
	size_t n = 0;

	while (at + n < text.len && text.data[at + n] >= '0' && text.data[at + n] <= '9')
		n++;
	return n;
}

/* Two runs of digits of any length: by value, then the one with fewer zeros in front first. */
static int compare_numbers(struct span a, struct span b) {
	size_t skip_a = 0, skip_b = 0;
	int order;

	while (skip_a + 1 < a.len && a.data[skip_a] == '0')
		skip_a++;
	while (skip_b + 1 < b.len && b.data[skip_b] == '0')
		skip_b++;
	if (a.len - skip_a != b.len - skip_b)
		return a.len - skip_a < b.len - skip_b ? -1 : 1;
	order = memcmp(a.data + skip_a, b.data + skip_b, a.len - skip_a);
	return order ? order : (skip_a > skip_b) - (skip_a < skip_b);
}

int text_compare_natural(struct span a, struct span b) {
	size_t at = 0;

	while (at < a.len && at < b.len) {
		size_t n = count_digits(a, at), m = count_digits(b, at);
		int order = n && m ? compare_numbers(span_of(a.data + at, n), span_of(b.data + at, m)) :
				     a.data[at] - b.data[at];

		if (order)
			return order;
		at += n ? n : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* Number of single-letter edits between two words (Levenshtein), without regard to case. */
static size_t edit_distance(const char *a, const char *b) {
	size_t row[NEAREST_WORD_MAX + 1], b_len = strlen(b);

	if (b_len > NEAREST_WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = diagonal + ((a[i - 1] | 0x20) != (b[j - 1] | 0x20));

			diagonal = row[j];
			if (row[j] + 1 < change)
				change = row[j] + 1;
			row[j] = row[j - 1] + 1 < change ? row[j - 1] + 1 : change;
		}
	}
	return row[b_len];
}

const char *text_nearest(const char *word, const char *const *candidates) {
	size_t best = strlen(word) / 3 + 1;
	const char *nearest = NULL;

	for (; *candidates; candidates++) {
		size_t distance = edit_distance(word, *candidates);

		if (distance <= best && (!nearest || distance < best)) {
			best = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}
