/* SPDX-License-Identifier: Apache-2.0 */
/* What a snapshot holds: objects, inheritance, look-ups. */
#include "snapshot_fixture.h"

#define DOMAIN_NAME 15
#define ROUTERS 3
#define NAME_SERVERS 6
#define LOG_SERVERS 7

static const char full[] =
	"cn=DHCP,dc=x\nobjectClass: lessorRoot\nlessorOption: domain-name=root\nlessorOption: routers=10.0.0.1\n"
	"lessorOption: log-servers=10.0.0.3\nlessorOption: domain-name-servers=10.0.0.2\nlessorLeaseTime: 1000\n"
	"lessorOfferTime: 10\nlessorDeclineTime: 100\nlessorRecheckInterval: 600\n"
	"\n" SITE
	"lessorOption: domain-name=site\nlessorOption: routers=10.0.0.11\nlessorOption: log-servers=10.0.0.13\n"
	"lessorOfferTime: 11\nlessorAuthorityHold: 77\n"
	"\n" SITE_2 "lessorOption: routers=10.0.0.99\n"
	"\ncn=DHCP1.example.com" IN_SITE "objectClass: lessorServer\nlessorOption: domain-name=server\n"
	"lessorOption: routers=10.0.0.21\nlessorDeclineTime: 120\nlessorStartWithoutDirectory: refuse\n"
	"\n" SCOPE "lessorName: Office\nlessorServedBy: dhcp1.EXAMPLE.com\nlessorOption: domain-name=scope\n"
	"lessorLeaseTime: 2000\nlessorRange: 10.1.0.100-10.1.0.150 dhcp\nlessorRange: 10.1.0.50-10.1.0.60\n"
	"lessorRange: 10.1.0.70\nlessorExclusion: 10.1.0.110-10.1.0.112\nlessorExclusion: 10.1.0.105-10.1.0.120\n"
	"lessorExclusion: 10.1.0.55\n"
	"\ncn=10.2.0.0" IN_SITE_2 "objectClass: lessorScope\nlessorPrefixLength: 16\nlessorState: disabled\n"
	"lessorServedBy: other.example.com\n"
	"\ncn=10.0.9.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 30\n"
	"\ncn=10.1.0.9" IN_SCOPE "lessorHardwareAddress: 02:00:00:00:77:01\nlessorOption: domain-name=client\n"
	"lessorLeaseTime: 3000\n"
	"\ncn=10.1.0.5" IN_SCOPE "lessorClientIdentifier: ff0102\nlessorHardwareAddress: 02:00:00:00:77:00\n"
	"lessorName: Printer\n"
	"\ncn=10.1.0.7" IN_SCOPE "lessorClientIdentifier: 0103\n";

static struct fixture fixture;

static int set_up(void **state) {
	fixture_build(&fixture, full);
	return 0;
}

static int tear_down(void **state) {
	fixture_free(&fixture);
	return 0;
}

static void test_objects(void **state) {
	const struct snapshot *snapshot = fixture.snapshot;

	assert_no_findings(&fixture);
	assert_int_equal(snapshot->generation, 7);
	assert_string_equal(snapshot->server_name, SERVER);
	assert_true(snapshot->has_root);
	assert_true(snapshot->has_server);
	assert_int_equal(snapshot->n_scopes, 3);
	assert_int_equal(snapshot->scopes[0].subnet.network.value, 0x0a000900);
	assert_int_equal(snapshot->scopes[1].subnet.network.value, 0x0a010000);
	assert_int_equal(snapshot->scopes[2].subnet.network.value, 0x0a020000);
}

