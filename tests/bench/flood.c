/* SPDX-License-Identifier: Apache-2.0 */
/* flood - load for a DHCP server, with its answers checked. Prints one JSON object.
 *
 * A closed loop keeps a number of exchanges under way; an open one starts them at a rate, whatever becomes of them; a
 * search looks for the highest rate that is kept up with: less than one in a hundred is lost, and no backlog grows.
 */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "mill.h"

#define LOSS_MAX 0.01
#define PACE_MIN 0.97 /* of what is asked for must also be finished in that time: no backlog may grow */
#define SEARCH_STEP 1.3
#define SEARCH_PRECISION 1.07

enum wish {
	SERVER,
	RELAY,
	SUBNETS,
	DEVICE,
	CLOSED,
	OPEN,
	SEARCH,
	SECONDS,
	WARM_UP,
	COUNT,
	TIMEOUT,
	RENEW,
	SAVE,
	SEED,
	KNOCK,
	CLASSES,
	HELP
};

static const struct option options[] = {
	{ "server", required_argument, NULL, SERVER },   /* its address */
	{ "relay", required_argument, NULL, RELAY },     /* giaddr: be a relay */
	{ "subnets", required_argument, NULL, SUBNETS }, /* of so many /24s, from that address on */
	{ "device", required_argument, NULL, DEVICE },   /* be clients on the link of this device */
	{ "closed", required_argument, NULL, CLOSED },   /* so many at a time */
	{ "open", required_argument, NULL, OPEN },       /* so many a second */
	{ "search", required_argument, NULL, SEARCH },   /* the rate with which to begin */
	{ "seconds", required_argument, NULL, SECONDS }, /* of each run */
	{ "warm-up", required_argument, NULL, WARM_UP }, /* seconds that do not count */
	{ "count", required_argument, NULL, COUNT },     /* end after so many */
	{ "timeout", required_argument, NULL, TIMEOUT }, /* milliseconds after which an exchange is lost */
	{ "renew", required_argument, NULL, RENEW },     /* the leases of this file */
	{ "save", required_argument, NULL, SAVE },       /* the leases to this file */
	{ "seed", required_argument, NULL, SEED },       /* another number, other clients */
	{ "knock", required_argument, NULL, KNOCK },     /* seconds: ask until somebody answers */
	{ "classes", no_argument, NULL, CLASSES },       /* some clients are of a user class */
	{ "help", no_argument, NULL, HELP },             /* show them */
	{ 0 },
};

/* Embedded: what the command line asks for. */
struct wishes {
	struct mill_settings mill;
	uint32_t server;
	const char *device, *leases, *save;
	uint32_t n_outstanding;
	double open_rate, search_rate;
	uint64_t duration, warm_up, knock;
};

/* Everything that happened, warm-up and steps of a search included. */
static struct mill_tally all;

static void add_up(const struct mill *mill) {
	const struct mill_tally *tally = mill_tally(mill);

	all.n_started += tally->n_started;
	all.n_done += tally->n_done;
	all.n_lost += tally->n_lost;
	all.n_naks += tally->n_naks;
	all.n_doubles += tally->n_doubles;
	all.n_mismatches += tally->n_mismatches;
	all.n_late += tally->n_late;
	if (all.mismatch[0] == '\0')
		memcpy(all.mismatch, tally->mismatch, sizeof(all.mismatch));
}

static void usage(int status) {
	fputs("usage: flood --server ADDRESS {--relay GIADDR [--subnets N] | --device DEVICE} OPTION...\n"
	      "       flood --server ADDRESS --renew LEASES OPTION...\n"
	      "  --closed N | --open RATE | --search RATE | --knock S\n"
	      "  --seconds S, --warm-up S, --count N, --timeout MS, --save LEASES, --seed N, --classes\n",
	      status ? stderr : stdout);
	exit(status);
}

static uint32_t parse_address(const char *text) {
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		errx(2, "no address: %s", text);
	return ntohl(address.s_addr);
}

static double parse_number(const char *text) {
	char *end;
	double number = strtod(text, &end);

	if (end == text || *end != '\0' || !(number >= 0))
		errx(2, "no number: %s", text);
	return number;
}

static void take_option(struct wishes *wishes, enum wish wish, const char *value) {
	switch (wish) {
	case SERVER:
		wishes->server = parse_address(value);
		break;
	case RELAY:
		wishes->mill.relay = parse_address(value);
		break;
	case SUBNETS:
		wishes->mill.n_subnets = (uint32_t)parse_number(value);
		break;
	case DEVICE:
		wishes->device = value;
		break;
	case CLOSED:
		wishes->n_outstanding = (uint32_t)parse_number(value);
		break;
	case OPEN:
		wishes->open_rate = parse_number(value);
		break;
	case SEARCH:
		wishes->search_rate = parse_number(value);
		break;
	case SECONDS:
		wishes->duration = (uint64_t)(parse_number(value) * 1e9);
		break;
	case WARM_UP:
		wishes->warm_up = (uint64_t)(parse_number(value) * 1e9);
		break;
	case COUNT:
		wishes->mill.n_wanted = (uint64_t)parse_number(value);
		break;
	case TIMEOUT:
		wishes->mill.timeout = (uint64_t)(parse_number(value) * 1e6);
		break;
	case RENEW:
		wishes->leases = value;
		wishes->mill.is_renewing = true;
		break;
	case SAVE:
		wishes->save = value;
		break;
	case SEED:
		wishes->mill.seed = (uint16_t)parse_number(value);
		break;
	case KNOCK:
		wishes->knock = (uint64_t)(parse_number(value) * 1e9);
		break;
	case CLASSES:
		wishes->mill.has_classes = true;
		break;
	case HELP:
		usage(0);
	}
}

