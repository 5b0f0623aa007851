/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever text is LDIF: an edit of it reads again as what it was to be, and no other entry is another. */
#include <stdlib.h>

#include "admin/edit.h"
#include "admin/ldif_text.h"
#include "base/macros.h"
#include "model/ldif.h"

#define NEW_DN "cn=new entry of the fuzzer,dc=nowhere"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static struct ldif read_again(struct span text, struct arena *arena) {
	struct error error;
	struct ldif ldif;

	check(ldif_read("again", text, arena, &ldif, &error) == 0);
	return ldif;
}

/* Those of @old in order without that at @left_out, those of @new without that at @put_in. */
static void check_others(const struct ldif *old, size_t left_out, const struct ldif *new, size_t put_in) {
	size_t j = 0;

	for (size_t i = 0; i < old->n_records; i++) {
		if (i == left_out)
			continue;
		j += j == put_in;
		check(j < new->n_records &&is_entry_equal(old->records[i].entry, new->records[j].entry));
		j++;
	}
}

static bool has_values(const struct entry_attribute *all, const struct entry_attribute *some) {
	for (size_t i = 0; i < some->n_values; i++) {
		bool is_found = false;

		for (size_t j = 0; all && j < all->n_values && !is_found; j++)
			is_found = is_span_equal(all->values[j], some->values[i]);
		if (!is_found)
			return false;
	}
	return true;
}

static bool is_within(const struct entry *small, const struct entry *large) {
	for (size_t i = 0; i < small->n_attributes; i++)
		if (!has_values(entry_attribute_get(large, small->attributes[i].name), &small->attributes[i]))
			return false;
	return true;
}

static void check_remove(struct span text, const struct ldif *ldif, size_t which, struct arena *arena) {
	struct ldif again = read_again(ldif_text_remove(text, ldif->records[which].line, arena), arena);

	check(again.n_records == ldif->n_records - 1);
	check_others(ldif, which, &again, SIZE_MAX);
}

static void check_add(struct span text, const struct ldif *ldif, size_t which, struct arena *arena) {
	const struct entry *entry = edit_new(arena, NEW_DN, "device");
	struct ldif again = read_again(ldif_text_add(text, ldif->records[which].line, entry, arena), arena);

	check(again.n_records == ldif->n_records + 1);
	check(is_entry_equal(
		again.records[which + 1].entry,
		&(struct entry){ entry_uuid_of_dn(NEW_DN, arena), entry->dn, entry->attributes, entry->n_attributes }));
	check_others(ldif, SIZE_MAX, &again, which + 1);
}

/* One value goes, one comes, and an attribute that was not there. */
static void check_modify(struct span text, const struct ldif *ldif, size_t which, struct arena *arena) {
	const struct entry *before = ldif->records[which].entry;
	struct entry *after = edit_copy(arena, before);
	struct ldif again;

	if (before->n_attributes >= LDIF_ATTRIBUTES_MAX - 1)
		return;
	if (before->n_attributes > 1)
		edit_remove_at(after, before->attributes[before->n_attributes - 1].name, 0);
	edit_add(arena, after, "objectClass", " fuzz ");
	edit_add(arena, after, "fuzz", "z\xc3\xbcrich");
	again = read_again(ldif_text_modify(text, ldif->records[which].line, before, after, arena), arena);
	check(again.n_records == ldif->n_records);
	check(is_within(after, again.records[which].entry) && is_within(again.records[which].entry, after));
	check_others(ldif, which, &again, which);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *arena = arena_new(0);
	struct ldif ldif;
	struct error error;
	struct span text = span_of(data, size);

	if (ldif_read("fuzz", text, arena, &ldif, &error) == 0 && ldif.n_records) {
		size_t which = data[size / 2] % ldif.n_records;

		check_remove(text, &ldif, which, arena);
		check_add(text, &ldif, which, arena);
		check_modify(text, &ldif, which, arena);
	}
	arena_free(arena);
	return 0;
}
