/* SPDX-License-Identifier: Apache-2.0 */
/* Which version of an entry is in force after which changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dir/acceptance.h"
#include "support/entries.h"

#define ROOT "cn=DHCP,dc=example"
#define SITES "cn=sites," ROOT
#define SITE "cn=one," SITES
#define SERVER "cn=dhcp1.example," SITE
#define SCOPE "cn=10.1.0.0," SITE

enum number { NUMBER_ROOT = 1, NUMBER_SITES, NUMBER_SITE, NUMBER_SERVER, NUMBER_SCOPE, NUMBER_OTHER };

struct world {
	struct acceptance *acceptance;
	struct change_batch batch;
	struct acceptance_result result;
};

static void note(struct world *world, const struct entry *entry) {
	change_batch_add(&world->batch, CHANGE_ENTRY, &entry->uuid, entry);
}

static void note_scope(struct world *world, unsigned number, const char *dn, const char *range) {
	note(world, ENTRY(world->batch.arena, number, dn, "objectClass: lessorScope", "lessorPrefixLength: 24",
			  "lessorServedBy: dhcp1.example", range));
}

static void note_basis(struct world *world) {
	struct arena *arena = world->batch.arena;

	note(world, ENTRY(arena, NUMBER_ROOT, ROOT, "objectClass: lessorRoot", "cn: DHCP"));
	note(world, ENTRY(arena, NUMBER_SITES, SITES, "objectClass: applicationProcess", "cn: sites"));
	note(world, ENTRY(arena, NUMBER_SITE, SITE, "objectClass: lessorSite", "cn: one"));
	note(world, ENTRY(arena, NUMBER_SERVER, SERVER, "objectClass: lessorServer", "cn: dhcp1.example"));
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: 10.1.0.50-10.1.0.99");
}

static void note_uuid(struct world *world, enum change_kind kind, unsigned number) {
	struct entry_uuid uuid = { 0 };

	memcpy(uuid.octets, &number, sizeof number);
	change_batch_add(&world->batch, kind, &uuid, NULL);
}

static void apply(struct world *world) {
	acceptance_apply(world->acceptance, &world->batch, &world->result);
	change_batch_reset(&world->batch);
}

static int start(void **state) {
	struct world *world = calloc(1, sizeof *world);

	world->acceptance = acceptance_new("dhcp1.example");
	change_batch_init(&world->batch);
	note_basis(world);
	apply(world);
	*state = world;
	return 0;
}

static int end(void **state) {
	struct world *world = *state;

	change_batch_done(&world->batch);
	acceptance_free(world->acceptance);
	free(world);
	return 0;
}

static const struct acceptance_view *view(const struct world *world) {
	return acceptance_view(world->acceptance);
}

static void good_entries_are_in_force_at_once(void **state) {
	struct world *world = *state;

	assert_int_equal(world->result.n_accepted, 5);
	assert_int_equal(world->result.findings.n_items, 0);
	assert_true(world->result.is_changed);
	assert_true(view(world)->has_root);
	assert_true(view(world)->has_server);
	assert_int_equal(view(world)->n_scopes, 1);
}

static void what_is_the_same_changes_nothing(void **state) {
	struct world *world = *state;

	note_basis(world);
	world->batch.is_whole = true;
	apply(world);
	assert_false(world->result.is_changed);
	assert_int_equal(world->result.n_accepted, 0);
}

static void a_malformed_version_leaves_the_good_one_in_force(void **state) {
	struct world *world = *state;

	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: nonsense");
	apply(world);
	assert_int_equal(world->result.n_accepted, 0);
	assert_int_equal(world->result.n_pending, 1);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_int_equal(world->result.quarantined.n_items, 1);
	assert_string_equal(world->result.quarantined.items[0].dn, SCOPE);
	assert_int_equal(view(world)->n_scopes, 1);
	assert_int_equal(view(world)->n_quarantined, 1);
}

static void a_complaint_is_reported_once_and_its_end_too(void **state) {
	struct world *world = *state;

	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: nonsense");
	apply(world);
	note_uuid(world, CHANGE_PRESENT, NUMBER_SCOPE);
	apply(world);
	assert_int_equal(world->result.quarantined.n_items, 0);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_false(world->result.is_changed);
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: 10.1.0.60-10.1.0.70");
	apply(world);
	assert_int_equal(world->result.n_restored, 1);
	assert_int_equal(world->result.n_accepted, 1);
	assert_int_equal(world->result.findings.n_items, 0);
	assert_int_equal(view(world)->n_quarantined, 0);
}

static void going_back_to_the_good_version_ends_the_quarantine(void **state) {
	struct world *world = *state;

	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: nonsense");
	apply(world);
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: 10.1.0.50-10.1.0.99");
	apply(world);
	assert_int_equal(world->result.n_restored, 1);
	assert_int_equal(world->result.n_accepted, 1);
}

static void a_malformed_new_entry_harms_nobody(void **state) {
	struct world *world = *state;

	note_scope(world, NUMBER_OTHER, "cn=10.2.0.0," SITE, "lessorRange: 10.3.0.1-10.3.0.9");
	apply(world);
	assert_int_equal(world->result.n_pending, 1);
	assert_int_equal(world->result.n_accepted, 0);
	assert_int_equal(view(world)->n_scopes, 1);
}

/* A scope inside 10.1.0.0/24, which stands already. */
static void note_overlapping(struct world *world) {
	note(world, ENTRY(world->batch.arena, NUMBER_OTHER, "cn=10.1.0.128," SITE, "objectClass: lessorScope",
			  "lessorPrefixLength: 25", "lessorServedBy: dhcp1.example"));
}

