/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/tree.h"

#include <jansson.h>
#include <string.h>

#include "admin/edit.h"
#include "admin/verify.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/dn.h"

#define DN_MAX 1024
#define NAME_MAX_CHARACTERS 256

static const char *make_dn(struct arena *arena, const char *name, const char *parent) {
	char dn[DN_MAX];

	return dn_make(name, parent, sizeof dn, dn) == 0 ? arena_dup_text(arena, dn) : "";
}

const char *tree_root_dn(struct arena *arena, const char *base) {
	return make_dn(arena, "DHCP", base);
}

const char *tree_sites_dn(struct arena *arena, const char *base) {
	return make_dn(arena, "sites", tree_root_dn(arena, base));
}

const char *tree_classes_dn(struct arena *arena, const char *base) {
	return make_dn(arena, "classes", tree_root_dn(arena, base));
}

const char *tree_options_dn(struct arena *arena, const char *base) {
	return make_dn(arena, "options", tree_root_dn(arena, base));
}

/* Text that a person can type and see: UTF-8 without control characters. */
static bool is_name_readable(const char *name) {
	json_t *string = json_string(name);

	for (const char *octet = name; string && *octet; octet++)
		if ((unsigned char)*octet < ' ' || *octet == '\x7f') {
			json_decref(string);
			return false;
		}
	json_decref(string);
	return string != NULL;
}

static size_t count_characters(const char *utf8) {
	size_t count = 0;

	for (const char *octet = utf8; *octet; octet++)
		count += ((unsigned char)*octet & 0xc0) != 0x80;
	return count;
}

static int check_name(const char *name, struct error *reterr_error) {
	if (!name[0])
		return error_set(reterr_error, E_INVALID_PARAMETER, "the name is empty; give the entry one of 1 to %d characters",
				 NAME_MAX_CHARACTERS);
	if (!is_name_readable(name))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the name is not text in UTF-8, or has control characters; choose one that can be typed and read");
	if (count_characters(name) > NAME_MAX_CHARACTERS)
		return error_set(reterr_error, E_DHCP_SCOPE_NAME_TOO_LONG, "the name \"%.32s...\" has %zu characters; give the entry one of 1 to %d",
				 name, count_characters(name), NAME_MAX_CHARACTERS);
	return 0;
}

int tree_make_dn(const char *name, const char *parent, size_t size, char *ret_dn, struct error *reterr_error) {
	int r = check_name(name, reterr_error);

	if (r < 0 || dn_make(name, parent, size, ret_dn) == 0)
		return r;
	return error_set(reterr_error, E_INVALID_PARAMETER, "the name \"%.32s...\" is too long for a place as deep as this; choose a shorter one",
			 name);
}

int tree_load(struct call *call, struct tree *ret_tree, struct error *reterr_error) {
	struct tree tree = { .arena = call->arena, .entries.arena = call->arena };
	int r = call_open_directory(call, &tree.directory, reterr_error);

	if (r < 0)
		return r;
	tree.root_dn = tree_root_dn(call->arena, directory_base(tree.directory));
	tree.sites_dn = tree_sites_dn(call->arena, directory_base(tree.directory));
	r = directory_search(tree.directory, tree.root_dn, DIRECTORY_SUBTREE, "(objectClass=*)", &tree.entries,
			     reterr_error);
	if (r == -E_NOT_FOUND)
		return error_set(reterr_error, E_NOT_FOUND,
				 "%s is not in the directory, or you may not see it; \"lessorctl init\" creates what is missing",
				 tree.root_dn);
	if (r < 0)
		return r;
	*ret_tree = tree;
	return 0;
}

void tree_done(struct tree *tree) {
	directory_entries_done(&tree->entries);
	tree->snapshot = snapshot_free(tree->snapshot);
}

