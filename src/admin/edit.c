/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/edit.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/dn.h"
#include "model/snapshot.h"

struct entry *edit_new(struct arena *arena, const char *dn, const char *class_name) {
	struct entry *entry = arena_new_of(arena, struct entry);
	char name[512];

	entry->dn = arena_dup_text(arena, dn);
	edit_add(arena, entry, "objectClass", class_name);
	if (dn_leaf_value(dn, sizeof name, name) == 0)
		edit_add(arena, entry, "cn", name);
	return entry;
}

struct entry *edit_copy(struct arena *arena, const struct entry *entry) {
	struct entry *copy = arena_new_of(arena, struct entry);

	*copy = *entry;
	copy->attributes = arena_array_of(arena, struct entry_attribute, entry->n_attributes);
	for (size_t i = 0; i < entry->n_attributes; i++) {
		const struct entry_attribute *from = &entry->attributes[i];
		struct entry_attribute *to = &copy->attributes[i];

		*to = *from;
		to->values = arena_array_of(arena, struct span, from->n_values);
		if (from->n_values)
			memcpy(to->values, from->values, from->n_values * sizeof *to->values);
	}
	return copy;
}

static struct entry_attribute *attribute_find(const struct entry *entry, const char *name) {
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (is_text_equal_nocase(entry->attributes[i].name, name))
			return &entry->attributes[i];
	return NULL;
}

static struct entry_attribute *attribute_append(struct arena *arena, struct entry *entry, const char *name) {
	struct entry_attribute *grown = arena_array_of(arena, struct entry_attribute, entry->n_attributes + 1);

	if (entry->n_attributes)
		memcpy(grown, entry->attributes, entry->n_attributes * sizeof *grown);
	entry->attributes = grown;
	grown[entry->n_attributes].name = arena_dup_text(arena, name);
	return &grown[entry->n_attributes++];
}

void edit_add(struct arena *arena, struct entry *entry, const char *attribute, const char *value) {
	struct entry_attribute *place = attribute_find(entry, attribute);
	struct span *grown;

	if (!place)
		place = attribute_append(arena, entry, attribute);
	grown = arena_array_of(arena, struct span, place->n_values + 1);
	if (place->n_values)
		memcpy(grown, place->values, place->n_values * sizeof *grown);
	grown[place->n_values++] = span_of_text(arena_dup_text(arena, value));
	place->values = grown;
}

/* An entry never keeps an attribute without values, as no directory does. */
static void attribute_drop(struct entry *entry, struct entry_attribute *attribute) {
	size_t index = (size_t)(attribute - entry->attributes);

	memmove(attribute, attribute + 1, (entry->n_attributes - index - 1) * sizeof *attribute);
	entry->n_attributes--;
}

void edit_set(struct arena *arena, struct entry *entry, const char *attribute, const char *value) {
	struct entry_attribute *place = attribute_find(entry, attribute);

	if (place)
		attribute_drop(entry, place);
	if (value)
		edit_add(arena, entry, attribute, value);
}

int edit_set_setting(struct arena *arena, struct entry *entry, enum setting setting, const char *value,
		     struct error *reterr_error) {
	char written[32];
	uint64_t number;
	struct text text;
	int r = setting_read(setting, value, &number, reterr_error);

	if (r < 0)
		return r;
	text_init(&text, written, sizeof written);
	setting_format(setting, number, &text);
	edit_set(arena, entry, schema_attribute_get(setting_get(setting)->attribute)->name, written);
	return 0;
}

void edit_remove_at(struct entry *entry, const char *attribute, size_t index) {
	struct entry_attribute *place = attribute_find(entry, attribute);

	assert(place && index < place->n_values);
	memmove(place->values + index, place->values + index + 1,
		(place->n_values - index - 1) * sizeof *place->values);
	place->n_values--;
	if (place->n_values == 0)
		attribute_drop(entry, place);
}

const struct span *edit_values(const struct entry *entry, const char *attribute, size_t *ret_n) {
	const struct entry_attribute *place = attribute_find(entry, attribute);

	*ret_n = place ? place->n_values : 0;
	return place ? place->values : NULL;
}

const char *edit_value(const struct entry *entry, const char *attribute, size_t index) {
	size_t n;
	const struct span *values = edit_values(entry, attribute, &n);

	return index < n ? (const char *)values[index].data : NULL;
}

/* True if @known has a finding that says the same about the same entry. */
static bool is_finding_known(const struct findings *known, const struct finding *finding) {
	for (size_t i = 0; i < known->n_items; i++) {
		const struct finding *other = &known->items[i];

		if (other->code == finding->code && is_dn_equal(other->dn, finding->dn) &&
		    is_text_equal_nocase(other->attribute, finding->attribute) &&
		    strcmp(other->reason, finding->reason) == 0)
			return true;
	}
	return false;
}

/* @before changed in its place, so that the order in which entries win over one another stays; @after alone goes
 * last. */
static size_t apply(const struct entry *const *entries, size_t n_entries, const struct entry *before,
		    const struct entry *after, const struct entry **ret_changed) {
	size_t n = 0;

	for (size_t i = 0; i < n_entries; i++) {
		if (!before || !is_dn_equal(entries[i]->dn, before->dn))
			ret_changed[n++] = entries[i];
		else if (after)
			ret_changed[n++] = after;
	}
	if (!before && after)
		ret_changed[n++] = after;
	return n;
}

/* A range of a policy that its scope does not hold is, where the policy is edited, a bad range. */
static enum error_code code_of(const struct finding *finding, bool is_edited) {
	bool is_bad_range = finding->code == E_SCOPE_RANGE_POLICY_RANGE_CONFLICT && is_edited;

	return is_bad_range ? E_DHCP_POLICY_RANGE_BAD : (enum error_code)finding->code;
}

/* Leave those of @findings that @known does not have; in place. */
static void remove_known(struct findings *findings, const struct findings *known) {
	struct finding *items = (struct finding *)findings->items;
	size_t n = 0;

	for (size_t i = 0; i < findings->n_items; i++)
		if (!is_finding_known(known, &items[i]))
			items[n++] = items[i];
	findings->n_items = n;
}

struct snapshot *edit_try(const struct entry *const *entries, size_t n_entries, const struct entry *before,
			  const struct entry *after, struct findings *ret_findings) {
	const struct entry **changed = mem_alloc((n_entries + 1) * sizeof *changed);
	size_t n_changed = apply(entries, n_entries, before, after, changed);
	struct snapshot *old_snapshot, *new_snapshot;
	struct findings old_findings;

	old_snapshot = snapshot_build(entries, n_entries, "", 0, &old_findings);
	new_snapshot = snapshot_build(changed, n_changed, "", 0, ret_findings);
	remove_known(ret_findings, &old_findings);
	snapshot_free(old_snapshot);
	free(changed);
	return new_snapshot;
}

int edit_check(const struct entry *const *entries, size_t n_entries, const struct entry *before,
	       const struct entry *after, struct error *reterr_error) {
	struct findings findings;
	struct snapshot *snapshot = edit_try(entries, n_entries, before, after, &findings);
	const struct finding *first = findings.items;
	int r = 0;

	if (findings.n_items) {
		bool is_edited = after && is_dn_equal(first->dn, after->dn);

		r = error_set(reterr_error, code_of(first, is_edited), "%s", first->reason);
		if (!is_edited)
			error_prefix(reterr_error, "this would break %s", first->dn);
	}
	snapshot_free(snapshot);
	return r;
}