static void of_two_at_odds_the_established_one_wins(void **state) {
	struct world *world = *state;

	note_overlapping(world);
	apply(world);
	assert_int_equal(world->result.n_pending, 1);
	assert_string_equal(world->result.quarantined.items[0].dn, "cn=10.1.0.128," SITE);
	note_uuid(world, CHANGE_GONE, NUMBER_SCOPE);
	apply(world);
	assert_int_equal(world->result.n_removed, 1);
	assert_int_equal(world->result.n_accepted, 1);
	assert_int_equal(world->result.n_restored, 1);
	assert_int_equal(view(world)->n_scopes, 1);
}

static void a_whole_batch_removes_what_it_does_not_mention(void **state) {
	struct world *world = *state;

	for (unsigned number = NUMBER_ROOT; number <= NUMBER_SERVER; number++)
		note_uuid(world, CHANGE_PRESENT, number);
	world->batch.is_whole = true;
	apply(world);
	assert_int_equal(world->result.n_removed, 1);
	assert_int_equal(view(world)->n_scopes, 0);
}

static void an_entry_too_large_waits_without_its_contents(void **state) {
	struct world *world = *state;
	char *line = malloc(ENTRY_ENCODED_MAX + 32);

	memset(line, 'x', ENTRY_ENCODED_MAX + 31);
	line[ENTRY_ENCODED_MAX + 31] = '\0';
	memcpy(line, "description: ", 13);
	for (int i = 0; i < 2; i++) {
		note(world, ENTRY(world->batch.arena, NUMBER_SCOPE, SCOPE, "objectClass: lessorScope", line));
		apply(world);
		assert_int_equal(world->result.n_pending, i == 0);
		assert_int_equal(world->result.quarantined.n_items, i == 0);
		assert_int_equal(world->result.findings.n_items, 1);
		assert_int_equal(view(world)->n_scopes, 1);
	}
	free(line);
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: 10.1.0.50-10.1.0.99");
	apply(world);
	assert_int_equal(world->result.n_restored, 1);
}

static void the_same_name_under_a_new_identity_takes_the_place(void **state) {
	struct world *world = *state;

	note_scope(world, NUMBER_OTHER, SCOPE, "lessorRange: 10.1.0.10-10.1.0.20");
	apply(world);
	assert_int_equal(world->result.n_removed, 1);
	assert_int_equal(world->result.n_accepted, 1);
	assert_int_equal(world->result.findings.n_items, 0);
}

static void note_site(struct world *world, const char *dn) {
	note(world, ENTRY(world->batch.arena, NUMBER_SITE, dn, "objectClass: lessorSite"));
}

