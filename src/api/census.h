/* SPDX-License-Identifier: Apache-2.0 */
/* census.h - the addresses of a scope, counted and searched. Pure: leases are handed in one by one, in ascending order
 * of address. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/lease.h"
#include "model/snapshot.h"

/* Addresses of a scope, or of several. Embedded. n_total counts those in ranges and not excluded; all of them are
 * either free or in use: leased, declined, or reserved. */
struct census {
	uint64_t n_total;
	uint64_t n_free;
	uint64_t n_reserved; /* reservations, in ranges or not */
	uint64_t n_active;   /* leases in force, in ranges or not */
	uint64_t n_declined; /* addresses that are given to nobody, since somebody unknown uses them */
};

/* Count @scope without leases. */
struct census census_of(const struct scope *scope);

/* Count a lease of an address in @scope. */
void census_count(struct census *census, const struct scope *scope, const struct lease *lease, int64_t now);

/* Add what @part counts. */
void census_add(struct census *census, const struct census *part);

/* How much is in use, in hundredths of n_total; 0 of nothing. */
uint64_t census_percent(const struct census *census);

/* A search for addresses of @scope in @window that nobody has. Embedded. */
struct free_search {
	const struct scope *scope;
	struct ip4_range window;
	struct ip4 *found; /* room for @wanted */
	size_t n_found, wanted;
	uint64_t next; /* nobody has a lease from here to the next one */
};

/* Tell of the next lease, in force or not: the addresses before it that have none are found. 0, or
 * -E_DHCP_REACHED_END_OF_SELECTION when enough were found. */
int free_search_pass(struct free_search *search, const struct lease *lease);

/* All leases were told: find what is behind them. */
void free_search_finish(struct free_search *search);

/* In a second round, after all leases were told: the address of @lease, if that has ended and nobody else may have it.
 * 0, or -E_DHCP_REACHED_END_OF_SELECTION when enough were found. */
int free_search_reuse(struct free_search *search, const struct lease *lease, int64_t now);
