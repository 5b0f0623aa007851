/* SPDX-License-Identifier: Apache-2.0 */
#include "store/directory_record.h"

#include "base/cursor.h"

#define VERDICT_VERSION 2
#define STATUS_VERSION 3
#define FINDING_VERSION 1
#define LISTING_VERSION 1

#define LISTING_HEAD_SIZE 5  /* version, number of servers */
#define LISTING_SERVER_MIN 8 /* an address and two empty texts */
#define LISTING_SERVER_MAX (LISTING_SERVER_MIN + 2 * DHCP_SERVER_NAME_MAX)

#define FINDING_IS_CONSEQUENCE 1
#define FINDING_IS_VALUE_ONLY 2

#define FINDING_DN_MAX 2048
#define FINDING_ATTRIBUTE_MAX 256
#define FINDING_REASON_MAX 1024

/* Texts in the records' structs are arrays, which need not end with a NUL if somebody was careless. */
static void write_clipped(struct writer *writer, const char *text, size_t max) {
	size_t len = strnlen(text, max - 1);

	writer_u16(writer, (uint16_t)len);
	writer_put(writer, span_of(text, len));
}

static size_t written(const struct writer *writer) {
	assert(!writer->is_full); /* the limits above leave room */
	return writer->len;
}

size_t verdict_record_encode(const struct verdict *verdict, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]) {
	struct writer writer = writer_of(ret_octets, DIRECTORY_RECORD_MAX);

	writer_u8(&writer, VERDICT_VERSION);
	writer_u8(&writer, verdict->state);
	writer_u32(&writer, (uint32_t)verdict->code);
	writer_u64(&writer, (uint64_t)verdict->checked_at);
	writer_u64(&writer, (uint64_t)verdict->valid_until);
	writer_u64(&writer, verdict->valid_until_boot_ms);
	write_clipped(&writer, verdict->boot_id, sizeof verdict->boot_id);
	write_clipped(&writer, verdict->reason, sizeof verdict->reason);
	return written(&writer);
}

int verdict_record_decode(struct span octets, struct verdict *ret_verdict) {
	struct reader reader = reader_of(octets);
	struct verdict verdict = { 0 };

	if (reader_u8(&reader) != VERDICT_VERSION)
		return -E_DHCP_JET_ERROR;
	verdict.state = reader_u8(&reader);
	verdict.code = (int)reader_u32(&reader);
	verdict.checked_at = (int64_t)reader_u64(&reader);
	verdict.valid_until = (int64_t)reader_u64(&reader);
	verdict.valid_until_boot_ms = reader_u64(&reader);
	reader_text(&reader, sizeof verdict.boot_id, verdict.boot_id);
	reader_text(&reader, sizeof verdict.reason, verdict.reason);
	if (!is_reader_complete(&reader) || verdict.state >= AUTHORITY_STATE_COUNT || verdict.code < 0)
		return -E_DHCP_JET_ERROR;
	*ret_verdict = verdict;
	return 0;
}

size_t status_record_encode(const struct directory_status *status, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]) {
	struct writer writer = writer_of(ret_octets, DIRECTORY_RECORD_MAX);

	writer_u8(&writer, STATUS_VERSION);
	writer_u8(&writer, status->is_connected);
	writer_u32(&writer, (uint32_t)status->code);
	writer_u64(&writer, (uint64_t)status->since);
	writer_u64(&writer, (uint64_t)status->next_attempt);
	writer_u64(&writer, (uint64_t)status->next_check);
	writer_u64(&writer, (uint64_t)status->synchronized_at);
	write_clipped(&writer, status->uri, sizeof status->uri);
	write_clipped(&writer, status->feed, sizeof status->feed);
	write_clipped(&writer, status->enterprise, sizeof status->enterprise);
	write_clipped(&writer, status->reason, sizeof status->reason);
	return written(&writer);
}

int status_record_decode(struct span octets, struct directory_status *ret_status) {
	struct reader reader = reader_of(octets);
	struct directory_status status = { 0 };
	unsigned connected;

	if (reader_u8(&reader) != STATUS_VERSION)
		return -E_DHCP_JET_ERROR;
	connected = reader_u8(&reader);
	status.is_connected = connected == 1;
	status.code = (int)reader_u32(&reader);
	status.since = (int64_t)reader_u64(&reader);
	status.next_attempt = (int64_t)reader_u64(&reader);
	status.next_check = (int64_t)reader_u64(&reader);
	status.synchronized_at = (int64_t)reader_u64(&reader);
	reader_text(&reader, sizeof status.uri, status.uri);
	reader_text(&reader, sizeof status.feed, status.feed);
	reader_text(&reader, sizeof status.enterprise, status.enterprise);
	reader_text(&reader, sizeof status.reason, status.reason);
	if (!is_reader_complete(&reader) || connected > 1 || status.code < 0)
		return -E_DHCP_JET_ERROR;
	*ret_status = status;
	return 0;
}