static const struct entry *accepted_of(const struct world *world, unsigned number) {
	for (size_t i = 0; i < world->result.n_accepted; i++)
		if (memcmp(world->result.accepted[i]->uuid.octets, &number, sizeof number) == 0)
			return world->result.accepted[i];
	return NULL;
}

static void note_class(struct world *world, const char *kind) {
	note(world, ENTRY(world->batch.arena, NUMBER_OTHER, "cn=Kiosk," ROOT, "objectClass: lessorClass", kind,
			  "lessorClassData: kiosk"));
}

/* A class and a scope with a value for it. */
static void note_class_and_user(struct world *world) {
	note_class(world, "lessorClassKind: user");
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorOption: [user:Kiosk]routers=10.1.0.1");
}

static void a_value_goes_with_its_class_and_comes_back_with_it(void **state) {
	struct world *world = *state;

	note_class_and_user(world);
	apply(world);
	assert_int_equal(world->result.n_accepted, 2);
	assert_int_equal(world->result.findings.n_items, 0);
	note_uuid(world, CHANGE_GONE, NUMBER_OTHER);
	apply(world);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_int_equal(world->result.quarantined.n_items, 1);
	assert_true(world->result.findings.items[0].is_value_only);
	assert_string_equal(world->result.findings.items[0].dn, SCOPE);
	assert_int_equal(view(world)->n_scopes, 1);
	assert_int_equal(view(world)->n_quarantined, 0);
	/* the scope can be changed all the same */
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorOption: [user:Kiosk]routers=10.1.0.2");
	apply(world);
	assert_int_equal(world->result.n_accepted, 1);
	assert_int_equal(world->result.n_pending, 0);
	assert_int_equal(world->result.findings.n_items, 1);
	note_class(world, "lessorClassKind: user");
	apply(world);
	assert_int_equal(world->result.findings.n_items, 0);
	assert_int_equal(world->result.n_restored, 1);
}

/* The class was never there, so it is the new version's mistake, and the one in force stays. */
static void a_new_version_with_a_value_without_meaning_is_refused(void **state) {
	struct world *world = *state;

	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorOption: [user:Kiosk]routers=10.1.0.1");
	apply(world);
	assert_int_equal(world->result.n_pending, 1);
	assert_int_equal(world->result.n_accepted, 0);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_false(world->result.findings.items[0].is_value_only);
	assert_int_equal(view(world)->n_quarantined, 1);
	assert_int_equal(view(world)->n_scopes, 1);
	note_class(world, "lessorClassKind: user");
	apply(world);
	assert_int_equal(world->result.n_accepted, 2);
	assert_int_equal(world->result.findings.n_items, 0);
}

/* With nothing in force, most of it is better than nothing: a server that starts anew serves as the others do. */
static void a_first_version_is_in_force_without_a_value_without_meaning(void **state) {
	struct world *world = *state;

	note_scope(world, NUMBER_OTHER, "cn=10.2.0.0," SITE, "lessorOption: [user:Kiosk]routers=10.2.0.1");
	apply(world);
	assert_int_equal(world->result.n_accepted, 1);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_true(world->result.findings.items[0].is_value_only);
	assert_int_equal(view(world)->n_scopes, 2);
}

static void a_class_whose_new_version_is_refused_keeps_its_values(void **state) {
	struct world *world = *state;

	note_class_and_user(world);
	apply(world);
	note_class(world, "lessorClassKind: nonsense");
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorOption: [user:Kiosk]routers=10.1.0.2");
	apply(world);
	assert_int_equal(world->result.n_accepted, 1);
	assert_int_equal(world->result.n_pending, 1);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_string_equal(world->result.findings.items[0].dn, "cn=Kiosk," ROOT);
}

/* An entry with faults of both kinds is refused, and each of them told once. */
static void both_kinds_of_fault_together_refuse_an_entry(void **state) {
	struct world *world = *state;

	note(world, ENTRY(world->batch.arena, NUMBER_SCOPE, SCOPE, "objectClass: lessorScope", "lessorPrefixLength: 24",
			  "lessorOption: [user:Kiosk]routers=10.1.0.1", "lessorOption: routers=here"));
	apply(world);
	assert_int_equal(world->result.n_pending, 1);
	assert_int_equal(world->result.findings.n_items, 2);
	assert_int_equal(view(world)->n_quarantined, 1);
	assert_int_equal(view(world)->n_scopes, 1);
}

