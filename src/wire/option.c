/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/option.h"

#include <stdio.h>

#include "wire/packet.h"

#define NAME_SIZE 64   /* longer than any name in the table */
#define QUOTE_SIZE 128 /* of a wrong name in a sentence */

/* By code; the rows that the table does not have are empty. */
static const struct option_info infos[256] = {
#define OPTION(code_, name_, type_, flags_, reference_, prose_)                                                        \
	[code_] = { code_, name_, OPTION_TYPE_##type_, flags_, reference_, prose_ },
#include "wire/options.def"
#undef OPTION
};

/* In the order of the table. */
static const uint8_t codes[] = {
#define OPTION(code_, name_, type_, flags_, reference_, prose_) code_,
#include "wire/options.def"
#undef OPTION
};

/* For a "did you mean". */
static const char *const names[] = {
#define OPTION(code_, name_, type_, flags_, reference_, prose_) name_,
#include "wire/options.def"
#undef OPTION
	NULL,
};

const struct option_info *option_info_get(uint8_t code) {
	return infos[code].name ? &infos[code] : NULL;
}

const struct option_info *option_info_find(const char *name) {
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (is_text_equal_nocase(names[i], name))
			return &infos[codes[i]];
	return NULL;
}

const struct option_info *option_info_at(size_t index) {
	return index < ARRAY_LEN(codes) ? &infos[codes[index]] : NULL;
}

const char *option_name(uint8_t code, char buffer[static 4]) {
	if (infos[code].name)
		return infos[code].name;
	snprintf(buffer, 4, "%u", code);
	return buffer;
}

static int refuse_name(const char *text, size_t len, struct error *reterr_error) {
	char name[NAME_SIZE] = "", array[QUOTE_SIZE];
	const char *nearest = NULL;
	struct text quote;

	text_init(&quote, array, sizeof array);
	text_add_escaped(&quote, span_of(text, len));
	if (len > 0 && len < sizeof name) {
		memcpy(name, text, len);
		nearest = text_nearest(name, names);
	}
	if (nearest)
		return error_set(reterr_error, E_DHCP_OPTION_NOT_PRESENT,
				 "there is no option \"%s\"; did you mean \"%s\"?", array, nearest);
	return error_set(reterr_error, E_DHCP_OPTION_NOT_PRESENT,
			 "there is no option \"%s\"; give a name of the standard or a code from 1 to 254", array);
}

/* Find the code that the first @len characters of @text name: a name of the table or a number. */
static int parse_name(const char *text, size_t len, uint8_t *ret_code, struct error *reterr_error) {
	const struct option_info *info;
	char name[NAME_SIZE];
	uint64_t number;

	if (len >= sizeof name)
		return refuse_name(text, len, reterr_error);
	memcpy(name, text, len);
	name[len] = '\0';
	info = option_info_find(name);
	if (info)
		*ret_code = info->code;
	else if (text_parse_u64(name, DHCP4_OPTION_END - 1, &number) == 0 && number != DHCP4_OPTION_PAD)
		*ret_code = (uint8_t)number;
	else
		return refuse_name(text, len, reterr_error);
	return 0;
}

int option_assignment_parse(const char *text, size_t max, uint8_t *ret_code, uint8_t *ret_octets, size_t *ret_len,
			    struct error *reterr_error) {
	const char *equals = strchr(text, '=');
	char number[4];
	uint8_t code = 0;
	int r;

	if (!equals)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "an option is written NAME=VALUE or CODE=VALUE, for example routers=10.0.0.1");
	r = parse_name(text, (size_t)(equals - text), &code, reterr_error);
	if (r < 0)
		return r;
	if (infos[code].flags & OPTION_FLAG_MANAGED)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "option %s is filled in by the server itself; remove the value", infos[code].name);
	r = option_value_parse(infos[code].name ? infos[code].type : OPTION_TYPE_HEX, equals + 1, max, ret_octets,
			       ret_len, reterr_error);
	if (r < 0) {
		if (reterr_error)
			error_prefix(reterr_error, "option %s", option_name(code, number));
		return r;
	}
	*ret_code = code;
	return 0;
}
