/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/subnet.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

#define TERM_MAX sizeof "(cn=255.255.255.255/32)"
#define LENGTHS 33 /* of prefixes, 0 to 32 */

static void filter_add(struct text *filter, struct ip4 address) {
	for (uint8_t length = 0; length < LENGTHS; length++) {
		struct ip4 network = { address.value & ip4_mask(length) };
		char words[IP4_TEXT_MAX];

		text_add(filter, "(cn=%s/%u)", ip4_format(network, words), length);
	}
}

char *subnet_filter(const struct ip4 *addresses, size_t n_addresses) {
	size_t size = sizeof "(&(objectClass=subnet)(|))" + n_addresses * LENGTHS * TERM_MAX;
	char *words;
	struct text filter;

	if (n_addresses == 0)
		return NULL;
	words = mem_alloc(size);
	text_init(&filter, words, size);
	text_add(&filter, "(&(objectClass=subnet)(|");
	for (size_t i = 0; i < n_addresses; i++)
		filter_add(&filter, addresses[i]);
	text_add(&filter, "))");
	return words;
}

static bool has_one_of(struct ip4_subnet subnet, const struct ip4 *addresses, size_t n_addresses) {
	for (size_t i = 0; i < n_addresses; i++)
		if (is_ip4_in_subnet(addresses[i], subnet))
			return true;
	return false;
}

size_t subnet_find_longest(const struct ip4_subnet *subnets, size_t n_subnets, const struct ip4 *addresses,
			   size_t n_addresses) {
	size_t longest = n_subnets;

	for (size_t i = 0; i < n_subnets; i++)
		if (has_one_of(subnets[i], addresses, n_addresses) &&
		    (longest == n_subnets || subnets[i].prefix_length > subnets[longest].prefix_length))
			longest = i;
	return longest;
}
