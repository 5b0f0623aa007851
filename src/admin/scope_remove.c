/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl scope remove. */
#include "admin/call.h"
#include "admin/removed.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/usage.h"
#include "model/dn.h"

/* Embedded: what goes with a scope. */
struct losses {
	size_t n_reservations, n_policies;
	const struct entry *stranger; /* one that is not Lessor's; NULL if there is none */
	struct usage usage;
};

static struct losses losses_of(struct call *call, const struct tree *tree, const struct entry *scope) {
	struct losses losses = { .usage = usage_of_scope(call, tree, scope) };

	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (entry == scope || !is_dn_within(entry->dn, scope->dn))
			continue;
		if (is_entry_of_class(entry, schema_class_get(CLASS_RESERVATION)->name))
			losses.n_reservations++;
		else if (is_entry_of_class(entry, schema_class_get(CLASS_POLICY)->name))
			losses.n_policies++;
		else
			losses.stranger = entry;
	}
	return losses;
}

static const char *plural(size_t n, const char *one, const char *several) {
	return n == 1 ? one : several;
}

/* What others keep below a scope is theirs. */
static int check_strangers(const struct tree *tree, const struct entry *scope, const struct losses *losses,
			   struct error *reterr_error) {
	if (!losses->stranger)
		return 0;
	return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
			 "below scope %s stands %s, which is not Lessor's; move or remove it first", tree_scope_text(tree, scope),
			 losses->stranger->dn);
}

/* Reservations are made by hand, and clients use what they have leased. */
static int check_unused(const struct tree *tree, const struct entry *scope, const struct losses *losses,
			struct error *reterr_error) {
	size_t n = losses->n_reservations, n_leases = losses->usage.n_dhcp + losses->usage.n_bootp;

	if (n)
		return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
				 "scope %s has %zu reservation%s; remove %s first, or all with --force", tree_scope_text(tree, scope), n,
				 plural(n, "", "s"), plural(n, "it", "them"));
	if (n_leases)
		return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
				 "%s leased in scope %s at this moment; disable the scope and wait, or remove it with --force",
				 usage_text(tree->arena, losses->usage), tree_scope_text(tree, scope));
	return 0;
}

static int confirm(struct call *call, const struct tree *tree, const struct entry *scope, const struct losses *losses,
		   struct error *reterr_error) {
	return call_confirm(call, reterr_error,
			    "this removes scope %s of site %s with %zu reservation%s and %zu polic%s, and %s leased",
			    tree_scope_text(tree, scope), tree_site_name(tree, scope), losses->n_reservations, plural(losses->n_reservations, "", "s"),
			    losses->n_policies, plural(losses->n_policies, "y", "ies"), usage_text(call->arena, losses->usage));
}

int scope_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *left = "", *undo = "";
	const struct entry *scope;
	struct losses losses;
	json_t *message;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_scope(&tree, call_value(call, "network"), &scope, reterr_error);
	if (r < 0)
		return r;
	losses = losses_of(call, &tree, scope);
	r = check_strangers(&tree, scope, &losses, reterr_error);
	if (r == 0 && !is_call_given(call, "force"))
		r = check_unused(&tree, scope, &losses, reterr_error);
	if (r == 0)
		r = confirm(call, &tree, scope, &losses, reterr_error);
	if (r == 0)
		undo = removed_text(&tree, scope->dn);
	for (size_t i = 0; i < tree.entries.n_items && r == 0; i++)
		if (is_dn_equal(dn_parent(tree.entries.items[i]->dn), scope->dn))
			r = directory_delete(tree.directory, tree.entries.items[i]->dn, reterr_error);
	if (r == 0)
		r = directory_delete(tree.directory, scope->dn, reterr_error);
	if (r < 0)
		return r;
	if (losses.usage.n_dhcp + losses.usage.n_bootp)
		left = arena_format(call->arena, "; %s still leased", usage_text(call->arena, losses.usage));
	message = result_message(scope->dn, "scope %s removed%s", tree_scope_text(&tree, scope), left);
	return call_done(call, removed_result(message, undo));
}
