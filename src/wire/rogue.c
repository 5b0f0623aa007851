/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/rogue.h"

#include "base/cursor.h"
#include "base/macros.h"

#define SUBOPTION_PAD 0
#define SUBOPTION_REQUEST 94
#define SUBOPTION_ANSWER 95
#define SUBOPTION_END 255
#define SUBOPTION_HEAD 2 /* code and length */

/* Borrow the value of the first sub-option @code. It has data, if only of no length, unless there is none. */
static struct span suboption_find(struct span octets, uint8_t code) {
	struct reader reader = reader_of(octets);

	while (!is_reader_at_end(&reader)) {
		uint8_t found = reader_u8(&reader);
		struct span value;

		if (found == SUBOPTION_PAD)
			continue;
		if (found == SUBOPTION_END)
			break;
		value = reader_take(&reader, reader_u8(&reader));
		if (found == code)
			return value; /* no data if it was cut off */
	}
	return (struct span){ 0 };
}

/* The locale must have no say, so isalnum() has none. */
bool is_rogue_name_char(uint8_t octet) {
	return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9') ||
	       octet == '.' || octet == '-' || octet == '_';
}

static void name_copy(struct span name, size_t size, char *ret_name) {
	size_t len = name.len < size ? name.len : size - 1;

	for (size_t i = 0; i < len; i++)
		ret_name[i] = is_rogue_name_char(name.data[i]) ? (char)name.data[i] : '?';
	ret_name[len] = '\0';
}

/* What the string of sub-option 95 means, DHCPv6's too: it should end with a NUL, and ends at the first. */
static enum rogue_answer answer_of(struct span string, size_t size, char *ret_enterprise) {
	const uint8_t *nul = string.len ? memchr(string.data, '\0', string.len) : NULL;

	if (nul)
		string.len = (size_t)(nul - string.data);
	name_copy(string, size, ret_enterprise);
	return string.len ? ROGUE_ANSWER_DIRECTORY : ROGUE_ANSWER_STANDALONE;
}

bool has_rogue_request(struct span vendor_information) {
	return suboption_find(vendor_information, SUBOPTION_REQUEST).data != NULL;
}

enum rogue_answer rogue_answer_parse(struct span vendor_information, size_t size, char *ret_enterprise) {
	struct span string = suboption_find(vendor_information, SUBOPTION_ANSWER);

	assert(size > 0);
	ret_enterprise[0] = '\0';
	return string.data ? answer_of(string, size, ret_enterprise) : ROGUE_ANSWER_NONE;
}

size_t rogue_request_write(uint8_t ret_octets[static ROGUE_REQUEST_SIZE]) {
	ret_octets[0] = SUBOPTION_REQUEST;
	ret_octets[1] = 0;
	return ROGUE_REQUEST_SIZE;
}

size_t rogue_answer_write(const char *enterprise, uint8_t ret_octets[static ROGUE_ANSWER_SIZE]) {
	struct writer writer = writer_of(ret_octets, ROGUE_ANSWER_SIZE);
	size_t len = strnlen(enterprise, ROGUE_ANSWER_SIZE - SUBOPTION_HEAD - 1);

	writer_u8(&writer, SUBOPTION_ANSWER);
	writer_u8(&writer, (uint8_t)(len + 1));
	writer_put(&writer, span_of(enterprise, len));
	writer_u8(&writer, '\0');
	return writer.len;
}
