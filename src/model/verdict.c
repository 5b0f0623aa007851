/* SPDX-License-Identifier: Apache-2.0 */
#include "model/verdict.h"

#include <string.h>

void verdict_init(struct verdict *ret_verdict) {
	memset(ret_verdict, 0, sizeof *ret_verdict);
	ret_verdict->state = AUTHORITY_START;
}

enum service { SILENT, SERVING };

static const struct {
	const char *name;
	enum service service;
} states[AUTHORITY_STATE_COUNT] = {
#define AUTHORITY_STATE(symbol, name, service, ...) [AUTHORITY_##symbol] = { name, service },
#include "model/verdict.def"
#undef AUTHORITY_STATE
};

bool is_authority_state_serving(enum authority_state state) {
	return states[state].service == SERVING;
}

const char *authority_state_name(enum authority_state state) {
	return states[state].name;
}

/* The boot clock of another boot says nothing about now, and a wall clock may have been set: one that stands before the
 * time of the check is known to be wrong, so nothing may be built on it. */
static uint64_t remaining_by_wall(const struct verdict *verdict, int64_t wall_s) {
	uint64_t seconds;

	if (wall_s < verdict->checked_at || wall_s >= verdict->valid_until)
		return 0;
	seconds = (uint64_t)verdict->valid_until - (uint64_t)wall_s;
	return seconds > UINT64_MAX / 1000 ? UINT64_MAX : seconds * 1000;
}

uint64_t verdict_remaining_ms(const struct verdict *verdict, const struct moment *now, const char *boot_id) {
	if (!is_authority_state_serving(verdict->state))
		return 0;
	if (!*boot_id || strncmp(verdict->boot_id, boot_id, sizeof verdict->boot_id) != 0)
		return remaining_by_wall(verdict, now->wall_s);
	return verdict->valid_until_boot_ms > now->boot_ms ? verdict->valid_until_boot_ms - now->boot_ms : 0;
}

bool is_verdict_valid(const struct verdict *verdict, const struct moment *now, const char *boot_id) {
	return verdict_remaining_ms(verdict, now, boot_id) > 0;
}
