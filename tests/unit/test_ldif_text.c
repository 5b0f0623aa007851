/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of LDIF text: what they are about, and that all else keeps its octets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "admin/edit.h"
#include "admin/ldif_text.h"
#include "model/dn.h"
#include "model/ldif.h"

#define ROUNDS 2000

static const char sample[] = "# Head\n"
			     "dn: cn=DHCP,dc=x\n"
			     "objectClass: lessorRoot\n"
			     "# of the root\n"
			     "lessorOption: a=1\n"
			     "lessorOption;lang-de: b=2\n"
			     "LESSOROPTION:: Yz0z\n" /* c=3 */
			     "lessorName: lo\n"
			     " ng\n"
			     "\n"
			     "\n"
			     "# The site\n"
			     "dn: cn=hq,cn=DHCP,dc=x\n"
			     "objectClass: lessorSite\n";

static int set_up(void **state) {
	*state = arena_new(0);
	return 0;
}

static int tear_down(void **state) {
	arena_free(*state);
	return 0;
}

static struct ldif read_text(struct arena *arena, struct span text) {
	struct error error;
	struct ldif ldif;

	if (ldif_read("text", text, arena, &ldif, &error) < 0)
		fail_msg("%s in:\n%.*s", error.text, (int)text.len, text.data);
	return ldif;
}

static void expect_text(struct span text, const char *wanted) {
	if (text.len != strlen(wanted) || memcmp(text.data, wanted, text.len) != 0)
		fail_msg("got:\n%.*s\nwanted:\n%s", (int)text.len, text.data, wanted);
	assert_int_equal(text.data[text.len], '\0');
}

static void changes_values(void **state) {
	struct arena *arena = *state;
	struct span text = span_of_text(sample);
	struct ldif ldif = read_text(arena, text);
	struct entry *after = edit_copy(arena, ldif.records[0].entry);

	edit_remove_at(after, "lessorOption", 1);
	edit_add(arena, after, "lessorOption", "d=4");
	edit_set(arena, after, "lessorName", "other");
	edit_set(arena, after, "lessorLeaseTime", "60");
	text = ldif_text_modify(text, ldif.records[0].line, ldif.records[0].entry, after, arena);
	expect_text(text, "# Head\n"
			  "dn: cn=DHCP,dc=x\n"
			  "objectClass: lessorRoot\n"
			  "# of the root\n"
			  "lessorOption: a=1\n"
			  "lessorOption;lang-de: b=2\n"
			  "lessorOption: d=4\n"
			  "lessorName: other\n"
			  "lessorLeaseTime: 60\n"
			  "\n"
			  "\n"
			  "# The site\n"
			  "dn: cn=hq,cn=DHCP,dc=x\n"
			  "objectClass: lessorSite\n");
}

static void leaves_all_else(void **state) {
	struct arena *arena = *state;
	struct span text = span_of_text(sample);
	struct ldif ldif = read_text(arena, text);

	expect_text(ldif_text_modify(text, ldif.records[0].line, ldif.records[0].entry, ldif.records[0].entry, arena),
		    sample);
	expect_text(ldif_text_remove(text, ldif.records[1].line, arena), "# Head\n"
									 "dn: cn=DHCP,dc=x\n"
									 "objectClass: lessorRoot\n"
									 "# of the root\n"
									 "lessorOption: a=1\n"
									 "lessorOption;lang-de: b=2\n"
									 "LESSOROPTION:: Yz0z\n"
									 "lessorName: lo\n"
									 " ng\n"
									 "\n"
									 "\n"
									 "# The site\n");
}

static void adds_behind_a_record(void **state) {
	struct arena *arena = *state;
	const struct entry *entry = edit_new(arena, "cn=b,dc=x", "y");
	struct span text = span_of_text("dn: cn=a,dc=x\nobjectClass: y\n\ndn: cn=c,dc=x\nobjectClass: y");

	expect_text(
		ldif_text_add(text, 1, entry, arena),
		"dn: cn=a,dc=x\nobjectClass: y\n\ndn: cn=b,dc=x\nobjectClass: y\ncn: b\n\ndn: cn=c,dc=x\nobjectClass: y");
	expect_text(
		ldif_text_add(text, 4, entry, arena),
		"dn: cn=a,dc=x\nobjectClass: y\n\ndn: cn=c,dc=x\nobjectClass: y\n\ndn: cn=b,dc=x\nobjectClass: y\ncn: b\n");
	expect_text(ldif_text_remove(ldif_text_add(text, 4, entry, arena), 7, arena),
		    "dn: cn=a,dc=x\nobjectClass: y\n\ndn: cn=c,dc=x\nobjectClass: y\n");
	expect_text(ldif_text_add(span_of_text(""), 0, entry, arena), "dn: cn=b,dc=x\nobjectClass: y\ncn: b\n");
	expect_text(ldif_text_add(span_of_text("# x"), 0, entry, arena),
		    "# x\n\ndn: cn=b,dc=x\nobjectClass: y\ncn: b\n");
}

