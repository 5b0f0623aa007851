/* SPDX-License-Identifier: Apache-2.0 */
/* What makes one tree equal to another: which changes, in which order; and trees as JSON and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admin/plan.h"
#include "admin/tree_json.h"
#include "base/macros.h"
#include "base/text.h"
#define ENTRIES_MAX 256
#include "support/plan_check.h"
#include "support/tree_text.h"

#define ROOT "cn=DHCP,dc=x"
#define HQ "cn=hq,cn=sites," ROOT
#define SCOPE "cn=10.1.0.0," HQ
#define TREE                                                                                                           \
	ROOT "\nobjectClass: lessorRoot\ncn: DHCP\nlessorLeaseTime: 3600\n\n"                                          \
	"cn=sites," ROOT "\nobjectClass: applicationProcess\ncn: sites\n\n" HQ                                         \
	"\nobjectClass: lessorSite\ncn: hq\n\n" SCOPE                                                                  \
	"\nobjectClass: lessorScope\ncn: 10.1.0.0\nlessorPrefixLength: 24\nlessorRange: 10.1.0.50-10.1.0.60\n\n"
#define RESERVATION(address, hardware)                                                                                 \
	"cn=" address "," SCOPE "\nobjectClass: lessorReservation\ncn: " address "\nlessorHardwareAddress: " hardware "\n\n"

static struct arena *arena; /* of the running test */

static int setup(void **state) {
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state) {
	arena = arena_free(arena);
	return 0;
}

static struct canonical tree_of(const char *text) {
	struct canonical tree;
	struct error error;
	size_t n;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(text), &n);

	if (canonical_make(entries, n, arena, &tree, &error) < 0)
		fail_msg("%s", error.text);
	return tree;
}

static struct plan plan_of(const char *current, const char *target) {
	struct canonical from = tree_of(current), to = tree_of(target);
	const char *mistake = plan_prove(&from, &to);
	struct plan_wishes wishes = { false, "container" };
	struct plan plan;
	struct error error;

	if (mistake)
		fail_msg("%s", mistake);
	if (plan_make(&from, &to, &wishes, &plan, &error) < 0)
		fail_msg("%s", error.text);
	return plan;
}

/* The place of the first change of the entry called @dn. */
static size_t place_of(const struct plan *plan, const char *dn) {
	for (size_t i = 0; i < plan->n_changes; i++)
		if (strcmp((plan->changes[i].before ? plan->changes[i].before : plan->changes[i].after)->dn, dn) == 0)
			return i;
	fail_msg("nothing is done about %s", dn);
	return 0;
}

static void assert_before(const struct plan *plan, const char *earlier, const char *later) {
	size_t a = place_of(plan, earlier), b = place_of(plan, later);

	if (plan->changes[a].stage >= plan->changes[b].stage)
		fail_msg("%s is not done before %s", earlier, later);
}

static void equal_trees_need_nothing(void **state) {
	/* Case of names and order of values do not count, nor does what is not Lessor's. */
	static const char *const same = "cn=dhcp, dc=X\nobjectClass: top\nobjectClass: LESSORROOT\ncn: dhcp\n"
					"lessorLeaseTime: 03600\nmodifyTimestamp: 1\n\n"
					"cn=Sites,cn=dhcp,dc=x\nobjectClass: container\ncn: Sites\n\n"
					"cn=HQ,cn=sites," ROOT "\nobjectClass: lessorSite\ncn: HQ\n\n" SCOPE
					"\nobjectClass: lessorScope\nlessorPrefixLength: 24\nlessorRange: 10.1.0.50-10.1.0.60\n"
					"lessorRange: 10.1.0.50-10.1.0.60\n\n";

	assert_int_equal(plan_of(TREE, TREE).n_changes, 0);
	assert_int_equal(plan_of(TREE, same).n_changes, 0);
	assert_int_equal(plan_of(same, TREE).n_changes, 0);
}

