/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the only place that reads a clock. Everything below the shells takes time as an argument. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BOOT_ID_MAX 40 /* the kernel's boot identifier as text, with the final NUL */

/* Embedded: one reading of both clocks; taken once per batch or event. */
struct moment {
	int64_t wall_s;   /* seconds since the epoch: for records that people and other machines read; may jump */
	uint64_t boot_ms; /* milliseconds since boot, suspend included: for limits; never goes back */
};

/* Read both clocks. */
struct moment clock_now(void);

/* Borrow the identifier of this boot, by which a boot_ms that was stored is known to be of this boot; "" if unknown. */
const char *clock_boot_id(void);

/* True if a time service keeps the wall clock right, as the kernel was told. */
bool is_clock_synchronized(void);
