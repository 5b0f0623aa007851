/* SPDX-License-Identifier: Apache-2.0 */
/* The board of backups: requests are numbered, join while they wait, and a restore waits for nobody. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "rt/backup_board.h"

static struct backup_state *board_state;

static int setup(void **state) {
	int fd = backup_board_create();

	backup_board_attach(fd);
	board_state = mem_alloc(sizeof *board_state);
	return fd >= 0 ? 0 : -1;
}

static int teardown(void **state) {
	free(board_state);
	return 0;
}

static uint64_t ask(enum backup_wish wish) {
	struct backup_request request = { .wish = wish };
	uint64_t number = 0;

	assert_int_equal(backup_board_ask(&request, &number, NULL), 0);
	return number;
}

static void begin(uint64_t number) {
	backup_board_read(board_state);
	board_state->n_begun = number;
	backup_board_publish(board_state);
}

static void test_requests_join(void **state) {
	assert_int_equal(ask(BACKUP_WISH_LOOK), 1);
	assert_int_equal(ask(BACKUP_WISH_MAKE), 2);
	assert_int_equal(ask(BACKUP_WISH_LOOK), 3);
	assert_int_equal(backup_board_request().wish, BACKUP_WISH_MAKE); /* which looks, too */
	begin(3);
	assert_int_equal(ask(BACKUP_WISH_LOOK), 4);
	assert_int_equal(backup_board_request().wish, BACKUP_WISH_LOOK);
}

static void test_hanging_directory(void **state) {
	struct backup_request request = { .wish = BACKUP_WISH_RESTORE };
	struct backup_hang hang = { .at = 1 };
	struct error error;
	uint64_t number;

	error_set(&hang.error, E_DHCP_JET_ERROR, "it hangs");
	backup_board_set_hang(&hang);
	assert_int_equal(backup_board_ask(&request, &number, &error), -E_DHCP_JET_ERROR);
	assert_string_equal(error.text, "it hangs");
	ask(BACKUP_WISH_LOOK);
	backup_board_set_hang(&(struct backup_hang){ 0 });
	ask(BACKUP_WISH_MAKE);
}

static void test_restore_does_not_join(void **state) {
	struct backup_request request = { .wish = BACKUP_WISH_RESTORE, .name = "leases-20260704T120000Z.backup" };
	struct error error = { 0 };
	uint64_t number;

	ask(BACKUP_WISH_MAKE);
	assert_int_equal(backup_board_ask(&request, &number, &error), -E_DHCP_SERVER_NOT_REACHABLE);
	begin(1);
	assert_int_equal(backup_board_ask(&request, &number, NULL), 0);
	assert_string_equal(backup_board_request().name, request.name);
	request.wish = BACKUP_WISH_LOOK;
	assert_int_equal(backup_board_ask(&request, &number, &error), -E_DHCP_SERVER_NOT_REACHABLE);
}

static void test_restores_are_counted(void **state) {
	struct backup_restored restored = { .n_leases = 5 };

	assert_int_equal(backup_board_restored().count, 0);
	backup_board_note_restore(&restored);
	backup_board_note_restore(&restored);
	assert_int_equal(backup_board_restored().count, 2);
	assert_int_equal(backup_board_restored().n_leases, 5);
}

static _Noreturn void publish_for_ever(void) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		board_state->n_done++;
		backup_board_publish(board_state);
	}
}

static uint64_t read_done(void) {
	backup_board_read(board_state);
	assert_int_equal(board_state->n_begun, 42);
	return board_state->n_done;
}

/* Its work is done in children that may be killed, or that the processor may be taken from, at any moment. */
static void test_state_outlasts_its_writer(void **state) {
	begin(42);
	for (unsigned i = 0; i < 50; i++) {
		uint64_t before = read_done();
		pid_t writer = fork();

		if (writer == 0)
			publish_for_ever();
		while (read_done() < before + 10)
			continue;
		kill(writer, SIGKILL);
		waitpid(writer, NULL, 0);
		assert_true(read_done() >= before + 10);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_requests_join, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_does_not_join, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hanging_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restores_are_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_outlasts_its_writer, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
