/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/show.h"

#include "admin/edit.h"
#include "admin/result.h"
#include "json/json.h"
#include "model/dn.h"

json_t *show_values(const struct entry *entry, enum schema_attribute which) {
	json_t *array = json_array();
	const char *value;

	for (size_t i = 0; (value = edit_value(entry, schema_attribute_get(which)->name, i)); i++)
		json_array_append_new(array, result_text(value));
	return array;
}

json_t *show_findings(const struct findings *findings, const char *dn) {
	json_t *array = json_array();

	for (size_t i = 0; i < findings->n_items; i++)
		if (is_dn_within(findings->items[i].dn, dn))
			json_array_append_new(array, finding_json(&findings->items[i]));
	return array;
}
