/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - one packet on its way through the engine; internal to src/engine. */
#pragma once

#include "base/cursor.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/offers.h"
#include "model/condition.h"
#include "wire/fqdn.h"

#define USER_CLASSES_MAX 8 /* of one client that are looked at */
#define POLICIES_MAX 64    /* that one client can meet; those behind are not looked at */
#define TRACE_TEXT_MAX 1024

/* Where the searches for an address go on, per scope and protocol. Embedded. */
struct range_position {
	struct ip4 next;          /* for one without record; none: at the start of the first range */
	uint64_t full_until_ms;   /* all ranges were searched in vain: do not search again before */
	uint64_t limit_until_ms;  /* there are as many BOOTP clients as may be: do not count again before */
	struct ip4 sweep;         /* one by one, for what the other ways overlook; none: at the start */
	uint64_t swept_until_ms;  /* all were looked at: do not begin again before */
	struct range_position *of_policies; /* in a scope's: one for each of its policies, once used */
};

struct engine {
	struct arena *arena; /* holds the engine itself */
	struct offers *offers;
	/* two for each of snapshot->scopes once used, for DHCP and BOOTP; forgotten when the snapshot changes */
	struct range_position *positions;
	struct arena *positions_arena;
	size_t n_positions;
};

/* What a client is beyond its identity. Not zeroed, as most requests need little of it: client.c fills it. */
struct traits {
	const struct client_class *user_classes[USER_CLASSES_MAX]; /* as the client names them */
	size_t n_user_classes;
	const struct policy *policies[POLICIES_MAX]; /* that it meets in the request's scope, in their order */
	size_t n_policies;
	bool is_shown_known;
	struct condition_subject shown;
	char fqdn[FQDN_TEXT_MAX];
};

/* Lifetime: the call of engine_handle. */
struct request {
	struct engine *engine;
	const struct engine_input *input;
	const struct dhcp4_packet *packet;
	struct engine_output *output;
	const struct scope *scope;
	const struct reservation *reservation; /* of this client in @scope, or NULL */
	struct traits *traits;
	enum client_type type; /* the protocol that it speaks */
	bool is_room_missing;  /* it could have the address that was looked at last, had the store room for its lease */
	struct ip4 server_id;  /* how we call ourselves towards this client */
	struct client_key client; /* large: not zeroed for each packet */
};

/* What a message asks for, by its own fields; a handler per message type. Fills request->output. */
void request_discover(struct request *request);
void request_request(struct request *request);
void request_decline(struct request *request);
void request_release(struct request *request);
void request_inform(struct request *request);
void request_bootp(struct request *request);

/* rogue.c: the same for a server that asks whether this network belongs to a directory ([MS-DHCPE] 3.2.5.4). */
void request_rogue(struct request *request);

/* filter.c: true if the lists of hardware addresses let the client pass. Otherwise output->filter is set. */
bool request_filter(struct request *request);

/* client.c: find the client's user classes; then, once the scope is known, the policies that it meets there. */
void request_classify(struct request *request);
void request_match_policies(struct request *request);

/* The client's vendor class, or NULL. */
const struct client_class *request_vendor_class(const struct request *request);

/* True if policies count for this server and the request's scope; if any has ranges there. */
bool has_request_policies(const struct request *request);
bool has_policy_ranges(const struct request *request);

/* The policy of the scope whose ranges hold @address, whoever meets it; NULL if none. */
const struct policy *request_policy_find(const struct request *request, struct ip4 address);
static inline const struct policy *request_policy_of(const struct request *request, struct ip4 address) {
	return request->scope->policies.n_items ? request_policy_find(request, address) : NULL;
}

/* The @index-th of the policies with ranges that the client meets, or NULL; whether @policy is one that it meets. */
const struct policy *request_policy_ranged(const struct request *request, size_t index);
bool is_request_policy(const struct request *request, const struct policy *policy);

/* The wall time by which leases have ended or not: a clock that jumps takes no lease from anybody. */
static inline int64_t input_lease_now(const struct engine_input *input) {
	return input->now.wall_s - input->ahead_s;
}
static inline int64_t request_lease_now(const struct request *request) {
	return input_lease_now(request->input);
}

/* Note that no reply is sent, and why. */
void request_drop(struct request *request, enum drop_reason reason);

