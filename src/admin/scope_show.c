/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl scope list, scope show. */
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/level.h"
#include "admin/option_edit.h"
#include "admin/result.h"
#include "admin/show.h"
#include "admin/tree.h"
#include "model/dn.h"
#include "model/snapshot.h"

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

static const struct scope *scope_of_dn(const struct snapshot *snapshot, const char *dn) {
	for (size_t i = 0; i < snapshot->n_scopes; i++)
		if (is_dn_equal(snapshot->scopes[i].dn, dn))
			return &snapshot->scopes[i];
	return NULL;
}

/* What both commands say of a scope. One that the rules leave out is "invalid". */
static json_t *scope_item(const struct tree *tree, const struct entry *entry, const struct scope *scope) {
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "network", result_text(tree_scope_text(tree, entry)), "name",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_NAME))), "description",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_DESCRIPTION))), "site",
			 result_text(tree_site_name(tree, entry)), "state",
			 !scope ? "invalid" : scope->is_enabled ? "enabled" : "disabled", "superscope",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_SUPERSCOPE))), "ranges",
			 show_values(entry, ATTRIBUTE_RANGE), "servers", show_values(entry, ATTRIBUTE_SERVED_BY));
}

int scope_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct snapshot *snapshot;
	struct findings findings;
	json_t *items;
	int r = tree_load(call, &tree, reterr_error);

	if (r < 0)
		return r;
	snapshot = snapshot_build(tree.entries.items, tree.entries.n_items, "", 0, &findings);
	items = json_array();
	for (size_t i = 0; i < tree.entries.n_items; i++) {
		const struct entry *entry = tree.entries.items[i];

		if (is_entry_of_class(entry, schema_class_get(CLASS_SCOPE)->name))
			json_array_append_new(items, scope_item(&tree, entry, scope_of_dn(snapshot, entry->dn)));
	}
	snapshot_free(snapshot);
	result_sort(items, "network");
	return call_list(call, "scopes", items, NULL);
}

/* What is in force in a scope that the rules do not leave out. */
static void add_force(struct tree *tree, const struct entry *entry, const struct scope *scope, json_t *object) {
	const uint64_t *settings = scope->settings.values;

	json_object_set_new(object, "reservations", json_integer((json_int_t)scope->n_reservations));
	json_object_set_new(object, "leaseTime", json_integer((json_int_t)settings[SETTING_LEASE_TIME]));
	json_object_set_new(object, "delay", json_integer((json_int_t)settings[SETTING_OFFER_DELAY]));
	json_object_set_new(object, "activatePolicies", json_boolean(settings[SETTING_POLICIES]));
	json_object_set_new(object, "maxBootpClients", json_integer((json_int_t)settings[SETTING_MAX_BOOTP_CLIENTS]));
	json_object_set_new(object, "settings", level_settings_in_force(tree, entry));
	json_object_set_new(object, "options", option_items_in_force(tree, entry));
}

/* All that is to be said about one scope, as its (first) server sees it. */
static json_t *scope_object(struct tree *tree, const struct entry *entry) {
	const char *server = edit_value(entry, attribute(ATTRIBUTE_SERVED_BY), 0);
	struct findings findings;
	struct snapshot *snapshot =
		snapshot_build(tree->entries.items, tree->entries.n_items, server ? server : "", 0, &findings);
	const struct scope *scope = scope_of_dn(snapshot, entry->dn);
	json_t *object = scope_item(tree, entry, scope);

	json_object_set_new(object, "dn", result_text(entry->dn));
	json_object_set_new(object, "exclusions", show_values(entry, ATTRIBUTE_EXCLUSION));
	json_object_set_new(object, "findings", show_findings(&findings, entry->dn));
	if (scope)
		add_force(tree, entry, scope, object);
	snapshot_free(snapshot);
	return object;
}

int scope_show(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *entry;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_scope(&tree, call_value(call, "network"), &entry, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, scope_object(&tree, entry));
}
