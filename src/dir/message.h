/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - what is in libldap's messages: entries, results, Sync controls. Thread: the connection's. */
#pragma once

#include <ldap.h>

#include "base/arena.h"
#include "dir/sync_control.h"
#include "model/entry.h"

#define MESSAGE_DIAGNOSTIC_MAX 160

/* The end of an operation. Embedded. */
struct message_result {
	int code;
	char diagnostic[MESSAGE_DIAGNOSTIC_MAX]; /* the server's own words, "" if none */
	/* RFC 2696: where the next page begins; empty at the end. In the arena that was given. */
	struct span page_cookie;
};

/* Copy the entry in @message into @arena. Its identity is @uuid if that is given, else entryUUID, objectGUID, or made
 * from the name. Attributes with options (;lang-de) are variants of the plain one for others, and left out. */
struct entry *message_entry(LDAP *ldap, LDAPMessage *message, const struct entry_uuid *uuid, struct arena *arena);

/* Read the Sync State control of the entry in @message; its cookie is copied into @arena. 0 or
 * -E_DDS_UNEXPECTED_ERROR. */
int message_sync_state(LDAP *ldap, LDAPMessage *message, struct arena *arena, struct sync_state *ret_state);

/* Read @message as a Sync Info message, copied into @arena. 0, or -E_DDS_UNEXPECTED_ERROR if it is not one. */
int message_sync_info(LDAP *ldap, LDAPMessage *message, struct arena *arena, struct sync_info *ret_info);

/* Read the result in @message. */
void message_result(LDAP *ldap, LDAPMessage *message, struct arena *arena, struct message_result *ret_result);
