/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip4.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

int ip4_parse(const char *text, struct ip4 *ret_address) {
	struct in_addr parsed;

	/* inet_pton accepts exactly four decimal parts, but tolerates leading zeros in some libraries: refuse them. */
	for (const char *part = text; part; part = strchr(part, '.') ? strchr(part, '.') + 1 : NULL)
		if (part[0] == '0' && part[1] >= '0' && part[1] <= '9')
			return -E_INVALID_PARAMETER;
	if (inet_pton(AF_INET, text, &parsed) != 1)
		return -E_INVALID_PARAMETER;
	ret_address->value = ntohl(parsed.s_addr);
	return 0;
}

int ip4_subnet_parse(const char *text, struct ip4_subnet *ret_subnet) {
	char address[IP4_TEXT_MAX];
	const char *slash = strchr(text, '/');
	struct ip4_subnet subnet;
	uint64_t length;

	if (!slash || (size_t)(slash - text) >= sizeof address)
		return -E_INVALID_PARAMETER;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (ip4_parse(address, &subnet.network) < 0 || text_parse_u64(slash + 1, 32, &length) < 0)
		return -E_INVALID_PARAMETER;
	subnet.prefix_length = (uint8_t)length;
	if (subnet.network.value & ~ip4_mask(subnet.prefix_length))
		return -E_INVALID_PARAMETER;
	*ret_subnet = subnet;
	return 0;
}

int ip4_range_parse(const char *text, struct ip4_range *ret_range) {
	char first[IP4_TEXT_MAX];
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);
	struct ip4_range range;

	if (length >= sizeof first)
		return -E_INVALID_PARAMETER;
	memcpy(first, text, length);
	first[length] = '\0';
	if (ip4_parse(first, &range.first) < 0)
		return -E_INVALID_PARAMETER;
	range.last = range.first;
	if (dash && ip4_parse(dash + 1, &range.last) < 0)
		return -E_INVALID_PARAMETER;
	if (range.last.value < range.first.value)
		return -E_DHCP_INVALID_RANGE;
	*ret_range = range;
	return 0;
}

const char *ip4_format(struct ip4 address, char ret_text[static IP4_TEXT_MAX]) {
	snprintf(ret_text, IP4_TEXT_MAX, "%u.%u.%u.%u", address.value >> 24, address.value >> 16 & 0xff,
		 address.value >> 8 & 0xff, address.value & 0xff);
	return ret_text;
}

const char *ip4_range_format(struct ip4_range range, char ret_text[static IP4_RANGE_TEXT_MAX]) {
	char first[IP4_TEXT_MAX], last[IP4_TEXT_MAX];

	if (is_ip4_equal(range.first, range.last))
		snprintf(ret_text, IP4_RANGE_TEXT_MAX, "%s", ip4_format(range.first, first));
	else
		snprintf(ret_text, IP4_RANGE_TEXT_MAX, "%s-%s", ip4_format(range.first, first),
			 ip4_format(range.last, last));
	return ret_text;
}
