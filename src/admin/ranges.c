/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ranges.h"

#include <inttypes.h>
#include <string.h>

#include "admin/edit.h"
#include "model/schema.h"

static const char *attribute_name(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

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

int ranges_parse_kind(const char *word, enum client_type *ret_kind, struct error *reterr_error) {
	if (client_type_parse(word, ret_kind) == 0)
		return 0;
	return error_set(reterr_error, E_INVALID_PARAMETER, "the kind %s is not one of dhcp, bootp, both", word);
}

/* Read "FIRST-LAST" or "FIRST-LAST KIND". */
static int parse_value(const char *value, struct address_range *ret_range) {
	struct address_range range = { .kind = CLIENT_TYPE_DHCP };
	size_t len = strcspn(value, " "), blanks = strspn(value + len, " ");
	char text[IP4_RANGE_TEXT_MAX];

	if (len >= sizeof text)
		return -E_INVALID_PARAMETER;
	memcpy(text, value, len);
	text[len] = '\0';
	if (ip4_range_parse(text, &range.range) < 0 ||
	    (value[len + blanks] && client_type_parse(value + len + blanks, &range.kind) < 0))
		return -E_INVALID_PARAMETER;
	*ret_range = range;
	return 0;
}

int ranges_at(const struct entry *scope, enum schema_attribute attribute, size_t index,
	      struct address_range *ret_range) {
	const char *value = edit_value(scope, attribute_name(attribute), index);

	return value ? parse_value(value, ret_range) : -E_NOT_FOUND;
}

static bool is_same(struct ip4_range a, struct ip4_range b) {
	return is_ip4_equal(a.first, b.first) && is_ip4_equal(a.last, b.last);
}

static bool is_within(struct ip4_range inner, struct ip4_range outer) {
	return is_ip4_in_range(inner.first, outer) && is_ip4_in_range(inner.last, outer);
}

static bool is_beside(struct ip4_range a, struct ip4_range b) {
	return a.last.value + 1 == b.first.value || b.last.value + 1 == a.first.value;
}

typedef bool relation_f(struct ip4_range a, struct ip4_range b);

/* Find the first value of @attribute that is in @relation to @range. */
static bool find(const struct entry *scope, enum schema_attribute attribute, struct ip4_range range,
		 relation_f *relation, size_t *ret_index) {
	struct address_range other;
	int r;

	for (size_t i = 0; (r = ranges_at(scope, attribute, i, &other)) != -E_NOT_FOUND; i++) {
		if (r < 0 || !relation(other.range, range))
			continue;
		*ret_index = i;
		return true;
	}
	return false;
}

static void add_value(struct arena *arena, struct entry *scope, enum schema_attribute attribute,
		      struct address_range range) {
	bool is_plain = attribute == ATTRIBUTE_EXCLUSION || range.kind == CLIENT_TYPE_DHCP;
	char text[IP4_RANGE_TEXT_MAX];

	ip4_range_format(range.range, text);
	edit_add(arena, scope, attribute_name(attribute),
		 is_plain ? text : arena_format(arena, "%s %s", text, client_type_name(range.kind)));
}

/* No client can have the network's own address, or the one of all. */
static bool is_usable(struct ip4_range range, struct ip4_subnet subnet) {
	struct ip4_range whole = ip4_subnet_range(subnet);

	return !is_ip4_equal(range.last, whole.first) && !is_ip4_equal(range.first, whole.last);
}

static int reject_overlap(const struct entry *scope, enum schema_attribute attribute, struct ip4_range range,
			  size_t index, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];

	return error_set(reterr_error, E_DDS_POSSIBLE_RANGE_CONFLICT, "%s overlaps %s, which is there already",
			 ip4_range_format(range, text), edit_value(scope, attribute_name(attribute), index));
}

static int check_neighbours(const struct entry *scope, struct address_range range, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX], near[IP4_RANGE_TEXT_MAX];
	struct address_range other;
	int r;

	ip4_range_format(range.range, text);
	for (size_t i = 0; (r = ranges_at(scope, ATTRIBUTE_RANGE, i, &other)) != -E_NOT_FOUND; i++)
		if (r == 0 && other.kind == range.kind && is_beside(other.range, range.range))
			return error_set(reterr_error, E_DHCP_RANGE_EXTENDED,
					 "%s continues the range %s: make that one larger with \"lessorctl range set\" or \"range extend\"", text,
					 ip4_range_format(other.range, near));
	return 0;
}

