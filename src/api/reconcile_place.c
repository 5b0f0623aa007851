/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reconcile_place.h"

#include "base/cursor.h"
#include "base/text.h"

#define OCTETS_MAX (LEASE_CHECK_KEY_MAX + 2)

const char *reconcile_place_format(const struct reconcile_place *place,
				   char ret_text[static RECONCILE_PLACE_TEXT_MAX]) {
	uint8_t octets[OCTETS_MAX];
	struct writer writer = writer_of(octets, sizeof octets);
	struct text text;

	writer_u8(&writer, (uint8_t)place->stage);
	if (place->stage == RECONCILE_ROWS) {
		writer_u8(&writer, (uint8_t)place->rows);
		writer_put(&writer, span_of(place->key, place->key_len));
	} else {
		writer_u32(&writer, place->next.value);
	}
	text_init(&text, ret_text, RECONCILE_PLACE_TEXT_MAX);
	text_add_hex(&text, span_of(octets, writer.len), '\0');
	return ret_text;
}

static bool read_place(struct reader *reader, struct reconcile_place *place) {
	struct span key;

	place->stage = reader_u8(reader);
	if (place->stage >= RECONCILE_STAGE_COUNT)
		return false;
	if (place->stage != RECONCILE_ROWS) {
		place->next.value = reader_u32(reader);
		return is_reader_complete(reader);
	}
	place->rows = reader_u8(reader);
	key = reader_take_rest(reader);
	if (!is_reader_complete(reader) || place->rows >= LEASE_CHECK_STAGE_COUNT || key.len > LEASE_CHECK_KEY_MAX)
		return false;
	if (key.len)
		memcpy(place->key, key.data, key.len);
	place->key_len = key.len;
	return true;
}

int reconcile_place_parse(const char *text, struct reconcile_place *ret_place, struct error *reterr_error) {
	struct reconcile_place place = { 0 };
	uint8_t octets[OCTETS_MAX];
	struct reader reader;
	size_t len;

	if (text_parse_hex(text, sizeof octets, octets, &len) == 0) {
		reader = reader_of(span_of(octets, len));
		if (read_place(&reader, &place)) {
			*ret_place = place;
			return 0;
		}
	}
	return error_set(reterr_error, E_INVALID_PARAMETER, "at must be what the page before says under \"next\"");
}
