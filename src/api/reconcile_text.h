/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile_text.h - one thing that contradicts another, as JSON: what is there, and what should be. Pure. */
#pragma once

#include <jansson.h>

#include "engine/reconcile.h"
#include "store/lease_check.h"

/* Borrowed. Embedded. */
struct reconcile_finding {
	enum inconsistency kind;
	struct ip4 address;              /* none: it is about no address */
	const struct lease *lease;       /* the record; NULL if there is none, or none that can be read */
	const struct judgment *judgment; /* of it; NULL without */
	const struct lease_drift *drift; /* a row of the indexes; else NULL */
};

/* As reconcile.h says of a page's findings. The caller owns the result. */
json_t *reconcile_finding_json(const struct reconcile_finding *finding, const struct snapshot *snapshot);
