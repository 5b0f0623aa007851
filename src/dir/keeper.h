/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.h - keeps the verdict: takes what look-ups and connections bring, renews it in time, lets it expire, stores
 * and reports it. Thread: the loop's. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "dir/record.h"
#include "engine/authority.h"
#include "rt/loop.h"

struct keeper;

/* Keep the verdict in @record (borrowed). */
struct keeper *keeper_new(struct loop *loop, struct record *record);
struct keeper *keeper_free(struct keeper *keeper);

/* Take the stored verdict up again at a start, if @may_use_cached and it still holds; else start without one. */
void keeper_resume(struct keeper *keeper, bool may_use_cached);

/* How long a verdict holds without a directory. Less than a few seconds could not be renewed in time, and counts as
 * that. */
void keeper_set_hold(struct keeper *keeper, uint64_t hold_s);

/* How often the directory must show that the verdict is current for it never to expire, in milliseconds. */
uint64_t keeper_renewal_ms(const struct keeper *keeper);

/* Take an event with its cause (NULL for LISTED). */
void keeper_handle(struct keeper *keeper, enum authority_event event, const struct error *cause);

/* The directory has shown that nothing has changed: renew the verdict "authorized" if it is time to. */
void keeper_renew(struct keeper *keeper);

/* True if only a look-up can tell whether this server may serve: the verdict ran out, or the directory was away. */
bool is_keeper_in_doubt(const struct keeper *keeper);
