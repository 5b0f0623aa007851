/* SPDX-License-Identifier: Apache-2.0 */
/* directory_store.h - directory.mdb: the local copy of the directory, the verdict, and how dir is doing.
 *
 * dir is its only writer; serve and api read. What belongs together changes in one transaction: entries and the cookie
 * they came with, never one without the other.
 * Of each entry two versions may be kept: the accepted one, which is in force, and a newer one that is in quarantine.
 * Thread: one per store object.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/dhcpservers.h"
#include "model/entry.h"
#include "model/sighting.h"
#include "model/snapshot.h"
#include "model/verdict.h"

struct directory_store;
struct directory_write;

/* What dir tells about its connection. Embedded, stored as it is. */
struct directory_status {
	char uri[256];            /* in use, or used last */
	bool is_connected;
	char feed[32];            /* "syncrepl", "usn", "poll", "file" or "" */
	char enterprise[ROGUE_ENTERPRISE_MAX]; /* the directory's name on the wire (model/sighting.h), "" if none */
	int64_t since;            /* wall: connected or disconnected since */
	int64_t next_attempt;     /* wall; 0 if connected */
	int64_t next_check;       /* wall: when the list is looked up next without an occasion; 0: not known */
	int64_t synchronized_at;  /* wall: last time the copy was known to equal the directory; 0 never */
	int code;                 /* of the last failure; 0 none */
	char reason[384];
};

/* Open or create DIR/directory.mdb as its only writer (dir), for the tree below @base and the server @server_name; a
 * copy of another tree is emptied. 0; -E_DHCP_DATABASE_INIT_FAILED (it belongs to another server) or
 * -E_DHCP_REGISTRY_INIT_FAILED, each with a sentence. */
int directory_store_open(const char *state_directory, const char *server_name, const char *base,
			 struct directory_store **ret_store, struct error *reterr_error);

/* Open for reading. 0, -E_NOT_FOUND (not made yet) or -E_DHCP_REGISTRY_INIT_FAILED. */
int directory_store_open_reader(const char *state_directory, struct directory_store **ret_store,
				struct error *reterr_error);

/* False if the file was removed or replaced since it was opened: whoever opens it now gets another one. */
bool is_directory_store_current(const struct directory_store *store);

/* Close. Accepts NULL; returns NULL. */
struct directory_store *directory_store_close(struct directory_store *store);

/* Number that grows with each change of entries. */
int directory_store_generation(struct directory_store *store, uint64_t *ret_generation);

/* Read into @arena all accepted entries (order: by identity). */
int directory_store_accepted(struct directory_store *store, struct arena *arena, struct entry ***ret_entries,
			     size_t *ret_n_entries, uint64_t *ret_generation);

/* An entry in both versions. Lives in an arena. */
struct directory_entry {
	struct entry *accepted; /* NULL if none was ever good */
	struct entry *pending;  /* NULL unless the newest version is in quarantine */
};

/* Read into @arena all entries. */
int directory_store_entries(struct directory_store *store, struct arena *arena, struct directory_entry **ret_entries,
			    size_t *ret_n_entries);

/* Read into @arena why entries are in quarantine. */
int directory_store_findings(struct directory_store *store, struct arena *arena, struct findings *ret_findings);

/* Read the verdict (a START verdict if none is stored) and the status (all zero). */
int directory_store_verdict(struct directory_store *store, struct verdict *ret_verdict);
int directory_store_status(struct directory_store *store, struct directory_status *ret_status);

/* Read the cookie of feed @feed into @arena; empty if there is none. */
int directory_store_cookie(struct directory_store *store, unsigned feed, struct arena *arena, struct span *ret_cookie);

/* Read into @arena the servers that the directory lists, as of the last look-up that succeeded. *@ret_is_known is false
 * if there was none yet. */
int directory_store_listing(struct directory_store *store, struct arena *arena, struct dhcp_server **ret_servers,
			    size_t *ret_n_servers, bool *ret_is_known);

/* Start changing. 0 or -E_DHCP_JET_ERROR; later failures are sticky and come from directory_write_commit. */
int directory_write_begin(struct directory_store *store, struct directory_write **ret_write);
void directory_write_accepted(struct directory_write *write, const struct entry *entry); /* and no pending version */
void directory_write_pending(struct directory_write *write, const struct entry *entry);  /* accepted one untouched */
void directory_write_remove(struct directory_write *write, const struct entry_uuid *uuid);
void directory_write_findings(struct directory_write *write, const struct findings *findings); /* replaces all */
void directory_write_cookie(struct directory_write *write, unsigned feed, struct span cookie);
void directory_write_verdict(struct directory_write *write, const struct verdict *verdict);
void directory_write_listing(struct directory_write *write, const struct dhcp_server *servers, size_t n_servers);
void directory_write_status(struct directory_write *write, const struct directory_status *status);

/* Make all of it durable at once; @write is gone afterwards. 0, or the first failure, and then nothing has changed. */
int directory_write_commit(struct directory_write *write, struct error *reterr_error);
void directory_write_abort(struct directory_write *write);
