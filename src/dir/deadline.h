/* SPDX-License-Identifier: Apache-2.0 */
/* deadline.h - points in time for blocking waits, on the clock that pthread conditions and poll agree on. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* The moment @milliseconds from now. */
static inline struct timespec deadline_in(uint64_t milliseconds) {
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += (time_t)(milliseconds / 1000);
	deadline.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	return deadline;
}

/* Milliseconds until @deadline, rounded up; 0 once it has passed. */
static inline int deadline_remaining_ms(const struct timespec *deadline) {
	struct timespec now;
	int64_t nanoseconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	nanoseconds = (int64_t)(deadline->tv_sec - now.tv_sec) * 1000000000 + (deadline->tv_nsec - now.tv_nsec);
	if (nanoseconds <= 0)
		return 0;
	nanoseconds = (nanoseconds + 999999) / 1000000;
	return nanoseconds > INT32_MAX ? INT32_MAX : (int)nanoseconds;
}

static inline bool is_deadline_passed(const struct timespec *deadline) {
	return deadline_remaining_ms(deadline) == 0;
}

/* A condition whose timed waits take such deadlines. */
static inline void deadline_init_condition(pthread_cond_t *ret_condition) {
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(ret_condition, &attributes);
	pthread_condattr_destroy(&attributes);
}
