/* SPDX-License-Identifier: Apache-2.0 */
/* The lease store against the simplest thing that keeps the view's contract: whatever happens, in whatever order, both
 * say the same; and so does a reader that looks on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/lease_store_priv.h"
#include "store_fixture.h"
#include "support/memory_leases.h"

#define SERVER "dhcp1.example.com"
#define N_CLIENTS 60
#define N_STEPS 250
#define N_SEEDS 8

/* Two scopes, and one around them: an address may come to be of another one. */
static const struct ip4_subnet scopes[] = {
	{ { 0x0a4d0000 }, 24 },
	{ { 0x0a4d0100 }, 25 },
	{ { 0x0a4d0000 }, 16 },
};

/* Where leases are, to both sides of the limits of blocks. */
static const struct ip4_range ranges[] = {
	{ { 0x0a4d00e0 }, { 0x0a4d0120 } },
	{ { 0x0a4d0300 }, { 0x0a4d0304 } },
	{ { 0x0a4d07ff }, { 0x0a4d0800 } },
};

struct world {
	struct lease_store *store, *reader;
	struct memory_leases *model;
	uint64_t random;
	int64_t now;
	uint64_t now_ms;
	bool is_failed_last; /* what was not acknowledged may stand in the journal until the next frame */
};

static unsigned draw(struct world *world, unsigned n) {
	world->random = world->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(world->random >> 33) % n;
}

static void open_store(struct world *world) {
	struct error error;

	if (lease_store_open(fixture_directory, SERVER, &world->store, &error) < 0)
		fail_msg("%s", error.text);
}

/* A segment that failed is made anew beside the batches. */
static void await_spare(struct world *world) {
	while (journal_stat(world->store->journal).n_spare == 0)
		lease_store_tick(world->store, world->now_ms += 1000);
}

static struct ip4 draw_address(struct world *world) {
	const struct ip4_range *range = &ranges[draw(world, 8) < 6 ? 0 : 1 + draw(world, 2)];

	return (struct ip4){ range->first.value + draw(world, range->last.value - range->first.value + 1) };
}

static struct lease draw_lease(struct world *world) {
	struct lease lease = fixture_lease("10.77.0.0", 1 + draw(world, N_CLIENTS), 0);

	lease.address = draw_address(world);
	do
		lease.scope = scopes[draw(world, ARRAY_LEN(scopes))];
	while (!is_ip4_in_subnet(lease.address, lease.scope));
	lease.state = LEASE_ACTIVE + draw(world, 3);
	if (lease.state == LEASE_DECLINED)
		lease.client.len = 0;
	lease.changed = world->now - draw(world, 3);
	lease.expiry = world->now - 5 + draw(world, 30);
	lease.is_bootp = draw(world, 4) == 0;
	if (lease.is_bootp && draw(world, 3) == 0)
		lease.expiry = LEASE_FOR_EVER;
	lease.host_name[draw(world, 6)] = '\0';
	return lease;
}

/* Both answer alike, whether they find something or not. */
static void assert_alike(int r, const struct lease *lease, int expected_r, const struct lease *expected) {
	assert_int_equal(r, expected_r);
	if (r < 0)
		return;
	assert_int_equal(lease->address.value, expected->address.value);
	assert_int_equal(lease->scope.prefix_length, expected->scope.prefix_length);
	assert_int_equal(lease->state, expected->state);
	assert_int_equal(lease->changed, expected->changed);
	assert_int_equal(lease->expiry, expected->expiry);
	assert_int_equal(lease->client.len, expected->client.len);
	assert_memory_equal(lease->client.octets, expected->client.octets, lease->client.len);
	assert_string_equal(lease->host_name, expected->host_name);
	assert_int_equal(lease->is_bootp, expected->is_bootp);
}

static void compare_addresses(const struct lease_view *a, const struct lease_view *b) {
	struct lease left, right;

	for (struct ip4 at = { 0x0a4d00d0 }; at.value <= 0x0a4d0810; at.value++) {
		int r = a->get_by_address(a->context, at, &left);

		assert_alike(r, &left, b->get_by_address(b->context, at, &right), &right);
	}
}

static void compare_clients(const struct lease_view *a, const struct lease_view *b) {
	struct lease left, right;

	for (unsigned i = 0; i <= N_CLIENTS * ARRAY_LEN(scopes); i++) {
		struct client_key key = fixture_client(i / ARRAY_LEN(scopes));
		struct ip4_subnet scope = scopes[i % ARRAY_LEN(scopes)];
		int r = a->get_by_client(a->context, scope, &key, &left);

		assert_alike(r, &left, b->get_by_client(b->context, scope, &key, &right), &right);
	}
}

static void compare_gaps(const struct lease_view *a, const struct lease_view *b) {
	for (uint32_t at = 0x0a4d00de; at <= 0x0a4d0801; at += at < 0x0a4d0122 ? 1 : 101) {
		struct ip4 from = { at }, to = { 0x0a4d0120 + (at & 0xf00) }, left = { 0 }, right = { 0 };

		assert_int_equal(a->get_gap(a->context, from, to, &left), b->get_gap(b->context, from, to, &right));
		assert_int_equal(left.value, right.value);
	}
}

