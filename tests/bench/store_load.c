/* SPDX-License-Identifier: Apache-2.0 */
#include "store_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "sample_lease.h"

#define NETWORK 0x0a400000u /* 10.64.0.0/12 */
#define BEGIN 1700000000
#define COMMITS_MAX 2000000

static uint64_t random_state = 1;

uint32_t load_random(uint32_t limit) {
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((random_state >> 32) % limit);
}

struct lease load_lease(uint32_t client, uint32_t renewal) {
	const struct ip4 address = { NETWORK + 256 + client };

	return sample_lease(address, (struct ip4_subnet){ { NETWORK }, 12 }, BEGIN + renewal, client);
}

static double seconds_now(void) {
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds_of_cpu(void) {
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int compare_times(const void *a, const void *b) {
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static int run_size(const char *name, unsigned batch_size, load_batch_f *batch, void *context) {
	double *times CLEANUP(cleanup_free) = mem_alloc(COMMITS_MAX * sizeof *times);
	double begin = seconds_now(), cpu = seconds_of_cpu(), last = begin, now = begin;
	size_t n = 0;
	int r = 0;

	while (r == 0 && n < COMMITS_MAX && now - begin < LOAD_SECONDS) {
		r = batch(context, batch_size);
		now = seconds_now();
		times[n++] = now - last;
		last = now;
	}
	cpu = seconds_of_cpu() - cpu;
	qsort(times, n, sizeof *times, compare_times);
	printf("%-8s batch %4u: %8.0f leases/s  commit median %6.0f us  p99 %6.0f us  max %6.0f us  CPU %5.2f us per lease\n",
	       name, batch_size, (double)n * batch_size / (now - begin), times[n / 2] * 1e6,
	       times[n - 1 - n / 100] * 1e6, times[n - 1] * 1e6, cpu * 1e6 / ((double)n * batch_size));
	fflush(stdout);
	return r;
}

int load_run(const char *name, load_batch_f *batch, void *context) {
	static const unsigned sizes[] = { 1, 8, 64, 512 };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(sizes) && r == 0; i++)
		r = run_size(name, sizes[i], batch, context);
	return r;
}
