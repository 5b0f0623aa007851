/* SPDX-License-Identifier: Apache-2.0 */
/* Lease records against the directory: what contradicts it, what mending makes of it, and whom it leaves alone. */
#include "engine_fixture.h"

#include "engine/reconcile.h"

#define NOW 100000
#define LEASE_TIME 600
#define BOOTP_TIME 700
#define DECLINE_TIME 800
#define BIT(kind) (1u << INCONSISTENCY_##kind)

#define RESERVED(last, client) RESERVATION("10.0.0." last) "lessorHardwareAddress: 02:00:00:00:00:" client "\n"
#define IN_SITE ",cn=hq,cn=sites,cn=DHCP,dc=x\n"
#define ROOT_SETTINGS "lessorLeaseTime: 600\nlessorBootpLeaseTime: 700\nlessorDeclineTime: 800\n"

/* .10-.99 for DHCP clients but .20, .100-.109 for both. Reserved: .11 for hardware 11, both protocols; .12 for 12,
 * BOOTP; .13 for 13, DHCP; .14 for the identifier 00aa, and hardware 14; .120, in no range, for 20. 10.0.1.0 is another
 * server's. */
/* clang-format off */
static const char tree[] =
	ROOT ROOT_SETTINGS SITE SERVER
	SCOPE "lessorRange: 10.0.0.10-10.0.0.99\nlessorRange: 10.0.0.100-10.0.0.109 both\nlessorExclusion: 10.0.0.20\n"
	RESERVED("11", "11") "lessorLeaseTime: 900\n"
	RESERVED("12", "12") "lessorClientType: bootp\n"
	RESERVED("13", "13") "lessorClientType: dhcp\n"
	RESERVED("14", "14") "lessorClientIdentifier: 00aa\n"
	RESERVED("120", "20")
	"\ncn=10.0.1.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\nlessorServedBy: s2.example.com\n";
/* clang-format on */

static struct snapshot *snapshot;
static struct memory_leases *leases;
static struct judgment judgment;
static struct order_answer answer;

static int set_up(void **state) {
	snapshot = snapshot_of(tree);
	leases = memory_leases_new();
	return 0;
}

static int tear_down(void **state) {
	leases = memory_leases_free(leases);
	snapshot = snapshot_free(snapshot);
	return 0;
}

static struct reconcile_input input(void) {
	return (struct reconcile_input){ snapshot, memory_leases_view(leases), NOW };
}

static struct client_key hardware_key(uint8_t client) {
	return (struct client_key){ 8, { CLIENT_KEY_HARDWARE, 1, 2, 0, 0, 0, 0, client } };
}

/* A lease of 10.0.0.@last that the client with the hardware address 02:00:00:00:00:@client has until NOW + 100. */
static struct lease lease_of(uint8_t last, uint8_t client) {
	return (struct lease){
		.address = { 0x0a000000u + last },
		.scope = { { 0x0a000000u }, 24 },
		.state = LEASE_ACTIVE,
		.start = NOW - 100,
		.changed = NOW - 50,
		.expiry = NOW + 100,
		.client = hardware_key(client),
		.htype = 1,
		.hlen = 6,
		.chaddr = { 2, 0, 0, 0, 0, client },
	};
}

static struct lease identified(struct lease lease, uint8_t id) {
	lease.client = (struct client_key){ 3, { CLIENT_KEY_IDENTIFIER, 0, id } };
	return lease;
}

static struct lease bootp(struct lease lease) {
	lease.is_bootp = true;
	lease.expiry = LEASE_FOR_EVER;
	return lease;
}

static struct lease ended(struct lease lease) {
	lease.expiry = NOW - 10;
	return lease;
}

static void store(struct lease lease) {
	const struct lease_view *view = memory_leases_view(leases);

	assert_int_equal(view->put(view->context, &lease), 0);
}

/* Two records of one client in one scope cannot be put: the store forgets the other. */
static void store_beside(struct lease lease) {
	struct lease *items;
	struct lease placeholder = lease;
	size_t n;

	placeholder.client = hardware_key(0xee);
	store(placeholder);
	items = (struct lease *)memory_leases_all(leases, &n);
	for (size_t i = 0; i < n; i++)
		if (is_ip4_equal(items[i].address, lease.address))
			items[i] = lease;
}

static void judge(struct lease lease, unsigned kinds, enum mend_action action) {
	struct reconcile_input with = input();

	assert_int_equal(reconcile_judge(&with, &lease, &judgment), 0);
	assert_int_equal(judgment.kinds, kinds);
	assert_int_equal(judgment.action, action);
}

