/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders of sightings and of rounds' results. The input is a choice (1 octet) and a record. What is read, written
 * again, is the same octets. */
#include <assert.h>

#include "store/sighting_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sighting(struct span record) {
	uint8_t again[SIGHTING_RECORD_MAX];
	struct sighting sighting;

	if (sighting_record_decode(record, &sighting) == 0)
		assert(is_span_equal(span_of(again, sighting_record_encode(&sighting, again)), record));
}

static void check_detection(struct span record) {
	uint8_t again[SIGHTING_RECORD_MAX];
	struct detection detection;

	if (detection_record_decode(record, &detection) == 0)
		assert(is_span_equal(span_of(again, detection_record_encode(&detection, again)), record));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size > 0)
		(data[0] & 1 ? check_detection : check_sighting)(span_of(data + 1, size - 1));
	return 0;
}
