/* SPDX-License-Identifier: Apache-2.0 */
/* lease: what this machine's daemon has leased. */
#include <stdio.h>
#include <string.h>

#include "admin/call.h"
#include "admin/daemon.h"
#include "admin/result.h"
#include "base/ip4.h"

/* The network address of "10.77.0.0" or "10.77.0.0/24". */
static int take_network(const struct call *call, const char **ret_network, struct error *reterr_error) {
	const char *word = call_value(call, "network");
	struct ip4 address;

	*ret_network = word ? arena_dup(call->arena, span_of(word, strcspn(word, "/"))) : NULL;
	if (word && ip4_parse(*ret_network, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a network address such as 10.77.0.0", word);
	return 0;
}

int lease_list(struct call *call, struct error *reterr_error) {
	const char *network, *socket_path;
	json_t *leases;
	int r = take_network(call, &network, reterr_error);

	if (r == 0)
		r = call_find_socket(call, &socket_path, reterr_error);
	if (r == 0)
		r = daemon_get_leases(socket_path, network, &leases, reterr_error);
	if (r < 0)
		return r;
	return call_list(call, "leases", leases, NULL);
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
