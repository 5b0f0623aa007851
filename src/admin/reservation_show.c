/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl reservation list, reservation show. */
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

/* The server that serves the scope, "" if none. */
static const char *server_of(const struct entry *scope) {
	const char *server = scope ? edit_value(scope, attribute(ATTRIBUTE_SERVED_BY), 0) : NULL;

	return server ? server : "";
}

static json_t *reservation_item(const struct tree *tree, const struct entry *reservation) {
	const struct entry *scope = tree_find(tree, dn_parent(reservation->dn));
	const char *type = entry_text(reservation, attribute(ATTRIBUTE_CLIENT_TYPE));

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "address", result_text(tree_leaf(tree, reservation)), "scope",
			 result_text(scope ? tree_scope_text(tree, scope) : NULL), "hardwareAddress",
			 result_text(entry_text(reservation, attribute(ATTRIBUTE_HARDWARE_ADDRESS))), "clientIdentifier",
			 result_text(entry_text(reservation, attribute(ATTRIBUTE_CLIENT_IDENTIFIER))), "type",
			 result_text(type ? type : client_type_name(CLIENT_TYPE_BOTH)), "name",
			 result_text(entry_text(reservation, attribute(ATTRIBUTE_NAME))), "description",
			 result_text(entry_text(reservation, attribute(ATTRIBUTE_DESCRIPTION))));
}

int reservation_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *scope = NULL;
	json_t *items;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0 && is_call_given(call, "network"))
		r = tree_get_scope(&tree, call_value(call, "network"), &scope, reterr_error);
	if (r < 0)
		return r;
	items = json_array();
	for (size_t i = 0; i < tree.entries.n_items; i++) {
		const struct entry *entry = tree.entries.items[i];

		if (is_entry_of_class(entry, schema_class_get(CLASS_RESERVATION)->name) &&
		    (!scope || is_dn_equal(dn_parent(entry->dn), scope->dn)))
			json_array_append_new(items, reservation_item(&tree, entry));
	}
	result_sort(items, "address");
	return call_list(call, "reservations", items, NULL);
}

/* Borrow the reservation that the entry @dn is, or NULL if the rules leave it out. */
static const struct reservation *find_reservation(const struct snapshot *snapshot, const char *dn) {
	for (size_t i = 0; i < snapshot->n_scopes; i++)
		for (size_t j = 0; j < snapshot->scopes[i].n_reservations; j++)
			if (is_dn_equal(snapshot->scopes[i].reservations[j].dn, dn))
				return &snapshot->scopes[i].reservations[j];
	return NULL;
}

/* All that is to be said about one, as the server of its scope sees it. */
static json_t *reservation_object(struct tree *tree, const struct entry *entry) {
	json_t *object = reservation_item(tree, entry);
	struct findings findings;
	struct snapshot *snapshot = snapshot_build(tree->entries.items, tree->entries.n_items,
						   server_of(tree_find(tree, dn_parent(entry->dn))), 0, &findings);
	const struct reservation *reservation = find_reservation(snapshot, entry->dn);

	json_object_set_new(object, "dn", result_text(entry->dn));
	json_object_set_new(object, "findings", show_findings(&findings, entry->dn));
	if (reservation) {
		json_object_set_new(object, "settings", level_settings_in_force(tree, entry));
		json_object_set_new(object, "options", option_items_in_force(tree, entry));
	}
	snapshot_free(snapshot);
	return object;
}

int reservation_show(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *entry;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_reservation(&tree, call_value(call, "address"), &entry, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, reservation_object(&tree, entry));
}
