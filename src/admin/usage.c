/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/usage.h"

#include <string.h>

#include "admin/daemon.h"
#include "admin/edit.h"
#include "base/text.h"

static bool is_in_force(const json_t *lease, struct ip4_range addresses) {
	const char *state = json_string_value(json_object_get(lease, "state"));
	const char *text = json_string_value(json_object_get(lease, "address"));
	struct ip4 address;

	return state && strcmp(state, "active") == 0 && text && ip4_parse(text, &address) == 0 &&
	       is_ip4_in_range(address, addresses);
}

static bool is_of_bootp(const json_t *lease) {
	const char *protocol = json_string_value(json_object_get(lease, "protocol"));

	return protocol && strcmp(protocol, "bootp") == 0;
}

static struct usage count(const json_t *leases, struct ip4_range addresses) {
	struct usage usage = { 0 };
	const json_t *lease;
	size_t i;

	json_array_foreach(leases, i, lease) {
		if (!is_in_force(lease, addresses))
			continue;
		if (is_of_bootp(lease))
			usage.n_bootp++;
		else
			usage.n_dhcp++;
	}
	return usage;
}

/* The name of the server whose daemon answers at @socket_path, in the call's arena. */
static int ask_name(struct call *call, const char *socket_path, const char **ret_name, struct error *reterr_error) {
	json_t *status = NULL;
	const char *name;
	int r = daemon_call(socket_path, "/v1/status", false, &status, reterr_error);

	if (r < 0)
		return r;
	name = json_string_value(json_object_get(status, "server"));
	*ret_name = arena_dup_text(call->arena, name ? name : "");
	json_decref(status);
	return 0;
}

static int ask(struct call *call, const char *network, struct ip4_range addresses, const char **ret_name,
	       struct usage *ret_usage, struct error *reterr_error) {
	const char *socket_path;
	json_t *leases;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = ask_name(call, socket_path, ret_name, reterr_error);
	if (r == 0)
		r = daemon_get_leases(socket_path, network, &leases, reterr_error);
	if (r < 0)
		return r;
	*ret_usage = count(leases, addresses);
	json_decref(leases);
	return 0;
}

/* Say of which of the scope's servers it is not known. */
static void warn_of_others(struct call *call, const struct tree *tree, const struct entry *scope, const char *asked,
			   const struct error *error) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_SERVED_BY)->name, *name;

	for (size_t i = 0; (name = edit_value(scope, attribute, i)); i++) {
		if (is_text_equal_nocase(name, asked))
			continue;
		if (error->code)
			call_warn(call, (enum error_code)error->code,
				  "whether %s leases addresses of scope %s at this moment could not be asked: %s", name,
				  tree_scope_text(tree, scope), error->text);
		else
			call_warn(call, E_DHCP_SERVER_NOT_REACHABLE,
				  "whether %s leases addresses of scope %s at this moment could not be asked: the daemon of this machine is %s",
				  name, tree_scope_text(tree, scope), asked);
	}
}

struct usage usage_count(struct call *call, const struct tree *tree, const struct entry *scope,
			 struct ip4_range addresses) {
	struct usage usage = { 0 };
	struct error error = { 0 };
	const char *asked = "";

	/* A daemon that does not serve the scope has nothing to say of it. */
	if (ask(call, tree_leaf(tree, scope), addresses, &asked, &usage, &error) == -E_DHCP_SUBNET_NOT_PRESENT)
		error = (struct error){ 0 };
	warn_of_others(call, tree, scope, error.code ? "" : asked, &error);
	return usage;
}

struct usage usage_of_scope(struct call *call, const struct tree *tree, const struct entry *scope) {
	struct ip4_subnet subnet;

	if (tree_scope_subnet(tree, scope, &subnet) < 0)
		return (struct usage){ 0 };
	return usage_count(call, tree, scope, ip4_subnet_range(subnet));
}

const char *usage_text(struct arena *arena, struct usage usage) {
	size_t n = usage.n_dhcp + usage.n_bootp;

	return arena_format(arena, "%zu address%s", n, n == 1 ? " is" : "es are");
}