static int give(struct ip4 first, struct ip4 last) {
	const struct order order = { .kind = ORDER_LEASE_MEND, .address = first, .last = last };
	struct reconcile_input with = input();

	memset(&answer, 0, sizeof answer);
	return reconcile_order(&with, &order, &answer);
}

/* The same of a lease that is stored; afterwards it is mended, and then nothing is left to mend. */
static void mend(struct lease lease, unsigned kinds, enum mend_action action) {
	const struct lease_view *view = memory_leases_view(leases);
	struct lease left;

	store(lease);
	judge(lease, kinds, action);
	assert_int_equal(give(lease.address, lease.address), 0);
	assert_int_equal(answer.n_mended > 0, action != MEND_NOTHING);
	if (view->get_by_address(view->context, lease.address, &left) == 0) {
		struct reconcile_input with = input();
		struct judgment again;

		assert_int_equal(reconcile_judge(&with, &left, &again), 0);
		assert_int_equal(again.action, MEND_NOTHING);
	}
}

static void assert_mended_hardware(uint8_t client) {
	static const uint8_t zeros[LEASE_HARDWARE_MAX];
	const struct lease expected = lease_of(0, client);

	assert_int_equal(judgment.mended.htype, 1);
	assert_int_equal(judgment.mended.hlen, 6);
	assert_memory_equal(judgment.mended.chaddr, expected.chaddr, sizeof zeros);
}

static void what_the_engine_writes_is_consistent(void **state) {
	judge(lease_of(10, 1), 0, MEND_NOTHING);
	judge(ended(lease_of(10, 1)), 0, MEND_NOTHING);
	judge(lease_of(11, 0x11), 0, MEND_NOTHING);
	judge(identified(lease_of(11, 0x11), 7), 0, MEND_NOTHING);
	judge(bootp(lease_of(11, 0x11)), 0, MEND_NOTHING);
	judge(bootp(lease_of(12, 0x12)), 0, MEND_NOTHING);
	judge(identified(lease_of(14, 0x14), 0xaa), 0, MEND_NOTHING);
	judge(lease_of(120, 0x20), 0, MEND_NOTHING);
	judge(lease_of(105, 1), 0, MEND_NOTHING);
	judge((struct lease){ .address = { 0x0a00000a },
			      .scope = { { 0x0a000000 }, 24 },
			      .state = LEASE_DECLINED,
			      .expiry = NOW + 5 },
	      0, MEND_NOTHING);
}

static void a_record_is_filed_under_the_scope_that_there_is_now(void **state) {
	struct lease lease = lease_of(10, 1);

	lease.scope = (struct ip4_subnet){ { 0x0a000000 }, 16 };
	mend(lease, BIT(OTHER_SCOPE), MEND_PUT);
	assert_int_equal(judgment.mended.scope.prefix_length, 24);
	assert_int_equal(judgment.mended.expiry, lease.expiry);
	lease.expiry = NOW - 1;
	lease.address.value++;
	mend(lease, BIT(OTHER_SCOPE) | BIT(TWO_RECORDS), MEND_REMOVE); /* the client has come back meanwhile */
}

static void what_lies_in_no_scope_goes_once_it_has_ended(void **state) {
	struct lease lease = lease_of(10, 1);

	lease.address.value = 0x0b000001;
	lease.scope = (struct ip4_subnet){ { 0x0b000000 }, 24 };
	mend(lease, BIT(SCOPE_GONE), MEND_NOTHING);
	mend(ended(lease), BIT(NO_SCOPE), MEND_REMOVE);
	mend(bootp(lease), BIT(SCOPE_GONE) | BIT(NO_END), MEND_PUT);
	assert_int_equal(judgment.mended.expiry, NOW + BOOTP_TIME);
	lease.address.value = 0x0a000105;
	lease.scope = (struct ip4_subnet){ { 0x0a000100 }, 24 };
	judge(lease, BIT(SCOPE_GONE), MEND_NOTHING);
}