static void compare_reusable(struct world *world, const struct lease_view *a, const struct lease_view *b) {
	struct lease left, right;

	for (unsigned i = 0; i < ARRAY_LEN(scopes) * 3; i++) {
		struct ip4_subnet scope = scopes[i % ARRAY_LEN(scopes)];
		int64_t now = world->now + (int64_t)(i / ARRAY_LEN(scopes)) * 4 - 4;
		int r = 0;

		for (size_t skip = draw(world, 3); r == 0; skip += 1 + (draw(world, 8) == 0)) {
			r = a->get_reusable(a->context, scope, now, skip, &left);
			assert_alike(r, &left, b->get_reusable(b->context, scope, now, skip, &right), &right);
		}
	}
}

static void compare_bootp(struct world *world, const struct lease_view *a, const struct lease_view *b) {
	for (unsigned i = 0; i < ARRAY_LEN(scopes) * 2; i++) {
		struct ip4_subnet scope = scopes[i % ARRAY_LEN(scopes)];
		size_t enough = 1 + draw(world, 20), left = 0, right = 0;
		int64_t now = world->now + draw(world, 9);

		assert_int_equal(a->count_bootp(a->context, scope, now, enough, &left), 0);
		assert_int_equal(b->count_bootp(b->context, scope, now, enough, &right), 0);
		assert_int_equal(left, right);
	}
}

static void compare_order(const struct lease_view *a, const struct lease_view *b) {
	struct ip4 from = { 0 };
	struct lease left, right;
	int r = 0;

	while (r == 0) {
		r = a->get_next(a->context, from, &left);
		assert_alike(r, &left, b->get_next(b->context, from, &right), &right);
		from.value = left.address.value + 1;
	}
}

static void compare_views(struct world *world, const struct lease_view *view) {
	const struct lease_view *model = memory_leases_view(world->model);

	compare_addresses(view, model);
	compare_clients(view, model);
	compare_gaps(view, model);
	compare_reusable(world, view, model);
	compare_bootp(world, view, model);
	compare_order(view, model);
}

struct visited {
	const struct lease_view *model;
	struct ip4 next;
	size_t n;
};

static int visit(void *context, const struct lease *lease) {
	struct visited *visited = context;
	struct lease expected;
	int r = visited->model->get_next(visited->model->context, visited->next, &expected);

	assert_alike(0, lease, r, &expected);
	visited->next.value = lease->address.value + 1;
	visited->n++;
	return 0;
}

static void compare_count(struct world *world, struct lease_store *store) {
	struct visited visited = { .model = memory_leases_view(world->model) };
	struct lease_store_stat stat;
	size_t n_leases;

	memory_leases_all(world->model, &n_leases);
	assert_int_equal(lease_store_stat(store, &stat), 0);
	assert_int_equal(stat.n_leases, n_leases);
	assert_int_equal(lease_store_visit(store, (struct ip4){ 0 }, (struct ip4){ UINT32_MAX }, visit, &visited), 0);
	assert_int_equal(visited.n, n_leases);
}

static void compare_all(struct world *world) {
	struct lease_batch *batch;

	assert_int_equal(lease_batch_begin(world->store, &batch, NULL), 0);
	compare_views(world, lease_batch_view(batch));
	lease_batch_abort(batch);
	compare_count(world, world->store);
	if (world->is_failed_last)
		return;
	if (!world->reader)
		assert_int_equal(lease_store_open_reader(fixture_directory, &world->reader, NULL), 0);
	assert_int_equal(lease_store_look(world->reader, &batch, NULL), 0);
	compare_views(world, lease_batch_view(batch));
	lease_batch_abort(batch);
	compare_count(world, world->reader);
}

static void change(struct world *world, const struct lease_view *view) {
	const struct lease_view *model = memory_leases_view(world->model);

	if (draw(world, 4) == 0) {
		struct ip4 address = draw_address(world);

		assert_int_equal(view->remove(view->context, address), model->remove(model->context, address));
	} else {
		struct lease lease = draw_lease(world);

		assert_int_equal(view->put(view->context, &lease), 0);
		assert_int_equal(model->put(model->context, &lease), 0);
	}
}

static struct memory_leases *copy_model(const struct memory_leases *model) {
	struct memory_leases *copy = memory_leases_new();
	const struct lease_view *view = memory_leases_view(copy);
	size_t n_leases;
	const struct lease *leases = memory_leases_all(model, &n_leases);

	for (size_t i = 0; i < n_leases; i++)
		view->put(view->context, &leases[i]);
	return copy;
}

static void note_result(void *context, int result, const struct error *error) {
	*(int *)context = result;
	if (result < 0)
		print_message("%s\n", error->text);
}

