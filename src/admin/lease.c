/* SPDX-License-Identifier: Apache-2.0 */
/* lease: what this machine's daemon has leased. */
#include <stdio.h>
#include <string.h>

#include "admin/daemon.h"
#include "admin/lease.h"
#include "admin/result.h"
#include "base/ip4.h"
#include "base/text.h"

int lease_take_network(const struct call *call, const char *name, const char **ret_network,
		       struct error *reterr_error) {
	const char *word = call_value(call, name);
	struct ip4 address;

	*ret_network = word ? arena_dup(call->arena, span_of(word, strcspn(word, "/"))) : NULL;
	if (word && ip4_parse(*ret_network, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a network address such as 10.77.0.0", word);
	return 0;
}

static int take_limit(const struct call *call, size_t *ret_limit, struct error *reterr_error) {
	const char *word = call_value(call, "limit");
	uint64_t limit = SIZE_MAX;

	if (word && (text_parse_u64(word, SIZE_MAX, &limit) < 0 || limit == 0))
		return error_set(reterr_error, E_INVALID_PARAMETER, "--limit must be a number from 1 on");
	*ret_limit = limit;
	return 0;
}

static int take_bounds(struct call *call, struct daemon_leases *ret_bounds, struct error *reterr_error) {
	const char *after = call_value(call, "after");
	struct ip4 address;
	int r = lease_take_network(call, "network", &ret_bounds->network, reterr_error);

	if (r == 0)
		r = take_limit(call, &ret_bounds->limit, reterr_error);
	if (r == 0 && after && ip4_parse(after, &address) < 0)
		r = error_set(reterr_error, E_INVALID_PARAMETER, "--after must be an IPv4 address such as 10.77.0.5");
	ret_bounds->after = after ? after : "";
	return r;
}

/* A list under way. */
struct listing {
	struct call *call;
	json_t *leases; /* that nobody took */
};

static int list_some(void *context, const json_t *leases, struct error *reterr_error) {
	struct listing *listing = context;

	if (is_call_piecewise(listing->call))
		return json_array_size(leases) == 0
			       ? 0
			       : call_hand_over(listing->call, "leases", json_incref((json_t *)leases), reterr_error);
	json_array_extend(listing->leases, (json_t *)leases);
	return 0;
}

int lease_list(struct call *call, struct error *reterr_error) {
	struct listing listing = { .call = call };
	json_t *next = NULL, *result;
	struct daemon_leases bounds;
	const char *socket_path;
	int r = take_bounds(call, &bounds, reterr_error);

	if (r == 0)
		r = call_find_socket(call, &socket_path, reterr_error);
	if (r < 0)
		return r;
	listing.leases = json_array();
	r = daemon_visit_leases(socket_path, &bounds, list_some, &listing, &next, reterr_error);
	if (r < 0) {
		json_decref(listing.leases);
		return r;
	}
	result = json_pack("{s:o,s:o}", "leases", listing.leases, "next", next);
	if (json_is_string(next))
		json_object_set_new(result, "message",
				    json_sprintf("there are more: go on with --after %s", json_string_value(next)));
	return call_done(call, result);
}

int lease_show(struct call *call, struct error *reterr_error) {
	const char *word = call_value(call, "address"), *socket_path;
	struct ip4 address;
	json_t *lease;
	int r;

	if (ip4_parse(word, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", word);
	r = call_find_socket(call, &socket_path, reterr_error);
	if (r == 0)
		r = daemon_call(socket_path, arena_format(call->arena, "/v1/leases/%s", word), false, &lease, reterr_error);
	return r < 0 ? r : call_done(call, lease);
}

static void set_given(const struct call *call, json_t *body, const char *parameter, const char *key) {
	const char *value = call_value(call, parameter);

	if (value)
		json_object_set_new(body, key, result_text(value));
}

/* What the daemon is asked to lease. */
static int make_order(struct call *call, json_t *body, struct error *reterr_error) {
	const char *time = call_value(call, "lease-time");
	uint64_t seconds;

	if (!is_call_given(call, "hardware") && !is_call_given(call, "client-id"))
		return call_reject_usage(call, reterr_error, "say whose lease it is: --hardware or --client-id");
	if (!is_call_given(call, "address") && !is_call_given(call, "scope"))
		return call_reject_usage(
			call, reterr_error,
			"say which address to lease, or with --scope of which scope the next free one");
	if (time && (text_parse_duration(time, UINT32_MAX - 1, &seconds) < 0 || seconds == 0))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "--lease-time must be a time such as 8d, 1h30m or 3600");
	set_given(call, body, "address", "address");
	set_given(call, body, "scope", "scope");
	set_given(call, body, "hardware", "hardwareAddress");
	set_given(call, body, "client-id", "clientIdentifier");
	set_given(call, body, "host-name", "hostName");
	if (time)
		json_object_set_new(body, "leaseTime", json_integer((json_int_t)seconds));
	return 0;
}

int lease_add(struct call *call, struct error *reterr_error) {
	json_t *body = json_object(), *lease = NULL;
	const struct daemon_request request = { .method = "POST", .path = "/v1/leases", .body = body };
	const char *socket_path;
	int r = make_order(call, body, reterr_error);

	if (r == 0)
		r = call_find_socket(call, &socket_path, reterr_error);
	if (r == 0)
		r = daemon_ask(socket_path, &request, &lease, reterr_error);
	json_decref(body);
	if (r < 0)
		return r;
	json_object_set_new(lease, "message",
			    json_sprintf("%s is leased", json_string_value(json_object_get(lease, "address"))));
	return call_done(call, lease);
}

/* "10.77.0.5, 10.77.0.6", each of them an address. */
static int take_addresses(struct call *call, const char **ret_list, struct error *reterr_error) {
	const char *list = "", *word;
	struct ip4 address;

	for (size_t i = 0; (word = call_value_at(call, "address", i)); i++) {
		if (ip4_parse(word, &address) < 0)
			return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", word);
		list = arena_format(call->arena, "%s%s%s", list, i ? ", " : "", word);
	}
	*ret_list = list;
	return 0;
}

static int remove_all(struct call *call, const char *socket_path, struct error *reterr_error) {
	size_t n = call_count(call, "address");
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct daemon_request request = {
			.method = "DELETE",
			.path = arena_format(call->arena, "/v1/leases/%s", call_value_at(call, "address", i)),
		};
		json_t *lease = NULL;

		r = daemon_ask(socket_path, &request, &lease, reterr_error);
		json_decref(lease);
		if (r < 0 && i > 0)
			error_prefix(reterr_error, "the leases named before it are deleted");
	}
	return r;
}

int lease_remove(struct call *call, struct error *reterr_error) {
	const char *list = "", *socket_path;
	int r = take_addresses(call, &list, reterr_error);

	if (r == 0)
		r = call_find_socket(call, &socket_path, reterr_error);
	if (r == 0)
		r = call_confirm(call, reterr_error,
				 "this deletes the lease of %s; whoever uses the address may meet somebody else there",
				 list);
	if (r == 0)
		r = remove_all(call, socket_path, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, json_pack("{s:o}", "message", json_sprintf("the lease of %s is deleted", list)));
}

/* "?scope=10.77.0.0&count=5..." */
static const char *free_query(struct call *call, const char *network) {
	static const char *const parameters[] = { "count", "from", "to" };
	const char *query = arena_format(call->arena, "/v1/free?scope=%s", network);

	for (size_t i = 0; i < ARRAY_LEN(parameters); i++)
		if (is_call_given(call, parameters[i]))
			query = arena_format(call->arena, "%s&%s=%s", query, parameters[i],
					     call_value(call, parameters[i]));
	return query;
}

/* Whatever is given becomes part of a query: letters and digits alone. */
static int check_words(const struct call *call, struct error *reterr_error) {
	for (size_t i = 0; i < call->n_parameters; i++)
		if (strcspn(call->parameters[i].value, "&=%#? ") < strlen(call->parameters[i].value))
			return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s\" is neither a number nor an address",
					 call->parameters[i].value);
	return 0;
}

int scope_free(struct call *call, struct error *reterr_error) {
	const char *network, *socket_path;
	json_t *answer = NULL;
	int r = lease_take_network(call, "network", &network, reterr_error);

	if (r == 0)
		r = check_words(call, reterr_error);
	if (r == 0)
		r = call_find_socket(call, &socket_path, reterr_error);
	if (r == 0)
		r = daemon_ask_patiently(socket_path, free_query(call, network), &answer, reterr_error);
	if (r < 0 && r != -E_DHCP_REACHED_END_OF_SELECTION)
		return r;
	call_done(call, json_pack("{s:O}", "addresses", json_object_get(answer, "addresses")));
	json_decref(answer);
	if (r == 0)
		return 0;
	call_warn(call, E_DHCP_REACHED_END_OF_SELECTION, "%s", reterr_error->text);
	return 1; /* done, but not as was wished */
}
