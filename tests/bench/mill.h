/* SPDX-License-Identifier: Apache-2.0 */
/* mill.h - clients that get or renew leases over a link, as many at a time or as many a second as asked for, and
 * check what they are told: that an answer fits its question, that an acknowledgement is of what was offered, that
 * nobody else holds the address.
 *
 * A client is a number below MILL_CLIENTS_MAX; its hardware address follows from it. Addresses are in the machine's
 * order; all that a server gives must differ in their last three octets. Times are nanoseconds. A mill is an object
 * with one owner, used by one thread. It borrows its link.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"
#include "link.h"

#define MILL_CLIENTS_MAX (1u << 24)

struct mill;

/* Embedded. */
struct mill_settings {
	uint16_t seed;      /* another one: other clients */
	bool is_renewing;   /* renew what was loaded, instead of getting leases */
	uint32_t relay;     /* giaddr of the first subnet; 0: clients on the server's own link */
	uint32_t n_subnets; /* /24s from there on, whose clients take turns; 1: all clients in one */
	bool has_classes;   /* one client in four says that it is a telephone, one that it is a kiosk */
	uint64_t timeout;   /* after which an exchange is lost */
	uint64_t n_wanted;  /* end after so many exchanges; 0: never */
};

/* What happened; Embedded. An exchange is a lease that was got or renewed. */
struct mill_tally {
	uint64_t n_started, n_done, n_lost;
	uint64_t n_naks;
	uint64_t n_doubles;    /* addresses acknowledged to two clients */
	uint64_t n_mismatches; /* answers that do not fit their question */
	uint64_t n_late;       /* answers nobody waits for any more */
	char mismatch[128];    /* the first of them */
};

struct mill *mill_new(struct link *link, const struct mill_settings *settings);

/* Accepts NULL; returns NULL. */
struct mill *mill_free(struct mill *mill);

/* Keep @n_outstanding exchanges under way for @duration, then wait for the last. */
void mill_run_closed(struct mill *mill, uint32_t n_outstanding, uint64_t duration);

/* Start @rate exchanges a second for @duration, whatever becomes of them, then wait for the last. An exchange's time
 * begins when it was to start, even if it started late. */
void mill_run_open(struct mill *mill, double rate, uint64_t duration);

/* Ask again and again until somebody answers, for @limit at most. Returns when that was, by the monotonic clock; 0:
 * never. */
uint64_t mill_knock(struct mill *mill, uint64_t limit);

/* What happened since the mill was made, or since mill_reset. */
const struct mill_tally *mill_tally(const struct mill *mill);
const struct histogram *mill_histogram(const struct mill *mill);

/* How long that took: to the last exchange that was counted. */
double mill_seconds(const struct mill *mill);

/* Begin counting anew; the clients and what they hold stay. */
void mill_reset(struct mill *mill);

/* Read the leases of earlier clients from a file, or write those of all clients to it. */
void mill_load(struct mill *mill, const char *path);
void mill_save(const struct mill *mill, const char *path);
