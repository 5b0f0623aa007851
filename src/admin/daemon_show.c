/* SPDX-License-Identifier: Apache-2.0 */
/* server pause, server resume, statistics, binding, audit: what this machine's daemon says of itself and
 * does when it is asked. */
#include <string.h>

#include "admin/call.h"
#include "admin/daemon.h"
#include "admin/edit.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "base/ip4.h"

/* Ask for @path, or with @is_post order it. */
static int ask(struct call *call, const char *path, bool is_post, json_t **ret_answer, struct error *reterr_error) {
	const char *socket_path;
	int r = call_find_socket(call, &socket_path, reterr_error);

	return r < 0 ? r : daemon_call(socket_path, path, is_post, ret_answer, reterr_error);
}

/* Ask, and hand the answer over as it is. */
static int show(struct call *call, const char *path, struct error *reterr_error) {
	json_t *answer;
	int r = ask(call, path, false, &answer, reterr_error);

	return r < 0 ? r : call_done(call, answer);
}

static int order(struct call *call, const char *path, const char *message, struct error *reterr_error) {
	json_t *answer;
	int r = ask(call, path, true, &answer, reterr_error);

	if (r < 0)
		return r;
	json_object_set_new(answer, "message", json_string(message));
	return call_done(call, answer);
}

int server_pause(struct call *call, struct error *reterr_error) {
	int r = call_confirm(call, reterr_error,
			     "no client of this machine's daemon gets an answer until it is resumed");

	if (r < 0)
		return r;
	return order(call, "/v1/pause", "the service is paused; it goes on with: lessorctl server resume",
		     reterr_error);
}

int server_resume(struct call *call, struct error *reterr_error) {
	return order(call, "/v1/resume", "the service goes on, as far as \"lessorctl status\" says that it may",
		     reterr_error);
}

static int show_counts(struct call *call, const char *path, struct error *reterr_error) {
	const char *socket_path;
	json_t *answer;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = daemon_ask_patiently(socket_path, path, &answer, reterr_error);
	return r < 0 ? r : call_done(call, answer);
}

int statistics_run(struct call *call, struct error *reterr_error) {
	const char *word = call_value(call, "network"), *network;
	struct ip4 address;

	if (!word)
		return show_counts(call, "/v1/statistics", reterr_error);
	network = arena_dup(call->arena, span_of(word, strcspn(word, "/")));
	if (ip4_parse(network, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a network address such as 10.77.0.0",
				 word);
	return show_counts(call, arena_format(call->arena, "/v1/statistics?scope=%s", network), reterr_error);
}

int audit_show(struct call *call, struct error *reterr_error) {
	return show(call, "/v1/audit", reterr_error);
}

int binding_list(struct call *call, struct error *reterr_error) {
	return show(call, "/v1/bindings", reterr_error);
}

/* Find out from the daemon whether @interface is @ret_is_served, and that this may be changed to @is_wanted. */
static int check_interface(struct call *call, const char *interface, bool is_wanted, bool *ret_is_served,
			   struct error *reterr_error) {
	json_t *answer = NULL, *item;
	bool is_known = false, is_served = false, is_fixed = false;
	size_t i;
	int r = ask(call, "/v1/bindings", false, &answer, reterr_error);

	if (r < 0)
		return r;
	json_array_foreach(json_object_get(answer, "interfaces"), i,
			   item) if (strcmp(json_string_value(json_object_get(item, "name")), interface) == 0) {
		is_known = true;
		is_served = json_is_true(json_object_get(item, "served"));
		is_fixed = json_is_true(json_object_get(item, "fixed"));
	}
	json_decref(answer);
	if (!is_known)
		return error_set(
			reterr_error, E_DHCP_NETWORK_CHANGED,
			"this machine has no interface %s now; \"lessorctl binding list\" shows those that it has",
			interface);
	if (is_fixed && is_served != is_wanted)
		return error_set(
			reterr_error, E_DHCP_CANNOT_MODIFY_BINDINGS,
			"lessord.conf names the interfaces to serve, so %s is not to be changed here; change or remove 'interfaces' there",
			interface);
	*ret_is_served = is_served;
	return 0;
}

/* The name of this machine's server, as its daemon knows it. */
static int find_server_name(struct call *call, const char **ret_name, struct error *reterr_error) {
	json_t *status = NULL;
	const char *name;
	int r = ask(call, "/v1/status", false, &status, reterr_error);

	if (r < 0)
		return r;
	name = json_string_value(json_object_get(status, "server"));
	*ret_name = arena_dup_text(call->arena, name ? name : "");
	json_decref(status);
	return 0;
}

/* Write into the server's entry which interfaces are left alone. */
static int write_binding(struct call *call, const char *interface, bool is_wanted, struct error *reterr_error) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_UNBOUND_INTERFACE)->name, *value, *name;
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *server = NULL;
	struct entry *after;
	int r = find_server_name(call, &name, reterr_error);

	if (r == 0)
		r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = tree_get_server(&tree, name, &server, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, server);
	for (size_t i = 0; (value = edit_value(after, attribute, i));)
		if (strcmp(value, interface) == 0)
			edit_remove_at(after, attribute, i);
		else
			i++;
	if (!is_wanted)
		edit_add(call->arena, after, attribute, interface);
	r = tree_change(&tree, server, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "%s is %s by %s", interface,
					      is_wanted ? "served" : "not served", name));
}

int binding_set(struct call *call, struct error *reterr_error) {
	const char *interface = call_value(call, "interface"), *word = call_value(call, "state");
	bool is_wanted = strcmp(word, "on") == 0, is_served = false;
	int r;

	if (!is_wanted && strcmp(word, "off") != 0)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "say on, to serve the interface, or off, not \"%s\"", word);
	r = check_interface(call, interface, is_wanted, &is_served, reterr_error);
	if (r < 0)
		return r;
	if (is_served == is_wanted)
		return call_done(call, json_pack("{s:o}", "message",
						 json_sprintf("%s is %s already", interface,
							      is_wanted ? "served" : "not served")));
	if (!is_wanted)
		r = call_confirm(call, reterr_error, "clients on %s get no answer any more", interface);
	return r < 0 ? r : write_binding(call, interface, is_wanted, reterr_error);
}
