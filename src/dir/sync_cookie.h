/* SPDX-License-Identifier: Apache-2.0 */
/* sync_cookie.h - cookies of RFC 4533 as OpenLDAP writes them, where taking them as opaque loses changes. Pure.
 *
 * Such a cookie, "rid=000,sid=001,csn=CSN;CSN", has one CSN for each server that takes writes, and names a server in
 * its sid.
 * - What comes with a single change has the CSN of that change alone: it stands beside those of the other servers, not
 *   in their place. Without them the next refresh names every entry.
 * - The sid that a server writes is its own. In a request it means the asking server's, and changes that were made on
 *   that one are left out of the answer, since it must have them already. A client is no server, so it must not say it.
 */
#pragma once

#include "base/arena.h"
#include "base/span.h"

/* What to keep, and to ask with, after @cookie came on top of what was @kept (empty: nothing): for cookies of
 * OpenLDAP's form the newest CSN of each server, else @cookie as it is. In @arena, or borrowed from the arguments. */
struct span sync_cookie_merge(struct span kept, struct span cookie, struct arena *arena);