size_t finding_record_encode(const struct finding *finding, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]) {
	struct writer writer = writer_of(ret_octets, DIRECTORY_RECORD_MAX);

	writer_u8(&writer, FINDING_VERSION);
	writer_u32(&writer, (uint32_t)finding->code);
	writer_u8(&writer, (uint8_t)((finding->is_consequence ? FINDING_IS_CONSEQUENCE : 0) |
				     (finding->is_value_only ? FINDING_IS_VALUE_ONLY : 0)));
	write_clipped(&writer, finding->dn, FINDING_DN_MAX);
	write_clipped(&writer, finding->attribute, FINDING_ATTRIBUTE_MAX);
	write_clipped(&writer, finding->reason, FINDING_REASON_MAX);
	return written(&writer);
}

int finding_record_decode(struct span octets, struct arena *arena, struct finding *ret_finding) {
	char dn[FINDING_DN_MAX], attribute[FINDING_ATTRIBUTE_MAX], reason[FINDING_REASON_MAX];
	struct reader reader = reader_of(octets);
	struct finding finding = { 0 };
	unsigned flags;

	if (reader_u8(&reader) != FINDING_VERSION)
		return -E_DHCP_JET_ERROR;
	finding.code = (int)reader_u32(&reader);
	flags = reader_u8(&reader);
	finding.is_consequence = flags & FINDING_IS_CONSEQUENCE;
	finding.is_value_only = flags & FINDING_IS_VALUE_ONLY;
	reader_text(&reader, sizeof dn, dn);
	reader_text(&reader, sizeof attribute, attribute);
	reader_text(&reader, sizeof reason, reason);
	if (!is_reader_complete(&reader) || finding.code < 0 ||
	    flags > (FINDING_IS_CONSEQUENCE | FINDING_IS_VALUE_ONLY))
		return -E_DHCP_JET_ERROR;
	finding.dn = arena_dup_text(arena, dn);
	finding.attribute = arena_dup_text(arena, attribute);
	finding.reason = arena_dup_text(arena, reason);
	if (!finding.dn || !finding.attribute || !finding.reason)
		return -E_NOT_ENOUGH_MEMORY;
	*ret_finding = finding;
	return 0;
}

struct span listing_record_encode(const struct dhcp_server *servers, size_t n_servers, struct arena *arena) {
	size_t n = n_servers < DIRECTORY_LISTING_MAX ? n_servers : DIRECTORY_LISTING_MAX;
	size_t size = LISTING_HEAD_SIZE + n * LISTING_SERVER_MAX;
	uint8_t *octets = arena_take(arena, size);
	struct writer writer = writer_of(octets, size);

	if (!octets)
		return span_of(NULL, 0);
	writer_u8(&writer, LISTING_VERSION);
	writer_u32(&writer, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		writer_u32(&writer, servers[i].address.value);
		write_clipped(&writer, servers[i].object, sizeof servers[i].object);
		write_clipped(&writer, servers[i].name, sizeof servers[i].name);
	}
	return span_of(octets, written(&writer));
}

int listing_record_decode(struct span octets, struct arena *arena, struct dhcp_server **ret_servers,
			  size_t *ret_n_servers) {
	struct reader reader = reader_of(octets);
	struct dhcp_server *servers;
	unsigned version = reader_u8(&reader);
	size_t n = reader_u32(&reader);

	/* What says more than its octets can hold does not get memory for it. */
	if (version != LISTING_VERSION || n > DIRECTORY_LISTING_MAX || n > octets.len / LISTING_SERVER_MIN)
		return -E_DHCP_JET_ERROR;
	servers = arena_array_of(arena, struct dhcp_server, n);
	if (!servers)
		return -E_NOT_ENOUGH_MEMORY;
	for (size_t i = 0; i < n; i++) {
		servers[i].address.value = reader_u32(&reader);
		reader_text(&reader, sizeof servers[i].object, servers[i].object);
		reader_text(&reader, sizeof servers[i].name, servers[i].name);
	}
	if (!is_reader_complete(&reader))
		return -E_DHCP_JET_ERROR;
	*ret_servers = servers;
	*ret_n_servers = n;
	return 0;
}