static void differences_are_found(void **state) {
	struct plan plan = plan_of(TREE RESERVATION("10.1.0.9", "02:00:00:00:00:09"),
				   ROOT "\nobjectClass: lessorRoot\nlessorLeaseTime: 7200\n\n"
					"cn=sites," ROOT "\nobjectClass: applicationProcess\n\n" HQ "\nobjectClass: lessorSite\n\n" SCOPE
					"\nobjectClass: lessorScope\nlessorPrefixLength: 24\nlessorRange: 10.1.0.50-10.1.0.60\n\n"
					"cn=lab,cn=sites," ROOT "\nobjectClass: lessorSite\n\n");

	assert_int_equal(plan.n_added, 1);
	assert_int_equal(plan.n_modified, 1);
	assert_int_equal(plan.n_deleted, 1);
	assert_string_equal(entry_text(plan.changes[place_of(&plan, ROOT)].after, "lessorLeaseTime"), "7200");
	assert_string_equal(entry_text(plan.changes[place_of(&plan, ROOT)].before, "lessorLeaseTime"), "3600");
}

/* A file for one site, for the classes, for the root without sites. */
static void what_is_not_named_stays(void **state) {
	struct plan plan;

	plan = plan_of(TREE, "cn=lab,cn=sites," ROOT "\nobjectClass: lessorSite\n\n");
	assert_int_equal(plan.n_changes, 1);
	plan = plan_of(TREE RESERVATION("10.1.0.9", "02:00:00:00:00:09"), HQ "\nobjectClass: lessorSite\n\n");
	assert_int_equal(plan.n_deleted, 2);
	assert_int_equal(plan.n_changes, 2);
	plan = plan_of(TREE, ROOT "\nobjectClass: lessorRoot\n\n");
	assert_int_equal(plan.n_modified, 1);
	assert_int_equal(plan.n_changes, 1);
	plan = plan_of(TREE, ROOT "\nobjectClass: lessorRoot\nlessorLeaseTime: 3600\n\ncn=sites," ROOT "\nobjectClass: container\n\n");
	assert_int_equal(plan.n_deleted, 2);
	assert_int_equal(plan.n_changes, 2);
	/* A class is made in a tree that has no place for it yet. */
	plan = plan_of(TREE, "cn=Kiosk,cn=classes," ROOT "\nobjectClass: lessorClass\n\n");
	assert_int_equal(plan.n_added, 2);
	assert_before(&plan, "cn=classes," ROOT, "cn=Kiosk,cn=classes," ROOT);
}

static void what_has_no_parent_is_refused(void **state) {
	static const char *const wrong[] = { "cn=a,cn=b,cn=sites," ROOT "\nobjectClass: lessorScope\n\n",
					     "cn=b,cn=sites,cn=Other,dc=x\nobjectClass: lessorSite\n\n",
					     /* The scope is not in the file, but the site above it is. */
					     HQ "\nobjectClass: lessorSite\n\n" RESERVATION("10.1.0.9", "02:00:00:00:00:09") };
	struct plan_wishes wishes = { false, "container" };
	struct canonical current = tree_of(TREE);

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct canonical target = tree_of(wrong[i]);
		struct plan plan;
		struct error error;

		assert_int_equal(plan_make(&current, &target, &wishes, &plan, &error), -E_NOT_FOUND);
	}
}

/* What stands in a container's place without being one, and holds nothing of Lessor's, is in nobody's way. */
static void another_container_will_do(void **state) {
	struct plan plan = plan_of(ROOT "\nobjectClass: lessorRoot\n\ncn=sites," ROOT "\nobjectClass: organizationalRole\n\n",
				   ROOT "\nobjectClass: lessorRoot\n\ncn=sites," ROOT "\nobjectClass: container\n\n" HQ
					"\nobjectClass: lessorSite\n\n");

	assert_int_equal(plan.n_changes, 1);
	assert_int_equal(plan.n_added, 1);
}

