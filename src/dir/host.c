/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/host.h"

#include <string.h>
#include <unistd.h>

#include "base/event.h"
#include "base/mem.h"
#include "rt/interfaces.h"

#define SETTLE_MS 200 /* an interface coming up makes several notifications */

struct host {
	struct ip4 *addresses;
	size_t n_addresses, capacity;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *settle;
	loop_f *changed;
	void *context;
};

static void address_add(struct host *host, struct ip4 address) {
	host->addresses = mem_grow(host->addresses, &host->capacity, host->n_addresses + 1, sizeof *host->addresses);
	host->addresses[host->n_addresses++] = address;
}

static int addresses_read(struct host *host, struct error *reterr_error) {
	struct interface_list list;
	int code = interfaces_read(&list, reterr_error);

	if (code < 0)
		return code;
	host->n_addresses = 0;
	for (size_t i = 0; i < list.n_items; i++)
		for (size_t j = 0; !list.items[i].is_loopback && j < list.items[i].n_addresses; j++)
			address_add(host, list.items[i].addresses[j].address);
	free(list.items);
	return 0;
}

static void notified(void *context) {
	struct host *host = context;

	interfaces_watch_clear(host->fd);
	loop_timer_set(host->settle, SETTLE_MS);
}

static void settled(void *context) {
	struct host *host = context;
	size_t n_before = host->n_addresses;
	struct ip4 *before = mem_alloc(n_before * sizeof *before);
	struct error error;

	if (n_before)
		memcpy(before, host->addresses, n_before * sizeof *before);
	if (addresses_read(host, &error) < 0)
		event_emit_error(EVENT_INTERFACES_CHANGED, &error);
	else if (n_before != host->n_addresses ||
		 (n_before && memcmp(before, host->addresses, n_before * sizeof *before) != 0))
		host->changed(host->context);
	free(before);
}

int host_new(struct loop *loop, loop_f *changed, void *context, struct host **ret_host, struct error *reterr_error) {
	struct host *host = mem_alloc(sizeof *host);
	int code;

	host->changed = changed;
	host->context = context;
	host->fd = interfaces_watch_open(reterr_error);
	code = host->fd < 0 ? host->fd : addresses_read(host, reterr_error);
	if (code < 0) {
		host_free(host);
		return code;
	}
	host->settle = loop_timer_new(loop, settled, host);
	host->watch = loop_watch_readable(loop, host->fd, notified, host);
	*ret_host = host;
	return 0;
}

struct host *host_free(struct host *host) {
	if (!host)
		return NULL;
	loop_unwatch(host->watch);
	if (host->settle)
		loop_timer_free(host->settle);
	if (host->fd >= 0)
		close(host->fd);
	free(host->addresses);
	free(host);
	return NULL;
}

const struct ip4 *host_addresses(const struct host *host, size_t *ret_n_addresses) {
	*ret_n_addresses = host->n_addresses;
	return host->addresses;
}
