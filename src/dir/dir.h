/* SPDX-License-Identifier: Apache-2.0 */
/* dir.h - the role that talks to the directory, or follows the file that stands in its place: keeps the local copy and
 * the verdict up to date. */
#pragma once

#include "base/error.h"
#include "rt/role.h"

/* Set the role up on context->loop. 0, or -E_... with a sentence: the store cannot be used, the interfaces cannot be
 * read. */
int dir_run(struct role_context *context, struct error *reterr_error);
