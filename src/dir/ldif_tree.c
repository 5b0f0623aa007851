/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/ldif_tree.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "model/dn.h"
#include "model/schema.h"

static bool is_of_configuration(const struct entry *entry) {
	for (enum schema_class class = 0; class < CLASS_COUNT; class++)
		if (class != CLASS_DHCP_CLASS && is_entry_of_class(entry, schema_class_get(class)->name))
			return true;
	return false;
}

static int find_root(const char *name, const struct ldif *ldif, const struct entry **ret_root,
		     struct error *reterr_error) {
	const char *class_name = schema_class_get(CLASS_ROOT)->name;
	const struct ldif_record *root = NULL;

	for (size_t i = 0; i < ldif->n_records; i++) {
		const struct ldif_record *record = &ldif->records[i];

		if (!is_entry_of_class(record->entry, class_name))
			continue;
		if (root)
			return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
					 "%.200s:%u: this is a second entry of class %s, after the one in line %u; keep one of the two",
					 name, record->line, class_name, root->line);
		root = record;
	}
	if (!root)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "%.200s has no entry of class %s, below which the configuration stands; add one, for example "
				 "cn=DHCP,dc=example,dc=org",
				 name, class_name);
	*ret_root = root->entry;
	return 0;
}

/* What begins so is in nobody else's schema. */
static bool is_ours(const char *name) {
	return strncasecmp(name, "lessor", strlen("lessor")) == 0;
}

static int refuse_class(const char *name, const struct ldif_record *record, const char *class_name,
			struct error *reterr_error) {
	const char *names[CLASS_COUNT + 1] = { NULL }, *nearest;

	for (enum schema_class class = 0; class < CLASS_COUNT; class++)
		names[class] = schema_class_get(class)->name;
	nearest = text_nearest(class_name, names);
	return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s:%u: %.100s: there is no class %.60s%s%s", name,
			 record->line, record->entry->dn, class_name, nearest ? "; did you mean " : "",
			 nearest ? nearest : "");
}

static int check_classes(const char *name, const struct ldif_record *record, struct error *reterr_error) {
	const struct entry_attribute *classes = entry_attribute_get(record->entry, "objectClass");

	for (size_t i = 0; classes && i < classes->n_values; i++) {
		const char *class_name = (const char *)classes->values[i].data;

		if (is_ours(class_name) && schema_class_find(class_name) == CLASS_COUNT)
			return refuse_class(name, record, class_name, reterr_error);
	}
	return 0;
}

static bool is_allowed(const struct entry *entry, const char *attribute) {
	const struct schema_use_info *use;

	for (size_t i = 0; (use = schema_use_at(i)); i++)
		if (is_text_equal_nocase(schema_attribute_get(use->attribute)->name, attribute) &&
		    is_entry_of_class(entry, schema_class_get(use->class)->name))
			return true;
	return false;
}

static int refuse_attribute(const char *name, const struct ldif_record *record, const char *attribute,
			    struct error *reterr_error) {
	const char *names[ATTRIBUTE_COUNT + 1] = { NULL }, *nearest;

	for (enum schema_attribute known = 0; known < ATTRIBUTE_COUNT; known++)
		names[known] = schema_attribute_get(known)->name;
	nearest = text_nearest(attribute, names);
	if (nearest && is_text_equal_nocase(nearest, attribute))
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "%.200s:%u: %.100s: entries of this class have no %s; remove it, or put it where it belongs", name,
				 record->line, record->entry->dn, nearest);
	return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s:%u: %.100s: there is no attribute %.60s%s%s", name,
			 record->line, record->entry->dn, attribute, nearest ? "; did you mean " : "",
			 nearest ? nearest : "");
}

static int check_attributes(const char *name, const struct ldif_record *record, struct error *reterr_error) {
	const struct entry *entry = record->entry;

	for (size_t i = 0; i < entry->n_attributes; i++)
		if (is_ours(entry->attributes[i].name) && !is_allowed(entry, entry->attributes[i].name))
			return refuse_attribute(name, record, entry->attributes[i].name, reterr_error);
	return 0;
}

/* A directory's schema takes nothing that is misspelled or elsewhere than it belongs; of a file nobody else would
 * notice. */
int ldif_tree_check_words(const char *name, const struct ldif *ldif, struct error *reterr_error) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < ldif->n_records; i++) {
		r = check_classes(name, &ldif->records[i], reterr_error);
		if (r == 0)
			r = check_attributes(name, &ldif->records[i], reterr_error);
	}
	return r;
}

/* Whatever is of our classes stays, also where it does not belong: it is quarantined, and so named. */
static void take_entries(struct ldif_tree *tree, struct arena *arena) {
	tree->entries = arena_array_of(arena, const struct entry *, tree->ldif.n_records);
	for (size_t i = 0; i < tree->ldif.n_records; i++) {
		const struct entry *entry = tree->ldif.records[i].entry;

		if (is_dn_within(entry->dn, tree->root->dn) || is_of_configuration(entry))
			tree->entries[tree->n_entries++] = entry;
		else
			tree->n_outside++;
	}
}

int ldif_tree_read(const char *name, struct span text, struct arena *arena, struct ldif_tree *ret_tree,
		   struct error *reterr_error) {
	struct ldif_tree tree = { 0 };
	int r = ldif_read(name, text, arena, &tree.ldif, reterr_error);

	if (r == 0)
		r = ldif_tree_check_words(name, &tree.ldif, reterr_error);
	if (r == 0)
		r = find_root(name, &tree.ldif, &tree.root, reterr_error);
	if (r < 0)
		return r;
	tree.base = dn_parent(tree.root->dn);
	take_entries(&tree, arena);
	*ret_tree = tree;
	return 0;
}

unsigned ldif_tree_line(const struct ldif_tree *tree, const struct entry_uuid *uuid) {
	for (size_t i = 0; i < tree->ldif.n_records; i++)
		if (memcmp(&tree->ldif.records[i].entry->uuid, uuid, sizeof *uuid) == 0)
			return tree->ldif.records[i].line;
	return 0;
}

void ldif_tree_put(const struct ldif_tree *tree, struct change_batch *batch) {
	for (size_t i = 0; i < tree->n_entries; i++)
		change_batch_add(batch, CHANGE_ENTRY, &tree->entries[i]->uuid, tree->entries[i]);
	batch->is_whole = true;
	batch->is_synchronized = true;
}
