/* SPDX-License-Identifier: Apache-2.0 */
/* Entries become LDIF text that reads as the same entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "model/ldif.h"
#include "model/ldif_write.h"

static struct arena *arena; /* of the running test */

static int setup(void **state) {
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state) {
	arena = arena_free(arena);
	return 0;
}

static struct entry *make_entry(const char *dn, struct span value) {
	struct entry *entry = arena_new_of(arena, struct entry);
	static struct span class = { (const uint8_t *)"lessorSite", 10 };
	struct span *values = arena_array_of(arena, struct span, 1);

	*values = value;
	entry->dn = dn;
	entry->n_attributes = 2;
	entry->attributes = arena_array_of(arena, struct entry_attribute, 2);
	entry->attributes[0] = (struct entry_attribute){ "objectClass", &class, 1 };
	entry->attributes[1] = (struct entry_attribute){ "description", values, 1 };
	return entry;
}

static void assert_reads_back(const struct entry *entry) {
	struct span text = ldif_write(entry, arena);
	struct error error;
	struct ldif ldif;
	size_t column = 0;

	if (ldif_read("text", text, arena, &ldif, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(ldif.n_records, 1);
	ldif.records[0].entry->uuid = entry->uuid;
	assert_true(is_entry_equal(ldif.records[0].entry, entry));
	for (size_t i = 0; i < text.len; i++) {
		column = text.data[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 76 && text.data[i] < 0x7f);
	}
}

static void plain_text_stands_as_it_is(void **state) {
	struct span text = ldif_write(make_entry("cn=a,dc=x", span_of_text("one two")), arena);

	assert_string_equal((const char *)text.data, "dn: cn=a,dc=x\nobjectClass: lessorSite\ndescription: one two\n\n");
	assert_int_equal(text.len, strlen((const char *)text.data));
}

static void other_values_are_kept(void **state) {
	static const struct span values[] = { { (const uint8_t *)"", 0 },
					      { (const uint8_t *)" a", 2 },
					      { (const uint8_t *)"a ", 2 },
					      { (const uint8_t *)"\ta", 2 },
					      { (const uint8_t *)":a", 2 },
					      { (const uint8_t *)"<a", 2 },
					      { (const uint8_t *)"a\nb", 3 },
					      { (const uint8_t *)"a\0b", 3 },
					      { (const uint8_t *)"\x7f", 1 },
					      { (const uint8_t *)"H\xc3\xa5kon", 6 } };

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		assert_reads_back(make_entry("cn=\xc3\xb8,dc=x", values[i]));
}

static void long_lines_are_folded(void **state) {
	for (size_t len = 50; len < 250; len++) {
		char *plain = arena_take(arena, len + 1), *odd = arena_take(arena, len + 1);

		memset(plain, 'p', len);
		memset(odd, 0xf0, len);
		assert_reads_back(make_entry(arena_format(arena, "cn=%s,dc=x", plain), span_of(plain, len)));
		assert_reads_back(make_entry(arena_format(arena, "cn=%s,dc=x", odd), span_of(odd, len)));
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_text_stands_as_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(other_values_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(long_lines_are_folded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
