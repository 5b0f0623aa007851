/* SPDX-License-Identifier: Apache-2.0 */
#include "api/bindings.h"

#include "api/json.h"

static json_t *addresses_json(const struct interface *interface) {
	json_t *array = json_array();

	for (size_t i = 0; i < interface->n_addresses; i++) {
		char text[IP4_TEXT_MAX];

		json_array_append_new(array, json_sprintf("%s/%u", ip4_format(interface->addresses[i].address, text),
							  interface->addresses[i].prefix_length));
	}
	return array;
}

static json_t *interface_json(const struct interface *interface, const struct interface_choice *choice) {
	json_t *object = json_object();

	json_set_text(object, "name", interface->name);
	json_object_set_new(object, "addresses", addresses_json(interface));
	json_set_hex(object, "hardwareAddress", span_of(interface->hardware, interface->hlen), ':');
	json_object_set_new(object, "up", json_boolean(interface->is_up));
	json_object_set_new(object, "served", json_boolean(is_interface_chosen(interface, choice)));
	json_object_set_new(object, "fixed", json_boolean(is_interface_choice_fixed(choice)));
	return object;
}

json_t *bindings_json(const struct interface_list *list, const struct interface_choice *choice) {
	json_t *object = json_object(), *array = json_array();

	for (size_t i = 0; i < list->n_items; i++)
		if (!list->items[i].is_loopback)
			json_array_append_new(array, interface_json(&list->items[i], choice));
	json_object_set_new(object, "interfaces", array);
	return object;
}
