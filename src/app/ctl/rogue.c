/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl rogue: the other DHCP servers that this machine's daemon has met. */
#include <string.h>

#include "app/ctl/ctl.h"
#include "app/ctl/daemon.h"
#include "app/ctl/output.h"
#include "model/sighting.h"

/* What nobody wants on a network first. */
static const enum sighting_state order[] = { SIGHTING_UNLISTED, SIGHTING_FOREIGN, SIGHTING_UNJUDGED, SIGHTING_LISTED };

static const char *text_of(const json_t *server, const char *key) {
	const char *text = json_string_value(json_object_get(server, key));

	return text ? text : "";
}

/* The servers in that order; with those that are listed, or without them. */
static json_t *arrange(const json_t *servers, bool has_listed) {
	json_t *arranged = json_array(), *server;
	size_t place;

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		json_array_foreach(servers, place, server)
			if (strcmp(text_of(server, "state"), sighting_state_name(order[i])) == 0 &&
			    (has_listed || order[i] != SIGHTING_LISTED))
				json_array_append(arranged, server);
	return arranged;
}

/* Cells that show several members; not for programs, which have those. */
static void add_cells(struct ctl *ctl, json_t *servers) {
	json_t *server;
	size_t i;

	json_array_foreach(servers, i, server) {
		const char *via = text_of(server, "via"), *state = text_of(server, "state");
		const char *network = via[0] ? arena_format(ctl->arena, "via %s", via) : text_of(server, "interface");

		if (json_is_true(json_object_get(server, "gone")))
			state = arena_format(ctl->arena, "%s, gone", state);
		json_object_set_new(server, "networkCell", output_text(network));
		json_object_set_new(server, "stateCell", output_text(state));
	}
}

int rogue_list(struct ctl *ctl, struct error *reterr_error) {
	static const struct column columns[] = {
		{ "ADDRESS", "address", COLUMN_TEXT },     { "HARDWARE", "hardwareAddress", COLUMN_TEXT },
		{ "NETWORK", "networkCell", COLUMN_TEXT }, { "STATE", "stateCell", COLUMN_STATE },
		{ "OFFERED", "offered", COLUMN_TEXT },     { "SINCE", "firstSeen", COLUMN_TIME },
		{ "LAST SEEN", "lastSeen", COLUMN_TIME },  { "DIRECTORY", "enterprise", COLUMN_TEXT },
	};
	bool has_listed = is_flag_given(&ctl->arguments, FLAG_ALL);
	const char *socket_path;
	json_t *answer, *servers;
	int r = ctl_find_socket(ctl, &socket_path, reterr_error);

	if (r == 0)
		r = daemon_call(socket_path, "/v1/rogues", false, &answer, reterr_error);
	if (r < 0)
		return r;
	servers = arrange(json_object_get(answer, "servers"), has_listed);
	json_decref(answer);
	if (!ctl->is_json)
		add_cells(ctl, servers);
	return ctl_list(ctl, "servers", servers, columns, ARRAY_LEN(columns),
			has_listed ? "no other DHCP server was met on this server's networks" :
				     "no DHCP server was met on this server's networks that the directory does not list");
}
