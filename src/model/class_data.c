/* SPDX-License-Identifier: Apache-2.0 */
#include "model/class_data.h"

#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "model/quote_priv.h"

#define HEX_MARK "hex:"

static const char *const kind_words[] = {
	[CLASS_KIND_USER] = "user",
	[CLASS_KIND_VENDOR] = "vendor",
};

const char *class_kind_name(enum class_kind kind) {
	return kind_words[kind];
}

int class_kind_parse(const char *word, enum class_kind *ret_kind) {
	for (unsigned i = 0; i < ARRAY_LEN(kind_words); i++)
		if (is_text_equal_nocase(word, kind_words[i])) {
			*ret_kind = (enum class_kind)i;
			return 0;
		}
	return -E_INVALID_PARAMETER;
}

static bool has_hex_mark(const char *text) {
	return strncasecmp(text, HEX_MARK, strlen(HEX_MARK)) == 0;
}

int class_data_parse(const char *text, uint8_t ret_octets[static CLASS_DATA_MAX], size_t *ret_len,
		     struct error *reterr_error) {
	char quoted[QUOTE_MAX];
	size_t len = strlen(text);

	if (has_hex_mark(text)) {
		if (text_parse_hex(text + strlen(HEX_MARK), CLASS_DATA_MAX, ret_octets, &len) < 0)
			len = 0;
	} else if (len <= CLASS_DATA_MAX) {
		memcpy(ret_octets, text, len);
	}
	if (len < 1 || len > CLASS_DATA_MAX)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "\"%s\" is not the data of a class; write 1 to %d octets as text, or as " HEX_MARK "4d534654",
				 quote(span_of_text(text), quoted), CLASS_DATA_MAX);
	*ret_len = len;
	return 0;
}

static bool is_typed(struct span data) {
	char text[CLASS_DATA_MAX + 1];

	for (size_t i = 0; i < data.len; i++)
		if (data.data[i] < ' ' || data.data[i] > '~')
			return false;
	memcpy(text, data.data, data.len);
	text[data.len] = '\0';
	return text[0] != ' ' && text[data.len - 1] != ' ' && !has_hex_mark(text);
}

void class_data_format(struct span data, struct text *text) {
	assert(data.len >= 1 && data.len <= CLASS_DATA_MAX);
	if (is_typed(data)) {
		text_add(text, "%.*s", (int)data.len, (const char *)data.data);
		return;
	}
	text_add(text, HEX_MARK);
	text_add_hex(text, data, '\0');
}
