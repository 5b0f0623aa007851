/* SPDX-License-Identifier: Apache-2.0 */
#include "model/filter.h"

#include "base/macros.h"
#include "model/quote_priv.h"

#define COMMENT_MAX 127 /* octets */
#define HARDWARE_TYPE_ETHERNET 1
#define PATTERN_TEXT_MAX 24

static const char *const list_words[] = {
	[FILTER_ALLOW] = "allow",
	[FILTER_DENY] = "deny",
	[FILTER_EXEMPT] = "exempt",
};

/* Copy the word at *@text and go behind the blanks after it. False if it is not shorter than @size. */
static bool take_word(const char **text, size_t size, char *ret_word) {
	size_t len = strcspn(*text, " ");

	if (len >= size)
		return false;
	memcpy(ret_word, *text, len);
	ret_word[len] = '\0';
	*text += len;
	*text += strspn(*text, " ");
	return true;
}

static bool parse_list(const char *word, enum filter_list *ret_list) {
	for (unsigned i = 0; i < ARRAY_LEN(list_words); i++)
		if (is_text_equal_nocase(word, list_words[i])) {
			*ret_list = (enum filter_list)i;
			return true;
		}
	return false;
}

/* @word loses its star. */
static bool parse_pattern(char *word, struct filter *filter) {
	size_t len = strlen(word), n_octets;
	bool is_prefix = len && word[len - 1] == '*';

	if (is_prefix)
		word[--len] = '\0';
	if (is_prefix && len && (word[len - 1] == ':' || word[len - 1] == '-'))
		word[--len] = '\0';
	if (text_parse_hex(word, sizeof filter->octets, filter->octets, &n_octets) < 0)
		return false;
	filter->htype = HARDWARE_TYPE_ETHERNET;
	filter->len = (uint8_t)n_octets;
	return is_prefix ? n_octets >= 1 && n_octets < sizeof filter->octets : n_octets == sizeof filter->octets;
}

static bool parse_type(const char *word, struct filter *filter) {
	uint64_t type = 0;

	if (text_parse_u64(word, UINT8_MAX, &type) < 0 || type <= HARDWARE_TYPE_ETHERNET)
		return false;
	filter->htype = (uint8_t)type;
	return true;
}

int filter_parse(const char *text, struct filter *ret_filter, struct error *reterr_error) {
	char word[PATTERN_TEXT_MAX], quoted[QUOTE_MAX];
	struct filter filter = { .source_dn = NULL };
	const char *rest = text;
	size_t len = strlen(text);
	bool is_right = take_word(&rest, sizeof word, word) && parse_list(word, &filter.list) &&
			take_word(&rest, sizeof word, word) &&
			(filter.list == FILTER_EXEMPT ? parse_type(word, &filter) : parse_pattern(word, &filter));

	while (len > 0 && text[len - 1] == ' ')
		len--;
	quote(span_of(text, len), quoted);
	if (!is_right)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "\"%s\" is not a filter; write allow or deny and an address, 02:00:5e:00:00:01, or its first one to five "
				 "octets and a star, 02:00:5e:*; or exempt and a type of hardware from 2 to 255",
				 quoted);
	if (strlen(rest) > COMMENT_MAX)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the comment of the filter \"%s\" is longer than %d octets; shorten it", quoted, COMMENT_MAX);
	filter.comment = rest;
	*ret_filter = filter;
	return 0;
}

const char *filter_list_name(enum filter_list list) {
	return list_words[list];
}

void filter_format_pattern(const struct filter *filter, struct text *text) {
	if (filter->list == FILTER_EXEMPT) {
		text_add(text, "%u", filter->htype);
		return;
	}
	text_add_hex(text, span_of(filter->octets, filter->len), ':');
	if (filter->len < sizeof filter->octets)
		text_add(text, ":*");
}

void filter_format(const struct filter *filter, struct text *text) {
	text_add(text, "%s ", list_words[filter->list]);
	filter_format_pattern(filter, text);
	if (*filter->comment)
		text_add(text, " %s", filter->comment);
}

int filter_compare(const struct filter *a, const struct filter *b) {
	if (a->htype != b->htype)
		return a->htype - b->htype;
	return span_compare(span_of(a->octets, a->len), span_of(b->octets, b->len));
}
