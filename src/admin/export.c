/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl export: the configuration, or one site of it, as a file. */
#include <stdlib.h>

#include "admin/call.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/tree_file.h"
#include "base/mem.h"
#include "model/dn.h"

/* The entries of @tree, of @site_dn alone if that is not NULL. */
static int choose_entries(const struct tree *tree, const char *site_dn, struct canonical *ret_chosen,
			  struct error *reterr_error) {
	const struct entry **chosen = arena_array_of(tree->arena, const struct entry *, tree->entries.n_items);
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (!site_dn || is_dn_within(tree->entries.items[i]->dn, site_dn))
			chosen[n++] = tree->entries.items[i];
	return canonical_make(chosen, n, tree->arena, ret_chosen, reterr_error);
}

static int hand_over(struct call *call, const struct canonical *chosen, const char *text, const char *format,
		     struct error *reterr_error) {
	const char *path = call_value(call, "file");
	json_int_t n = (json_int_t)chosen->n_items;
	int r;

	if (!path)
		return call_done(
			call, json_pack("{s:s, s:I, s:o}", "format", format, "entries", n, "text", result_text(text)));
	r = tree_file_write(path, text, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, json_pack("{s:o, s:s, s:I, s:o}", "message",
					 result_text(arena_format(call->arena, "wrote %zu entries into %s",
								  chosen->n_items, path)),
					 "format", format, "entries", n, "file", result_text(path)));
}

static int export_tree(struct call *call, const struct tree *tree, enum tree_format format,
		       struct error *reterr_error) {
	const char *name = call_value(call, "site");
	const struct entry *site = NULL;
	struct canonical chosen;
	char *text;
	int r = name ? tree_get_site(tree, name, &site, reterr_error) : 0;

	if (r == 0)
		r = choose_entries(tree, site ? site->dn : NULL, &chosen, reterr_error);
	if (r < 0)
		return r;
	text = tree_file_text(&chosen, tree->root_dn, format);
	r = hand_over(call, &chosen, text, format == TREE_LDIF ? "ldif" : "json", reterr_error);
	free(text);
	return r;
}

int export_run(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	enum tree_format format;
	int r = tree_format_choose(call_value(call, "format"), call_value(call, "file"), &format, reterr_error);

	if (r == 0)
		r = tree_load(call, &tree, reterr_error);
	return r < 0 ? r : export_tree(call, &tree, format, reterr_error);
}
