/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/links.h"

#include <string.h>
#include <unistd.h>

#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"

#define DESCRIPTION_MAX 512

struct links {
	char *const *names;
	char **unbound; /* owned: what the directory has us not serve */
	size_t n_unbound;
	int watch_fd;
	struct loop_watch *watch;
	links_changed_f *changed; /* NULL: nobody wants to know */
	void *context;
	struct link *items;
	struct link_address *addresses; /* of all items, one after the other */
	size_t n_items;
	struct ip4 *host_addresses;
	size_t n_host_addresses;
};

static size_t addresses_count(const struct interface_list *list) {
	size_t n = 0;

	for (size_t i = 0; i < list->n_items; i++)
		n += list->items[i].n_addresses;
	return n;
}

static void link_add(struct links *links, const struct interface *interface, struct link_address *place) {
	struct link *link = &links->items[links->n_items++];

	*link = (struct link){ .interface = interface->index,
			       .is_up = interface->is_up,
			       .hlen = interface->hlen,
			       .htype = interface->htype,
			       .addresses = place,
			       .n_addresses = interface->n_addresses };
	memcpy(link->name, interface->name, sizeof link->name);
	memcpy(link->hardware, interface->hardware, sizeof link->hardware);
	for (size_t i = 0; i < interface->n_addresses; i++)
		place[i] =
			(struct link_address){ interface->addresses[i].address, interface->addresses[i].prefix_length };
}

static void host_addresses_add(struct links *links, const struct interface *interface) {
	for (size_t i = 0; i < interface->n_addresses; i++)
		links->host_addresses[links->n_host_addresses++] = interface->addresses[i].address;
}

static void links_clear(struct links *links) {
	free(links->items);
	free(links->addresses);
	free(links->host_addresses);
}

static void links_forget(struct links *links) {
	links->items = NULL;
	links->addresses = NULL;
	links->host_addresses = NULL;
	links->n_items = links->n_host_addresses = 0;
}

static void links_fill(struct links *links, const struct interface_list *list) {
	const struct interface_choice choice = { links->names, (const char *const *)links->unbound, links->n_unbound };
	size_t n_addresses = addresses_count(list), used = 0;

	links->items = mem_alloc(list->n_items * sizeof *links->items);
	links->addresses = mem_alloc(n_addresses * sizeof *links->addresses);
	links->host_addresses = mem_alloc(n_addresses * sizeof *links->host_addresses);
	for (size_t i = 0; i < list->n_items; i++) {
		host_addresses_add(links, &list->items[i]);
		if (!is_interface_chosen(&list->items[i], &choice))
			continue;
		link_add(links, &list->items[i], links->addresses + used);
		used += list->items[i].n_addresses;
	}
}

/* Read them into @links, which has none. It still has none if that fails. */
static int links_read(struct links *links, struct error *reterr_error) {
	struct interface_list list = { 0 };
	int r = interfaces_read(&list, reterr_error);

	if (r < 0)
		return r;
	links_fill(links, &list);
	free(list.items);
	return 0;
}

/* "eth0 10.0.0.1/24, eth1 (down) ..." of the served interfaces. */
static void links_describe(const struct links *links, struct text *text) {
	for (size_t i = 0; i < links->n_items; i++) {
		const struct link *link = &links->items[i];
		char address[IP4_TEXT_MAX];

		text_add(text, "%s%s%s", i ? ", " : "", link->name, link->is_up ? "" : " (down)");
		for (size_t j = 0; j < link->n_addresses; j++)
			text_add(text, " %s/%u", ip4_format(link->addresses[j].address, address),
				 link->addresses[j].prefix_length);
	}
}

static void links_report(const struct links *links) {
	char description[DESCRIPTION_MAX];
	struct text text;

	text_init(&text, description, sizeof description);
	links_describe(links, &text);
	event_emit(EVENT_INTERFACES_CHANGED, "serving %s", description[0] ? description : "none");
}

static bool is_link_equal(const struct link *a, const struct link *b) {
	if (a->interface != b->interface || strcmp(a->name, b->name) != 0 || a->is_up != b->is_up ||
	    a->n_addresses != b->n_addresses)
		return false;
	for (size_t i = 0; i < a->n_addresses; i++)
		if (!is_ip4_equal(a->addresses[i].address, b->addresses[i].address) ||
		    a->addresses[i].prefix_length != b->addresses[i].prefix_length)
			return false;
	return true;
}

