/* SPDX-License-Identifier: Apache-2.0 */
#include "base/counter.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"

struct counters {
	_Atomic uint64_t values[COUNTER_COUNT];
	_Atomic uint64_t drops[COUNTER_DROPS_MAX];
	_Atomic bool is_store_failing, is_store_short, is_verdict_void, has_verdict, is_opposed, is_paused;
	_Atomic bool is_store_suspect, is_store_reopening;
	_Atomic uint64_t started_ms;
	_Atomic size_t n_offers_held;
	_Atomic int64_t started_s, clock_ahead_s;
	_Atomic uint32_t audit_max_size_mb, audit_min_space_mb, audit_check_interval; /* 0: not set yet */
};

static struct counters private_counters = { .has_verdict = true };
static struct counters *counters = &private_counters;

static const struct {
	const char *name;
	const char *description;
} counter_table[COUNTER_COUNT] = {
#define COUNTER(symbol, name, description) [COUNTER_##symbol] = { name, description },
#include "base/counter.def"
#undef COUNTER
};

int counters_create(void) {
	int fd = memfd_create("lessor-counters", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, sizeof(struct counters)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void counters_attach(int fd) {
	uint64_t not_started = 0;
	struct moment now = clock_now();
	void *memory = MAP_FAILED;

	if (fd >= 0)
		memory = mmap(NULL, sizeof(struct counters), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	/* Without shared memory the daemon still works; only the API would show zeros. */
	if (memory != MAP_FAILED)
		counters = memory;
	if (atomic_compare_exchange_strong(&counters->started_ms, &not_started, now.boot_ms))
		counters->started_s = now.wall_s;
}

uint64_t counters_started_ms(void) {
	return atomic_load_explicit(&counters->started_ms, memory_order_relaxed);
}

int64_t counters_started_s(void) {
	return counters->started_s;
}

void counter_add(enum counter counter, uint64_t amount) {
	assert(counter < COUNTER_COUNT);
	atomic_fetch_add_explicit(&counters->values[counter], amount, memory_order_relaxed);
}

uint64_t counter_value(enum counter counter) {
	assert(counter < COUNTER_COUNT);
	return atomic_load_explicit(&counters->values[counter], memory_order_relaxed);
}

void counter_add_drop(size_t reason) {
	assert(reason < COUNTER_DROPS_MAX);
	atomic_fetch_add_explicit(&counters->drops[reason], 1, memory_order_relaxed);
}

uint64_t counter_drop_value(size_t reason) {
	assert(reason < COUNTER_DROPS_MAX);
	return atomic_load_explicit(&counters->drops[reason], memory_order_relaxed);
}

void counters_set_store_failing(bool is_failing) {
	atomic_store_explicit(&counters->is_store_failing, is_failing, memory_order_relaxed);
}

bool is_store_failing(void) {
	return atomic_load_explicit(&counters->is_store_failing, memory_order_relaxed);
}

void counters_set_store_short(bool is_short) {
	atomic_store_explicit(&counters->is_store_short, is_short, memory_order_relaxed);
}

bool is_store_short(void) {
	return atomic_load_explicit(&counters->is_store_short, memory_order_relaxed);
}

void counters_set_clock_ahead(int64_t ahead_s) {
	counters->clock_ahead_s = ahead_s;
}

int64_t counters_clock_ahead(void) {
	return counters->clock_ahead_s;
}

void counters_set_verdict_void(bool is_void) {
	atomic_store_explicit(&counters->is_verdict_void, is_void, memory_order_relaxed);
}

bool is_stored_verdict_void(void) {
	return atomic_load_explicit(&counters->is_verdict_void, memory_order_relaxed);
}

/* Who reads the verdict after this is seen finds what was stored before. */
void counters_note_verdict(void) {
	atomic_store_explicit(&counters->has_verdict, true, memory_order_release);
}

bool has_verdict_been_stored(void) {
	return atomic_load_explicit(&counters->has_verdict, memory_order_acquire);
}

void counters_set_opposed(bool is_opposed) {
	atomic_store_explicit(&counters->is_opposed, is_opposed, memory_order_relaxed);
}

bool is_service_opposed(void) {
	return atomic_load_explicit(&counters->is_opposed, memory_order_relaxed);
}

bool counters_set_paused(bool is_paused) {
	return atomic_exchange_explicit(&counters->is_paused, is_paused, memory_order_relaxed) != is_paused;
}

bool is_service_paused(void) {
	return atomic_load_explicit(&counters->is_paused, memory_order_relaxed);
}

void counters_set_store_suspect(bool is_suspect) {
	atomic_store_explicit(&counters->is_store_suspect, is_suspect, memory_order_relaxed);
}

bool is_store_suspect(void) {
	return atomic_load_explicit(&counters->is_store_suspect, memory_order_relaxed);
}

void counters_set_store_reopening(bool is_reopening) {
	atomic_store_explicit(&counters->is_store_reopening, is_reopening, memory_order_relaxed);
}

bool is_store_reopening(void) {
	return atomic_load_explicit(&counters->is_store_reopening, memory_order_relaxed);
}

void counters_set_audit_limits(const struct audit_limits *limits) {
	counters->audit_max_size_mb = limits->max_size_mb;
	counters->audit_min_space_mb = limits->min_space_mb;
	counters->audit_check_interval = limits->check_interval;
}

struct audit_limits counters_audit_limits(void) {
	struct audit_limits limits = { counters->audit_max_size_mb, counters->audit_min_space_mb,
				       counters->audit_check_interval };

	return (struct audit_limits){ limits.max_size_mb ? limits.max_size_mb : 70,
				      limits.min_space_mb ? limits.min_space_mb : 20,
				      limits.check_interval ? limits.check_interval : 50 };
}

void counters_set_offers_held(size_t n_offers) {
	atomic_store_explicit(&counters->n_offers_held, n_offers, memory_order_relaxed);
}

size_t counters_offers_held(void) {
	return atomic_load_explicit(&counters->n_offers_held, memory_order_relaxed);
}

const char *counter_name(enum counter counter) {
	assert(counter < COUNTER_COUNT);
	return counter_table[counter].name;
}

const char *counter_description(enum counter counter) {
	assert(counter < COUNTER_COUNT);
	return counter_table[counter].description;
}