static void keeps_line_ends(void **state) {
	struct arena *arena = *state;
	struct span text = span_of_text("dn: cn=a,dc=x\r\nobjectClass: y\r\nsn: 1\r\n\r\n# end\r\n");
	struct ldif ldif = read_text(arena, text);
	struct entry *after = edit_copy(arena, ldif.records[0].entry);

	edit_set(arena, after, "sn", "2");
	expect_text(ldif_text_modify(text, 1, ldif.records[0].entry, after, arena),
		    "dn: cn=a,dc=x\r\nobjectClass: y\r\nsn: 2\r\n\r\n# end\r\n");
	expect_text(ldif_text_remove(text, 1, arena), "# end\r\n");
	expect_text(
		ldif_text_add(text, 1, edit_new(arena, "cn=b,dc=x", "y"), arena),
		"dn: cn=a,dc=x\r\nobjectClass: y\r\nsn: 1\r\n\r\ndn: cn=b,dc=x\r\nobjectClass: y\r\ncn: b\r\n\r\n# end\r\n");
	/* Half of a line end is not taken for a part of the value. */
	expect_text(ldif_text_add(span_of_text("dn: cn=a,dc=x\nobjectClass: y\r"), 1, edit_new(arena, "cn=b,dc=x", "y"), arena),
		    "dn: cn=a,dc=x\nobjectClass: y\r\n\ndn: cn=b,dc=x\nobjectClass: y\ncn: b\n");
}

/* ------------------------------------------------------------------ any sequence of edits */

static unsigned random_below(unsigned *seed, unsigned limit) {
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % limit;
}

static const char *random_value(struct arena *arena, unsigned *seed) {
	static const char *const odd[] = { " blank first", "blank last ", ":colon", "<from", "z\u00fcrich", "",
					   "#hash",        "a\nb" };
	unsigned kind = random_below(seed, 16);

	if (kind < ARRAY_LEN(odd))
		return odd[kind];
	return arena_format(arena, "%0*u", (int)(1 + random_below(seed, 200)), random_below(seed, 100));
}

/* Same entries with the same values, in whatever order. */
static void expect_same(const struct ldif *ldif, struct entry *const *wanted, size_t n_wanted) {
	assert_int_equal(ldif->n_records, n_wanted);
	for (size_t i = 0; i < n_wanted; i++) {
		const struct entry *found = NULL;

		for (size_t j = 0; j < n_wanted; j++)
			if (is_dn_equal(ldif->records[j].entry->dn, wanted[i]->dn))
				found = ldif->records[j].entry;
		assert_non_null(found);
		assert_int_equal(found->n_attributes, wanted[i]->n_attributes);
		for (size_t a = 0; a < found->n_attributes; a++) {
			const struct entry_attribute *mine = entry_attribute_get(wanted[i], found->attributes[a].name);

			assert_non_null(mine);
			assert_int_equal(found->attributes[a].n_values, mine->n_values);
			for (size_t v = 0; v < mine->n_values; v++) {
				bool is_there = false;

				for (size_t w = 0; w < mine->n_values; w++)
					is_there |= is_span_equal(mine->values[v], found->attributes[a].values[w]);
				assert_true(is_there);
			}
		}
	}
}

static bool has_value(const struct entry *entry, const char *name, const char *value) {
	const char *one;

	for (size_t i = 0; (one = edit_value(entry, name, i)); i++)
		if (strcmp(one, value) == 0)
			return true;
	return false;
}

static void change_something(struct arena *arena, struct entry *entry, unsigned *seed) {
	static const char *const names[] = { "sn", "description", "SN", "ou" };
	const char *name = names[random_below(seed, ARRAY_LEN(names))], *value = random_value(arena, seed);
	size_t n;

	edit_values(entry, name, &n);
	if (n && random_below(seed, 3) == 0)
		edit_remove_at(entry, name, random_below(seed, (unsigned)n));
	else if (!has_value(entry, name, value))
		edit_add(arena, entry, name, value);
}

static unsigned line_of(const struct ldif *ldif, const char *dn) {
	for (size_t i = 0; i < ldif->n_records; i++)
		if (is_dn_equal(ldif->records[i].entry->dn, dn))
			return ldif->records[i].line;
	return 0;
}

static const struct entry *entry_of(const struct ldif *ldif, const char *dn) {
	for (size_t i = 0; i < ldif->n_records; i++)
		if (is_dn_equal(ldif->records[i].entry->dn, dn))
			return ldif->records[i].entry;
	return NULL;
}

static void follows_any_edits(void **state) {
	enum { ENTRIES_MAX = 8 };
	struct arena *arena = *state;
	struct span text = span_of_text("# begin\n");
	struct entry *wanted[ENTRIES_MAX];
	unsigned seed = 1, serial = 0;
	size_t n = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct ldif ldif = read_text(arena, text);
		unsigned what = random_below(&seed, 10);
		size_t which = n ? random_below(&seed, (unsigned)n) : 0;

		if (n == 0 || (what == 0 && n < ENTRIES_MAX)) {
			unsigned line = n ? line_of(&ldif, wanted[which]->dn) : 0;

			wanted[n] = edit_new(arena, arena_format(arena, "cn=%u,dc=x", serial++), "y");
			change_something(arena, wanted[n], &seed);
			text = ldif_text_add(text, line, wanted[n], arena);
			n++;
		} else if (what == 1) {
			text = ldif_text_remove(text, line_of(&ldif, wanted[which]->dn), arena);
			wanted[which] = wanted[--n];
		} else {
			wanted[which] = edit_copy(arena, wanted[which]);
			for (unsigned i = random_below(&seed, 4); i-- > 0;)
				change_something(arena, wanted[which], &seed);
			text = ldif_text_modify(text, line_of(&ldif, wanted[which]->dn),
						entry_of(&ldif, wanted[which]->dn), wanted[which], arena);
		}
		ldif = read_text(arena, text);
		expect_same(&ldif, wanted, n);
	}
	assert_int_equal(memcmp(text.data, "# begin\n", 8), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaves_all_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(adds_behind_a_record, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_line_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(follows_any_edits, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
