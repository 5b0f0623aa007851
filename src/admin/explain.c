/* SPDX-License-Identifier: Apache-2.0 */
/* explain: what a server would do with a client's message, and why. The daemon's own engine decides, over the
 * directory's configuration or this machine's copy of it, and over this machine's leases, none of which changes. */
#include <stdio.h>
#include <string.h>

#include "admin/call.h"
#include "admin/level.h"
#include "admin/question.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "base/clock.h"
#include "base/text.h"
#include "engine/engine.h"
#include "store/directory_store.h"
#include "store/lease_store.h"

#define PROBES_MAX 2 /* an address that would be pinged is taken to be silent */

/* What the decision rests on. */
struct ground {
	struct snapshot *snapshot;   /* owned */
	struct lease_store *leases;  /* owned; NULL if they are not known */
	struct lease_batch *batch;   /* owned; with leases */
	const char *server;          /* in the call's arena */
	const char *source;          /* "directory" or "copy" */
};

static void ground_done(struct ground *ground) {
	if (ground->batch)
		lease_batch_abort(ground->batch);
	lease_store_close(ground->leases);
	snapshot_free(ground->snapshot);
}

/* Without a store of leases: nobody has any. */
static int no_lease_at(void *context, struct ip4 address, struct lease *ret_lease) {
	return -E_NOT_FOUND;
}

static int no_lease_of(void *context, struct ip4_subnet scope, const struct client_key *client,
		       struct lease *ret_lease) {
	return -E_NOT_FOUND;
}

static int first_is_gap(void *context, struct ip4 from, struct ip4 to, struct ip4 *ret_address) {
	*ret_address = from;
	return from.value <= to.value ? 0 : -E_NOT_FOUND;
}

static int nothing_reusable(void *context, struct ip4_subnet scope, int64_t now, size_t skip, struct lease *ret_lease) {
	return -E_NOT_FOUND;
}

static int no_bootp(void *context, struct ip4_subnet scope, int64_t now, size_t enough, size_t *ret_count) {
	*ret_count = 0;
	return 0;
}

static int forget(void *context, const struct lease *lease) {
	return 0;
}

static int no_lease_after(void *context, struct ip4 from, struct lease *ret_lease) {
	return -E_NOT_FOUND;
}

static int forget_removal(void *context, struct ip4 address) {
	return 0;
}

static const struct lease_view no_leases = {
	.get_by_address = no_lease_at,
	.get_by_client = no_lease_of,
	.get_gap = first_is_gap,
	.get_reusable = nothing_reusable,
	.count_bootp = no_bootp,
	.put = forget,
	.get_next = no_lease_after,
	.remove = forget_removal,
};

/* lessord.conf, if there is one; what is wrong with it is in nobody's way who says where everything is. */
static int read_config(struct call *call, const struct config **ret_config, struct error *reterr_error) {
	int r = session_read_config(call->session, ret_config, reterr_error);

	if (r == 0 || (!session_setting(call->session, "uri") && !session_setting(call->session, "file") &&
		       !is_call_given(call, "state-directory")))
		return r;
	*ret_config = NULL;
	return 0;
}

/* The server that is asked about: the one that is named, this machine's, or the only one that there is. */
static int choose_server(struct call *call, const struct entry *const *entries, size_t n_entries, const char **ret_name,
			 struct error *reterr_error) {
	const char *name = call_value(call, "server"), *only = NULL;
	const struct config *config = NULL;
	size_t n_servers = 0;
	int r = read_config(call, &config, reterr_error);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_entries; i++) {
		if (!is_entry_of_class(entries[i], schema_class_get(CLASS_SERVER)->name))
			continue;
		only = entry_text(entries[i], "cn");
		n_servers++;
	}
	if (!name && config && config->server_name[0])
		name = config->server_name;
	if (!name && n_servers == 1)
		name = only;
	if (!name)
		return call_reject_usage(call, reterr_error, "there are %zu servers; say with --server which one is asked about", n_servers);
	*ret_name = arena_dup_text(call->arena, name);
	return 0;
}

static int build(struct call *call, const struct entry *const *entries, size_t n_entries, struct ground *ground,
		 struct error *reterr_error) {
	struct findings findings;
	int r = choose_server(call, entries, n_entries, &ground->server, reterr_error);

	if (r == 0)
		ground->snapshot = snapshot_build(entries, n_entries, ground->server, 0, &findings);
	return r;
}

static int read_directory(struct call *call, struct ground *ground, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	int r = tree_load(call, &tree, reterr_error);

	ground->source = "directory";
	return r < 0 ? r : build(call, tree.entries.items, tree.entries.n_items, ground, reterr_error);
}

static int read_copy(struct call *call, const char *state_directory, struct ground *ground,
		     struct error *reterr_error) {
	struct directory_store *store = NULL;
	struct entry **entries = NULL;
	size_t n_entries = 0;
	uint64_t generation;
	int r = directory_store_open_reader(state_directory, &store, reterr_error);

	if (r == -E_NOT_FOUND)
		return error_set(reterr_error, E_NOT_FOUND, "%s holds no copy of the directory; let lessord run once", state_directory);
	if (r < 0)
		return r;
	ground->source = "copy";
	r = directory_store_accepted(store, call->arena, &entries, &n_entries, &generation);
	if (r < 0)
		error_set(reterr_error, (enum error_code)-r, "the copy of the directory in %s cannot be read", state_directory);
	else
		r = build(call, (const struct entry *const *)entries, n_entries, ground, reterr_error);
	directory_store_close(store);
	return r;
}

