/* SPDX-License-Identifier: Apache-2.0 */
/* lease_convert.h - a lease store of an earlier format becomes one of the present format.
 *
 * Format 1 was of the tables meta, lease-by-address, lease-by-client and lease-by-expiry, and a commit of LMDB made a
 * lease durable. Its records are still read. The new file is made beside the old one and takes its place at once; the
 * old one stays as leases.mdb.format-1. Ended at any moment, the one or the other stands in its place, whole.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* What was done. Embedded. */
struct lease_conversion {
	uint32_t from, to; /* formats; the same if there was nothing to do */
	uint64_t n_leases;
	uint64_t n_unreadable; /* damaged records, which stay as they are: nobody is given their addresses */
	char kept[256];        /* the name of the old file in the directory */
};

/* Called now and then, two hundred times at most, with how many of the records are done. False: give up. */
typedef bool lease_convert_progress_f(void *context, uint64_t done, uint64_t total);

/* Convert DIR/leases.mdb, and tell @progress (which may be NULL) how it goes. The caller holds the state
 * directory's lock, and nobody has the store open for writing.
 * 0; -E_NOT_FOUND (there is none); -E_DHCP_JET97_CONV_REQUIRED (too old); -E_DHCP_DATABASE_INIT_FAILED (newer, damaged,
 * no lease store); -E_DHCP_JET_CONV_REQUIRED (an earlier conversion's file is in the way); -E_DHCP_JET_ERROR
 * (reading or writing failed); -E_CANCELLED (@progress gave up); each with a sentence, and the store is as it was. */
int lease_convert(const char *directory, lease_convert_progress_f *progress, void *context,
		  struct lease_conversion *ret_conversion, struct error *reterr_error);
