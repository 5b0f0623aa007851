/* SPDX-License-Identifier: Apache-2.0 */
/* errors: the error table, or what one of its codes means. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admin/call.h"
#include "admin/result.h"
#include "base/mem.h"
#include "base/text.h"

#define PREFIX "ERROR_"

static json_t *row_object(const struct error_info *info) {
	return json_pack("{s:i, s:s, s:s, s:s}", "code", info->code, "name", info->name, "meaning", info->meaning, "advice",
			 info->advice);
}

/* True if @word is the row's number or its name, with or without ERROR_. One name stands for two rows. */
static bool is_row_meant(const struct error_info *info, const char *word) {
	uint64_t number;

	if (text_parse_u64(word, INT32_MAX, &number) == 0)
		return info->code == (int)number;
	return is_text_equal_nocase(info->name, word) || is_text_equal_nocase(info->name + strlen(PREFIX), word);
}

static const char *nearest_name(const char *word) {
	const char *names[512 + 1] = { NULL };
	bool has_prefix = strncasecmp(word, PREFIX, strlen(PREFIX)) == 0;
	const struct error_info *info;

	for (size_t i = 0; (info = error_info_at(i)) && i < ARRAY_LEN(names) - 1; i++)
		names[i] = has_prefix ? info->name : info->name + strlen(PREFIX);
	return text_nearest(word, names);
}

static int reject(const char *word, struct error *reterr_error) {
	const char *nearest = nearest_name(word);

	if (nearest && word[strspn(word, "0123456789")])
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no error code %s; did you mean %s?", word, nearest);
	return error_set(reterr_error, E_INVALID_PARAMETER,
			 "there is no error code %s; \"lessorctl errors\" prints them all", word);
}

int errors_run(struct call *call, struct error *reterr_error) {
	const char *word = call_value(call, "code");
	const struct error_info *info;
	json_t *rows = json_array();

	for (size_t i = 0; (info = error_info_at(i)); i++)
		if (!word || is_row_meant(info, word))
			json_array_append_new(rows, row_object(info));
	if (json_array_size(rows) == 0) {
		json_decref(rows);
		return reject(word, reterr_error);
	}
	return call_list(call, "errors", rows, NULL);
}
