/* SPDX-License-Identifier: Apache-2.0 */
/* Generations in a directory that anybody writes to, and a store that is restored from them. The backup directory is
 * the state directory here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/restore.h"
#include "store_fixture.h"

#define SERVER "dhcp1.example.com"
#define NOW 5000
#define LATER 9000
#define MADE 4000 /* when generations were made */

static void test_names(void **state) {
	static const char *const wrong[] = {
		"",
		"leases-.backup",
		"leases-20260704T120000Z",
		"leases-20260704T120000Z.backup.new",
		".leases-20260704T120000Z.backup.new",
		"leases-20260704T12000Z.backup",
		"leases-20260704T1200000Z.backup",
		"leases-2026070xT120000Z.backup",
		"leases-20260704T120000Z-.backup",
		"leases-20260704T120000Z-02.backup",
		"leases-20260704T120000Z-123456.backup",
		"leases-20260704T120000Z-2x.backup",
		"leases-20260704T120000Z-2.backup ",
		"../leases-20260704T120000Z.backup",
	};

	assert_string_equal(generation_name_of(1783166400, 1).text, "leases-20260704T120000Z.backup");
	assert_string_equal(generation_name_of(1783166400, 12).text, "leases-20260704T120000Z-12.backup");
	assert_true(is_generation_name("leases-20260704T120000Z.backup"));
	assert_true(is_generation_name("leases-20260704T120000Z-10000.backup"));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (is_generation_name(wrong[i]))
			fail_msg("\"%s\" is taken for a generation", wrong[i]);
}

static int open_directory(void) {
	return open(fixture_directory, O_RDONLY | O_DIRECTORY);
}

static char *path_of(const char *name) {
	return mem_format("%s/%s", fixture_directory, name);
}

static bool is_there(const char *name) {
	char *path CLEANUP(cleanup_free) = path_of(name);

	return access(path, F_OK) == 0;
}

