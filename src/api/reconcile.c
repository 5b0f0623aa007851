/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reconcile.h"

#include "api/json.h"
#include "api/reconcile_text.h"
#include "api/sources_priv.h"

#define LOOKS_MAX 8192 /* at records or reservations; some ten milliseconds */
#define STEPS_MAX 4    /* of the walk through the rows */

/* A page that is being made. */
struct page {
	struct reconcile_input input;
	struct ip4_range range;
	struct reconcile_place place;
	bool is_done, has_notes;
	size_t n_looks;
	uint64_t n_records, n_total;
	uint64_t counts[INCONSISTENCY_COUNT];
	bool has_mendable;
	struct ip4 first, last; /* with records to be mended */
	json_t *findings;       /* owned */
};

static void note_mendable(struct page *page, struct ip4 address) {
	if (!page->has_mendable || address.value < page->first.value)
		page->first = address;
	if (!page->has_mendable || address.value > page->last.value)
		page->last = address;
	page->has_mendable = true;
}

static void note(struct page *page, const struct reconcile_finding *finding) {
	bool is_listed = page->has_notes || inconsistency_info_get(finding->kind)->mending != MENDING_NOTHING;

	page->counts[finding->kind]++;
	if (is_listed && json_array_size(page->findings) < RECONCILE_FINDINGS_MAX)
		json_array_append_new(page->findings, reconcile_finding_json(finding, page->input.snapshot));
}

static void note_judgment(struct page *page, const struct lease *lease, const struct judgment *judgment) {
	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++)
		if (judgment->kinds & 1u << kind)
			note(page, &(struct reconcile_finding){ kind, lease->address, lease, judgment, NULL });
	if (judgment->action != MEND_NOTHING)
		note_mendable(page, lease->address);
}

static void begin_stage(struct page *page, enum reconcile_stage stage) {
	page->place.stage = stage;
	page->place.next = page->range.first;
}

static void pass(struct page *page, struct ip4 address) {
	page->n_looks++;
	page->place.next.value = address.value + 1;
}

static int look_at_records(struct page *page) {
	const struct lease_view *leases = page->input.leases;
	struct judgment judgment;
	struct lease lease;
	int r = 0;

	while (r == 0 && page->n_looks < LOOKS_MAX) {
		r = leases->get_next(leases->context, page->place.next, &lease);
		if (r == -E_NOT_FOUND || (r == 0 && lease.address.value > page->range.last.value))
			break;
		if (r == 0)
			r = reconcile_judge(&page->input, &lease, &judgment);
		if (r < 0)
			return r;
		note_judgment(page, &lease, &judgment);
		page->n_records++;
		pass(page, lease.address);
		if (lease.address.value == UINT32_MAX)
			break;
	}
	if (page->n_looks < LOOKS_MAX || lease.address.value == UINT32_MAX)
		begin_stage(page, RECONCILE_RESERVATIONS);
	return 0;
}

static void look_at_reservations_of(struct page *page, const struct scope *scope) {
	for (size_t i = 0; i < scope->n_reservations && page->n_looks < LOOKS_MAX; i++) {
		const struct reservation *reservation = &scope->reservations[i];

		if (reservation->address.value < page->place.next.value)
			continue;
		if (!is_reservation_active(&page->input, scope, reservation))
			note(page, &(struct reconcile_finding){ INCONSISTENCY_INACTIVE, reservation->address, NULL,
								NULL, NULL });
		pass(page, reservation->address);
	}
}

static int look_at_reservations(struct page *page) {
	const struct snapshot *snapshot = page->input.snapshot;

	for (size_t i = 0; i < snapshot->n_scopes && page->n_looks < LOOKS_MAX; i++)
		if (snapshot->scopes[i].is_served &&
		    is_ip4_range_overlapping(page->range, ip4_subnet_range(snapshot->scopes[i].subnet)))
			look_at_reservations_of(page, &snapshot->scopes[i]);
	if (page->n_looks < LOOKS_MAX)
		begin_stage(page, RECONCILE_ROWS);
	return 0;
}

/* A record that cannot be read may stand in leases.mdb for a while after the journal has another one. */
static bool is_replaced(const struct page *page, struct ip4 address) {
	const struct lease_view *leases = page->input.leases;
	struct lease lease;
	int r = leases->get_by_address(leases->context, address, &lease);

	return r == 0 || r == -E_NOT_FOUND;
}

static void on_drift(void *context, const struct lease_drift *drift) {
	struct page *page = context;

	if (drift->kind == INCONSISTENCY_UNREADABLE && is_replaced(page, drift->address))
		return;
	note(page, &(struct reconcile_finding){ drift->kind, drift->address, NULL, NULL, drift });
}

