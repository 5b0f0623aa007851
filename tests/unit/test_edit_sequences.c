/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever edits are tried one after the other, right and wrong ones: those that are accepted leave a configuration in
 * which no mistake is found, which the daemon takes over edit by edit without quarantine, and which survives being
 * written into a file. A failure prints the seed; LESSOR_TEST_SEED repeats it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "admin/canonical.h"
#include "admin/edit.h"
#include "admin/tree_file.h"
#include "base/macros.h"
#include "base/text.h"
#include "dir/acceptance.h"
#include "model/dn.h"

#define ROOT "cn=DHCP,dc=x"
#define ENTRIES_MAX 60
#define SEQUENCES 120
#define EDITS 120

static struct arena *arena; /* of the running sequence */
static uint64_t seed;
static unsigned long long sequence; /* the one that runs */

static unsigned below(unsigned limit) {
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % limit;
}

/* A few names for each class, so that edits get in each other's way. */
static const struct {
	const char *class_name, *parent_class; /* parent: NULL for the container named beside it */
	const char *container;
	const char *names[6];
} kinds[] = {
	{ "lessorSite", NULL, "cn=sites," ROOT, { "hq", "lab" } },
	{ "lessorServer", "lessorSite", NULL, { "dhcp1.x", "dhcp2.x" } },
	{ "lessorScope", "lessorSite", NULL, { "10.1.0.0", "10.1.0.128", "10.1.1.0", "10.2.0.0" } },
	{ "lessorReservation", "lessorScope", NULL, { "10.1.0.5", "10.1.0.200", "10.1.1.7", "10.1.0.0", "10.2.3.4" } },
	{ "lessorPolicy", "lessorScope", NULL, { "p", "q" } },
	{ "lessorPolicy", "lessorServer", NULL, { "p", "q" } },
	{ "lessorPolicy", "lessorRoot", NULL, { "r" } },
	{ "lessorClass", NULL, "cn=classes," ROOT, { "K", "V", "Microsoft Options" } },
	{ "lessorOptionDefinition", NULL, "cn=options," ROOT, { "fancy", "plain", "routers" } },
};

/* Right and wrong values of what may stand on some class. */
static const struct {
	const char *attribute, *values[8];
} values[] = {
	{ "lessorPrefixLength", { "24", "25", "23", "16", "31" } },
	{ "lessorRange",
	  { "10.1.0.10-10.1.0.20", "10.1.0.15-10.1.0.30 bootp", "10.1.0.130-10.1.0.140 both", "10.1.1.5-10.1.1.9",
	    "10.1.0.9-10.1.0.8", "10.2.0.1-10.2.9.9", "10.1.0.10-10.1.0.12" } },
	{ "lessorExclusion", { "10.1.0.11", "10.1.0.12-10.1.0.18", "10.9.0.0-10.9.0.1" } },
	{ "lessorServedBy", { "dhcp1.x", "dhcp2.x", "nobody" } },
	{ "lessorState", { "enabled", "disabled", "perhaps" } },
	{ "lessorSuperscope", { "S", "T" } },
	{ "lessorDefaultScope", { "on", "off", "perhaps" } },
	{ "lessorHardwareAddress", { "02:00:00:00:00:01", "02-00-00-00-00-01", "02:00:00:00:00:02", "nonsense" } },
	{ "lessorClientIdentifier", { "01:02", "0102", "ff:01", "1" } },
	{ "lessorClientType", { "dhcp", "bootp", "both", "none" } },
	{ "lessorOption",
	  { "routers=10.1.0.1", "routers=nonsense", "3=10.1.0.2", "domain-name=a.test", "[user:K]routers=10.1.0.9",
	    "[vendor:V]fancy=10.1.0.3", "fancy=10.1.0.4", "[user:nobody]routers=10.1.0.1" } },
	{ "lessorClassKind", { "user", "vendor", "both" } },
	{ "lessorClassData", { "k", "hex:6b", "v", "RRAS.Microsoft" } },
	{ "lessorOptionCode", { "224", "225", "3", "255" } },
	{ "lessorOptionType", { "ip4-list", "text", "nonsense" } },
	{ "lessorVendorClass", { "V", "K", "nobody" } },
	{ "lessorDefaultValue", { "10.1.0.1", "words" } },
	{ "lessorProcessingOrder", { "1", "2", "0" } },
	{ "lessorCondition",
	  { "mac is 02:*", "user-class is K", "vendor-class is V and mac is-not 02:00:*", "fqdn is single-label",
	    "mac is", "(mac is 02:*", "user-class is nobody" } },
	{ "lessorFilter", { "allow 02:00:5e:*", "deny 02:00:5e:00:00:01", "exempt 6", "deny nonsense" } },
	{ "lessorBootFile", { "a,10.1.0.1,b", "a,10.1.0.2,c", "nonsense" } },
	{ "lessorLeaseTime", { "3600", "1" } },
	{ "lessorName", { "a name" } },
};

