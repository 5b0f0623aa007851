/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct error_info error_table[] = {
#define ERROR_ROW(number, symbol, name, http, ...) { number, http, "ERROR_" name, __VA_ARGS__ },
#include "base/errors.def"
#undef ERROR_ROW
};

int error_set(struct error *reterr_error, enum error_code code, const char *format, ...) {
	if (reterr_error) {
		va_list args;

		reterr_error->code = (int)code;
		va_start(args, format);
		vsnprintf(reterr_error->text, sizeof reterr_error->text, format, args);
		va_end(args);
	}
	return -(int)code;
}

int error_prefix(struct error *error, const char *format, ...) {
	char prefixed[sizeof error->text];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(prefixed, sizeof prefixed, format, args);
	va_end(args);
	if (length >= 0 && (size_t)length < sizeof prefixed) {
		struct text text = { prefixed, sizeof prefixed, (size_t)length, false };

		text_add(&text, ": %s", error->text);
		memcpy(error->text, prefixed, sizeof prefixed);
	}
	return -error->code;
}

const struct error_info *error_info_get(int code) {
	if (code < 0)
		code = -code;
	for (size_t i = 0; i < ARRAY_LEN(error_table); i++)
		if (error_table[i].code == code)
			return &error_table[i];
	return NULL;
}

const char *error_name(int code) {
	const struct error_info *info = error_info_get(code);

	return info ? info->name : "ERROR_UNKNOWN";
}

const struct error_info *error_info_at(size_t index) {
	return index < ARRAY_LEN(error_table) ? &error_table[index] : NULL;
}
