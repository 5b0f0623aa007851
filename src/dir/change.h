/* SPDX-License-Identifier: Apache-2.0 */
/* change.h - what a feed brings: a batch of changes to the local copy of a subtree, in order. Thread: one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/entry.h"

enum change_kind {
	CHANGE_PRESENT, /* the entry is there, as before */
	CHANGE_ENTRY,   /* it is new, or not as before */
	CHANGE_GONE,    /* it is no longer there */
};

struct change {
	enum change_kind kind;
	struct entry_uuid uuid;
	const struct entry *entry; /* with CHANGE_ENTRY, else NULL */
};

/* Embedded. */
struct change_batch {
	struct arena *arena; /* holds entries and cookie; owned */
	struct change *items;
	size_t n_items, capacity;
	bool is_whole;        /* entries that it does not mention are gone */
	bool is_synchronized; /* a refresh ended: afterwards the copy equals the directory */
	struct span cookie;   /* to be stored with it; empty: none came */
};

/* An empty batch, and its end. */
void change_batch_init(struct change_batch *ret_batch);
void change_batch_done(struct change_batch *batch);

/* Forget all that it holds. */
void change_batch_reset(struct change_batch *batch);

/* Forget all that it holds but the cookie. */
void change_batch_trim(struct change_batch *batch);

/* Add a change; @entry must live in the batch's arena. */
void change_batch_add(struct change_batch *batch, enum change_kind kind, const struct entry_uuid *uuid,
		      const struct entry *entry);

/* Copy @cookie, if it is not empty, and let it follow the earlier ones (sync_cookie_merge). */
void change_batch_set_cookie(struct change_batch *batch, struct span cookie);

/* True if there is nothing to do for it. */
bool is_change_batch_empty(const struct change_batch *batch);
