/* SPDX-License-Identifier: Apache-2.0 */
/* The audit file: rows and header to the byte; when a file begins anew; what happens when none can be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/macros.h"
#include "rt/audit.h"
#include "rt/audit_queue.h"

#define MONDAY 1795426205 /* 2026-11-23 09:30:05 UTC */
#define DAY_S 86400

static char directory[64], monday[96], tuesday[96];

static int make_directory(void **state) {
	snprintf(directory, sizeof directory, "/tmp/lessor-audit-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(monday, sizeof monday, "%s/DhcpSrvLog-Mon.log", directory);
	snprintf(tuesday, sizeof tuesday, "%s/DhcpSrvLog-Tue.log", directory);
	return 0;
}

static int remove_directory(void **state) {
	unlink(monday);
	unlink(tuesday);
	return rmdir(directory);
}

static void expect_row(const struct audit_row *row, const struct tm *local, const char *wanted) {
	char array[AUDIT_ROW_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	audit_add_row(&text, row, local);
	assert_string_equal(array, wanted);
}

static void rows_have_nineteen_columns(void **state) {
	const struct tm evening = {
		.tm_year = 126, .tm_mon = 10, .tm_mday = 3, .tm_hour = 23, .tm_min = 5, .tm_sec = 9
	};

	expect_row(&(struct audit_row){ .code = 0 }, &evening, "00,11/03/26,23:05:09,Started,,,,,0,6,,,,,,,,,0\n");
	expect_row(&(struct audit_row){ .code = 55, .host = "example.org" }, &evening,
		   "55,11/03/26,23:05:09,Authorized(servicing),,example.org,,,0,6,,,,,,,,,0\n");
	expect_row(
		&(struct audit_row){ .code = 61, .address = { 0x0a4d0002 }, .host = "other.example" }, &evening,
		"61,11/03/26,23:05:09,Server found that belongs to DS domain,10.77.0.2,other.example,,,0,6,,,,,,,,,0\n");
}

static void what_is_told_by_others_stays_in_its_column(void **state) {
	const struct tm new_year = { .tm_year = 100, .tm_mon = 0, .tm_mday = 1 };

	expect_row(&(struct audit_row){ .code = 62, .host = "a,b\"c'd\r\n55,\x80\x7f" }, &new_year,
		   "62,01/01/00,00:00:00,Another server found,,a_b_c_d__55___,,,0,6,,,,,,,,,0\n");
}

static void a_row_of_a_client_tells_all_of_it(void **state) {
	const struct tm evening = {
		.tm_year = 126, .tm_mon = 10, .tm_mday = 3, .tm_hour = 23, .tm_min = 5, .tm_sec = 9
	};
	static const uint8_t hardware[] = { 0x02, 0, 0x5e, 0xab, 0xcd, 0xef }, relay[] = { 1, 2, 0xaa, 0xbb };
	struct audit_row row = { .code = 10,
				 .address = { 0x0a4d0002 },
				 .host = "host.test.com",
				 .is_of_client = true,
				 .transaction = 3096562285,
				 .hardware = span_of(hardware, sizeof hardware),
				 .vendor_class = span_of_text("MSFT 5.0"),
				 .user_class = span_of_text("a,b"),
				 .relay_information = span_of(relay, sizeof relay) };

	expect_row(&row, &evening,
		   "10,11/03/26,23:05:09,Assign,10.77.0.2,host.test.com,02005EABCDEF,,3096562285,0,,,,"
		   "0x4D53465420352E30,MSFT 5.0,0x612C62,a_b,0x0102AABB,0\n");
	expect_row(&(struct audit_row){ .code = 25, .description = "2 leases expired and 1 leases deleted" }, &evening,
		   "25,11/03/26,23:05:09,2 leases expired and 1 leases deleted,,,,,0,6,,,,,,,,,0\n");
}

static void the_longest_row_is_whole(void **state) {
	static uint8_t octets[4096];
	char array[AUDIT_ROW_MAX];
	struct text text;
	const struct audit_row row = { .code = 10,
				       .hardware = span_of(octets, 16),
				       .vendor_class = span_of(octets, sizeof octets),
				       .user_class = span_of(octets, sizeof octets),
				       .relay_information = span_of(octets, sizeof octets) };

	text_init(&text, array, sizeof array);
	audit_add_row(&text, &row, &(struct tm){ .tm_mday = 1 });
	assert_false(text.is_truncated);
	assert_string_equal(array + text.len - 3, ",0\n");
}

static void names_are_english_days(void **state) {
	char name[AUDIT_NAME_MAX];

	audit_name(&(struct tm){ .tm_wday = 0 }, name);
	assert_string_equal(name, "DhcpSrvLog-Sun.log");
	audit_name(&(struct tm){ .tm_wday = 6 }, name);
	assert_string_equal(name, "DhcpSrvLog-Sat.log");
}

static void the_header_ends_with_the_columns(void **state) {
	char array[AUDIT_HEADER_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	audit_add_header(&text);
	assert_false(text.is_truncated);
	assert_memory_equal(array, "\t\tMicrosoft DHCP Service Activity Log\n", 38);
	assert_non_null(strstr(array, "\n55\tThe server was authorized and serves.\n"));
	assert_string_equal(strstr(array, "ID,Date"),
			    "ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, "
			    "QResult,Probationtime, CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),"
			    "UserClass(Hex),UserClass(ASCII),RelayAgentInformation,DnsRegError.\n");
}

static void every_event_with_a_code_has_a_description(void **state) {
	for (enum event_kind kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		int code = event_info_get(kind)->audit_code;

		if (code != EVENT_AUDIT_NONE && !audit_code_description(code))
			fail_msg("%s has the code %d", event_info_get(kind)->name, code);
	}
}

/* What stands in the file at @path behind the header. */
static const char *rows_of(const char *path) {
	static char content[131072];
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(content, 1, sizeof content - 1, file) : 0;
	char *rows;

	assert_non_null(file);
	fclose(file);
	content[len] = '\0';
	rows = strstr(content, "DnsRegError.\n");
	assert_non_null(rows);
	return rows + strlen("DnsRegError.\n");
}

/* As if it had been written at @time. */
static void set_time(const char *path, time_t time) {
	const struct timespec times[2] = { { .tv_sec = time }, { .tv_sec = time } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_monday(time_t time) {
	return (time / DAY_S + 4) % 7 == 1; /* the first day of 1970 was a Thursday */
}

static void write_code(struct audit *audit, int code, time_t now) {
	const struct audit_row row = { .code = code };
	struct error error;

	if (audit_write(audit, &row, now, false, &error) < 0)
		fail_msg("%s", error.text);
	set_time(is_monday(now) ? monday : tuesday, now);
}

static void midnight_begins_another_file(void **state) {
	struct audit *audit = audit_open(directory, geteuid());

	write_code(audit, 63, MONDAY);
	write_code(audit, 64, MONDAY - 34205 + DAY_S - 1);
	write_code(audit, 63, MONDAY - 34205 + DAY_S);
	assert_string_equal(rows_of(monday), "63,11/23/26,09:30:05,Restarting rogue detection,,,,,0,6,,,,,,,,,0\n"
					     "64,11/23/26,23:59:59,No DHCP enabled interfaces,,,,,0,6,,,,,,,,,0\n");
	assert_string_equal(rows_of(tuesday), "63,11/24/26,00:00:00,Restarting rogue detection,,,,,0,6,,,,,,,,,0\n");
	audit_close(audit);
}

static void todays_file_goes_on_and_last_weeks_begins_anew(void **state) {
	struct audit *first = audit_open(directory, geteuid()), *second = audit_open(directory, geteuid());

	write_code(first, 63, MONDAY);
	write_code(second, 64, MONDAY + 1);
	write_code(first, 63, MONDAY + 2);
	assert_string_equal(rows_of(monday), "63,11/23/26,09:30:05,Restarting rogue detection,,,,,0,6,,,,,,,,,0\n"
					     "64,11/23/26,09:30:06,No DHCP enabled interfaces,,,,,0,6,,,,,,,,,0\n"
					     "63,11/23/26,09:30:07,Restarting rogue detection,,,,,0,6,,,,,,,,,0\n");
	write_code(first, 64, MONDAY + 7 * DAY_S);
	write_code(second, 63, MONDAY + 7 * DAY_S);
	assert_string_equal(rows_of(monday), "64,11/30/26,09:30:05,No DHCP enabled interfaces,,,,,0,6,,,,,,,,,0\n"
					     "63,11/30/26,09:30:05,Restarting rogue detection,,,,,0,6,,,,,,,,,0\n");
	audit_close(first);
	audit_close(second);
}

static void a_file_that_was_removed_is_made_anew(void **state) {
	struct audit *audit = audit_open(directory, geteuid());

	write_code(audit, 63, MONDAY);
	unlink(monday);
	write_code(audit, 64, MONDAY);
	assert_string_equal(rows_of(monday), "64,11/23/26,09:30:05,No DHCP enabled interfaces,,,,,0,6,,,,,,,,,0\n");
	audit_close(audit);
}

static void a_row_that_was_cut_off_stays_alone(void **state) {
	struct audit *audit = audit_open(directory, geteuid());
	FILE *file;

	write_code(audit, 63, MONDAY);
	audit = audit_close(audit);
	file = fopen(monday, "a");
	fputs("64,11/2", file);
	fclose(file);
	set_time(monday, MONDAY);
	audit = audit_open(directory, geteuid());
	write_code(audit, 63, MONDAY);
	assert_string_equal(rows_of(monday), "63,11/23/26,09:30:05,Restarting rogue detection,,,,,0,6,,,,,,,,,0\n"
					     "64,11/2\n"
					     "63,11/23/26,09:30:05,Restarting rogue detection,,,,,0,6,,,,,,,,,0\n");
	audit_close(audit);
}

/* Rows that wait are written with the last of them, each into the file of its day. */
static void rows_that_come_together_are_written_together(void **state) {
	struct audit *audit = audit_open(directory, geteuid());
	const struct audit_row row = { .code = 63 };
	time_t midnight = MONDAY - 34205 + DAY_S;
	size_t n_rows = 0;
	struct error error;

	write_code(audit, 64, MONDAY);
	assert_int_equal(audit_write(audit, &row, midnight - 1, true, &error), 0);
	assert_null(strstr(rows_of(monday), "\n63,"));
	assert_int_equal(audit_write(audit, &row, midnight, true, &error), 0);
	assert_non_null(strstr(rows_of(monday), "\n63,"));
	assert_int_not_equal(access(tuesday, F_OK), 0);
	for (unsigned i = 0; i < 999; i++) /* more than wait at a time */
		assert_int_equal(audit_write(audit, &row, midnight, i < 998, &error), 0);
	for (const char *at = rows_of(tuesday); *at; at = strchr(at, '\n') + 1)
		n_rows += strncmp(at, "63,11/24/26,00:00:00,", 21) == 0;
	assert_int_equal(n_rows, 1000);
	audit_close(audit);
}

static void what_cannot_be_written_is_said_and_tried_again(void **state) {
	const struct audit_row row = { .code = 63 };
	struct audit *audit = audit_open(directory, geteuid());
	struct error error;

	assert_int_equal(mkdir(monday, 0700), 0);
	assert_int_equal(audit_write(audit, &row, MONDAY, false, &error), -E_ACCESS_DENIED);
	assert_non_null(strstr(error.text, directory));
	assert_int_equal(rmdir(monday), 0);
	assert_int_equal(close(open(tuesday, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
	assert_int_equal(symlink(tuesday, monday), 0); /* somebody would have us write elsewhere */
	assert_int_equal(audit_write(audit, &row, MONDAY, false, &error), -E_ACCESS_DENIED);
	assert_int_equal(unlink(monday), 0);
	assert_int_equal(mkfifo(monday, 0600), 0); /* nor does the writer wait for a reader */
	assert_int_equal(audit_write(audit, &row, MONDAY, false, &error), -E_ACCESS_DENIED);
	assert_int_equal(unlink(monday), 0);
	write_code(audit, 63, MONDAY);
	audit_close(audit);
}

static void set_limits(uint32_t max_size_mb, uint32_t min_space_mb, uint32_t check_interval) {
	counters_set_audit_limits(&(struct audit_limits){ max_size_mb, min_space_mb, check_interval });
}

static off_t size_of(const char *path) {
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_size;
}

static void a_file_that_is_full_is_left_alone_until_midnight(void **state) {
	struct audit *audit = audit_open(directory, geteuid());
	off_t full;

	set_limits(7, 1, 2);
	write_code(audit, 63, MONDAY);
	assert_int_equal(truncate(monday, 1048576), 0);
	set_time(monday, MONDAY);
	write_code(audit, 63, MONDAY); /* the second row: the size is looked at, and just what is allowed */
	write_code(audit, 63, MONDAY);
	full = size_of(monday);
	write_code(audit, 64, MONDAY);
	assert_true(size_of(monday) > full); /* by the row that says so */
	full = size_of(monday);
	write_code(audit, 64, MONDAY);
	write_code(audit, 64, MONDAY);
	assert_int_equal(size_of(monday), full);
	write_code(audit, 64, MONDAY - 34205 + DAY_S);
	assert_string_equal(rows_of(tuesday), "64,11/24/26,00:00:00,No DHCP enabled interfaces,,,,,0,6,,,,,,,,,0\n");
	set_limits(0, 0, 0);
	audit_close(audit);
}

static void a_full_disk_pauses_the_file(void **state) {
	struct audit *audit = audit_open(directory, geteuid());

	set_limits(7, UINT32_MAX, 1); /* four petabytes must be free */
	write_code(audit, 63, MONDAY);
	write_code(audit, 63, MONDAY);
	assert_string_equal(rows_of(monday), "02,11/23/26,09:30:05,Paused,,,,,0,6,,,,,,,,,0\n");
	set_limits(7, 1, 1);
	write_code(audit, 63, MONDAY);
	assert_non_null(strstr(rows_of(monday), "\n63,"));
	set_limits(0, 0, 0);
	audit_close(audit);
}

/* A writer that waits for the other end of a pipe. */
struct slow_writer {
	int ends[2];
	unsigned n_rows;
	struct audit_row last;
	char host[AUDIT_FIELD_MAX + 1];
};

static void write_slowly(void *context, const struct audit_row *row, time_t now, bool is_more) {
	struct slow_writer *writer = context;
	char octet;

	if (read(writer->ends[0], &octet, 1) != 1)
		return;
	writer->last = *row;
	snprintf(writer->host, sizeof writer->host, "%s", row->host ? row->host : "");
	writer->n_rows++;
}

static void allow(struct slow_writer *writer, size_t n_rows) {
	for (size_t i = 0; i < n_rows; i++)
		assert_int_equal(write(writer->ends[1], "x", 1), 1);
}

static void a_queue_takes_what_it_has_room_for_and_no_time(void **state) {
	static struct slow_writer writer;
	struct audit_queue *queue;
	char host[] = "host";
	const struct audit_row row = { .code = 10, .host = host };
	size_t n_taken = 0;

	assert_int_equal(pipe2(writer.ends, O_CLOEXEC), 0);
	queue = audit_queue_new(write_slowly, &writer);
	assert_non_null(queue);
	while (audit_queue_put(queue, &row, MONDAY) && n_taken <= AUDIT_QUEUE_MAX)
		n_taken++;
	assert_int_equal(n_taken, AUDIT_QUEUE_MAX);
	host[0] = 'X'; /* it is a copy that is written */
	allow(&writer, n_taken);
	assert_true(audit_queue_end(queue));
	assert_int_equal(writer.n_rows, n_taken);
	assert_string_equal(writer.host, "host");
	close(writer.ends[0]);
	close(writer.ends[1]);
}

static void a_queue_whose_writer_hangs_is_left_behind(void **state) {
	static struct slow_writer writer; /* for good, as the thread is */
	static struct audit_queue *queue;

	assert_int_equal(pipe2(writer.ends, O_CLOEXEC), 0);
	queue = audit_queue_new(write_slowly, &writer);
	assert_true(audit_queue_put(queue, &(struct audit_row){ .code = 10 }, MONDAY));
	assert_false(audit_queue_end(queue));
	assert_false(audit_queue_put(queue, &(struct audit_row){ .code = 10 }, MONDAY));
	allow(&writer, 1);
	assert_true(audit_queue_end(queue));
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_have_nineteen_columns),
		cmocka_unit_test(what_is_told_by_others_stays_in_its_column),
		cmocka_unit_test(a_row_of_a_client_tells_all_of_it),
		cmocka_unit_test(the_longest_row_is_whole),
		cmocka_unit_test(names_are_english_days),
		cmocka_unit_test(the_header_ends_with_the_columns),
		cmocka_unit_test(every_event_with_a_code_has_a_description),
		cmocka_unit_test_setup_teardown(midnight_begins_another_file, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(todays_file_goes_on_and_last_weeks_begins_anew, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(a_file_that_was_removed_is_made_anew, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(a_row_that_was_cut_off_stays_alone, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(a_file_that_is_full_is_left_alone_until_midnight, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(a_full_disk_pauses_the_file, make_directory, remove_directory),
		cmocka_unit_test(a_queue_takes_what_it_has_room_for_and_no_time),
		cmocka_unit_test(a_queue_whose_writer_hangs_is_left_behind),
		cmocka_unit_test_setup_teardown(rows_that_come_together_are_written_together, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_is_said_and_tried_again, make_directory,
						remove_directory),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
