/* SPDX-License-Identifier: Apache-2.0 */
/* state_lock.h - the lock of the state directory: one daemon, or one program that changes its stores, at a time. */
#pragma once

#include "base/error.h"

/* Take the lock of the directory @directory, whose path @path is for messages. The roles of a daemon that was killed
 * hold it until the kernel has ended them, so wait for it a while. Returns a descriptor; whoever has it open, or a copy
 * of it, holds the lock. -E_DHCP_DATABASE_INIT_FAILED with a sentence if somebody else has it: @who ("a second daemon")
 * runs on the directory; @advice. */
int state_lock_take(int directory, const char *path, const char *who, const char *advice, struct error *reterr_error);
