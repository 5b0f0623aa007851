/* SPDX-License-Identifier: Apache-2.0 */
#include "support/memory_leases.h"

#include "base/error.h"
#include "base/mem.h"

struct memory_leases {
	struct lease_view view;
	struct lease *items;
	size_t n_items, capacity;
	bool is_broken;
};

static bool is_subnet_equal(struct ip4_subnet a, struct ip4_subnet b) {
	return is_ip4_equal(a.network, b.network) && a.prefix_length == b.prefix_length;
}

static struct lease *find_address(struct memory_leases *leases, struct ip4 address) {
	for (size_t i = 0; i < leases->n_items; i++)
		if (is_ip4_equal(leases->items[i].address, address))
			return &leases->items[i];
	return NULL;
}

static struct lease *find_client(struct memory_leases *leases, struct ip4_subnet scope,
				 const struct client_key *client) {
	for (size_t i = 0; i < leases->n_items; i++)
		if (is_subnet_equal(leases->items[i].scope, scope) &&
		    is_client_key_equal(&leases->items[i].client, client))
			return &leases->items[i];
	return NULL;
}

static int hand_over(struct memory_leases *leases, const struct lease *found, struct lease *ret_lease) {
	if (leases->is_broken)
		return -E_DHCP_JET_ERROR;
	if (!found)
		return -E_NOT_FOUND;
	*ret_lease = *found;
	return 0;
}

static int get_by_address(void *context, struct ip4 address, struct lease *ret_lease) {
	return hand_over(context, find_address(context, address), ret_lease);
}

static int get_by_client(void *context, struct ip4_subnet scope, const struct client_key *client,
			 struct lease *ret_lease) {
	return hand_over(context, find_client(context, scope, client), ret_lease);
}

static int get_gap(void *context, struct ip4 from, struct ip4 to, struct ip4 *ret_address) {
	struct memory_leases *leases = context;

	if (leases->is_broken)
		return -E_DHCP_JET_ERROR;
	for (; from.value <= to.value; from.value++)
		if (!find_address(leases, from)) {
			*ret_address = from;
			return 0;
		}
	return -E_NOT_FOUND;
}

/* Of @scope, and in force until @now at most. */
static bool is_reusable(const struct lease *lease, struct ip4_subnet scope, int64_t now) {
	return is_subnet_equal(lease->scope, scope) && lease_last_in_force(lease) <= now;
}

/* How many such records come before @lease. */
static size_t reuse_rank(const struct memory_leases *leases, struct ip4_subnet scope, int64_t now,
			 const struct lease *lease) {
	int64_t last = lease_last_in_force(lease);
	size_t rank = 0;

	for (size_t i = 0; i < leases->n_items; i++) {
		const struct lease *other = &leases->items[i];
		int64_t others = lease_last_in_force(other);

		rank += is_reusable(other, scope, now) &&
			(others < last || (others == last && other->address.value < lease->address.value));
	}
	return rank;
}

static int get_reusable(void *context, struct ip4_subnet scope, int64_t now, size_t skip, struct lease *ret_lease) {
	struct memory_leases *leases = context;
	const struct lease *found = NULL;

	for (size_t i = 0; i < leases->n_items && !found; i++) {
		const struct lease *lease = &leases->items[i];

		if (is_reusable(lease, scope, now) && reuse_rank(leases, scope, now, lease) == skip)
			found = lease;
	}
	return hand_over(leases, found, ret_lease);
}

static int count_bootp(void *context, struct ip4_subnet scope, int64_t now, size_t enough, size_t *ret_count) {
	const struct memory_leases *leases = context;
	size_t count = 0;

	if (leases->is_broken)
		return -E_DHCP_JET_ERROR;
	for (size_t i = 0; i < leases->n_items && count < enough; i++) {
		const struct lease *lease = &leases->items[i];

		count += is_subnet_equal(lease->scope, scope) && lease->is_bootp && lease->state == LEASE_ACTIVE &&
			 lease->expiry > now && lease->expiry != LEASE_FOR_EVER;
	}
	*ret_count = count;
	return 0;
}

static int put(void *context, const struct lease *lease) {
	struct memory_leases *leases = context;
	struct lease *old = lease->client.len ? find_client(leases, lease->scope, &lease->client) : NULL;

	if (leases->is_broken)
		return -E_DHCP_JET_ERROR;
	if (old && !is_ip4_equal(old->address, lease->address))
		*old = leases->items[--leases->n_items];
	old = find_address(leases, lease->address);
	if (!old) {
		leases->items = mem_grow(leases->items, &leases->capacity, leases->n_items + 1, sizeof *leases->items);
		old = &leases->items[leases->n_items++];
	}
	*old = *lease;
	return 0;
}

static int get_next(void *context, struct ip4 from, struct lease *ret_lease) {
	struct memory_leases *leases = context;
	const struct lease *found = NULL;

	for (size_t i = 0; i < leases->n_items; i++)
		if (leases->items[i].address.value >= from.value &&
		    (!found || leases->items[i].address.value < found->address.value))
			found = &leases->items[i];
	return hand_over(leases, found, ret_lease);
}

static int remove_address(void *context, struct ip4 address) {
	struct memory_leases *leases = context;
	struct lease *found = find_address(leases, address);

	if (leases->is_broken)
		return -E_DHCP_JET_ERROR;
	if (!found)
		return -E_NOT_FOUND;
	*found = leases->items[--leases->n_items];
	return 0;
}

struct memory_leases *memory_leases_new(void) {
	struct memory_leases *leases = mem_alloc(sizeof *leases);

	leases->view = (struct lease_view){
		.context = leases,
		.get_by_address = get_by_address,
		.get_by_client = get_by_client,
		.get_gap = get_gap,
		.get_reusable = get_reusable,
		.count_bootp = count_bootp,
		.put = put,
		.get_next = get_next,
		.remove = remove_address,
	};
	return leases;
}

struct memory_leases *memory_leases_free(struct memory_leases *leases) {
	if (leases)
		free(leases->items);
	free(leases);
	return NULL;
}

const struct lease_view *memory_leases_view(struct memory_leases *leases) {
	return &leases->view;
}

void memory_leases_break(struct memory_leases *leases, bool is_broken) {
	leases->is_broken = is_broken;
}

const struct lease *memory_leases_all(const struct memory_leases *leases, size_t *ret_n_leases) {
	*ret_n_leases = leases->n_items;
	return leases->items;
}
