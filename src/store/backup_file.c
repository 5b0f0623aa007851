/* SPDX-License-Identifier: Apache-2.0 */
/* The file, all numbers big-endian:
 *
 *   magic (8), format (4), time (8), sequence (8), last cleanup (8), server name (its length in 2, then the octets)
 *   for each lease: length of the record (2), address (4), record (store/lease_record.h)
 *   0 (2), number of leases (8), length of the whole file (8), XXH3-128 of everything before it (16)
 */
#include "store/backup_file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <string.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "store/lease_record.h"

#define BUFFER_SIZE 65536
#define MAGIC_SIZE 8
#define HASH_SIZE sizeof(XXH128_canonical_t)
#define HEAD_SIZE_MAX (MAGIC_SIZE + 4 + 3 * 8 + 2 + BACKUP_SERVER_MAX)
#define ROW_HEAD_SIZE (2 + 4)
#define TAIL_SIZE (2 + 8 + 8 + HASH_SIZE)

/* As PNG's: what is sent as text, or through seven bits, is not recognized. */
static const uint8_t magic[MAGIC_SIZE] = { 0x8c, 'L', 'S', 'R', '\r', '\n', 0x1a, '\n' };

struct backup_writer {
	backup_sink_f *sink;
	void *context;
	struct writer buffer; /* over octets */
	XXH3_state_t hash;    /* of what has left the buffer */
	uint64_t n_leases, n_octets;
	int64_t last_address; /* -1: none yet */
	uint8_t octets[BUFFER_SIZE];
};

static void head_write(struct writer *writer, const struct backup_info *info) {
	writer_put(writer, span_of(magic, sizeof magic));
	writer_u32(writer, BACKUP_FORMAT);
	writer_u64(writer, (uint64_t)info->time);
	writer_u64(writer, info->sequence);
	writer_u64(writer, (uint64_t)info->last_cleanup);
	writer_text(writer, info->server);
}

struct backup_writer *backup_writer_new(const struct backup_info *info, backup_sink_f *sink, void *context) {
	struct backup_writer *writer = mem_alloc_aligned(_Alignof(struct backup_writer), sizeof *writer);

	writer->sink = sink;
	writer->context = context;
	writer->last_address = -1;
	writer->buffer = writer_of(writer->octets, sizeof writer->octets);
	XXH3_128bits_reset(&writer->hash);
	head_write(&writer->buffer, info);
	return writer;
}

static int flush(struct backup_writer *writer) {
	struct span octets = span_of(writer->octets, writer->buffer.len);

	XXH3_128bits_update(&writer->hash, octets.data, octets.len);
	writer->n_octets += octets.len;
	writer->buffer.len = 0;
	return writer->sink(writer->context, octets);
}

int backup_write_lease(struct backup_writer *writer, const struct lease *lease) {
	uint8_t record[LEASE_RECORD_MAX];
	size_t len = lease_record_encode(lease, record);

	if (len == 0 || (int64_t)lease->address.value <= writer->last_address) {
		errno = EINVAL;
		return -1;
	}
	if (writer->buffer.len + ROW_HEAD_SIZE + len > BUFFER_SIZE && flush(writer) < 0)
		return -1;
	writer->last_address = lease->address.value;
	writer->n_leases++;
	writer_u16(&writer->buffer, (uint16_t)len);
	writer_u32(&writer->buffer, lease->address.value);
	writer_put(&writer->buffer, span_of(record, len));
	return 0;
}

static void put_hash(const XXH3_state_t *hash, uint8_t ret_octets[static HASH_SIZE]) {
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(hash));
	memcpy(ret_octets, &canonical, sizeof canonical);
}

int backup_write_end(struct backup_writer *writer, struct backup_info *ret_info) {
	uint8_t hash[HASH_SIZE];

	if (writer->buffer.len + TAIL_SIZE > BUFFER_SIZE && flush(writer) < 0)
		return -1;
	writer_u16(&writer->buffer, 0);
	writer_u64(&writer->buffer, writer->n_leases);
	writer_u64(&writer->buffer, writer->n_octets + writer->buffer.len + sizeof(uint64_t) + HASH_SIZE);
	if (flush(writer) < 0)
		return -1;
	put_hash(&writer->hash, hash);
	if (writer->sink(writer->context, span_of(hash, sizeof hash)) < 0)
		return -1;
	ret_info->n_leases = writer->n_leases;
	ret_info->n_octets = writer->n_octets + sizeof hash;
	return 0;
}

struct backup_writer *backup_writer_free(struct backup_writer *writer) {
	free(writer);
	return NULL;
}

/* What is being read: a window of it, which moves. */
struct source {
	const struct backup_reading *reading;
	size_t at, len; /* octets[at .. len) were not taken yet */
	uint64_t n_taken;
	int failure; /* errno */
	XXH3_state_t hash;
	uint8_t octets[BUFFER_SIZE];
};

/* Have @len octets in the window, or fewer if there are no more. */
static size_t fill(struct source *source, size_t len) {
	memmove(source->octets, source->octets + source->at, source->len - source->at);
	source->len -= source->at;
	source->at = 0;
	while (source->len < len && !source->failure) {
		ssize_t n = source->reading->source(source->reading->source_context, source->octets + source->len,
						    sizeof source->octets - source->len);

		if (n < 0)
			source->failure = errno;
		if (n <= 0)
			break;
		source->len += (size_t)n;
	}
	return source->len;
}

/* Take @len octets, which stay until the next take; empty if there are fewer. */
static struct span take(struct source *source, size_t len) {
	struct span octets;

