/* SPDX-License-Identifier: Apache-2.0 */
/* rogue: the other DHCP servers that this machine's daemon has met. */
#include <string.h>

#include "admin/call.h"
#include "admin/daemon.h"
#include "admin/result.h"
#include "model/sighting.h"

/* What nobody wants on a network first. */
static const enum sighting_state order[] = { SIGHTING_UNLISTED, SIGHTING_FOREIGN, SIGHTING_UNJUDGED, SIGHTING_LISTED };

/* The servers in that order; with those that are listed, or without them. */
static json_t *arrange(const json_t *servers, bool has_listed) {
	json_t *arranged = json_array(), *server;
	size_t place;

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		json_array_foreach(servers, place, server)
			if (strcmp(result_text_at(server, "state"), sighting_state_name(order[i])) == 0 &&
			    (has_listed || order[i] != SIGHTING_LISTED))
				json_array_append(arranged, server);
	return arranged;
}

int rogue_list(struct call *call, struct error *reterr_error) {
	bool has_listed = is_call_given(call, "all");
	const char *socket_path;
	json_t *answer, *servers;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = daemon_call(socket_path, "/v1/rogues", false, &answer, reterr_error);
	if (r < 0)
		return r;
	servers = arrange(json_object_get(answer, "servers"), has_listed);
	json_decref(answer);
	return call_list(call, "servers", servers,
			has_listed ? "no other DHCP server was met on this server's networks" :
				     "no DHCP server was met on this server's networks that the directory does not list");
}
