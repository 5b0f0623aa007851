/* SPDX-License-Identifier: Apache-2.0 */
#include "store/directory_record.h"

#include "store/octets.h"

#define VERDICT_VERSION 1
#define STATUS_VERSION 1
#define FINDING_VERSION 1

#define FINDING_DN_MAX 2048
#define FINDING_ATTRIBUTE_MAX 256
#define FINDING_REASON_MAX 1024

/* Texts in the records' structs are arrays, which need not end with a NUL if somebody was careless. */
static void write_clipped(struct octets_writer *writer, const char *text, size_t max) {
	size_t len = strnlen(text, max - 1);

	octets_write_u16(writer, len);
	octets_write(writer, text, len);
}

static size_t written(const struct octets_writer *writer) {
	assert(!writer->is_failed); /* the limits above leave room */
	return writer->len;
}

size_t verdict_record_encode(const struct verdict *verdict, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]) {
	struct octets_writer writer = { .data = ret_octets, .size = DIRECTORY_RECORD_MAX };

	octets_write_u8(&writer, VERDICT_VERSION);
	octets_write_u8(&writer, verdict->state);
	octets_write_u32(&writer, (uint32_t)verdict->code);
	octets_write_u64(&writer, (uint64_t)verdict->checked_at);
	octets_write_u64(&writer, (uint64_t)verdict->valid_until);
	octets_write_u64(&writer, verdict->valid_until_boot_ms);
	write_clipped(&writer, verdict->boot_id, sizeof verdict->boot_id);
	write_clipped(&writer, verdict->reason, sizeof verdict->reason);
	return written(&writer);
}

int verdict_record_decode(struct span octets, struct verdict *ret_verdict) {
	struct octets_reader reader = { .data = octets.data, .len = octets.len };
	struct verdict verdict = { 0 };

	if (octets_read_u8(&reader) != VERDICT_VERSION)
		return -E_DHCP_JET_ERROR;
	verdict.state = octets_read_u8(&reader);
	verdict.code = (int)octets_read_u32(&reader);
	verdict.checked_at = (int64_t)octets_read_u64(&reader);
	verdict.valid_until = (int64_t)octets_read_u64(&reader);
	verdict.valid_until_boot_ms = octets_read_u64(&reader);
	octets_read_text(&reader, sizeof verdict.boot_id, verdict.boot_id);
	octets_read_text(&reader, sizeof verdict.reason, verdict.reason);
	if (!is_octets_read_complete(&reader) || verdict.state >= AUTHORITY_STATE_COUNT || verdict.code < 0)
		return -E_DHCP_JET_ERROR;
	*ret_verdict = verdict;
	return 0;
}

size_t status_record_encode(const struct directory_status *status, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]) {
	struct octets_writer writer = { .data = ret_octets, .size = DIRECTORY_RECORD_MAX };

	octets_write_u8(&writer, STATUS_VERSION);
	octets_write_u8(&writer, status->is_connected);
	octets_write_u32(&writer, (uint32_t)status->code);
	octets_write_u64(&writer, (uint64_t)status->since);
	octets_write_u64(&writer, (uint64_t)status->next_attempt);
	octets_write_u64(&writer, (uint64_t)status->synchronized_at);
	write_clipped(&writer, status->uri, sizeof status->uri);
	write_clipped(&writer, status->feed, sizeof status->feed);
	write_clipped(&writer, status->reason, sizeof status->reason);
	return written(&writer);
}

int status_record_decode(struct span octets, struct directory_status *ret_status) {
	struct octets_reader reader = { .data = octets.data, .len = octets.len };
	struct directory_status status = { 0 };
	unsigned connected;

	if (octets_read_u8(&reader) != STATUS_VERSION)
		return -E_DHCP_JET_ERROR;
	connected = octets_read_u8(&reader);
	status.is_connected = connected == 1;
	status.code = (int)octets_read_u32(&reader);
	status.since = (int64_t)octets_read_u64(&reader);
	status.next_attempt = (int64_t)octets_read_u64(&reader);
	status.synchronized_at = (int64_t)octets_read_u64(&reader);
	octets_read_text(&reader, sizeof status.uri, status.uri);
	octets_read_text(&reader, sizeof status.feed, status.feed);
	octets_read_text(&reader, sizeof status.reason, status.reason);
	if (!is_octets_read_complete(&reader) || connected > 1 || status.code < 0)
		return -E_DHCP_JET_ERROR;
	*ret_status = status;
	return 0;
}

size_t finding_record_encode(const struct finding *finding, uint8_t ret_octets[static DIRECTORY_RECORD_MAX]) {
	struct octets_writer writer = { .data = ret_octets, .size = DIRECTORY_RECORD_MAX };

	octets_write_u8(&writer, FINDING_VERSION);
	octets_write_u32(&writer, (uint32_t)finding->code);
	octets_write_u8(&writer, finding->is_consequence);
	write_clipped(&writer, finding->dn, FINDING_DN_MAX);
	write_clipped(&writer, finding->attribute, FINDING_ATTRIBUTE_MAX);
	write_clipped(&writer, finding->reason, FINDING_REASON_MAX);
	return written(&writer);
}

int finding_record_decode(struct span octets, struct arena *arena, struct finding *ret_finding) {
	char dn[FINDING_DN_MAX], attribute[FINDING_ATTRIBUTE_MAX], reason[FINDING_REASON_MAX];
	struct octets_reader reader = { .data = octets.data, .len = octets.len };
	struct finding finding = { 0 };
	unsigned consequence;

	if (octets_read_u8(&reader) != FINDING_VERSION)
		return -E_DHCP_JET_ERROR;
	finding.code = (int)octets_read_u32(&reader);
	consequence = octets_read_u8(&reader);
	finding.is_consequence = consequence == 1;
	octets_read_text(&reader, sizeof dn, dn);
	octets_read_text(&reader, sizeof attribute, attribute);
	octets_read_text(&reader, sizeof reason, reason);
	if (!is_octets_read_complete(&reader) || consequence > 1 || finding.code < 0)
		return -E_DHCP_JET_ERROR;
	finding.dn = arena_dup_text(arena, dn);
	finding.attribute = arena_dup_text(arena, attribute);
	finding.reason = arena_dup_text(arena, reason);
	if (!finding.dn || !finding.attribute || !finding.reason)
		return -E_NOT_ENOUGH_MEMORY;
	*ret_finding = finding;
	return 0;
}