static struct wishes read_wishes(int argc, char **argv) {
	struct wishes wishes = { .mill = { .n_subnets = 1, .timeout = 1000000000 }, .duration = 2000000000 };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			usage(2);
		take_option(&wishes, (enum wish)option, optarg);
	}
	if (optind < argc || !wishes.server || wishes.mill.n_subnets == 0 ||
	    !wishes.mill.relay + !wishes.device + !wishes.leases != 2 ||
	    !wishes.n_outstanding + !(wishes.open_rate > 0) + !(wishes.search_rate > 0) + !wishes.knock != 3)
		usage(2);
	return wishes;
}

static struct link *open_link(const struct wishes *wishes) {
	if (wishes->device)
		return link_open_frames(wishes->device);
	return link_open_udp(wishes->server, wishes->leases ? CLIENT_PORT : SERVER_PORT);
}

static bool can_keep_up(struct mill *mill, double rate, uint64_t duration) {
	const struct mill_tally *tally = mill_tally(mill);
	double n_started, n_done;

	mill_reset(mill);
	mill_run_open(mill, rate, duration);
	add_up(mill);
	n_started = (double)tally->n_started;
	n_done = (double)tally->n_done;
	return n_started - n_done < LOSS_MAX * n_started && n_done >= PACE_MIN * rate * mill_seconds(mill);
}

/* The highest rate that is kept up with, to SEARCH_PRECISION; 0 if there is none. The mill's tally is that of the
 * last try. */
static double search(struct mill *mill, double rate, uint64_t duration) {
	double low = 0, high = 0;

	while (rate >= 1 && (low <= 0 || high <= 0 || high / low > SEARCH_PRECISION)) {
		if (can_keep_up(mill, rate, duration))
			low = rate;
		else
			high = rate;
		rate = high <= 0 ? low * SEARCH_STEP : low <= 0 ? high / SEARCH_STEP : (low + high) / 2;
	}
	return low;
}

static void print_rank(const struct mill *mill, const char *name, unsigned per_mille) {
	printf(", \"%s\": %.1f", name, (double)histogram_rank(mill_histogram(mill), per_mille) / 1000);
}

static void print_result(const struct mill *mill, double rate_found) {
	const struct mill_tally *tally = mill_tally(mill);
	double seconds = mill_seconds(mill);

	printf("{\"exchanges\": %" PRIu64 ", \"seconds\": %.4f, \"perSecond\": %.1f", tally->n_done, seconds,
	       seconds > 0 ? (double)tally->n_done / seconds : 0);
	printf(", \"started\": %" PRIu64 ", \"lost\": %" PRIu64, tally->n_started, tally->n_lost);
	if (rate_found >= 0)
		printf(", \"rate\": %.0f", rate_found);
	print_rank(mill, "p50", 500);
	print_rank(mill, "p99", 990);
	print_rank(mill, "p999", 999);
	printf(", \"max\": %.1f", (double)mill_histogram(mill)->max / 1000);
	printf(", \"all\": {\"exchanges\": %" PRIu64 ", \"started\": %" PRIu64 ", \"lost\": %" PRIu64
	       ", \"refused\": %" PRIu64 ", \"late\": %" PRIu64 ", \"doubles\": %" PRIu64 ", \"mismatches\": %" PRIu64
	       ", \"mismatch\": \"%s\"}}\n",
	       all.n_done, all.n_started, all.n_lost, all.n_naks, all.n_late, all.n_doubles, all.n_mismatches,
	       all.mismatch);
}

static double run(struct mill *mill, const struct wishes *wishes) {
	double found = -1;

	if (wishes->warm_up > 0) {
		mill_run_closed(mill, wishes->n_outstanding ? wishes->n_outstanding : 8, wishes->warm_up);
		add_up(mill);
		mill_reset(mill);
	}
	if (wishes->search_rate > 0)
		return search(mill, wishes->search_rate, wishes->duration);
	if (wishes->n_outstanding)
		mill_run_closed(mill, wishes->n_outstanding, wishes->duration);
	else
		mill_run_open(mill, wishes->open_rate, wishes->duration);
	add_up(mill);
	return found;
}

/* Exit status of a benchmark with one question. */
static int knock(struct mill *mill, uint64_t limit) {
	uint64_t at = mill_knock(mill, limit);

	printf("{\"answeredAt\": %.6f}\n", (double)at / 1e9);
	return at ? 0 : 1;
}

/* The same, of one that loads the server. */
static int load(struct mill *mill, const struct wishes *wishes) {
	if (wishes->leases)
		mill_load(mill, wishes->leases);
	print_result(mill, run(mill, wishes));
	if (wishes->save)
		mill_save(mill, wishes->save);
	return all.n_doubles || all.n_mismatches ? 1 : 0;
}

int main(int argc, char **argv) {
	struct wishes wishes = read_wishes(argc, argv);
	struct link *link = open_link(&wishes);
	struct mill *mill = mill_new(link, &wishes.mill);
	int status;

	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	status = wishes.knock ? knock(mill, wishes.knock) : load(mill, &wishes);
	mill_free(mill);
	link_close(link);
	return status;
}
