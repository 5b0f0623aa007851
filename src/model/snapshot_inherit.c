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
