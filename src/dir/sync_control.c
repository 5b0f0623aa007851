/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/sync_control.h"

#include <assert.h>

#include "base/error.h"
#include "dir/tlv.h"

#define MODE_REFRESH_AND_PERSIST 3

enum { /* context tags of the Sync Info message */
	TAG_NEW_COOKIE = 0x80,
	TAG_REFRESH_DELETE = 0xa1,
	TAG_REFRESH_PRESENT = 0xa2,
	TAG_ID_SET = 0xa3,
};

/* Write tag and length (of at most 65535) and return where the value goes. */
static uint8_t *put_head(uint8_t *place, uint8_t tag, size_t len) {
	*place++ = tag;
	if (len >= 0x80) {
		*place++ = 0x82;
		*place++ = (uint8_t)(len >> 8);
	}
	*place++ = (uint8_t)len;
	return place;
}

struct span sync_request_format(struct span cookie, uint8_t ret_octets[static SYNC_REQUEST_MAX]) {
	bool has_cookie = cookie.len > 0 && cookie.len <= SYNC_COOKIE_MAX;
	size_t len = 3 + (has_cookie ? cookie.len + (cookie.len >= 0x80 ? 4 : 2) : 0);
	uint8_t *place = put_head(ret_octets, TLV_SEQUENCE, len);

	place = put_head(place, TLV_ENUMERATED, 1);
	*place++ = MODE_REFRESH_AND_PERSIST;
	if (has_cookie) {
		place = put_head(place, TLV_OCTETS, cookie.len);
		memcpy(place, cookie.data, cookie.len);
		place += cookie.len;
	}
	assert((size_t)(place - ret_octets) <= SYNC_REQUEST_MAX);
	return span_of(ret_octets, (size_t)(place - ret_octets));
}

static bool uuid_read(struct span octets, struct entry_uuid *ret_uuid) {
	if (octets.len != ENTRY_UUID_SIZE)
		return false;
	memcpy(ret_uuid->octets, octets.data, ENTRY_UUID_SIZE);
	return true;
}

/* BOOLEAN DEFAULT @fallback */
static bool boolean_take(struct span *octets, bool fallback) {
	struct span value;

	if (!tlv_take_optional(octets, TLV_BOOLEAN, &value))
		return fallback;
	return value.len == 1 && value.data[0] != 0;
}

/* OCTET STRING OPTIONAL */
static struct span cookie_take(struct span *octets) {
	struct span cookie;

	return tlv_take_optional(octets, TLV_OCTETS, &cookie) ? cookie : span_of(NULL, 0);
}

int sync_state_parse(struct span value, struct sync_state *ret_state) {
	struct span sequence, number, uuid;
	struct sync_state state;

	if (!tlv_take_tagged(&value, TLV_SEQUENCE, &sequence) || !tlv_take_tagged(&sequence, TLV_ENUMERATED, &number) ||
	    number.len != 1 || number.data[0] > SYNC_ENTRY_DELETE || !tlv_take_tagged(&sequence, TLV_OCTETS, &uuid) ||
	    !uuid_read(uuid, &state.uuid))
		return -E_DDS_UNEXPECTED_ERROR;
	state.state = (enum sync_entry_state)number.data[0];
	state.cookie = cookie_take(&sequence);
	*ret_state = state;
	return 0;
}

static bool info_read(const struct tlv *element, struct sync_info *info) {
	struct span rest = element->value;

	switch (element->tag) {
	case TAG_NEW_COOKIE:
		info->kind = SYNC_INFO_NEW_COOKIE;
		info->cookie = rest;
		return true;
	case TAG_REFRESH_DELETE:
	case TAG_REFRESH_PRESENT:
		info->kind = element->tag == TAG_REFRESH_DELETE ? SYNC_INFO_REFRESH_DELETE : SYNC_INFO_REFRESH_PRESENT;
		info->cookie = cookie_take(&rest);
		info->is_done = boolean_take(&rest, true);
		return true;
	case TAG_ID_SET:
		info->kind = SYNC_INFO_ID_SET;
		info->cookie = cookie_take(&rest);
		info->is_delete = boolean_take(&rest, false);
		return tlv_take_tagged(&rest, TLV_SET, &info->uuids);
	default:
		return false;
	}
}

int sync_info_parse(struct span value, struct sync_info *ret_info) {
	struct sync_info info = { 0 };
	struct tlv element;

	if (!tlv_take(&value, &element) || !info_read(&element, &info))
		return -E_DDS_UNEXPECTED_ERROR;
	*ret_info = info;
	return 0;
}

bool sync_uuid_take(struct span *uuids, struct entry_uuid *ret_uuid) {
	struct span uuid;

	return tlv_take_tagged(uuids, TLV_OCTETS, &uuid) && uuid_read(uuid, ret_uuid);
}
