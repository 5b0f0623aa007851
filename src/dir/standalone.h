/* SPDX-License-Identifier: Apache-2.0 */
/* standalone.h - the role dir of a server without a directory: a file says what a directory would (dir/ldif_tree.h),
 * and the rounds of rogue detection, which serve runs, decide whether it may serve. */
#pragma once

#include "base/error.h"
#include "rt/role.h"

/* Set the role up on context->loop. 0, or -E_... with a sentence: the store cannot be used. A file that is not there or
 * cannot be used is reported and waited for. */
int standalone_run(struct role_context *context, struct error *reterr_error);