static size_t count_texts(const char *const *texts, size_t most) {
	size_t n = 0;

	while (n < most && texts[n])
		n++;
	return n;
}

/* The configuration as an administrator sees it, and the daemon that follows it. */
struct world {
	const struct entry *entries[ENTRIES_MAX];
	size_t n_entries;
	struct acceptance *acceptance;
	struct change_batch batch;
};

static void tell(struct world *world, enum change_kind kind, const struct entry *entry) {
	struct acceptance_result result;
	struct entry *copy = NULL;

	if (kind == CHANGE_ENTRY)
		assert_int_equal(entry_decode(entry_encode(entry, world->batch.arena), world->batch.arena, &copy), 0);
	change_batch_add(&world->batch, kind, &entry->uuid, copy);
	world->batch.is_synchronized = true;
	acceptance_apply(world->acceptance, &world->batch, &result);
	change_batch_reset(&world->batch);
	if (result.findings.n_items)
		fail_msg("LESSOR_TEST_SEED=%llu: the daemon finds at %s: %s", sequence, result.findings.items[0].dn,
			 result.findings.items[0].reason);
}

static struct entry *new_entry(const char *dn, const char *class_name) {
	struct entry *entry = edit_new(arena, dn, class_name);

	entry->uuid = entry_uuid_of_dn(dn, arena);
	return entry;
}

static void start(struct world *world) {
	static const char *const basis[][2] = { { ROOT, "lessorRoot" },
						{ "cn=sites," ROOT, "container" },
						{ "cn=classes," ROOT, "container" },
						{ "cn=options," ROOT, "container" } };

	*world = (struct world){ .acceptance = acceptance_new("dhcp1.x") };
	change_batch_init(&world->batch);
	for (size_t i = 0; i < ARRAY_LEN(basis); i++) {
		world->entries[world->n_entries] = new_entry(basis[i][0], basis[i][1]);
		tell(world, CHANGE_ENTRY, world->entries[world->n_entries++]);
	}
}

static const struct entry *find_entry(const struct world *world, const char *dn) {
	for (size_t i = 0; i < world->n_entries; i++)
		if (is_dn_equal(world->entries[i]->dn, dn))
			return world->entries[i];
	return NULL;
}

/* Any entry of the class, or NULL. */
static const struct entry *any_of_class(const struct world *world, const char *class_name) {
	size_t first = below((unsigned)world->n_entries);

	for (size_t i = 0; i < world->n_entries; i++) {
		const struct entry *entry = world->entries[(first + i) % world->n_entries];

		if (is_entry_of_class(entry, class_name))
			return entry;
	}
	return NULL;
}

static void change_something(struct entry *entry) {
	size_t row = below(ARRAY_LEN(values));
	const char *value = values[row].values[below((unsigned)count_texts(values[row].values, 8))];

	if (below(4) == 0)
		edit_set(arena, entry, values[row].attribute, NULL);
	else if (below(2))
		edit_set(arena, entry, values[row].attribute, value);
	else
		edit_add(arena, entry, values[row].attribute, value);
}

/* What an entry must have, so that not everything is refused for want of it. */
static void add_musts(struct entry *entry) {
	static const char *const musts[][3] = { { "lessorScope", "lessorPrefixLength", "24" },
						{ "lessorScope", "lessorServedBy", "dhcp1.x" },
						{ "lessorClass", "lessorClassKind", "user" },
						{ "lessorClass", "lessorClassData", "k" },
						{ "lessorOptionDefinition", "lessorOptionCode", "224" },
						{ "lessorOptionDefinition", "lessorOptionType", "ip4-list" },
						{ "lessorPolicy", "lessorProcessingOrder", "1" },
						{ "lessorPolicy", "lessorCondition", "mac is 02:*" },
						{ "lessorReservation", "lessorHardwareAddress", "02:00:00:00:00:03" } };

	for (size_t i = 0; i < ARRAY_LEN(musts); i++)
		if (is_entry_of_class(entry, musts[i][0]) && below(8))
			edit_set(arena, entry, musts[i][1], musts[i][2]);
}

