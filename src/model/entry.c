/* SPDX-License-Identifier: Apache-2.0 */
#include "model/entry.h"

#include <string.h>

#include "base/cursor.h"
#include "base/text.h"
#include "model/dn.h"

/* An encoded entry is: the format octet, the identity, then numbers of 32 bits (most significant octet first) and
 * strings that such a number precedes: DN, number of attributes, and for each its name, number of values, values. */
#define ENTRY_FORMAT 1
#define NUMBER_SIZE 4
#define HEAD_SIZE (1 + ENTRY_UUID_SIZE)

/* FNV-1a, of 64 bits. */
static uint64_t hash_add(uint64_t hash, char letter) {
	return (hash ^ (uint8_t)letter) * 0x100000001b3u;
}

struct entry_uuid entry_uuid_of_dn(const char *dn, struct arena *arena) {
	size_t size = strlen(dn) + 1;
	char *normal = arena_take(arena, size);
	uint64_t halves[2] = { 0xcbf29ce484222325u, 0xcbf29ce484222325u };
	struct entry_uuid uuid;
	size_t len;

	if (!normal || dn_normalize(dn, size, normal) < 0)
		normal = (char *)dn;
	len = strlen(normal);
	/* From both ends, so that two names that meet in one half differ in the other. */
	for (size_t i = 0; i < len; i++) {
		halves[0] = hash_add(halves[0], normal[i]);
		halves[1] = hash_add(halves[1], normal[len - 1 - i]);
	}
	static_assert(sizeof halves == sizeof uuid.octets, "an identity is two hashes");
	memcpy(uuid.octets, halves, sizeof halves);
	return uuid;
}

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

static void write_octets(struct writer *writer, struct span octets) {
	writer_u32(writer, (uint32_t)octets.len);
	writer_put(writer, octets);
}

static void write_attribute(struct writer *writer, const struct entry_attribute *attribute) {
	write_octets(writer, span_of_text(attribute->name));
	writer_u32(writer, (uint32_t)attribute->n_values);
	for (size_t i = 0; i < attribute->n_values; i++)
		write_octets(writer, attribute->values[i]);
}

struct span entry_encode(const struct entry *entry, struct arena *arena) {
	size_t size = encoded_size(entry);
	uint8_t *octets = size <= ENTRY_ENCODED_MAX ? arena_take(arena, size) : NULL;
	struct writer writer = writer_of(octets, size);

	if (!octets)
		return span_of(NULL, 0);
	writer_u8(&writer, ENTRY_FORMAT);
	writer_put(&writer, span_of(entry->uuid.octets, ENTRY_UUID_SIZE));
	write_octets(&writer, span_of_text(entry->dn));
	writer_u32(&writer, (uint32_t)entry->n_attributes);
	for (size_t i = 0; i < entry->n_attributes; i++)
		write_attribute(&writer, &entry->attributes[i]);
	assert(writer.len == size);
	return span_of(octets, size);
}

/* A decoding under way: once something does not fit, the reader has failed and everything reads as empty. */
struct decoder {
	struct reader reader;
	struct arena *arena;
};

/* A number of things of which each takes at least @least octets; no more memory is taken than the octets can fill. */
static size_t read_count(struct decoder *decoder, size_t least) {
	struct reader *reader = &decoder->reader;
	size_t count = reader_u32(reader);

	if (count > (reader->octets.len - reader->at) / least) {
		reader->is_failed = true;
		return 0;
	}
	return count;
}

static struct span read_value(struct decoder *decoder) {
	struct span value = reader_take(&decoder->reader, reader_u32(&decoder->reader));

	if (decoder->reader.is_failed)
		return span_of(NULL, 0);
	value.data = arena_dup(decoder->arena, value);
	decoder->reader.is_failed = !value.data;
	return decoder->reader.is_failed ? span_of(NULL, 0) : value;
}

static const char *read_text(struct decoder *decoder) {
	struct span value = read_value(decoder);

	decoder->reader.is_failed |= has_nul(value);
	return value.data ? (const char *)value.data : "";
}

static void read_attribute(struct decoder *decoder, struct entry_attribute *attribute) {
	size_t n_values;

	attribute->name = read_text(decoder);
	n_values = read_count(decoder, NUMBER_SIZE);
	attribute->values = arena_array_of(decoder->arena, struct span, n_values);
	decoder->reader.is_failed |= !attribute->values;
	for (; attribute->n_values < n_values && !decoder->reader.is_failed; attribute->n_values++)
		attribute->values[attribute->n_values] = read_value(decoder);
}

int entry_decode(struct span octets, struct arena *arena, struct entry **ret_entry) {
	struct decoder decoder = { reader_of(octets), arena };
	struct entry *entry = arena_new_of(arena, struct entry);
	struct span head = reader_take(&decoder.reader, HEAD_SIZE);
	size_t n_attributes;

	if (!entry || octets.len > ENTRY_ENCODED_MAX || head.len != HEAD_SIZE || head.data[0] != ENTRY_FORMAT)
		return -E_DHCP_JET_ERROR;
	memcpy(entry->uuid.octets, head.data + 1, ENTRY_UUID_SIZE);
	entry->dn = read_text(&decoder);
	n_attributes = read_count(&decoder, 2 * (size_t)NUMBER_SIZE);
	entry->attributes = arena_array_of(arena, struct entry_attribute, n_attributes);
	decoder.reader.is_failed |= !entry->attributes;
	for (; entry->n_attributes < n_attributes && !decoder.reader.is_failed; entry->n_attributes++)
		read_attribute(&decoder, &entry->attributes[entry->n_attributes]);
	if (!is_reader_complete(&decoder.reader))
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
