/* SPDX-License-Identifier: Apache-2.0 */
/* status.h - everything that a status shows, as one value, and its two forms: JSON and OpenMetrics text. Pure but for
 * the shared counters, which both read. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "model/sighting.h"
#include "model/verdict.h"
#include "store/directory_store.h"
#include "store/lease_store.h"

/* Embedded. */
struct api_status {
	const char *server;
	const char *version;
	struct verdict verdict;
	uint64_t remaining_s; /* for which the verdict still holds */
	struct directory_status directory;
	uint64_t generation;
	size_t n_entries;     /* in force */
	size_t n_quarantined; /* entries with at least one finding */
	size_t n_scopes;
	size_t n_served_scopes;
	bool is_standalone;   /* by the configuration, whatever the verdict is */
	struct detection detection;
	int64_t next_detection; /* wall: when the next round is due; 0: not known, or within moments */
	int64_t next_check;     /* wall: when authorization is checked next without an occasion; 0: within moments */
	bool is_watch_on;       /* by the setting: other servers are looked for, while this one may serve */
	size_t n_sightings[SIGHTING_STATE_COUNT]; /* of servers that are not gone */
	struct lease_store_stat leases;
	bool is_store_failing, is_store_short;
	int64_t clock_ahead_s;
	bool is_paused;
};

/* Make the answer to GET /v1/status; json_decref() it. */
json_t *status_json(const struct api_status *status);

/* Add the answer to GET /v1/metrics to @text. */
void status_add_metrics(const struct api_status *status, struct text *text);
