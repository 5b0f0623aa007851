/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/change.h"

#include "base/mem.h"
#include "dir/sync_control.h"
#include "dir/sync_cookie.h"

void change_batch_init(struct change_batch *ret_batch) {
	*ret_batch = (struct change_batch){ .arena = arena_new(0) };
}

void change_batch_done(struct change_batch *batch) {
	arena_free(batch->arena);
	free(batch->items);
	*batch = (struct change_batch){ 0 };
}

void change_batch_reset(struct change_batch *batch) {
	arena_reset(batch->arena);
	batch->n_items = 0;
	batch->is_whole = false;
	batch->is_synchronized = false;
	batch->cookie = span_of(NULL, 0);
}

void change_batch_trim(struct change_batch *batch) {
	uint8_t kept[SYNC_COOKIE_MAX];
	size_t len = batch->cookie.len <= sizeof kept ? batch->cookie.len : 0;

	if (len)
		memcpy(kept, batch->cookie.data, len);
	change_batch_reset(batch);
	if (len)
		batch->cookie = span_of(arena_dup(batch->arena, span_of(kept, len)), len);
}

void change_batch_add(struct change_batch *batch, enum change_kind kind, const struct entry_uuid *uuid,
		      const struct entry *entry) {
	batch->items = mem_grow(batch->items, &batch->capacity, batch->n_items + 1, sizeof *batch->items);
	batch->items[batch->n_items++] = (struct change){ kind, *uuid, entry };
}

void change_batch_set_cookie(struct change_batch *batch, struct span cookie) {
	if (cookie.len)
		batch->cookie = sync_cookie_merge(batch->cookie, span_of(arena_dup(batch->arena, cookie), cookie.len),
						  batch->arena);
}

bool is_change_batch_empty(const struct change_batch *batch) {
	return batch->n_items == 0 && !batch->is_whole && !batch->is_synchronized && batch->cookie.len == 0;
}
