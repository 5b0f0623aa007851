/* SPDX-License-Identifier: Apache-2.0 */
#include "api/asking.h"

#include "base/clock.h"
#include "base/mem.h"
#include "rt/order.h"
#include "rt/role.h"

#define ASKED_MAX 64
#define BEGIN_MS                                                                                                       \
	3000 /* serve does not begin with an older order: who asked may have been told that there is no answer */
#define PATIENCE_MS 8000 /* the disk may take its time */
#define LOOK_MS 100      /* how often it is looked whose time is up */
#define RECEIVED_MAX 16  /* answers that are taken at once */

/* An order under way. */
struct asked {
	uint64_t number; /* 0: the place is free */
	uint64_t until_ms;
	asking_done_f *done;
	void *context;
};

struct asking {
	struct loop_watch *watch;
	struct loop_timer *timer;
	uint64_t next_number;
	struct asked asked[ASKED_MAX];
	struct order_message message; /* these two are at hand; too large for the stack */
	struct order_answer answer;
};

static struct asked *find(struct asking *asking, uint64_t number) {
	for (size_t i = 0; i < ASKED_MAX; i++)
		if (asking->asked[i].number == number)
			return &asking->asked[i];
	return NULL;
}

static void finish(struct asked *asked, const struct order_answer *answer) {
	asking_done_f *done = asked->done;

	asked->number = 0;
	done(asked->context, answer);
}

static void fail(struct asking *asking, asking_done_f *done, void *context, const char *sentence) {
	memset(&asking->answer, 0, sizeof asking->answer);
	error_set(&asking->answer.error, E_DHCP_SERVER_NOT_REACHABLE, "%s", sentence);
	done(context, &asking->answer);
}

static void give_up(struct asking *asking, struct asked *asked) {
	asked->number = 0;
	fail(asking, asked->done, asked->context,
	     "the part of the daemon that serves clients has not answered, and may or may not have done it; lessorctl lease "
	     "show tells, the daemon's log says more");
}

static void on_answers(void *context) {
	struct asking *asking = context;
	struct order_head head;

	for (size_t i = 0; i < RECEIVED_MAX; i++) {
		size_t size = 0;
		int r = order_receive(HERITAGE_ORDER_ASK, &head, &asking->answer, sizeof asking->answer, &size);
		bool is_whole = r == 0 && size == sizeof asking->answer;
		struct asked *asked = is_whole && head.number ? find(asking, head.number) : NULL;

		if (r == -E_NOT_FOUND)
			return;
		if (asked) /* else one that came too late, or is for an earlier life of ours */
			finish(asked, &asking->answer);
	}
}

static void on_time(void *context) {
	struct asking *asking = context;
	uint64_t now_ms = clock_now().boot_ms;
	bool is_any_left = false;

	for (size_t i = 0; i < ASKED_MAX; i++) {
		struct asked *asked = &asking->asked[i];

		if (asked->number && asked->until_ms <= now_ms)
			give_up(asking, asked);
		is_any_left = is_any_left || asked->number;
	}
	if (is_any_left)
		loop_timer_set(asking->timer, LOOK_MS);
}

struct asking *asking_new(struct loop *loop) {
	struct asking *asking = mem_alloc(sizeof *asking);

	asking->watch = loop_watch_readable(loop, HERITAGE_ORDER_ASK, on_answers, asking);
	asking->timer = loop_timer_new(loop, on_time, asking);
	asking->next_number = clock_now().boot_ms << 16 | 1; /* beyond all of earlier lives */
	return asking;
}

struct asking *asking_free(struct asking *asking) {
	if (!asking)
		return NULL;
	loop_unwatch(asking->watch);
	loop_timer_free(asking->timer);
	for (size_t i = 0; i < ASKED_MAX; i++)
		if (asking->asked[i].number)
			give_up(asking, &asking->asked[i]);
	free(asking);
	return NULL;
}

void asking_order(struct asking *asking, const struct order *order, const struct lease *leases, asking_done_f *done,
		  void *context) {
	struct asked *asked = find(asking, 0);
	uint64_t number = asking->next_number++, now_ms = clock_now().boot_ms;

	asking->message.order = *order;
	for (size_t i = 0; i < order->n_leases; i++)
		asking->message.leases[i] = leases[i];
	if (!asked || order_send(HERITAGE_ORDER_ASK, number, now_ms + BEGIN_MS, &asking->message,
				 order_message_size(&asking->message)) < 0) {
		fail(asking, done, context,
		     "the part of the daemon that serves clients has too much to do to be asked; try again");
		return;
	}
	*asked = (struct asked){ number, now_ms + PATIENCE_MS, done, context };
	loop_timer_set(asking->timer, LOOK_MS);
}
