/* SPDX-License-Identifier: Apache-2.0 */
#include "model/map_priv.h"

/* One step of a merge of two sorted sets: the value that comes next, the near one where both have its code. */
static const struct option_value *next_value(const struct option_value **wide, const struct option_value *wide_end,
					     const struct option_value **near, const struct option_value *near_end) {
	bool is_near = *near < near_end && (*wide == wide_end || (*near)->code <= (*wide)->code);

	if (is_near && *wide < wide_end && (*wide)->code == (*near)->code)
		(*wide)++;
	return is_near ? (*near)++ : (*wide)++;
}

struct option_set inherit_options(struct arena *keep, struct option_set wide, struct option_set near) {
	const struct option_value *from_wide = wide.values, *from_near = near.values;
	const struct option_value *wide_end, *near_end;
	struct option_value *values;
	size_t n_values = 0;

	if (wide.n_values == 0)
		return near;
	if (near.n_values == 0)
		return wide;
	wide_end = wide.values + wide.n_values;
	near_end = near.values + near.n_values;
	values = arena_array_of(keep, struct option_value, wide.n_values + near.n_values);
	while (from_wide < wide_end || from_near < near_end)
		values[n_values++] = *next_value(&from_wide, wide_end, &from_near, near_end);
	return (struct option_set){ values, n_values };
}

/* The same step for groups; one that both have is put together. */
static struct option_group next_group(struct arena *keep, const struct option_group **wide,
				      const struct option_group *wide_end, const struct option_group **near,
				      const struct option_group *near_end) {
	int order = *near == near_end ? -1 : *wide == wide_end ? 1 : option_group_compare(*wide, *near);
	struct option_group group;

	if (order < 0)
		return *(*wide)++;
	if (order > 0)
		return *(*near)++;
	group = **near;
	group.options = inherit_options(keep, (*wide)->options, (*near)->options);
	(*wide)++;
	(*near)++;
	return group;
}

static struct option_groups inherit_groups(struct arena *keep, struct option_groups wide, struct option_groups near) {
	const struct option_group *from_wide = wide.items, *from_near = near.items;
	const struct option_group *wide_end, *near_end;
	struct option_group *items;
	size_t n_items = 0;

	if (wide.n_items == 0)
		return near;
	if (near.n_items == 0)
		return wide;
	wide_end = wide.items + wide.n_items;
	near_end = near.items + near.n_items;
	items = arena_array_of(keep, struct option_group, wide.n_items + near.n_items);
	while (from_wide < wide_end || from_near < near_end)
		items[n_items++] = next_group(keep, &from_wide, wide_end, &from_near, near_end);
	return (struct option_groups){ items, n_items };
}

struct option_values inherit_values(struct arena *keep, struct option_values wide, struct option_values near) {
	return (struct option_values){ inherit_options(keep, wide.plain, near.plain),
				       inherit_groups(keep, wide.groups, near.groups) };
}

struct settings inherit_settings(const struct settings *wide, const struct map_object *near) {
	struct settings settings = *wide;

	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (near->settings_given & 1u << i)
			settings.values[i] = near->settings.values[i];
	return settings;
}

struct settings inherit_defaults(void) {
	struct settings settings;

	for (size_t i = 0; i < SETTING_COUNT; i++)
		settings.values[i] = setting_get((enum setting)i)->fallback;
	return settings;
}
