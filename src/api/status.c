/* SPDX-License-Identifier: Apache-2.0 */
#include "api/status.h"

#include "api/backups.h"
#include "api/json.h"
#include "base/counter.h"
#include "engine/drop.h"

static json_t *verdict_json(const struct api_status *status) {
	const struct verdict *verdict = &status->verdict;
	json_t *object = json_object();

	json_set_text(object, "state", authority_state_name(verdict->state));
	json_set_code(object, verdict->code);
	json_set_text(object, "reason", verdict->reason);
	json_set_integer(object, "checkedAt", verdict->checked_at);
	json_set_integer(object, "validUntil", verdict->valid_until);
	json_set_integer(object, "remaining", (int64_t)status->remaining_s);
	json_set_integer(object, "nextCheck", status->next_check);
	return object;
}

static json_t *directory_json(const struct directory_status *directory) {
	json_t *object = json_object();

	json_set_text(object, "uri", directory->uri);
	json_object_set_new(object, "connected", json_boolean(directory->is_connected));
	json_set_text(object, "feed", directory->feed);
	json_set_integer(object, "since", directory->since);
	json_set_integer(object, "nextAttempt", directory->next_attempt);
	json_set_integer(object, "synchronizedAt", directory->synchronized_at);
	json_set_code(object, directory->code);
	json_set_text(object, "reason", directory->reason);
	return object;
}

static json_t *configuration_json(const struct api_status *status) {
	json_t *object = json_object();

	json_set_integer(object, "generation", (int64_t)status->generation);
	json_set_integer(object, "entries", (int64_t)status->n_entries);
	json_set_integer(object, "quarantined", (int64_t)status->n_quarantined);
	json_set_integer(object, "scopes", (int64_t)status->n_scopes);
	json_set_integer(object, "servedScopes", (int64_t)status->n_served_scopes);
	return object;
}

static json_t *leases_json(const struct api_status *status) {
	const struct lease_store_stat *leases = &status->leases;
	json_t *object = json_object();

	json_object_set_new(object, "failing", json_boolean(status->is_store_failing));
	json_object_set_new(object, "short", json_boolean(status->is_store_short));
	json_set_integer(object, "doubtfulUntil", leases->doubtful_until);
	json_set_integer(object, "count", (int64_t)leases->n_leases);
	json_set_integer(object, "bytes", (int64_t)leases->n_bytes_used);
	backups_add_failure(object);
	return object;
}

static json_t *sightings_json(const struct api_status *status) {
	json_t *object = json_object();

	for (enum sighting_state state = 0; state < SIGHTING_STATE_COUNT; state++)
		json_set_integer(object, sighting_state_name(state), (int64_t)status->n_sightings[state]);
	return object;
}

static json_t *counters_json(void) {
	json_t *object = json_object();

	for (enum counter counter = 0; counter < COUNTER_COUNT; counter++)
		json_set_integer(object, counter_name(counter), (int64_t)counter_value(counter));
	return object;
}

static json_t *drops_json(void) {
	json_t *object = json_object();

	for (enum drop_reason reason = 0; reason < DROP_COUNT; reason++)
		json_set_integer(object, drop_name(reason), (int64_t)counter_drop_value(reason));
	return object;
}

json_t *status_json(const struct api_status *status) {
	json_t *object = json_object();

	json_set_text(object, "server", status->server);
	json_set_text(object, "version", status->version);
	json_set_text(object, "mode", status->is_standalone ? "standalone" : "directory");
	json_object_set_new(object, "paused", json_boolean(status->is_paused));
	json_object_set_new(object, "verdict", verdict_json(status));
	json_object_set_new(object, "detection", detection_json(&status->detection));
	json_set_integer(object, "nextDetection", status->next_detection);
	json_object_set_new(object, "watch", json_boolean(status->is_watch_on));
	json_object_set_new(object, "otherServers", sightings_json(status));
	json_object_set_new(object, "directory", directory_json(&status->directory));
	json_object_set_new(object, "configuration", configuration_json(status));
	json_object_set_new(object, "leases", leases_json(status));
	json_object_set_new(object, "counters", counters_json());
	json_object_set_new(object, "drops", drops_json());
	return object;
}

static void add_head(struct text *text, const char *name, const char *type, const char *description) {
	text_add(text, "# TYPE lessor_%s %s\n", name, type);
	text_add(text, "# HELP lessor_%s %s.\n", name, description);
}

static void add_gauge(struct text *text, const char *name, int64_t value, const char *description) {
	add_head(text, name, "gauge", description);
	text_add(text, "lessor_%s %lld\n", name, (long long)value);
}

static void add_counters(struct text *text) {
	for (enum counter counter = 0; counter < COUNTER_COUNT; counter++) {
		const char *name = counter_name(counter);

		add_head(text, name, "counter", counter_description(counter));
		text_add(text, "lessor_%s_total %llu\n", name, (unsigned long long)counter_value(counter));
	}
}

static void add_drops(struct text *text) {
	add_head(text, "dropped", "counter", "Packets that got no answer, by reason");
	for (enum drop_reason reason = 0; reason < DROP_COUNT; reason++)
		text_add(text, "lessor_dropped_total{reason=\"%s\"} %llu\n", drop_name(reason),
			 (unsigned long long)counter_drop_value(reason));
}

/* One sample per state, of which one is 1: the form in which OpenMetrics has an enumeration. */
static void add_state(struct text *text, enum authority_state current) {
	add_head(text, "authority", "stateset", "Whether this server may answer clients");
	for (enum authority_state state = 0; state < AUTHORITY_STATE_COUNT; state++)
		text_add(text, "lessor_authority{lessor_authority=\"%s\"} %d\n", authority_state_name(state),
			 state == current);
}

void status_add_metrics(const struct api_status *status, struct text *text) {
	const struct backup_summary backup = backups_summary();

#define GAUGE(name, value, description) add_gauge(text, name, (int64_t)(value), description);
#include "api/gauge.def"
#undef GAUGE
	add_state(text, status->verdict.state);
	add_counters(text);
	add_drops(text);
	text_add(text, "# EOF\n");
}