/* An entry of somebody else below a scope that is to go, or in the place of one that is to come. */
static void what_is_not_ours_is_not_touched(void **state) {
	static const char *const foreign = "cn=note," SCOPE "\nobjectClass: document\n\n", *const site = HQ "\nobjectClass: lessorSite\n\n";
	struct canonical current = tree_of(arena_format(arena, "%s%s", TREE, foreign)), target = tree_of(site);
	struct plan_wishes wishes = { false, "container" };
	struct plan plan;
	struct error error;

	assert_int_equal(plan_make(&current, &target, &wishes, &plan, &error), -E_DDS_UNEXPECTED_ERROR);
	target = tree_of("cn=note," SCOPE "\nobjectClass: lessorPolicy\n\n");
	assert_int_equal(plan_make(&current, &target, &wishes, &plan, &error), -E_DDS_UNEXPECTED_ERROR);
	target = tree_of(TREE);
	assert_int_equal(plan_make(&current, &target, &wishes, &plan, &error), 0);
	assert_int_equal(plan.n_changes, 0);
}

static void what_a_keeping_plan_does_not_know_stays(void **state) {
	struct canonical current = tree_of(TREE), target = tree_of(ROOT "\nobjectClass: lessorRoot\n\ncn=sites," ROOT
								     "\nobjectClass: container\n\n");
	struct plan_wishes wishes = { true, "container" };
	struct plan plan;
	struct error error;

	assert_int_equal(plan_make(&current, &target, &wishes, &plan, &error), 0);
	assert_int_equal(plan.n_deleted, 0);
	assert_int_equal(plan.n_modified, 1);
}

/* Only one entry at a time may have a hardware address, a range, a default scope. */
static void what_is_released_goes_first(void **state) {
	struct plan plan = plan_of(TREE RESERVATION("10.1.0.1", "02:00:00:00:00:0a") RESERVATION("10.1.0.2", "02:00:00:00:00:0b")
					   RESERVATION("10.1.0.3", "02:00:00:00:00:0c"),
				   TREE RESERVATION("10.1.0.1", "02:00:00:00:00:0b") RESERVATION("10.1.0.2", "02:00:00:00:00:0c")
					   RESERVATION("10.1.0.3", "02:00:00:00:00:0d") RESERVATION("10.1.0.4", "02:00:00:00:00:0a"));

	assert_before(&plan, "cn=10.1.0.3," SCOPE, "cn=10.1.0.2," SCOPE);
	assert_before(&plan, "cn=10.1.0.2," SCOPE, "cn=10.1.0.1," SCOPE);
	assert_before(&plan, "cn=10.1.0.1," SCOPE, "cn=10.1.0.4," SCOPE);
	/* Two that swap are both changed all the same. */
	plan = plan_of(TREE RESERVATION("10.1.0.1", "02:00:00:00:00:0a") RESERVATION("10.1.0.2", "02:00:00:00:00:0b"),
		       TREE RESERVATION("10.1.0.1", "02:00:00:00:00:0b") RESERVATION("10.1.0.2", "02:00:00:00:00:0a"));
	assert_int_equal(plan.n_modified, 2);
	/* An address that moves to another scope, and a subnet that makes room for another one. */
	plan = plan_of(TREE, ROOT "\nobjectClass: lessorRoot\nlessorLeaseTime: 3600\n\ncn=sites," ROOT "\nobjectClass: container\n\n" HQ
			     "\nobjectClass: lessorSite\n\n" SCOPE
			     "\nobjectClass: lessorScope\nlessorPrefixLength: 25\nlessorRange: 10.1.0.50-10.1.0.60\n\n"
			     "cn=10.1.0.128," HQ "\nobjectClass: lessorScope\nlessorPrefixLength: 25\n\n");
	assert_before(&plan, SCOPE, "cn=10.1.0.128," HQ);
}