	if (source->len - source->at < len && fill(source, len) < len)
		return (struct span){ 0 };
	octets = span_of(source->octets + source->at, len);
	source->at += len;
	source->n_taken += len;
	XXH3_128bits_update(&source->hash, octets.data, octets.len);
	return octets;
}

static int fail(const struct source *source, struct error *reterr_error, const char *what) {
	if (source->failure)
		return error_set(reterr_error, E_DHCP_JET_ERROR, "it cannot be read: %s", strerror(source->failure));
	return error_set(reterr_error, E_DHCP_JET_ERROR, "%s", what);
}

static int fail_short(const struct source *source, struct error *reterr_error) {
	return fail(source, reterr_error, "it is cut short; it was not copied to its end, or is being written");
}

static int fail_changed(const struct source *source, struct error *reterr_error) {
	return fail(source, reterr_error, "it was changed after it was written, or put together of two");
}

/* A name is shown to people. */
static bool is_printable(const char *text) {
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static int read_server(struct source *source, struct backup_info *info, struct error *reterr_error) {
	struct span octets = take(source, 2), name;
	size_t len;

	if (octets.len == 0)
		return fail_short(source, reterr_error);
	len = be16_read(octets.data);
	if (len >= BACKUP_SERVER_MAX)
		return fail_changed(source, reterr_error);
	name = take(source, len);
	if (name.len != len)
		return fail_short(source, reterr_error);
	if (name.len)
		memcpy(info->server, name.data, name.len);
	info->server[name.len] = '\0';
	if (strlen(info->server) != name.len || !is_printable(info->server))
		return fail_changed(source, reterr_error);
	return 0;
}

static int read_head(struct source *source, struct backup_info *info, struct error *reterr_error) {
	struct span octets = take(source, MAGIC_SIZE);
	struct reader reader;
	uint32_t format;

	if (octets.len == 0 || memcmp(octets.data, magic, sizeof magic) != 0)
		return fail(source, reterr_error, "it is no backup of leases");
	octets = take(source, 4 + 3 * 8);
	if (octets.len == 0)
		return fail_short(source, reterr_error);
	reader = reader_of(octets);
	format = reader_u32(&reader);
	if (format > BACKUP_FORMAT)
		return fail(source, reterr_error, "it is of a newer format than this program knows; use the program that wrote it");
	if (format != BACKUP_FORMAT)
		return fail_changed(source, reterr_error);
	info->time = (int64_t)reader_u64(&reader);
	info->sequence = reader_u64(&reader);
	info->last_cleanup = (int64_t)reader_u64(&reader);
	if (!is_lease_time(info->time) || !is_lease_time(info->last_cleanup))
		return fail_changed(source, reterr_error);
	return read_server(source, info, reterr_error);
}

/* The record of @len octets that comes now. */
static int read_lease(struct source *source, size_t len, int64_t *last_address, struct error *reterr_error) {
	const struct backup_reading *reading = source->reading;
	struct span octets = take(source, 4 + len);
	struct lease lease;
	struct ip4 address;

	if (octets.len == 0)
		return fail_short(source, reterr_error);
	address.value = be32_read(octets.data);
	if (address.value <= *last_address ||
	    lease_record_decode(address, span_of(octets.data + 4, len), &lease) < 0)
		return fail_changed(source, reterr_error);
	*last_address = address.value;
	return reading->visit ? reading->visit(reading->visit_context, &lease) : 0;
}

/* All records. *@ret_count: how many. */
static int read_leases(struct source *source, uint64_t *ret_count, struct error *reterr_error) {
	int64_t last_address = -1;
	uint64_t count = 0;
	struct span octets;
	size_t len;
	int r = 0;

	while (r == 0) {
		octets = take(source, 2);
		if (octets.len == 0)
			return fail_short(source, reterr_error);
		len = be16_read(octets.data);
		if (len == 0)
			break;
		if (len > LEASE_RECORD_MAX)
			return fail_changed(source, reterr_error);
		r = read_lease(source, len, &last_address, reterr_error);
		count++;
	}
	*ret_count = count;
	return r;
}

static int read_tail(struct source *source, const struct backup_info *info, struct error *reterr_error) {
	struct span octets = take(source, 2 * sizeof(uint64_t));
	uint8_t hash[HASH_SIZE];
	struct reader reader = reader_of(octets);
	uint64_t count = reader_u64(&reader), n_octets = reader_u64(&reader);

	if (octets.len == 0)
		return fail_short(source, reterr_error);
	put_hash(&source->hash, hash);
	octets = take(source, HASH_SIZE);
	if (octets.len == 0)
		return fail_short(source, reterr_error);
	if (count != info->n_leases || n_octets != source->n_taken ||
	    !is_span_equal(octets, span_of(hash, sizeof hash)))
		return fail_changed(source, reterr_error);
	if (fill(source, 1) != 0)
		return fail(source, reterr_error, "something stands behind its end; it was written over a longer one");
	return source->failure ? fail(source, reterr_error, "") : 0;
}

static int read_all(struct source *source, struct backup_info *info, struct error *reterr_error) {
	int r;

	XXH3_128bits_reset(&source->hash);
	r = read_head(source, info, reterr_error);
	if (r == 0)
		r = read_leases(source, &info->n_leases, reterr_error);
	if (r == 0)
		r = read_tail(source, info, reterr_error);
	info->n_octets = source->n_taken;
	return r;
}

int backup_read(const struct backup_reading *reading, struct backup_info *ret_info, struct error *reterr_error) {
	struct source *source = mem_alloc_aligned(_Alignof(struct source), sizeof *source);
	struct backup_info info = { 0 };
	int r;

	source->reading = reading;
	r = read_all(source, &info, reterr_error);
	free(source);
	if (r == 0)
		*ret_info = info;
	return r;
}
