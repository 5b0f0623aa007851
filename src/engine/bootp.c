/* SPDX-License-Identifier: Apache-2.0 */
/* bootp.c - clients that speak BOOTP (RFC 951, 1497, 1534, 1542): one request, one reply, and an address that is never
 * renewed nor given back. */
#include "engine/request.h"

#include "base/text.h"

#define LIMIT_PAUSE_MS 1000 /* a scope that has its number of clients is not counted again before */

static bool has_bootp_range(const struct scope *scope) {
	for (size_t i = 0; i < scope->n_ranges; i++)
		if (scope->range_kinds[i] & CLIENT_TYPE_BOOTP)
			return true;
	return false;
}

/* True if the scope, or another one on its link, may have an address for a BOOTP client without reservation. */
static bool has_bootp_address(const struct scope *scope) {
	const struct superscope *superscope = scope->superscope;

	for (size_t i = 0; superscope && i < superscope->n_members; i++)
		if (has_bootp_range(superscope->members[i]))
			return true;
	return has_bootp_range(scope);
}

/* True if @name is this server's, in full or without its domain. */
static bool is_our_name(const struct request *request, const char *name) {
	const char *own = request->input->snapshot->server_name;
	char host[DHCP4_SNAME_SIZE + 1] = "";

	for (size_t i = 0; i < sizeof host - 1 && own[i] && own[i] != '.'; i++)
		host[i] = own[i];
	return is_text_equal_nocase(name, own) || is_text_equal_nocase(name, host);
}

/* RFC 951 7.3: a client that wants a certain server names it. */
static bool is_wanted(const struct request *request) {
	struct span wanted = request->packet->sname;
	char name[DHCP4_SNAME_SIZE + 1] = "";
	struct ip4 address;

	if (wanted.len == 0)
		return true;
	memcpy(name, wanted.data, wanted.len);
	return ip4_parse(name, &address) == 0 ? is_request_for_us(request, address) : is_our_name(request, name);
}

/* True if another client without reservation would be one too many. */
static bool is_limit_reached(struct request *request) {
	const struct lease_view *leases = request->input->leases;
	uint64_t now_ms = request->input->now.boot_ms, limit = request_setting(request, SETTING_MAX_BOOTP_CLIENTS);
	struct range_position *position = request_position(request);
	size_t count;

	if (limit == UINT32_MAX || now_ms < position->limit_until_ms)
		return limit != UINT32_MAX;
	if (leases->count_bootp(leases->context, request->scope->subnet, request_lease_now(request), limit, &count) <
	    0) {
		request->output->is_store_failed = true;
		return true;
	}
	if (count >= limit)
		position->limit_until_ms = now_ms + LIMIT_PAUSE_MS;
	return count >= limit;
}

/* The address belongs to the client from now on: a reserved one for ever, as BOOTP has it; another one until it has not
 * asked for it for a while. */
static void grant(struct request *request, struct ip4 address) {
	int64_t lease_time = (int64_t)request_setting(request, SETTING_BOOTP_LEASE_TIME);
	bool is_for_ever = is_reserved_for_client(request, address);

	request->output->address = address;
	if (request_bind(request, address, is_for_ever ? LEASE_FOR_EVER : request->input->now.wall_s + lease_time))
		request_reply_bootp(request, address);
}

static void find_and_grant(struct request *request) {
	struct ip4 address = request_choose_address(request);

	if (is_ip4_none(address))
		request_drop(request, request_full_reason(request, DROP_BOOTP_FULL));
	else if (!is_address_own(request, address) && is_limit_reached(request))
		request_drop(request, DROP_BOOTP_FULL);
	else if (request_must_probe(request, address))
		request_drop(request, DROP_PROBING);
	else
		grant(request, address);
}

/* A client that knows its address wants to know other things. Its lease begins anew if it is ours. */
static void inform(struct request *request, struct ip4 address) {
	if (is_address_own(request, address) && can_assign(request, address))
		grant(request, address);
	else
		request_reply_bootp(request, (struct ip4){ 0 });
}

void request_bootp(struct request *request) {
	struct ip4 ciaddr = request->packet->ciaddr;

	if (!is_wanted(request))
		request_drop(request, DROP_OTHER_SERVER);
	else if (!request->reservation && !has_bootp_address(request->scope))
		request_drop(request, DROP_BOOTP);
	else if (is_ip4_none(ciaddr))
		find_and_grant(request);
	else
		inform(request, ciaddr);
}
