/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - leases, findings, other servers and errors as JSON. Pure. Results are owned by the caller, json_decref()
 * them. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "model/lease.h"
#include "model/sighting.h"
#include "model/snapshot.h"

/* Set a member to @text; what is not UTF-8 in it is escaped, so that no name breaks an answer. */
void json_set_text(json_t *object, const char *key, const char *text);
void json_set_integer(json_t *object, const char *key, int64_t value);

/* Set a member to at most CLIENT_KEY_MAX octets as hexadecimal, with @separator between them ('\0': none). */
void json_set_hex(json_t *object, const char *key, struct span octets, char separator);

/* Set a member to "NETWORK/LENGTH". */
void json_set_subnet(json_t *object, const char *key, struct ip4_subnet scope);

/* Set two members: a positive error code (0: none) and its name ("" for none). */
void json_set_code(json_t *object, int code);

/* Borrow the state as people see it at @now: "active", "expired", "released" or "declined". */
const char *lease_state_name(const struct lease *lease, int64_t now);

/* A lease, or why an entry is in quarantine, as GET /v1/leases and /v1/quarantine show it. */
json_t *lease_json(const struct lease *lease, int64_t now);
json_t *finding_json(const struct finding *finding);

/* Another server, as GET /v1/rogues shows it; how a round of rogue detection ended, as there and in the status. */
json_t *sighting_json(const struct sighting *sighting);
json_t *detection_json(const struct detection *detection);

/* Make {"error": {"code", "name", "message"}}. */
json_t *error_json(const struct error *error);
