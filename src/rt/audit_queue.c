/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/audit_queue.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"

#define PATIENCE_S 1
#define SECOND_NS 1000000000
#define TAKE_MAX 1024 /* entries that are written together; then there is room again */
#define GATHER_NS 20000000 /* between two writes: a wake-up and a write cost more than a row */
#define HARDWARE_MAX 16

enum field { FIELD_VENDOR_CLASS, FIELD_USER_CLASS, FIELD_RELAY_INFORMATION, FIELD_COUNT };

/* A row with all that it borrows. */
struct entry {
	time_t at;
	int code;
	struct ip4 address;
	bool is_of_client, has_host, has_description;
	uint32_t transaction;
	uint8_t hardware_len, lens[FIELD_COUNT];
	uint8_t hardware[HARDWARE_MAX];
	uint8_t fields[FIELD_COUNT][AUDIT_FIELD_MAX];
	char host[AUDIT_FIELD_MAX + 1], description[AUDIT_FIELD_MAX + 1];
};

struct audit_queue {
	audit_queue_f *write;
	void *context;
	pthread_t thread;
	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t changed;
	size_t first, n_entries; /* those being written are still among them */
	bool is_idle, is_ending, has_ended;
	struct entry entries[AUDIT_QUEUE_MAX];
};

static uint8_t copy_octets(uint8_t *place, size_t size, struct span octets) {
	size_t len = octets.len < size ? octets.len : size;

	if (len)
		memcpy(place, octets.data, len);
	return (uint8_t)len;
}

static bool copy_text(char place[static AUDIT_FIELD_MAX + 1], const char *text) {
	size_t len = text ? strnlen(text, AUDIT_FIELD_MAX) : 0;

	if (len)
		memcpy(place, text, len);
	place[len] = '\0';
	return text;
}

static void entry_fill(struct entry *entry, const struct audit_row *row, time_t now) {
	const struct span fields[FIELD_COUNT] = { row->vendor_class, row->user_class, row->relay_information };

	entry->at = now;
	entry->code = row->code;
	entry->address = row->address;
	entry->is_of_client = row->is_of_client;
	entry->transaction = row->transaction;
	entry->has_host = copy_text(entry->host, row->host);
	entry->has_description = copy_text(entry->description, row->description);
	entry->hardware_len = copy_octets(entry->hardware, sizeof entry->hardware, row->hardware);
	for (enum field i = 0; i < FIELD_COUNT; i++)
		entry->lens[i] = copy_octets(entry->fields[i], sizeof entry->fields[i], fields[i]);
}

static void entry_write(const struct audit_queue *queue, const struct entry *entry, bool is_more) {
	const struct audit_row row = {
		.code = entry->code,
		.address = entry->address,
		.host = entry->has_host ? entry->host : NULL,
		.description = entry->has_description ? entry->description : NULL,
		.is_of_client = entry->is_of_client,
		.transaction = entry->transaction,
		.hardware = span_of(entry->hardware, entry->hardware_len),
		.vendor_class = span_of(entry->fields[FIELD_VENDOR_CLASS], entry->lens[FIELD_VENDOR_CLASS]),
		.user_class = span_of(entry->fields[FIELD_USER_CLASS], entry->lens[FIELD_USER_CLASS]),
		.relay_information =
			span_of(entry->fields[FIELD_RELAY_INFORMATION], entry->lens[FIELD_RELAY_INFORMATION]),
	};

	queue->write(queue->context, &row, entry->at, is_more);
}

/* @first is the thread's own. */
static void entries_write(const struct audit_queue *queue, size_t n_entries) {
	for (size_t i = 0; i < n_entries; i++)
		entry_write(queue, &queue->entries[(queue->first + i) % AUDIT_QUEUE_MAX], i + 1 < n_entries);
}

/* Nobody touches the entries that are being written: they make room only afterwards. */
static void await_first(struct audit_queue *queue) {
	queue->is_idle = true;
	while (queue->n_entries == 0 && !queue->is_ending)
		pthread_cond_wait(&queue->changed, &queue->mutex);
	queue->is_idle = false;
}

/* Let rows gather until it is time for the next write. */
static void await_more(struct audit_queue *queue, const struct timespec *limit) {
	while (queue->n_entries < TAKE_MAX && !queue->is_ending &&
	       pthread_cond_timedwait(&queue->changed, &queue->mutex, limit) != ETIMEDOUT)
		continue;
}

static struct timespec next_write(void) {
	struct timespec limit;

	clock_gettime(CLOCK_MONOTONIC, &limit); /* call: a limit for the condition above, not a time to tell */
	limit.tv_nsec += GATHER_NS;
	if (limit.tv_nsec >= SECOND_NS) {
		limit.tv_nsec -= SECOND_NS;
		limit.tv_sec++;
	}
	return limit;
}

static void *work(void *context) {
	struct audit_queue *queue = context;
	struct timespec limit = { 0 };
	size_t n_taken;

	pthread_mutex_lock(&queue->mutex);
	while (queue->n_entries || !queue->is_ending) {
		await_first(queue);
		await_more(queue, &limit);
		n_taken = queue->n_entries < TAKE_MAX ? queue->n_entries : TAKE_MAX;
		pthread_mutex_unlock(&queue->mutex);
		entries_write(queue, n_taken);
		limit = next_write();
		pthread_mutex_lock(&queue->mutex);
		queue->first = (queue->first + n_taken) % AUDIT_QUEUE_MAX;
		queue->n_entries -= n_taken;
	}
	queue->has_ended = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
	return NULL;
}

struct audit_queue *audit_queue_new(audit_queue_f *write, void *context) {
	struct audit_queue *queue = mem_alloc(sizeof *queue);
	pthread_condattr_t attributes;

	queue->write = write;
	queue->context = context;
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&queue->thread, NULL, work, queue) == 0)
		return queue;
	free(queue);
	return NULL;
}

bool audit_queue_put(struct audit_queue *queue, const struct audit_row *row, time_t now) {
	bool has_room;

	pthread_mutex_lock(&queue->mutex);
	has_room = queue->n_entries < AUDIT_QUEUE_MAX && !queue->is_ending;
	if (has_room) {
		entry_fill(&queue->entries[(queue->first + queue->n_entries) % AUDIT_QUEUE_MAX], row, now);
		if (++queue->n_entries == TAKE_MAX || queue->is_idle)
			pthread_cond_signal(&queue->changed);
		queue->is_idle = false;
	}
	pthread_mutex_unlock(&queue->mutex);
	return has_room;
}

bool audit_queue_end(struct audit_queue *queue) {
	struct timespec limit;
	bool has_ended;

	clock_gettime(CLOCK_MONOTONIC, &limit); /* call: a limit for the condition below, not a time to tell */
	limit.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&queue->mutex);
	queue->is_ending = true;
	pthread_cond_broadcast(&queue->changed);
	while (!queue->has_ended && pthread_cond_timedwait(&queue->changed, &queue->mutex, &limit) != ETIMEDOUT)
		continue;
	has_ended = queue->has_ended;
	pthread_mutex_unlock(&queue->mutex);
	if (!has_ended)
		return false;
	pthread_join(queue->thread, NULL);
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->mutex);
	free(queue);
	return true;
}
