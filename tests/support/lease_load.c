/* SPDX-License-Identifier: Apache-2.0 */
/* lease_load DIRECTORY SERVER SEED BATCHES ADDRESSES [MAP] - use a lease store hard, and promise what it calls durable.
 *
 * Batches of random changes of so many addresses; what the store says between two batches is compared with what was
 * put into it. A lease that became durable is acknowledged by a BOOTREPLY that goes nowhere: only disk.so, under which
 * this runs, takes note of it. Before a lease is given up, that is told in the same way, by a reply with the message
 * type of a DHCPRELEASE. What a store holds at the start is taken over. With MAP, leases.mdb is opened with a map of so
 * many octets.
 * Prints what was done; exit status 1, with a sentence, if the store's answers are not right. Batches may fail: the
 * disk may be ordered to. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wireint.h"
#include "store/lease_record.h"
#include "store/lease_store_priv.h"

#define NETWORK 0x0a000000u /* 10.0.0.0/8 */
#define PREFIX 8
#define BATCH_MAX 240
#define BATCH_USUAL 40
#define LONG_KEY 250
#define PROBES 3
#define SKIP_MAX 4
#define PAUSE_MAX_MS 1500
#define TYPE_ACK 5
#define TYPE_RELEASE 7
#define NOW 1000000000 /* of the leases; no clock is read */

struct row {
	bool is_there;
	struct lease lease;
};

struct load {
	struct lease_store *store;
	int reader;                  /* a process that reads the store */
	struct row *rows;            /* by address */
	uint32_t *address_of_client; /* rows' numbers plus 1; 0: none */
	unsigned n_rows;
	uint64_t random;
	int64_t clock; /* grows, so that no two states of a lease are the same */
	uint64_t now_ms;
	/* The batch at hand. */
	unsigned changed[3 * BATCH_MAX], n_changed;
	struct row before[3 * BATCH_MAX];
	bool has_failed;
	bool is_doubtful; /* a reader may see what has failed, until something is durable after it */
	/* What was done. */
	unsigned long n_promises, n_failed, n_batches;
};

static _Noreturn void fail(const char *what, const char *why) {
	fprintf(stderr, "lease_load: %s: %s\n", what, why);
	exit(1);
}

/* xorshift64* */
static uint32_t draw(struct load *load, uint32_t below) {
	load->random ^= load->random >> 12;
	load->random ^= load->random << 25;
	load->random ^= load->random >> 27;
	return (uint32_t)(load->random * 0x2545f4914f6cdd1du >> 32) % below;
}

static struct ip4 address_at(unsigned number) {
	return (struct ip4){ NETWORK + 1 + number };
}

static struct ip4_subnet scope(void) {
	return (struct ip4_subnet){ { NETWORK }, PREFIX };
}

static uint32_t client_of(const struct lease *lease) {
	return lease->client.len ? be32_read(lease->client.octets + 4) : 0;
}

/* Some are long, so that the records fill disks soon. */
static struct client_key key_of(uint32_t client) {
	struct client_key key = { .len = client % 3 ? 8 : LONG_KEY, .octets = { CLIENT_KEY_IDENTIFIER, 1, 2, 0x55 } };

	be32_write(key.octets + 4, client);
	return key;
}

/* Tell disk.so. There is no such descriptor, so it goes nowhere. */
static void tell(const struct lease *lease, uint8_t type) {
	uint8_t reply[300] = { 2, 1, 6, 0 };
	int64_t lasts = lease->expiry - NOW;

	be32_write(reply + 16, lease->address.value);
	memcpy(reply + 28, lease->chaddr, sizeof lease->chaddr);
	memcpy(reply + 236, "\x63\x82\x53\x63\x35\x01", 6);
	reply[242] = type;
	reply[243] = 51;
	reply[244] = 4;
	be32_write(reply + 245, (uint32_t)lasts);
	reply[249] = 255;
	if (sendto(-1, reply, sizeof reply, 0, NULL, 0) >= 0)
		fail("a reply left", "");
}

static void note_row(struct load *load, unsigned number, const struct row *row) {
	const struct row *old = &load->rows[number];

	if (old->is_there && client_of(&old->lease) && load->address_of_client[client_of(&old->lease)] == number + 1)
		load->address_of_client[client_of(&old->lease)] = 0;
	load->rows[number] = *row;
	if (row->is_there && client_of(&row->lease))
		load->address_of_client[client_of(&row->lease)] = number + 1;
}

/* Change a row of ours, so that it can be changed back. */
static void change_row(struct load *load, unsigned number, const struct row *row) {
	load->before[load->n_changed] = load->rows[number];
	load->changed[load->n_changed++] = number;
	note_row(load, number, row);
}

