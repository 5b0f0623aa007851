/* SPDX-License-Identifier: Apache-2.0 */
/* LDIF text becomes entries, and each mistake is named with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/ldif.h"

static struct arena *arena; /* of the running test */

static int setup(void **state) {
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state) {
	arena = arena_free(arena);
	return 0;
}

static struct ldif read_good(const char *text) {
	struct error error;
	struct ldif ldif;

	if (ldif_read("file", span_of_text(text), arena, &ldif, &error) < 0)
		fail_msg("%s", error.text);
	return ldif;
}

static void assert_value(const struct ldif_record *record, const char *name, size_t index, const char *value) {
	const struct entry_attribute *attribute = entry_attribute_get(record->entry, name);

	assert_non_null(attribute);
	assert_true(index < attribute->n_values);
	assert_true(is_span_equal(attribute->values[index], span_of_text(value)));
	assert_int_equal(attribute->values[index].data[attribute->values[index].len], 0);
}

static void no_text_has_no_entry(void **state) {
	assert_int_equal(read_good("").n_records, 0);
	assert_int_equal(read_good("\n\r\n# a comment\n of two lines\nversion: 1\n\n").n_records, 0);
}

static void all_forms_are_read(void **state) {
	struct ldif ldif = read_good("\xef\xbb\xbfversion: 1\r\n"
				     "dn: cn=DHCP,dc=exam\r\n ple,dc=org\r\n"
				     "objectClass: lessorRoot\r\n"
				     "# between\r\n lessorOption: domain-name=no\r\n"
				     "cn:DHCP\r\n"
				     "lessorOption:   domain-name=example.org \t\r\n"
				     "CN;lang-de: Adressen\r\n"
				     "\r\n\r\n"
				     "dn:: Y249c2l0ZXMsY249REhDUCxkYz1leGFtcGxlLGRjPW9yZw==\n"
				     "objectClass: applicationProcess\n"
				     "description:: IGFiYyA=\n"
				     "lessoroption: a=b\n"
				     "LESSOROPTION: c=d\n"
				     "cn:");

	assert_int_equal(ldif.n_records, 2);
	assert_int_equal(ldif.records[0].line, 2);
	assert_string_equal(ldif.records[0].entry->dn, "cn=DHCP,dc=example,dc=org");
	assert_int_equal(ldif.records[0].entry->n_attributes, 3);
	assert_value(&ldif.records[0], "cn", 0, "DHCP");
	assert_value(&ldif.records[0], "lessorOption", 0, "domain-name=example.org");
	assert_int_equal(ldif.records[1].line, 12);
	assert_string_equal(ldif.records[1].entry->dn, "cn=sites,cn=DHCP,dc=example,dc=org");
	assert_value(&ldif.records[1], "description", 0, " abc ");
	assert_value(&ldif.records[1], "lessorOption", 0, "a=b");
	assert_value(&ldif.records[1], "lessorOption", 1, "c=d");
	assert_value(&ldif.records[1], "cn", 0, "");
}

static void base64_ends_in_any_way(void **state) {
	struct ldif ldif = read_good("dn: cn=a\nobjectClass: a\nv:: YWJj\nv:: YWI=\nv:: YQ==\nv::\nv:: Y\n WJj\nb:: AA==\n");
	const struct entry_attribute *zero = entry_attribute_get(ldif.records[0].entry, "b");

	assert_value(ldif.records, "v", 0, "abc");
	assert_value(ldif.records, "v", 1, "ab");
	assert_value(ldif.records, "v", 2, "a");
	assert_value(ldif.records, "v", 3, "");
	assert_value(ldif.records, "v", 4, "abc");
	assert_int_equal(zero->values[0].len, 1);
	assert_int_equal(zero->values[0].data[0], 0);
}

/* However a name is written, it is the same entry, which another file's version follows. */
static void the_name_is_the_identity(void **state) {
	struct ldif one = read_good("dn: cn=DHCP,dc=example,dc=org\nobjectClass: a\n");
	struct ldif same = read_good("dn: CN=dhcp , DC=Example,dc=org\nobjectClass: b\n");
	struct ldif other = read_good("dn: cn=DHCQ,dc=example,dc=org\nobjectClass: a\n");

	assert_memory_equal(&one.records->entry->uuid, &same.records->entry->uuid, ENTRY_UUID_SIZE);
	assert_memory_not_equal(&one.records->entry->uuid, &other.records->entry->uuid, ENTRY_UUID_SIZE);
}

#define GOOD "dn: cn=a\nobjectClass: a\n"

