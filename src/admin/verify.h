/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - what only one entry may claim, when two administrators claim it at the same moment.
 *
 * A directory lets nobody but the first have an entry's name; of a subnet, a client's hardware address or a class's
 * data it knows nothing. So whoever has written such a claim looks at what there is now: of two entries that contradict
 * each other, the one that was written later is taken back by its writer.
 */
#pragma once

#include "admin/tree.h"

/* Look at the directory after @before was changed to @after (NULL: @after is new), which @tree, as it was read before,
 * did not speak against. Where somebody else claims the same, either his is gone when this returns, or ours is.
 * 0; the code of the rule that ours breaks: it is taken back; or a failure of directory.h: ours stands, but nobody
 * knows whether beside another. */
int verify_claim(struct tree *tree, const struct entry *before, const struct entry *after, struct error *reterr_error);
