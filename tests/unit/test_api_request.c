/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the API: which route, which parameters, which refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/request.h"
#include "base/macros.h"

static struct api_request parse_body(enum api_method method, const char *uri, const char *body) {
	struct api_request request;
	struct error error;

	if (api_request_parse(method, uri, span_of_text(body), &request, &error) < 0)
		fail_msg("%s: %s: %s", uri, body, error.text);
	return request;
}

static struct api_request parse(enum api_method method, const char *uri) {
	return parse_body(method, uri, "");
}

static void assert_body_refused(enum api_method method, const char *uri, struct span body, int code) {
	struct api_request request;
	struct error error = { 0 };
	int r = api_request_parse(method, uri, body, &request, &error);

	if (r != -code || error.code != code || !error.text[0])
		fail_msg("%s: %.*s: %d, %d, \"%s\"", uri, (int)body.len, (const char *)body.data, r, error.code,
			 error.text);
}

static void assert_refused(enum api_method method, const char *uri, int code) {
	assert_body_refused(method, uri, span_of(NULL, 0), code);
}

static void test_routes(void **state) {
	assert_int_equal(parse(API_METHOD_GET, "/v1/status").route, API_ROUTE_STATUS);
	assert_int_equal(parse(API_METHOD_GET, "/v1/status?").route, API_ROUTE_STATUS);
	assert_int_equal(parse(API_METHOD_GET, "/v1/leases").route, API_ROUTE_LEASES);
	assert_int_equal(parse(API_METHOD_GET, "/v1/quarantine").route, API_ROUTE_QUARANTINE);
	assert_int_equal(parse(API_METHOD_GET, "/v1/metrics").route, API_ROUTE_METRICS);
	assert_int_equal(parse(API_METHOD_POST, "/v1/recheck").route, API_ROUTE_RECHECK);
}

