/* SPDX-License-Identifier: Apache-2.0 */
/* The channel on which one role asks another: what comes through, what is thrown away, what happens when it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rt/order.h"

struct ends {
	int ask, take;
};

static struct ends ends;

static int open_channel(void **state) {
	return order_channel_open(&ends.ask, &ends.take);
}

static int close_channel(void **state) {
	close(ends.ask);
	close(ends.take);
	return 0;
}

static void a_question_and_its_answer_come_through(void **state) {
	struct order_head head;
	char payload[8];
	size_t size;

	assert_int_equal(order_receive(ends.take, &head, payload, sizeof payload, &size), -E_NOT_FOUND);
	assert_int_equal(order_send(ends.ask, 7, 99, "question", 8), 0);
	assert_int_equal(order_receive(ends.take, &head, payload, sizeof payload, &size), 0);
	assert_int_equal(head.number, 7);
	assert_int_equal(head.until_ms, 99);
	assert_memory_equal(payload, "question", 8);
	assert_int_equal(order_send(ends.take, 7, 0, "answer 1", 8), 0);
	assert_int_equal(order_receive(ends.ask, &head, payload, sizeof payload, &size), 0);
	assert_memory_equal(payload, "answer 1", 8);
}

static void what_has_another_form_is_thrown_away(void **state) {
	struct order_head head = { 0 };
	char payload[8];
	size_t size;

	assert_int_equal(order_send(ends.ask, 2, 0, "too long.", 9), 0);
	assert_int_equal(send(ends.ask, "\1", 1, 0), 1);
	assert_int_equal(send(ends.ask, "0123456789abcdef01234567question", sizeof head + 8, 0), sizeof head + 8);
	assert_int_equal(order_send(ends.ask, 3, 0, "question", 8), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(order_receive(ends.take, &head, payload, sizeof payload, &size), -E_INVALID_PARAMETER);
	assert_int_equal(order_receive(ends.take, &head, payload, sizeof payload, &size), 0);
	assert_int_equal(head.number, 3);
	assert_int_equal(size, 8);
	assert_int_equal(order_send(ends.ask, 4, 0, "short", 5), 0);
	assert_int_equal(order_receive(ends.take, &head, payload, sizeof payload, &size), 0);
	assert_int_equal(size, 5);
}

static void nobody_waits_for_room(void **state) {
	static char payload[16384], received[16384];
	struct order_head head;
	unsigned n_sent = 0, n_received = 0;
	size_t size;

	while (n_sent < 10000 && order_send(ends.ask, n_sent + 1, 0, payload, sizeof payload) == 0)
		n_sent++;
	assert_in_range(n_sent, 4, 9999);
	while (order_receive(ends.take, &head, received, sizeof received, &size) == 0)
		assert_int_equal(head.number, ++n_received);
	assert_int_equal(n_received, n_sent);
	assert_int_equal(order_send(ends.ask, 1, 0, payload, sizeof payload), 0);
}

static void a_closed_end_is_no_signal(void **state) {
	struct order_head head;
	char payload[8];
	size_t size;

	close(ends.take);
	assert_int_equal(order_send(ends.ask, 1, 0, "question", 8), -E_DHCP_SERVER_NOT_REACHABLE);
	assert_int_equal(order_receive(ends.ask, &head, payload, sizeof payload, &size), -E_NOT_FOUND);
	ends.take = dup(ends.ask);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_question_and_its_answer_come_through, open_channel, close_channel),
		cmocka_unit_test_setup_teardown(what_has_another_form_is_thrown_away, open_channel, close_channel),
		cmocka_unit_test_setup_teardown(nobody_waits_for_room, open_channel, close_channel),
		cmocka_unit_test_setup_teardown(a_closed_end_is_no_signal, open_channel, close_channel),
	};

	return cmocka_run_group_tests_name("order channel", tests, NULL, NULL);
}
