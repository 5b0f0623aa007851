/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/delay.h"

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"

#define NOT_HELD UINT64_MAX
#define ROOM_AGAIN (DELAY_MAX / 2) /* so many left are reported as room again: not each offer that comes and goes */

struct held {
	unsigned interface;
	struct engine_output output;
};

struct delay {
	struct loop_timer *timer;
	delay_send_f *send;
	void *context;
	size_t n_held;
	bool is_full; /* was reported */
	uint64_t due_ms[DELAY_MAX]; /* apart from what is held: these are looked through each time */
	struct held held[DELAY_MAX];
};

static void note_held(struct delay *delay, size_t n_held) {
	delay->n_held = n_held;
	counters_set_offers_held(n_held);
}

/* The next one to be sent; DELAY_MAX if there is none. */
static size_t first_due(const struct delay *delay) {
	size_t first = DELAY_MAX;

	for (size_t i = 0; i < DELAY_MAX && delay->n_held; i++)
		if (delay->due_ms[i] != NOT_HELD && (first == DELAY_MAX || delay->due_ms[i] < delay->due_ms[first]))
			first = i;
	return first;
}

static void delay_arm(struct delay *delay, uint64_t now_ms) {
	size_t first = first_due(delay);

	if (first == DELAY_MAX)
		loop_timer_clear(delay->timer);
	else
		loop_timer_set(delay->timer, delay->due_ms[first] > now_ms ? delay->due_ms[first] - now_ms : 0);
}

static void report_room(struct delay *delay) {
	if (!delay->is_full || delay->n_held > ROOM_AGAIN)
		return;
	delay->is_full = false;
	event_emit(EVENT_OFFERS_RESUMED, "%zu are held back", delay->n_held);
}

static void on_time(void *context) {
	struct delay *delay = context;
	uint64_t now_ms = clock_now().boot_ms;
	size_t first;

	while ((first = first_due(delay)) != DELAY_MAX && delay->due_ms[first] <= now_ms) {
		delay->due_ms[first] = NOT_HELD;
		note_held(delay, delay->n_held - 1);
		delay->send(delay->context, delay->held[first].interface, &delay->held[first].output);
	}
	report_room(delay);
	delay_arm(delay, now_ms);
}

struct delay *delay_new(struct loop *loop, delay_send_f *send, void *context) {
	struct delay *delay = mem_alloc(sizeof *delay);

	memset(delay->due_ms, 0xff, sizeof delay->due_ms); /* NOT_HELD */
	delay->send = send;
	delay->context = context;
	delay->timer = loop_timer_new(loop, on_time, delay);
	note_held(delay, 0); /* an earlier life may have left others */
	return delay;
}

struct delay *delay_free(struct delay *delay) {
	if (!delay)
		return NULL;
	note_held(delay, 0);
	loop_timer_free(delay->timer);
	free(delay);
	return NULL;
}

static bool report_full(struct delay *delay) {
	if (!delay->is_full)
		event_emit(EVENT_OFFERS_SUSPENDED, "%zu are held back", delay->n_held);
	delay->is_full = true;
	return false;
}

bool delay_hold(struct delay *delay, unsigned interface, const struct engine_output *output, const struct moment *now) {
	size_t place = 0;

	if (delay->n_held == DELAY_MAX)
		return report_full(delay);
	while (delay->due_ms[place] != NOT_HELD)
		place++;
	delay->due_ms[place] = now->boot_ms + output->delay_ms;
	delay->held[place].interface = interface;
	memcpy(&delay->held[place].output, output, offsetof(struct engine_output, octets) + output->len);
	/* Their snapshot may be gone by then. */
	delay->held[place].output.scope = NULL;
	delay->held[place].output.policy = NULL;
	delay->held[place].output.boot_file = NULL;
	note_held(delay, delay->n_held + 1);
	counter_add(COUNTER_OFFERS_DELAYED, 1);
	delay_arm(delay, now->boot_ms);
	return true;
}
