/* SPDX-License-Identifier: Apache-2.0 */
/* Each writer reads after its write, so of two at least the one whose write came last sees the other. Both may see each
 * other: then the order of their change numbers decides, the same for both. A server may give out these numbers in
 * another order than that of its writes, so whoever has the lower one does not trust in it: it waits for the other to
 * take its entry back, and gives way itself if that does not happen, as the other may not have seen it. */
#include "admin/verify.h"

#include <poll.h>
#include <string.h>

#include "admin/edit.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/dn.h"

#define WAIT_MS 3000 /* for somebody else to take back what contradicts ours */
#define LOOK_MS 20
#define CLAIMS_MAX 3

/* What an entry of each class claims beside its name. */
static const struct claim_row {
	enum schema_class class;
	bool is_below_parent; /* the claim counts among those below the same parent only */
	size_t n_attributes;
	enum schema_attribute attributes[CLAIMS_MAX];
} rows[] = {
	{ CLASS_SERVER, false, 0, { 0 } },
	{ CLASS_SCOPE, false, 3, { ATTRIBUTE_PREFIX_LENGTH, ATTRIBUTE_SUPERSCOPE, ATTRIBUTE_DEFAULT_SCOPE } },
	{ CLASS_RESERVATION, true, 2, { ATTRIBUTE_HARDWARE_ADDRESS, ATTRIBUTE_CLIENT_IDENTIFIER } },
	{ CLASS_CLIENT_CLASS, false, 2, { ATTRIBUTE_CLASS_KIND, ATTRIBUTE_CLASS_DATA } },
	{ CLASS_DEFINITION, false, 2, { ATTRIBUTE_OPTION_CODE, ATTRIBUTE_VENDOR_CLASS } },
	{ CLASS_POLICY, true, 1, { ATTRIBUTE_RANGE } },
};

/* One claim under examination. */
struct examination {
	struct tree *tree; /* as it was read before the write */
	const struct claim_row *row;
	const char *base; /* what stands below it may contradict */
	const struct entry *before, *after;
	struct directory_entries now;      /* owned: all entries of the class as they are now */
	const struct directory_mark *mark; /* of ours there; NULL if it is not there any more */
};

static bool is_alike(const struct entry_attribute *a, const struct entry_attribute *b) {
	if (a->n_values != b->n_values)
		return false;
	for (size_t i = 0; i < a->n_values; i++)
		if (!is_span_equal(a->values[i], b->values[i]))
			return false;
	return true;
}

static bool is_changed(const struct claim_row *row, const struct entry *before, const struct entry *after) {
	for (size_t i = 0; i < row->n_attributes; i++) {
		const char *name = schema_attribute_get(row->attributes[i])->name;
		const struct entry_attribute *old = entry_attribute_get(before, name),
					     *new = entry_attribute_get(after, name);

		if (!old != !new || (old && !is_alike(old, new)))
			return true;
	}
	return false;
}

/* The row of what @after claims anew, or NULL. */
static const struct claim_row *claim_of(const struct entry *before, const struct entry *after) {
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_entry_of_class(after, schema_class_get(rows[i].class)->name))
			return !before || is_changed(&rows[i], before, after) ? &rows[i] : NULL;
	return NULL;
}

static int look(struct examination *examination, struct error *reterr_error) {
	struct directory_entries *now = &examination->now;
	const char *filter = arena_format(examination->tree->arena, "(objectClass=%s)",
					  schema_class_get(examination->row->class)->name);
	int r;

	directory_entries_done(now);
	now->arena = examination->tree->arena;
	r = directory_search(examination->tree->directory, examination->base, DIRECTORY_SUBTREE, filter, now,
			     reterr_error);
	examination->mark = NULL;
	for (size_t i = 0; i < now->n_items && r == 0; i++)
		if (is_dn_equal(now->items[i]->dn, examination->after->dn))
			examination->mark = &now->marks[i];
	return r;
}

/* True if what the tree says of @entry is not what counts: it stands among those that are there now, or is ours. */
static bool is_outdated(const struct examination *examination, const struct entry *entry) {
	return is_entry_of_class(entry, schema_class_get(examination->row->class)->name) &&
	       is_dn_within(entry->dn, examination->base);
}

/* Compare ours with the others as they are now: all, or those that were written before it. 0, or the rule that it
 * breaks. */
static int compare(const struct examination *examination, bool is_before_only, struct error *reterr_error) {
	const struct directory_entries *then = &examination->tree->entries, *now = &examination->now;
	const struct entry **entries = mem_alloc((then->n_items + now->n_items + 1) * sizeof *entries);
	size_t n = 0;
	int r;

	for (size_t i = 0; i < then->n_items; i++)
		if (!is_outdated(examination, then->items[i]))
			entries[n++] = then->items[i];
	for (size_t i = 0; i < now->n_items; i++)
		if (&now->marks[i] != examination->mark &&
		    (!is_before_only || strcmp(now->marks[i].moment, examination->mark->moment) < 0))
			entries[n++] = now->items[i];
	if (examination->before)
		entries[n++] = examination->before;
	r = edit_check(entries, n, examination->before, examination->after, reterr_error);
	free(entries);
	return r;
}

static int take_back(const struct examination *examination, struct error *error) {
	struct directory *directory = examination->tree->directory;
	const char *dn = examination->after->dn;
	struct error failure;
	int r;

	if (examination->before)
		r = directory_modify(directory, examination->after, examination->mark->version, examination->before,
				     &failure);
	else
		r = directory_delete(directory, dn, &failure);
	if (r == 0 || r == -E_NOT_FOUND)
		return error_prefix(error, "somebody else was quicker, and nothing was changed");
	return error_prefix(error, "somebody else was quicker, and the change of %s could not be taken back (%s)", dn,
			    failure.text);
}

/* Give way to what was written before ours, or, when the time is up, to whatever contradicts it. */
static int settle(const struct examination *examination, bool is_time_up, bool *ret_is_settled,
		  struct error *reterr_error) {
	struct error ignored;
	int r = examination->mark ? compare(examination, !is_time_up, reterr_error) : 0;

	if (r < 0)
		return take_back(examination, reterr_error);
	*ret_is_settled = !examination->mark || compare(examination, false, &ignored) == 0;
	return 0;
}

int verify_claim(struct tree *tree, const struct entry *before, const struct entry *after, struct error *reterr_error) {
	struct examination examination = {
		.tree = tree, .row = claim_of(before, after), .before = before, .after = after
	};
	uint64_t limit_ms = clock_now().boot_ms + WAIT_MS;
	bool is_settled = !examination.row || is_directory_file(tree->directory); /* a file needs no second look */
	int r = 0;

	if (!is_settled)
		examination.base = examination.row->is_below_parent ? dn_parent(after->dn) : tree->root_dn;
	while (r == 0 && !is_settled) {
		r = look(&examination, reterr_error);
		if (r == 0)
			r = settle(&examination, clock_now().boot_ms >= limit_ms, &is_settled, reterr_error);
		if (r == 0 && !is_settled)
			poll(NULL, 0, LOOK_MS);
	}
	directory_entries_done(&examination.now);
	return r;
}