static void write_text(const char *name, const char *text) {
	char *path CLEANUP(cleanup_free) = path_of(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_newest_first(void **state) {
	static const char *const sorted[] = {
		"leases-20260704T120001Z.backup",    "leases-20260704T120000Z-10.backup",
		"leases-20260704T120000Z-2.backup",  "leases-20260704T120000Z.backup",
		"leases-20251231T235959Z.backup",
	};
	static const size_t order[] = { 3, 0, 4, 2, 1 };
	struct generation_name names[ARRAY_LEN(sorted)];
	int directory = open_directory();

	for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
		write_text(sorted[order[i]], "");
	write_text("notes", "");
	write_text(".leases-20270704T120001Z.backup.new", "");
	for (size_t max = 1; max <= ARRAY_LEN(sorted); max++) {
		assert_int_equal(generation_list(directory, 1783166401, max, names), max);
		for (size_t i = 0; i < max; i++)
			assert_string_equal(names[i].text, sorted[i]);
	}
	/* Now it is a second earlier: what is of the one that comes is passed over as long as possible. */
	for (size_t max = 1; max <= ARRAY_LEN(sorted); max++) {
		assert_int_equal(generation_list(directory, 1783166400, max, names), max);
		for (size_t i = 0; i < max; i++)
			assert_string_equal(names[i].text, sorted[(i + 1) % ARRAY_LEN(sorted)]);
	}
	assert_int_equal(generation_again(directory, 1783166400), 11);
	assert_int_equal(generation_again(directory, 1783166402), 1);
	close(directory);
}

static void test_only_files_are_opened(void **state) {
	char *pipe CLEANUP(cleanup_free) = path_of("pipe"), *link CLEANUP(cleanup_free) = path_of("link");
	int directory = open_directory();
	struct error error;

	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(generation_open(directory, "pipe", &error), -E_DHCP_JET_ERROR);
	assert_int_equal(generation_open(directory, "link", &error), -E_DHCP_JET_ERROR);
	assert_int_equal(generation_open(directory, ".", &error), -E_DHCP_JET_ERROR);
	assert_int_equal(generation_open(directory, "nothing", &error), -E_NOT_FOUND);
	close(directory);
}

/* Write @n leases of clients from @first on, as the server @server's backup, into the file @name. */
static void write_backup(const char *name, const char *server, unsigned first, unsigned n) {
	struct backup_info info = { .time = MADE };
	char *path CLEANUP(cleanup_free) = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct backup_writer *writer;

	assert_true(fd >= 0);
	snprintf(info.server, sizeof info.server, "%s", server);
	writer = backup_writer_new(&info, generation_sink, &fd);
	for (unsigned i = first; i < first + n; i++) {
		struct lease lease = fixture_lease("10.77.0.0", i, LATER);

		lease.address.value += i;
		assert_int_equal(backup_write_lease(writer, &lease), 0);
	}
	assert_int_equal(backup_write_end(writer, &info), 0);
	backup_writer_free(writer);
	close(fd);
}

static int open_store(struct restore_report *report, struct lease_store **store, struct error *error) {
	const struct restore_place place = {
		.state_directory = fixture_directory,
		.backup_directory = fixture_directory,
		.server_name = SERVER,
		.now = NOW,
	};

	*report = (struct restore_report){ 0 };
	return restore_store_open(&place, store, report, error);
}

static void ignore(void *context, int result, const struct error *error) {
	assert_int_equal(result, 0);
}

static void put(struct lease_store *store, unsigned client) {
	struct lease lease = fixture_lease("10.77.0.0", client, LATER);
	struct lease_batch *batch;
	const struct lease_view *view;

	lease.address.value += client;
	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	assert_int_equal(view->put(view->context, &lease), 0);
	lease_batch_submit(batch, ignore, NULL);
}

static int add_client(void *context, const struct lease *lease) {
	char *text = context;
	size_t len = strlen(text);

	snprintf(text + len, 256 - len, "%s%u", len ? " " : "", lease->address.value & 0xffff);
	return 0;
}

/* Open the store, close it, and expect the numbers of its clients to be @expected. */
static void expect_clients(const char *expected, struct restore_report *ret_report) {
	struct lease_store *store;
	struct error error = { 0 };
	char text[256] = "";

	if (open_store(ret_report, &store, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(lease_store_visit(store, (struct ip4){ 0 }, (struct ip4){ UINT32_MAX }, add_client, text), 0);
	if (ret_report->is_restored)
		assert_int_equal(lease_store_doubtful_until(store), ret_report->doubtful_until);
	lease_store_close(store);
	assert_string_equal(text, expected);
}

/* A store with the clients 1 and 2. */
static void make_store(void) {
	struct restore_report report;
	struct lease_store *store;

	assert_int_equal(open_store(&report, &store, NULL), 0);
	assert_false(report.is_tried);
	put(store, 1);
	put(store, 2);
	lease_store_close(store);
}

static void spoil(const char *name) {
	char *path CLEANUP(cleanup_free) = path_of(name);
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	for (unsigned i = 0; i < 12000; i++)
		fputc('?', file);
	fclose(file);
}

static void test_sound_store_is_used(void **state) {
	struct restore_report report;

	make_store();
	write_backup("leases-20260704T120000Z.backup", SERVER, 7, 1);
	expect_clients("1 2", &report);
	assert_false(report.is_tried);
}

static void test_damaged_store(void **state) {
	struct restore_report report;

	make_store();
	write_backup("leases-20260704T120000Z.backup", SERVER, 7, 1);
	write_backup("leases-20260704T120001Z.backup", SERVER, 8, 2);
	write_backup("leases-20260704T120002Z.backup", "other.example.com", 10, 1);
	write_backup("leases-20260704T120003Z.backup", SERVER, 11, 1);
	spoil("leases-20260704T120003Z.backup");
	spoil("leases.mdb");
	expect_clients("1 2 8 9", &report); /* what the journal has is added */
	assert_true(report.is_restored && !report.error.code);
	assert_string_equal(report.name.text, "leases-20260704T120001Z.backup");
	assert_int_equal(report.time, MADE);
	assert_int_equal(report.n_leases, 4);
	assert_int_equal(report.n_journal, 2);
	assert_int_equal(report.doubtful_until, NOW + LATER - 1000); /* the fixture's leases were changed at 1000 */
	assert_true(is_there("leases.mdb.damaged"));
	assert_true(is_there("leases-20260704T120003Z.backup"));
	expect_clients("1 2 8 9", &report);
	assert_false(report.is_tried);
}

static void test_damaged_without_generation(void **state) {
	struct restore_report report;
	struct lease_store *store;
	struct error error;

	make_store();
	write_backup("leases-20260704T120000Z.backup", "other.example.com", 1, 1);
	spoil("leases.mdb");
	assert_int_equal(open_store(&report, &store, &error), -E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, "damaged"));
	assert_non_null(strstr(error.text, "there is no valid generation"));
	assert_true(report.is_tried && !report.is_restored && report.error.code);
	assert_false(is_there("leases.mdb.damaged"));
	assert_true(is_there("leases.mdb"));
}

static void test_other_servers_store_is_left_alone(void **state) {
	const struct restore_place place = { fixture_directory, fixture_directory, "other.example.com", NOW, true, NULL };
	struct restore_report report;
	struct lease_store *store;
	struct error error;

	make_store();
	write_backup("leases-20260704T120000Z.backup", "other.example.com", 1, 1);
	assert_int_equal(restore_store_open(&place, &store, &report, &error), -E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, "belongs to the server"));
	assert_false(report.is_tried);
}

/* Prepare @n leases of clients from @first on for the next start. */
static void prepare(unsigned first, unsigned n) {
	const struct restore_place place = { .state_directory = fixture_directory, .server_name = SERVER };
	char *path CLEANUP(cleanup_free) = path_of("wanted");
	struct error error;
	int fd;

	write_backup("wanted", SERVER, first, n);
	fd = open(path, O_RDONLY);
	if (restore_prepare(&place, fd, &error) < 0)
		fail_msg("%s", error.text);
	close(fd);
	assert_true(is_there(RESTORE_FILE));
}

static void test_prepared_generation(void **state) {
	struct restore_report report;

	make_store();
	prepare(7, 2);
	expect_clients("7 8", &report);
	assert_true(report.is_restored);
	assert_int_equal(report.time, MADE);
	assert_int_equal(report.n_leases, 2);
	assert_int_equal(report.n_journal, 0);
	assert_int_equal(report.doubtful_until, NOW + LATER - 1000);
	assert_false(is_there(RESTORE_FILE));
	assert_true(is_there("leases.mdb.replaced"));
	expect_clients("7 8", &report);
	assert_false(report.is_tried);
}

static void test_prepared_and_taken_back(void **state) {
	struct restore_report report;

	make_store();
	prepare(7, 2);
	restore_forget(fixture_directory);
	expect_clients("1 2", &report);
	assert_false(report.is_tried);
}

/* What is leased after a restore is in frames of the journal behind those that were given up. */
static void test_leases_after_a_restore_last(void **state) {
	struct restore_report report;
	struct lease_store *store;

	make_store();
	prepare(7, 1);
	assert_int_equal(open_store(&report, &store, NULL), 0);
	put(store, 9);
	lease_store_close(store);
	expect_clients("7 9", &report);
}

static void test_prepared_over_a_damaged_store(void **state) {
	struct restore_report report;

	make_store();
	prepare(7, 1);
	spoil("leases.mdb");
	expect_clients("7", &report);
	assert_true(report.is_restored);
}

static void test_prepared_nonsense(void **state) {
	struct restore_report report;

	make_store();
	write_text(RESTORE_FILE, "no store");
	expect_clients("1 2", &report);
	assert_true(report.is_tried && !report.is_restored);
	assert_non_null(strstr(report.error.text, "damaged"));
	assert_false(is_there(RESTORE_FILE));
}

/* A file that nobody prepared must not become a store without leases. */
static void test_prepared_emptiness(void **state) {
	struct restore_report report;

	make_store();
	write_text(RESTORE_FILE, "");
	expect_clients("1 2", &report);
	assert_true(report.is_tried && !report.is_restored);
	assert_non_null(strstr(report.error.text, "not prepared"));
	assert_false(is_there(RESTORE_FILE));
}

static void test_no_room_to_restore(void **state) {
	struct restore_report report;
	struct lease_store *store;

	make_store();
	prepare(7, 1);
	fixture_break("fdatasync", 0);
	if (open_store(&report, &store, NULL) == 0)
		lease_store_close(store);
	fixture_break("", 0);
	assert_true(report.is_tried && !report.is_restored);
	expect_clients("1 2", &report);
	assert_false(report.is_tried);
}

static void test_no_room_to_prepare(void **state) {
	const struct restore_place place = { .state_directory = fixture_directory, .server_name = SERVER };
	char *path CLEANUP(cleanup_free) = path_of("wanted");
	struct restore_report report;
	struct error error;
	int fd;

	make_store();
	write_backup("wanted", SERVER, 7, 1);
	fd = open(path, O_RDONLY);
	fixture_break("pwrite", 0);
	assert_true(restore_prepare(&place, fd, &error) < 0);
	fixture_break("", 0);
	close(fd);
	assert_false(is_there(RESTORE_FILE) || is_there(RESTORE_FILE ".new"));
	expect_clients("1 2", &report);
	assert_false(report.is_tried);
}

static void rename_file(const char *from, const char *to) {
	char *old CLEANUP(cleanup_free) = path_of(from), *new CLEANUP(cleanup_free) = path_of(to);

	assert_int_equal(rename(old, new), 0);
}

/* What cannot be opened at the moment may be good the next. */
static void test_damaged_store_and_journal_away(void **state) {
	struct restore_report report;
	struct lease_store *store;
	struct error error;

	make_store();
	write_backup("leases-20260704T120000Z.backup", SERVER, 7, 1);
	write_backup("leases-20260704T120001Z.backup", SERVER, 8, 1);
	spoil("leases.mdb");
	rename_file("leases.journal", "away");
	write_text("leases.journal", "a file, which is no journal");
	assert_int_equal(open_store(&report, &store, &error), -E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, "may have leases that no backup has"));
	assert_non_null(strstr(error.text, "if it is lost, move it away"));
	assert_true(report.is_tried && !report.is_restored);
	assert_true(is_there("leases.journal"));
	assert_false(is_there("leases.mdb.damaged") || is_there("leases.mdb.new"));
	rename_file("leases.journal", "no-journal");
	rename_file("away", "leases.journal");
	expect_clients("1 2 8", &report);
	assert_true(report.is_restored);
}

static void remove_journal(void) {
	char *path CLEANUP(cleanup_free) = path_of("leases.journal");
	struct dirent *entry;
	DIR *directory = opendir(path);

	assert_non_null(directory);
	while ((entry = readdir(directory)))
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	assert_int_equal(rmdir(path), 0);
}

/* Whoever wants to begin without leases removes both. */
static void test_lost_store(void **state) {
	char *path CLEANUP(cleanup_free) = path_of("leases.mdb");
	struct restore_report report;

	make_store();
	write_backup("leases-20260704T120000Z.backup", SERVER, 7, 1);
	assert_int_equal(unlink(path), 0);
	expect_clients("1 2", &report); /* the journal has all there was */
	assert_false(report.is_tried);
	assert_int_equal(truncate(path, 0), 0);
	spoil("leases.journal/segment-00");
	expect_clients("7", &report);
	assert_true(report.is_restored);
	expect_clients("7", &report);
	assert_false(report.is_tried);
	assert_int_equal(unlink(path), 0);
	remove_journal();
	expect_clients("", &report);
	assert_false(report.is_tried);
}

static void test_lost_store_without_generation(void **state) {
	char *path CLEANUP(cleanup_free) = path_of("leases.mdb");
	struct restore_report report;

	make_store();
	assert_int_equal(unlink(path), 0);
	spoil("leases.journal/segment-00");
	expect_clients("", &report);
	assert_true(report.is_tried && !report.is_restored && report.error.code);
}

static void test_damaged_store_and_journal_lost(void **state) {
	struct restore_report report;

	make_store();
	write_backup("leases-20260704T120000Z.backup", SERVER, 7, 1);
	spoil("leases.mdb");
	remove_journal();
	expect_clients("7", &report);
	assert_true(report.is_restored);
}

static void test_prepared_and_journal_away(void **state) {
	struct restore_report report;
	struct lease_store *store;
	struct error error;

	make_store();
	prepare(7, 1);
	rename_file("leases.journal", "away");
	write_text("leases.journal", "");
	assert_int_equal(open_store(&report, &store, &error), -E_DHCP_DATABASE_INIT_FAILED);
	assert_true(report.is_tried && !report.is_restored);
	rename_file("leases.journal", "no-journal");
	rename_file("away", "leases.journal");
	expect_clients("1 2", &report);
}

/* Nothing is wrong with the generations then, and none is said to be invalid. */
static void test_no_room_for_a_damaged_store(void **state) {
	struct restore_report report;
	struct lease_store *store;
	struct error error;

	make_store();
	write_backup("leases-20260704T120000Z.backup", SERVER, 7, 1);
	spoil("leases.mdb");
	fixture_break("pwrite", 0);
	assert_int_equal(open_store(&report, &store, &error), -E_DHCP_DATABASE_INIT_FAILED);
	fixture_break("", 0);
	assert_non_null(strstr(report.error.text, "free some space"));
	expect_clients("1 2 7", &report);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		IN_DIRECTORY(test_newest_first),
		IN_DIRECTORY(test_only_files_are_opened),
		IN_DIRECTORY(test_sound_store_is_used),
		IN_DIRECTORY(test_damaged_store),
		IN_DIRECTORY(test_damaged_without_generation),
		IN_DIRECTORY(test_other_servers_store_is_left_alone),
		IN_DIRECTORY(test_prepared_generation),
		IN_DIRECTORY(test_leases_after_a_restore_last),
		IN_DIRECTORY(test_prepared_and_taken_back),
		IN_DIRECTORY(test_prepared_over_a_damaged_store),
		IN_DIRECTORY(test_prepared_nonsense),
		IN_DIRECTORY(test_prepared_emptiness),
		IN_DIRECTORY(test_no_room_to_prepare),
		IN_DIRECTORY(test_damaged_store_and_journal_away),
		IN_DIRECTORY(test_lost_store),
		IN_DIRECTORY(test_lost_store_without_generation),
		IN_DIRECTORY(test_damaged_store_and_journal_lost),
		IN_DIRECTORY(test_prepared_and_journal_away),
		IN_DIRECTORY(test_no_room_for_a_damaged_store),
		IN_DIRECTORY(test_no_room_to_restore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
