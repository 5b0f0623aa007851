/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl lease: what this machine's daemon has leased. */
#include <stdio.h>
#include <string.h>

#include "app/ctl/ctl.h"
#include "app/ctl/daemon.h"
#include "app/ctl/output.h"
#include "base/ip4.h"

/* The network address of "10.77.0.0" or "10.77.0.0/24". */
static int take_network(const struct ctl *ctl, const char **ret_network, struct error *reterr_error) {
	const char *word = ctl->arguments.n_words ? ctl->arguments.words[0] : NULL;
	struct ip4 address;

	*ret_network = word ? arena_dup(ctl->arena, span_of(word, strcspn(word, "/"))) : NULL;
	if (word && ip4_parse(*ret_network, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a network address such as 10.77.0.0", word);
	return 0;
}

int lease_list(struct ctl *ctl, struct error *reterr_error) {
	static const struct column columns[] = {
		{ "ADDRESS", "address", COLUMN_TEXT }, { "SCOPE", "scope", COLUMN_TEXT },
		{ "STATE", "state", COLUMN_STATE },    { "HARDWARE", "hardwareAddress", COLUMN_TEXT },
		{ "HOST", "hostName", COLUMN_TEXT },   { "EXPIRES", "expiry", COLUMN_TIME },
	};
	const char *network, *socket_path;
	json_t *leases;
	int r = take_network(ctl, &network, reterr_error);

	if (r == 0)
		r = ctl_find_socket(ctl, &socket_path, reterr_error);
	if (r == 0)
		r = daemon_get_leases(socket_path, network, &leases, reterr_error);
	if (r < 0)
		return r;
	return ctl_list(ctl, "leases", leases, columns, ARRAY_LEN(columns), "nothing is leased");
}

int lease_show(struct ctl *ctl, struct error *reterr_error) {
	static const struct column fields[] = {
		{ "Address", "address", COLUMN_TEXT },          { "Scope", "scope", COLUMN_TEXT },
		{ "State", "state", COLUMN_STATE },             { "Hardware address", "hardwareAddress", COLUMN_TEXT },
		{ "Client", "client", COLUMN_TEXT },            { "Host name", "hostName", COLUMN_TEXT },
		{ "First given", "start", COLUMN_TIME },        { "Last change", "changed", COLUMN_TIME },
		{ "Expires", "expiry", COLUMN_TIME },           { "Relay", "relay", COLUMN_TEXT },
	};
	const char *word = ctl->arguments.words[0], *socket_path;
	struct ip4 address;
	json_t *lease;
	int r;

	if (ip4_parse(word, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", word);
	r = ctl_find_socket(ctl, &socket_path, reterr_error);
	if (r == 0)
		r = daemon_call(socket_path, arena_format(ctl->arena, "/v1/leases/%s", word), false, &lease, reterr_error);
	if (r < 0)
		return r;
	if (ctl->is_json)
		output_json(stdout, lease);
	else
		output_fields(stdout, lease, fields, ARRAY_LEN(fields));
	json_decref(lease);
	return 0;
}