static void give_up(struct load *load, unsigned number) {
	if (load->rows[number].is_there)
		tell(&load->rows[number].lease, TYPE_RELEASE);
}

static void put(struct load *load, const struct lease_view *view, unsigned number, uint32_t client,
		enum lease_state state) {
	struct lease lease = {
		.address = address_at(number),
		.scope = scope(),
		.state = state,
		.start = NOW,
		.changed = load->clock + 1,
		.expiry = load->clock + 2,
	};
	uint32_t other = client ? load->address_of_client[client] : 0;

	load->clock += 2;
	if (client) {
		lease.client = key_of(client);
		lease.htype = 1;
		lease.hlen = 6;
		lease.is_bootp = draw(load, 100) == 0;
		memcpy(lease.chaddr, lease.client.octets + 2, 6);
		snprintf(lease.host_name, sizeof lease.host_name, "%.*s", (int)draw(load, sizeof lease.host_name),
			 "a-host-name-of-any-length-up-to-the-longest-one-that-is-kept-here");
	}
	if (other && other != number + 1)
		give_up(load, other - 1);
	if (view->put(view->context, &lease) < 0) {
		load->has_failed = true;
		return;
	}
	if (other && other != number + 1)
		change_row(load, other - 1, &(struct row){ false });
	change_row(load, number, &(struct row){ true, lease });
}

static void give(struct load *load, const struct lease_view *view) {
	uint32_t client = 1 + draw(load, load->n_rows), has = load->address_of_client[client];
	unsigned number = draw(load, load->n_rows);

	if (has && draw(load, 8)) {
		put(load, view, has - 1, client, LEASE_ACTIVE);
		return;
	}
	if (load->rows[number].is_there && load->rows[number].lease.state == LEASE_ACTIVE)
		give_up(load, number);
	put(load, view, number, client, LEASE_ACTIVE);
}

static void take_back(struct load *load, const struct lease_view *view) {
	unsigned number = draw(load, load->n_rows), way = draw(load, 3);
	const struct row *row = &load->rows[number];

	give_up(load, number);
	if (way == 0 && row->is_there && client_of(&row->lease))
		put(load, view, number, client_of(&row->lease), LEASE_RELEASED);
	else if (way == 1)
		put(load, view, number, 0, LEASE_DECLINED);
	else if (view->remove(view->context, address_at(number)) == 0)
		change_row(load, number, &(struct row){ false });
	else if (row->is_there)
		load->has_failed = true;
}

static bool is_same(const struct lease *a, const struct lease *b) {
	uint8_t ours[LEASE_RECORD_MAX], theirs[LEASE_RECORD_MAX];
	size_t len = lease_record_encode(a, ours);

	return is_ip4_equal(a->address, b->address) && len > 0 && len == lease_record_encode(b, theirs) &&
	       memcmp(ours, theirs, len) == 0;
}

/* @r and @found are what the store answered; @row is what it should have found, or none. */
static void expect_row(struct load *load, const char *what, int r, const struct lease *found, const struct row *row) {
	char text[IP4_TEXT_MAX];

	if (r == -E_DHCP_JET_ERROR)
		load->has_failed = true;
	else if (!row && r == 0)
		fail(what, ip4_format(found->address, text));
	else if (row && (r != 0 || !is_same(found, &row->lease)))
		fail(what, ip4_format(row->lease.address, text));
}

static const struct row *first_row(const struct load *load, unsigned from, bool is_there) {
	static const struct row gap;

	for (unsigned number = from; number < load->n_rows; number++)
		if (load->rows[number].is_there == is_there)
			return is_there ? &load->rows[number] : &gap;
	return NULL;
}

/* No two of ours were last in force at the same time. */
static const struct row *next_unused(const struct load *load, int64_t after, int64_t now) {
	const struct row *found = NULL;

	for (unsigned number = 0; number < load->n_rows; number++) {
		const struct row *row = &load->rows[number];
		int64_t last = lease_last_in_force(&row->lease);

		if (row->is_there && last > after && last <= now &&
		    (!found || last < lease_last_in_force(&found->lease)))
			found = row;
	}
	return found;
}

static void probe_reusable(struct load *load, const struct lease_view *view) {
	int64_t now = NOW + draw(load, (uint32_t)(load->clock - NOW) + 1);
	unsigned skip = draw(load, SKIP_MAX), n_calls = 1 + draw(load, 3);
	const struct row *row = next_unused(load, 0, now);
	struct lease found;

	for (unsigned i = 0; row && i < skip; i++)
		row = next_unused(load, lease_last_in_force(&row->lease), now);
	for (; n_calls; n_calls--) {
		int r = view->get_reusable(view->context, scope(), now, skip++, &found);

		expect_row(load, "get_reusable", r, &found, row);
		row = row ? next_unused(load, lease_last_in_force(&row->lease), now) : NULL;
	}
}

