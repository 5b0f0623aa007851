/* SPDX-License-Identifier: Apache-2.0 */
/* Sub-options 94 and 95 of option 43, octet by octet. */
#include "wire_support.h"

#include "wire/rogue.h"

#define CONTOSO "636f6e746f736f2e636f6d"

/* Exactly as many octets as there are, so that a read beyond them is one beyond the allocation. */
static struct span exact_octets(const char *text, uint8_t **ret_copy) {
	static uint8_t octets[OCTETS_MAX];
	size_t len = octets_from_text(text, octets);

	*ret_copy = malloc(len ? len : 1);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, octets, len);
	return span_of(*ret_copy, len);
}

static void test_requests(void **state) {
	static const struct {
		const char *octets;
		bool is_request;
	} requests[] = {
		{ "5e00", true },
		{ "5e00 ff", true },
		{ "5e02 aabb", true },
		{ "00 00 5e00", true },
		{ "0104 00000001 5e00 0204 00000001", true },
		{ "5e00 0109", true },
		{ "", false },
		{ "5e", false },
		{ "5e01", false },
		{ "ff 00 5e00", false },
		{ "0109 5e00", false },
		{ "0102 5e00", false },
		{ "5f01 00", false },
		{ "00", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		uint8_t *copy;

		if (has_rogue_request(exact_octets(requests[i].octets, &copy)) != requests[i].is_request)
			fail_msg("%s: %s", requests[i].octets, requests[i].is_request ? "not seen" : "seen");
		free(copy);
	}
	assert_false(has_rogue_request(span_of(NULL, 0)));
}

static void test_answers(void **state) {
	static const struct {
		const char *octets;
		enum rogue_answer answer;
		const char *enterprise;
	} answers[] = {
		{ "5f0c" CONTOSO "00", ROGUE_ANSWER_DIRECTORY, "contoso.com" },
		{ "5f0b" CONTOSO, ROGUE_ANSWER_DIRECTORY, "contoso.com" },
		{ "5f0c" CONTOSO "00 ff", ROGUE_ANSWER_DIRECTORY, "contoso.com" },
		{ "00 0104 00000001 5f0c" CONTOSO "00 0204 00000001", ROGUE_ANSWER_DIRECTORY, "contoso.com" },
		{ "5f0c" CONTOSO "00 0204", ROGUE_ANSWER_DIRECTORY, "contoso.com" },
		{ "5f0e" CONTOSO "00 6162", ROGUE_ANSWER_DIRECTORY, "contoso.com" },
		{ "5f02 6100 5f02 6200", ROGUE_ANSWER_DIRECTORY, "a" },
		{ "5f09 41 5f 2d 2e 39 7a 5a 30 00", ROGUE_ANSWER_DIRECTORY, "A_-.9zZ0" },
		{ "5f0a 61 0a 1b 25 20 7f c3 bc 2f 00", ROGUE_ANSWER_DIRECTORY, "a????????" },
		{ "5fff 61*255", ROGUE_ANSWER_DIRECTORY, NULL },
		{ "5f01 00", ROGUE_ANSWER_STANDALONE, "" },
		{ "5f00", ROGUE_ANSWER_STANDALONE, "" },
		{ "5f03 00 6162", ROGUE_ANSWER_STANDALONE, "" },
		{ "", ROGUE_ANSWER_NONE, "" },
		{ "5e00", ROGUE_ANSWER_NONE, "" },
		{ "5f", ROGUE_ANSWER_NONE, "" },
		{ "5f01", ROGUE_ANSWER_NONE, "" },
		{ "5f0c" CONTOSO, ROGUE_ANSWER_NONE, "" },
		{ "ff 00 5f01 00", ROGUE_ANSWER_NONE, "" },
		{ "0103 5f01 00", ROGUE_ANSWER_NONE, "" },
		{ "0109 5f01 00", ROGUE_ANSWER_NONE, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		char enterprise[ROGUE_ENTERPRISE_MAX];
		uint8_t *copy;

		memset(enterprise, '\n', sizeof enterprise);
		if (rogue_answer_parse(exact_octets(answers[i].octets, &copy), sizeof enterprise, enterprise) !=
		    answers[i].answer)
			fail_msg("%s: another answer", answers[i].octets);
		free(copy);
		if (answers[i].enterprise)
			assert_string_equal(enterprise, answers[i].enterprise);
		else
			assert_int_equal(strlen(enterprise), 255);
	}
}

static void test_room_for_the_name(void **state) {
	static const char *const names[] = { "", "c", "co", "con" };
	uint8_t *copy;
	struct span octets = exact_octets("5f04 636f6e 00", &copy);

	for (size_t size = 1; size <= 4; size++) {
		char *enterprise = malloc(size);

		assert_non_null(enterprise);
		assert_int_equal(rogue_answer_parse(octets, size, enterprise), ROGUE_ANSWER_DIRECTORY);
		assert_string_equal(enterprise, names[size - 1]);
		free(enterprise);
	}
	free(copy);
}

static void test_written_request(void **state) {
	uint8_t octets[ROGUE_REQUEST_SIZE];

	assert_octets("request", span_of(octets, rogue_request_write(octets)), "5e00");
}

static void test_written_answers(void **state) {
	uint8_t octets[ROGUE_ANSWER_SIZE];
	char name[400];

	assert_octets("directory", span_of(octets, rogue_answer_write("contoso.com", octets)), "5f0c" CONTOSO "00");
	assert_octets("standalone", span_of(octets, rogue_answer_write("", octets)), "5f01 00");
	memset(name, 'a', sizeof name);
	name[252] = '\0';
	assert_octets("just fits", span_of(octets, rogue_answer_write(name, octets)), "5ffd 61*252 00");
	name[252] = 'a';
	name[399] = '\0';
	assert_octets("cut", span_of(octets, rogue_answer_write(name, octets)), "5ffd 61*252 00");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_room_for_the_name),
		cmocka_unit_test(test_written_request),
		cmocka_unit_test(test_written_answers),
	};

	return cmocka_run_group_tests_name("rogue", tests, NULL, NULL);
}