static void test_scope(void **state) {
	const struct scope *scope = fixture_scope(&fixture, 0x0a010001);

	assert_string_equal(scope->dn, "cn=10.1.0.0,cn=berlin,cn=sites,cn=DHCP,dc=x");
	assert_string_equal(scope->site, "berlin");
	assert_string_equal(scope->name, "Office");
	assert_true(scope->is_enabled && scope->is_served);
	assert_int_equal(scope->n_served_by, 1);
	assert_string_equal(scope->served_by[0], "dhcp1.EXAMPLE.com");
	assert_int_equal(scope->n_ranges, 3);
	assert_int_equal(scope->ranges[1].first.value, 0x0a010046);
	assert_int_equal(scope->n_exclusions, 2);
	assert_int_equal(scope->exclusions[1].last.value, 0x0a010078);
	scope = fixture_scope(&fixture, 0x0a02ffff);
	assert_false(scope->is_enabled || scope->is_served);
	scope = fixture_scope(&fixture, 0x0a000900);
	assert_true(scope->is_enabled);
	assert_false(scope->is_served);
	assert_string_equal(scope->name, "");
}

static void test_dynamic_addresses(void **state) {
	static const struct {
		uint8_t host;
		bool is_dynamic;
	} rows[] = { { 49, false },  { 50, true },   { 55, false },  { 56, true },   { 60, true },
		     { 61, false },  { 70, true },   { 71, false },  { 100, true },  { 104, true },
		     { 105, false }, { 111, false }, { 112, false }, { 113, false }, { 120, false },
		     { 121, true },  { 150, true },  { 151, false }, { 0, false } };
	const struct scope *scope = fixture_scope(&fixture, 0x0a010001);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(is_scope_address_dynamic(scope, (struct ip4){ 0x0a010000u + rows[i].host }),
				 rows[i].is_dynamic);
	assert_false(is_scope_address_dynamic(fixture_scope(&fixture, 0x0a000901), (struct ip4){ 0x0a000901 }));
}

static void test_scope_of(void **state) {
	static const uint32_t outside[] = { 0, 0x0a0008ff, 0x0a000904, 0x0a00ffff, 0x0a010100, 0x0a030000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_LEN(outside); i++)
		assert_null(snapshot_scope_of(fixture.snapshot, (struct ip4){ outside[i] }));
	assert_ptr_equal(fixture_scope(&fixture, 0x0a0100ff), &fixture.snapshot->scopes[1]);
}

static void test_settings_are_inherited(void **state) {
	const struct scope *scope = fixture_scope(&fixture, 0x0a010001);
	const struct scope *other = fixture_scope(&fixture, 0x0a020001);
	const uint64_t *server = fixture.snapshot->settings.values;

	assert_int_equal(server[SETTING_LEASE_TIME], 1000);
	assert_int_equal(server[SETTING_OFFER_TIME], 11);
	assert_int_equal(server[SETTING_DECLINE_TIME], 120);
	assert_int_equal(server[SETTING_AUTHORITY_HOLD], 77);
	assert_int_equal(server[SETTING_RECHECK_INTERVAL], 600);
	assert_int_equal(server[SETTING_START_WITHOUT_DIRECTORY], START_WITHOUT_DIRECTORY_REFUSE);
	assert_int_equal(scope->settings.values[SETTING_LEASE_TIME], 2000);
	assert_int_equal(scope->settings.values[SETTING_OFFER_TIME], 11);
	assert_int_equal(scope->settings.values[SETTING_DECLINE_TIME], 120);
	assert_int_equal(other->settings.values[SETTING_LEASE_TIME], 1000);
	assert_int_equal(other->settings.values[SETTING_OFFER_TIME], 10);
	assert_int_equal(other->settings.values[SETTING_DECLINE_TIME], 100);
	assert_int_equal(other->settings.values[SETTING_AUTHORITY_HOLD], 259200);
}

static void assert_option(const struct option_set *set, uint8_t code, unsigned level, const char *octets, size_t len) {
	const struct option_value *value = option_set_get(set, code);

	assert_non_null(value);
	assert_int_equal(value->code, code);
	assert_int_equal(value->level, level);
	assert_true(is_span_equal(value->octets, span_of(octets, len)));
}

