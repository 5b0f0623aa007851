/* SPDX-License-Identifier: Apache-2.0 */
/* The host's interfaces: loopback, which is always there, and what a change tells, in a network namespace if we may
 * make one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rt/interfaces.h"

static void set_flags(const char *name, short flags) {
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_flags = flags };

	strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static void test_loopback(void **state) {
	struct interface_list list;
	struct error error;
	size_t n_found = 0;

	assert_int_equal(interfaces_read(&list, &error), 0);
	for (size_t i = 0; i < list.n_items; i++)
		if (strcmp(list.items[i].name, "lo") == 0) {
			assert_true(list.items[i].is_loopback);
			assert_int_equal(list.items[i].index, if_nametoindex("lo"));
			n_found++;
		}
	assert_int_equal(n_found, 1);
	free(list.items);
}

static bool is_readable(int fd) {
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

static void test_watch(void **state) {
	struct interface_list list;
	struct error error;
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		skip();
	fd = interfaces_watch_open(&error);
	assert_true(fd >= 0);
	assert_false(is_readable(fd));
	assert_int_equal(interfaces_watch_clear(fd), 0);
	assert_int_equal(interfaces_read(&list, &error), 0);
	assert_false(list.items[0].is_up);
	assert_int_equal(list.items[0].n_addresses, 0);
	free(list.items);

	set_flags("lo", IFF_UP);
	assert_true(is_readable(fd));
	assert_int_equal(interfaces_watch_clear(fd), 0);
	assert_false(is_readable(fd));
	assert_int_equal(interfaces_read(&list, &error), 0);
	assert_true(list.items[0].is_up);
	assert_int_equal(list.items[0].hlen, 6);
	assert_int_equal(list.items[0].htype, 0); /* that of loopback is beyond an octet */
	assert_int_equal(list.items[0].n_addresses, 1);
	assert_int_equal(list.items[0].addresses[0].address.value, 0x7f000001);
	assert_int_equal(list.items[0].addresses[0].prefix_length, 8);
	free(list.items);

	/* More notifications than the socket holds: the loss is told, and then it is quiet again. */
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ 1 }, sizeof(int)), 0);
	for (int i = 0; i < 50; i++)
		set_flags("lo", i % 2 ? IFF_UP : 0);
	assert_int_equal(interfaces_watch_clear(fd), -E_DHCP_SERVER_INTERFACE_NOTIFICATION_EVENT);
	assert_false(is_readable(fd));
	close(fd);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