#define KIOSK "cn=Kiosk,cn=classes," ROOT
#define WITH_CLASS                                                                                                     \
	TREE "cn=classes," ROOT "\nobjectClass: applicationProcess\n\n" KIOSK "\nobjectClass: lessorClass\n\n"          \
	     "cn=p," SCOPE "\nobjectClass: lessorPolicy\nlessorCondition: user-class is Kiosk\n\n"

static void what_is_named_comes_first_and_goes_last(void **state) {
	struct plan plan = plan_of(TREE, WITH_CLASS);

	assert_before(&plan, KIOSK, "cn=p," SCOPE);
	plan = plan_of(WITH_CLASS, TREE "cn=classes," ROOT "\nobjectClass: applicationProcess\n\n");
	assert_before(&plan, "cn=p," SCOPE, KIOSK);
}

/* An entry that becomes something else is removed and made anew, with what stands below it. */
static void another_class_is_another_entry(void **state) {
	struct plan plan = plan_of(TREE RESERVATION("10.1.0.9", "02:00:00:00:00:09"),
				   ROOT "\nobjectClass: lessorRoot\nlessorLeaseTime: 3600\n\ncn=sites," ROOT
					"\nobjectClass: container\n\n" HQ "\nobjectClass: lessorSite\n\n" SCOPE
					"\nobjectClass: lessorServer\n\n" RESERVATION("10.1.0.9", "02:00:00:00:00:09"));

	assert_int_equal(plan.n_deleted, 2);
	assert_int_equal(plan.n_added, 2);
}

/* ------------------------------------------------------------------ random trees */

static uint64_t seed;

static unsigned below(unsigned limit) {
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % limit;
}

/* Write a tree of a few names, so that two of them have much in common and much to quarrel about. */
static const char *random_tree(bool is_rooted) {
	static const char *const classes[] = { "lessorSite", "lessorServer", "lessorScope", "lessorReservation",
					       "lessorPolicy", "lessorClass", "applicationProcess" };
	char *names[40], *text = arena_take(arena, 1 << 16);
	struct text out;
	size_t n = 0;

	text_init(&out, text, 1 << 16);
	names[n++] = arena_dup_text(arena, ROOT);
	if (is_rooted)
		text_add(&out, ROOT "\nobjectClass: lessorRoot\n\n");
	while (n < 2 + below(ARRAY_LEN(names) - 2)) {
		char *dn = arena_format(arena, "cn=%u,%s", below(4), names[below((unsigned)n)]);
		bool is_new = true;

		for (size_t i = 0; i < n; i++)
			is_new = is_new && strcmp(names[i], dn) != 0;
		if (!is_new)
			continue;
		names[n++] = dn;
		text_add(&out, "%s\nobjectClass: %s\nlessorHardwareAddress: 0%u\nlessorPrefixLength: 2%u\nlessorRange: %u\n\n", dn,
			 classes[below(ARRAY_LEN(classes))], below(4), below(4), below(4));
	}
	return text;
}

static void any_tree_can_become_any_other(void **state) {
	const char *given = getenv("LESSOR_TEST_SEED");

	for (uint64_t run = given ? strtoull(given, NULL, 10) : 1, end = given ? run : 2000; run <= end; run++) {
		const char *current, *target, *mistake;
		struct canonical from, to;

		seed = run;
		current = random_tree(true);
		target = random_tree(below(4) > 0);
		from = tree_of(current);
		to = tree_of(target);
		mistake = plan_prove(&from, &to);
		if (mistake)
			fail_msg("LESSOR_TEST_SEED=%llu: %s\n--- current\n%s--- target\n%s", (unsigned long long)run, mistake, current, target);
		arena_reset(arena);
	}
}

/* ------------------------------------------------------------------ JSON */

static struct canonical through_json(const struct canonical *tree, char **ret_text) {
	json_t *document = tree_json_write(tree, ROOT);
	struct tree_entries entries;
	struct canonical again = { 0 };
	struct error error;

