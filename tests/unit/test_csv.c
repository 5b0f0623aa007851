/* SPDX-License-Identifier: Apache-2.0 */
/* Comma-separated values, and leases written as such: records in all their forms, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admin/lease_csv.h"

#define TEXT_MAX 4096

static char text[TEXT_MAX];
static struct csv_record record;

/* Take the first record of @input. Returns its length. */
static size_t take(const char *input, bool is_end) {
	assert_true(strlen(input) < sizeof text);
	memcpy(text, input, strlen(input) + 1);
	return csv_take(text, strlen(text), is_end, &record);
}

static void expect_field(size_t index, const char *wanted) {
	assert_true(index < record.n_fields);
	assert_int_equal(record.fields[index].len, strlen(wanted));
	assert_memory_equal(record.fields[index].data, wanted, strlen(wanted));
}

static void records_are_taken_apart(void **state) {
	assert_int_equal(take("one,,\"two, \"\"2\"\"\",\"\"\r\nmore", false), 22);
	assert_null(record.fault);
	assert_int_equal(record.n_fields, 4);
	assert_int_equal(record.n_lines, 1);
	expect_field(0, "one");
	expect_field(1, "");
	expect_field(2, "two, \"2\"");
	expect_field(3, "");
	assert_int_equal(take("\"a\nb\r\nc\"\nnext\n", false), 9);
	expect_field(0, "a\nb\r\nc");
	assert_int_equal(record.n_lines, 3);
	assert_int_equal(take("\n", false), 1);
	assert_int_equal(record.n_fields, 1);
	expect_field(0, "");
	assert_int_equal(take("a\rb\n", false), 4);
	expect_field(0, "a\rb");
}

static void a_record_that_does_not_end_waits_for_more(void **state) {
	assert_int_equal(take("", false), 0);
	assert_int_equal(take("", true), 0);
	assert_int_equal(take("one,two", false), 0);
	assert_int_equal(take("one,two\r", false), 0);
	assert_int_equal(take("\"one\n", false), 0);
	assert_string_equal(text, "\"one\n");
	assert_int_equal(take("one,two", true), 7);
	expect_field(1, "two");
	assert_int_equal(record.n_lines, 0);
}

static void what_is_malformed_says_so(void **state) {
	assert_int_equal(take("a\"b,c\nnext", false), 6);
	assert_non_null(record.fault);
	assert_int_equal(take("\"a\"b,c\n", false), 7);
	assert_non_null(record.fault);
	assert_int_equal(take("\"a", true), 2);
	assert_non_null(record.fault);
	memset(text, ',', CSV_FIELDS_MAX);
	text[CSV_FIELDS_MAX] = '\n';
	assert_int_equal(csv_take(text, CSV_FIELDS_MAX + 1, false, &record), CSV_FIELDS_MAX + 1);
	assert_non_null(record.fault);
	memcpy(text, "a\0b\n", 4);
	assert_int_equal(csv_take(text, 4, false, &record), 4);
	assert_non_null(record.fault);
}

static void read_columns(struct lease_columns *columns) {
	struct csv_text file = { .octets = NULL };
	struct error error;

	lease_csv_add_header(&file);
	assert_int_equal(csv_take(file.octets, file.len, false, &record), file.len);
	assert_int_equal(lease_columns_read(&record, columns, &error), 0);
	free(file.octets);
}

/* Write @lease and read it back. */
static json_t *through(const json_t *lease) {
	struct csv_text file = { .octets = NULL };
	struct lease_columns columns;
	json_t *back = NULL;
	struct error error;

	read_columns(&columns);
	lease_csv_add(&file, lease);
	assert_int_equal(csv_take(file.octets, file.len, false, &record), file.len);
	assert_int_equal(lease_csv_read(&columns, &record, &back, &error), 0);
	free(file.octets);
	return back;
}

static void leases_come_back_as_they_were(void **state) {
	json_t *lease = json_pack("{s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:I,s:I,s:i,s:s,s:s}", "address", "10.0.0.5", "scope",
				  "10.0.0.0/24", "state", "active", "client", "0001020000000001", "hardwareType", 1,
				  "hardwareAddress", "02:00:00:00:00:01", "hostName", "caf\xc3\xa9,\"bar\"\n", "start",
				  (json_int_t)1, "changed", (json_int_t)INT64_MAX, "expiry", 0, "protocol", "dhcp",
				  "relay", "10.0.0.1");
	json_t *back = through(lease);

	assert_true(json_equal(lease, back));
	json_decref(back);
	json_object_set_new(lease, "relay", json_null());
	back = through(lease);
	assert_string_equal(json_string_value(json_object_get(back, "relay")), "");
	json_decref(back);
	json_decref(lease);
}

static void expect_no_columns(const char *line, const char *reason) {
	struct lease_columns columns;
	struct error error = { 0 };

	take(line, true);
	assert_int_equal(lease_columns_read(&record, &columns, &error), -E_INVALID_PARAMETER);
	assert_non_null(strstr(error.text, reason));
}

static void expect_no_lease(const char *line) {
	struct lease_columns columns;
	struct error error = { 0 };
	json_t *lease = NULL;

	take("address,start", true);
	assert_int_equal(lease_columns_read(&record, &columns, &error), 0);
	take(line, true);
	assert_int_equal(lease_csv_read(&columns, &record, &lease, &error), -E_INVALID_PARAMETER);
	assert_true(strlen(error.text) > 10);
	assert_null(lease);
}

static void other_columns_and_values_are_refused(void **state) {
	expect_no_columns("address,colour\x1b", "\"colour\\x1b\" is none of address,scope,state,client");
	expect_no_columns("address,address", "names the column address twice");
	expect_no_columns("address,\"start", "first line must name the columns, but");
	expect_no_columns("", "first line must name the columns");
	expect_no_lease("10.0.0.5");
	expect_no_lease("10.0.0.5,1,2");
	expect_no_lease("10.0.0.5,soon");
	expect_no_lease("10.0.0.5,-1");
	expect_no_lease("10.0.0.5,9223372036854775808");
	expect_no_lease("10.0.0.5,00000000000000000000000000000000000000000000001");
	expect_no_lease("\xff,1");
	expect_no_lease("\"10.0.0.5,1");
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_taken_apart),
		cmocka_unit_test(a_record_that_does_not_end_waits_for_more),
		cmocka_unit_test(what_is_malformed_says_so),
		cmocka_unit_test(leases_come_back_as_they_were),
		cmocka_unit_test(other_columns_and_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
