/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/usn.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SWEEP_PAUSES 9 /* after a sweep, so many times what it took */

void usn_init(struct usn *ret_usn) {
	*ret_usn = (struct usn){ .step = USN_REST };
}

void usn_done(struct usn *usn) {
	free(usn->names);
	*usn = (struct usn){ .step = USN_REST };
}

void usn_forget(struct usn *usn) {
	usn->step = USN_REST;
	usn->is_read = usn->is_sweep_owed = false;
	usn->known = usn->checked = usn->sweep_due_ms = 0;
	usn->n_names = 0;
}

uint64_t usn_first(const struct usn *usn) {
	return usn->known + 1;
}

static int name_compare(const void *a, const void *b) {
	return memcmp(a, b, sizeof(struct entry_uuid)); /* which comes first in struct usn_name */
}

static struct usn_name name_of(const struct entry *entry) {
	struct usn_name name = { entry->uuid, 0xcbf29ce484222325u };

	for (const char *dn = entry->dn; *dn; dn++)
		name.hash = (name.hash ^ (uint8_t)*dn) * 0x100000001b3u; /* FNV-1a */
	return name;
}

/* Borrow what is known of the entry among the first @n_names names, or NULL. */
static struct usn_name *name_find(struct usn *usn, size_t n_names, const struct entry_uuid *uuid) {
	return n_names ? bsearch(uuid, usn->names, n_names, sizeof *usn->names, name_compare) : NULL;
}

static void names_add(struct usn *usn, const struct entry *const *entries, size_t n_entries) {
	size_t n_sorted = usn->n_names;

	usn->names = mem_grow(usn->names, &usn->capacity, usn->n_names + n_entries + 1, sizeof *usn->names);
	for (size_t i = 0; i < n_entries; i++) {
		struct usn_name *name = name_find(usn, n_sorted, &entries[i]->uuid);

		*(name ? name : &usn->names[usn->n_names++]) = name_of(entries[i]);
	}
	qsort(usn->names, usn->n_names, sizeof *usn->names, name_compare);
}

static void names_replace(struct usn *usn, const struct entry *const *entries, size_t n_entries) {
	usn->n_names = 0;
	names_add(usn, entries, n_entries);
}

/* True if all @entries are known by these names. */
static bool has_names(struct usn *usn, const struct entry *const *entries, size_t n_entries) {
	for (size_t i = 0; i < n_entries; i++) {
		const struct usn_name *name = name_find(usn, usn->n_names, &entries[i]->uuid);

		if (!name || name->hash != name_of(entries[i]).hash)
			return false;
	}
	return true;
}

static enum usn_step step_set(struct usn *usn, enum usn_step step) {
	if (step == USN_REST)
		usn->known = usn->checked;
	return usn->step = step;
}

enum usn_step usn_begin(struct usn *usn) {
	return step_set(usn, USN_CHECK);
}

static enum usn_step sweep_or_rest(struct usn *usn, uint64_t now_ms) {
	if (!usn->is_sweep_owed || now_ms < usn->sweep_due_ms)
		return step_set(usn, USN_REST);
	usn->sweep_began_ms = now_ms;
	return step_set(usn, USN_SWEEP);
}

enum usn_step usn_take_highest(struct usn *usn, uint64_t highest, uint64_t now_ms) {
	usn->checked = highest;
	if (!usn->is_read || highest < usn->known)
		return step_set(usn, USN_WHOLE);
	if (highest > usn->known)
		return step_set(usn, USN_CHANGES);
	return sweep_or_rest(usn, now_ms);
}

static enum usn_step sweep_take(struct usn *usn, const struct entry *const *entries, size_t n_entries,
				uint64_t now_ms) {
	usn->is_sweep_owed = false;
	usn->sweep_due_ms = now_ms + SWEEP_PAUSES * (now_ms - usn->sweep_began_ms);
	if (!has_names(usn, entries, n_entries))
		return step_set(usn, USN_WHOLE);
	names_replace(usn, entries, n_entries);
	return step_set(usn, USN_REST);
}

enum usn_step usn_take_entries(struct usn *usn, const struct entry *const *entries, size_t n_entries, uint64_t now_ms) {
	switch (usn->step) {
	case USN_WHOLE:
		usn->is_read = true;
		names_replace(usn, entries, n_entries);
		break;
	case USN_CHANGES:
		usn->is_sweep_owed = true;
		names_add(usn, entries, n_entries);
		return sweep_or_rest(usn, now_ms);
	case USN_SWEEP:
		return sweep_take(usn, entries, n_entries, now_ms);
	case USN_CHECK:
	case USN_REST:
		break;
	}
	return step_set(usn, USN_REST);
}
