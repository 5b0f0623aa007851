/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop and the way from the supervisor to a role, on a real loop; nothing waits longer than the loop
 * itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "rt/role.h"

/* What the callbacks of a test share. */
struct scene {
	struct loop *loop;
	struct loop_watch *watch;
	struct loop_timer *timers[3];
	int fd;
	char order[8];
};

static void note(struct scene *scene, const char *letter) {
	strncat(scene->order, letter, sizeof scene->order - strlen(scene->order) - 1);
}

static void note_a(void *context) {
	note(context, "a");
}

static void note_b(void *context) {
	note(context, "b");
}

static void note_and_stop(void *context) {
	struct scene *scene = context;

	note(scene, "s");
	loop_stop(scene->loop);
}

static int start(void **state) {
	static struct scene scene;

	scene = (struct scene){ .loop = loop_new() };
	*state = &scene;
	return 0;
}

static int finish(void **state) {
	struct scene *scene = *state;

	for (size_t i = 0; i < 3; i++)
		loop_timer_free(scene->timers[i]);
	loop_unwatch(scene->watch);
	scene->loop = loop_free(scene->loop);
	return 0;
}

static void test_timers_come_in_order(void **state) {
	struct scene *scene = *state;
	uint64_t before = clock_now().boot_ms;

	scene->timers[0] = loop_timer_new(scene->loop, note_and_stop, scene);
	scene->timers[1] = loop_timer_new(scene->loop, note_a, scene);
	scene->timers[2] = loop_timer_new(scene->loop, note_b, scene);
	loop_timer_set(scene->timers[0], 12);
	loop_timer_set(scene->timers[1], 6);
	loop_timer_set(scene->timers[2], 3);
	loop_run(scene->loop);
	assert_string_equal(scene->order, "bas");
	assert_true(clock_now().boot_ms - before >= 11);
}

static void test_timer_set_again_and_cleared(void **state) {
	struct scene *scene = *state;

	scene->timers[0] = loop_timer_new(scene->loop, note_and_stop, scene);
	scene->timers[1] = loop_timer_new(scene->loop, note_a, scene);
	scene->timers[2] = loop_timer_new(scene->loop, note_b, scene);
	loop_timer_set(scene->timers[1], 1);
	loop_timer_set(scene->timers[1], UINT64_MAX); /* as far away as may be, not in the past */
	loop_timer_set(scene->timers[2], 1);
	loop_timer_clear(scene->timers[2]);
	loop_timer_set(scene->timers[0], 5);
	loop_run(scene->loop);
	assert_string_equal(scene->order, "s");
}

static void read_and_count(void *context) {
	struct scene *scene = context;
	char octet;

	if (read(scene->fd, &octet, 1) == 1)
		note_a(scene);
	else
		note_and_stop(scene);
}

static void test_readable_until_the_other_end_closes(void **state) {
	struct scene *scene = *state;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	scene->fd = ends[0];
	scene->watch = loop_watch_readable(scene->loop, ends[0], read_and_count, scene);
	assert_int_equal(write(ends[1], "xx", 2), 2);
	close(ends[1]);
	loop_run(scene->loop);
	assert_string_equal(scene->order, "aas");
	scene->watch = loop_unwatch(scene->watch);
	close(ends[0]);
}

static void unwatch_and_stop(void *context) {
	struct scene *scene = context;

	scene->watch = loop_unwatch(scene->watch);
	note_and_stop(scene);
}

static void test_signal_and_unwatching_inside(void **state) {
	struct scene *scene = *state;

	scene->watch = loop_watch_signal(scene->loop, SIGUSR1, unwatch_and_stop, scene);
	raise(SIGUSR1);
	loop_run(scene->loop);
	assert_string_equal(scene->order, "s");
	assert_null(loop_unwatch(NULL));
	assert_null(loop_timer_free(NULL));
	assert_non_null(loop_base(scene->loop));
}

static void wake_seen(void *context) {
	struct scene *scene = context;

	note(scene, "w");
	role_wake_clear(HERITAGE_WAKE_DIR);
	loop_stop(scene->loop);
}

/* Many wakes are one; after clearing there is none; clearing nothing does not wait. */
static void test_wake(void **state) {
	struct scene *scene = *state;
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd != HERITAGE_WAKE_DIR) {
		assert_true(dup2(fd, HERITAGE_WAKE_DIR) >= 0);
		close(fd);
	}
	scene->watch = loop_watch_readable(scene->loop, HERITAGE_WAKE_DIR, wake_seen, scene);
	role_wake(HERITAGE_WAKE_DIR);
	role_wake(HERITAGE_WAKE_DIR);
	loop_run(scene->loop);
	event_base_loop(loop_base(scene->loop), EVLOOP_NONBLOCK);
	assert_string_equal(scene->order, "w");
	role_wake_clear(HERITAGE_WAKE_DIR);
	scene->watch = loop_unwatch(scene->watch);
	close(HERITAGE_WAKE_DIR);
}

static void test_roles(void **state) {
	enum role found;

	for (enum role role = 0; role < ROLE_COUNT; role++) {
		assert_int_equal(role_find(role_name(role), &found), 0);
		assert_int_equal(found, role);
		assert_int_equal(role_info_get(role)->descriptors & HERITAGE_OF_ALL, HERITAGE_OF_ALL);
		assert_true(role_info_get(role)->patience_ms > 0);
	}
	assert_int_equal(role_find("supervisor", &found), -E_NOT_FOUND);
	/* The separation that the design promises. */
	assert_false(role_info_get(ROLE_DIR)->descriptors &
		     (HERITAGE_BIT(UDP) | HERITAGE_BIT(LINK) | HERITAGE_BIT(API)));
	assert_false(role_info_get(ROLE_API)->descriptors & (HERITAGE_BIT(UDP) | HERITAGE_BIT(LINK)));
	assert_false(role_info_get(ROLE_SERVE)->descriptors & HERITAGE_BIT(API));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_wake, start, finish),
		cmocka_unit_test_setup_teardown(test_timers_come_in_order, start, finish),
		cmocka_unit_test_setup_teardown(test_timer_set_again_and_cleared, start, finish),
		cmocka_unit_test_setup_teardown(test_readable_until_the_other_end_closes, start, finish),
		cmocka_unit_test_setup_teardown(test_signal_and_unwatching_inside, start, finish),
		cmocka_unit_test(test_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
