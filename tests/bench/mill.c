/* SPDX-License-Identifier: Apache-2.0 */
#include "mill.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ull
#define TURN_NS 5000000ull /* how long a closed loop waits at most before it looks for what is lost */
#define KNOCK_NS 1000000ull
#define BURST 64 /* how many late starts an open loop makes up for before it listens again */
#define PENDING_MAX (1u << 21)
#define SUBNET_STEP 256

static const char *const user_classes[4] = { "telephone", "kiosk" };

enum phase { IDLE, OFFER_WAITED, ACK_WAITED };

struct client {
	uint32_t address, server; /* what was offered, then acknowledged */
	uint8_t phase, turn;      /* turn: the number of its last message, part of the transaction's id */
	uint64_t begun;           /* when its exchange was to start */
};

/* A message that waits for an answer until @due; no longer if its client has gone on meanwhile. */
struct pending {
	uint32_t client;
	uint8_t turn;
	uint64_t due;
};

struct mill {
	struct link *link;
	struct mill_settings settings;
	struct mill_tally tally;
	struct histogram histogram;
	struct client *clients;
	uint32_t n_clients, next;  /* next: whose turn it is */
	uint32_t *holders;         /* by the last three octets of an address: its client and one */
	struct pending *pending;   /* a ring, in the order in which they are due */
	uint32_t first, n_pending; /* of the ring */
	uint32_t n_outstanding;
	uint64_t now, started, last;
};