static void a_reserved_client_has_the_hardware_address_of_its_reservation(void **state) {
	struct lease lease = identified(lease_of(14, 0x99), 0xaa);

	mend(lease, BIT(WRONG_HARDWARE), MEND_PUT);
	assert_mended_hardware(0x14);
	assert_true(is_client_key_equal(&judgment.mended.client, &lease.client));
	lease = bootp(lease_of(12, 0x12)); /* the address as text, as it was once written */
	lease.hlen = 9;
	memcpy(lease.chaddr, "10.0.0.12", 9);
	mend(lease, BIT(WRONG_HARDWARE), MEND_PUT);
	assert_mended_hardware(0x12);
	assert_int_equal(judgment.mended.expiry, LEASE_FOR_EVER);
	lease = bootp(lease_of(12, 0x12)); /* the same in the client's name */
	lease.client =
		(struct client_key){ 11, { CLIENT_KEY_HARDWARE, 1, '1', '0', '.', '0', '.', '0', '.', '1', '2' } };
	mend(lease, BIT(WRONG_HARDWARE), MEND_PUT);
	assert_true(
		is_client_key_equal(&judgment.mended.client, &(struct client_key){ 8, { 0, 1, 2, 0, 0, 0, 0, 0x12 } }));
}

static void without_a_reservation_the_name_of_the_client_counts(void **state) {
	struct lease lease = lease_of(30, 1);

	lease.chaddr[5] = 9;
	mend(lease, BIT(WRONG_HARDWARE), MEND_PUT);
	assert_mended_hardware(1);
	mend(identified(lease, 5), 0, MEND_NOTHING); /* nothing says which it should be */
}

static void a_lease_has_the_type_of_its_reservation(void **state) {
	mend(bootp(lease_of(13, 0x13)), BIT(WRONG_TYPE) | BIT(NO_END), MEND_PUT);
	assert_false(judgment.mended.is_bootp);
	assert_int_equal(judgment.mended.expiry, NOW + LEASE_TIME);
	mend(identified(lease_of(12, 0x12), 3), BIT(WRONG_TYPE), MEND_PUT);
	assert_true(judgment.mended.is_bootp);
	assert_int_equal(judgment.mended.expiry, LEASE_FOR_EVER);
	assert_true(
		is_client_key_equal(&judgment.mended.client, &(struct client_key){ 8, { 0, 1, 2, 0, 0, 0, 0, 0x12 } }));
	judge(ended(lease_of(12, 0x12)), 0, MEND_NOTHING);
}

static void only_a_reserved_bootp_client_has_a_lease_without_end(void **state) {
	struct lease lease = lease_of(30, 1);

	lease.expiry = LEASE_FOR_EVER;
	mend(lease, BIT(NO_END), MEND_PUT);
	assert_int_equal(judgment.mended.expiry, NOW + LEASE_TIME);
	mend(bootp(lease_of(105, 2)), BIT(NO_END), MEND_PUT);
	assert_int_equal(judgment.mended.expiry, NOW + BOOTP_TIME);
	mend(bootp(lease_of(12, 3)), BIT(NO_END), MEND_PUT); /* reserved for somebody else, who may have it at once */
	assert_int_equal(judgment.mended.expiry, NOW);
	lease = lease_of(11, 0x11);
	lease.expiry = LEASE_FOR_EVER;
	mend(lease, BIT(NO_END), MEND_PUT);
	assert_int_equal(judgment.mended.expiry, NOW + 900);
	lease.state = LEASE_DECLINED;
	lease.client.len = 0;
	mend(lease, BIT(NO_END), MEND_PUT);
	assert_int_equal(judgment.mended.expiry, NOW + DECLINE_TIME);
	lease = lease_of(30, 1);
	lease.state = LEASE_RELEASED;
	lease.expiry = LEASE_FOR_EVER;
	judge(lease, 0, MEND_NOTHING);
}

static void a_client_keeps_the_record_that_says_best_where_it_is(void **state) {
	struct lease here = lease_of(30, 1), there = lease_of(31, 1);
	const struct lease_view *view = memory_leases_view(leases);

	store(here);
	there.changed = here.changed - 1;
	store_beside(there);
	judge(there, BIT(TWO_RECORDS), MEND_REMOVE);
	assert_int_equal(judgment.rival.value, here.address.value);
	there.changed = here.changed + 1;
	store_beside(there);
	judge(there, BIT(TWO_RECORDS), MEND_PUT);
	there.expiry = NOW - 1; /* what is in force counts for more than what is new */
	store_beside(there);
	judge(there, BIT(TWO_RECORDS), MEND_REMOVE);
	assert_int_equal(give(there.address, there.address), 0);
	assert_int_equal(view->get_by_address(view->context, there.address, &there), -E_NOT_FOUND);
	judge(here, 0, MEND_NOTHING);
}