int ranges_add(struct arena *arena, struct entry *scope, struct ip4_subnet subnet, struct address_range range,
	       struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];
	size_t index;
	int r;

	ip4_range_format(range.range, text);
	if (!is_usable(range.range, subnet))
		return error_set(reterr_error, E_DHCP_RANGE_TOO_SMALL,
				 "no client can have %s: it is the address of the network itself, or of all in it", text);
	if (find(scope, ATTRIBUTE_RANGE, range.range, is_same, &index))
		return error_set(reterr_error, E_DHCP_IPRANGE_EXISTS,
				 "the scope has the range %s already; \"lessorctl range set\" changes its kind", text);
	if (find(scope, ATTRIBUTE_RANGE, range.range, is_ip4_range_overlapping, &index))
		return reject_overlap(scope, ATTRIBUTE_RANGE, range.range, index, reterr_error);
	r = check_neighbours(scope, range, reterr_error);
	if (r < 0)
		return r;
	add_value(arena, scope, ATTRIBUTE_RANGE, range);
	return 0;
}

int exclusions_add(struct arena *arena, struct entry *scope, struct ip4_range range, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];
	size_t index;

	if (find(scope, ATTRIBUTE_EXCLUSION, range, is_same, &index))
		return error_set(reterr_error, E_DDS_POSSIBLE_RANGE_CONFLICT, "%s is excluded already", ip4_range_format(range, text));
	add_value(arena, scope, ATTRIBUTE_EXCLUSION, (struct address_range){ .range = range });
	return 0;
}

/* Find the value that reads like @text: the way to a malformed one. */
static bool find_as_written(const struct entry *scope, enum schema_attribute attribute, const char *text,
			    size_t *ret_index) {
	const char *value;

	for (size_t i = 0; (value = edit_value(scope, attribute_name(attribute), i)); i++) {
		if (strcmp(value, text) != 0)
			continue;
		*ret_index = i;
		return true;
	}
	return false;
}

int ranges_find(const struct entry *scope, enum schema_attribute attribute, const char *text, size_t *ret_index,
		struct error *reterr_error) {
	struct ip4_range range;
	size_t near;
	int r;

	if (find_as_written(scope, attribute, text, ret_index))
		return 0;
	r = parse(text, &range, reterr_error);
	if (r < 0)
		return r;
	if (find(scope, attribute, range, is_same, ret_index))
		return 0;
	if (find(scope, attribute, range, is_ip4_range_overlapping, &near))
		return error_set(reterr_error, E_DDS_RANGE_DOES_NOT_EXIST, "%s is not there; %s is: name it as it stands", text,
				 edit_value(scope, attribute_name(attribute), near));
	return error_set(reterr_error, E_DDS_RANGE_DOES_NOT_EXIST, "%s is not there, and nothing that overlaps it; name one that is there", text);
}

void ranges_replace(struct arena *arena, struct entry *scope, size_t index, struct address_range range) {
	edit_remove_at(scope, attribute_name(ATTRIBUTE_RANGE), index);
	add_value(arena, scope, ATTRIBUTE_RANGE, range);
}

int ranges_check_change(const struct entry *before, size_t index, struct ip4_range range, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX], old[IP4_RANGE_TEXT_MAX];
	struct address_range other;
	int r = ranges_at(before, ATTRIBUTE_RANGE, index, &other);

	/* A malformed value may become any range. */
	if (r == 0 && !is_within(range, other.range) && !is_within(other.range, range))
		return error_set(reterr_error, E_DHCP_INVALID_RANGE,
				 "%s neither lies in %s nor holds it: a range can only grow or shrink; remove it and add another one instead",
				 ip4_range_format(range, text), ip4_range_format(other.range, old));
	for (size_t i = 0; (r = ranges_at(before, ATTRIBUTE_RANGE, i, &other)) != -E_NOT_FOUND; i++)
		if (r == 0 && i != index && is_ip4_range_overlapping(other.range, range))
			return reject_overlap(before, ATTRIBUTE_RANGE, range, i, reterr_error);
	return 0;
}

