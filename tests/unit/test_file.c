/* SPDX-License-Identifier: Apache-2.0 */
/* A file is followed whole, in whatever way it is replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "rt/file.h"

#define FILE_MAX 100
#define LOOK_MS 4000

/* What a test shares with the call. */
struct scene {
	char directory[40];
	struct loop *loop;
	struct file_follow *follow;
	struct loop_timer *step; /* of a test that does something meanwhile */
	char text[FILE_MAX + 1]; /* last told */
	struct error error;
	unsigned n_told, n_steps;
	uint64_t written_ms; /* when the last step was made */
};

static struct scene scene;

static char *path_of(const char *name) {
	return mem_format("%s/%s", scene.directory, name);
}

static void write_to(const char *name, const char *text, int flags) {
	char *path CLEANUP(cleanup_free) = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void move(const char *from, const char *to) {
	char *old CLEANUP(cleanup_free) = path_of(from);
	char *new CLEANUP(cleanup_free) = path_of(to);

	assert_int_equal(rename(old, new), 0);
}

static void make_link(const char *target, const char *name) {
	char *path CLEANUP(cleanup_free) = path_of(name);

	assert_int_equal(symlink(target, path), 0);
}

static bool note(void *context, struct span text, const struct error *error) {
	scene.n_told++;
	scene.error = error ? *error : (struct error){ 0 };
	snprintf(scene.text, sizeof scene.text, "%.*s", (int)text.len, text.data ? (const char *)text.data : "");
	loop_stop(scene.loop);
	return true;
}

static int setup(void **state) {
	scene = (struct scene){ .directory = "file-test-XXXXXX", .loop = loop_new() };
	return mkdtemp(scene.directory) ? 0 : -1;
}

static int teardown(void **state) {
	char *command CLEANUP(cleanup_free) = mem_format("rm -rf %s", scene.directory);

	file_follow_free(scene.follow);
	loop_timer_free(scene.step);
	loop_free(scene.loop);
	return system(command);
}

static void follow(const char *name) {
	char *path CLEANUP(cleanup_free) = path_of(name);

	scene.follow = file_follow_new(scene.loop, path, FILE_MAX, note, NULL);
}

/* Sooner than by looking every few seconds: the kernel has told. */
static void run_until_told(void) {
	uint64_t began_ms = clock_now().boot_ms;

	loop_run(scene.loop);
	assert_true(clock_now().boot_ms - began_ms < LOOK_MS);
}

static void expect_told(const char *text) {
	run_until_told();
	assert_int_equal(scene.error.code, 0);
	assert_string_equal(scene.text, text);
}

static void expect_refused(const char *says) {
	run_until_told();
	assert_int_equal(scene.error.code, E_DHCP_REGISTRY_INIT_FAILED);
	if (!strstr(scene.error.text, says))
		fail_msg("%s", scene.error.text);
}

static void each_way_to_change_it_is_seen(void **state) {
	write_to("a", "one", 0);
	follow("a");
	expect_told("one");
	write_to("a", " and more", O_APPEND);
	expect_told("one and more");
	write_to("a", "two", O_TRUNC);
	expect_told("two");
	write_to("b", "three", 0);
	move("b", "a");
	expect_told("three");
	move("a", "c");
	expect_refused("there is no file");
	move("c", "a");
	expect_told("three");
	assert_int_equal(scene.n_told, 6);
}

/* As a container's platform replaces a mounted configuration. */
static void a_link_that_is_switched_is_seen(void **state) {
	char *first CLEANUP(cleanup_free) = path_of("..1");
	char *second CLEANUP(cleanup_free) = path_of("..2");

	mkdir(first, 0700);
	mkdir(second, 0700);
	write_to("..1/a", "one", 0);
	write_to("..2/a", "two", 0);
	make_link("..1", "..data");
	make_link("..data/a", "a");
	follow("a");
	expect_told("one");
	make_link("..2", "..new");
	move("..new", "..data");
	expect_told("two");
	write_to("..2/a", "three", O_TRUNC);
	expect_told("three");
}

static void it_may_come_later(void **state) {
	follow("a");
	expect_refused("there is no file");
	write_to("a", "one", 0);
	expect_told("one");
}

static void what_is_no_text_is_refused(void **state) {
	char *path CLEANUP(cleanup_free) = path_of("a");
	char large[FILE_MAX + 2] = "";
	char *text;
	struct error error;
	size_t len;

	assert_int_equal(mkfifo(path, 0600), 0);
	follow("a");
	expect_refused("it is not a file");
	unlink(path);
	memset(large, 'x', FILE_MAX + 1);
	write_to("a", large, 0);
	expect_refused("is larger than 100 octets");
	assert_true(file_read(path, FILE_MAX, &text, &len, &error) < 0);
	assert_int_equal(file_read(path, FILE_MAX + 1, &text, &len, &error), 0);
	assert_int_equal(len, FILE_MAX + 1);
	free(text);
}

/* Somebody writes it piece by piece: each time before it would have been taken as it is. */
static void write_step(void *context) {
	write_to("a", ".", O_APPEND);
	scene.written_ms = clock_now().boot_ms;
	if (++scene.n_steps < 5)
		loop_timer_set(scene.step, FILE_SETTLE_MS / 2);
}

static void it_is_told_when_it_stands_still(void **state) {
	write_to("a", "", 0);
	scene.step = loop_timer_new(scene.loop, write_step, NULL);
	loop_timer_set(scene.step, 0);
	follow("a");
	loop_run(scene.loop);
	/* On a machine under load a step may come late; what is told has stood still all the same. */
	assert_true(clock_now().boot_ms - scene.written_ms >= FILE_SETTLE_MS / 2);
	while (scene.n_steps < 5 || strlen(scene.text) < 5)
		loop_run(scene.loop);
	assert_string_equal(scene.text, ".....");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_way_to_change_it_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_that_is_switched_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(it_may_come_later, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_text_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_told_when_it_stands_still, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