const struct snapshot *tree_snapshot(struct tree *tree) {
	struct findings ignored;

	if (!tree->snapshot)
		tree->snapshot = snapshot_build(tree->entries.items, tree->entries.n_items, "", 0, &ignored);
	return tree->snapshot;
}

const struct entry *tree_find(const struct tree *tree, const char *dn) {
	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_dn_equal(tree->entries.items[i]->dn, dn))
			return tree->entries.items[i];
	return NULL;
}

static bool is_named(const struct entry *entry, enum schema_class class, const char *name) {
	char leaf[DN_MAX];

	return is_entry_of_class(entry, schema_class_get(class)->name) &&
	       dn_leaf_value(entry->dn, sizeof leaf, leaf) == 0 && is_text_equal_nocase(leaf, name);
}

const struct entry *tree_find_named(const struct tree *tree, enum schema_class class, const char *name) {
	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_named(tree->entries.items[i], class, name))
			return tree->entries.items[i];
	return NULL;
}

const char *tree_leaf(const struct tree *tree, const struct entry *entry) {
	char leaf[DN_MAX];

	return dn_leaf_value(entry->dn, sizeof leaf, leaf) == 0 ? arena_dup_text(tree->arena, leaf) : "";
}

const char *tree_site_name(const struct tree *tree, const struct entry *entry) {
	for (const char *dn = entry->dn; dn[0]; dn = dn_parent(dn)) {
		char leaf[DN_MAX];

		if (is_dn_equal(dn_parent(dn), tree->sites_dn) && dn_leaf_value(dn, sizeof leaf, leaf) == 0)
			return arena_dup_text(tree->arena, leaf);
	}
	return "";
}

/* Borrow the name of an entry of @class that is nearest to @name, or NULL. */
static const char *nearest_name(const struct tree *tree, enum schema_class class, const char *name) {
	const char **names = mem_alloc((tree->entries.n_items + 1) * sizeof *names), *nearest;
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_entry_of_class(tree->entries.items[i], schema_class_get(class)->name))
			names[n++] = tree_leaf(tree, tree->entries.items[i]);
	nearest = text_nearest(name, names);
	free(names);
	return nearest;
}

int tree_get_site(const struct tree *tree, const char *name, const struct entry **ret_site,
		  struct error *reterr_error) {
	const struct entry *site = tree_find_named(tree, CLASS_SITE, name);
	const char *nearest;

	if (site) {
		*ret_site = site;
		return 0;
	}
	nearest = nearest_name(tree, CLASS_SITE, name);
	if (nearest)
		return error_set(reterr_error, E_NOT_FOUND, "there is no site %s; did you mean %s?", name, nearest);
	return error_set(reterr_error, E_NOT_FOUND, "there is no site %s; create it with: lessorctl site add %s", name, name);
}

int tree_get_server(const struct tree *tree, const char *name, const struct entry **ret_server,
		    struct error *reterr_error) {
	const struct entry *server = tree_find_named(tree, CLASS_SERVER, name);
	const char *nearest;

	if (server) {
		*ret_server = server;
		return 0;
	}
	nearest = nearest_name(tree, CLASS_SERVER, name);
	if (nearest)
		return error_set(reterr_error, E_DDS_DHCP_SERVER_NOT_FOUND,
				 "there is no server entry %s; did you mean %s?", name, nearest);
	return error_set(reterr_error, E_DDS_DHCP_SERVER_NOT_FOUND,
			 "there is no server entry %s; create it with: lessorctl server add %s --site SITE", name, name);
}

int tree_scope_subnet(const struct tree *tree, const struct entry *scope, struct ip4_subnet *ret_subnet) {
	return ip4_subnet_parse(tree_scope_text(tree, scope), ret_subnet);
}

const char *tree_scope_text(const struct tree *tree, const struct entry *scope) {
	const char *length = entry_text(scope, schema_attribute_get(ATTRIBUTE_PREFIX_LENGTH)->name);

	return length ? arena_format(tree->arena, "%s/%s", tree_leaf(tree, scope), length) : tree_leaf(tree, scope);
}