/* link.c: which scope, and who we are on that link. Returns DROP_COUNT when both were found. */
enum drop_reason request_select_scope(struct request *request);

/* Go on in @scope, which is in service: the client's reservation and policies are those that it has there. False if we
 * have no address on that link; nothing changes then. */
bool request_enter_scope(struct request *request, const struct scope *scope);

/* The @index-th member in service of the superscope of @first, which is one: @first itself, then by network; with
 * @is_default_first the default member first, if there is one, and then all by network. NULL past the last. */
const struct scope *superscope_member(const struct scope *first, bool is_default_first, size_t index);

/* The client's reservation in @scope, or NULL. */
const struct reservation *request_reservation_in(const struct request *request, const struct scope *scope);

/* The latter alone, whether a scope of ours serves that link or not. False if we have no address there. */
bool request_select_server_id(struct request *request);

/* True if @address is one of this host's. */
bool is_request_for_us(const struct request *request, struct ip4 address);

/* True if @address lies in a subnet of the link that the packet came from itself, not through a relay. */
bool is_request_on_link(const struct request *request, struct ip4 address);

/* probe.c: remember that @address is offered to the client, and say whether it is to be pinged before (output->probe is
 * set then): if that is configured, nobody vouches for the address, and it has not just been silent. */
bool request_must_probe(struct request *request, struct ip4 address);

/* boot_file.c: put the boot file for this client into @header, if there is one, and note it in output. */
void request_boot_file(struct request *request, struct dhcp4_header *header);

/* allocate.c: true if @address may be given to this client: in a range or reserved for it, and not in use by anybody
 * else. Sets output->is_store_failed when that could not be found out. */
bool can_assign(struct request *request, struct ip4 address);

/* The same of an address that the client has a claim to, which the trace is told of: @why, or why it cannot have it. */
bool request_claim(struct request *request, struct ip4 address, const char *why);

/* The address for a client that has not asked for a certain one, or whose wish cannot be met; none if there is no free
 * one. In a superscope the request goes on in the member that the address lies in. Fills output->policy. */
struct ip4 request_choose_address(struct request *request);

/* True if the client, in a superscope, can have an address that is reserved for it in another member. */
bool has_reservation_elsewhere(struct request *request);

/* Why there was none: the client's policies have no room, or else @reason. */
enum drop_reason request_full_reason(struct request *request, enum drop_reason reason);

/* search.c: an address that nobody has, in the ranges of @policy, or of the scope if that is NULL; none if there is
 * none. */
struct ip4 request_search(struct request *request, const struct policy *policy);

/* Where the searches for addresses of the scope go on for clients of this protocol. */
struct range_position *request_position(struct request *request);

/* True if @address is reserved for this client; or else, for the second, if it has a lease of it in force. */
bool is_reserved_for_client(const struct request *request, struct ip4 address);
bool is_address_own(struct request *request, struct ip4 address);

/* Read the lease of @address, or of this client. False if there is none, or on failure (is_store_failed is set
 * then). */
bool request_lease_at(struct request *request, struct ip4 address, struct lease *ret_lease);
bool request_lease_of_client(struct request *request, struct lease *ret_lease);
bool request_lease_in(struct request *request, const struct scope *scope, struct lease *ret_lease);

/* True if @result of a call of the store says that the thing was found; is_store_failed is set on failure. */
bool is_found_in_store(struct request *request, int result);

/* Store @lease. False on failure (is_store_failed is set then). */
bool request_lease_put(struct request *request, const struct lease *lease);

/* messages.c: bind @address to the client until @expiry, and forget what it was offered. False on failure; the packet
 * is dropped then. */
bool request_bind(struct request *request, struct ip4 address, int64_t expiry);

/* Lease time for this client: what is configured, or less if the client asked for less. Seconds. */
uint32_t request_lease_time(const struct request *request);

/* Option codes. Embedded; starts zeroed. */
struct code_set {
	uint64_t bits[4];
};

/* Add @code. False if it was in the set already. */
static inline bool code_set_add(struct code_set *set, uint8_t code) {
	uint64_t bit = UINT64_C(1) << (code & 63);
	bool is_new = !(set->bits[code >> 6] & bit);

	set->bits[code >> 6] |= bit;
	return is_new;
}

static inline bool is_code_in_set(const struct code_set *set, uint8_t code) {
	return set->bits[code >> 6] & UINT64_C(1) << (code & 63);
}

