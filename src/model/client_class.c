/* SPDX-License-Identifier: Apache-2.0 */
#include "model/client_class.h"

#define ITEMS_MAX 32 /* nobody sends more, and each is compared with every class */

bool user_class_next(struct span *list, struct span *ret_item) {
	size_t len = list->len ? list->data[0] : 0;

	if (len == 0 || len >= list->len)
		return false;
	*ret_item = span_of(list->data + 1, len);
	*list = span_of(list->data + 1 + len, list->len - 1 - len);
	return true;
}

bool is_user_class_list(struct span octets) {
	struct span item;

	for (unsigned i = 0; i < ITEMS_MAX && user_class_next(&octets, &item); i++)
		;
	return octets.data && octets.len == 0;
}

bool is_user_class_named(struct span octets, struct span data) {
	struct span item;

	if (octets.data && is_span_equal(octets, data))
		return true;
	if (!is_user_class_list(octets))
		return false;
	while (user_class_next(&octets, &item))
		if (is_span_equal(item, data))
			return true;
	return false;
}
