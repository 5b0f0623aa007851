/* SPDX-License-Identifier: Apache-2.0 */
/* store_load.h - what the measurements of the lease store have in common: leases as a server has them, and a table
 * of results. */
#pragma once

#include <stdint.h>

#include "model/lease.h"

#define LOAD_CLIENTS 200000u

/* Measure for so long at each size of batch. */
#define LOAD_SECONDS 5

/* The lease of client @client as it stands after its renewal number @renewal. */
struct lease load_lease(uint32_t client, uint32_t renewal);

/* A number below @limit. */
uint32_t load_random(uint32_t limit);

/* Make @batch_size leases durable. Returns 0 or a negative error. */
typedef int load_batch_f(void *context, unsigned batch_size);

/* Run @batch for LOAD_SECONDS with each of the usual sizes and print a line for each. Returns 0 or what @batch did. */
int load_run(const char *name, load_batch_f *batch, void *context);