/* Returns true if it was accepted. */
static bool try_add(struct world *world) {
	size_t kind = below(ARRAY_LEN(kinds));
	const struct entry *parent = kinds[kind].parent_class ? any_of_class(world, kinds[kind].parent_class) : NULL;
	const char *name = kinds[kind].names[below((unsigned)count_texts(kinds[kind].names, 6))];
	const char *above = parent ? parent->dn : kinds[kind].container;
	struct entry *entry;
	struct error error;

	if (!above || world->n_entries == ENTRIES_MAX ||
	    find_entry(world, arena_format(arena, "cn=%s,%s", name, above)))
		return false;
	entry = new_entry(arena_format(arena, "cn=%s,%s", name, above), kinds[kind].class_name);
	add_musts(entry);
	for (unsigned i = below(4); i > 0; i--)
		change_something(entry);
	if (edit_check(world->entries, world->n_entries, NULL, entry, &error) < 0)
		return false;
	world->entries[world->n_entries++] = entry;
	tell(world, CHANGE_ENTRY, entry);
	return true;
}

static bool try_change(struct world *world) {
	size_t place = below((unsigned)world->n_entries);
	struct entry *after = edit_copy(arena, world->entries[place]);
	struct error error;

	change_something(after);
	if (edit_check(world->entries, world->n_entries, world->entries[place], after, &error) < 0)
		return false;
	world->entries[place] = after;
	tell(world, CHANGE_ENTRY, after);
	return true;
}

static bool try_remove(struct world *world) {
	size_t place = below((unsigned)world->n_entries);
	const struct entry *entry = world->entries[place];
	struct error error;

	for (size_t i = 0; i < world->n_entries; i++)
		if (is_dn_equal(dn_parent(world->entries[i]->dn), entry->dn))
			return false;
	if (place < 4 || edit_check(world->entries, world->n_entries, entry, NULL, &error) < 0)
		return false;
	world->entries[place] = world->entries[--world->n_entries];
	tell(world, CHANGE_GONE, entry);
	return true;
}

static void assert_clean(const struct entry *const *entries, size_t n_entries, const char *when) {
	struct findings findings;
	struct snapshot *snapshot = snapshot_build(entries, n_entries, "dhcp2.x", 1, &findings);

	if (findings.n_items)
		fail_msg("LESSOR_TEST_SEED=%llu: %s: %s: %s", sequence, when, findings.items[0].dn,
			 findings.items[0].reason);
	snapshot_free(snapshot);
}

/* The order in which a directory gives entries decides nothing where there is no mistake. */
static void shuffle(struct world *world) {
	for (size_t i = world->n_entries; i > 1; i--) {
		size_t other = below((unsigned)i);
		const struct entry *entry = world->entries[i - 1];

		world->entries[i - 1] = world->entries[other];
		world->entries[other] = entry;
	}
}

static void assert_survives_file(const struct world *world, enum tree_format format) {
	struct canonical tree, again;
	struct tree_entries entries;
	struct error error;
	char path[] = "/tmp/lessor-test-XXXXXX", *text;
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(canonical_make(world->entries, world->n_entries, arena, &tree, &error), 0);
	text = tree_file_text(&tree, ROOT, format);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	r = tree_file_read(path, ROOT, false, arena, &entries, &error);
	close(fd);
	unlink(path);
	free(text);
	if (r < 0)
		fail_msg("LESSOR_TEST_SEED=%llu: %s", sequence, error.text);
	assert_clean(entries.items, entries.n_items, "from the file");
	assert_int_equal(canonical_make(entries.items, entries.n_items, arena, &again, &error), 0);
	assert_int_equal(again.n_items, tree.n_items);
}

static unsigned run_sequence(uint64_t number) {
	struct world world;
	unsigned n_accepted = 0;

	seed = number;
	arena = arena_new(0);
	start(&world);
	for (unsigned i = 0; i < EDITS; i++) {
		unsigned choice = below(10);

		n_accepted += choice < 5 ? try_add(&world) : choice < 9 ? try_change(&world) : try_remove(&world);
	}
	assert_clean(world.entries, world.n_entries, "in their order");
	shuffle(&world);
	assert_clean(world.entries, world.n_entries, "in another order");
	assert_survives_file(&world, number % 2 ? TREE_JSON : TREE_LDIF);
	acceptance_free(world.acceptance);
	change_batch_done(&world.batch);
	arena = arena_free(arena);
	return n_accepted;
}

static void accepted_edits_leave_no_mistake(void **state) {
	const char *given = getenv("LESSOR_TEST_SEED");
	uint64_t first = given ? strtoull(given, NULL, 10) : 1, last = given ? first : SEQUENCES;
	unsigned n_accepted = 0;

	for (sequence = first; sequence <= last; sequence++)
		n_accepted += run_sequence(sequence);
	/* Else the values above are not what they should be, and nothing was shown. */
	assert_true(n_accepted > (last - first + 1) * EDITS / 8);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_edits_leave_no_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
