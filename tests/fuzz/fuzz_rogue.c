/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever option 43 holds: the name that comes out of it is safe to print, and comes back from an answer that is
 * written with it. The first octet is the room for the name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/rogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void answer_again(const char *enterprise, enum rogue_answer answer) {
	char again[ROGUE_ENTERPRISE_MAX];
	uint8_t octets[ROGUE_ANSWER_SIZE];
	size_t len = rogue_answer_write(enterprise, octets);

	check(rogue_answer_parse(span_of(octets, len), sizeof again, again) == answer);
	check(strlen(enterprise) > ROGUE_ANSWER_SIZE - 3 || strchr(enterprise, '?') || strcmp(enterprise, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	char enterprise[ROGUE_ENTERPRISE_MAX];
	enum rogue_answer answer;
	size_t room;

	if (size == 0)
		return 0;
	room = data[0] + 1u;
	memset(enterprise, '\n', sizeof enterprise);
	has_rogue_request(span_of(data + 1, size - 1));
	answer = rogue_answer_parse(span_of(data + 1, size - 1), room, enterprise);
	check(memchr(enterprise, '\0', room) != NULL);
	for (const char *c = enterprise; *c; c++)
		check(*c > ' ' && *c < 0x7f);
	if (answer == ROGUE_ANSWER_NONE || answer == ROGUE_ANSWER_STANDALONE)
		check(!*enterprise);
	else if (room > 1)
		answer_again(enterprise, answer);
	return 0;
}
