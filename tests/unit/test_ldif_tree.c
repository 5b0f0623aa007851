/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a server without a directory becomes what a directory would hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dir/ldif_tree.h"

#define ROOT "dn: cn=DHCP,dc=example,dc=org\nobjectClass: lessorRoot\n\n"

static struct change_batch batch; /* of the running test */

static int setup(void **state) {
	change_batch_init(&batch);
	return 0;
}

static int teardown(void **state) {
	change_batch_done(&batch);
	return 0;
}

static int read_text(const char *text, struct ldif_tree *ret_tree, struct error *reterr_error) {
	return ldif_tree_read("file", span_of_text(text), batch.arena, ret_tree, reterr_error);
}

static void what_counts_is_taken(void **state) {
	struct ldif_tree tree;
	struct error error;

	/* Of a whole directory's dump what is not ours is left out; what is ours but stands elsewhere is not hidden. */
	assert_int_equal(read_text("dn: dc=example,dc=org\nobjectClass: domain\n\n" ROOT
				   "dn: cn=sites,cn=DHCP,dc=example,dc=org\nobjectClass: applicationProcess\n\n"
				   "dn: cn=a,cn=NetServices,dc=example,dc=org\nobjectClass: dHCPClass\n\n"
				   "dn: cn=hq,dc=example,dc=org\nobjectClass: top\nobjectClass: LESSORSITE\n",
				   &tree, &error),
			 0);
	assert_string_equal(tree.root->dn, "cn=DHCP,dc=example,dc=org");
	assert_string_equal(tree.base, "dc=example,dc=org");
	assert_int_equal(tree.n_entries, 3);
	assert_int_equal(tree.n_outside, 2);
	assert_string_equal(tree.entries[2]->dn, "cn=hq,dc=example,dc=org");
	assert_int_equal(ldif_tree_line(&tree, &tree.entries[2]->uuid), 13);
}

static void assert_words_refused(const char *text, const char *expected) {
	struct ldif_tree tree;
	struct error error;

	assert_int_equal(read_text(text, &tree, &error), -E_DHCP_REGISTRY_INIT_FAILED);
	assert_string_equal(error.text, expected);
}

/* As a directory's schema would: in a file nobody else notices. */
static void what_is_misspelled_is_refused(void **state) {
	struct ldif_tree tree;
	struct error error;

	assert_words_refused(ROOT "dn: cn=hq,cn=DHCP,dc=example,dc=org\nobjectClass: lessorSite\nlessorOptoin: routers=10.0.0.1\n",
			     "file:4: cn=hq,cn=DHCP,dc=example,dc=org: there is no attribute lessorOptoin; did you mean "
			     "lessorOption");
	assert_words_refused(ROOT "dn: cn=hq,cn=DHCP,dc=example,dc=org\nobjectClass: lessorSite\nLESSORRANGE: 10.0.0.1\n",
			     "file:4: cn=hq,cn=DHCP,dc=example,dc=org: entries of this class have no lessorRange; remove it, or "
			     "put it where it belongs");
	assert_words_refused(ROOT "dn: cn=hq,cn=DHCP,dc=example,dc=org\nobjectClass: lessorSyte\nlessorName: hq\n",
			     "file:4: cn=hq,cn=DHCP,dc=example,dc=org: there is no class lessorSyte; did you mean lessorSite");
	assert_words_refused(ROOT "dn: cn=hq,cn=DHCP,dc=example,dc=org\nobjectClass: device\nlessorQuarterMaster: hq\n",
			     "file:4: cn=hq,cn=DHCP,dc=example,dc=org: there is no attribute lessorQuarterMaster");
	assert_int_equal(read_text(ROOT "dn: cn=hq,cn=DHCP,dc=example,dc=org\nobjectclass: lessorSite\nlessoroption: a\n"
				   "lessorWatch: on\nentryCSN: 1\nseeAlso: cn=a\n", &tree, &error), 0);
}

static void the_batch_is_the_whole(void **state) {
	struct ldif_tree tree;
	struct error error;

	assert_int_equal(read_text(ROOT, &tree, &error), 0);
	ldif_tree_put(&tree, &batch);
	assert_true(batch.is_whole && batch.is_synchronized);
	assert_int_equal(batch.n_items, 1);
	assert_int_equal(batch.items[0].kind, CHANGE_ENTRY);
	assert_ptr_equal(batch.items[0].entry, tree.root);
}

static void a_root_may_stand_at_the_top(void **state) {
	struct ldif_tree tree;
	struct error error;

	assert_int_equal(read_text("dn: cn=DHCP\nobjectClass: lessorRoot\n", &tree, &error), 0);
	assert_string_equal(tree.base, "");
}

static void there_is_one_root(void **state) {
	struct ldif_tree tree;
	struct error error;

	assert_int_equal(read_text("", &tree, &error), -E_DHCP_REGISTRY_INIT_FAILED);
	assert_string_equal(error.text, "file has no entry of class lessorRoot, below which the configuration stands; add one, for "
					"example cn=DHCP,dc=example,dc=org");
	assert_int_equal(read_text(ROOT "dn: cn=Second,dc=example,dc=org\nobjectClass: lessorRoot\n", &tree, &error),
			 -E_DHCP_REGISTRY_INIT_FAILED);
	assert_string_equal(error.text,
			    "file:4: this is a second entry of class lessorRoot, after the one in line 1; keep one of the two");
	assert_int_equal(read_text(ROOT "cn: x\n", &tree, &error), -E_DHCP_REGISTRY_INIT_FAILED);
	assert_int_equal(error.code, E_DHCP_REGISTRY_INIT_FAILED);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_counts_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_misspelled_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(the_batch_is_the_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(a_root_may_stand_at_the_top, setup, teardown),
		cmocka_unit_test_setup_teardown(there_is_one_root, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