/* The disk fails for all that is under way. What LMDB takes hardest can only be mended by who is alone with the file in
 * its process. */
static void break_disk(struct world *world, const char *call) {
	if (*call)
		world->reader = lease_store_close(world->reader);
	fixture_break(call, 0);
}

static void run_batch(struct world *world) {
	struct memory_leases *before = copy_model(world->model);
	unsigned n_changes = draw(world, 12), end = draw(world, 8);
	struct lease_batch *batch;
	int result = -1;

	await_spare(world);
	assert_int_equal(lease_batch_begin(world->store, &batch, NULL), 0);
	for (unsigned i = 0; i < n_changes; i++)
		change(world, lease_batch_view(batch));
	if (draw(world, 4) == 0)
		compare_views(world, lease_batch_view(batch));
	if (end == 0)
		lease_batch_abort(batch);
	else {
		bool is_dirty = is_lease_batch_dirty(batch);

		break_disk(world, end == 1 ? "fdatasync" : end == 2 ? "pwrite" : "");
		lease_batch_submit(batch, note_result, &result);
		fixture_break("", 0);
		assert_int_equal(result, is_dirty && end <= 2 ? -E_DHCP_JET_ERROR : 0);
		if (is_dirty)
			world->is_failed_last = result < 0;
	}
	if (result < 0) {
		memory_leases_free(world->model);
		world->model = TAKE_POINTER(before);
	}
	memory_leases_free(before);
}

static void fail_checkpoint(struct world *world) {
	static const char *const calls[] = { "fdatasync", "pwrite", "meta" };

	break_disk(world, calls[draw(world, 3)]);
	lease_store_checkpoint(world->store, NULL);
	fixture_break("", 0);
}

static void reopen(struct world *world) {
	lease_store_close(world->store);
	world->reader = lease_store_close(world->reader);
	open_store(world);
}

static void step(struct world *world) {
	unsigned what = draw(world, 16);

	world->now += draw(world, 2);
	if (what < 10)
		run_batch(world);
	else if (what == 10)
		lease_store_tick(world->store, world->now_ms += draw(world, 30000));
	else if (what == 11)
		assert_int_equal(lease_store_checkpoint(world->store, NULL), 0);
	else if (what == 12)
		fail_checkpoint(world);
	else if (what == 13 && !world->is_failed_last)
		reopen(world);
	else
		compare_all(world);
}

static void test_against_the_model(void **state) {
	for (unsigned seed = 1; seed <= N_SEEDS; seed++) {
		struct world world = { .random = seed, .now = 5000, .now_ms = 1000, .model = memory_leases_new() };

		open_store(&world);
		for (unsigned i = 0; i < N_STEPS; i++)
			step(&world);
		compare_all(&world);
		lease_store_close(world.store);
		lease_store_close(world.reader);
		memory_leases_free(world.model);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

/* Rows of leases.mdb that were looked at. */
static size_t n_rows;

bool __real_db_next(struct db_cursor *cursor);
bool __wrap_db_next(struct db_cursor *cursor);

bool __wrap_db_next(struct db_cursor *cursor) {
	n_rows++;
	return __real_db_next(cursor);
}

static void ignore(void *context, int result, const struct error *error) {
	assert_int_equal(result, 0);
}

/* Give, or renew, the leases of addresses that follow one another. */
static void put_many(struct lease_store *store, unsigned n, int64_t expiry) {
	struct lease_batch *batch;
	struct error error;

	assert_int_equal(lease_batch_begin(store, &batch, &error), 0);
	for (unsigned i = 0; i < n; i++) {
		struct lease lease = fixture_lease("10.77.0.0", i + 1, expiry);

		lease.address.value += i;
		lease_batch_view(batch)->put(batch, &lease);
	}
	lease_batch_submit(batch, ignore, NULL);
}

/* Who walks from record to record, as the cleaner does, pays for each what it costs, however many rows are outdated. */
static void next_record_costs_the_same_whatever_was_changed(void **state) {
	enum { N = 1000 };
	struct ip4 from = { 0 };
	struct lease_store *store;
	struct lease_batch *batch;
	struct lease lease;
	struct error error;
	size_t n_leases = 0;

	assert_int_equal(lease_store_open(fixture_directory, SERVER, &store, &error), 0);
	put_many(store, N, 1000);
	assert_int_equal(lease_store_checkpoint(store, &error), 0);
	put_many(store, N, 2000);
	assert_int_equal(lease_batch_begin(store, &batch, &error), 0);
	for (n_rows = 0; lease_batch_view(batch)->get_next(batch, from, &lease) == 0; n_leases++) {
		assert_int_equal(lease.expiry, 2000);
		from.value = lease.address.value + 1;
	}
	assert_int_equal(n_leases, N);
	assert_in_range(n_rows, 0, 3 * N);
	lease_batch_abort(batch);
	lease_store_close(store);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_against_the_model, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(next_record_costs_the_same_whatever_was_changed, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