static void what_runs_out_is_told_and_left_alone(void **state) {
	judge(lease_of(11, 1), BIT(RESERVED_FOR_OTHER), MEND_NOTHING);
	judge(lease_of(30, 0x11), BIT(RESERVED_ELSEWHERE), MEND_NOTHING);
	assert_int_equal(judgment.reserved.value, 0x0a00000b);
	judge(identified(lease_of(30, 1), 0xaa), BIT(RESERVED_ELSEWHERE), MEND_NOTHING);
	judge(lease_of(30, 0x12), 0, MEND_NOTHING); /* that reservation is for BOOTP alone */
	judge(lease_of(20, 1), BIT(NOT_IN_RANGE), MEND_NOTHING);
	judge(lease_of(200, 1), BIT(NOT_IN_RANGE), MEND_NOTHING);
	judge(ended(lease_of(200, 1)), 0, MEND_NOTHING);
	judge(ended(lease_of(11, 1)), 0, MEND_NOTHING);
	mend(bootp(lease_of(30, 1)), BIT(NO_END) | BIT(NOT_IN_RANGE), MEND_PUT); /* a range for DHCP clients */
}

static void a_record_that_cannot_be_read_keeps_its_address_for_a_while(void **state) {
	struct reconcile_input with = input();

	reconcile_judge_unreadable(&with, (struct ip4){ 0x0a00001e }, &judgment);
	assert_int_equal(judgment.kinds, BIT(UNREADABLE));
	assert_int_equal(judgment.action, MEND_PUT);
	assert_int_equal(judgment.mended.state, LEASE_DECLINED);
	assert_int_equal(judgment.mended.expiry, NOW + LEASE_TIME);
	reconcile_judge_unreadable(&with, (struct ip4){ 0x0a00000b }, &judgment);
	assert_int_equal(judgment.action, MEND_REMOVE);
	reconcile_judge_unreadable(&with, (struct ip4){ 0x0b000001 }, &judgment);
	assert_int_equal(judgment.action, MEND_REMOVE);
}

static bool is_active(size_t place) {
	struct reconcile_input with = input();
	const struct scope *scope = snapshot_scope_of(snapshot, (struct ip4){ 0x0a000000 });

	return is_reservation_active(&with, scope, &scope->reservations[place]);
}

static void a_reservation_is_active_if_its_client_has_a_record(void **state) {
	assert_false(is_active(0));
	store(lease_of(11, 1));
	assert_false(is_active(0));
	store(identified(lease_of(11, 0x11), 9));
	assert_true(is_active(0));
	assert_false(is_active(1));
}

static void a_failing_store_is_no_judgment(void **state) {
	struct reconcile_input with = input();
	struct lease lease = lease_of(10, 1);

	store(lease);
	memory_leases_break(leases, true);
	assert_int_equal(reconcile_judge(&with, &lease, &judgment), -E_DHCP_JET_ERROR);
}

/* Any record that there can be. */
static struct lease random_lease(unsigned *seed) {
	static const uint8_t clients[] = { 0x11, 0x12, 0x13, 0x14, 0x20, 1, 2 };
	struct lease lease = lease_of((uint8_t)(10 + rand_r(seed) % 6), clients[rand_r(seed) % ARRAY_LEN(clients)]);

	lease.state = LEASE_ACTIVE + (unsigned)rand_r(seed) % 3;
	lease.changed = NOW - rand_r(seed) % 100;
	lease.is_bootp = rand_r(seed) % 2;
	lease.expiry = rand_r(seed) % 3 ? NOW + rand_r(seed) % 100 - 50 : LEASE_FOR_EVER;
	if (rand_r(seed) % 4 == 0)
		lease.scope = (struct ip4_subnet){ { 0x0a000000 }, 16 };
	if (rand_r(seed) % 4 == 0)
		lease = identified(lease, 0xaa);
	if (rand_r(seed) % 4 == 0)
		lease.chaddr[5] = (uint8_t)rand_r(seed);
	if (rand_r(seed) % 8 == 0)
		lease.address.value = 0x0b000001, lease.scope = (struct ip4_subnet){ { 0x0b000000 }, 24 };
	return lease;
}

/* Mend whatever is to be mended. Returns how much that was. */
static unsigned mend_all(void) {
	unsigned n_mended = 0;
	struct ip4 next = { 0 };

	do {
		assert_int_equal(give(next, (struct ip4){ UINT32_MAX }), 0);
		n_mended += answer.n_mended;
		next = answer.next;
	} while (!is_ip4_none(next));
	return n_mended;
}

