/* SPDX-License-Identifier: Apache-2.0 */
/* drift.h - the slow walk that finds out whether the lease store's indexes agree with its records
 * (store/lease_check.h): a few thousand rows every few seconds, then from the beginning. What it finds is counted, and
 * each kind of it told once in a walk; nothing is changed.
 *
 * The walk is a child's, as the backup role reads no store itself. Thread: the loop's.
 */
#pragma once

#include "rt/loop.h"

struct drift;

/* @state_directory is borrowed for good. drift_free accepts NULL and returns NULL. */
struct drift *drift_new(struct loop *loop, const char *state_directory);
struct drift *drift_free(struct drift *drift);
