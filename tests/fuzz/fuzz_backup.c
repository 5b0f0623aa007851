/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of backup files. The first octet says in what pieces the rest comes, and whether it gets the hash that
 * fits it behind it, as nobody finds that by trying. What is valid, written again, is the same octets. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error.h"
#include "store/backup_file.h"

#define IS_COMPLETED 0x80

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Octets to read, or with which those that are written are compared. */
struct memory {
	struct span octets;
	size_t at, piece;
};

static ssize_t source(void *context, uint8_t *octets, size_t size) {
	struct memory *memory = context;
	size_t len = memory->octets.len - memory->at;

	len = len < size ? len : size;
	len = len < memory->piece ? len : memory->piece;
	if (len)
		memcpy(octets, memory->octets.data + memory->at, len);
	memory->at += len;
	return (ssize_t)len;
}

static int compare(void *context, struct span octets) {
	struct memory *memory = context;

	assert(octets.len <= memory->octets.len - memory->at);
	assert(memcmp(octets.data, memory->octets.data + memory->at, octets.len) == 0);
	memory->at += octets.len;
	return 0;
}

static int write_again(void *context, const struct lease *lease) {
	return backup_write_lease(context, lease) < 0 ? -E_DHCP_JET_ERROR : 0;
}

static void check(struct span octets, size_t piece) {
	struct memory memory = { octets, 0, piece }, copy = { octets, 0, 0 };
	struct backup_reading reading = { .source = source, .source_context = &memory };
	struct backup_info info, again;
	struct backup_writer *writer;
	struct error error = { 0 };

	if (backup_read(&reading, &info, &error) < 0) {
		assert(error.text[0]);
		return;
	}
	again = info;
	memory.at = 0;
	writer = backup_writer_new(&info, compare, &copy);
	reading.visit = write_again;
	reading.visit_context = writer;
	assert(backup_read(&reading, &info, &error) == 0);
	assert(backup_write_end(writer, &again) == 0);
	assert(copy.at == octets.len && again.n_leases == info.n_leases);
	backup_writer_free(writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	XXH128_canonical_t hash;
	uint8_t *octets;
	size_t len;

	if (size < 1)
		return 0;
	octets = malloc(size + sizeof hash);
	len = size - 1;
	memcpy(octets, data + 1, len);
	if (data[0] & IS_COMPLETED) {
		XXH128_canonicalFromHash(&hash, XXH3_128bits(octets, len));
		memcpy(octets + len, &hash, sizeof hash);
		len += sizeof hash;
	}
	check(span_of(octets, len), (data[0] & 0x7f) + 1u);
	free(octets);
	return 0;
}