static void test_options_are_inherited(void **state) {
	const struct scope *scope = fixture_scope(&fixture, 0x0a010001);
	const struct scope *unserved = fixture_scope(&fixture, 0x0a000901);
	const struct scope *other = fixture_scope(&fixture, 0x0a020001);

	assert_int_equal(scope->options.n_values, 4);
	assert_option(&scope->options, NAME_SERVERS, LEVEL_ROOT, "\x0a\0\0\x02", 4);
	assert_option(&scope->options, LOG_SERVERS, LEVEL_SITE, "\x0a\0\0\x0d", 4);
	assert_option(&scope->options, ROUTERS, LEVEL_SERVER, "\x0a\0\0\x15", 4);
	assert_option(&scope->options, DOMAIN_NAME, LEVEL_SCOPE, "scope", 5);
	assert_string_equal(option_set_get(&scope->options, ROUTERS)->source_dn,
			    "cn=DHCP1.example.com,cn=berlin,cn=sites,cn=DHCP,dc=x");
	assert_null(option_set_get(&scope->options, 1));
	for (size_t i = 1; i < scope->options.n_values; i++)
		assert_true(scope->options.values[i - 1].code < scope->options.values[i].code);
	/* the server's values reach only the scopes that it serves */
	assert_option(&unserved->options, DOMAIN_NAME, LEVEL_SITE, "site", 4);
	assert_option(&unserved->options, ROUTERS, LEVEL_SITE, "\x0a\0\0\x0b", 4);
	assert_option(&other->options, DOMAIN_NAME, LEVEL_ROOT, "root", 4);
	assert_option(&other->options, ROUTERS, LEVEL_SITE, "\x0a\0\0\x63", 4);
}

static void test_reservations(void **state) {
	const struct scope *scope = fixture_scope(&fixture, 0x0a010001);
	const struct reservation *reservation = scope_reservation_at(scope, (struct ip4){ 0x0a010009 });

	assert_int_equal(scope->n_reservations, 3);
	assert_non_null(reservation);
	assert_int_equal(reservation->settings.values[SETTING_LEASE_TIME], 3000);
	assert_int_equal(reservation->settings.values[SETTING_OFFER_TIME], 11);
	assert_option(&reservation->options, DOMAIN_NAME, LEVEL_RESERVATION, "client", 6);
	assert_option(&reservation->options, ROUTERS, LEVEL_SERVER, "\x0a\0\0\x15", 4);
	assert_string_equal(reservation->dn, "cn=10.1.0.9,cn=10.1.0.0,cn=berlin,cn=sites,cn=DHCP,dc=x");
	reservation = scope_reservation_at(scope, (struct ip4){ 0x0a010005 });
	assert_string_equal(reservation->name, "Printer");
	assert_int_equal(reservation->settings.values[SETTING_LEASE_TIME], 2000);
	assert_option(&reservation->options, DOMAIN_NAME, LEVEL_SCOPE, "scope", 5);
	assert_null(scope_reservation_at(scope, (struct ip4){ 0x0a010006 }));
	assert_null(scope_reservation_at(fixture_scope(&fixture, 0x0a020001), (struct ip4){ 0x0a010005 }));
}

static void test_reservations_by_client(void **state) {
	const struct scope *scope = fixture_scope(&fixture, 0x0a010001), *none = fixture_scope(&fixture, 0x0a020001);
	const struct span hardware = { (const uint8_t *)"\x02\0\0\0\x77\x01", 6 }, id = { (const uint8_t *)"\1\3", 2 };

	assert_int_equal(scope->n_by_hardware, 2);
	assert_int_equal(scope->n_by_client_id, 2);
	assert_int_equal(scope_reservation_by_hardware(scope, 1, hardware)->address.value, 0x0a010009);
	assert_int_equal(scope_reservation_by_client_id(scope, id)->address.value, 0x0a010007);
	assert_null(scope_reservation_by_hardware(scope, 6, hardware));
	assert_null(scope_reservation_by_hardware(scope, 1, span_of(hardware.data, 5)));
	assert_null(scope_reservation_by_hardware(scope, 1, id));
	assert_null(scope_reservation_by_client_id(scope, hardware));
	assert_null(scope_reservation_by_hardware(none, 1, hardware));
	assert_null(scope_reservation_by_client_id(none, id));
}

