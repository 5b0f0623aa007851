/* SPDX-License-Identifier: Apache-2.0 */
#include "app/check_tree.h"

#include <stdio.h>

#include "base/mem.h"
#include "dir/ldif_tree.h"
#include "model/snapshot.h"
#include "rt/file.h"

static void print_finding(const char *path, const struct ldif_tree *tree, const struct finding *finding) {
	fprintf(stderr, "lessord: %s (%d): %s:%u: %s%s%s: %s\n", error_name(finding->code), finding->code, path,
		ldif_tree_line(tree, &finding->uuid), finding->dn, *finding->attribute ? ", " : "", finding->attribute,
		finding->reason);
}

static unsigned print_findings(const char *path, const struct ldif_tree *tree, const struct findings *findings) {
	unsigned n_mistakes = 0, n_consequences = 0;

	for (size_t i = 0; i < findings->n_items; i++) {
		if (findings->items[i].is_consequence) {
			n_consequences++;
		} else {
			print_finding(path, tree, &findings->items[i]);
			n_mistakes++;
		}
	}
	if (n_consequences)
		fprintf(stderr, "lessord: warning: %s: %u more entr%s good, but below one that is not\n", path, n_consequences,
			n_consequences == 1 ? "y is" : "ies are");
	return n_mistakes;
}

static void print_snapshot(const char *path, const struct ldif_tree *tree, const struct snapshot *snapshot) {
	size_t n_served = 0;

	for (size_t i = 0; i < snapshot->n_scopes; i++)
		n_served += snapshot->scopes[i].is_served;
	printf("lessord: %s: %zu entries from %s down; %zu scope(s), of which %s serves %zu\n", path,
	       tree->n_entries, tree->root->dn, snapshot->n_scopes, snapshot->server_name, n_served);
	if (!snapshot->has_server)
		fprintf(stderr, "lessord: warning: %s: there is no lessorServer entry for %s, so no settings or options of its own\n",
			path, snapshot->server_name);
	if (n_served == 0)
		fprintf(stderr, "lessord: warning: %s: no client will be served: name the server in lessorServedBy of a scope\n", path);
	if (tree->n_outside)
		fprintf(stderr, "lessord: warning: %s: left aside: %zu entr%s not below %s\n", path, tree->n_outside,
			tree->n_outside == 1 ? "y that is" : "ies that are", tree->root->dn);
}

static unsigned check_entries(const char *path, const char *server_name, const struct ldif_tree *tree) {
	struct findings findings;
	struct snapshot *snapshot = snapshot_build(tree->entries, tree->n_entries, server_name, 0, &findings);
	unsigned n_mistakes = print_findings(path, tree, &findings);

	print_snapshot(path, tree, snapshot);
	snapshot_free(snapshot);
	return n_mistakes;
}

unsigned check_tree(const char *path, const char *server_name) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	char *text CLEANUP(cleanup_free) = NULL;
	struct ldif_tree tree;
	struct error error;
	size_t len = 0;

	if (file_read(path, LDIF_TEXT_MAX, &text, &len, &error) < 0 ||
	    ldif_tree_read(path, span_of(text, len), arena, &tree, &error) < 0) {
		fprintf(stderr, "lessord: %s (%d): %s\n", error_name(error.code), error.code, error.text);
		return 1;
	}
	return check_entries(path, server_name, &tree);
}
