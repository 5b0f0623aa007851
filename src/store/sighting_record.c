/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sighting_record.h"

#include "base/cursor.h"
#include "base/error.h"

#define SIGHTING_VERSION 1
#define DETECTION_VERSION 1

enum { FLAG_GONE = 1, FLAG_OVERHEARD = 2, FLAGS_ALL = 3 };

static bool is_text(const char *text, size_t size) {
	return memchr(text, '\0', size);
}

static bool is_sighting_storable(const struct sighting *sighting) {
	return sighting->state < SIGHTING_STATE_COUNT && sighting->answer <= ROGUE_ANSWER_DIRECTORY &&
	       sighting->hlen <= SIGHTING_HARDWARE_MAX && is_text(sighting->interface, sizeof sighting->interface) &&
	       is_text(sighting->enterprise, sizeof sighting->enterprise);
}

size_t sighting_record_encode(const struct sighting *sighting, uint8_t ret_octets[static SIGHTING_RECORD_MAX]) {
	struct writer writer = writer_of(ret_octets, SIGHTING_RECORD_MAX);

	if (!is_sighting_storable(sighting))
		return 0;
	writer_u8(&writer, SIGHTING_VERSION);
	writer_u32(&writer, sighting->address.value);
	writer_u32(&writer, sighting->via.value);
	writer_u8(&writer, sighting->state);
	writer_u8(&writer, (uint8_t)(sighting->is_gone * FLAG_GONE | sighting->is_overheard * FLAG_OVERHEARD));
	writer_u8(&writer, sighting->answer);
	writer_u32(&writer, sighting->offered.value);
	writer_u64(&writer, (uint64_t)sighting->first_seen);
	writer_u64(&writer, (uint64_t)sighting->last_seen);
	writer_u8(&writer, sighting->hlen);
	writer_put(&writer, span_of(sighting->hardware, sighting->hlen));
	writer_text(&writer, sighting->interface);
	writer_text(&writer, sighting->enterprise);
	return writer.is_full ? 0 : writer.len;
}

static void read_hardware(struct reader *reader, struct sighting *sighting) {
	struct span octets = reader_take(reader, sighting->hlen);

	if (octets.len > SIGHTING_HARDWARE_MAX)
		reader->is_failed = true;
	else if (octets.len)
		memcpy(sighting->hardware, octets.data, octets.len);
}

int sighting_record_decode(struct span octets, struct sighting *ret_sighting) {
	struct reader reader = reader_of(octets);
	struct sighting sighting = { 0 };
	unsigned flags;

	if (reader_u8(&reader) != SIGHTING_VERSION)
		return -E_DHCP_JET_ERROR;
	sighting.address.value = reader_u32(&reader);
	sighting.via.value = reader_u32(&reader);
	sighting.state = reader_u8(&reader);
	flags = reader_u8(&reader);
	sighting.is_gone = flags & FLAG_GONE;
	sighting.is_overheard = flags & FLAG_OVERHEARD;
	sighting.answer = reader_u8(&reader);
	sighting.offered.value = reader_u32(&reader);
	sighting.first_seen = (int64_t)reader_u64(&reader);
	sighting.last_seen = (int64_t)reader_u64(&reader);
	sighting.hlen = reader_u8(&reader);
	read_hardware(&reader, &sighting);
	reader_text(&reader, sizeof sighting.interface, sighting.interface);
	reader_text(&reader, sizeof sighting.enterprise, sighting.enterprise);
	if (!is_reader_complete(&reader) || flags & ~(unsigned)FLAGS_ALL || !is_sighting_storable(&sighting))
		return -E_DHCP_JET_ERROR;
	*ret_sighting = sighting;
	return 0;
}

static bool is_detection_storable(const struct detection *detection) {
	return detection->outcome < DETECTION_OUTCOME_COUNT && is_text(detection->boot_id, sizeof detection->boot_id) &&
	       is_text(detection->enterprise, sizeof detection->enterprise) &&
	       is_text(detection->reason, sizeof detection->reason);
}

size_t detection_record_encode(const struct detection *detection, uint8_t ret_octets[static SIGHTING_RECORD_MAX]) {
	struct writer writer = writer_of(ret_octets, SIGHTING_RECORD_MAX);

	if (!is_detection_storable(detection))
		return 0;
	writer_u8(&writer, DETECTION_VERSION);
	writer_u8(&writer, detection->outcome);
	writer_u64(&writer, detection->number);
	writer_u64(&writer, (uint64_t)detection->at.wall_s);
	writer_u64(&writer, detection->at.boot_ms);
	writer_u32(&writer, detection->by.value);
	writer_text(&writer, detection->boot_id);
	writer_text(&writer, detection->enterprise);
	writer_text(&writer, detection->reason);
	return writer.is_full ? 0 : writer.len;
}

int detection_record_decode(struct span octets, struct detection *ret_detection) {
	struct reader reader = reader_of(octets);
	struct detection detection = { 0 };

	if (reader_u8(&reader) != DETECTION_VERSION)
		return -E_DHCP_JET_ERROR;
	detection.outcome = reader_u8(&reader);
	detection.number = reader_u64(&reader);
	detection.at.wall_s = (int64_t)reader_u64(&reader);
	detection.at.boot_ms = reader_u64(&reader);
	detection.by.value = reader_u32(&reader);
	reader_text(&reader, sizeof detection.boot_id, detection.boot_id);
	reader_text(&reader, sizeof detection.enterprise, detection.enterprise);
	reader_text(&reader, sizeof detection.reason, detection.reason);
	if (!is_reader_complete(&reader) || !is_detection_storable(&detection))
		return -E_DHCP_JET_ERROR;
	*ret_detection = detection;
	return 0;
}
