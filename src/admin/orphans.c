/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/orphans.h"

#include "admin/edit.h"
#include "admin/result.h"
#include "base/text.h"
#include "model/assignment.h"
#include "model/dn.h"

#define NAMED_MAX 3

/* What is only below something wrong uses nothing itself. */
static void remove_consequences(struct findings *findings) {
	struct finding *items = (struct finding *)findings->items;
	size_t n = 0;

	for (size_t i = 0; i < findings->n_items; i++)
		if (!items[i].is_consequence)
			items[n++] = items[i];
	findings->n_items = n;
}

void orphans_find(struct tree *tree, const struct entry *before, const struct entry *after,
		  struct orphans *ret_orphans) {
	ret_orphans->snapshot =
		edit_try(tree->entries.items, tree->entries.n_items, before, after, &ret_orphans->findings);
	remove_consequences(&ret_orphans->findings);
}

void orphans_done(struct orphans *orphans) {
	orphans->snapshot = snapshot_free(orphans->snapshot);
}

/* True if the finding at @index is about @attribute (NULL: whichever), and the first such one of its entry. */
static bool is_counted(const struct orphans *orphans, size_t index, const char *attribute) {
	const struct finding *finding = &orphans->findings.items[index];

	if (attribute && !is_text_equal_nocase(finding->attribute, attribute))
		return false;
	for (size_t i = 0; i < index; i++) {
		const struct finding *other = &orphans->findings.items[i];

		if (is_dn_equal(other->dn, finding->dn) &&
		    (!attribute || is_text_equal_nocase(other->attribute, attribute)))
			return false;
	}
	return true;
}

size_t orphans_count(const struct orphans *orphans, const char *attribute) {
	size_t n = 0;

	for (size_t i = 0; i < orphans->findings.n_items; i++)
		n += is_counted(orphans, i, attribute);
	return n;
}

const char *orphans_text(const struct orphans *orphans, const char *attribute, struct arena *arena) {
	const char *text = "";
	size_t n = 0;

	for (size_t i = 0; i < orphans->findings.n_items; i++) {
		if (!is_counted(orphans, i, attribute) || n++ >= NAMED_MAX)
			continue;
		text = arena_format(arena, "%s%s%s", text, n > 1 ? "; " : "", orphans->findings.items[i].dn);
	}
	return n > NAMED_MAX ? arena_format(arena, "%s and %zu more", text, n - NAMED_MAX) : text;
}

int orphans_confirm(struct call *call, const struct orphans *orphans, const char *what, const char *name,
		    struct error *reterr_error) {
	size_t n = orphans_count(orphans, NULL);

	if (n == 0)
		return call_confirm(call, reterr_error, "this removes the %s %s", what, name);
	return call_confirm(call, reterr_error, "this removes the %s %s, and what %zu entr%s for it: %s", what, name, n,
			    n == 1 ? "y says" : "ies say", orphans_text(orphans, NULL, call->arena));
}

json_t *orphans_dns(const struct orphans *orphans) {
	json_t *dns = json_array();

	for (size_t i = 0; i < orphans->findings.n_items; i++)
		if (is_counted(orphans, i, NULL))
			json_array_append_new(dns, result_text(orphans->findings.items[i].dn));
	return dns;
}

/* Remove the values of @entry that can be understood now and not then. */
static int remove_values(struct tree *tree, const struct orphans *orphans, const struct entry *before, json_t *removed,
			 struct error *reterr_error) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_OPTION)->name;
	struct entry *after = edit_copy(tree->arena, before);
	struct option_reference ignored;
	const char *rest;
	size_t n;

	edit_values(after, attribute, &n);
	while (n-- > 0) {
		const char *value = edit_value(after, attribute, n);

		if (option_reference_parse(tree_snapshot(tree), value, &ignored, &rest, NULL) < 0 ||
		    option_reference_parse(orphans->snapshot, value, &ignored, &rest, NULL) == 0)
			continue;
		json_array_append_new(
			removed, json_pack("{s:o, s:o}", "dn", result_text(before->dn), "value", result_text(value)));
		edit_remove_at(after, attribute, n);
	}
	return tree_write(tree, before, after, reterr_error);
}

/* Borrow the entry of the finding at @index, if it is the first finding about it; NULL else. */
static const struct entry *entry_at(const struct tree *tree, const struct orphans *orphans, size_t index,
				    bool is_definition) {
	const struct entry *entry = tree_find(tree, orphans->findings.items[index].dn);

	if (!entry || !is_counted(orphans, index, NULL))
		return NULL;
	return is_entry_of_class(entry, schema_class_get(CLASS_DEFINITION)->name) == is_definition ? entry : NULL;
}

static int remove_definition(struct tree *tree, const struct entry *entry, json_t *removed,
			     struct error *reterr_error) {
	json_array_append_new(removed, json_pack("{s:o, s:n}", "dn", result_text(entry->dn), "value"));
	return tree_remove(tree, entry, reterr_error);
}

/* Values first: whatever comes between two writes, every value that is left has its definition and its class. */
int orphans_remove(struct tree *tree, const struct orphans *orphans, const struct entry *entry, json_t **ret_removed,
		   struct error *reterr_error) {
	json_t *removed = json_array();
	int r = 0;

	for (size_t i = 0; i < 2 * orphans->findings.n_items && r == 0; i++) {
		bool is_definition = i >= orphans->findings.n_items;
		const struct entry *orphan = entry_at(tree, orphans, i % orphans->findings.n_items, is_definition);

		if (orphan)
			r = is_definition ? remove_definition(tree, orphan, removed, reterr_error)
					  : remove_values(tree, orphans, orphan, removed, reterr_error);
	}
	if (r == 0)
		r = tree_remove(tree, entry, reterr_error);
	if (r == 0)
		*ret_removed = removed;
	else
		json_decref(removed);
	return r;
}

static const char *counted(struct arena *arena, size_t n, const char *what) {
	return n ? arena_format(arena, ", and %zu %s%s with it", n, what, n == 1 ? "" : "s") : "";
}

const char *orphans_lost(struct arena *arena, const json_t *removed) {
	size_t i, n_values = 0;
	const json_t *item;

	json_array_foreach(removed, i, item) n_values += json_is_string(json_object_get(item, "value"));
	return arena_format(arena, "%s%s", counted(arena, json_array_size(removed) - n_values, "definition"),
			    counted(arena, n_values, "option value"));
}
