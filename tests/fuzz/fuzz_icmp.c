/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets are either refused or an echo reply; and what is written of it differs from it in the type alone. */
#include <stdlib.h>

#include "base/wireint.h"
#include "wire/checksum.h"
#include "wire/icmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	uint8_t octets[ICMP_ECHO_SIZE];
	struct icmp_echo echo;
	struct ip4 source;

	if (!icmp_echo_parse(span_of(data, size), &source, &echo))
		return 0;
	icmp_echo_write(&echo, octets);
	if (checksum_fold(checksum_add(0, span_of(octets, sizeof octets))) != 0 ||
	    memcmp(octets + 4, data + size - 12, 12) != 0 || be32_read(data + 12) != source.value)
		abort();
	return 0;
}
