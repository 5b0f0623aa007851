/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ranges.h"

#include <stdio.h>
#include <string.h>

#include "admin/edit.h"
#include "model/schema.h"

static int parse(const char *text, struct ip4_range *ret_range, struct error *reterr_error) {
	int r = ip4_range_parse(text, ret_range);

	if (r == -E_DHCP_INVALID_RANGE)
		return error_set(reterr_error, E_DHCP_INVALID_RANGE, "the range %s ends before it begins", text);
	if (r < 0)
		return error_set(reterr_error, E_DHCP_INVALID_RANGE, "%s is not a range of addresses such as 10.77.0.50-10.77.0.200", text);
	return 0;
}

int ranges_parse(const char *text, struct ip4_subnet subnet, struct ip4_range *ret_range, struct error *reterr_error) {
	char first[IP4_TEXT_MAX], last[IP4_TEXT_MAX];
	struct ip4_range range, whole = ip4_subnet_range(subnet);
	int r = parse(text, &range, reterr_error);

	if (r < 0)
		return r;
	if (!is_ip4_in_subnet(range.first, subnet) || !is_ip4_in_subnet(range.last, subnet))
		return error_set(reterr_error, E_DHCP_INVALID_RANGE, "%s does not lie within the scope, which goes from %s to %s", text,
				 ip4_format(whole.first, first), ip4_format(whole.last, last));
	*ret_range = range;
	return 0;
}

int ranges_parse_value(const char *value, struct ip4_range *ret_range) {
	char text[IP4_RANGE_TEXT_MAX];
	size_t len = strcspn(value, " ");

	if (len >= sizeof text)
		return -E_INVALID_PARAMETER;
	memcpy(text, value, len);
	text[len] = '\0';
	return ip4_range_parse(text, ret_range) < 0 ? -E_INVALID_PARAMETER : 0;
}

static bool is_same(struct ip4_range a, struct ip4_range b) {
	return is_ip4_equal(a.first, b.first) && is_ip4_equal(a.last, b.last);
}

/* Borrow the first value of @attribute that overlaps @range, or, with @is_exact, is the same; its place to
 * *ret_index. */
static const char *find(const struct entry *scope, const char *attribute, struct ip4_range range, bool is_exact,
			size_t *ret_index) {
	const char *value;

	for (size_t i = 0; (value = edit_value(scope, attribute, i)); i++) {
		struct ip4_range other;

		if (ranges_parse_value(value, &other) < 0)
			continue;
		if (is_exact ? !is_same(other, range) : !is_ip4_range_overlapping(other, range))
			continue;
		*ret_index = i;
		return value;
	}
	return NULL;
}

/* Ranges must not overlap (an address has one owner); exclusions may, but the same one twice is a slip. */
static int add(struct arena *arena, struct entry *scope, enum schema_attribute attribute, struct ip4_range range,
	       struct error *reterr_error) {
	const char *name = schema_attribute_get(attribute)->name;
	char text[IP4_RANGE_TEXT_MAX];
	size_t index;
	const char *conflict = find(scope, name, range, attribute == ATTRIBUTE_EXCLUSION, &index);

	ip4_range_format(range, text);
	if (conflict)
		return error_set(reterr_error, E_DDS_POSSIBLE_RANGE_CONFLICT, "%s overlaps %s, which is there already", text, conflict);
	edit_add(arena, scope, name, text);
	return 0;
}

int ranges_add(struct arena *arena, struct entry *scope, struct ip4_subnet subnet, const char *text,
	       struct error *reterr_error) {
	struct ip4_range range;
	int r = ranges_parse(text, subnet, &range, reterr_error);

	return r < 0 ? r : add(arena, scope, ATTRIBUTE_RANGE, range, reterr_error);
}

int exclusions_add(struct arena *arena, struct entry *scope, struct ip4_subnet subnet, const char *text,
		   struct error *reterr_error) {
	struct ip4_range range;
	int r = ranges_parse(text, subnet, &range, reterr_error);

	return r < 0 ? r : add(arena, scope, ATTRIBUTE_EXCLUSION, range, reterr_error);
}

/* Remove the value that reads like @text: the way to be rid of one that is malformed. */
static bool remove_as_written(struct entry *scope, const char *attribute, const char *text) {
	const char *value;

	for (size_t i = 0; (value = edit_value(scope, attribute, i)); i++) {
		if (strcmp(value, text) != 0)
			continue;
		edit_remove_at(scope, attribute, i);
		return true;
	}
	return false;
}

int ranges_remove(struct entry *scope, const char *attribute, const char *text, struct error *reterr_error) {
	struct ip4_range range;
	const char *near;
	size_t index;
	int r;

	if (remove_as_written(scope, attribute, text))
		return 0;
	r = parse(text, &range, reterr_error);

	if (r < 0)
		return r;
	if (find(scope, attribute, range, true, &index)) {
		edit_remove_at(scope, attribute, index);
		return 0;
	}
	near = find(scope, attribute, range, false, &index);
	if (near)
		return error_set(reterr_error, E_DDS_RANGE_DOES_NOT_EXIST, "%s is not there; %s is: name it as it stands", text, near);
	return error_set(reterr_error, E_DDS_RANGE_DOES_NOT_EXIST, "%s is not there, and nothing that overlaps it", text);
}