	*ret_text = json_dumps(document, JSON_INDENT(2));
	json_decref(document);
	if (tree_json_read("file", span_of_text(*ret_text), ROOT, arena, &entries, &error) < 0 ||
	    canonical_make(entries.items, entries.n_items, arena, &again, &error) < 0)
		fail_msg("%s\n%s", error.text, *ret_text);
	return again;
}

static void assert_trees_equal(const struct canonical *a, const struct canonical *b, const char *text) {
	if (a->n_items != b->n_items)
		fail_msg("%zu entries became %zu:\n%s", a->n_items, b->n_items, text);
	for (size_t i = 0; i < a->n_items; i++) {
		struct entry left = *a->items[i].entry, right = *b->items[i].entry;

		assert_string_equal(a->items[i].key, b->items[i].key);
		left.dn = right.dn;
		left.uuid = right.uuid;
		if (!is_entry_equal(&left, &right))
			fail_msg("%s is another entry in:\n%s", right.dn, text);
	}
}

static void assert_json_keeps(const struct canonical *tree) {
	char *text;
	struct canonical again = through_json(tree, &text);

	assert_trees_equal(tree, &again, text);
	free(text);
}

static void json_keeps_everything(void **state) {
	struct canonical tree = tree_of(WITH_CLASS RESERVATION("10.1.0.9", "02:00:00:00:00:09")
					"cn=stray," ROOT "\nobjectClass: lessorSite\n\n" /* stands where it does not belong */
					"ou=floor 1," SCOPE "\nobjectClass: organizationalUnit\nou: floor 1\n\n"
					"cn=10.1.0.8,ou=floor 1," SCOPE "\nobjectClass: lessorReservation\nlessorName: \xff\n\n"
					"cn=1+ou=2," HQ "\nobjectClass: lessorServer\ndescription: H\xc3\xa5kon\n\n"
					"cn=\xff," HQ "\nobjectClass: lessorServer\ndescription: one\ndescription: two\n\n"
					"cn=a\\,b \\\"c\\\"," HQ "\nobjectClass: lessorPolicy\nlessorProcessingOrder: x7\nlessorLeaseTime: 60\n\n");

	assert_json_keeps(&tree);
}

static void json_is_what_people_expect(void **state) {
	struct canonical tree = tree_of(TREE RESERVATION("10.1.0.10", "02:00:00:00:00:09") RESERVATION("10.1.0.9", "02:00:00:00:00:0a"));
	char *text;

	through_json(&tree, &text);
	assert_string_equal(text, "{\n"
				  "  \"lessorTree\": 1,\n"
				  "  \"root\": {\n"
				  "    \"settings\": {\n"
				  "      \"leaseTime\": 3600\n"
				  "    },\n"
				  "    \"sites\": {\n"
				  "      \"hq\": {\n"
				  "        \"scopes\": {\n"
				  "          \"10.1.0.0\": {\n"
				  "            \"prefixLength\": 24,\n"
				  "            \"range\": [\n"
				  "              \"10.1.0.50-10.1.0.60\"\n"
				  "            ],\n"
				  "            \"reservations\": {\n"
				  "              \"10.1.0.9\": {\n"
				  "                \"hardwareAddress\": \"02:00:00:00:00:0a\"\n"
				  "              },\n"
				  "              \"10.1.0.10\": {\n"
				  "                \"hardwareAddress\": \"02:00:00:00:00:09\"\n"
				  "              }\n"
				  "            }\n"
				  "          }\n"
				  "        }\n"
				  "      }\n"
				  "    }\n"
				  "  }\n"
				  "}");
	free(text);
}

static void a_site_alone_names_no_other(void **state) {
	struct canonical tree = tree_of(HQ "\nobjectClass: lessorSite\n\n" SCOPE "\nobjectClass: lessorScope\nlessorPrefixLength: 24\n\n");
	char *text;
	struct canonical again = through_json(&tree, &text);

	assert_trees_equal(&tree, &again, text);
	assert_non_null(strstr(text, "{\n  \"lessorTree\": 1,\n  \"sites\": {\n    \"hq\": {"));
	assert_null(strstr(text, "root"));
	free(text);
}

