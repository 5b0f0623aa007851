/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/acceptance.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "dir/descent.h"
#include "dir/entry_copy.h"
#include "dir/entry_table.h"

#define PASSES_MAX 16
#define GARBAGE_MIN ((size_t)1 << 20)

struct acceptance {
	char *server_name;
	struct entry_table *table;
	struct arena *entries; /* holds the versions, and garbage until compacted */
	size_t entries_live;   /* bytes in @entries after the last compaction */
	struct arena *results; /* holds the last result */
	struct acceptance_view view;
};

/* Findings under construction, in the results' arena. */
struct finding_list {
	struct finding *items;
	size_t n_items, capacity;
};

/* A batch being judged. */
struct judgement {
	struct acceptance *acceptance;
	struct acceptance_result *result;
	struct entry_item **items; /* all, in order of identity */
	size_t n_items;
	const struct entry **inputs; /* for the snapshot */
	struct finding_list findings, reported;
	size_t n_refused;
};

struct acceptance *acceptance_new(const char *server_name) {
	struct acceptance *acceptance = mem_alloc(sizeof *acceptance);

	acceptance->server_name = mem_dup_text(server_name);
	acceptance->table = entry_table_new();
	acceptance->entries = arena_new(0);
	acceptance->results = arena_new(0);
	return acceptance;
}

struct acceptance *acceptance_free(struct acceptance *acceptance) {
	if (!acceptance)
		return NULL;
	entry_table_free(acceptance->table);
	arena_free(acceptance->entries);
	arena_free(acceptance->results);
	free(acceptance->server_name);
	free(acceptance);
	return NULL;
}

const struct acceptance_view *acceptance_view(const struct acceptance *acceptance) {
	return &acceptance->view;
}

/* The form in which complaints are remembered and compared. */
static char *complaint_of(const struct finding *finding) {
	return mem_format("%d %s %s", finding->code, finding->attribute, finding->reason);
}

void acceptance_load(struct acceptance *acceptance, const struct directory_entry *entries, size_t n_entries,
		     const struct findings *findings) {
	entry_table_free(acceptance->table);
	acceptance->table = entry_table_new();
	arena_reset(acceptance->entries);
	for (size_t i = 0; i < n_entries; i++) {
		const struct entry *either = entries[i].accepted ? entries[i].accepted : entries[i].pending;
		struct entry_item *item = entry_table_add(acceptance->table, &either->uuid);

		if (entries[i].accepted)
			item->accepted = entry_copy(entries[i].accepted, acceptance->entries);
		if (entries[i].pending)
			item->pending = entry_copy(entries[i].pending, acceptance->entries);
	}
	for (size_t i = 0; i < findings->n_items; i++) {
		struct entry_item *item = entry_table_get(acceptance->table, &findings->items[i].uuid);

		if (item && !item->complaint)
			item->complaint = complaint_of(&findings->items[i]);
	}
	acceptance->entries_live = arena_used(acceptance->entries);
}

/* Copy all versions to a new arena once there is more garbage than versions. */
static void compact(struct acceptance *acceptance) {
	struct entry_item **items = entry_table_sorted(acceptance->table);
	struct arena *arena;

	if (arena_used(acceptance->entries) < 2 * acceptance->entries_live + GARBAGE_MIN)
		return;
	arena = arena_new(0);
	for (size_t i = 0; i < entry_table_count(acceptance->table); i++) {
		if (items[i]->accepted)
			items[i]->accepted = entry_copy(items[i]->accepted, arena);
		if (items[i]->pending)
			items[i]->pending = entry_copy(items[i]->pending, arena);
	}
	arena_free(acceptance->entries);
	acceptance->entries = arena;
	acceptance->entries_live = arena_used(arena);
}

static void change_note(struct acceptance *acceptance, const struct change *change, size_t position) {
	struct entry_item *item = entry_table_get(acceptance->table, &change->uuid);
	const struct entry *newest;

	switch (change->kind) {
	case CHANGE_PRESENT:
		if (item)
			item->is_mentioned = true;
		return;
	case CHANGE_GONE:
		if (item)
			item->is_gone = true;
		return;
	case CHANGE_ENTRY:
		break;
	}
	item = entry_table_add(acceptance->table, &change->uuid);
	newest = entry_item_newest(item);
	item->is_mentioned = true;
	item->is_gone = false;
	item->position = position;
	item->candidate = newest && is_entry_equal(newest, change->entry) ? NULL : change->entry;
}

static const struct entry *item_version(const struct entry_item *item) {
	return item->candidate ? item->candidate : entry_item_newest(item);
}

static int dn_compare(const void *a, const void *b) {
	const struct entry_item *const *left = a, *const *right = b;

	return strcasecmp(item_version(*left)->dn, item_version(*right)->dn);
}