enum precedence {
#define PRECEDENCE(symbol, ...) PRECEDENCE_##symbol,
#include "engine/precedence.def"
#undef PRECEDENCE
	PRECEDENCE_COUNT
};

/* Where values of options are looked for, for this client: the rows of precedence.def that can have some. Embedded. */
struct option_search {
	const struct request *request;
	const struct client_class *vendor_class; /* options of this class; NULL: the standard ones */
	const struct option_set *only;           /* all that there is for most clients; NULL: look into the rows */
	uint8_t rows[PRECEDENCE_COUNT];
	size_t n_rows;
};

/* How far a search has come; starts zeroed. */
struct option_place {
	size_t row, index;
};

/* precedence.c: prepare; the value that counts, or NULL; all values that there are, best first, NULL at the end; the
 * codes of all options that have one. Values live as long as the snapshot. */
void option_search_start(const struct request *request, const struct client_class *vendor_class,
			 struct option_search *ret_search);
const struct option_value *option_search_best(const struct option_search *search, uint8_t code);
const struct option_value *option_search_next(const struct option_search *search, uint8_t code,
					      struct option_place *place);
void option_search_codes(const struct option_search *search, struct code_set *codes);

/* The user class that the value found last at @place is for; NULL: for everybody. */
const struct client_class *option_place_class(const struct option_search *search, const struct option_place *place);

static inline const struct option_value *option_search_get(const struct option_search *search, uint8_t code) {
	return search->only ? option_set_get(search->only, code) : option_search_best(search, code);
}

/* The configured options of one reply. Embedded; large. */
struct reply_options {
	struct option_search search; /* the standard ones */
	struct span vendor;   /* those of the client's vendor class, as the value of option 43; data NULL if none */
	struct code_set done; /* written, or not to be written */
	uint8_t vendor_octets[DHCP4_MESSAGE_MAX];
};

/* options.c: prepare; borrow a value, data NULL if there is none; write one, unless it is done already; write all that
 * there are; tell the trace of those that were not written. */
void reply_options_start(const struct request *request, struct reply_options *ret_options);
struct span reply_options_get(const struct reply_options *options, uint8_t code);
void reply_options_write(struct reply_options *options, struct dhcp4_writer *writer, uint8_t code);
void reply_options_write_all(struct reply_options *options, struct dhcp4_writer *writer);
void reply_options_note_rest(const struct reply_options *options);

/* precedence.c: a setting for this client: the reservation's own, that of the first policy that sets it, or the
 * scope's. */
uint64_t request_setting(const struct request *request, enum setting setting);

/* reply.c: write the reply of type @type. @address is yiaddr (none for NAK and INFORM); @lease_time 0 leaves out the
 * times. */
void request_reply(struct request *request, enum dhcp4_message_type type, struct ip4 address, uint32_t lease_time);

/* The reply to a BOOTP client; @address is yiaddr, none if it knows its address itself. */
void request_reply_bootp(struct request *request, struct ip4 address);

/* A DHCPACK with @vendor_information in option 43 and nothing that is configured. */
void request_reply_vendor(struct request *request, struct span vendor_information);

/* A DHCPNAK (RFC 2131 table 3). */
void request_reply_nak(struct request *request, const char *message);

/* note.c: tell the trace, which is there, of the packet; of the settings that count for the client; of the row of the
 * table of boot files; of what came out. */
void request_note_packet(const struct request *request);
void request_note_settings(const struct request *request);
void request_note_boot_file(const struct request *request);
void request_note_result(const struct request *request);

static inline bool is_request_traced(const struct request *request) {
	return request->input->trace != NULL;
}

/* Tell the trace, if there is one; the note is not looked at otherwise. */
#define request_note(request, ...)                                                                                     \
	(is_request_traced(request) ? engine_trace_note((request)->input->trace, __VA_ARGS__) : (void)0)

/* order.c: the reservation of a client in @scope, by its client identifier or its hardware address; NULL if it has
 * none. */
const struct reservation *reservation_of(const struct scope *scope, const struct client_key *client, uint8_t htype,
					 struct span hardware);

/* False, and the reason is given, if the store has no room for new leases. */
bool has_store_room(const struct engine_input *input, struct order_answer *answer);

/* Say that the store failed. */
void order_refuse_store(struct order_answer *answer);
