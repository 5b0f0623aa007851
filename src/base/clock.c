/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

struct moment clock_now(void) {
	struct timespec wall, boot;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (struct moment){
		.wall_s = wall.tv_sec,
		.boot_ms = (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000,
	};
}

const char *clock_boot_id(void) {
	static char boot_id[BOOT_ID_MAX];
	FILE *file;

	if (boot_id[0])
		return boot_id;
	file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!file)
		return "";
	if (!fgets(boot_id, sizeof boot_id, file))
		boot_id[0] = '\0';
	boot_id[strcspn(boot_id, "\n")] = '\0';
	fclose(file);
	return boot_id;
}

bool is_clock_synchronized(void) {
	struct timex state = { 0 };

	return adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
}