/* Two entries cannot have the same name: where an unchanged one has the name of a changed one, its removal was missed
 * (a server that was restored or replaced need not tell all). */
static void superseded_mark(struct acceptance *acceptance) {
	size_t n_items = entry_table_count(acceptance->table), n = 0;
	struct entry_item **sorted = entry_table_sorted(acceptance->table);
	struct entry_item **by_dn = mem_alloc(n_items * sizeof *by_dn);

	for (size_t i = 0; i < n_items; i++)
		if (!sorted[i]->is_gone && item_version(sorted[i]))
			by_dn[n++] = sorted[i];
	qsort(by_dn, n, sizeof *by_dn, dn_compare);
	for (size_t i = 1; i < n; i++) {
		struct entry_item *a = by_dn[i - 1], *b = by_dn[i];

		if (dn_compare(&a, &b) == 0 && !a->candidate != !b->candidate)
			(a->candidate ? b : a)->is_gone = true;
	}
	free(by_dn);
}

static void changes_note(struct acceptance *acceptance, const struct change_batch *batch) {
	struct entry_item **sorted;
	bool has_candidates = false;

	for (size_t i = 0; i < batch->n_items; i++) {
		change_note(acceptance, &batch->items[i], i + 1);
		has_candidates |= batch->items[i].kind == CHANGE_ENTRY;
	}
	sorted = entry_table_sorted(acceptance->table);
	for (size_t i = 0; batch->is_whole && i < entry_table_count(acceptance->table); i++)
		sorted[i]->is_gone |= !sorted[i]->is_mentioned;
	if (has_candidates)
		descent_follow(acceptance->table, acceptance->results);
	if (has_candidates && !batch->is_whole)
		superseded_mark(acceptance);
}

/* Take out what is gone. */
static void removals_perform(struct acceptance *acceptance, struct acceptance_result *result) {
	size_t n_items = entry_table_count(acceptance->table);
	struct entry_item **sorted = entry_table_sorted(acceptance->table);

	result->removed = arena_array_of(acceptance->results, struct entry_uuid, n_items);
	for (size_t i = 0; i < n_items; i++)
		if (sorted[i]->is_gone) {
			result->removed[result->n_removed++] = sorted[i]->uuid;
			entry_table_remove(acceptance->table, sorted[i]);
		}
}

static void finding_add(struct finding_list *list, struct arena *arena, const struct finding *finding) {
	struct finding copy = *finding;

	copy.dn = arena_dup_text(arena, finding->dn);
	copy.attribute = arena_dup_text(arena, finding->attribute);
	copy.reason = arena_dup_text(arena, finding->reason);
	list->items = mem_grow(list->items, &list->capacity, list->n_items + 1, sizeof *list->items);
	list->items[list->n_items++] = copy;
}

static struct findings findings_of(struct finding_list *list, struct arena *arena) {
	struct findings findings = { arena_dup(arena, span_of(list->items, list->n_items * sizeof *list->items)),
				     list->n_items };

	free(list->items);
	return findings;
}

/* Refuse the version of @item that is being judged. */
static void item_refuse(struct judgement *judgement, struct entry_item *item) {
	item->is_refused = true;
	judgement->n_refused++;
}

/* True if the version of @item that is to be judged is too large to be kept, or stands for one that was. One that is
 * still too large is no news. */
static bool is_oversized(struct entry_item *item, struct arena *scratch) {
	bool is_large = item->candidate && !entry_encode(item->candidate, scratch).data;

	arena_reset(scratch);
	if (is_large && item->pending && is_entry_stub(item->pending))
		item->candidate = NULL;
	return is_large || (!item->candidate && item->pending && is_entry_stub(item->pending));
}

/* Such entries get no judgement; in their place a stub with the name waits in quarantine. */
static void oversized_refuse(struct judgement *judgement) {
	struct arena *results = judgement->acceptance->results, *scratch = arena_new(0);

	for (size_t i = 0; i < judgement->n_items; i++) {
		struct entry_item *item = judgement->items[i];
		struct finding finding = { .uuid = item->uuid, .attribute = "", .code = E_INVALID_PARAMETER,
					   .reason = "the entry is larger than 1 MiB; remove what does not belong there" };

		if (!is_oversized(item, scratch))
			continue;
		if (item->candidate)
			item->candidate = entry_stub(item->candidate, results);
		finding.dn = item_version(item)->dn;
		finding_add(&judgement->findings, results, &finding);
		item_refuse(judgement, item);
	}
	arena_free(scratch);
}

static bool is_judged(const struct entry_item *item) {
	return (item->candidate || item->pending) && !item->is_refused && !item->is_doubtful;
}

