/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders of verdict, status, finding and list of servers. The input is a choice (1 octet) and a record. What is
 * read, written again, is the same octets. */
#include <assert.h>

#include "store/directory_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_verdict(struct span record) {
	uint8_t again[DIRECTORY_RECORD_MAX];
	struct verdict verdict;

	if (verdict_record_decode(record, &verdict) == 0)
		assert(is_span_equal(span_of(again, verdict_record_encode(&verdict, again)), record));
}

static void check_status(struct span record) {
	uint8_t again[DIRECTORY_RECORD_MAX];
	struct directory_status status;

	if (status_record_decode(record, &status) == 0)
		assert(is_span_equal(span_of(again, status_record_encode(&status, again)), record));
}

static void check_finding(struct span record) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	uint8_t again[DIRECTORY_RECORD_MAX];
	struct finding finding;

	if (finding_record_decode(record, arena, &finding) == 0)
		assert(is_span_equal(span_of(again, finding_record_encode(&finding, again)), record));
}

static void check_listing(struct span record) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct dhcp_server *servers;
	size_t n_servers;

	if (listing_record_decode(record, arena, &servers, &n_servers) == 0)
		assert(is_span_equal(listing_record_encode(servers, n_servers, arena), record));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static void (*const checks[])(struct span record) = { check_verdict, check_status, check_finding,
							      check_listing };

	if (size > 0)
		checks[data[0] % ARRAY_LEN(checks)](span_of(data + 1, size - 1));
	return 0;
}
