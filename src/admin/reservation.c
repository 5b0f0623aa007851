/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl reservation add, set, remove. */
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/fields.h"
#include "admin/removed.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "base/text.h"
#include "model/dn.h"
#include "model/lease.h"

#define DN_MAX 1024

static const struct field fields[] = {
	{ "type", ATTRIBUTE_CLIENT_TYPE, FIELD_TEXT },
	{ "name", ATTRIBUTE_NAME, FIELD_TEXT },
	{ "description", ATTRIBUTE_DESCRIPTION, FIELD_TEXT },
};

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

/* Set @which to the octets that the parameter gives, in the one form that we write; nothing removes it. */
static int set_hex(struct arena *arena, struct entry *entry, enum schema_attribute which, const char *typed, size_t max,
		   struct error *reterr_error) {
	bool is_hardware = which == ATTRIBUTE_HARDWARE_ADDRESS;
	char shown[3 * CLIENT_KEY_MAX + 1];
	uint8_t octets[CLIENT_KEY_MAX];
	struct text text;
	size_t len = 0;

	if (text_parse_hex(typed, max, octets, &len) < 0 || (typed[0] && len == 0))
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not %s", typed,
				 is_hardware ? "a hardware address such as 02:00:00:00:77:01" :
					       "a client identifier in hexadecimal, such as 01:02:00:00:00:77:01");
	text_init(&text, shown, sizeof shown);
	text_add_hex(&text, span_of(octets, len), ':');
	edit_set(arena, entry, attribute(which), len ? shown : NULL);
	return 0;
}

/* Write what the call says into @reservation. */
static int fill(const struct call *call, struct entry *reservation, struct error *reterr_error) {
	const char *hardware = call_value(call, "hardware"), *client_id = call_value(call, "client-id");
	int r = fields_set(call, fields, ARRAY_LEN(fields), reservation, reterr_error);

	if (r == 0 && hardware)
		r = set_hex(call->arena, reservation, ATTRIBUTE_HARDWARE_ADDRESS, hardware, LEASE_HARDWARE_MAX,
			    reterr_error);
	if (r == 0 && client_id)
		r = set_hex(call->arena, reservation, ATTRIBUTE_CLIENT_IDENTIFIER, client_id, CLIENT_KEY_MAX - 1,
			    reterr_error);
	return r;
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

/* "10.77.0.10 in scope 10.77.0.0/24 is reserved for 02:00:00:00:77:01" */
static json_t *say(const struct tree *tree, const struct entry *reservation) {
	const struct entry *scope = tree_find(tree, dn_parent(reservation->dn));
	const char *hardware = entry_text(reservation, attribute(ATTRIBUTE_HARDWARE_ADDRESS));
	const char *client_id = entry_text(reservation, attribute(ATTRIBUTE_CLIENT_IDENTIFIER));
	const char *type = entry_text(reservation, attribute(ATTRIBUTE_CLIENT_TYPE));
	const char *kind = !type || is_text_equal_nocase(type, "both") ? "" : is_text_equal_nocase(type, "bootp") ?
									     ", which speaks BOOTP" :
									     ", which speaks DHCP";

	return result_message(reservation->dn, "%s in scope %s is reserved for %s%s", tree_leaf(tree, reservation),
			      scope ? tree_scope_text(tree, scope) : "?", hardware ? hardware : client_id, kind);
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
	if (r == 0 && tree_find(&tree, dn))
		r = error_set(reterr_error, E_DDS_RESERVATION_CONFLICT,
			      "%s is reserved already; \"lessorctl reservation show %s\" says for whom, \"reservation set\" changes it", address,
			      address);
	if (r < 0)
		return r;
	reservation = edit_new(call->arena, dn, schema_class_get(CLASS_RESERVATION)->name);
	r = fill(call, reservation, reterr_error);
	if (r == 0)
		r = tree_add(&tree, reservation, E_DDS_RESERVATION_CONFLICT, reterr_error);
	return r < 0 ? r : call_done(call, say(&tree, reservation));
}

int reservation_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *before;
	struct entry *after;
	int r;

	if (!is_any_field_given(call, fields, ARRAY_LEN(fields)) && !is_call_given(call, "hardware") &&
	    !is_call_given(call, "client-id"))
		return call_reject_usage(call, reterr_error, "what is to be set? Say it with --hardware, --client-id, --type, --name or --description");
	r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = tree_get_reservation(&tree, call_value(call, "address"), &before, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, before);
	r = fill(call, after, reterr_error);
	if (r == 0)
		r = tree_change(&tree, before, after, reterr_error);
	return r < 0 ? r : call_done(call, say(&tree, after));
}

int reservation_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *reservation;
	json_t *message;
	const char *undo;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_reservation(&tree, call_value(call, "address"), &reservation, reterr_error);
	if (r == 0)
		r = call_confirm(call, reterr_error, "this removes the reservation of %s with all that is set for its client",
				 tree_leaf(&tree, reservation));
	if (r < 0)
		return r;
	undo = removed_text(&tree, reservation->dn);
	r = directory_delete(tree.directory, reservation->dn, reterr_error);
	if (r < 0)
		return r;
	message = result_message(reservation->dn, "%s is not reserved any more", tree_leaf(&tree, reservation));
	return call_done(call, removed_result(message, undo));
}