/* Established versions first, then those being judged. */
static size_t inputs_gather(struct judgement *judgement) {
	size_t n = 0;

	for (size_t i = 0; i < judgement->n_items; i++)
		if (!is_judged(judgement->items[i]) && judgement->items[i]->accepted)
			judgement->inputs[n++] = judgement->items[i]->accepted;
	for (size_t i = 0; i < judgement->n_items; i++)
		if (is_judged(judgement->items[i]))
			judgement->inputs[n++] = item_version(judgement->items[i]);
	return n;
}

static struct entry_item *item_of(struct judgement *judgement, const struct finding *finding) {
	return entry_table_get(judgement->acceptance->table, &finding->uuid);
}

/* Refuse the versions that are at fault, for what @findings say of them. Returns their number. */
static size_t at_fault_refuse(struct judgement *judgement, const struct findings *findings) {
	size_t n_before = judgement->n_refused;

	for (size_t i = 0; i < findings->n_items; i++) {
		struct entry_item *item = item_of(judgement, &findings->items[i]);
		struct finding finding = findings->items[i];

		finding.is_value_only = false; /* the whole version is left out */
		if (item && item->is_at_fault)
			finding_add(&judgement->findings, judgement->acceptance->results, &finding);
	}
	for (size_t i = 0; i < judgement->n_items; i++)
		if (judgement->items[i]->is_at_fault) {
			judgement->items[i]->is_at_fault = false;
			item_refuse(judgement, judgement->items[i]);
		}
	return judgement->n_refused - n_before;
}

/* Refuse the versions in which @findings see a fault. */
static size_t faulty_refuse(struct judgement *judgement, const struct findings *findings) {
	for (size_t i = 0; i < findings->n_items; i++) {
		struct entry_item *item = item_of(judgement, &findings->items[i]);

		if (item && is_judged(item) && !findings->items[i].is_value_only)
			item->is_at_fault = true;
	}
	return at_fault_refuse(judgement, findings);
}

static bool is_finding_in(const struct finding *finding, const struct findings *findings) {
	for (size_t i = 0; i < findings->n_items; i++) {
		const struct finding *other = &findings->items[i];

		if (memcmp(&other->uuid, &finding->uuid, sizeof other->uuid) == 0 && other->code == finding->code &&
		    strcmp(other->attribute, finding->attribute) == 0 && strcmp(other->reason, finding->reason) == 0)
			return true;
	}
	return false;
}

/* Mark the versions that are in doubt: only a value of theirs is left out, and there is one in force that may be
 * better. Returns their number. */
static size_t doubtful_mark(struct judgement *judgement, const struct findings *findings) {
	size_t n_doubtful = 0;

	for (size_t i = 0; i < findings->n_items; i++) {
		struct entry_item *item = item_of(judgement, &findings->items[i]);

		if (item && is_judged(item) && item->accepted) {
			item->is_doubtful = true;
			n_doubtful++;
		}
	}
	return n_doubtful;
}

/* A value that has lost its meaning is left out of the version in force. But one that comes with a new version and
 * never had any is that version's mistake, and the one in force stays: so it is where that one has no such finding. */
static size_t doubtful_refuse(struct judgement *judgement, const struct findings *findings) {
	struct findings before;
	struct snapshot *snapshot;

	if (doubtful_mark(judgement, findings) == 0)
		return 0;
	snapshot = snapshot_build(judgement->inputs, inputs_gather(judgement), judgement->acceptance->server_name, 0,
				  &before);
	for (size_t i = 0; i < findings->n_items; i++) {
		struct entry_item *item = item_of(judgement, &findings->items[i]);

		if (item && item->is_doubtful && !is_finding_in(&findings->items[i], &before))
			item->is_at_fault = true;
	}
	for (size_t i = 0; i < judgement->n_items; i++)
		judgement->items[i]->is_doubtful = false;
	snapshot_free(snapshot);
	return at_fault_refuse(judgement, findings);
}

/* What holds for versions that are in force all the same. */
static void established_faults_note(struct judgement *judgement, const struct findings *findings) {
	for (size_t i = 0; i < findings->n_items; i++)
		finding_add(&judgement->findings, judgement->acceptance->results, &findings->items[i]);
}

static void view_take(struct acceptance_view *view, const struct snapshot *snapshot, size_t n_entries) {
	view->settings = snapshot->settings;
	view->has_root = snapshot->has_root;
	view->has_server = snapshot->has_server;
	view->n_scopes = snapshot->n_scopes;
	view->n_entries = n_entries;
}

/* Build, refuse what is at fault, and build again without it, until nothing more is refused. */
static void versions_judge(struct judgement *judgement) {
	size_t n_passes = 0, n_inputs, n_refused;

	do {
		struct snapshot *snapshot;
		struct findings findings;

		n_inputs = inputs_gather(judgement);
		snapshot = snapshot_build(judgement->inputs, n_inputs, judgement->acceptance->server_name, 0,
					  &findings);
		n_refused = faulty_refuse(judgement, &findings);
		if (n_refused == 0)
			n_refused = doubtful_refuse(judgement, &findings);
		if (n_refused == 0)
			established_faults_note(judgement, &findings);
		view_take(&judgement->acceptance->view, snapshot, n_inputs);
		snapshot_free(snapshot);
	} while (n_refused && ++n_passes < PASSES_MAX);
}

