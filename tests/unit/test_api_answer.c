/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the API, from real stores, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/answer.h"
#include "api/bindings.h"
#include "api/json.h"
#include "api/lease_row.h"
#include "api/peer.h"
#include "base/counter.h"
#include "base/macros.h"
#include "engine/drop.h"
#include "store/sighting_store.h"
#include "store_fixture.h"
#include "support/entries.h"

#define SERVER "dhcp1.example.com"
#define BASE "dc=example,dc=com"
#define NOW 5000

/* What the running test works on. */
static struct sources *sources;
static struct arena *arena;
static struct lease_store *lease_store;
static struct directory_store *directory_store;

static int setup(void **state) {
	if (fixture_setup(state) < 0)
		return -1;
	sources = sources_new(fixture_directory, SERVER, false);
	arena = arena_new((size_t)1 << 20);
	return 0;
}

static int teardown(void **state) {
	lease_store = lease_store_close(lease_store);
	directory_store = directory_store_close(directory_store);
	sources = sources_free(sources);
	arena = arena_free(arena);
	return fixture_teardown(state);
}

static void open_stores(void) {
	assert_int_equal(lease_store_open(fixture_directory, SERVER, &lease_store, NULL), 0);
	assert_int_equal(directory_store_open(fixture_directory, SERVER, BASE, &directory_store, NULL), 0);
}

static void stored(void *context, int result, const struct error *error) {
	assert_int_equal(result, 0);
}

