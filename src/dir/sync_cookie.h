/* SPDX-License-Identifier: Apache-2.0 */
/* sync_cookie.h - cookies of RFC 4533 where taking them as opaque loses changes. Pure.
 *
 * A cookie of OpenLDAP, "rid=000,sid=001,csn=CSN;CSN", has one CSN for each server that takes writes, and names a server in
 * its sid.
 * - What comes with a single change has the CSN of that change alone: it stands beside those of the other servers, not
 *   in their place. Without them the next refresh names every entry.
 * - The sid that a server writes is its own. In a request it means the asking server's, and changes that were made on
 *   that one are left out of the answer, since it must have them already. A client is no server, so it must not say it.
 *
 * A cookie of 389 DS, "SERVER:PORT#IDENTITY:BASE:FILTER#NUMBER", has the number of a change in that server's log. The
 * server refuses one that was given by another server, or to another identity, base or filter. It does not notice that
 * changes after NUMBER are no longer in its log, and leaves them out of the answer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/* What to keep, and to ask with, after @cookie came on top of what was @kept (empty: nothing): for cookies of
 * OpenLDAP's form the newest CSN of each server, else @cookie as it is. In @arena, or borrowed from the arguments. */
struct span sync_cookie_merge(struct span kept, struct span cookie, struct arena *arena);

/* False if the server may take @cookie and all the same leave changes out of its answer: the cookie is one of 389 DS,
 * and not all that came after it is in the log; or one kind of server gave it and another is asked. @first_change: the
 * oldest change in the log of 389 DS, 0 if there is none. */
bool is_sync_cookie_safe(struct span cookie, uint64_t first_change);
