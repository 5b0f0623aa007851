/* SPDX-License-Identifier: Apache-2.0 */
#include "api/census.h"

#include "base/error.h"

static uint64_t range_size(struct ip4_range range) {
	return (uint64_t)range.last.value - range.first.value + 1;
}

static struct ip4_range range_overlap(struct ip4_range a, struct ip4_range b) {
	return (struct ip4_range){ a.first.value > b.first.value ? a.first : b.first,
				   a.last.value < b.last.value ? a.last : b.last };
}

static uint64_t count_usable(const struct scope *scope, struct ip4_range range) {
	uint64_t n = range_size(range);

	for (size_t i = 0; i < scope->n_exclusions; i++)
		if (is_ip4_range_overlapping(range, scope->exclusions[i]))
			n -= range_size(range_overlap(range, scope->exclusions[i]));
	return n;
}

struct census census_of(const struct scope *scope) {
	struct census census = { .n_reserved = scope->n_reservations };

	for (size_t i = 0; i < scope->n_ranges; i++)
		census.n_total += count_usable(scope, scope->ranges[i]);
	census.n_free = census.n_total;
	for (size_t i = 0; i < scope->n_reservations; i++)
		census.n_free -= is_scope_address_dynamic(scope, scope->reservations[i].address);
	return census;
}

/* True if the address is for anybody. */
static bool is_address_open(const struct scope *scope, struct ip4 address) {
	return is_scope_address_dynamic(scope, address) && !scope_reservation_at(scope, address);
}

void census_count(struct census *census, const struct scope *scope, const struct lease *lease, int64_t now) {
	if (!is_lease_in_force(lease, now))
		return;
	if (lease->state == LEASE_DECLINED)
		census->n_declined++;
	else
		census->n_active++;
	census->n_free -= is_address_open(scope, lease->address);
}

void census_add(struct census *census, const struct census *part) {
	census->n_total += part->n_total;
	census->n_free += part->n_free;
	census->n_reserved += part->n_reserved;
	census->n_active += part->n_active;
	census->n_declined += part->n_declined;
}

uint64_t census_percent(const struct census *census) {
	return census->n_total ? (census->n_total - census->n_free) * 100 / census->n_total : 0;
}

/* The end of the exclusion that holds @address, or @address itself if none does. */
static uint32_t exclusion_end(const struct scope *scope, uint32_t address) {
	for (size_t i = 0; i < scope->n_exclusions; i++)
		if (is_ip4_in_range((struct ip4){ address }, scope->exclusions[i]))
			return scope->exclusions[i].last.value;
	return address;
}

/* Find what is open in @part, where nobody has a lease. */
static void find_in(struct free_search *search, struct ip4_range part) {
	for (uint64_t at = part.first.value; at <= part.last.value && search->n_found < search->wanted; at++) {
		const struct ip4 address = { (uint32_t)at };

		if (is_address_open(search->scope, address))
			search->found[search->n_found++] = address;
		else
			at = exclusion_end(search->scope, (uint32_t)at);
	}
}

/* The same up to @end, which is left out. */
static void find_up_to(struct free_search *search, uint64_t end) {
	struct ip4_range gap;

	if (search->next < search->window.first.value)
		search->next = search->window.first.value;
	if (search->next >= end)
		return;
	gap = (struct ip4_range){ { (uint32_t)search->next }, { (uint32_t)(end - 1) } };
	for (size_t i = 0; i < search->scope->n_ranges; i++)
		if (is_ip4_range_overlapping(gap, search->scope->ranges[i]))
			find_in(search, range_overlap(gap, search->scope->ranges[i]));
}

static int is_enough(const struct free_search *search) {
	return search->n_found == search->wanted ? -E_DHCP_REACHED_END_OF_SELECTION : 0;
}

int free_search_pass(struct free_search *search, const struct lease *lease) {
	find_up_to(search, lease->address.value);
	search->next = (uint64_t)lease->address.value + 1;
	return is_enough(search);
}

void free_search_finish(struct free_search *search) {
	find_up_to(search, (uint64_t)search->window.last.value + 1);
}

int free_search_reuse(struct free_search *search, const struct lease *lease, int64_t now) {
	if (search->n_found < search->wanted && !is_lease_in_force(lease, now) &&
	    is_address_open(search->scope, lease->address))
		search->found[search->n_found++] = lease->address;
	return is_enough(search);
}
