/* SPDX-License-Identifier: Apache-2.0 */
#include "api/statistics.h"

#include "api/json.h"
#include "base/counter.h"

static const struct {
	const char *key;
	enum counter counter;
} messages[] = {
	{ "discovers", COUNTER_RECEIVED_DISCOVER },
	{ "offers", COUNTER_SENT_OFFER },
	{ "requests", COUNTER_RECEIVED_REQUEST },
	{ "acks", COUNTER_SENT_ACK },
	{ "naks", COUNTER_SENT_NAK },
	{ "declines", COUNTER_RECEIVED_DECLINE },
	{ "releases", COUNTER_RECEIVED_RELEASE },
	{ "informs", COUNTER_RECEIVED_INFORM },
};

static void set_census(json_t *object, const struct census *census) {
	json_set_integer(object, "total", (int64_t)census->n_total);
	json_set_integer(object, "inUse", (int64_t)(census->n_total - census->n_free));
	json_set_integer(object, "free", (int64_t)census->n_free);
	json_set_integer(object, "percentInUse", (int64_t)census_percent(census));
	json_set_integer(object, "leases", (int64_t)census->n_active);
	json_set_integer(object, "reserved", (int64_t)census->n_reserved);
	json_set_integer(object, "declined", (int64_t)census->n_declined);
}

static json_t *offers_json(const struct order_answer *offers, const struct scope *scope) {
	if (offers->error.code)
		return json_null();
	for (size_t i = 0; i < ORDER_SCOPES_MAX; i++)
		if (offers->scopes[i].n_offers && is_ip4_equal(offers->scopes[i].network, scope->subnet.network))
			return json_integer(offers->scopes[i].n_offers);
	return json_integer(0);
}

static json_t *scope_json(const struct scope_statistics *item, const struct order_answer *offers) {
	json_t *object = json_object();

	json_set_subnet(object, "scope", item->scope->subnet);
	json_set_text(object, "site", item->scope->site);
	json_set_text(object, "name", item->scope->name);
	json_set_text(object, "superscope", item->scope->superscope ? item->scope->superscope->name : "");
	json_set_text(object, "state", item->scope->is_enabled ? "enabled" : "disabled");
	set_census(object, &item->census);
	json_object_set_new(object, "pendingOffers", offers_json(offers, item->scope));
	json_set_integer(object, "offerDelay", (int64_t)item->scope->settings.values[SETTING_OFFER_DELAY]);
	return object;
}

/* Of its members, those that are served count. */
static json_t *superscope_json(const struct statistics *statistics, const struct superscope *superscope) {
	json_t *object = json_object();
	struct census sum = { 0 };
	size_t n_members = 0;

	for (size_t i = 0; i < statistics->n_items; i++)
		if (statistics->items[i].scope->superscope == superscope) {
			census_add(&sum, &statistics->items[i].census);
			n_members++;
		}
	json_set_text(object, "name", superscope->name);
	json_set_text(object, "site", superscope->site);
	json_set_integer(object, "scopes", (int64_t)n_members);
	set_census(object, &sum);
	return object;
}

static void set_server(json_t *object, const struct statistics *statistics) {
	uint64_t n_delayed = 0;
	struct census sum = { 0 };

	json_set_integer(object, "startTime", counters_started_s());
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		json_set_integer(object, messages[i].key, (int64_t)counter_value(messages[i].counter));
	for (size_t i = 0; i < statistics->n_items; i++) {
		census_add(&sum, &statistics->items[i].census);
		n_delayed += statistics->items[i].scope->settings.values[SETTING_OFFER_DELAY] > 0;
	}
	json_set_integer(object, "delayedOffers", (int64_t)counters_offers_held());
	json_set_integer(object, "scopesWithDelayedOffers", (int64_t)n_delayed);
	set_census(object, &sum);
}

json_t *statistics_json(const struct statistics *statistics, const struct order_answer *offers) {
	json_t *object = json_object(), *scopes = json_array(), *superscopes = json_array();
	const struct snapshot *snapshot = statistics->snapshot;

	if (!statistics->is_one_scope)
		set_server(object, statistics);
	for (size_t i = 0; i < statistics->n_items; i++)
		json_array_append_new(scopes, scope_json(&statistics->items[i], offers));
	for (size_t i = 0; snapshot && !statistics->is_one_scope && i < snapshot->n_superscopes; i++)
		json_array_append_new(superscopes, superscope_json(statistics, &snapshot->superscopes[i]));
	json_object_set_new(object, "scopes", scopes);
	json_object_set_new(object, "superscopes", superscopes);
	return object;
}