/* Who may be sure of an address: its client has no other record that is as good. */
static bool is_held_by_right(const struct lease *lease) {
	const struct scope *scope = snapshot_scope_of(snapshot, lease->address);
	const struct reservation *reservation = scope ? scope_reservation_at(scope, lease->address) : NULL;
	const struct lease *all;
	size_t n;

	if (!scope || reservation || lease->state != LEASE_ACTIVE || !is_lease_in_force(lease, NOW))
		return false;
	all = memory_leases_all(leases, &n);
	for (size_t i = 0; i < n; i++)
		if (!is_ip4_equal(all[i].address, lease->address) &&
		    (is_client_key_equal(&all[i].client, &lease->client) ||
		     memcmp(all[i].chaddr, lease->chaddr, 6) == 0))
			return false;
	return lease->client.octets[0] == CLIENT_KEY_IDENTIFIER ||
	       memcmp(lease->client.octets + 2, lease->chaddr, 6) == 0;
}

static void mending_ends_and_takes_nothing_from_who_holds_it_by_right(void **state) {
	const struct lease_view *view = memory_leases_view(leases);
	unsigned seed = 1;

	for (unsigned round = 0; round < 2000; round++) {
		struct lease held[8], left;
		const struct lease *all;
		size_t n, n_held = 0;
		unsigned n_passes = 0;

		for (unsigned i = 0; i < 6; i++)
			store_beside(random_lease(&seed));
		all = memory_leases_all(leases, &n);
		for (size_t i = 0; i < n && n_held < ARRAY_LEN(held); i++)
			if (is_held_by_right(&all[i]))
				held[n_held++] = all[i];
		while (mend_all())
			assert_true(++n_passes < 4);
		for (size_t i = 0; i < n_held; i++) {
			assert_int_equal(view->get_by_address(view->context, held[i].address, &left), 0);
			assert_true(is_client_key_equal(&left.client, &held[i].client));
			assert_true(is_lease_in_force(&left, NOW));
		}
		for (all = memory_leases_all(leases, &n); n; all = memory_leases_all(leases, &n))
			assert_int_equal(view->remove(view->context, all[0].address), 0);
	}
}

static void the_last_of_all_addresses_is_the_end(void **state) {
	struct lease lease = lease_of(10, 1);

	lease.address.value = UINT32_MAX;
	lease.scope = (struct ip4_subnet){ { 0xffffff00 }, 24 };
	lease.expiry = LEASE_FOR_EVER;
	store(lease);
	assert_int_equal(give((struct ip4){ 0 }, (struct ip4){ UINT32_MAX }), 0);
	assert_int_equal(answer.n_mended, 1);
	assert_true(is_ip4_none(answer.next));
}

static void every_kind_has_a_word_and_says_what_is_done(void **state) {
	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++) {
		const struct inconsistency_info *info = inconsistency_info_get(kind);

		assert_true(info->word[0] && info->description[0] && info->remedy[0]);
		assert_int_equal(strncmp(info->remedy, "Nothing", 7) == 0, info->mending == MENDING_NOTHING);
		assert_non_null(mending_name(info->mending));
	}
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(what_the_engine_writes_is_consistent),
		TEST(a_record_is_filed_under_the_scope_that_there_is_now),
		TEST(what_lies_in_no_scope_goes_once_it_has_ended),
		TEST(a_reserved_client_has_the_hardware_address_of_its_reservation),
		TEST(without_a_reservation_the_name_of_the_client_counts),
		TEST(a_lease_has_the_type_of_its_reservation),
		TEST(only_a_reserved_bootp_client_has_a_lease_without_end),
		TEST(a_client_keeps_the_record_that_says_best_where_it_is),
		TEST(what_runs_out_is_told_and_left_alone),
		TEST(a_record_that_cannot_be_read_keeps_its_address_for_a_while),
		TEST(a_reservation_is_active_if_its_client_has_a_record),
		TEST(a_failing_store_is_no_judgment),
		TEST(mending_ends_and_takes_nothing_from_who_holds_it_by_right),
		TEST(the_last_of_all_addresses_is_the_end),
		TEST(every_kind_has_a_word_and_says_what_is_done),
	};

	return cmocka_run_group_tests_name("reconcile", tests, NULL, NULL);
}