static void test_backups(void **state) {
	assert_int_equal(parse(API_METHOD_GET, "/v1/backups").route, API_ROUTE_BACKUPS);
	assert_int_equal(parse(API_METHOD_POST, "/v1/backups").route, API_ROUTE_BACKUP_MAKE);
	assert_int_equal(parse(API_METHOD_POST, "/v1/backups/look").route, API_ROUTE_BACKUP_LOOK);
	assert_int_equal(parse(API_METHOD_GET, "/v1/changes?since=1234567890123").since, 1234567890123);
	assert_string_equal(parse(API_METHOD_POST, "/v1/restore?generation=leases-x%2Ey").generation, "leases-x.y");
	assert_refused(API_METHOD_POST, "/v1/restore", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_POST, "/v1/restore?since=1", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/changes?since=-1", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/changes?since=9223372036854775808", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/changes?generation=x", E_INVALID_PARAMETER);
}

static void test_address_in_path(void **state) {
	struct api_request request = parse(API_METHOD_GET, "/v1/leases/10.77.0.5");

	assert_int_equal(request.route, API_ROUTE_LEASE);
	assert_int_equal(request.address.value, 0x0a4d0005);
	assert_refused(API_METHOD_GET, "/v1/leases/10.77.0.256", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/leases/10.77.0", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/leases/", E_NOT_FOUND);
	assert_refused(API_METHOD_GET, "/v1/leases/10.77.0.5/", E_NOT_FOUND);
	assert_refused(API_METHOD_GET, "/v1/leases/10.77.0.5?limit=1", E_INVALID_PARAMETER);
}

static void test_parameters(void **state) {
	struct api_request request = parse(API_METHOD_GET, "/v1/leases");

	assert_false(request.has_scope);
	assert_false(request.has_after);
	assert_int_equal(request.limit, API_LIMIT_DEFAULT);
	request = parse(API_METHOD_GET, "/v1/leases?limit=7&scope=10.77.0.0&after=10.77.0.9");
	assert_int_equal(request.limit, 7);
	assert_true(request.has_scope);
	assert_int_equal(request.scope.value, 0x0a4d0000);
	assert_true(request.has_after);
	assert_int_equal(request.after.value, 0x0a4d0009);
	assert_int_equal(parse(API_METHOD_GET, "/v1/leases?%6cimit=%31%30%30%30").limit, 1000);
	assert_int_equal(parse(API_METHOD_GET, "/v1/leases?limit=3&").limit, 3);
}

static void test_bad_parameters(void **state) {
	static const char *const queries[] = {
		"limit=0", "limit=1001", "limit=", "limit", "limit=1x", "limit=-1", "limit=18446744073709551617",
		"scope=10.77", "scope=", "after=10.77.0.0.1", "scope=10.77.0.0&scope=10.77.0.0", "after=1.1.1.1&after=1.1.1.1",
		"other=1", "=1", "&", "limit=1&&", "limit=%", "limit=%3", "limit=%3g", "limit=%00", "limit=1%00",
		"LIMIT=1", "scope=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	char uri[200];

	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		snprintf(uri, sizeof uri, "/v1/leases?%s", queries[i]);
		assert_refused(API_METHOD_GET, uri, E_INVALID_PARAMETER);
	}
	assert_refused(API_METHOD_GET, "/v1/status?limit=1", E_INVALID_PARAMETER);
}

static void test_parameters_of_free(void **state) {
	struct api_request request = parse(API_METHOD_GET, "/v1/free?scope=10.77.0.0");

	assert_int_equal(request.count, 1);
	assert_false(request.has_from || request.has_to || request.has_order);
	request = parse(API_METHOD_GET, "/v1/free?scope=10.77.0.0&count=1024&from=10.77.0.9&to=10.77.0.9");
	assert_int_equal(request.count, 1024);
	assert_int_equal(request.from.value, 0x0a4d0009);
	assert_int_equal(request.to.value, 0x0a4d0009);
	assert_refused(API_METHOD_GET, "/v1/free", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/free?scope=10.77.0.0&count=0", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/free?scope=10.77.0.0&count=1025", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/free?scope=10.77.0.0&count=1&count=1", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/free?scope=10.77.0.0&from=10.77.0.9&to=10.77.0.8", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/free?scope=10.77.0.0&after=10.77.0.8", E_INVALID_PARAMETER);
}

static void test_statistics_are_asked_of_serve(void **state) {
	struct api_request request = parse(API_METHOD_GET, "/v1/statistics?scope=10.77.0.0");

	assert_true(request.has_order && request.has_scope);
	assert_int_equal(request.order.kind, ORDER_OFFERS);
	assert_refused(API_METHOD_GET, "/v1/statistics?limit=1", E_INVALID_PARAMETER);
}

static void test_comparisons_go_on_where_they_stood(void **state) {
	struct reconcile_place place = { .stage = RECONCILE_ROWS,
					 .rows = LEASE_CHECK_CLIENTS,
					 .key_len = LEASE_CHECK_KEY_MAX };
	char uri[API_URI_MAX], word[RECONCILE_PLACE_TEXT_MAX];
	struct api_request request = parse(API_METHOD_GET, "/v1/reconcile?scope=10.77.0.0");

	assert_true(request.has_scope && !request.has_notes && !request.has_order);
	assert_int_equal(request.place.stage, RECONCILE_RECORDS);
	memset(place.key, 0xa5, sizeof place.key);
	snprintf(uri, sizeof uri, "/v1/reconcile?notes=yes&at=%s", reconcile_place_format(&place, word));
	request = parse(API_METHOD_GET, uri);
	assert_true(request.has_notes);
	assert_memory_equal(&request.place, &place, sizeof place);
	place = (struct reconcile_place){ .stage = RECONCILE_RESERVATIONS, .next = { 0x0a4d0009 } };
	snprintf(uri, sizeof uri, "/v1/reconcile?at=%s", reconcile_place_format(&place, word));
	assert_int_equal(parse(API_METHOD_GET, uri).place.next.value, 0x0a4d0009);
	assert_refused(API_METHOD_GET, "/v1/reconcile?at=", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/reconcile?at=03", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/reconcile?at=000a4d", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/reconcile?at=02ff", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_GET, "/v1/reconcile?notes=1", E_INVALID_PARAMETER);
}

static void test_records_are_corrected_from_and_to(void **state) {
	struct api_request request = parse(API_METHOD_POST, "/v1/reconcile/records?from=10.77.0.1&to=10.77.0.9");

	assert_true(request.has_order);
	assert_int_equal(request.order.kind, ORDER_LEASE_MEND);
	assert_int_equal(request.order.address.value, 0x0a4d0001);
	assert_int_equal(request.order.last.value, 0x0a4d0009);
	assert_refused(API_METHOD_POST, "/v1/reconcile/records?from=10.77.0.1", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_POST, "/v1/reconcile/records?from=10.77.0.2&to=10.77.0.1", E_INVALID_PARAMETER);
	assert_refused(API_METHOD_POST, "/v1/reconcile", E_NOT_SUPPORTED);
	assert_int_equal(parse(API_METHOD_POST, "/v1/reconcile/indexes").order.kind, ORDER_STORE_REINDEX);
}

static void test_unknown_paths(void **state) {
	static const char *const paths[] = { "", "/", "/v1", "/v1/", "/v1/Status", "/v2/status", "/v1/status/", "/v1/statusx",
					     "v1/status", "//v1/status", "/v1/../v1/status", "http://localhost/v1/status" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_refused(API_METHOD_GET, paths[i], E_NOT_FOUND);
}

static void test_other_methods(void **state) {
	assert_refused(API_METHOD_POST, "/v1/status", E_NOT_SUPPORTED);
	assert_refused(API_METHOD_GET, "/v1/recheck", E_NOT_SUPPORTED);
	assert_refused(API_METHOD_OTHER, "/v1/status", E_NOT_SUPPORTED);
	assert_refused(API_METHOD_OTHER, "/v1/leases/10.77.0.5", E_NOT_SUPPORTED);
	assert_refused(API_METHOD_OTHER, "/v1/none", E_NOT_FOUND);
}

static void assert_allowed(const char *uri, const char *expected) {
	char methods[API_METHODS_MAX];

	api_request_allowed(uri, methods);
	assert_string_equal(methods, expected);
}

static void test_allowed_methods(void **state) {
	assert_allowed("/v1/status", "GET");
	assert_allowed("/v1/leases", "GET, POST");
	assert_allowed("/v1/leases/10.77.0.5?x", "GET, DELETE");
	assert_allowed("/v1/recheck", "POST");
	assert_allowed("/v1/none", "");
}

static void test_delete_a_lease(void **state) {
	struct api_request request = parse(API_METHOD_DELETE, "/v1/leases/10.77.0.5");

	assert_int_equal(request.route, API_ROUTE_LEASE_DELETE);
	assert_true(request.has_order);
	assert_int_equal(request.order.kind, ORDER_LEASE_DELETE);
	assert_int_equal(request.order.address.value, 0x0a4d0005);
	assert_true(is_order_valid(&request.order));
}

static void test_create_a_lease(void **state) {
	struct order order = parse_body(API_METHOD_POST, "/v1/leases",
					"{\"address\": \"10.77.0.5\", \"hardwareAddress\": \"02:00:00:00:77:01\", "
					"\"hostName\": \"printer-1\", \"leaseTime\": 4294967294}")
				     .order;
	static const uint8_t by_hardware[] = { CLIENT_KEY_HARDWARE, 1, 2, 0, 0, 0, 0x77, 1 };
	static const uint8_t by_identifier[] = { CLIENT_KEY_IDENTIFIER, 0, 0xaa };

	assert_int_equal(order.kind, ORDER_LEASE_CREATE);
	assert_true(is_order_valid(&order));
	assert_int_equal(order.address.value, 0x0a4d0005);
	assert_int_equal(order.htype, 1);
	assert_int_equal(order.hlen, 6);
	assert_int_equal(order.client.len, sizeof by_hardware);
	assert_memory_equal(order.client.octets, by_hardware, sizeof by_hardware);
	assert_string_equal(order.host_name, "printer-1");
	assert_int_equal(order.lease_time, 4294967294);
	order = parse_body(API_METHOD_POST, "/v1/leases", "{\"scope\": \"10.77.0.0\", \"clientIdentifier\": \"00aa\"}")
			.order;
	assert_int_equal(order.scope.value, 0x0a4d0000);
	assert_int_equal(order.client.len, sizeof by_identifier);
	assert_memory_equal(order.client.octets, by_identifier, sizeof by_identifier);
	assert_int_equal(order.hlen, 0);
}

#define WHO "\"hardwareAddress\": \"02:00:00:00:77:01\""
#define WHERE "\"address\": \"10.77.0.5\""

static void test_bad_bodies(void **state) {
	static const char *const bodies[] = {
		"",
		"{",
		"[]",
		"null",
		"7",
		"{}",
		"{" WHO "}",
		"{" WHERE "}",
		"{" WHO "," WHERE "} x",
		"{" WHO "," WHO "," WHERE "}",
		"{" WHO "," WHERE ", \"other\": 1}",
		"{" WHO ", \"address\": \"10.77.0\"}",
		"{" WHO ", \"address\": 7}",
		"{" WHO ", \"address\": \"0.0.0.0\"}",
		"{" WHO ", \"scope\": \"10.77.0.0/24\"}",
		"{" WHO ", \"scope\": null}",
		"{" WHERE ", \"hardwareAddress\": \"02:00:00:00:77\"}",
		"{" WHERE ", \"hardwareAddress\": \"02:00:00:00:77:01:02\"}",
		"{" WHERE ", \"clientIdentifier\": \"00\"}",
		"{" WHERE ", \"clientIdentifier\": \"xy\"}",
		"{" WHO "," WHERE ", \"hostName\": \"a b\"}",
		"{" WHO "," WHERE ", \"hostName\": \"a\\u0000b\"}",
		"{" WHO "," WHERE ", \"hostName\": \"\u00e9\"}",
		"{" WHO "," WHERE ", \"hostName\": 1}",
		"{" WHO "," WHERE
		", \"hostName\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
		"{" WHO "," WHERE ", \"leaseTime\": 0}",
		"{" WHO "," WHERE ", \"leaseTime\": -1}",
		"{" WHO "," WHERE ", \"leaseTime\": 4294967295}",
		"{" WHO "," WHERE ", \"leaseTime\": 1.5}",
		"{" WHO "," WHERE ", \"leaseTime\": \"1h\"}",
		"{" WHO "," WHERE ", \"leaseTime\": 99999999999999999999}",
	};
	char identifier[600];

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		assert_body_refused(API_METHOD_POST, "/v1/leases", span_of_text(bodies[i]), E_INVALID_PARAMETER);
	assert_body_refused(API_METHOD_POST, "/v1/leases", span_of("\0\xff", 2), E_INVALID_PARAMETER);
	snprintf(identifier, sizeof identifier, "{" WHERE ", \"clientIdentifier\": \"%0512d\"}", 0);
	assert_body_refused(API_METHOD_POST, "/v1/leases", span_of_text(identifier), E_INVALID_PARAMETER);
}

static void test_long_uri(void **state) {
	char uri[API_URI_MAX + 1];

	memset(uri, 'a', sizeof uri);
	uri[API_URI_MAX] = '\0';
	assert_refused(API_METHOD_GET, uri, E_INVALID_PARAMETER);
	uri[API_URI_MAX - 1] = '\0';
	assert_refused(API_METHOD_GET, uri, E_NOT_FOUND);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_backups),
		cmocka_unit_test(test_address_in_path),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_comparisons_go_on_where_they_stood),
		cmocka_unit_test(test_records_are_corrected_from_and_to),
		cmocka_unit_test(test_bad_parameters),
		cmocka_unit_test(test_unknown_paths),
		cmocka_unit_test(test_other_methods),
		cmocka_unit_test(test_allowed_methods),
		cmocka_unit_test(test_delete_a_lease),
		cmocka_unit_test(test_create_a_lease),
		cmocka_unit_test(test_bad_bodies),
		cmocka_unit_test(test_parameters_of_free),
		cmocka_unit_test(test_statistics_are_asked_of_serve),
		cmocka_unit_test(test_long_uri),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
