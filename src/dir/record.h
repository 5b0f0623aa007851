/* SPDX-License-Identifier: Apache-2.0 */
/* record.h - verdict, status and the list of authorized servers as they stand in directory.mdb, and the writing of
 * them.
 *
 * What cannot be written is tried again until it can; meanwhile a verdict that was stored before runs out by itself.
 * Where the file was removed or replaced behind our back, the loop is stopped: the role's next life makes it anew.
 * Thread: the loop's.
 */
#pragma once

#include "dir/acceptance.h"
#include "model/verdict.h"
#include "rt/loop.h"
#include "store/directory_store.h"

/* Numbers under which cookies are stored. */
enum { RECORD_FEED_CONFIG = 0 };

struct record {
	struct directory_store *store; /* borrowed */
	struct verdict verdict;        /* may be changed; then record_save */
	bool is_decided;               /* @verdict is this life's; else what an earlier one has stored */
	struct directory_status status;
	struct arena *servers_arena; /* of the list; owned */
	const struct dhcp_server *servers;
	size_t n_servers;
	bool is_list_known, is_list_new; /* new: not stored yet */
	struct loop *loop; /* borrowed */
	struct loop_timer *again;
	bool is_failing;
};

/* Read what is stored in @store, which is borrowed. */
void record_init(struct record *ret_record, struct loop *loop, struct directory_store *store);
void record_done(struct record *record);

/* Take over the servers that the directory lists, by copying; they are stored with what is stored next. */
void record_take_servers(struct record *record, const struct dhcp_server *servers, size_t n_servers);

/* True if they differ from those that are stored. */
bool has_record_new_servers(const struct record *record);

/* Store verdict and status, and the list if it is another, and wake serve. */
void record_save(struct record *record);

/* The same together with the entries of @result and the cookie (empty: as it was). Returns false if nothing could be
 * stored. */
bool record_save_entries(struct record *record, const struct acceptance_result *result, struct span cookie);