/* Borrow the scope entry whose subnet holds @address, or NULL. */
static const struct entry *scope_around(const struct tree *tree, struct ip4 address) {
	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];
		struct ip4_subnet subnet;

		if (is_entry_of_class(entry, schema_class_get(CLASS_SCOPE)->name) &&
		    tree_scope_subnet(tree, entry, &subnet) == 0 && is_ip4_in_subnet(address, subnet))
			return entry;
	}
	return NULL;
}

int tree_get_scope(const struct tree *tree, const char *network, const struct entry **ret_scope,
		   struct error *reterr_error) {
	size_t len = strcspn(network, "/");
	const char *name = arena_dup(tree->arena, span_of(network, len));
	const struct entry *scope = tree_find_named(tree, CLASS_SCOPE, name);
	struct ip4 address;

	/* By its name, even if that is no address: so that such an entry can be removed. */
	if (scope && (!network[len] || strcmp(tree_scope_text(tree, scope), network) == 0)) {
		*ret_scope = scope;
		return 0;
	}
	if (ip4_parse(name, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a network address such as 10.77.0.0", network);
	if (!scope)
		scope = scope_around(tree, address);
	if (scope)
		return error_set(reterr_error, E_DDS_SUBNET_NOT_PRESENT, "there is no scope %s; did you mean %s?", network,
				 tree_scope_text(tree, scope));
	return error_set(reterr_error, E_DDS_SUBNET_NOT_PRESENT, "there is no scope %s; \"lessorctl scope list\" shows what there is",
			 network);
}

int tree_get_reservation(const struct tree *tree, const char *address, const struct entry **ret_reservation,
			 struct error *reterr_error) {
	const struct entry *reservation = tree_find_named(tree, CLASS_RESERVATION, address);
	struct ip4 ignored;

	if (!reservation && ip4_parse(address, &ignored) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", address);
	if (!reservation)
		return error_set(reterr_error, E_DDS_RESERVATION_NOT_PRESENT, "%s is not reserved", address);
	*ret_reservation = reservation;
	return 0;
}

/* Borrow the name of a policy right below @holder that is nearest to @name, or NULL. */
static const char *nearest_policy(const struct tree *tree, const struct entry *holder, const char *name) {
	const char **names = mem_alloc((tree->entries.n_items + 1) * sizeof *names), *nearest;
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_entry_of_class(tree->entries.items[i], schema_class_get(CLASS_POLICY)->name) &&
		    is_dn_equal(dn_parent(tree->entries.items[i]->dn), holder->dn))
			names[n++] = tree_leaf(tree, tree->entries.items[i]);
	nearest = text_nearest(name, names);
	free(names);
	return nearest;
}

int tree_get_policy(const struct tree *tree, const struct entry *holder, const char *name,
		    const struct entry **ret_policy, struct error *reterr_error) {
	const char *nearest;

	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (!is_named(entry, CLASS_POLICY, name) || !is_dn_equal(dn_parent(entry->dn), holder->dn))
			continue;
		*ret_policy = entry;
		return 0;
	}
	nearest = nearest_policy(tree, holder, name);
	if (nearest)
		return error_set(reterr_error, E_DHCP_POLICY_NOT_FOUND, "there is no policy %s here; did you mean %s?",
				 name, nearest);
	return error_set(reterr_error, E_DHCP_POLICY_NOT_FOUND,
			 "there is no policy %s here; \"lessorctl policy list\" shows what there is", name);
}

int tree_get_class(struct tree *tree, const char *name, enum error_code unknown, const struct client_class **ret_class,
		   struct error *reterr_error) {
	const struct snapshot *snapshot = tree_snapshot(tree);
	const struct client_class *class = snapshot_class_find(snapshot, name);
	const char **names, *nearest;

	if (class) {
		*ret_class = class;
		return 0;
	}
	names = arena_array_of(tree->arena, const char *, snapshot->n_classes + 1);
	for (size_t i = 0; i < snapshot->n_classes; i++)
		names[i] = snapshot->classes[i].name;
	nearest = text_nearest(name, names);
	if (nearest)
		return error_set(reterr_error, unknown, "there is no class %s; did you mean %s?", name, nearest);
	return error_set(reterr_error, unknown, "there is no class %s; \"lessorctl class list\" shows what there is",
			 name);
}

int tree_check(const struct tree *tree, const struct entry *before, const struct entry *after,
	       struct error *reterr_error) {
	return edit_check(tree->entries.items, tree->entries.n_items, before, after, reterr_error);
}

/* The containers of classes and definitions came later than cn=sites: a tree may do without them. */
static void make_container(struct tree *tree, const struct entry *entry) {
	const char *parent = dn_parent(entry->dn), *base = directory_base(tree->directory);
	struct error ignored;

	if (!is_dn_equal(parent, tree_classes_dn(tree->arena, base)) &&
	    !is_dn_equal(parent, tree_options_dn(tree->arena, base)))
		return;
	if (tree_find(tree, parent))
		return;
	/* If it fails, adding the entry says why, unless somebody else made it at this moment. */
	directory_add(tree->directory, edit_new(tree->arena, parent, directory_container_class(tree->directory)),
		      E_DDS_UNEXPECTED_ERROR, &ignored);
}

int tree_add(struct tree *tree, const struct entry *entry, enum error_code taken, struct error *reterr_error) {
	int r = tree_check(tree, NULL, entry, reterr_error);

	if (r < 0)
		return r;
	make_container(tree, entry);
	r = directory_add(tree->directory, entry, taken, reterr_error);
	return r < 0 ? r : verify_claim(tree, NULL, entry, reterr_error);
}

int tree_write(struct tree *tree, const struct entry *before, const struct entry *after, struct error *reterr_error) {
	const char *version = "";
	size_t place = 0;
	int r;

	while (place < tree->entries.n_items && tree->entries.items[place] != before)
		place++;
	if (place < tree->entries.n_items)
		version = tree->entries.marks[place].version;
	r = directory_modify(tree->directory, before, version, after, reterr_error);
	if (r < 0 || place == tree->entries.n_items)
		return r;
	tree->entries.items[place] = after;
	tree->entries.marks[place].version = ""; /* it has another one now, which nobody told us */
	return 0;
}

int tree_change(struct tree *tree, const struct entry *before, const struct entry *after, struct error *reterr_error) {
	int r = tree_check(tree, before, after, reterr_error);

	if (r == 0)
		r = tree_write(tree, before, after, reterr_error);
	return r < 0 ? r : verify_claim(tree, before, after, reterr_error);
}

int tree_remove(struct tree *tree, const struct entry *entry, struct error *reterr_error) {
	struct directory_entries *entries = &tree->entries;
	int r = directory_delete(tree->directory, entry->dn, reterr_error);

	for (size_t i = 0; i < entries->n_items && r == 0; i++) {
		if (entries->items[i] != entry)
			continue;
		entries->n_items--;
		memmove(entries->items + i, entries->items + i + 1, (entries->n_items - i) * sizeof *entries->items);
		memmove(entries->marks + i, entries->marks + i + 1, (entries->n_items - i) * sizeof *entries->marks);
	}
	return r;
}

int tree_remove_policies(struct tree *tree, const struct entry *holder, struct error *reterr_error) {
	int r = 0;

	for (size_t i = tree->entries.n_items; i-- > 0 && r == 0;) {
		const struct entry *entry = tree->entries.items[i];

		if (is_entry_of_class(entry, schema_class_get(CLASS_POLICY)->name) &&
		    is_dn_equal(dn_parent(entry->dn), holder->dn))
			r = tree_remove(tree, entry, reterr_error);
	}
	return r;
}