static void store_lease(struct lease lease) {
	const struct lease_view *view;
	struct lease_batch *batch;

	assert_int_equal(lease_batch_begin(lease_store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	assert_int_equal(view->put(view->context, &lease), 0);
	lease_batch_submit(batch, stored, NULL);
}

/* What serve is made to say to an order. */
static struct order_answer done;

/* Ask with the method that stands before the path; GET if none does. */
static struct api_answer ask_anything(const char *uri) {
	static const struct {
		const char *name;
		enum api_method method;
	} methods[] = { { "POST ", API_METHOD_POST }, { "DELETE ", API_METHOD_DELETE }, { "", API_METHOD_GET } };
	enum api_method method = API_METHOD_OTHER;
	const struct moment now = { .wall_s = NOW };
	struct lease_survey *survey = NULL;
	struct api_request request;
	struct api_answer answer;

	for (size_t i = 0; method == API_METHOD_OTHER; i++)
		if (strncmp(uri, methods[i].name, strlen(methods[i].name)) == 0) {
			method = methods[i].method;
			uri += strlen(methods[i].name);
		}
	assert_int_equal(api_request_parse(method, uri, span_of(NULL, 0), &request, NULL), 0);
	if (request.is_survey) {
		survey = lease_survey_new(fixture_directory, request.route == API_ROUTE_DATABASE_CHECK, NOW);
		lease_survey_run(survey);
	}
	api_answer_make(sources, arena,
			&(struct api_question){ .request = &request, .done = &done, .survey = survey }, &now, &answer);
	lease_survey_free(survey);
	arena_reset(arena);
	return answer;
}

/* Ask and read the answer; json_decref() it. */
static json_t *ask(const char *uri, int http_status) {
	struct api_answer answer = ask_anything(uri);
	json_error_t error;
	json_t *object = json_loads(answer.body, 0, &error);

	if (!object || answer.http_status != http_status)
		fail_msg("%d: %s", answer.http_status, answer.body);
	assert_string_equal(answer.content_type, "application/json");
	assert_int_equal(answer.body[strlen(answer.body) - 1], '\n');
	free(answer.body);
	return object;
}

/* Borrow the member at @path, steps separated by dots; numbers are places in arrays. */
static json_t *member(json_t *object, const char *path) {
	char array[100], *rest = array, *step;

	snprintf(array, sizeof array, "%s", path);
	while ((step = strsep(&rest, ".")))
		object = json_is_array(object) ? json_array_get(object, (size_t)atoi(step))
					       : json_object_get(object, step);
	if (!object)
		fail_msg("no %s", path);
	return object;
}

static void assert_text(json_t *object, const char *path, const char *expected) {
	assert_string_equal(json_string_value(member(object, path)), expected);
}

static void assert_number(json_t *object, const char *path, json_int_t expected) {
	assert_true(json_is_integer(member(object, path)));
	assert_int_equal(json_integer_value(member(object, path)), expected);
}

static void test_status_before_the_stores_are_there(void **state) {
	json_t *status = ask("/v1/status", 200);

	assert_text(status, "server", SERVER);
	assert_true(json_string_length(member(status, "version")) > 0);
	assert_text(status, "verdict.state", authority_state_name(AUTHORITY_START));
	assert_number(status, "verdict.remaining", 0);
	assert_true(json_is_false(member(status, "directory.connected")));
	assert_number(status, "leases.count", 0);
	assert_number(status, "configuration.generation", 0);
	json_decref(status);
	status = ask("/v1/leases", 200);
	assert_int_equal(json_array_size(member(status, "leases")), 0);
	assert_true(json_is_null(member(status, "next")));
	json_decref(status);
	json_decref(ask("/v1/quarantine", 200));
	json_decref(ask("/v1/leases/10.77.0.5", 404));
}

static void fill_directory(void) {
	struct directory_status directory = { .uri = "ldap://a", .is_connected = true, .feed = "syncrepl", .since = 11,
					      .next_attempt = 12, .next_check = 14, .synchronized_at = 13, .code = 20037, .reason = "why" };
	const struct finding items[] = {
		{ { { 1 } }, "cn=1", "lessorRange", 20023, "the range ends before it starts", false, false },
		{ { { 1 } }, "cn=1", "lessorState", 87, "say enabled or disabled", false, false },
		{ { { 2 } }, "cn=\xff", "", 20116, "two servers", false, false },
	};
	const struct findings findings = { items, ARRAY_LEN(items) };
	struct directory_write *write;
	struct verdict verdict;

	verdict_init(&verdict);
	verdict.state = AUTHORITY_NOT_AUTHORIZED;
	verdict.code = E_DHCP_ROGUE_NOT_AUTHORIZED;
	verdict.checked_at = 4000;
	snprintf(verdict.reason, sizeof verdict.reason, "not listed");
	assert_int_equal(directory_write_begin(directory_store, &write), 0);
	directory_write_verdict(write, &verdict);
	directory_write_status(write, &directory);
	directory_write_findings(write, &findings);
	assert_int_equal(directory_write_commit(write, NULL), 0);
}

static void test_status(void **state) {
	uint64_t drops = counter_drop_value(DROP_MAGIC);
	json_t *status;

	open_stores();
	fill_directory();
	store_lease(fixture_lease("10.77.0.5", 1, NOW + 1));
	counter_add_drop(DROP_MAGIC);
	status = ask("/v1/status", 200);
	assert_text(status, "verdict.state", authority_state_name(AUTHORITY_NOT_AUTHORIZED));
	assert_number(status, "verdict.code", 20039);
	assert_text(status, "verdict.name", "ERROR_DHCP_ROGUE_NOT_AUTHORIZED");
	assert_text(status, "verdict.reason", "not listed");
	assert_number(status, "verdict.checkedAt", 4000);
	assert_number(status, "verdict.validUntil", 0);
	assert_number(status, "verdict.nextCheck", 14);
	assert_text(status, "directory.uri", "ldap://a");
	assert_true(json_is_true(member(status, "directory.connected")));
	assert_text(status, "directory.feed", "syncrepl");
	assert_number(status, "directory.since", 11);
	assert_number(status, "directory.synchronizedAt", 13);
	assert_number(status, "directory.code", 20037);
	assert_text(status, "directory.reason", "why");
	assert_number(status, "configuration.quarantined", 2);
	assert_number(status, "configuration.entries", 0);
	assert_number(status, "leases.count", 1);
	assert_true(json_integer_value(member(status, "leases.bytes")) > 0);
	assert_number(status, "drops.magic", (json_int_t)drops + 1);
	assert_number(status, "counters.sent_ack", (json_int_t)counter_value(COUNTER_SENT_ACK));
	assert_int_equal(json_object_size(member(status, "counters")), COUNTER_COUNT);
	assert_int_equal(json_object_size(member(status, "drops")), DROP_COUNT);
	json_decref(status);
}

/* The tree of one site, with the scope 10.77.0.0/24 and, for another server, 10.78.0.0/24. */
static void accept_tree(const char *served_by) {
	CLEANUP(cleanup_arena) struct arena *tree = arena_new(0);
	const struct entry *entries[] = {
		ENTRY(tree, 1, "cn=DHCP," BASE, "objectClass: lessorRoot", "cn: DHCP"),
		ENTRY(tree, 2, "cn=hq,cn=sites,cn=DHCP," BASE, "objectClass: lessorSite", "cn: hq"),
		ENTRY(tree, 3, "cn=10.77.0.0,cn=hq,cn=sites,cn=DHCP," BASE, "objectClass: lessorScope", "cn: 10.77.0.0",
		      "lessorPrefixLength: 24", served_by, "lessorRange: 10.77.0.10-10.77.0.20"),
		ENTRY(tree, 4, "cn=10.78.0.0,cn=hq,cn=sites,cn=DHCP," BASE, "objectClass: lessorScope", "cn: 10.78.0.0",
		      "lessorPrefixLength: 24", "lessorServedBy: dhcp2.example.com"),
	};
	struct directory_write *write;

	assert_int_equal(directory_write_begin(directory_store, &write), 0);
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		directory_write_accepted(write, entries[i]);
	assert_int_equal(directory_write_commit(write, NULL), 0);
}

static void assert_configuration(json_int_t n_served_scopes) {
	json_t *status = ask("/v1/status", 200);

	assert_number(status, "configuration.entries", 4);
	assert_number(status, "configuration.scopes", 2);
	assert_number(status, "configuration.servedScopes", n_served_scopes);
	json_decref(status);
}

static void test_configuration_follows_the_generation(void **state) {
	json_t *status;
	json_int_t generation;

	open_stores();
	accept_tree("lessorServedBy: " SERVER);
	assert_configuration(1);
	assert_configuration(1);
	status = ask("/v1/status", 200);
	generation = json_integer_value(member(status, "configuration.generation"));
	json_decref(status);
	accept_tree("lessorServedBy: dhcp3.example.com");
	assert_configuration(0);
	status = ask("/v1/status", 200);
	assert_number(status, "configuration.generation", generation + 1);
	json_decref(status);
}

static void test_one_lease(void **state) {
	struct lease lease = fixture_lease("10.77.0.5", 1, NOW + 1);
	json_t *object;

	open_stores();
	lease.relay = fixture_ip4("10.77.255.254");
	store_lease(lease);
	object = ask("/v1/leases/10.77.0.5", 200);
	assert_text(object, "address", "10.77.0.5");
	assert_text(object, "scope", "10.77.0.0/16");
	assert_text(object, "state", "active");
	assert_text(object, "client", "0001020000000001");
	assert_text(object, "hardwareAddress", "02:00:00:00:00:01");
	assert_text(object, "hostName", "host-1");
	assert_number(object, "start", 1000);
	assert_number(object, "changed", 1000);
	assert_number(object, "expiry", NOW + 1);
	assert_text(object, "protocol", "dhcp");
	assert_text(object, "relay", "10.77.255.254");
	json_decref(object);
	lease.is_bootp = true;
	lease.expiry = LEASE_FOR_EVER;
	store_lease(lease);
	object = ask("/v1/leases/10.77.0.5", 200);
	assert_text(object, "state", "active");
	assert_number(object, "expiry", 0);
	assert_text(object, "protocol", "bootp");
	json_decref(object);
	object = ask("/v1/leases/10.77.0.6", 404);
	assert_number(object, "error.code", E_DHCP_INVALID_DHCP_CLIENT);
	assert_text(object, "error.name", "ERROR_DHCP_INVALID_DHCP_CLIENT");
	assert_true(json_string_length(member(object, "error.message")) > 0);
	json_decref(object);
}

static void test_states(void **state) {
	struct lease lease = fixture_lease("10.77.0.5", 1, NOW);
	json_t *object;

	assert_string_equal(lease_state_name(&lease, NOW), "expired");
	assert_string_equal(lease_state_name(&lease, NOW - 1), "active");
	lease.state = LEASE_RELEASED;
	assert_string_equal(lease_state_name(&lease, NOW - 1), "released");
	lease.state = LEASE_DECLINED;
	assert_string_equal(lease_state_name(&lease, NOW - 1), "declined");
	assert_string_equal(lease_state_name(&lease, NOW), "expired");
	object = lease_row_json(&lease, NOW);
	assert_true(json_is_null(member(object, "relay")));
	json_decref(object);
}

/* Walk all pages of @query; returns how many leases they hold. */
static unsigned count_pages(const char *query, unsigned limit, unsigned *ret_pages) {
	char uri[200], after[100] = "";
	unsigned count = 0, pages = 0;
	uint32_t last = 0;

	for (bool is_last = false; !is_last; pages++) {
		json_t *page, *leases;

		snprintf(uri, sizeof uri, "/v1/leases?limit=%u%s%s", limit, query, after);
		page = ask(uri, 200);
		leases = member(page, "leases");
		assert_true(json_array_size(leases) <= limit);
		for (size_t i = 0; i < json_array_size(leases); i++) {
			struct ip4 address =
				fixture_ip4(json_string_value(json_object_get(json_array_get(leases, i), "address")));

			assert_true(address.value > last);
			last = address.value;
			count++;
		}
		is_last = json_is_null(member(page, "next"));
		if (!is_last)
			snprintf(after, sizeof after, "&after=%s", json_string_value(member(page, "next")));
		json_decref(page);
	}
	*ret_pages = pages;
	return count;
}

static void test_pages(void **state) {
	struct lease elsewhere = fixture_lease("10.78.0.1", 1, NOW);
	unsigned pages;

	open_stores();
	for (unsigned i = 0; i < 25; i++) {
		struct lease lease = fixture_lease("10.77.0.1", i + 1, NOW);

		lease.address.value += i;
		store_lease(lease);
	}
	elsewhere.scope.network = fixture_ip4("10.78.0.0");
	store_lease(elsewhere);
	assert_int_equal(count_pages("", 10, &pages), 26);
	assert_int_equal(pages, 3);
	assert_int_equal(count_pages("", 13, &pages), 26);
	assert_int_equal(pages, 2); /* nothing is left behind a last page that is just full */
	assert_int_equal(count_pages("&scope=10.77.0.0", 10, &pages), 25);
	assert_int_equal(count_pages("&scope=10.77.0.0", 25, &pages), 25);
	assert_int_equal(pages, 1);
	assert_int_equal(count_pages("&scope=10.78.0.0", 10, &pages), 1);
	json_decref(ask("/v1/leases?scope=10.79.0.0", 404));
	assert_int_equal(count_pages("&scope=10.77.0.0&after=255.255.255.255", 10, &pages), 0);
	assert_int_equal(count_pages("&scope=10.77.0.0&after=10.77.0.20", 10, &pages), 5);
	assert_int_equal(count_pages("&after=255.255.255.255", 10, &pages), 0);
}

static void test_quarantine(void **state) {
	json_t *object;

	open_stores();
	fill_directory();
	object = ask("/v1/quarantine", 200);
	assert_int_equal(json_array_size(member(object, "entries")), 3);
	assert_text(object, "entries.0.dn", "cn=1");
	assert_text(object, "entries.0.attribute", "lessorRange");
	assert_number(object, "entries.0.code", 20023);
	assert_text(object, "entries.0.name", "ERROR_DHCP_INVALID_RANGE");
	assert_text(object, "entries.0.reason", "the range ends before it starts");
	assert_text(object, "entries.2.dn", "cn=\\xff"); /* what is not UTF-8 is escaped */
	assert_text(object, "entries.2.attribute", "");
	assert_number(object, "total", 3);
	json_decref(object);
}

static void test_metrics(void **state) {
	struct api_answer answer;

	open_stores();
	store_lease(fixture_lease("10.77.0.5", 1, NOW));
	answer = ask_anything("/v1/metrics");
	assert_int_equal(answer.http_status, 200);
	assert_non_null(strstr(answer.content_type, "openmetrics-text"));
	assert_non_null(strstr(answer.body, "\nlessor_leases 1\n"));
	assert_non_null(strstr(answer.body, "# TYPE lessor_sent_ack counter\n"));
	assert_non_null(strstr(answer.body, "\nlessor_sent_ack_total "));
	assert_non_null(strstr(answer.body, "\nlessor_dropped_total{reason=\"range_full\"} "));
	assert_non_null(strstr(answer.body, "\nlessor_authority{lessor_authority=\"start\"} 1\n"));
	assert_string_equal(answer.body + strlen(answer.body) - 6, "# EOF\n");
	free(answer.body);
}

static void store_sightings(const struct detection *detection) {
	const struct sighting sightings[] = {
		{ .address = fixture_ip4("10.77.0.9"), .interface = "eth0", .hlen = 6, .hardware = { 2, 0, 0, 0, 0, 9 },
		  .state = SIGHTING_FOREIGN, .answer = ROGUE_ANSWER_DIRECTORY, .enterprise = "other.example",
		  .offered = fixture_ip4("10.77.0.99"), .first_seen = 1, .last_seen = 2 },
		{ .address = fixture_ip4("10.77.0.8"), .interface = "eth0", .via = fixture_ip4("10.78.0.1"),
		  .state = SIGHTING_UNJUDGED, .is_gone = true, .is_overheard = true },
		{ .address = fixture_ip4("10.77.0.7"), .interface = "eth0", .state = SIGHTING_LISTED },
	};
	struct sighting_store *store;

	assert_int_equal(sighting_store_open(fixture_directory, SERVER, &store, NULL), 0);
	assert_int_equal(sighting_store_replace(store, sightings, ARRAY_LEN(sightings), detection, NULL), 0);
	sighting_store_close(store);
}

static void test_rogues_before_there_are_any(void **state) {
	json_t *object = ask("/v1/rogues", 200);

	assert_int_equal(json_array_size(member(object, "servers")), 0);
	assert_text(object, "detection.outcome", "none");
	json_decref(object);
}

static void test_rogues(void **state) {
	const struct detection detection = { .outcome = DETECTION_DIRECTORY_MET, .number = 3, .at = { 4990, 0 },
					     .by = fixture_ip4("10.77.0.9"), .enterprise = "other.example" };
	json_t *object;

	store_sightings(&detection);
	object = ask("/v1/rogues", 200);
	assert_text(object, "servers.0.address", "10.77.0.7");
	assert_true(json_is_true(member(object, "servers.0.known")));
	assert_text(object, "servers.1.via", "10.78.0.1");
	assert_text(object, "servers.1.state", "unjudged");
	assert_text(object, "servers.1.hardwareAddress", "");
	assert_true(json_is_true(member(object, "servers.1.gone")));
	assert_true(json_is_true(member(object, "servers.1.overheard")));
	assert_true(json_is_null(member(object, "servers.1.known")));
	assert_true(json_is_null(member(object, "servers.1.answer")));
	assert_true(json_is_null(member(object, "servers.1.offered")));
	assert_text(object, "servers.2.address", "10.77.0.9");
	assert_text(object, "servers.2.interface", "eth0");
	assert_text(object, "servers.2.hardwareAddress", "02:00:00:00:00:09");
	assert_true(json_is_null(member(object, "servers.2.via")));
	assert_text(object, "servers.2.state", "foreign");
	assert_true(json_is_false(member(object, "servers.2.known")));
	assert_text(object, "servers.2.answer", "directory");
	assert_text(object, "servers.2.enterprise", "other.example");
	assert_text(object, "servers.2.offered", "10.77.0.99");
	assert_number(object, "servers.2.firstSeen", 1);
	assert_number(object, "servers.2.lastSeen", 2);
	assert_text(object, "detection.outcome", "directory-met");
	assert_text(object, "detection.by", "10.77.0.9");
	assert_text(object, "detection.enterprise", "other.example");
	assert_number(object, "detection.at", 4990);
	assert_true(json_is_null(member(object, "detection.reason")));
	json_decref(object);
}

static void test_status_counts_sightings(void **state) {
	const struct detection detection = { .outcome = DETECTION_IMPOSSIBLE, .number = 3, .at = { 4990, 0 },
					     .reason = "no interface is up" };
	struct api_answer answer;
	json_t *status;

	store_sightings(&detection);
	status = ask("/v1/status", 200);
	assert_text(status, "mode", "directory");
	assert_text(status, "detection.outcome", "impossible");
	assert_text(status, "detection.reason", "no interface is up");
	assert_number(status, "nextDetection", 0);
	assert_number(status, "otherServers.foreign", 1);
	assert_number(status, "otherServers.unjudged", 0); /* that one is gone */
	json_decref(status);
	answer = ask_anything("/v1/metrics");
	assert_non_null(strstr(answer.body, "\nlessor_rogue_servers 0\n"));
	assert_non_null(strstr(answer.body, "\nlessor_foreign_servers 1\n"));
	assert_non_null(strstr(answer.body, "\nlessor_listed_servers 1\n"));
	assert_non_null(strstr(answer.body, "\nlessor_unjudged_servers 0\n"));
	free(answer.body);
}

static void assert_next_round(enum detection_outcome outcome, const char *boot_id, json_int_t expected) {
	struct detection detection = { .outcome = outcome, .number = 3, .at = { 4990, clock_now().boot_ms } };
	json_t *status;

	snprintf(detection.boot_id, sizeof detection.boot_id, "%s", boot_id);
	sources_free(sources); /* in one process, who reads keeps who writes from opening */
	store_sightings(&detection);
	sources = sources_new(fixture_directory, SERVER, true);
	status = ask("/v1/status", 200);
	assert_text(status, "mode", "standalone");
	assert_number(status, "nextDetection", expected);
	assert_number(status, "verdict.nextCheck", expected);
	json_decref(status);
}

static void test_next_round_without_a_directory(void **state) {
	open_stores();
	accept_tree("lessorServedBy: " SERVER);
	assert_next_round(DETECTION_UNOPPOSED, clock_boot_id(), 4990 + 3600);
	assert_next_round(DETECTION_UNOPPOSED, "an earlier boot", 0);
	assert_next_round(DETECTION_IMPOSSIBLE, clock_boot_id(), 0);
}

static void test_recheck_wakes_others(void **state) {
	struct api_answer answer = ask_anything("POST /v1/recheck");

	assert_int_equal(answer.http_status, 200);
	assert_string_equal(answer.body, "{}\n");
	assert_true(answer.is_recheck);
	free(answer.body);
	answer = ask_anything("/v1/status");
	assert_false(answer.is_recheck);
	free(answer.body);
}

static void test_damaged_stores_are_reported(void **state) {
	char path[128];
	json_t *object;
	FILE *file;

	snprintf(path, sizeof path, "%s/leases.mdb", fixture_directory);
	file = fopen(path, "w");
	fprintf(file, "no leases at all");
	fclose(file);
	object = ask("/v1/leases", 500);
	assert_number(object, "error.code", E_DHCP_DATABASE_INIT_FAILED);
	json_decref(object);
}

static void test_errors_have_their_status(void **state) {
	static const struct {
		int code, http_status;
	} expected[] = { { E_NOT_FOUND, 404 }, { E_NOT_SUPPORTED, 405 }, { E_INVALID_PARAMETER, 400 },
			 { E_DHCP_NO_ADMIN_PERMISSION, 403 }, { E_DHCP_JET_ERROR, 500 }, { 99999, 500 } };

	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		struct error error = { .code = expected[i].code, .text = "what happened" };
		struct api_answer answer;

		api_answer_error(&error, &answer);
		assert_int_equal(answer.http_status, expected[i].http_status);
		assert_non_null(strstr(answer.body, "what happened"));
		free(answer.body);
	}
}

static void test_peers(void **state) {
	gid_t groups[] = { 100, 200 };
	struct peer peer = { .uid = 1000, .gid = 1000, .groups = groups, .n_groups = 2 };

	assert_false(is_peer_allowed(&peer, 990, PEER_NO_GROUP));
	assert_false(is_peer_allowed(&peer, 990, 300));
	assert_true(is_peer_allowed(&peer, 990, 200));
	assert_true(is_peer_allowed(&peer, 990, 1000));
	assert_true(is_peer_allowed(&peer, 1000, PEER_NO_GROUP));
	peer.uid = 0;
	assert_true(is_peer_allowed(&peer, 990, PEER_NO_GROUP));
	/* A process without any group is not a member of "no group". */
	peer = (struct peer){ .uid = 1000, .gid = PEER_NO_GROUP };
	assert_false(is_peer_allowed(&peer, 990, PEER_NO_GROUP));
}

static void test_what_serve_says_is_the_answer(void **state) {
	json_t *answer;

	done = (struct order_answer){ .lease = {
					      .address = { 0x0a4d0005 }, .state = LEASE_ACTIVE, .expiry = NOW + 1 } };
	answer = ask("DELETE /v1/leases/10.77.0.5", 200);
	assert_text(answer, "address", "10.77.0.5");
	assert_text(answer, "state", "active");
	json_decref(answer);
	error_set(&done.error, E_DHCP_RESERVED_CLIENT, "it is reserved");
	answer = ask("DELETE /v1/leases/10.77.0.5", 409);
	assert_number(answer, "error.code", E_DHCP_RESERVED_CLIENT);
	assert_text(answer, "error.message", "it is reserved");
	json_decref(answer);
}

static void test_pause_is_a_flag(void **state) {
	json_t *answer = ask("POST /v1/pause", 200);

	assert_true(json_is_true(member(answer, "paused")));
	json_decref(answer);
	assert_true(is_service_paused());
	assert_false(counters_set_paused(true));
	answer = ask("/v1/status", 200);
	assert_true(json_is_true(member(answer, "paused")));
	json_decref(answer);
	answer = ask("POST /v1/resume", 200);
	assert_true(json_is_false(member(answer, "paused")));
	json_decref(answer);
	assert_false(is_service_paused());
}

static void test_free_addresses(void **state) {
	json_t *answer;

	json_decref(ask("/v1/free?scope=10.77.0.0", 404));
	open_stores();
	accept_tree("lessorServedBy: " SERVER);
	store_lease(fixture_lease("10.77.0.10", 1, NOW + 1));
	store_lease(fixture_lease("10.77.0.11", 2, NOW));
	answer = ask("/v1/free?scope=10.77.0.0", 200);
	assert_text(answer, "addresses.0", "10.77.0.12");
	json_decref(answer);
	answer = ask("/v1/free?scope=10.77.0.0&count=2&from=10.77.0.20&to=10.77.0.20", 400);
	json_decref(answer);
	answer = ask("/v1/free?scope=10.77.0.0&count=11", 404);
	assert_number(answer, "error.code", E_DHCP_REACHED_END_OF_SELECTION);
	assert_int_equal(json_array_size(member(answer, "addresses")), 10);
	assert_text(answer, "addresses.9", "10.77.0.11");
	json_decref(answer);
	json_decref(ask("/v1/free?scope=10.77.0.0&from=10.77.0.9", 400));
	json_decref(ask("/v1/free?scope=10.77.0.0&to=10.77.0.21", 400));
	json_decref(ask("/v1/free?scope=10.77.0.16", 404));
	json_decref(ask("/v1/free?scope=10.78.0.0", 404));
}

static void test_statistics(void **state) {
	json_t *answer;

	done = (struct order_answer){ .scopes[5] = { fixture_ip4("10.77.0.0"), 3 } };
	json_decref(ask("/v1/statistics", 200));
	open_stores();
	accept_tree("lessorServedBy: " SERVER);
	store_lease(fixture_lease("10.77.0.10", 1, NOW + 1));
	store_lease(fixture_lease("10.77.0.200", 2, NOW + 1));
	store_lease(fixture_lease("10.77.99.10", 3, NOW + 1));
	answer = ask("/v1/statistics", 200);
	assert_int_equal(json_array_size(member(answer, "scopes")), 1);
	assert_text(answer, "scopes.0.scope", "10.77.0.0/24");
	assert_number(answer, "scopes.0.total", 11);
	assert_number(answer, "scopes.0.inUse", 1);
	assert_number(answer, "scopes.0.free", 10);
	assert_number(answer, "scopes.0.percentInUse", 9);
	assert_number(answer, "scopes.0.leases", 2);
	assert_number(answer, "scopes.0.pendingOffers", 3);
	assert_number(answer, "total", 11);
	assert_true(json_is_integer(member(answer, "acks")) && json_is_integer(member(answer, "startTime")));
	json_decref(answer);
	error_set(&done.error, E_DHCP_SERVER_NOT_REACHABLE, "gone");
	answer = ask("/v1/statistics?scope=10.77.0.0", 200);
	assert_true(json_is_null(member(answer, "scopes.0.pendingOffers")));
	assert_null(json_object_get(answer, "acks"));
	json_decref(answer);
	json_decref(ask("/v1/statistics?scope=10.78.0.0", 404));
}

/* A lease in the scope of the tree. */
static struct lease lease_in_scope(const char *address, unsigned client) {
	struct lease lease = fixture_lease(address, client, NOW + 1);

	lease.scope.prefix_length = 24;
	lease.scope.network.value &= ip4_mask(24);
	return lease;
}

static void store_many(unsigned n) {
	const struct lease_view *view;
	struct lease_batch *batch;

	assert_int_equal(lease_batch_begin(lease_store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	for (unsigned i = 0; i < n; i++) {
		struct lease lease = lease_in_scope("10.90.0.0", 100 + i);

		lease.address.value += i;
		lease.scope.network.value = lease.address.value & ip4_mask(24);
		assert_int_equal(view->put(view->context, &lease), 0);
	}
	lease_batch_submit(batch, stored, NULL);
	assert_int_equal(lease_store_checkpoint(lease_store, NULL), 0);
}

static void test_reconcile(void **state) {
	struct lease lease = lease_in_scope("10.77.0.11", 2);
	json_t *answer;

	json_decref(ask("/v1/reconcile", 404));
	open_stores();
	accept_tree("lessorServedBy: " SERVER);
	store_lease(lease_in_scope("10.77.0.10", 1));
	lease.expiry = LEASE_FOR_EVER;
	store_lease(lease);
	store_lease(fixture_lease("10.77.0.12", 3, NOW + 1));
	store_lease(fixture_lease("10.77.9.12", 4, NOW + 1));
	answer = ask("/v1/reconcile", 200);
	assert_number(answer, "records", 4);
	assert_number(answer, "counts.no-end", 1);
	assert_number(answer, "counts.other-scope", 1);
	assert_number(answer, "counts.scope-gone", 1);
	assert_int_equal(json_array_size(member(answer, "findings")), 2);
	assert_text(answer, "findings.0.kind", "no-end");
	assert_text(answer, "findings.1.found", "10.77.0.0/16");
	assert_text(answer, "findings.1.expected", "10.77.0.0/24");
	assert_text(answer, "first", "10.77.0.11");
	assert_text(answer, "last", "10.77.0.12");
	json_decref(answer);
	answer = ask("/v1/reconcile?scope=10.77.0.0&notes=yes", 200);
	assert_number(answer, "records", 3);
	json_decref(answer);
	json_decref(ask("/v1/reconcile?scope=10.78.0.0", 404));
}

static void test_reconcile_goes_on_page_by_page(void **state) {
	json_int_t n_records = 0, n_gone = 0;
	char uri[2048] = "/v1/reconcile?notes=yes";
	unsigned n_pages = 0;
	json_t *answer;

	open_stores();
	accept_tree("lessorServedBy: " SERVER);
	store_many(10000);
	for (bool is_done = false; !is_done; n_pages++) {
		assert_true(n_pages < 20);
		answer = ask(uri, 200);
		n_records += json_integer_value(member(answer, "records"));
		n_gone += json_integer_value(json_object_get(member(answer, "counts"), "scope-gone"));
		assert_int_equal(json_object_size(member(answer, "counts")),
				 json_integer_value(member(answer, "records")) > 0);
		assert_true(json_array_size(member(answer, "findings")) <= 1000);
		is_done = json_is_null(member(answer, "next"));
		if (!is_done)
			snprintf(uri, sizeof uri, "/v1/reconcile?notes=yes&at=%s",
				 json_string_value(member(answer, "next")));
		json_decref(answer);
	}
	assert_true(n_pages > 3);
	assert_int_equal(n_records, 10000);
	assert_int_equal(n_gone, 10000);
}

static void test_what_was_corrected_is_the_answer(void **state) {
	json_t *answer;

	done = (struct order_answer){ .n_mended = 3, .n_removed = 1, .next = { 0x0a4d0009 } };
	answer = ask("POST /v1/reconcile/records?from=10.77.0.1&to=10.77.0.200", 200);
	assert_number(answer, "corrected", 2);
	assert_number(answer, "removed", 1);
	assert_text(answer, "next", "10.77.0.9");
	json_decref(answer);
	error_set(&done.error, E_DHCP_JET_ERROR, "it failed");
	json_decref(ask("POST /v1/reconcile/records?from=10.77.0.1&to=10.77.0.200", 500));
	json_decref(ask("POST /v1/reconcile/indexes", 500));
}

static void test_database(void **state) {
	json_t *answer = ask("/v1/database", 200);

	assert_number(answer, "records", 0);
	json_decref(answer);
	open_stores();
	store_lease(fixture_lease("10.77.0.10", 1, NOW + 1));
	store_lease(fixture_lease("10.77.0.11", 2, NOW));
	answer = ask("/v1/database", 200);
	assert_non_null(strstr(json_string_value(member(answer, "path")), "/leases.mdb"));
	assert_number(answer, "records", 2);
	assert_number(answer, "leases", 1);
	assert_number(answer, "cleanupInterval", 3600);
	assert_number(answer, "lastCleanup", 0);
	assert_true(json_integer_value(member(answer, "bytesOnDisk")) > 0);
	json_decref(answer);
}

static void test_bindings(void **state) {
	static char *const nothing[] = { "eth1", NULL };
	static const char *const unbound[] = { "eth0" };
	struct interface interfaces[] = {
		{ .index = 1, .name = "lo", .is_loopback = true },
		{ .index = 2,
		  .name = "eth0",
		  .is_up = true,
		  .n_addresses = 1,
		  .addresses = { { { 0x0a4d0001 }, 24 } } },
		{ .index = 3, .name = "eth1" },
	};
	const struct interface_list list = { interfaces, ARRAY_LEN(interfaces) };
	json_t *answer = bindings_json(&list, &(struct interface_choice){ .unbound = unbound, .n_unbound = 1 });

	assert_int_equal(json_array_size(member(answer, "interfaces")), 2);
	assert_text(answer, "interfaces.0.name", "eth0");
	assert_text(answer, "interfaces.0.addresses.0", "10.77.0.1/24");
	assert_true(json_is_false(member(answer, "interfaces.0.served")));
	assert_true(json_is_true(member(answer, "interfaces.1.served")));
	assert_true(json_is_false(member(answer, "interfaces.1.fixed")));
	json_decref(answer);
	answer = bindings_json(&list, &(struct interface_choice){ nothing, unbound, 1 });
	assert_true(json_is_true(member(answer, "interfaces.0.fixed")));
	assert_true(json_is_false(member(answer, "interfaces.0.served")));
	assert_true(json_is_true(member(answer, "interfaces.1.served")));
	json_decref(answer);
}

int main(void) {
	const struct CMUnitTest tests[] = {
#define ANSWER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		ANSWER_TEST(test_what_serve_says_is_the_answer),
		ANSWER_TEST(test_pause_is_a_flag),
		ANSWER_TEST(test_free_addresses),
		ANSWER_TEST(test_statistics),
		ANSWER_TEST(test_database),
		ANSWER_TEST(test_reconcile),
		ANSWER_TEST(test_reconcile_goes_on_page_by_page),
		ANSWER_TEST(test_what_was_corrected_is_the_answer),
		cmocka_unit_test(test_bindings),
		ANSWER_TEST(test_status_before_the_stores_are_there),
		ANSWER_TEST(test_status),
		ANSWER_TEST(test_configuration_follows_the_generation),
		ANSWER_TEST(test_one_lease),
		ANSWER_TEST(test_states),
		ANSWER_TEST(test_pages),
		ANSWER_TEST(test_quarantine),
		ANSWER_TEST(test_metrics),
		ANSWER_TEST(test_rogues_before_there_are_any),
		ANSWER_TEST(test_rogues),
		ANSWER_TEST(test_status_counts_sightings),
		ANSWER_TEST(test_next_round_without_a_directory),
		ANSWER_TEST(test_recheck_wakes_others),
		ANSWER_TEST(test_damaged_stores_are_reported),
		ANSWER_TEST(test_errors_have_their_status),
		ANSWER_TEST(test_peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
