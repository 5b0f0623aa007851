/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include "base/error.h"
#include "base/text.h"

#define ESCAPED_MAX 4096

json_t *json_safe_text(const char *text) {
	json_t *value = text ? json_string(text) : json_null();
	char escaped[ESCAPED_MAX];
	struct text safe;

	if (value)
		return value;
	text_init(&safe, escaped, sizeof escaped);
	text_add_escaped(&safe, span_of_text(text));
	return json_string(escaped);
}

void json_set_text(json_t *object, const char *key, const char *text) {
	json_object_set_new(object, key, json_safe_text(text));
}

void json_set_integer(json_t *object, const char *key, int64_t value) {
	json_object_set_new(object, key, json_integer(value));
}

void json_set_code(json_t *object, int code) {
	json_set_integer(object, "code", code);
	json_set_text(object, "name", code ? error_name(code) : "");
}

json_t *finding_json(const struct finding *finding) {
	json_t *object = json_object();

	json_set_text(object, "dn", finding->dn);
	json_set_text(object, "attribute", finding->attribute);
	json_set_code(object, finding->code);
	json_set_text(object, "reason", finding->reason);
	return object;
}
