/* SPDX-License-Identifier: Apache-2.0 */
/* survey.h - what a look through the lease store has found, as GET /v1/database/check and lessorctl show it. */
#pragma once

#include <jansson.h>

#include "store/lease_survey.h"

/* {"sound", "damaged", numbers (store/survey_number.def), "findings": [{"kind", "count", "description"}], "code",
 * "name", "reason": of the damage}. json_decref() it. */
json_t *survey_json(const struct lease_survey *survey);