static const struct {
	const char *text;
	const char *sentence;
} mistakes[] = {
	{ "cn: a\n", "file:1: an entry begins with its name, \"dn: cn=...\", and not with \"cn\"" },
	{ GOOD "\nsearch: 2\n", "file:4: an entry begins with its name, \"dn: cn=...\", and not with \"search\"" },
	{ "version: 2\n", "file:1: only version 1 of LDIF is known" },
	{ GOOD "\nversion: 1\n", "file:4: an entry begins with its name, \"dn: cn=...\", and not with \"version\"" },
	{ "dn: nobody\n", "file:1: \"nobody\" is not an entry's name; write one like cn=DHCP,dc=example,dc=org" },
	{ "dn:\n", "file:1: \"\" is not an entry's name; write one like cn=DHCP,dc=example,dc=org" },
	{ "dn:: Y249YQBi\n", "file:1: \"cn=a\\x00b\" is not an entry's name; write one like cn=DHCP,dc=example,dc=org" },
	{ "dn: cn=a,b\n", "file:1: \"cn=a,b\" is not an entry's name; write one like cn=DHCP,dc=example,dc=org" },
	{ GOOD "\n\ndn: cn=b\ncn: b\n", "file:5: the entry says nothing of what it is; add its objectClass" },
	{ GOOD "lessorRange 10.77.0.50-10.77.0.200\n",
	  "file:3: \"lessorRange 10.77.0.50-10.77.0.200\" is neither \"attribute: value\" nor a comment nor an empty line" },
	{ GOOD ": a\n", "file:3: \": a\" is neither \"attribute: value\" nor a comment nor an empty line" },
	{ "# a\n b\n\n c\n", "file:4: the line begins with a space, so it goes on with the one before, but that is empty" },
	{ GOOD "cn:: YW=j\n",
	  "file:3: the value behind \"::\" is not in base64; correct it, or write a plain value behind one colon" },
	{ GOOD "cn:: YWJ\n",
	  "file:3: the value behind \"::\" is not in base64; correct it, or write a plain value behind one colon" },
	{ GOOD "cn:: ====\n",
	  "file:3: the value behind \"::\" is not in base64; correct it, or write a plain value behind one colon" },
	{ GOOD "cn:< file:///etc/passwd\n",
	  "file:3: the value is to be read from elsewhere (\":<\"), which is not done; write the value itself" },
	{ "include: file:///etc/passwd\n", "file:1: an entry begins with its name, \"dn: cn=...\", and not with \"include\"" },
	{ "dn: cn=a\nchangetype: add\n",
	  "file:2: \"changetype\" makes this a change; the file holds the entries themselves, so write how the entry is to be" },
	{ "dn: cn=a\nchangetype: modify\nadd: cn\ncn: b\n-\n",
	  "file:2: \"changetype\" makes this a change; the file holds the entries themselves, so write how the entry is to be" },
	{ GOOD "-\n", "file:3: \"-\" is neither \"attribute: value\" nor a comment nor an empty line" },
	{ GOOD "dn: cn=b\n", "file:3: an empty line must stand between two entries, before \"dn:\"" },
	{ GOOD "  \ndn: cn=b\n", "file:4: an empty line must stand between two entries, before \"dn:\"" },
	{ GOOD "\ndn: cn=b\nobjectClass: b\n\ndn: CN = A\nobjectClass: a\n",
	  "file:7: CN = A stands in line 1 already; keep one of the two" },
};

static void each_mistake_is_named_with_its_line(void **state) {
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct error error = { 0 };
		struct ldif ldif;

		assert_int_equal(ldif_read("file", span_of_text(mistakes[i].text), arena, &ldif, &error),
				 -E_DHCP_REGISTRY_INIT_FAILED);
		assert_int_equal(error.code, E_DHCP_REGISTRY_INIT_FAILED);
		assert_string_equal(error.text, mistakes[i].sentence);
	}
}

static void a_nul_is_no_text(void **state) {
	static const char text[] = "dn: cn=a\nobjectClass: a\0b\n";
	struct error error;
	struct ldif ldif;

	assert_true(ldif_read("file", span_of(text, sizeof text - 1), arena, &ldif, &error) < 0);
	assert_string_equal(error.text, "file:2: there is a NUL character in this line; the file must be plain text");
}

static void attributes_have_a_limit_and_values_none(void **state) {
	static char text[64 * 1024];
	size_t len = (size_t)snprintf(text, sizeof text, GOOD);
	struct error error;
	struct ldif ldif;

	for (unsigned i = 0; i < 2000; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "v: %u\n", i);
	ldif = read_good(text);
	assert_int_equal(entry_attribute_get(ldif.records->entry, "v")->n_values, 2000);
	for (unsigned i = 0; i < 2000; i++) {
		char value[8];

		snprintf(value, sizeof value, "%u", i);
		assert_value(ldif.records, "v", i, value);
	}
	for (unsigned i = 2; i <= LDIF_ATTRIBUTES_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "a%u: a\n", i);
	assert_int_equal(ldif_read("file", span_of(text, len), arena, &ldif, &error), -E_DHCP_REGISTRY_INIT_FAILED);
	assert_string_equal(error.text, "file:2201: the entry has more than 200 different attributes, which no entry of a "
					"server's configuration has");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_text_has_no_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(all_forms_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(base64_ends_in_any_way, setup, teardown),
		cmocka_unit_test_setup_teardown(the_name_is_the_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(each_mistake_is_named_with_its_line, setup, teardown),
		cmocka_unit_test_setup_teardown(a_nul_is_no_text, setup, teardown),
		cmocka_unit_test_setup_teardown(attributes_have_a_limit_and_values_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
