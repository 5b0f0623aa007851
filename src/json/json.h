/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - the values that everything shown as JSON is made of. Pure but for heap memory. Results are owned by the
 * caller, json_decref() them. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "model/snapshot.h"

/* Make a string of @text: what is not UTF-8 in it is escaped, so that no name breaks an answer. NULL: JSON's null. */
json_t *json_safe_text(const char *text);

/* Set a member. */
void json_set_text(json_t *object, const char *key, const char *text);
void json_set_integer(json_t *object, const char *key, int64_t value);

/* Set two members, "code" and "name": a positive error code (0: none) and its name ("" for none). */
void json_set_code(json_t *object, int code);

/* Why an entry is in quarantine: {"dn", "attribute", "code", "name", "reason"}. */
json_t *finding_json(const struct finding *finding);