static uint64_t read_clock(void) {
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void *zeros(size_t n, size_t size) {
	void *memory = calloc(n, size);

	if (!memory)
		err(1, "memory");
	return memory;
}

struct mill *mill_new(struct link *link, const struct mill_settings *settings) {
	struct mill *mill = zeros(1, sizeof(*mill));

	mill->link = link;
	mill->settings = *settings;
	mill->clients = zeros(MILL_CLIENTS_MAX, sizeof(*mill->clients));
	mill->holders = zeros(1u << 24, sizeof(*mill->holders));
	mill->pending = zeros(PENDING_MAX, sizeof(*mill->pending));
	mill_reset(mill);
	return mill;
}

struct mill *mill_free(struct mill *mill) {
	if (!mill)
		return NULL;
	free(mill->clients);
	free(mill->holders);
	free(mill->pending);
	free(mill);
	return NULL;
}

const struct mill_tally *mill_tally(const struct mill *mill) {
	return &mill->tally;
}

const struct histogram *mill_histogram(const struct mill *mill) {
	return &mill->histogram;
}

double mill_seconds(const struct mill *mill) {
	return (double)(mill->last - mill->started) / (double)NS_PER_S;
}

void mill_reset(struct mill *mill) {
	memset(&mill->tally, 0, sizeof(mill->tally));
	memset(&mill->histogram, 0, sizeof(mill->histogram));
	mill->started = mill->last = mill->now = read_clock();
}

static void write_hardware(const struct mill *mill, uint32_t number, uint8_t ret_chaddr[static HARDWARE_LEN]) {
	ret_chaddr[0] = 2;
	store_be16(ret_chaddr + 1, mill->settings.seed);
	ret_chaddr[3] = (uint8_t)(number >> 16);
	store_be16(ret_chaddr + 4, (uint16_t)number);
}

static uint32_t relay_of(const struct mill *mill, uint32_t number) {
	return mill->settings.relay ? mill->settings.relay + number % mill->settings.n_subnets * SUBNET_STEP : 0;
}

static void remember(struct mill *mill, uint32_t number) {
	uint32_t at = (mill->first + mill->n_pending) % PENDING_MAX;

	if (mill->n_pending == PENDING_MAX)
		errx(1, "more than %u messages under way", PENDING_MAX);
	mill->pending[at] = (struct pending){ number, mill->clients[number].turn, mill->now + mill->settings.timeout };
	mill->n_pending++;
}

/* Send a message of a client that has all but its identity. */
static void say(struct mill *mill, uint32_t number, struct message *message) {
	struct client *client = &mill->clients[number];

	client->turn++;
	message->xid = (uint32_t)client->turn << 24 | number;
	write_hardware(mill, number, message->chaddr);
	message->user_class = mill->settings.has_classes ? user_classes[number / mill->settings.n_subnets % 4] : NULL;
	message->giaddr = message->ciaddr ? 0 : relay_of(mill, number);
	link_put(mill->link, message, message->ciaddr ? message->ciaddr : message->giaddr);
	remember(mill, number);
}

static void say_discover(struct mill *mill, uint32_t number) {
	mill->clients[number].phase = OFFER_WAITED;
	say(mill, number, &(struct message){ .type = MESSAGE_DISCOVER });
}

static void say_request(struct mill *mill, uint32_t number) {
	const struct client *client = &mill->clients[number];

	mill->clients[number].phase = ACK_WAITED;
	say(mill, number,
	    &(struct message){ .type = MESSAGE_REQUEST, .requested = client->address, .server = client->server });
}

static void say_renewal(struct mill *mill, uint32_t number) {
	mill->clients[number].phase = ACK_WAITED;
	say(mill, number, &(struct message){ .type = MESSAGE_REQUEST, .ciaddr = mill->clients[number].address });
}

/* One of those who hold a lease and wait for nothing, each in turn; MILL_CLIENTS_MAX: all of them wait. */
static uint32_t next_holder(struct mill *mill) {
	for (uint32_t i = 0; i < mill->n_clients; i++) {
		const struct client *client;
		mill->next = mill->next + 1 < mill->n_clients ? mill->next + 1 : 0;
		client = &mill->clients[mill->next];
		if (client->address && client->phase == IDLE)
			return mill->next;
	}
	return MILL_CLIENTS_MAX;
}

static uint32_t next_client(struct mill *mill) {
	if (mill->settings.is_renewing)
		return next_holder(mill);
	if (mill->n_clients == MILL_CLIENTS_MAX)
		errx(1, "out of clients");
	return mill->n_clients++;
}

/* Begin an exchange that was to start at @at. False if nobody is there for it. */
static bool begin(struct mill *mill, uint64_t at) {
	uint32_t number = next_client(mill);

	if (number == MILL_CLIENTS_MAX)
		return false;
	mill->clients[number].begun = at;
	mill->tally.n_started++;
	mill->n_outstanding++;
	if (mill->settings.is_renewing)
		say_renewal(mill, number);
	else
		say_discover(mill, number);
	return true;
}

static void end(struct mill *mill, uint32_t number) {
	mill->clients[number].phase = IDLE;
	mill->n_outstanding--;
}

static void mismatch(struct mill *mill, const struct message *answer, const char *what) {
	if (mill->tally.n_mismatches++ == 0)
		snprintf(mill->tally.mismatch, sizeof(mill->tally.mismatch),
			 "xid %08" PRIx32 ", type %d, address %08" PRIx32 ": %s", answer->xid, (int)answer->type,
			 answer->yiaddr, what);
}

/* What is wrong with an answer to @client, beyond its being one; NULL: nothing. */
static const char *find_fault(const struct mill *mill, uint32_t number, const struct message *answer) {
	const struct client *client = &mill->clients[number];
	uint8_t chaddr[HARDWARE_LEN];

	write_hardware(mill, number, chaddr);
	if (memcmp(chaddr, answer->chaddr, HARDWARE_LEN) != 0)
		return "another client's hardware address";
	if (answer->type == MESSAGE_NAK)
		return client->phase == ACK_WAITED ? NULL : "a refusal of what was not asked for";
	if (answer->type != (client->phase == OFFER_WAITED ? MESSAGE_OFFER : MESSAGE_ACK))
		return "an answer to another question";
	if (answer->yiaddr == 0 || answer->server == 0 || answer->mask == 0 || answer->lease_time == 0)
		return "no address, server, mask or lease time";
	if (client->phase == ACK_WAITED && answer->yiaddr != client->address)
		return "another address than asked for";
	if (mill->settings.relay && !mill->settings.is_renewing &&
	    ((answer->yiaddr ^ relay_of(mill, number)) & answer->mask) != 0)
		return "an address of another subnet";
	return NULL;
}

/* Note who holds an address; false if it is somebody else already. */
static bool claim(struct mill *mill, uint32_t number, uint32_t address) {
	uint32_t *holder = &mill->holders[address & 0xffffff];

	if (*holder != 0 && *holder != number + 1)
		return false;
	*holder = number + 1;
	return true;
}

static void on_ack(struct mill *mill, uint32_t number, const struct message *answer) {
	mill->tally.n_doubles += !claim(mill, number, answer->yiaddr);
	mill->tally.n_done++;
	mill->last = mill->now;
	histogram_add(&mill->histogram, mill->now - mill->clients[number].begun);
	end(mill, number);
}

/* An earlier run's clients may be answered late. */
static bool is_of_this_mill(const struct mill *mill, const struct message *answer) {
	uint8_t chaddr[HARDWARE_LEN];

	write_hardware(mill, 0, chaddr);
	return memcmp(chaddr, answer->chaddr, 3) == 0;
}

static void on_answer(struct mill *mill, const uint8_t *octets, size_t len) {
	struct message answer;
	struct client *client;
	uint32_t number;
	const char *fault;

	if (!message_read(octets, len, &answer) || octets[0] != 2)
		return;
	number = answer.xid & 0xffffff;
	client = &mill->clients[number];
	if (!is_of_this_mill(mill, &answer) || number >= mill->n_clients || client->phase == IDLE ||
	    client->turn != answer.xid >> 24) {
		mill->tally.n_late++;
		return;
	}
	fault = find_fault(mill, number, &answer);
	if (fault) {
		mismatch(mill, &answer, fault);
	} else if (answer.type == MESSAGE_NAK) {
		mill->tally.n_naks++;
		end(mill, number);
	} else if (answer.type == MESSAGE_ACK) {
		on_ack(mill, number, &answer);
	} else {
		client->address = answer.yiaddr;
		client->server = answer.server;
		say_request(mill, number);
	}
}

/* Give up what was not answered in time. */
static void expire(struct mill *mill) {
	while (mill->n_pending > 0 && mill->pending[mill->first].due <= mill->now) {
		const struct pending *pending = &mill->pending[mill->first];
		const struct client *client = &mill->clients[pending->client];
		if (client->phase != IDLE && client->turn == pending->turn) {
			mill->tally.n_lost++;
			end(mill, pending->client);
		}
		mill->first = (mill->first + 1) % PENDING_MAX;
		mill->n_pending--;
	}
}

static bool is_more_wanted(const struct mill *mill) {
	return mill->settings.n_wanted == 0 || mill->tally.n_started < mill->settings.n_wanted;
}

/* Listen, for at most @wait_ns if nothing is there. The time of answers is when the kernel handed them over. */
static void listen(struct mill *mill, uint64_t wait_ns) {
	int n = link_receive(mill->link, wait_ns);
	size_t len;

	mill->now = read_clock();
	for (int i = 0; i < n; i++) {
		const uint8_t *octets = link_message(mill->link, i, &len);
		on_answer(mill, octets, len);
	}
	expire(mill);
	link_flush(mill->link);
}

static void drain(struct mill *mill) {
	while (mill->n_outstanding > 0)
		listen(mill, TURN_NS);
}

void mill_run_closed(struct mill *mill, uint32_t n_outstanding, uint64_t duration) {
	uint64_t deadline = read_clock() + duration;

	for (mill->now = read_clock(); mill->now < deadline; listen(mill, TURN_NS)) {
		while (mill->n_outstanding < n_outstanding && is_more_wanted(mill) && begin(mill, mill->now))
			;
		link_flush(mill->link);
		if (mill->n_outstanding == 0)
			return;
	}
	drain(mill);
}

/* Begin what is due, at @due and later, up to @end. Returns when the next one is due. A client that is still waiting
 * for its last answer cannot ask again: that exchange is lost. */
static uint64_t begin_due(struct mill *mill, uint64_t due, uint64_t end, double interval) {
	uint64_t first = due;

	for (unsigned i = 1; i <= BURST && due <= mill->now && due < end && is_more_wanted(mill); i++) {
		if (!begin(mill, due)) {
			mill->tally.n_started++;
			mill->tally.n_lost++;
		}
		due = first + (uint64_t)(i * interval);
	}
	link_flush(mill->link);
	return due;
}

void mill_run_open(struct mill *mill, double rate, uint64_t duration) {
	uint64_t start = read_clock(), due = start;

	while (due < start + duration && is_more_wanted(mill)) {
		mill->now = read_clock();
		due = begin_due(mill, due, start + duration, (double)NS_PER_S / rate);
		listen(mill, due > mill->now ? due - mill->now : 0);
	}
	drain(mill);
}

uint64_t mill_knock(struct mill *mill, uint64_t limit) {
	uint64_t deadline = read_clock() + limit;
	uint32_t number = mill->n_clients++;

	mill->n_outstanding++;
	mill->settings.timeout = 2 * limit; /* nothing is lost by asking again */
	for (mill->now = read_clock(); mill->now < deadline; listen(mill, KNOCK_NS)) {
		if (mill->clients[number].phase == ACK_WAITED)
			return mill->now;
		say_discover(mill, number);
		link_flush(mill->link);
	}
	return 0;
}

/* The file has a record for each client in turn: address and server, zeros for one that holds nothing. */
void mill_load(struct mill *mill, const char *path) {
	FILE *file = fopen(path, "re");
	uint32_t record[2], n_leases = 0;

	if (!file)
		err(1, "%s", path);
	while (mill->n_clients < MILL_CLIENTS_MAX && fread(record, sizeof(record), 1, file) == 1) {
		struct client *client = &mill->clients[mill->n_clients];
		client->address = record[0];
		client->server = record[1];
		if (client->address && !claim(mill, mill->n_clients, client->address))
			errx(1, "%s has an address twice", path);
		n_leases += client->address != 0;
		mill->n_clients++;
	}
	fclose(file);
	if (n_leases == 0)
		errx(1, "%s holds no lease", path);
}

void mill_save(const struct mill *mill, const char *path) {
	FILE *file = fopen(path, "we");

	if (!file)
		err(1, "%s", path);
	for (uint32_t i = 0; i < mill->n_clients; i++) {
		const struct client *client = &mill->clients[i];
		bool is_holder = mill->holders[client->address & 0xffffff] == i + 1;
		uint32_t record[2] = { is_holder ? client->address : 0, is_holder ? client->server : 0 };
		fwrite(record, sizeof(record), 1, file);
	}
	if (fclose(file) != 0)
		err(1, "%s", path);
}
