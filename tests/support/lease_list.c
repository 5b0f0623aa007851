/* SPDX-License-Identifier: Apache-2.0 */
/* lease_list DIRECTORY SERVER - open a lease store as the daemon does after a crash, and print its leases.
 *
 * One line per lease: address, hardware address, state, expiry (seconds since the epoch), client key. Each lease is
 * also looked up by its address and its client, a new one is stored, and the store is opened once more. Exit status 1,
 * with a sentence, if anything of that goes wrong. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/lease_record.h"
#include "store/lease_store.h"

#define NEW_ADDRESS 0xcb007107u /* 203.0.113.7, which no test gives to anybody */

static _Noreturn void fail(const char *what, const struct error *error) {
	fprintf(stderr, "lease_list: %s: %s\n", what, error ? error->text : "");
	exit(1);
}

struct leases {
	struct lease *rows;
	size_t n_rows, n_rows_max;
};

static int keep(void *context, const struct lease *lease) {
	struct leases *leases = context;

	if (leases->n_rows == leases->n_rows_max) {
		leases->n_rows_max = leases->n_rows_max ? 2 * leases->n_rows_max : 1024;
		leases->rows = realloc(leases->rows, leases->n_rows_max * sizeof *leases->rows);
		if (!leases->rows)
			fail("no memory", NULL);
	}
	leases->rows[leases->n_rows++] = *lease;
	return 0;
}

static struct lease_store *open_store(char **arguments) {
	struct error error = { 0 };
	struct lease_store *store;

	if (lease_store_open(arguments[1], arguments[2], &store, &error) < 0)
		fail("cannot be opened", &error);
	return store;
}

static struct leases read_all(struct lease_store *store) {
	struct leases leases = { 0 };

	if (lease_store_visit(store, (struct ip4){ 0 }, (struct ip4){ UINT32_MAX }, keep, &leases) < 0)
		fail("cannot be read", NULL);
	for (size_t i = 1; i < leases.n_rows; i++)
		if (leases.rows[i].address.value <= leases.rows[i - 1].address.value)
			fail("addresses out of order", NULL);
	return leases;
}

static bool is_same(const struct lease *a, const struct lease *b) {
	uint8_t ours[LEASE_RECORD_MAX], theirs[LEASE_RECORD_MAX];
	size_t len = lease_record_encode(a, ours);

	return is_ip4_equal(a->address, b->address) && len > 0 && len == lease_record_encode(b, theirs) &&
	       memcmp(ours, theirs, len) == 0;
}

static void look_up(const struct lease_view *view, const struct lease *lease) {
	struct lease found;

	if (view->get_by_address(view->context, lease->address, &found) < 0 || !is_same(&found, lease))
		fail("a lease is not found by its address", NULL);
	if (lease->client.len == 0)
		return;
	if (view->get_by_client(view->context, lease->scope, &lease->client, &found) < 0 || !is_same(&found, lease))
		fail("a lease is not found by its client", NULL);
}

static void on_done(void *context, int result, const struct error *error) {
	if (result < 0)
		fail("cannot be written to", error);
}

/* Look every lease up, and store a new one. */
static void use(struct lease_store *store, const struct leases *leases) {
	struct lease lease = {
		.address = { NEW_ADDRESS },
		.scope = { { NEW_ADDRESS & 0xffffff00u }, 24 },
		.state = LEASE_ACTIVE,
		.start = 1,
		.changed = 1,
		.expiry = 2,
		.client = { 3, { CLIENT_KEY_IDENTIFIER, 1, 1 } },
	};
	struct error error = { 0 };
	struct lease_batch *batch;

	if (lease_batch_begin(store, &batch, &error) < 0)
		fail("no batch can be begun", &error);
	for (size_t i = 0; i < leases->n_rows; i++)
		look_up(lease_batch_view(batch), &leases->rows[i]);
	if (lease_batch_view(batch)->put(lease_batch_view(batch)->context, &lease) < 0)
		fail("a lease cannot be put", NULL);
	lease_batch_submit(batch, on_done, NULL);
}

static void print_octets(const uint8_t *octets, size_t len) {
	for (size_t i = 0; i < len; i++)
		printf("%02x", octets[i]);
}

static void print(const struct lease *lease) {
	char address[IP4_TEXT_MAX];

	printf("%s ", ip4_format(lease->address, address));
	print_octets(lease->chaddr, lease->hlen);
	printf(" %d %" PRId64 " ", lease->state, lease->expiry);
	print_octets(lease->client.octets, lease->client.len);
	putchar('\n');
}

/* True if nothing but the new one came to the leases. */
static bool are_same(const struct leases *before, const struct leases *after) {
	size_t j = 0;

	for (size_t i = 0; i < after->n_rows; i++) {
		if (after->rows[i].address.value == NEW_ADDRESS)
			continue;
		if (j == before->n_rows || !is_same(&before->rows[j], &after->rows[i]))
			return false;
		j++;
	}
	return j == before->n_rows && after->n_rows == j + 1;
}

int main(int argc, char **argv) {
	struct leases before, after;
	struct lease_store *store;

	if (argc != 3)
		return 2;
	store = open_store(argv);
	before = read_all(store);
	use(store, &before);
	lease_store_close(store);
	store = open_store(argv);
	after = read_all(store);
	if (!are_same(&before, &after))
		fail("not the same when opened again", NULL);
	for (size_t i = 0; i < before.n_rows; i++)
		print(&before.rows[i]);
	lease_store_close(store);
	free(before.rows);
	free(after.rows);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