/* Move the versions of @item to where the judgement puts them. */
static void item_settle(struct judgement *judgement, struct entry_item *item) {
	struct acceptance_result *result = judgement->result;
	struct arena *arena = judgement->acceptance->entries;

	if (item->is_refused && item->candidate) {
		item->pending = entry_copy(item->candidate, arena);
		result->pending[result->n_pending++] = item->pending;
	} else if (!item->is_refused && (item->candidate || item->pending)) {
		item->accepted = item->candidate ? entry_copy(item->candidate, arena) : item->pending;
		item->pending = NULL;
		result->accepted[result->n_accepted++] = item->accepted;
	}
}

static void items_settle(struct judgement *judgement) {
	struct acceptance_result *result = judgement->result;
	struct arena *results = judgement->acceptance->results;

	result->accepted = arena_array_of(results, const struct entry *, judgement->n_items);
	result->pending = arena_array_of(results, const struct entry *, judgement->n_items);
	for (size_t i = 0; i < judgement->n_items; i++)
		item_settle(judgement, judgement->items[i]);
}

/* The complaint about an entry is reported when it is new, or when a new version did not end it. */
static void complaint_update(struct judgement *judgement, const struct finding *finding) {
	struct entry_item *item = entry_table_get(judgement->acceptance->table, &finding->uuid);
	char *complaint;

	if (!item || item->is_mentioned) /* by an earlier finding of this batch */
		return;
	item->is_mentioned = true;
	complaint = complaint_of(finding);
	if (!item->complaint || strcmp(item->complaint, complaint) != 0 || item->candidate) {
		finding_add(&judgement->reported, judgement->acceptance->results, finding);
		judgement->result->is_changed = true;
	}
	free(item->complaint);
	item->complaint = complaint;
}

static void mentions_forget(struct judgement *judgement) {
	for (size_t i = 0; i < judgement->n_items; i++)
		judgement->items[i]->is_mentioned = false;
}

/* Entries, not findings; those of which only a value is left out are none. */
static size_t quarantined_count(struct judgement *judgement) {
	size_t count = 0;

	mentions_forget(judgement);
	for (size_t i = 0; i < judgement->findings.n_items; i++) {
		const struct finding *finding = &judgement->findings.items[i];
		struct entry_item *item = entry_table_get(judgement->acceptance->table, &finding->uuid);

		if (!item || item->is_mentioned || finding->is_value_only)
			continue;
		item->is_mentioned = true;
		count++;
	}
	mentions_forget(judgement);
	return count;
}

static void complaints_update(struct judgement *judgement) {
	struct acceptance_result *result = judgement->result;

	judgement->acceptance->view.n_quarantined = quarantined_count(judgement);
	result->restored =
		arena_array_of(judgement->acceptance->results, const struct entry *, judgement->n_items);
	for (size_t i = 0; i < judgement->findings.n_items; i++)
		complaint_update(judgement, &judgement->findings.items[i]);
	for (size_t i = 0; i < judgement->n_items; i++) {
		struct entry_item *item = judgement->items[i];

		if (item->complaint && !item->is_mentioned && item->accepted) {
			result->restored[result->n_restored++] = item->accepted;
			free(TAKE_POINTER(item->complaint));
		}
		item->candidate = NULL;
		item->position = 0;
		item->is_mentioned = item->is_refused = false;
	}
}

void acceptance_apply(struct acceptance *acceptance, const struct change_batch *batch,
		      struct acceptance_result *ret_result) {
	struct judgement judgement = { .acceptance = acceptance, .result = ret_result };

	*ret_result = (struct acceptance_result){ 0 };
	arena_reset(acceptance->results);
	compact(acceptance);
	changes_note(acceptance, batch);
	removals_perform(acceptance, ret_result);
	judgement.n_items = entry_table_count(acceptance->table);
	judgement.items = entry_table_sorted(acceptance->table);
	judgement.inputs = mem_alloc(judgement.n_items * sizeof *judgement.inputs);
	oversized_refuse(&judgement);
	versions_judge(&judgement);
	items_settle(&judgement);
	complaints_update(&judgement);
	ret_result->findings = findings_of(&judgement.findings, acceptance->results);
	ret_result->quarantined = findings_of(&judgement.reported, acceptance->results);
	ret_result->is_changed |= ret_result->n_accepted || ret_result->n_pending || ret_result->n_removed ||
				  ret_result->n_restored;
	free(judgement.inputs);
}
