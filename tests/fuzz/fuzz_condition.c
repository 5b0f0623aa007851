/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is either refused with a sentence, or a condition that is written in a form that reads as the same. The
 * input is the condition; behind a NUL, what a client shows of itself, the same for all attributes. */
#include <stdlib.h>
#include <string.h>

#include "model/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct client_class classes[] = {
	{ .name = "Microsoft Options", .kind = CLASS_KIND_VENDOR, .data = { (const uint8_t *)"MSFT", 4 } },
	{ .name = "MSFT", .kind = CLASS_KIND_VENDOR, .data = { (const uint8_t *)"MSFT 5.0", 8 } },
	{ .name = "Kiosk", .kind = CLASS_KIND_USER, .data = { (const uint8_t *)"k", 1 } },
	{ .name = "a \"b\\", .kind = CLASS_KIND_USER, .data = { (const uint8_t *)"b", 1 } },
};

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static struct condition *parse(const char *text, struct arena *arena) {
	static const struct condition_classes all = { classes, sizeof classes / sizeof classes[0] };
	struct condition *condition = NULL;
	struct error error = { 0 };
	int result = condition_parse(text, &all, arena, &condition, &error);

	if (result == 0)
		return condition;
	check(result == -error.code && *error.text && !condition);
	check(error.code == E_DHCP_INVALID_POLICY_EXPRESSION || error.code == E_DHCP_POLICY_BAD_PARENT_EXPR ||
	      error.code == E_DHCP_CLASS_NOT_FOUND);
	return NULL;
}

static const char *format(const struct condition *condition, struct arena *arena) {
	struct text text;

	text_init(&text, arena_take(arena, 65536), 65536);
	condition_format(condition, &text);
	check(!text.is_truncated);
	return text.data;
}

static void check_same(const struct condition *a, const struct condition *b, struct span shown) {
	struct condition_subject subject = { 0 };

	check(is_condition_met(a, &subject) == is_condition_met(b, &subject));
	for (unsigned i = 0; i < CONDITION_ATTRIBUTE_COUNT; i++) {
		check(is_condition_about(a, i) == is_condition_about(b, i));
		subject.values[i] = shown;
		check(is_condition_met(a, &subject) == is_condition_met(b, &subject));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *arena = arena_new(0);
	const char *input = arena_dup(arena, span_of(data, size)), *written;
	struct condition *condition = parse(input, arena), *again;
	size_t len = strlen(input);

	if (condition) {
		written = format(condition, arena);
		if (strlen(written) <= 8192) {
			again = parse(written, arena);
			check(again && strcmp(format(again, arena), written) == 0);
			check_same(condition, again, span_of(data + len, size - len));
		}
	}
	arena_free(arena);
	return 0;
}