static bool is_links_equal(const struct links *a, const struct links *b) {
	bool is_equal = a->n_items == b->n_items;

	for (size_t i = 0; is_equal && i < a->n_items; i++)
		is_equal = is_link_equal(&a->items[i], &b->items[i]);
	return is_equal;
}

/* Read anew, and report only what differs. What others have borrowed goes last. */
static void links_refresh(struct links *links) {
	struct links before = *links;
	struct error error;
	bool is_news;

	links_forget(links);
	if (links_read(links, &error) < 0) {
		*links = before;
		event_emit_error(EVENT_INTERFACES_CHANGED, &error);
		return;
	}
	is_news = !is_links_equal(&before, links);
	if (is_news)
		links_report(links);
	if (links->changed)
		links->changed(links->context, is_news);
	links_clear(&before);
}

/* The kernel tells of more than what matters here. */
static void on_change(void *context) {
	struct links *links = context;

	interfaces_watch_clear(links->watch_fd);
	links_refresh(links);
}

static void unbound_free(struct links *links) {
	for (size_t i = 0; i < links->n_unbound; i++)
		free(links->unbound[i]);
	free(links->unbound);
	links->unbound = NULL;
	links->n_unbound = 0;
}

static bool is_unbound_equal(const struct links *links, const char *const *names, size_t n_names) {
	bool is_equal = links->n_unbound == n_names;

	for (size_t i = 0; is_equal && i < n_names; i++)
		is_equal = strcmp(links->unbound[i], names[i]) == 0;
	return is_equal;
}

void links_unbind(struct links *links, const char *const *names, size_t n_names) {
	if (is_unbound_equal(links, names, n_names))
		return;
	unbound_free(links);
	links->unbound = mem_alloc(n_names * sizeof *links->unbound);
	for (size_t i = 0; i < n_names; i++)
		links->unbound[links->n_unbound++] = mem_dup_text(names[i]);
	links_refresh(links);
}

static bool has_link(const struct links *links, const char *name) {
	for (size_t i = 0; i < links->n_items; i++)
		if (strcmp(links->items[i].name, name) == 0)
			return true;
	return false;
}

/* A name that is mistyped looks like an interface that is not there yet, which is served once it comes. */
static void report_missing(const struct links *links) {
	for (char *const *name = links->names; name && *name; name++)
		if (!has_link(links, *name))
			event_emit(EVENT_INTERFACE_MISSING, "%s", *name);
}

int links_new(struct loop *loop, char *const *names, struct links **ret_links, struct error *reterr_error) {
	struct links *links = mem_alloc(sizeof *links);
	int r;

	links->names = names;
	/* Watch first, so that no change falls between reading and watching. */
	links->watch_fd = interfaces_watch_open(reterr_error);
	r = links->watch_fd < 0 ? links->watch_fd : links_read(links, reterr_error);
	if (r < 0) {
		links_free(links);
		return r;
	}
	report_missing(links);
	links->watch = loop_watch_readable(loop, links->watch_fd, on_change, links);
	*ret_links = links;
	return 0;
}

void links_on_change(struct links *links, links_changed_f *call, void *context) {
	links->changed = call;
	links->context = context;
}

struct links *links_free(struct links *links) {
	if (!links)
		return NULL;
	loop_unwatch(links->watch);
	if (links->watch_fd >= 0)
		close(links->watch_fd);
	links_clear(links);
	unbound_free(links);
	free(links);
	return NULL;
}

const struct link *links_get(const struct links *links, unsigned interface) {
	for (size_t i = 0; i < links->n_items; i++)
		if (links->items[i].interface == interface)
			return &links->items[i];
	return NULL;
}

const struct link *links_at(const struct links *links, size_t place) {
	return place < links->n_items ? &links->items[place] : NULL;
}

const struct ip4 *links_host_addresses(const struct links *links, size_t *ret_n_addresses) {
	*ret_n_addresses = links->n_host_addresses;
	return links->host_addresses;
}
