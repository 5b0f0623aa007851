/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the API: which route, which parameters, which refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/request.h"
#include "base/macros.h"

static struct api_request parse(enum api_method method, const char *uri) {
	struct api_request request;
	struct error error;

	if (api_request_parse(method, uri, &request, &error) < 0)
		fail_msg("%s: %s", uri, error.text);
	return request;
}

static void assert_refused(enum api_method method, const char *uri, int code) {
	struct api_request request;
	struct error error = { 0 };
	int r = api_request_parse(method, uri, &request, &error);

	if (r != -code || error.code != code || !error.text[0])
		fail_msg("%s: %d, %d, \"%s\"", uri, r, error.code, error.text);
}

static void test_routes(void **state) {
	assert_int_equal(parse(API_METHOD_GET, "/v1/status").route, API_ROUTE_STATUS);
	assert_int_equal(parse(API_METHOD_GET, "/v1/status?").route, API_ROUTE_STATUS);
	assert_int_equal(parse(API_METHOD_GET, "/v1/leases").route, API_ROUTE_LEASES);
	assert_int_equal(parse(API_METHOD_GET, "/v1/quarantine").route, API_ROUTE_QUARANTINE);
	assert_int_equal(parse(API_METHOD_GET, "/v1/metrics").route, API_ROUTE_METRICS);
	assert_int_equal(parse(API_METHOD_POST, "/v1/recheck").route, API_ROUTE_RECHECK);
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

static void test_allowed_methods(void **state) {
	assert_string_equal(api_request_allowed("/v1/status"), "GET");
	assert_string_equal(api_request_allowed("/v1/leases/10.77.0.5?x"), "GET");
	assert_string_equal(api_request_allowed("/v1/recheck"), "POST");
	assert_string_equal(api_request_allowed("/v1/none"), "");
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
		cmocka_unit_test(test_address_in_path),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_bad_parameters),
		cmocka_unit_test(test_unknown_paths),
		cmocka_unit_test(test_other_methods),
		cmocka_unit_test(test_allowed_methods),
		cmocka_unit_test(test_long_uri),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
