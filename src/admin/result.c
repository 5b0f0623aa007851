/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/ip4.h"
#include "base/mem.h"
#include "json/json.h"

json_t *result_text(const char *text) {
	return json_safe_text(text);
}

json_t *result_message(const char *dn, const char *format, ...) {
	char sentence[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return json_pack("{s:o, s:o}", "message", result_text(sentence), "dn", result_text(dn));
}

/* What qsort compares; @place keeps the order of those that are equal. */
struct sort_item {
	struct ip4 address;
	size_t place;
	json_t *item;
};

static int compare_items(const void *a, const void *b) {
	const struct sort_item *left = a, *right = b;

	if (!is_ip4_equal(left->address, right->address))
		return left->address.value < right->address.value ? -1 : 1;
	return (left->place > right->place) - (left->place < right->place);
}

static struct ip4 address_of(const json_t *item, const char *key) {
	const char *text = json_string_value(json_object_get(item, key));
	size_t len = text ? strcspn(text, "/") : 0;
	struct ip4 address = { 0 };
	char array[IP4_TEXT_MAX];

	if (len >= sizeof array)
		return address;
	memcpy(array, text ? text : "", len);
	array[len] = '\0';
	ip4_parse(array, &address);
	return address;
}

void result_sort(json_t *items, const char *key) {
	size_t n = json_array_size(items);
	struct sort_item *sorted = mem_alloc(n * sizeof *sorted);

	for (size_t i = 0; i < n; i++) {
		json_t *item = json_incref(json_array_get(items, i));

		sorted[i] = (struct sort_item){ address_of(item, key), i, item };
	}
	qsort(sorted, n, sizeof *sorted, compare_items);
	for (size_t i = 0; i < n; i++)
		json_array_set_new(items, i, sorted[i].item);
	free(sorted);
}

json_t *result_error(const struct error *error) {
	int code = error->code < 0 ? -error->code : error->code;

	return json_pack("{s:i, s:s, s:o}", "code", code, "name", error_name(code), "message", result_text(error->text));
}

const char *result_text_at(const json_t *object, const char *key) {
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

json_int_t result_number_at(const json_t *object, const char *key) {
	return json_integer_value(json_object_get(object, key));
}