static void probe_bootp(struct load *load, const struct lease_view *view) {
	int64_t now = NOW + draw(load, (uint32_t)(load->clock - NOW) + 1);
	size_t count = 0, found, enough = 1 + draw(load, 10);
	int r = view->count_bootp(view->context, scope(), now, enough, &found);

	for (unsigned number = 0; number < load->n_rows; number++) {
		const struct row *row = &load->rows[number];

		count += row->is_there && row->lease.is_bootp && row->lease.state == LEASE_ACTIVE &&
			 row->lease.expiry > now;
	}
	if (r < 0)
		load->has_failed = true;
	else if (found != (count < enough ? count : enough))
		fail("count_bootp", "another number");
}

static void probe_gap(struct load *load, const struct lease_view *view, unsigned from) {
	struct ip4 gap;
	int r = view->get_gap(view->context, address_at(from), address_at(load->n_rows - 1), &gap);

	if (r == -E_DHCP_JET_ERROR)
		load->has_failed = true;
	else if ((r == 0) != (first_row(load, from, false) != NULL))
		fail("get_gap", "finds one where there is none, or none where there is one");
	else if (r == 0 && (gap.value < address_at(from).value || load->rows[gap.value - NETWORK - 1].is_there))
		fail("get_gap", "not a gap");
	else if (r == 0)
		for (unsigned number = from; address_at(number).value < gap.value; number++)
			if (!load->rows[number].is_there)
				fail("get_gap", "not the lowest one");
}

/* Compare what the store says with what it should. */
static void probe(struct load *load, const struct lease_view *view) {
	unsigned number = draw(load, load->n_rows);
	uint32_t client = 1 + draw(load, load->n_rows), at = load->address_of_client[client];
	const struct row *row = &load->rows[number];
	struct client_key key = key_of(client);
	struct lease found;
	int r;

	r = view->get_by_address(view->context, address_at(number), &found);
	expect_row(load, "get_by_address", r, &found, row->is_there ? row : NULL);
	r = view->get_by_client(view->context, scope(), &key, &found);
	expect_row(load, "get_by_client", r, &found, at ? &load->rows[at - 1] : NULL);
	r = view->get_next(view->context, address_at(number), &found);
	expect_row(load, "get_next", r, &found, first_row(load, number, true));
	probe_gap(load, view, number);
	probe_reusable(load, view);
	probe_bootp(load, view);
}

/* The other process. It is asked for the records of an address, or of all, and answers with them; an address of 0 is
 * the end. */

static void hand_over(int fd, const struct lease *lease) {
	if (write(fd, lease, sizeof *lease) != sizeof *lease)
		_exit(1);
}

static int visit_and_send(void *context, const struct lease *lease) {
	hand_over(*(int *)context, lease);
	return 0;
}

static _Noreturn void read_for(int fd, const char *directory) {
	const struct lease end = { 0 };
	struct lease_store *store = NULL;
	struct error error = { 0 };
	struct ip4 address;

	while (read(fd, &address, sizeof address) == sizeof address) {
		if (store && !is_lease_store_current(store))
			store = lease_store_close(store);
		if (!store && lease_store_open_reader(directory, &store, &error) < 0)
			fail("the reader cannot open it", error.text);
		if (lease_store_visit(store, is_ip4_none(address) ? (struct ip4){ 1 } : address,
				      is_ip4_none(address) ? (struct ip4){ UINT32_MAX } : address, visit_and_send,
				      &fd) < 0)
			fail("the reader cannot read it", "");
		hand_over(fd, &end);
	}
	lease_store_close(store);
	exit(0);
}