static void random_trees_survive_json(void **state) {
	for (uint64_t run = 1; run <= 300; run++) {
		struct canonical tree;

		seed = run;
		tree = tree_of(random_tree(below(4) > 0));
		assert_json_keeps(&tree);
		arena_reset(arena);
	}
}

/* Each is refused, and where it is wrong is said. */
static void wrong_documents_are_refused(void **state) {
	static const char *const wrong[][2] = {
		{ "", "file:1: " },
		{ "{", "file:1: " },
		{ "[]", "lessorTree" },
		{ "{}", "lessorTree" },
		{ "{\"lessorTree\":2}", "lessorTree" },
		{ "{\"lessorTree\":1,\"lessorTree\":1}", "duplicate" },
		{ "{\"lessorTree\":1,\"rot\":{}}", "rot: " },
		{ "{\"lessorTree\":1,\"root\":[]}", "root: " },
		{ "{\"lessorTree\":1,\"root\":{\"optoin\":[]}}", "root.optoin: nothing of this name belongs here; did you mean \"option\"?" },
		{ "{\"lessorTree\":1,\"root\":{\"site\":{}}}", "did you mean \"sites\"?" },
		{ "{\"lessorTree\":1,\"root\":{\"settings\":{\"leastime\":1}}}", "root.settings.leastime: nothing of this name belongs here; did you mean \"leaseTime\"?" },
		{ "{\"lessorTree\":1,\"root\":{\"leaseTime\":1}}", "root.leaseTime: " },
		{ "{\"lessorTree\":1,\"root\":{\"option\":[true]}}", "root.option: " },
		{ "{\"lessorTree\":1,\"root\":{\"option\":{\"base64\":\"!\"}}}", "root.option: " },
		{ "{\"lessorTree\":1,\"sites\":{\"hq\":{\"scopes\":{\"10.1.0.0\":{\"range\":null}}}}}", "sites.hq.scopes.\"10.1.0.0\".range: " },
		{ "{\"lessorTree\":1,\"sites\":{\"\":{}}}", "sites.\"\": this" },
		{ "{\"lessorTree\":1,\"sites\":{\"hq\":1}}", "sites.hq: " },
		{ "{\"lessorTree\":1,\"entries\":{\"x\":{}}}", "entries.x: " },
		{ "{\"lessorTree\":1,\"entries\":{\"cn=x\":{\"objectClass\":[]}}}", "entries.\"cn=x\": " },
		{ "{\"lessorTree\":1,\"entries\":{\"cn=x,\":{}}}", "entries.\"cn=x,\": " },
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct tree_entries entries;
		struct error error = { 0 };

		assert_int_equal(tree_json_read("file", span_of_text(wrong[i][0]), ROOT, arena, &entries, &error),
				 -E_DHCP_REGISTRY_INIT_FAILED);
		if (!strstr(error.text, wrong[i][1]) || strncmp(error.text, "file", 4) != 0)
			fail_msg("%s: %s", wrong[i][0], error.text);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
		T(equal_trees_need_nothing),
		T(differences_are_found),
		T(what_is_not_named_stays),
		T(what_has_no_parent_is_refused),
		T(another_container_will_do),
		T(what_is_not_ours_is_not_touched),
		T(what_a_keeping_plan_does_not_know_stays),
		T(what_is_released_goes_first),
		T(what_is_named_comes_first_and_goes_last),
		T(another_class_is_another_entry),
		T(any_tree_can_become_any_other),
		T(json_keeps_everything),
		T(json_is_what_people_expect),
		T(a_site_alone_names_no_other),
		T(random_trees_survive_json),
		T(wrong_documents_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
