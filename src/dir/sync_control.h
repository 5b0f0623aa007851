/* SPDX-License-Identifier: Apache-2.0 */
/* sync_control.h - the controls and intermediate messages of LDAP content synchronization (RFC 4533), in BER. Pure.
 *
 * Everything read is borrowed from the octets it was read from. Cookies are opaque here; see sync_cookie.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "model/entry.h"

#define SYNC_COOKIE_MAX 4096 /* a longer one is not kept */
#define SYNC_REQUEST_MAX (SYNC_COOKIE_MAX + 32)

/* Numbers of RFC 4533 2.3. */
enum sync_entry_state { SYNC_ENTRY_PRESENT, SYNC_ENTRY_ADD, SYNC_ENTRY_MODIFY, SYNC_ENTRY_DELETE };

/* The Sync State control (2.3), which comes with each entry. */
struct sync_state {
	enum sync_entry_state state;
	struct entry_uuid uuid;
	struct span cookie; /* empty if none */
};

enum sync_info_kind { SYNC_INFO_NEW_COOKIE, SYNC_INFO_REFRESH_DELETE, SYNC_INFO_REFRESH_PRESENT, SYNC_INFO_ID_SET };

/* The Sync Info message (2.5). */
struct sync_info {
	enum sync_info_kind kind;
	struct span cookie; /* empty if none */
	bool is_done;       /* REFRESH_...: the refresh stage ends with it */
	bool is_delete;     /* ID_SET: these entries are gone; else they are there, unchanged */
	struct span uuids;  /* ID_SET: for sync_uuid_take */
};

/* Write the value of the Sync Request control (2.2) for refreshAndPersist with @cookie (empty: none, also if it is
 * longer than SYNC_COOKIE_MAX) and return it. */
struct span sync_request_format(struct span cookie, uint8_t ret_octets[static SYNC_REQUEST_MAX]);

/* Read the value of a Sync State control. 0 or -E_DDS_UNEXPECTED_ERROR. */
int sync_state_parse(struct span value, struct sync_state *ret_state);

/* Read the value of a Sync Info message. 0 or -E_DDS_UNEXPECTED_ERROR. */
int sync_info_parse(struct span value, struct sync_info *ret_info);

/* Take the next identity off @uuids; false at the end. */
bool sync_uuid_take(struct span *uuids, struct entry_uuid *ret_uuid);
