/* SPDX-License-Identifier: Apache-2.0 */
/* lease_row.h - a lease as JSON, with the members of model/lease_member.def. Pure.
 *
 * What lease_row_json makes of any lease, lease_row_parse reads back as the same lease.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "model/lease.h"

/* Borrow the state as people see it at @now: "active", "expired", "released" or "declined". */
const char *lease_state_name(const struct lease *lease, int64_t now);

/* Make the object; json_decref() it. */
json_t *lease_row_json(const struct lease *lease, int64_t now);

/* Read a lease that is to be stored at @now. An absent member, null, or "" is what follows from the others: scope: the
 * one that holds the address (no network here); state: active; client: the hardware address; hardwareType: Ethernet;
 * start, changed: @now; protocol: dhcp. The address and the expiry must be there. "" for a client is nobody.
 * 0, or -E_INVALID_PARAMETER with a sentence. */
int lease_row_parse(const json_t *object, int64_t now, struct lease *ret_lease, struct error *reterr_error);
