/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reconcile_text.h"

#include "api/json.h"
#include "base/text.h"

#define SIDE_MAX 1024

/* The two sides of a finding, for people; "" where there is nothing to say. */
struct sides {
	struct text found, expected;
	char found_array[SIDE_MAX], expected_array[SIDE_MAX];
};

static void add_address(struct text *text, struct ip4 address) {
	char array[IP4_TEXT_MAX];

	text_add(text, "%s", ip4_format(address, array));
}

static void add_scope(struct text *text, struct ip4_subnet scope) {
	add_address(text, scope.network);
	text_add(text, "/%u", scope.prefix_length);
}

static void add_hardware(struct text *text, const struct lease *lease) {
	text_add_hex(text, span_of(lease->chaddr, lease->hlen), ':');
}

static void add_type(struct text *text, const struct lease *lease) {
	text_add(text, "%s", lease->is_bootp ? "bootp" : "dhcp");
}

/* The client that @address is reserved for, as its reservation names it. */
static void add_reserved_client(struct text *text, const struct snapshot *snapshot, struct ip4 address) {
	const struct scope *scope = snapshot_scope_of(snapshot, address);
	const struct reservation *reservation = scope ? scope_reservation_at(scope, address) : NULL;

	if (!reservation)
		return;
	if (reservation->hardware_address.len)
		text_add_hex(text, reservation->hardware_address, ':');
	else
		text_add_hex(text, reservation->client_id, '\0');
}

typedef void compare_f(const struct reconcile_finding *finding, const struct snapshot *snapshot, struct sides *sides);

static void compare_scope(const struct reconcile_finding *finding, const struct snapshot *snapshot,
			  struct sides *sides) {
	const struct scope *scope = snapshot_scope_of(snapshot, finding->address);

	add_scope(&sides->found, finding->lease->scope);
	if (scope && scope->is_served)
		add_scope(&sides->expected, scope->subnet);
}

static void compare_hardware(const struct reconcile_finding *finding, const struct snapshot *snapshot,
			     struct sides *sides) {
	add_hardware(&sides->found, finding->lease);
	add_hardware(&sides->expected, &finding->judgment->mended);
}

static void compare_type(const struct reconcile_finding *finding, const struct snapshot *snapshot,
			 struct sides *sides) {
	add_type(&sides->found, finding->lease);
	add_type(&sides->expected, &finding->judgment->mended);
}

static void compare_end(const struct reconcile_finding *finding, const struct snapshot *snapshot, struct sides *sides) {
	text_add(&sides->found, "no end");
}

/* The address of the one that stays is what is expected. */
static void compare_addresses(const struct reconcile_finding *finding, const struct snapshot *snapshot,
			      struct sides *sides) {
	const struct judgment *judgment = finding->judgment;

	add_address(&sides->found, finding->address);
	text_add(&sides->found, ", ");
	add_address(&sides->found, judgment->rival);
	add_address(&sides->expected, judgment->action == MEND_REMOVE ? judgment->rival : finding->address);
}

static void compare_client(const struct reconcile_finding *finding, const struct snapshot *snapshot,
			   struct sides *sides) {
	if (finding->lease)
		add_hardware(&sides->found, finding->lease);
	add_reserved_client(&sides->expected, snapshot, finding->address);
}

static void compare_reserved(const struct reconcile_finding *finding, const struct snapshot *snapshot,
			     struct sides *sides) {
	add_address(&sides->found, finding->address);
	add_address(&sides->expected, finding->judgment->reserved);
}

/* Kinds of which there is no more to say than their word have no function. */
static compare_f *const comparisons[INCONSISTENCY_COUNT] = {
	[INCONSISTENCY_OTHER_SCOPE] = compare_scope,
	[INCONSISTENCY_NO_SCOPE] = compare_scope,
	[INCONSISTENCY_SCOPE_GONE] = compare_scope,
	[INCONSISTENCY_WRONG_HARDWARE] = compare_hardware,
	[INCONSISTENCY_WRONG_TYPE] = compare_type,
	[INCONSISTENCY_NO_END] = compare_end,
	[INCONSISTENCY_TWO_RECORDS] = compare_addresses,
	[INCONSISTENCY_RESERVED_FOR_OTHER] = compare_client,
	[INCONSISTENCY_INACTIVE] = compare_client,
	[INCONSISTENCY_RESERVED_ELSEWHERE] = compare_reserved,
};

static void set_text_or_null(json_t *object, const char *key, const char *text) {
	json_object_set_new(object, key, text[0] ? json_string(text) : json_null());
}

static void set_client(json_t *object, const struct reconcile_finding *finding) {
	const struct client_key nobody = { 0 };
	const struct client_key *client = finding->lease   ? &finding->lease->client
					  : finding->drift ? &finding->drift->client
							   : &nobody;

	json_set_hex(object, "client", span_of(client->octets, client->len), '\0');
}

json_t *reconcile_finding_json(const struct reconcile_finding *finding, const struct snapshot *snapshot) {
	const struct inconsistency_info *info = inconsistency_info_get(finding->kind);
	json_t *object = json_object();
	char address[IP4_TEXT_MAX];
	struct sides sides;

	text_init(&sides.found, sides.found_array, sizeof sides.found_array);
	text_init(&sides.expected, sides.expected_array, sizeof sides.expected_array);
	if (comparisons[finding->kind])
		comparisons[finding->kind](finding, snapshot, &sides);
	json_set_text(object, "kind", info->word);
	json_set_text(object, "mending", mending_name(info->mending));
	set_text_or_null(object, "address", is_ip4_none(finding->address) ? "" : ip4_format(finding->address, address));
	set_client(object, finding);
	set_text_or_null(object, "found", sides.found_array);
	set_text_or_null(object, "expected", sides.expected_array);
	return object;
}
