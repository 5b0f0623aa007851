/* SPDX-License-Identifier: Apache-2.0 */
/* clock_file.h - what one life of serve leaves to the next about the wall clock: the file clock in the state directory.
 *
 * Nothing hangs on it but that a clock that was set while nobody looked is noticed. So a file that cannot be written
 * is no error: the disk is told of elsewhere; and one that says nothing sensible is as good as none.
 * Thread: the loop's. Neither waits for the disk.
 */
#pragma once

#include "engine/clock_watch.h"

/* Read it; zeros if there is nothing to read. */
struct clock_past clock_file_read(const char *state_directory);

/* Write it, as far as that can be done. */
void clock_file_write(const char *state_directory, const struct clock_past *past);