static void note_policy(struct world *world, const char *condition, const char *range) {
	note(world, ENTRY(world->batch.arena, NUMBER_OTHER + 1, "cn=p," SCOPE, "objectClass: lessorPolicy",
			  "lessorProcessingOrder: 1", condition, range));
}

/* A policy whose condition means nothing any more stays, for nobody: nobody may get what was meant for some. */
static void a_policy_goes_with_its_class_and_comes_back_with_it(void **state) {
	struct world *world = *state;

	note_class(world, "lessorClassKind: user");
	note_policy(world, "lessorCondition: user-class is Kiosk", "lessorRange: 10.1.0.60");
	apply(world);
	assert_int_equal(world->result.n_accepted, 2);
	note_uuid(world, CHANGE_GONE, NUMBER_OTHER);
	apply(world);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_int_equal(world->result.findings.items[0].code, E_DHCP_CLASS_NOT_FOUND);
	assert_int_equal(view(world)->n_scopes, 1);
	note_class(world, "lessorClassKind: user");
	apply(world);
	assert_int_equal(world->result.findings.n_items, 0);
	assert_int_equal(world->result.n_restored, 1);
}

/* The scope's new ranges are in force, and the policy loses what is not in them. */
static void a_scope_may_lose_what_a_policy_has(void **state) {
	struct world *world = *state;

	note_policy(world, "lessorCondition: mac is 02:*", "lessorRange: 10.1.0.60");
	apply(world);
	assert_int_equal(world->result.n_accepted, 1);
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: 10.1.0.70-10.1.0.99");
	apply(world);
	assert_int_equal(world->result.n_accepted, 1);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_int_equal(world->result.findings.items[0].code, E_SCOPE_RANGE_POLICY_RANGE_CONFLICT);
	assert_true(world->result.findings.items[0].is_value_only);
	/* but it may not be given more of that */
	note_policy(world, "lessorCondition: mac is 02:*", "lessorRange: 10.1.0.61");
	apply(world);
	assert_int_equal(world->result.n_pending, 1);
}

static void what_stands_below_a_renamed_entry_follows(void **state) {
	struct world *world = *state;

	note_site(world, "cn=two\\, the second," SITES);
	apply(world);
	assert_int_equal(world->result.n_accepted, 3);
	assert_int_equal(world->result.findings.n_items, 0);
	assert_string_equal(accepted_of(world, NUMBER_SCOPE)->dn, "cn=10.1.0.0,cn=two\\, the second," SITES);
	assert_int_equal(view(world)->n_scopes, 1);
	note_site(world, SITE);
	apply(world);
	assert_string_equal(accepted_of(world, NUMBER_SERVER)->dn, SERVER);
}

static void what_was_told_after_a_rename_keeps_the_name_it_was_told_with(void **state) {
	struct world *world = *state;
	struct arena *arena = world->batch.arena;

	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: 10.1.0.60-10.1.0.99");
	note_site(world, "cn=two," SITES);
	note(world, ENTRY(arena, NUMBER_OTHER, SITE, "objectClass: lessorSite"));
	note_scope(world, NUMBER_OTHER + 1, "cn=10.2.0.0," SITE, "lessorRange: 10.2.0.60-10.2.0.99");
	apply(world);
	assert_string_equal(accepted_of(world, NUMBER_SCOPE)->dn, "cn=10.1.0.0,cn=two," SITES);
	assert_string_equal(accepted_of(world, NUMBER_OTHER + 1)->dn, "cn=10.2.0.0," SITE);
	assert_int_equal(world->result.findings.n_items, 0);
	assert_int_equal(view(world)->n_scopes, 2);
}

