/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - other servers and errors as JSON, and the values of which leases are made (api/lease_row.h). Pure.
 * Results are owned by the caller, json_decref() them. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "json/json.h"
#include "model/lease.h"
#include "model/sighting.h"

/* Make a value of an address; of a network: "NETWORK/LENGTH"; of at most CLIENT_KEY_MAX octets: hexadecimal with
 * @separator between them ('\0': none). */
json_t *json_address(struct ip4 address);
json_t *json_subnet(struct ip4_subnet scope);
json_t *json_hex(struct span octets, char separator);

/* Set a member to them. */
void json_set_hex(json_t *object, const char *key, struct span octets, char separator);
void json_set_subnet(json_t *object, const char *key, struct ip4_subnet scope);

/* Read the host name of a lease. 0, or -E_INVALID_PARAMETER with a sentence. */
int json_read_host_name(const json_t *value, char ret_name[static LEASE_HOST_NAME_MAX], struct error *reterr_error);

/* Another server, as GET /v1/rogues shows it; how a round of rogue detection ended, as there and in the status. */
json_t *sighting_json(const struct sighting *sighting);
json_t *detection_json(const struct detection *detection);

/* Make {"error": {"code", "name", "message"}}. */
json_t *error_json(const struct error *error);