static void test_empty_directory(void **state) {
	struct fixture empty;

	fixture_build(&empty, "");
	assert_no_findings(&empty);
	assert_false(empty.snapshot->has_root || empty.snapshot->has_server);
	assert_int_equal(empty.snapshot->n_scopes, 0);
	assert_int_equal(empty.snapshot->settings.values[SETTING_LEASE_TIME], 691200);
	assert_null(snapshot_scope_of(empty.snapshot, (struct ip4){ 1 }));
	fixture_free(&empty);
	assert_null(snapshot_free(NULL));
}

#define N_BULK_SCOPES 1000
#define N_BULK_RESERVATIONS 20

static struct entry *bulk_entry(struct arena *arena, const char *class_name, const char *attribute, const char *value,
				const char *dn) {
	struct entry *entry = arena_new_of(arena, struct entry);

	entry->dn = dn;
	entry->attributes = arena_array_of(arena, struct entry_attribute, 2);
	entry->n_attributes = 2;
	for (size_t i = 0; i < 2; i++) {
		entry->attributes[i].name = i ? attribute : "objectClass";
		entry->attributes[i].values = arena_new_of(arena, struct span);
		entry->attributes[i].values[0] = span_of_text(i ? value : class_name);
		entry->attributes[i].n_values = 1;
	}
	return entry;
}

/* A thousand scopes of twenty reservations, children before their parents. */
static void test_bulk(void **state) {
	size_t n_entries = 0, n_reservations = 0, n_all = N_BULK_SCOPES * (N_BULK_RESERVATIONS + 1) + 2;
	struct arena *arena = arena_new(0);
	const struct entry **entries = arena_array_of(arena, const struct entry *, n_all);
	struct findings findings;
	struct snapshot *snapshot;

	for (unsigned i = 0; i < N_BULK_SCOPES; i++) {
		const char *dn = arena_format(arena, "cn=10.%u.%u.0,cn=berlin,cn=sites,cn=DHCP,dc=x", i / 256, i % 256);

		for (unsigned j = 1; j <= N_BULK_RESERVATIONS; j++)
			entries[n_entries++] =
				bulk_entry(arena, "lessorReservation", "lessorHardwareAddress",
					   arena_format(arena, "02:00:00:%02x:%02x:%02x", i / 256, i % 256, j),
					   arena_format(arena, "cn=10.%u.%u.%u,%s", i / 256, i % 256, j, dn));
		entries[n_entries++] = bulk_entry(arena, "lessorScope", "lessorPrefixLength", "24", dn);
	}
	entries[n_entries++] = bulk_entry(arena, "lessorSite", "lessorName", "x", "cn=berlin,cn=sites,cn=DHCP,dc=x");
	entries[n_entries++] = bulk_entry(arena, "lessorRoot", "lessorName", "x", "cn=DHCP,dc=x");
	snapshot = snapshot_build(entries, n_entries, SERVER, 1, &findings);
	assert_int_equal(findings.n_items, 0);
	assert_int_equal(snapshot->n_scopes, N_BULK_SCOPES);
	for (size_t i = 0; i < snapshot->n_scopes; i++)
		n_reservations += snapshot->scopes[i].n_reservations;
	assert_int_equal(n_reservations, N_BULK_SCOPES * N_BULK_RESERVATIONS);
	snapshot_free(snapshot);
	arena_free(arena);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_dynamic_addresses),
		cmocka_unit_test(test_scope_of),
		cmocka_unit_test(test_settings_are_inherited),
		cmocka_unit_test(test_options_are_inherited),
		cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_reservations_by_client),
		cmocka_unit_test(test_empty_directory),
		cmocka_unit_test(test_bulk),
	};

	return cmocka_run_group_tests_name("snapshot", tests, set_up, tear_down);
}