static void below_an_entry_whose_new_name_is_refused_the_old_names_stay_in_force(void **state) {
	struct world *world = *state;

	note(world, ENTRY(world->batch.arena, NUMBER_OTHER, "cn=10.1.0.60," SCOPE, "objectClass: lessorReservation",
			  "lessorHardwareAddress: 02:00:00:00:00:01"));
	apply(world);
	assert_int_equal(world->result.n_accepted, 1);
	note_scope(world, NUMBER_SCOPE, "cn=10.2.0.0," SITE, "lessorRange: 10.1.0.50-10.1.0.99");
	apply(world);
	assert_int_equal(world->result.n_accepted, 0);
	assert_int_equal(world->result.n_pending, 2);
	assert_int_equal(view(world)->n_scopes, 1);
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: 10.1.0.50-10.1.0.99");
	apply(world);
	assert_int_equal(world->result.n_accepted, 2);
	assert_int_equal(world->result.findings.n_items, 0);
}

static void what_was_reported_before_a_restart_is_not_reported_again(void **state) {
	struct world *world = *state;
	struct directory_entry stored[NUMBER_SCOPE] = { 0 };
	struct change_batch before;

	note_basis(world);
	note_scope(world, NUMBER_SCOPE, SCOPE, "lessorRange: nonsense");
	for (size_t i = 0; i < NUMBER_SCOPE; i++)
		stored[i].accepted = (struct entry *)world->batch.items[i].entry;
	stored[NUMBER_SCOPE - 1].pending = (struct entry *)world->batch.items[NUMBER_SCOPE].entry;
	before = world->batch;
	change_batch_init(&world->batch);
	change_batch_add(&world->batch, CHANGE_ENTRY, &before.items[NUMBER_SCOPE].uuid,
			 before.items[NUMBER_SCOPE].entry);
	apply(world);
	assert_int_equal(world->result.quarantined.n_items, 1);
	acceptance_load(world->acceptance, stored, NUMBER_SCOPE, &world->result.findings);
	apply(world);
	assert_int_equal(world->result.findings.n_items, 1);
	assert_int_equal(world->result.quarantined.n_items, 0);
	change_batch_done(&before);
}

static void memory_does_not_grow_with_the_number_of_changes(void **state) {
	struct world *world = *state;
	char range[64];

	for (unsigned i = 0; i < 3000; i++) {
		snprintf(range, sizeof range, "lessorRange: 10.1.0.50-10.1.0.%u", 60 + i % 100);
		note_scope(world, NUMBER_SCOPE, SCOPE, range);
		apply(world);
		assert_int_equal(world->result.n_accepted, 1);
	}
	assert_int_equal(view(world)->n_scopes, 1);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void) {
	const struct CMUnitTest tests[] = {
		WITH_WORLD(good_entries_are_in_force_at_once),
		WITH_WORLD(what_is_the_same_changes_nothing),
		WITH_WORLD(a_malformed_version_leaves_the_good_one_in_force),
		WITH_WORLD(a_complaint_is_reported_once_and_its_end_too),
		WITH_WORLD(going_back_to_the_good_version_ends_the_quarantine),
		WITH_WORLD(a_malformed_new_entry_harms_nobody),
		WITH_WORLD(of_two_at_odds_the_established_one_wins),
		WITH_WORLD(a_whole_batch_removes_what_it_does_not_mention),
		WITH_WORLD(an_entry_too_large_waits_without_its_contents),
		WITH_WORLD(the_same_name_under_a_new_identity_takes_the_place),
		WITH_WORLD(a_value_goes_with_its_class_and_comes_back_with_it),
		WITH_WORLD(a_new_version_with_a_value_without_meaning_is_refused),
		WITH_WORLD(a_first_version_is_in_force_without_a_value_without_meaning),
		WITH_WORLD(a_class_whose_new_version_is_refused_keeps_its_values),
		WITH_WORLD(both_kinds_of_fault_together_refuse_an_entry),
		WITH_WORLD(a_policy_goes_with_its_class_and_comes_back_with_it),
		WITH_WORLD(a_scope_may_lose_what_a_policy_has),
		WITH_WORLD(what_stands_below_a_renamed_entry_follows),
		WITH_WORLD(what_was_told_after_a_rename_keeps_the_name_it_was_told_with),
		WITH_WORLD(below_an_entry_whose_new_name_is_refused_the_old_names_stay_in_force),
		WITH_WORLD(what_was_reported_before_a_restart_is_not_reported_again),
		WITH_WORLD(memory_does_not_grow_with_the_number_of_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
