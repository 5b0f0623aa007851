/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/show.h"

#include "admin/edit.h"
#include "admin/level.h"
#include "admin/result.h"
#include "base/text.h"
#include "model/dn.h"
#include "wire/option.h"

#define VALUE_TEXT_MAX (4 * OPTION_VALUE_MAX)

json_t *show_values(const struct entry *entry, enum schema_attribute which) {
	json_t *array = json_array();
	const char *value;

	for (size_t i = 0; (value = edit_value(entry, schema_attribute_get(which)->name, i)); i++)
		json_array_append_new(array, result_text(value));
	return array;
}

json_t *show_options(struct arena *arena, const struct option_set *options) {
	char *shown = arena_take(arena, VALUE_TEXT_MAX), buffer[4];
	json_t *array = json_array();

	for (size_t i = 0; i < options->n_values; i++) {
		const struct option_value *value = &options->values[i];
		struct text text;

		text_init(&text, shown, VALUE_TEXT_MAX);
		option_value_format(value->code, value->octets, &text);
		json_array_append_new(array, json_pack("{s:s, s:i, s:o, s:s, s:o}", "name", option_name(value->code, buffer), "code",
						       value->code, "value", result_text(shown), "level", level_name(value->level),
						       "source", result_text(value->source_dn)));
	}
	return array;
}

json_t *show_findings(const struct findings *findings, const char *dn) {
	json_t *array = json_array();

	for (size_t i = 0; i < findings->n_items; i++)
		if (is_dn_within(findings->items[i].dn, dn))
			json_array_append_new(array, result_finding(&findings->items[i]));
	return array;
}