/* The addresses for clients in @subnet that are in front of and behind value @index, up to the ranges next to it. */
static struct ip4_range room_around(const struct entry *scope, struct ip4_subnet subnet, size_t index,
				    struct ip4_range range) {
	struct ip4_range room = ip4_subnet_range(subnet);
	struct address_range other;
	int r;

	room.first.value++;
	room.last.value--;
	for (size_t i = 0; (r = ranges_at(scope, ATTRIBUTE_RANGE, i, &other)) != -E_NOT_FOUND; i++) {
		if (r < 0 || i == index)
			continue;
		if (other.range.last.value < range.first.value && other.range.last.value >= room.first.value)
			room.first.value = other.range.last.value + 1;
		if (other.range.first.value > range.last.value && other.range.first.value <= room.last.value)
			room.last.value = other.range.first.value - 1;
	}
	return room;
}

static int extend_forward(struct ip4_range room, struct ip4_subnet subnet, int64_t count, struct ip4_range *range,
			  struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];
	int64_t most = (int64_t)room.last.value - range->last.value;
	bool is_at_end = room.last.value + 1 == ip4_subnet_range(subnet).last.value;

	if (count > most)
		return error_set(reterr_error, is_at_end ? E_DHCP_INVALID_RANGE : E_DDS_POSSIBLE_RANGE_CONFLICT,
				 "behind %s there are only %" PRId64 " addresses before %s: extend it by less",
				 ip4_range_format(*range, text), most > 0 ? most : 0,
				 is_at_end ? "the subnet ends" : "the next range begins");
	range->last.value += (uint32_t)count;
	return 0;
}

static int extend_backward(struct ip4_range room, int64_t count, struct ip4_range *range, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];
	int64_t most = (int64_t)range->first.value - room.first.value;

	if (most < RANGES_PIECE)
		return error_set(reterr_error, E_DHCP_RANGE_EXTENSION_TOO_SMALL,
				 "in front of %s there are only %" PRId64 " addresses, and a range is extended by %d or a multiple of that; "
				 "\"lessorctl range set\" takes any",
				 ip4_range_format(*range, text), most > 0 ? most : 0, RANGES_PIECE);
	if (count > most)
		count = most - most % RANGES_PIECE;
	range->first.value -= (uint32_t)count;
	return 0;
}

int ranges_extend(const struct entry *scope, struct ip4_subnet subnet, size_t index, int64_t count,
		  struct ip4_range *ret_range, struct error *reterr_error) {
	struct address_range range;
	struct ip4_range room;
	int r;

	if (count == 0 || count % RANGES_PIECE)
		return error_set(reterr_error, E_DHCP_RANGE_EXTENSION_TOO_SMALL,
				 "a range is extended by %d addresses or a multiple of that, not by %" PRId64 "; \"lessorctl range set\" takes any",
				 RANGES_PIECE, count);
	if (ranges_at(scope, ATTRIBUTE_RANGE, index, &range) < 0)
		return error_set(reterr_error, E_DHCP_INVALID_RANGE, "the range that stands there is none; remove it and add another one");
	room = room_around(scope, subnet, index, range.range);
	r = count > 0 ? extend_forward(room, subnet, count, &range.range, reterr_error) :
			extend_backward(room, -count, &range.range, reterr_error);
	if (r == 0)
		*ret_range = range.range;
	return r;
}

/* Each step goes behind one of the entry's ranges, so there are no more steps than those. */
bool has_ranges_all(const struct entry *scope, struct ip4_range range) {
	struct ip4_range here = { range.first, range.first };
	struct address_range around;
	size_t index;

	while (find(scope, ATTRIBUTE_RANGE, here, is_ip4_range_overlapping, &index)) {
		ranges_at(scope, ATTRIBUTE_RANGE, index, &around);
		if (around.range.last.value >= range.last.value)
			return true;
		here.first.value = here.last.value = around.range.last.value + 1;
	}
	return false;
}
