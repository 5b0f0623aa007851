/* SPDX-License-Identifier: Apache-2.0 */
/* reservation: addresses that are kept for one client. */
#include <string.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "base/text.h"
#include "model/dn.h"
#include "model/lease.h"

#define DN_MAX 1024

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

/* Set @which to the octets that the flag gives, in the one form that we write. */
static int set_hex(struct arena *arena, struct entry *entry, enum schema_attribute which, const char *typed, size_t max,
		   struct error *reterr_error) {
	bool is_hardware = which == ATTRIBUTE_HARDWARE_ADDRESS;
	char shown[3 * CLIENT_KEY_MAX + 1];
	uint8_t octets[CLIENT_KEY_MAX];
	struct text text;
	size_t len;

	if (text_parse_hex(typed, max, octets, &len) < 0 || len == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not %s", typed,
				 is_hardware ? "a hardware address such as 02:00:00:00:77:01" :
					       "a client identifier in hexadecimal, such as 01:02:00:00:00:77:01");
	text_init(&text, shown, sizeof shown);
	text_add_hex(&text, span_of(octets, len), ':');
	edit_set(arena, entry, attribute(which), shown);
	return 0;
}

/* One of @hardware and @client_id is given. */
static int set_client(const struct call *call, struct entry *reservation, struct error *reterr_error) {
	struct arena *arena = call->arena;
	const char *hardware = call_value(call, "hardware"), *client_id = call_value(call, "client-id");
	const char *name = call_value(call, "name");

	if (name && name[0])
		edit_set(arena, reservation, attribute(ATTRIBUTE_NAME), name);
	if (hardware)
		return set_hex(arena, reservation, ATTRIBUTE_HARDWARE_ADDRESS, hardware, LEASE_HARDWARE_MAX,
			       reterr_error);
	return set_hex(arena, reservation, ATTRIBUTE_CLIENT_IDENTIFIER, client_id, CLIENT_KEY_MAX - 1, reterr_error);
}

/* True if both reservations have the same value of @which, however it is written. */
static bool is_same_client(const struct entry *a, const struct entry *b, enum schema_attribute which) {
	const char *texts[] = { entry_text(a, attribute(which)), entry_text(b, attribute(which)) };
	uint8_t octets[2][CLIENT_KEY_MAX];
	size_t lens[2];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!texts[i] || text_parse_hex(texts[i], CLIENT_KEY_MAX, octets[i], &lens[i]) < 0)
			return false;
	return is_span_equal(span_of(octets[0], lens[0]), span_of(octets[1], lens[1]));
}

static int check_conflict(const struct tree *tree, const struct entry *scope, const struct entry *wanted,
			  struct error *reterr_error) {
	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *other = tree->entries.items[i];

		if (!is_dn_equal(dn_parent(other->dn), scope->dn))
			continue;
		if (is_dn_equal(other->dn, wanted->dn))
			return error_set(reterr_error, E_DDS_RESERVATION_CONFLICT, "%s is reserved already; remove that reservation first",
					 tree_leaf(tree, other));
		if (is_same_client(other, wanted, ATTRIBUTE_HARDWARE_ADDRESS) ||
		    is_same_client(other, wanted, ATTRIBUTE_CLIENT_IDENTIFIER))
			return error_set(reterr_error, E_DDS_RESERVATION_CONFLICT,
					 "this client has a reservation in scope %s already: %s; a client can have one in each scope",
					 tree_scope_text(tree, scope), tree_leaf(tree, other));
	}
	return 0;
}

/* The scope whose subnet holds @text. */
static int find_scope(struct tree *tree, const char *text, const struct entry **ret_scope, struct error *reterr_error) {
	struct ip4_subnet subnet;
	struct ip4 address;

	if (ip4_parse(text, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", text);
	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (!is_entry_of_class(entry, schema_class_get(CLASS_SCOPE)->name) ||
		    tree_scope_subnet(tree, entry, &subnet) < 0 || !is_ip4_in_subnet(address, subnet))
			continue;
		*ret_scope = entry;
		return 0;
	}
	return error_set(reterr_error, E_DDS_SUBNET_NOT_PRESENT,
			 "%s lies in no scope; \"lessorctl scope list\" shows what there is", text);
}

int reservation_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *address = call_value(call, "address");
	const struct entry *scope = NULL;
	struct entry *reservation;
	char dn[DN_MAX];
	int r;

	if (is_call_given(call, "hardware") == is_call_given(call, "client-id"))
		return call_reject_usage(call, reterr_error, "for which client? Name it with either --hardware MAC or --client-id HEX");
	r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = find_scope(&tree, address, &scope, reterr_error);
	if (r == 0)
		r = dn_make(address, scope->dn, sizeof dn, dn);
	if (r < 0)
		return r;
	reservation = edit_new(call->arena, dn, schema_class_get(CLASS_RESERVATION)->name);
	r = set_client(call, reservation, reterr_error);
	if (r == 0)
		r = check_conflict(&tree, scope, reservation, reterr_error);
	if (r == 0)
		r = tree_add(&tree, reservation, E_DDS_RESERVATION_CONFLICT, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(dn, "%s in scope %s is reserved for %s", address, tree_scope_text(&tree, scope),
					 edit_value(reservation, attribute(ATTRIBUTE_HARDWARE_ADDRESS), 0) ?
						 edit_value(reservation, attribute(ATTRIBUTE_HARDWARE_ADDRESS), 0) :
						 edit_value(reservation, attribute(ATTRIBUTE_CLIENT_IDENTIFIER), 0)));
}

static json_t *reservation_item(const struct tree *tree, const struct entry *reservation) {
	const struct entry *scope = tree_find(tree, dn_parent(reservation->dn));

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "address", result_text(tree_leaf(tree, reservation)), "scope",
			 result_text(scope ? tree_scope_text(tree, scope) : NULL), "hardwareAddress",
			 result_text(entry_text(reservation, attribute(ATTRIBUTE_HARDWARE_ADDRESS))), "clientIdentifier",
			 result_text(entry_text(reservation, attribute(ATTRIBUTE_CLIENT_IDENTIFIER))), "name",
			 result_text(entry_text(reservation, attribute(ATTRIBUTE_NAME))));
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

int reservation_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *reservation;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_reservation(&tree, call_value(call, "address"), &reservation, reterr_error);
	if (r == 0)
		r = directory_delete(tree.directory, reservation->dn, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(reservation->dn, "%s is not reserved any more", tree_leaf(&tree, reservation)));
}