static int look_at_rows(struct page *page, struct lease_checker *checker) {
	struct reconcile_place *place = &page->place;
	struct lease_check check;
	int r = 0;

	lease_check_resume(&check, page->range, place->rows, span_of(place->key, place->key_len));
	for (size_t i = 0; i < STEPS_MAX && r == 0 && !check.is_done; i++)
		r = lease_check_step(checker, &check, on_drift, page);
	if (r < 0)
		return r;
	place->rows = check.stage;
	place->key_len = check.key_len;
	memcpy(place->key, check.key, check.key_len);
	page->is_done = check.is_done;
	return 0;
}

/* What a request is about, in the order of the stages; a page may end one and begin the next. */
static int look(struct page *page, struct sources *sources) {
	int r = 0;

	if (page->place.stage == RECONCILE_RECORDS)
		r = look_at_records(page);
	if (r == 0 && page->place.stage == RECONCILE_RESERVATIONS)
		r = look_at_reservations(page);
	if (r == 0 && page->place.stage == RECONCILE_ROWS && page->n_looks == 0)
		r = look_at_rows(page, sources->checker);
	return r;
}

/* Every place at which a walk can be lies in the range. */
static void enter(struct page *page, const struct reconcile_place *place) {
	page->place = *place;
	if (page->place.next.value < page->range.first.value)
		page->place.next = page->range.first;
}

static int choose(struct sources *sources, const struct api_request *request, struct page *page,
		  struct error *reterr_error) {
	const struct scope *scope = NULL;
	int r = sources_snapshot(sources, &page->input.snapshot, reterr_error);

	if (r == 0 && request->has_scope)
		r = sources_served_scope(sources, request->scope, &scope, reterr_error);
	if (r < 0)
		return r;
	if (!page->input.snapshot)
		return error_set(
			reterr_error, E_DHCP_SUBNET_NOT_PRESENT,
			"the directory was never read, so there is nothing to compare leases with; lessorctl status tells why");
	page->range = scope ? ip4_subnet_range(scope->subnet) : (struct ip4_range){ { 0 }, { UINT32_MAX } };
	enter(page, &request->place);
	return 0;
}

static json_t *counts_json(const struct page *page) {
	json_t *counts = json_object();

	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++)
		if (page->counts[kind])
			json_set_integer(counts, inconsistency_info_get(kind)->word, (int64_t)page->counts[kind]);
	return counts;
}

static void set_address(json_t *object, const char *key, bool is_known, struct ip4 address) {
	char text[IP4_TEXT_MAX];

	json_object_set_new(object, key, is_known ? json_string(ip4_format(address, text)) : json_null());
}

/* Takes over the findings. */
static json_t *page_json(struct page *page) {
	char next[RECONCILE_PLACE_TEXT_MAX];
	json_t *object = json_object();

	json_set_integer(object, "records", (int64_t)page->n_records);
	json_set_integer(object, "total", (int64_t)page->n_total);
	json_object_set_new(object, "counts", counts_json(page));
	json_object_set_new(object, "findings", TAKE_POINTER(page->findings));
	set_address(object, "first", page->has_mendable, page->first);
	set_address(object, "last", page->has_mendable, page->last);
	json_object_set_new(object, "next",
			    page->is_done ? json_null() : json_string(reconcile_place_format(&page->place, next)));
	return object;
}

static int look_into_stores(struct sources *sources, struct page *page, struct error *reterr_error) {
	struct lease_store_stat stat;
	struct lease_batch *batch;
	int r = sources_open_leases(sources, reterr_error);

	if (r == 0)
		r = sources_open_checker(sources, reterr_error);
	if (r < 0)
		return r;
	page->is_done = !sources->leases || !sources->checker; /* nothing was ever leased */
	if (page->is_done)
		return 0;
	if (lease_store_stat(sources->leases, &stat) < 0 || lease_store_look(sources->leases, &batch, NULL) < 0)
		return sources_leases_failed(sources, reterr_error);
	page->n_total = stat.n_leases;
	page->input.leases = lease_batch_view(batch);
	r = look(page, sources);
	lease_batch_abort(batch);
	return r < 0 ? sources_leases_failed(sources, reterr_error) : 0;
}

int reconcile_page(struct sources *sources, const struct api_request *request, int64_t now, json_t **ret_page,
		   struct error *reterr_error) {
	struct page page = { .input.now = now, .has_notes = request->has_notes };
	int r = choose(sources, request, &page, reterr_error);

	if (r < 0)
		return r;
	page.findings = json_array();
	r = look_into_stores(sources, &page, reterr_error);
	if (r == 0)
		*ret_page = page_json(&page);
	json_decref(page.findings);
	return r;
}
