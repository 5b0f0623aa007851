/* SPDX-License-Identifier: Apache-2.0 */
/* show.h - parts of results that say what is in force for a scope or a reservation. */
#pragma once

#include <jansson.h>

#include "model/entry.h"
#include "model/schema.h"
#include "model/snapshot.h"

/* An array of the entry's values of @which, as they stand there. */
json_t *show_values(const struct entry *entry, enum schema_attribute which);

/* An array of the findings about @dn and what is below it. */
json_t *show_findings(const struct findings *findings, const char *dn);
