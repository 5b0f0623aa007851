/* SPDX-License-Identifier: Apache-2.0 */
/* memory_leases.h - the lease view over an array in memory, for tests and fuzzing of the engine: the simplest thing
 * that keeps model/lease.h's contract, to measure the real store against. */
#pragma once

#include "model/lease.h"

struct memory_leases;

struct memory_leases *memory_leases_new(void);
struct memory_leases *memory_leases_free(struct memory_leases *leases);

/* Borrow the view. */
const struct lease_view *memory_leases_view(struct memory_leases *leases);

/* Make every call fail with -E_DHCP_JET_ERROR from now on, or no longer. */
void memory_leases_break(struct memory_leases *leases, bool is_broken);

/* Borrow all records; none is in it twice. */
const struct lease *memory_leases_all(const struct memory_leases *leases, size_t *ret_n_leases);
