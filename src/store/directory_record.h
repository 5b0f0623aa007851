/* SPDX-License-Identifier: Apache-2.0 */
/* directory_record.h - verdict, status, findings and the list of authorized servers as octets, each with a version of
 * its own first. Pure.
 *
 * Decoders take any octets. Texts that are too long for their record are cut.
 */
#pragma once

#include "base/arena.h"
#include "base/span.h"
#include "model/snapshot.h"
#include "model/verdict.h"
#include "store/directory_store.h"

#define DIRECTORY_RECORD_MAX 4096
#define DIRECTORY_LISTING_MAX 65536 /* servers */

/* Write into @ret_octets; return the length. */
size_t verdict_record_encode(const struct verdict *verdict, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]);
size_t status_record_encode(const struct directory_status *status, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]);
size_t finding_record_encode(const struct finding *finding, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]);

/* The same into @arena, for at most DIRECTORY_LISTING_MAX servers: the rest is left out. Empty (data NULL) at the
 * arena's limit. */
struct span listing_record_encode(const struct dhcp_server *servers, size_t n_servers, struct arena *arena);

/* Read what those wrote. 0, or -E_DHCP_JET_ERROR for anything else. */
int verdict_record_decode(struct span octets, struct verdict *ret_verdict);
int status_record_decode(struct span octets, struct directory_status *ret_status);

/* The same for all of a finding but its uuid, and for the list, copied into @arena; also -E_NOT_ENOUGH_MEMORY at its
 * limit. */
int finding_record_decode(struct span octets, struct arena *arena, struct finding *ret_finding);
int listing_record_decode(struct span octets, struct arena *arena, struct dhcp_server **ret_servers,
			  size_t *ret_n_servers);
