/* SPDX-License-Identifier: Apache-2.0 */
/* The servers that DNS names: what of a message is taken, and in which order they are tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "dir/srv.h"

/* A response about _ldap._tcp.a with one question and @answers answers, as DNS has them (RFC 1035 4.1). */
#define MESSAGE(answers) "\0\1\x81\x80\0\1\0" answers "\0\0\0\0\5_ldap\4_tcp\1a\0\0\x21\0\1"
#define ANSWER(len, rdata) "\xc0\x0c\0\x21\0\1\0\0\0\x3c\0" len rdata
#define NAME_AT_QUESTION "\xc0\x17" /* "a" */

static void parse(const char *message, size_t len, struct srv_list *ret_list) {
	srv_parse((const uint8_t *)message, len, ret_list);
}

static void test_parse(void **state) {
	static const char message[] = MESSAGE("\2") ANSWER("\x0c", "\0\1\0\2\1\x85\3ldc" NAME_AT_QUESTION)
		ANSWER("\x0a", "\0\3\0\4\x0f\x32\1B" NAME_AT_QUESTION);
	struct srv_list list;

	parse(message, sizeof message - 1, &list);
	assert_int_equal(list.n_items, 2);
	assert_string_equal(list.items[0].host, "ldc.a");
	assert_int_equal(list.items[0].priority, 1);
	assert_int_equal(list.items[0].weight, 2);
	assert_int_equal(list.items[0].port, 389);
	assert_string_equal(list.items[1].host, "B.a");
	assert_int_equal(list.items[1].port, 3890);
	assert_false(list.is_denied);
}

/* The root says that there is no such service; port 0, and what is no host's name, is left out. */
static void test_left_out(void **state) {
	static const char denied[] = MESSAGE("\1") ANSWER("\7", "\0\0\0\0\0\0\0"),
			  no_port[] = MESSAGE("\1") ANSWER("\x08", "\0\0\0\0\0\0" NAME_AT_QUESTION),
			  no_host[] = MESSAGE("\1") ANSWER("\x0d", "\0\0\0\0\1\x85\4x/?%" NAME_AT_QUESTION),
			  no_target[] = MESSAGE("\1") ANSWER("\6", "\0\0\0\0\1\x85"),
			  other[] = MESSAGE("\1") "\xc0\x0c\0\x10\0\1\0\0\0\x3c\0\x08\0\0\0\0\1\x85" NAME_AT_QUESTION;
	struct srv_list list;

	parse(denied, sizeof denied - 1, &list);
	assert_int_equal(list.n_items, 0);
	assert_true(list.is_denied);
	parse(no_port, sizeof no_port - 1, &list);
	assert_int_equal(list.n_items, 0);
	parse(no_host, sizeof no_host - 1, &list);
	assert_int_equal(list.n_items, 0);
	parse(no_target, sizeof no_target - 1, &list);
	assert_int_equal(list.n_items, 0);
	parse(other, sizeof other - 1, &list);
	assert_int_equal(list.n_items, 0);
	assert_false(list.is_denied);
}

static void test_cut_short(void **state) {
	static const char message[] = MESSAGE("\1") ANSWER("\x0c", "\0\1\0\2\1\x85\3ldc" NAME_AT_QUESTION);
	struct srv_list list;

	for (size_t len = 0; len < sizeof message - 1; len++) {
		char *copy = test_malloc(len + 1); /* its end is watched */

		memcpy(copy, message, len);
		parse(copy, len, &list);
		assert_int_equal(list.n_items, 0);
		test_free(copy);
	}
}

static void add(struct srv_list *list, const char *host, uint16_t priority, uint16_t weight) {
	struct srv_record *record = &list->items[list->n_items++];

	*record = (struct srv_record){ .priority = priority, .weight = weight, .port = 389 };
	snprintf(record->host, sizeof record->host, "%s", host);
}

static uint32_t the_most(void *context, uint32_t most) {
	return most;
}

static uint32_t nothing(void *context, uint32_t most) {
	return 0;
}

static uint32_t next_number(void *context, uint32_t most) {
	uint32_t *number = context;

	return (*number)++ % (most + 1);
}

static void test_priority_decides(void **state) {
	srv_lot_f *const lots[] = { the_most, nothing };

	for (size_t i = 0; i < ARRAY_LEN(lots); i++) {
		struct srv_list list = { 0 };

		add(&list, "third", 300, 9);
		add(&list, "first", 0, 0);
		add(&list, "second", 20, 65535);
		srv_order(&list, lots[i], NULL);
		assert_string_equal(list.items[0].host, "first");
		assert_string_equal(list.items[1].host, "second");
		assert_string_equal(list.items[2].host, "third");
	}
}

/* With each possible lot once, a server comes first as often as its weight says; none is lost. */
static void test_weight_divides(void **state) {
	unsigned n_first[3] = { 0 };
	uint32_t number = 0;

	for (uint32_t i = 0; i <= 40; i++) {
		struct srv_list list = { 0 };

		add(&list, "0", 1, 30);
		add(&list, "1", 1, 0);
		add(&list, "2", 1, 10);
		number = i;
		srv_order(&list, next_number, &number);
		assert_string_not_equal(list.items[0].host, list.items[1].host);
		assert_string_not_equal(list.items[0].host, list.items[2].host);
		assert_string_not_equal(list.items[1].host, list.items[2].host);
		n_first[list.items[0].host[0] - '0']++;
	}
	assert_int_equal(n_first[0], 30);
	assert_int_equal(n_first[1], 1);
	assert_int_equal(n_first[2], 10);
}

static void test_no_weights(void **state) {
	unsigned n_first[2] = { 0 };

	for (uint32_t i = 0; i < 10; i++) {
		struct srv_list list = { 0 };
		uint32_t number = i;

		add(&list, "0", 1, 0);
		add(&list, "1", 1, 0);
		srv_order(&list, next_number, &number);
		n_first[list.items[0].host[0] - '0']++;
	}
	assert_int_equal(n_first[0], 5);
	assert_int_equal(n_first[1], 5);
}

static void test_append(void **state) {
	struct srv_list list = { 0 }, more = { 0 };

	add(&list, "dc1", 1, 0);
	add(&more, "dc2", 0, 0);
	add(&more, "DC1", 0, 0);
	more.items[0].port = 3268;
	srv_append(&list, &more);
	assert_int_equal(list.n_items, 2);
	assert_string_equal(list.items[1].host, "dc2");
	for (more.n_items = 0; more.n_items < SRV_RECORDS_MAX;) {
		add(&more, "x", 0, 0);
		more.items[more.n_items - 1].port = (uint16_t)more.n_items;
	}
	srv_append(&list, &more);
	assert_int_equal(list.n_items, SRV_RECORDS_MAX);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),		 cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_cut_short),	 cmocka_unit_test(test_priority_decides),
		cmocka_unit_test(test_weight_divides),	 cmocka_unit_test(test_no_weights),
		cmocka_unit_test(test_append),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
