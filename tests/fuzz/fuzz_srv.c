/* SPDX-License-Identifier: Apache-2.0 */
/* A DNS message is taken or not; what is taken can be put into a URI, and ordering loses nothing. */
#include <assert.h>
#include <string.h>

#include "dir/srv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t most_of(void *context, uint32_t most) {
	return most;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static struct srv_list list;
	size_t n_items;

	srv_parse(data, size, &list);
	n_items = list.n_items;
	assert(n_items <= SRV_RECORDS_MAX);
	srv_order(&list, most_of, NULL);
	assert(list.n_items == n_items);
	for (size_t i = 0; i < n_items; i++) {
		assert(list.items[i].port && list.items[i].host[0] && !strpbrk(list.items[i].host, "/?%:@ \\"));
		assert(i == 0 || list.items[i - 1].priority <= list.items[i].priority);
	}
	return 0;
}