static int reader_start(const char *directory) {
	int ends[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		fail("no socket", "");
	child = fork();
	if (child == 0) {
		close(ends[0]);
		read_for(ends[1], directory);
	}
	close(ends[1]);
	return ends[0];
}

/* The next record that the reader found; the address is 0 at the end. */
static struct lease reader_next(struct load *load) {
	struct lease lease;

	if (recv(load->reader, &lease, sizeof lease, MSG_WAITALL) != sizeof lease)
		fail("the reader", "it is gone");
	return lease;
}

/* Let the reader look at [@from, @to], of which @address is to be asked for. */
static void compare_rows(struct load *load, struct ip4 address, unsigned from, unsigned to) {
	struct lease found;
	char text[IP4_TEXT_MAX];

	if (send(load->reader, &address, sizeof address, 0) != sizeof address)
		fail("the reader", "it is gone");
	found = reader_next(load);
	for (unsigned number = from; number < to; number++) {
		const struct row *row = &load->rows[number];

		if (!row->is_there && is_ip4_equal(found.address, address_at(number)))
			fail("the reader sees what is gone", ip4_format(found.address, text));
		if (!row->is_there)
			continue;
		if (!is_ip4_equal(found.address, row->lease.address) || !is_same(&found, &row->lease))
			fail("the reader does not see", ip4_format(row->lease.address, text));
		found = reader_next(load);
	}
	while (!is_ip4_none(found.address))
		found = reader_next(load); /* of lease_list, at an address of its own */
}

/* What is durable is seen at once. */
static void compare(struct load *load) {
	unsigned number = draw(load, load->n_rows);

	if (load->is_doubtful)
		return;
	if (draw(load, 20) == 0)
		compare_rows(load, (struct ip4){ 0 }, 0, load->n_rows);
	else
		compare_rows(load, address_at(number), number, number + 1);
}

static void undo(struct load *load) {
	for (; load->n_changed; load->n_changed--)
		note_row(load, load->changed[load->n_changed - 1], &load->before[load->n_changed - 1]);
}

static void on_done(void *context, int result, const struct error *error) {
	struct load *load = context;

	load->n_batches++;
	if (result < 0) {
		load->n_failed++;
		load->is_doubtful = true;
		undo(load);
	} else {
		load->is_doubtful = load->is_doubtful && load->n_changed == 0;
		for (unsigned i = 0; i < load->n_changed; i++) {
			const struct row *row = &load->rows[load->changed[i]];

			if (row->is_there && row->lease.state == LEASE_ACTIVE) {
				tell(&row->lease, TYPE_ACK);
				load->n_promises++;
			}
		}
	}
	load->n_changed = 0;
}

static void run_batch(struct load *load) {
	unsigned n_changes = 1 + draw(load, draw(load, 8) ? BATCH_USUAL : BATCH_MAX);
	struct error error = { 0 };
	struct lease_batch *batch;
	const struct lease_view *view;

	if (lease_batch_begin(load->store, &batch, &error) < 0) {
		load->n_failed++;
		return;
	}
	view = lease_batch_view(batch);
	load->has_failed = false;
	for (unsigned i = 0; i < PROBES; i++)
		probe(load, view);
	for (unsigned i = 0; i < n_changes; i++)
		if (draw(load, 4))
			give(load, view);
		else
			take_back(load, view);
	probe(load, view);
	if (draw(load, 16)) {
		lease_batch_submit(batch, on_done, load);
		return;
	}
	lease_batch_abort(batch);
	undo(load);
}

static int take_over(void *context, const struct lease *lease) {
	struct load *load = context;
	uint32_t number = lease->address.value - NETWORK - 1;

	if (number >= load->n_rows)
		return 0;
	note_row(load, number, &(struct row){ true, *lease });
	if (lease->expiry > load->clock)
		load->clock = lease->expiry;
	return 0;
}

static void begin(struct load *load, char **arguments) {
	static struct db_kind kind;
	struct error error = { 0 };

	kind = lease_store_kind;

	load->n_rows = (unsigned)strtoul(arguments[5], NULL, 10);
	load->random = strtoull(arguments[3], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
	load->rows = calloc(load->n_rows, sizeof *load->rows);
	load->address_of_client = calloc(load->n_rows + 1, sizeof *load->address_of_client);
	load->clock = NOW;
	if (!load->rows || !load->address_of_client)
		fail("no memory", "");
	load->reader = reader_start(arguments[1]);
	if (arguments[6])
		kind.map_size = strtoull(arguments[6], NULL, 10);
	if (lease_store_open_kind(&kind, arguments[1], arguments[2], &load->store, &error) < 0)
		fail("cannot be opened", error.text);
	if (lease_store_visit(load->store, (struct ip4){ 0 }, (struct ip4){ UINT32_MAX }, take_over, load) < 0)
		fail("cannot be read", "");
}

int main(int argc, char **argv) {
	struct load load = { 0 };
	struct lease_store_stat stat = { 0 };

	if (argc != 6 && argc != 7)
		return 2;
	begin(&load, argv);
	for (unsigned long left = strtoul(argv[4], NULL, 10); left; left--) {
		run_batch(&load);
		compare(&load);
		load.now_ms += draw(&load, PAUSE_MAX_MS);
		lease_store_tick(load.store, load.now_ms);
	}
	if (lease_store_stat(load.store, &stat) == 0)
		printf("%lu batches, %lu failed, %lu promises, %" PRIu64 " leases, %" PRIu64 " checkpoints, %" PRIu64
		       " of them failed\n",
		       load.n_batches, load.n_failed, load.n_promises, stat.n_leases, stat.n_checkpoints,
		       stat.n_checkpoints_failed);
	if (draw(&load, 2))
		lease_store_checkpoint(load.store, NULL);
	lease_store_close(load.store);
	close(load.reader);
	free(load.rows);
	free(load.address_of_client);
	return fflush(stdout) ? 1 : 0;
}
