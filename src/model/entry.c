/* SPDX-License-Identifier: Apache-2.0 */
#include "model/entry.h"

#include <string.h>

#include "base/text.h"
#include "base/wireint.h"

/* An encoded entry is: the format octet, the identity, then numbers of 32 bits (most significant octet first) and
 * strings that such a number precedes: DN, number of attributes, and for each its name, number of values, values. */
#define ENTRY_FORMAT 1
#define NUMBER_SIZE 4
#define HEAD_SIZE (1 + ENTRY_UUID_SIZE)

const struct entry_attribute *entry_attribute_get(const struct entry *entry, const char *name) {
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (is_text_equal_nocase(entry->attributes[i].name, name))
			return &entry->attributes[i];
	return NULL;
}

static bool has_nul(struct span value) {
	return value.len && memchr(value.data, '\0', value.len);
}

const char *entry_text(const struct entry *entry, const char *name) {
	const struct entry_attribute *attribute = entry_attribute_get(entry, name);

	if (!attribute || attribute->n_values == 0 || has_nul(attribute->values[0]))
		return NULL;
	return (const char *)attribute->values[0].data;
}

bool is_entry_of_class(const struct entry *entry, const char *class_name) {
	const struct entry_attribute *classes = entry_attribute_get(entry, "objectClass");

	for (size_t i = 0; classes && i < classes->n_values; i++)
		if (!has_nul(classes->values[i]) &&
		    is_text_equal_nocase((const char *)classes->values[i].data, class_name))
			return true;
	return false;
}

static size_t encoded_size(const struct entry *entry) {
	size_t size = HEAD_SIZE + NUMBER_SIZE + strlen(entry->dn) + NUMBER_SIZE;

	for (size_t i = 0; i < entry->n_attributes; i++) {
		const struct entry_attribute *attribute = &entry->attributes[i];

		size += NUMBER_SIZE + strlen(attribute->name) + NUMBER_SIZE;
		for (size_t j = 0; j < attribute->n_values; j++)
			size += NUMBER_SIZE + attribute->values[j].len;
	}
	return size;
}

static uint8_t *put_number(uint8_t *place, size_t number) {
	be32_write(place, (uint32_t)number);
	return place + NUMBER_SIZE;
}

static uint8_t *put_octets(uint8_t *place, struct span octets) {
	place = put_number(place, octets.len);
	if (octets.len)
		memcpy(place, octets.data, octets.len);
	return place + octets.len;
}

struct span entry_encode(const struct entry *entry, struct arena *arena) {
	size_t size = encoded_size(entry);
	uint8_t *octets = size <= ENTRY_ENCODED_MAX ? arena_take(arena, size) : NULL, *place = octets;

	if (!octets)
		return span_of(NULL, 0);
	*place++ = ENTRY_FORMAT;
	memcpy(place, entry->uuid.octets, ENTRY_UUID_SIZE);
	place = put_octets(place + ENTRY_UUID_SIZE, span_of_text(entry->dn));
	place = put_number(place, entry->n_attributes);
	for (size_t i = 0; i < entry->n_attributes; i++) {
		const struct entry_attribute *attribute = &entry->attributes[i];

		place = put_octets(place, span_of_text(attribute->name));
		place = put_number(place, attribute->n_values);
		for (size_t j = 0; j < attribute->n_values; j++)
			place = put_octets(place, attribute->values[j]);
	}
	return span_of(octets, size);
}

/* What is left to decode. Sticky: after the first thing that does not fit, everything reads as empty. */
struct reader {
	struct span rest;
	struct arena *arena;
	bool is_broken;
};

static struct span read_octets(struct reader *reader, size_t len) {
	struct span octets = { reader->rest.data, len };

	if (reader->is_broken || len > reader->rest.len) {
		reader->is_broken = true;
		return span_of(NULL, 0);
	}
	reader->rest = span_of(reader->rest.data + len, reader->rest.len - len);
	return octets;
}

static size_t read_number(struct reader *reader) {
	struct span octets = read_octets(reader, NUMBER_SIZE);

	return octets.len ? be32_read(octets.data) : 0;
}

/* A number of things of which each takes at least @least octets; no more memory is taken than the octets can fill. */
static size_t read_count(struct reader *reader, size_t least) {
	size_t count = read_number(reader);

	if (count > reader->rest.len / least) {
		reader->is_broken = true;
		return 0;
	}
	return count;
}

static struct span read_value(struct reader *reader) {
	struct span value = read_octets(reader, read_number(reader));

	if (reader->is_broken)
		return span_of(NULL, 0);
	value.data = arena_dup(reader->arena, value);
	reader->is_broken = !value.data;
	return reader->is_broken ? span_of(NULL, 0) : value;
}

static const char *read_text(struct reader *reader) {
	struct span value = read_value(reader);

	reader->is_broken |= has_nul(value);
	return value.data ? (const char *)value.data : "";
}

static void read_attribute(struct reader *reader, struct entry_attribute *attribute) {
	size_t n_values;

	attribute->name = read_text(reader);
	n_values = read_count(reader, NUMBER_SIZE);
	attribute->values = arena_array_of(reader->arena, struct span, n_values);
	reader->is_broken |= !attribute->values;
	for (; attribute->n_values < n_values && !reader->is_broken; attribute->n_values++)
		attribute->values[attribute->n_values] = read_value(reader);
}

int entry_decode(struct span octets, struct arena *arena, struct entry **ret_entry) {
	struct reader reader = { octets, arena, octets.len > ENTRY_ENCODED_MAX };
	struct entry *entry = arena_new_of(arena, struct entry);
	struct span head = read_octets(&reader, HEAD_SIZE);
	size_t n_attributes;

	if (!entry || head.len != HEAD_SIZE || head.data[0] != ENTRY_FORMAT)
		return -E_DHCP_JET_ERROR;
	memcpy(entry->uuid.octets, head.data + 1, ENTRY_UUID_SIZE);
	entry->dn = read_text(&reader);
	n_attributes = read_count(&reader, 2 * (size_t)NUMBER_SIZE);
	entry->attributes = arena_array_of(arena, struct entry_attribute, n_attributes);
	reader.is_broken |= !entry->attributes;
	for (; entry->n_attributes < n_attributes && !reader.is_broken; entry->n_attributes++)
		read_attribute(&reader, &entry->attributes[entry->n_attributes]);
	if (reader.is_broken || reader.rest.len)
		return -E_DHCP_JET_ERROR;
	*ret_entry = entry;
	return 0;
}

static bool is_attribute_equal(const struct entry_attribute *a, const struct entry_attribute *b) {
	if (!is_text_equal_nocase(a->name, b->name) || a->n_values != b->n_values)
		return false;
	for (size_t i = 0; i < a->n_values; i++)
		if (!is_span_equal(a->values[i], b->values[i]))
			return false;
	return true;
}

bool is_entry_equal(const struct entry *a, const struct entry *b) {
	if (memcmp(a->uuid.octets, b->uuid.octets, ENTRY_UUID_SIZE) != 0 || strcmp(a->dn, b->dn) != 0 ||
	    a->n_attributes != b->n_attributes)
		return false;
	for (size_t i = 0; i < a->n_attributes; i++)
		if (!is_attribute_equal(&a->attributes[i], &b->attributes[i]))
			return false;
	return true;
}
