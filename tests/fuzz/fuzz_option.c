/* SPDX-License-Identifier: Apache-2.0 */
/* What can be read as an option's value can be shown, and what is shown is read as the same octets again. Octets
 * from anywhere can be shown too. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/option.h"

#define INPUT_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void round_trip(const char *typed) {
	static char array[8 * OPTION_VALUE_MAX];
	uint8_t octets[INPUT_MAX], octets_again[INPUT_MAX], code, code_again;
	size_t len, len_again;
	struct error error;
	struct text text;

	if (option_assignment_parse(typed, sizeof octets, &code, octets, &len, &error) < 0) {
		check(error.code && *error.text);
		return;
	}
	text_init(&text, array, sizeof array);
	text_add(&text, "%u=", code);
	option_value_format(code, span_of(octets, len), &text);
	check(!text.is_truncated);
	check(option_assignment_parse(array, sizeof octets_again, &code_again, octets_again, &len_again, NULL) == 0);
	check(code == code_again && is_span_equal(span_of(octets, len), span_of(octets_again, len_again)));
}

/* As the value of one option of each type. */
static void show(struct span octets) {
	static char array[64 * OPTION_VALUE_MAX];
	const struct option_info *info;
	uint32_t seen = 0;

	for (size_t i = 0; (info = option_info_at(i)); i++) {
		struct text text;

		if (seen & 1u << info->type)
			continue;
		seen |= 1u << info->type;
		text_init(&text, array, sizeof array);
		option_value_format(info->code, octets, &text);
		check(strlen(array) == text.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	char typed[INPUT_MAX + 1];

	if (size > INPUT_MAX)
		return 0;
	memcpy(typed, data, size);
	typed[size] = '\0';
	round_trip(typed);
	show(span_of(data, size));
	return 0;
}
