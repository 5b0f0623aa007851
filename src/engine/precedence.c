/* SPDX-License-Identifier: Apache-2.0 */
/* precedence.c - which of several values of an option, or of a setting, a client gets (precedence.def). */
#include "engine/request.h"

/* A source yields the @index-th set of values that may hold some, NULL for one that does not; false past the last. */

static const struct option_set *group_of(const struct option_search *search, const struct option_groups *groups,
					 const struct client_class *user_class) {
	const struct option_group *group =
		groups->n_items ? option_groups_get(groups, user_class, search->vendor_class) : NULL;

	return group ? &group->options : NULL;
}

/* The values of @values for everybody: of the vendor class, where one is looked for. */
static const struct option_set *everybody_of(const struct option_search *search, const struct option_set *plain,
					     const struct option_groups *groups) {
	return search->vendor_class ? group_of(search, groups, NULL) : plain;
}

static bool source_reservation_class(const struct option_search *search, size_t index,
				     const struct option_set **ret_set) {
	const struct request *request = search->request;

	if (!request->reservation || index >= request->traits->n_user_classes)
		return false;
	*ret_set = group_of(search, &request->reservation->own.groups, request->traits->user_classes[index]);
	return true;
}

static bool source_inherited_class(const struct option_search *search, size_t index,
				   const struct option_set **ret_set) {
	const struct request *request = search->request;

	if (index >= request->traits->n_user_classes)
		return false;
	*ret_set = group_of(search, &request->scope->groups, request->traits->user_classes[index]);
	return true;
}

static bool source_reservation(const struct option_search *search, size_t index, const struct option_set **ret_set) {
	const struct reservation *reservation = search->request->reservation;

	if (!reservation || index > 0)
		return false;
	*ret_set = everybody_of(search, &reservation->own.plain, &reservation->own.groups);
	return true;
}

static bool source_policy(const struct option_search *search, size_t index, const struct option_set **ret_set) {
	const struct traits *traits = search->request->traits;
	size_t n_sets = traits->n_user_classes + 1, policy = index / n_sets, class = index % n_sets;
	const struct option_values *values;

	if (policy >= traits->n_policies)
		return false;
	values = &traits->policies[policy]->options;
	*ret_set = class < traits->n_user_classes ? group_of(search, &values->groups, traits->user_classes[class])
						  : everybody_of(search, &values->plain, &values->groups);
	return true;
}

static bool source_inherited(const struct option_search *search, size_t index, const struct option_set **ret_set) {
	const struct scope *scope = search->request->scope;

	if (index > 0)
		return false;
	*ret_set = everybody_of(search, &scope->options, &scope->groups);
	return true;
}

static const struct {
	bool (*source)(const struct option_search *search, size_t index, const struct option_set **ret_set);
	unsigned levels;
} rows[PRECEDENCE_COUNT] = {
#define PRECEDENCE(symbol, source, levels, where, which) [PRECEDENCE_##symbol] = { source_##source, levels },
#include "engine/precedence.def"
#undef PRECEDENCE
};

void option_search_start(const struct request *request, const struct client_class *vendor_class,
			 struct option_search *ret_search) {
	bool is_plain = !request->reservation && !request->traits->n_user_classes && !request->traits->n_policies;
	const struct option_set *set;

	ret_search->request = request;
	ret_search->vendor_class = vendor_class;
	ret_search->only = is_plain && !vendor_class ? &request->scope->options : NULL;
	ret_search->rows[0] = PRECEDENCE_INHERITED;
	ret_search->n_rows = is_plain;
	for (unsigned row = 0; row < PRECEDENCE_COUNT && !is_plain; row++)
		if (rows[row].source(ret_search, 0, &set))
			ret_search->rows[ret_search->n_rows++] = (uint8_t)row;
}

const struct option_value *option_search_next(const struct option_search *search, uint8_t code,
					      struct option_place *place) {
	for (; place->row < search->n_rows; place->row++, place->index = 0) {
		const struct option_set *set;
		unsigned row = search->rows[place->row];

		while (rows[row].source(search, place->index++, &set)) {
			const struct option_value *value = set ? option_set_get(set, code) : NULL;

			if (value && value->level & rows[row].levels)
				return value;
		}
	}
	return NULL;
}

const struct client_class *option_place_class(const struct option_search *search, const struct option_place *place) {
	const struct traits *traits = search->request->traits;
	size_t n = traits->n_user_classes, index = place->index - 1;
	enum precedence row = search->rows[place->row];

	if (row == PRECEDENCE_POLICY)
		return index % (n + 1) < n ? traits->user_classes[index % (n + 1)] : NULL;
	return row == PRECEDENCE_RESERVATION || row == PRECEDENCE_INHERITED ? NULL : traits->user_classes[index];
}

const struct option_value *option_search_best(const struct option_search *search, uint8_t code) {
	struct option_place place = { 0 };

	return option_search_next(search, code, &place);
}

void option_search_codes(const struct option_search *search, struct code_set *codes) {
	for (size_t i = 0; i < search->n_rows; i++) {
		const struct option_set *set;

		for (size_t index = 0; rows[search->rows[i]].source(search, index, &set); index++)
			for (size_t j = 0; set && j < set->n_values; j++)
				code_set_add(codes, set->values[j].code);
	}
}

uint64_t request_setting(const struct request *request, enum setting setting) {
	const struct reservation *reservation = request->reservation;
	const struct traits *traits = request->traits;

	if (reservation && (reservation->settings_given & 1u << setting || !traits->n_policies))
		return reservation->settings.values[setting];
	for (size_t i = 0; i < traits->n_policies; i++)
		if (traits->policies[i]->settings_given & 1u << setting)
			return traits->policies[i]->settings.values[setting];
	return request->scope->settings.values[setting];
}
