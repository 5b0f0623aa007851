/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - whole files: reading one, and following one as it changes.
 *
 * Who follows a file gets it whole: it is read when it has been as it is for a moment, so that what an editor or a copy
 * is still writing is not taken for all of it. Its directory is watched, so it may be replaced (renamed over, or by way
 * of a symbolic link); where the kernel tells nothing (network file systems) it is looked at every few seconds.
 * Thread: the loop's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "rt/loop.h"

#define FILE_SETTLE_MS 200

/* Read the file @path of at most @max octets; free() the text. 0, or -E_DHCP_REGISTRY_INIT_FAILED with a sentence. */
int file_read(const char *path, size_t max, char **ret_text, size_t *ret_len, struct error *reterr_error);

/* The file is another than before: @text is all of it, borrowed for the call; or it is not there, or cannot be read,
 * which @error says (NULL otherwise). False: call again in a few seconds even if it stays as it is. */
typedef bool file_changed_f(void *context, struct span text, const struct error *error);

struct file_follow;

/* Follow the file @path (copied) of at most @max octets. @changed is called from the loop, for the first time soon. */
struct file_follow *file_follow_new(struct loop *loop, const char *path, size_t max, file_changed_f *changed,
				    void *context);
struct file_follow *file_follow_free(struct file_follow *follow);
