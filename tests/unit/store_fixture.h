/* SPDX-License-Identifier: Apache-2.0 */
/* store_fixture.h - a state directory of its own for each test of a store, and a disk that fails when told to. */
#pragma once

#include <stdbool.h>

#include "model/lease.h"

/* The directory of the running test. */
#define FIXTURE_DIRECTORY_MAX 64
extern char fixture_directory[FIXTURE_DIRECTORY_MAX];

/* For cmocka: make it, and remove it with everything in it. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* What fails from now on, after @delay successes: "" nothing, "pwrite" any writing, "meta" that of the page that makes
 * a commit valid, both with ENOSPC, "fdatasync" and "fsync" with EIO. */
void fixture_break(const char *call, unsigned delay);

/* A lease of @address in 10.77.0.0/16 to the client with number @client (0: nobody), until @expiry. */
struct lease fixture_lease(const char *address, unsigned client, int64_t expiry);

struct ip4 fixture_ip4(const char *text);
struct client_key fixture_client(unsigned client);