/* Where this machine's daemon keeps its stores; NULL if that is not known. */
static int find_state_directory(struct call *call, const char **ret_path, struct error *reterr_error) {
	const char *given = call_value(call, "state-directory");
	const struct config *config = NULL;
	int r = read_config(call, &config, reterr_error);

	if (r == 0)
		*ret_path = given ? given : config ? config->state_directory : NULL;
	return r;
}

/* Leases are looked at where that is possible; otherwise the answer is that of an empty store, and says so. */
static void open_leases(struct call *call, const char *state_directory, struct ground *ground) {
	struct error error = { .text = "lessord.conf does not say where they are" };
	int r = state_directory ? lease_store_open_reader(state_directory, &ground->leases, &error) : -E_NOT_FOUND;

	if (r == -E_NOT_FOUND && state_directory)
		error_set(&error, E_NOT_FOUND, "%s holds none", state_directory);
	if (r == 0)
		r = lease_store_look(ground->leases, &ground->batch, &error);
	if (r < 0)
		call_warn(call, (enum error_code)-r, "the leases are not known (%s), so addresses in use count as free", error.text);
}

static int ground_open(struct call *call, struct ground *ground, struct error *reterr_error) {
	bool is_offline = is_call_given(call, "offline");
	const char *state_directory = NULL;
	int r = find_state_directory(call, &state_directory, reterr_error);

	if (r == 0 && is_offline && !state_directory)
		r = call_reject_usage(call, reterr_error, "say with --state-directory where the copy of the directory is");
	if (r == 0)
		r = is_offline ? read_copy(call, state_directory, ground, reterr_error) :
				 read_directory(call, ground, reterr_error);
	if (r == 0)
		open_leases(call, state_directory, ground);
	return r;
}

static void add_step(void *context, const struct trace_note *note) {
	json_t *steps = context;

	json_array_append_new(steps, json_pack("{s:s, s:b, s:o, s:o, s:s, s:o}", "step", trace_step_name(note->step), "applied",
					       note->is_applied, "subject", result_text(note->subject), "text", result_text(note->text),
					       "level", note->level ? level_name(note->level) : "", "dn", result_text(note->dn)));
}

/* The same message again where the engine would ping the address first: nobody answers here. */
static void ask_engine(const struct engine_input *given, struct engine_output *ret_output, json_t *steps) {
	const struct engine_trace trace = { steps, add_step };
	struct engine *engine = engine_new();
	struct engine_input input = *given;

	input.trace = &trace;
	for (unsigned i = 0; i < PROBES_MAX; i++) {
		json_array_clear(steps);
		engine_handle(engine, &input, ret_output);
		if (ret_output->has_reply || ret_output->reason != DROP_PROBING)
			break;
		input.silent = ret_output->probe;
	}
	engine_free(engine);
}

static json_t *address_or_null(struct ip4 address) {
	char text[IP4_TEXT_MAX];

	return is_ip4_none(address) ? json_null() : json_string(ip4_format(address, text));
}

static json_t *make_result(const struct ground *ground, const struct engine_output *output, json_t *steps) {
	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:i}", "server", ground->server, "source", ground->source,
			 "leasesKnown", ground->batch != NULL, "reply",
			 output->has_reply ? json_string(dhcp4_message_name(output->sent)) : json_null(), "reason",
			 output->has_reply ? json_null() : json_string(drop_description(output->reason)), "scope",
			 output->scope ? result_text(output->scope->dn) : json_null(), "address", address_or_null(output->address),
			 "steps", steps, "delay", (int)output->delay_ms);
}

static int decide(struct call *call, const struct ground *ground, const struct question *question,
		  struct error *reterr_error) {
	const struct link_address link = { question->link, question->link_length };
	struct engine_output *output = arena_new_of(call->arena, struct engine_output);
	json_t *steps = json_array();
	struct engine_input input = {
		.octets = question->octets,
		.now = clock_now(),
		.is_authorized = true,
		.link_addresses = &link,
		.n_link_addresses = 1,
		.host_addresses = &link.address,
		.n_host_addresses = 1,
		.snapshot = ground->snapshot,
		.leases = ground->batch ? lease_batch_view(ground->batch) : &no_leases,
		.enterprise = "",
	};

	ask_engine(&input, output, steps);
	if (!output->has_reply && output->reason == DROP_NO_SCOPE) {
		json_decref(steps);
		return error_set(reterr_error, E_DHCP_UNSUPPORTED_CLIENT,
				 "%s serves no scope for where this client is; \"lessorctl scope list\" shows the scopes and their servers",
				 ground->server);
	}
	call_done(call, make_result(ground, output, steps));
	return output->has_reply ? 0 : 1;
}

/* A relay's address counts for the link where nothing else does: we have to have an address to answer from. */
static int complete_link(struct call *call, struct question *question, struct error *reterr_error) {
	struct dhcp4_packet packet;

	if (!is_ip4_none(question->link) || dhcp4_parse(question->octets, &packet) != DHCP4_FAULT_NONE)
		return 0;
	if (is_ip4_none(packet.giaddr))
		return call_reject_usage(call, reterr_error, "say where the client is: --relay ADDRESS, or --link ADDRESS of the server on its link");
	question->link = packet.giaddr;
	question->link_length = 32;
	return 0;
}

int explain_run(struct call *call, struct error *reterr_error) {
	CLEANUP(ground_done) struct ground ground = { 0 };
	struct question question;
	int r = question_read(call, &question, reterr_error);

	if (r == 0)
		r = complete_link(call, &question, reterr_error);
	if (r == 0)
		r = ground_open(call, &ground, reterr_error);
	return r == 0 ? decide(call, &ground, &question, reterr_error) : r;
}
