/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/srv.h"

#include <arpa/nameser.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define RDATA_HOST 6 /* where the target begins: behind priority, weight and port */

static bool is_host(const char *host) {
	return host[0] && host[0] != '.' &&
	       host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] == '\0';
}

static void record_take(struct srv_list *list, const ns_msg *message, const ns_rr *answer) {
	struct srv_record *record = &list->items[list->n_items];
	const uint8_t *data = ns_rr_rdata(*answer);

	if (ns_rr_type(*answer) != ns_t_srv || ns_rr_class(*answer) != ns_c_in || ns_rr_rdlen(*answer) <= RDATA_HOST ||
	    ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), data + RDATA_HOST, record->host,
			       sizeof record->host) < 0)
		return;
	list->is_denied |= strcmp(record->host, ".") == 0;
	record->priority = (uint16_t)ns_get16(data);
	record->weight = (uint16_t)ns_get16(data + 2);
	record->port = (uint16_t)ns_get16(data + 4);
	if (record->port && is_host(record->host))
		list->n_items++;
}

void srv_parse(const uint8_t *reply, size_t len, struct srv_list *ret_list) {
	ns_msg message;
	ns_rr answer;

	memset(ret_list, 0, sizeof *ret_list);
	if (len > NS_MAXMSG || ns_initparse(reply, (int)len, &message) < 0)
		return;
	for (int i = 0; i < ns_msg_count(message, ns_s_an) && ret_list->n_items < SRV_RECORDS_MAX; i++)
		if (ns_parserr(&message, ns_s_an, i, &answer) == 0)
			record_take(ret_list, &message, &answer);
}

/* Those without weight come first: they have their small share only there. */
static int compare(const void *a, const void *b) {
	const struct srv_record *left = a, *right = b;

	return left->priority != right->priority ? left->priority - right->priority : left->weight - right->weight;
}

/* Which of the @n records, which have one priority, is next. */
static size_t draw(const struct srv_record *records, size_t n, srv_lot_f *lot_of, void *context) {
	uint32_t total = 0, lot;
	size_t i;

	for (i = 0; i < n; i++)
		total += records[i].weight;
	if (total == 0)
		return lot_of(context, (uint32_t)n - 1);
	lot = lot_of(context, total); /* 0 falls to the first one, whatever its weight */
	for (i = 0; i + 1 < n && lot > records[i].weight; i++)
		lot -= records[i].weight;
	return i;
}

void srv_order(struct srv_list *list, srv_lot_f *lot_of, void *context) {
	qsort(list->items, list->n_items, sizeof *list->items, compare);
	for (size_t i = 0, end = 0; i < list->n_items; i++) {
		struct srv_record *first = &list->items[i], next;
		size_t drawn;

		while (end < list->n_items && list->items[end].priority == first->priority)
			end++;
		drawn = draw(first, end - i, lot_of, context);
		next = first[drawn];
		memmove(first + 1, first, drawn * sizeof *first);
		*first = next;
	}
}

static bool has_server(const struct srv_list *list, const struct srv_record *record) {
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i].port == record->port && is_text_equal_nocase(list->items[i].host, record->host))
			return true;
	return false;
}

void srv_append(struct srv_list *list, const struct srv_list *more) {
	for (size_t i = 0; i < more->n_items && list->n_items < SRV_RECORDS_MAX; i++)
		if (!has_server(list, &more->items[i]))
			list->items[list->n_items++] = more->items[i];
}
