/* SPDX-License-Identifier: Apache-2.0 */
/* counter.h - counters in memory that all roles share, so that the API can read what serve counts without asking it;
 * and states of serve and dir that are no counts.
 *
 * Counters start at zero with the daemon and survive the restart of a role. Thread and process: any (atomic).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum counter {
#define COUNTER(symbol, name, description) COUNTER_##symbol,
#include "base/counter.def"
#undef COUNTER
	COUNTER_COUNT
};

/* Room for reasons to drop a packet, counted by their position in engine/drop.def. */
#define COUNTER_DROPS_MAX 64

struct counters;

/* Make the shared memory. Returns its file descriptor, to be inherited by the roles; -1 with errno. */
int counters_create(void);

/* Map the shared memory behind @fd for this process. With -1: private memory, for tests. Call once for each process. */
void counters_attach(int fd);

/* When the daemon began, in milliseconds since boot: when the memory was first attached by anybody. 0 before. */
uint64_t counters_started_ms(void);

/* The same by the wall clock, as it stood then. */
int64_t counters_started_s(void);

/* Count, and read; a drop reason is its position in engine/drop.def. */
void counter_add(enum counter counter, uint64_t amount);
uint64_t counter_value(enum counter counter);
void counter_add_drop(size_t reason);
uint64_t counter_drop_value(size_t reason);

/* Whether leases cannot be made durable at present, so that no client gets an acknowledgement. Set by serve. */
void counters_set_store_failing(bool is_failing);
bool is_store_failing(void);

/* Whether there is no room for new leases, so that clients without one are not answered. Set by serve. */
void counters_set_store_short(bool is_short);
bool is_store_short(void);

/* How many seconds the wall clock stands ahead of the time that leases go by; negative: behind it. Set by serve. */
void counters_set_clock_ahead(int64_t ahead_s);
int64_t counters_clock_ahead(void);

/* Whether the verdict in directory.mdb must not be used, since it lets this server serve and dir, which knows better,
 * cannot write. Set by dir. */
void counters_set_verdict_void(bool is_void);
bool is_stored_verdict_void(void);

/* Whether dir has stored a verdict since the daemon began: what an earlier life has left in directory.mdb may be none
 * to go by. Always true without shared memory, as nobody could tell. Noted by dir. */
void counters_note_verdict(void);
bool has_verdict_been_stored(void);

/* Whether another server's objection stands, which ends the service of a server without a directory at once; the next
 * life of serve is to know of it, whatever dir and the disk did. Set by serve. */
void counters_set_opposed(bool is_opposed);
bool is_service_opposed(void);

/* Whether the administrator has paused the service: no client is answered. Set by api; outlasts every role, not the
 * daemon. Returns whether that changed anything. */
bool counters_set_paused(bool is_paused);
bool is_service_paused(void);

/* Whether there is reason to look through the whole lease store before it is used again: serve was ended by what it
 * read, or damage was seen. Set by the supervisor and by the role backup; cleared by serve when it has looked. */
void counters_set_store_suspect(bool is_suspect);
bool is_store_suspect(void);

/* Whether serve is to end and open the lease store anew, as something is to be done with it at its opening. Set by the
 * role backup, cleared by serve when it opens the store. */
void counters_set_store_reopening(bool is_reopening);
bool is_store_reopening(void);

/* How large the audit file may become, which each process that writes to it obeys. Set by serve, which knows what the
 * directory says; before that, what Windows has. Embedded. */
struct audit_limits {
	uint32_t max_size_mb;    /* of the files of a week; each day's may have a seventh of it */
	uint32_t min_space_mb;   /* that must stay free on the disk */
	uint32_t check_interval; /* rows between two looks at both */
};
void counters_set_audit_limits(const struct audit_limits *limits);
struct audit_limits counters_audit_limits(void);

/* How many offers are held back at present. Set by serve. */
void counters_set_offers_held(size_t n_offers);
size_t counters_offers_held(void);

/* Borrow a counter's name and description. */
const char *counter_name(enum counter counter);
const char *counter_description(enum counter counter);
