/* SPDX-License-Identifier: Apache-2.0 */
/* The authority state machine in a simulated world: a directory whose truth changes, that is up, silent, refusing or
 * down; a connection on which messages are late, doubled and lost with it; clocks that are set and hosts that sleep;
 * dir, which is restarted, in the same boot or another one. What dir does with sessions and links is modelled after
 * src/dir; the state machine is the real one.
 *
 * After each event: whoever is served is so on the strength of a "listed" that the directory truly said no longer
 * ago than the hold time, and has not taken back since. And once the world is calm, the state is the truth within
 * the bounds that docs/authority.md states, and stays it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "engine/authority.h"
#include "support/agenda.h"

#define N_EVENTS 8000000
#define CHANCES_PER_RUN 40
#define CHANGES_WHEN_CALM 4
#define TIMEOUT_MS 5000
#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 30000
#define CALM_LATENCY_MS 100
#define WILD_LATENCY_MS 3000
#define GRACE_MS 4000 /* of a grant whose hold time was cut */
#define DAY_MS 86400000ull
#define N_CHANGES_KEPT 256
#define N_HELD_MAX 64

enum item_kind { KEEPER_TIMER, QUIET_TIMER, FEED_TIMER, RETRY_TIMER, OPENED, TO_DIRECTORY, TO_DIR, CHANCE };
#define DIR_TIMERS (1 << KEEPER_TIMER | 1 << QUIET_TIMER | 1 << FEED_TIMER | 1 << RETRY_TIMER | 1 << OPENED)

enum message { LOOK_UP, PROBE, FEED, NOTICE, BROKEN };
enum service { UP, SILENT, REFUSING, DOWN };

/* One run's settings, which do not change in it. */
struct setup {
	bool has_feed;   /* else the look-up is repeated */
	bool is_telling; /* the feed tells of changes; else only the recheck finds them */
	bool may_use_stored;
	uint64_t poll_ms, probe_ms, recheck_s;
};

/* The process that asks. */
struct dir {
	struct authority authority;
	unsigned connection; /* 0: none */
	bool is_opening, is_of_use, is_following, is_polling;
	bool is_asking, is_wanted_again;
	struct moment asked;
	bool is_probing;
	uint64_t probe_id;
	struct moment probed, known_at;
	uint64_t retry_ms;
};

struct world {
	uint64_t seed;
	struct dice dice;
	struct agenda agenda;
	struct setup setup;
	uint64_t time, booted_at, asleep_until; /* true time, milliseconds */
	int64_t wall_offset_s;
	char boot_id[BOOT_ID_MAX];
	unsigned n_boots, n_connections;
	uint64_t latency_ms;
	uint64_t arrived[2]; /* the latest arrival in each direction: nothing overtakes on a connection */

	enum authority_event truth;
	enum service service;
	bool is_deaf;     /* what is sent on the connection gets lost */
	bool is_followed; /* on the connection, changes are told */
	bool is_notice_held;
	struct agenda_item held[N_HELD_MAX]; /* requests that a silent directory will answer when it goes on */
	size_t n_held;
	struct {
		uint64_t at;
		enum authority_event truth;
	} changes[N_CHANGES_KEPT];
	size_t n_changes;

	uint64_t hold_s;
	struct dir dir;
	struct verdict stored;

	/* What the verdict may rest on. */
	enum authority_event last_word;
	uint64_t heard_made;                /* true time: when the message was made that dir is reading */
	uint64_t granted_at, allowed_until; /* true time; by the wall clock a boot later if that did not go back */
	bool is_wall_turned_back;

	unsigned n_chances;
	bool is_calm;
	uint64_t calm_since; /* when the last thing happened that dir has to find out */
};

/* Fail unless @is_kept, so that the run can be repeated. */
static void promise(const struct world *world, bool is_kept, const char *what) {
	if (!is_kept)
		fail_msg("seed %llu, after %llu ms, in the state %s: %s", (unsigned long long)world->seed,
			 (unsigned long long)world->time, authority_state_name(world->dir.authority.verdict.state),
			 what);
}

static struct moment now_of(const struct world *world) {
	return (struct moment){ .wall_s = 1800000000 + (int64_t)(world->time / 1000) + world->wall_offset_s,
				.boot_ms = world->time - world->booted_at + 1000 };
}

static uint64_t time_of(const struct world *world, const struct moment *moment) {
	return moment->boot_ms - 1000 + world->booted_at;
}

static void plan(struct world *world, enum item_kind kind, uint64_t delay) {
	agenda_cancel(&world->agenda, kind);
	agenda_add(&world->agenda, &(struct agenda_item){ .at = world->time + delay, .kind = kind });
}

/* The directory */

static enum authority_event truth_at(const struct world *world, uint64_t time) {
	for (size_t i = world->n_changes; i > 0 && i + N_CHANGES_KEPT > world->n_changes; i--)
		if (world->changes[(i - 1) % N_CHANGES_KEPT].at <= time)
			return world->changes[(i - 1) % N_CHANGES_KEPT].truth;
	return AUTHORITY_EVENT_COUNT;
}

static void message_send(struct world *world, enum item_kind direction, enum message message, uint64_t value) {
	struct agenda_item item = { .kind = direction,
				    .values = { world->dir.connection, message, value, world->time } };
	uint64_t *arrived = &world->arrived[direction == TO_DIR];

	if (world->is_deaf)
		return;
	item.at = world->time + dice_between(&world->dice, 0, world->latency_ms);
	*arrived = item.at = item.at > *arrived ? item.at : *arrived;
	agenda_add(&world->agenda, &item);
}

/* A request has come in, or is taken up again. */
static void directory_take(struct world *world, const struct agenda_item *item) {
	enum message message = (enum message)item->values[1];
	bool is_refusing = world->service == REFUSING;

	if (item->values[0] != world->dir.connection)
		return;
	if (world->service == SILENT && world->n_held < N_HELD_MAX) {
		world->held[world->n_held++] = *item;
		return;
	}
	if (message == LOOK_UP)
		message_send(world, TO_DIR, LOOK_UP, is_refusing ? AUTHORITY_EVENT_REFUSED : world->truth);
	else if (message == PROBE)
		message_send(world, TO_DIR, PROBE, item->values[2]);
	else
		message_send(world, TO_DIR, FEED, is_refusing);
	if (message == FEED && !is_refusing && world->setup.has_feed)
		world->is_followed = true;
}

static void directory_tell(struct world *world) {
	if (!world->is_followed || !world->setup.is_telling)
		return;
	world->is_notice_held = world->service == SILENT;
	if (!world->is_notice_held)
		message_send(world, TO_DIR, NOTICE, 0);
	/* Twice is once too often, and does no harm. */
	if (!world->is_notice_held && is_dice_hit(&world->dice, 8))
		message_send(world, TO_DIR, NOTICE, 0);
}

static void truth_set(struct world *world, enum authority_event truth) {
	size_t place = world->n_changes++ % N_CHANGES_KEPT;

	world->truth = truth;
	world->changes[place].at = world->time;
	world->changes[place].truth = truth;
	directory_tell(world);
}

static void service_set(struct world *world, enum service service) {
	size_t n_held = world->n_held;

	world->service = service;
	if (service == SILENT)
		return;
	if (world->is_notice_held)
		directory_tell(world);
	world->n_held = 0;
	for (size_t i = 0; i < n_held; i++)
		directory_take(world, &world->held[i]);
}

/* dir: keeper */

static void look_up(struct world *world);

/* What a grant may rest on, by the rules and not by the code. */
static void grant_note(struct world *world) {
	world->granted_at = world->heard_made;
	world->allowed_until = world->heard_made + world->hold_s * 1000;
	world->is_wall_turned_back = false;
}

static void step_take(struct world *world, const struct authority_step *step) {
	struct moment now = now_of(world);

	plan(world, KEEPER_TIMER, authority_wait_ms(&world->dir.authority, &now) + 1);
	if (step->is_changed)
		world->stored = world->dir.authority.verdict;
	if (step->is_check_due)
		look_up(world);
}

static void handle(struct world *world, enum authority_event event, const struct moment *moment) {
	struct error cause;
	struct authority_step step;

	if (event == AUTHORITY_EVENT_LISTED)
		grant_note(world);
	if (event == AUTHORITY_EVENT_LISTED || event == AUTHORITY_EVENT_NOT_LISTED ||
	    event == AUTHORITY_EVENT_CONFLICTING)
		world->last_word = event;
	cause.code = E_DHCP_ROGUE_DS_UNREACHABLE;
	strcpy(cause.text, "so it is");
	step = authority_handle(&world->dir.authority, event, event == AUTHORITY_EVENT_LISTED ? NULL : &cause, moment);
	step_take(world, &step);
}

static void set_times(struct world *world, uint64_t hold_s) {
	const struct verdict *verdict = &world->dir.authority.verdict;
	struct moment now = now_of(world);
	uint64_t until = world->granted_at + hold_s * 1000, grace = world->time + GRACE_MS;
	struct authority_step step;

	if (verdict->state == AUTHORITY_AUTHORIZED && hold_s != world->hold_s && world->time < world->allowed_until) {
		grace = grace < world->allowed_until ? grace : world->allowed_until;
		world->allowed_until = until > grace ? until : grace;
	}
	world->hold_s = hold_s;
	step = authority_set_times(&world->dir.authority, hold_s, world->setup.recheck_s, &now);
	step_take(world, &step);
}

/* dir: session and link */

static uint64_t probe_interval(const struct world *world) {
	uint64_t renewal_ms = authority_renewal_ms(&world->dir.authority);

	return renewal_ms < world->setup.probe_ms ? renewal_ms : world->setup.probe_ms;
}

static void session_look_up(struct world *world) {
	struct dir *dir = &world->dir;

	if (!dir->connection)
		return;
	dir->is_wanted_again = dir->is_asking;
	if (dir->is_asking)
		return;
	dir->is_asking = true;
	dir->asked = now_of(world);
	message_send(world, TO_DIRECTORY, LOOK_UP, 0);
}

static void link_attempt(struct world *world) {
	struct dir *dir = &world->dir;

	if (dir->is_opening || dir->connection)
		return;
	dir->is_opening = true;
	agenda_cancel(&world->agenda, RETRY_TIMER);
	plan(world, OPENED,
	     world->service == SILENT ? TIMEOUT_MS : dice_between(&world->dice, 1, 3 * world->latency_ms));
}

static void look_up(struct world *world) {
	struct moment now = now_of(world);

	handle(world, AUTHORITY_EVENT_CHECK, &now);
	session_look_up(world);
	link_attempt(world);
}

static void attempt_later(struct world *world) {
	struct dir *dir = &world->dir;

	plan(world, RETRY_TIMER, dice_between(&world->dice, dir->retry_ms * 3 / 4, dir->retry_ms * 5 / 4));
	dir->retry_ms = dir->retry_ms * 2 < RETRY_MAX_MS ? dir->retry_ms * 2 : RETRY_MAX_MS;
}

static void connection_close(struct world *world) {
	world->dir.connection = 0;
	world->is_deaf = world->is_followed = world->is_notice_held = false;
	world->n_held = 0;
	agenda_cancel(&world->agenda, QUIET_TIMER);
	agenda_cancel(&world->agenda, FEED_TIMER);
}

static void session_lost(struct world *world) {
	connection_close(world);
	if (world->dir.is_of_use)
		link_attempt(world);
	else
		attempt_later(world);
}

static void session_open(struct world *world) {
	struct dir *dir = &world->dir;

	dir->connection = ++world->n_connections;
	dir->is_of_use = dir->is_following = dir->is_asking = dir->is_wanted_again = dir->is_probing = false;
	dir->is_polling = false;
	dir->known_at = now_of(world);
	plan(world, QUIET_TIMER, probe_interval(world));
	plan(world, FEED_TIMER, 0);
	session_look_up(world);
}

static void opened(struct world *world) {
	struct moment now = now_of(world);

	world->dir.is_opening = false;
	if (world->service == UP) {
		session_open(world);
		return;
	}
	attempt_later(world);
	handle(world, world->service == REFUSING ? AUTHORITY_EVENT_REFUSED : AUTHORITY_EVENT_UNREACHABLE, &now);
}

static void feed_start(struct world *world) {
	uint64_t interval = probe_interval(world);

	if (!world->dir.is_polling) {
		message_send(world, TO_DIRECTORY, FEED, 0);
		return;
	}
	plan(world, FEED_TIMER, world->setup.poll_ms < interval ? world->setup.poll_ms : interval);
	session_look_up(world);
}

static void quiet(struct world *world) {
	struct dir *dir = &world->dir;
	struct moment now = now_of(world);
	uint64_t quiet_ms = now.boot_ms - dir->known_at.boot_ms, interval = probe_interval(world);

	if (dir->is_probing) {
		session_lost(world);
	} else if (quiet_ms < interval) {
		plan(world, QUIET_TIMER, interval - quiet_ms);
	} else {
		dir->is_probing = true;
		dir->probed = now;
		plan(world, QUIET_TIMER, TIMEOUT_MS);
		message_send(world, TO_DIRECTORY, PROBE, ++dir->probe_id);
	}
}

static void answer_take(struct world *world, enum authority_event word) {
	struct dir *dir = &world->dir;
	struct moment asked = dir->asked;

	dir->known_at = asked;
	dir->is_asking = false;
	dir->is_of_use = true;
	dir->retry_ms = RETRY_MIN_MS;
	if (dir->is_wanted_again)
		session_look_up(world);
	handle(world, word, &asked);
	if (is_dice_hit(&world->dice, 32))
		handle(world, word, &asked);
}

static void feed_take(struct world *world, bool is_refused) {
	if (is_refused) {
		session_look_up(world);
		plan(world, FEED_TIMER, world->setup.poll_ms);
	} else if (world->setup.has_feed) {
		world->dir.is_following = true;
		session_look_up(world);
	} else {
		world->dir.is_polling = true;
		plan(world, FEED_TIMER, 0);
	}
}

static void message_take(struct world *world, const struct agenda_item *item) {
	switch ((enum message)item->values[1]) {
	case LOOK_UP:
		answer_take(world, (enum authority_event)item->values[2]);
		return;
	case PROBE:
		if (item->values[2] == world->dir.probe_id)
			world->dir.known_at = world->dir.probed;
		return;
	case FEED:
		feed_take(world, item->values[2]);
		return;
	case NOTICE:
		session_look_up(world);
		return;
	case BROKEN:
		session_lost(world);
		return;
	}
}

static void confirm(struct world *world) {
	struct dir *dir = &world->dir;
	struct authority_step step = authority_confirm(&dir->authority, &dir->known_at);

	if (step.is_changed && dir->authority.verdict.state == AUTHORITY_AUTHORIZED) {
		promise(world, world->last_word == AUTHORITY_EVENT_LISTED, "renewed against the directory's last word");
		promise(world,
			!world->setup.is_telling ||
				truth_at(world, time_of(world, &dir->known_at)) == AUTHORITY_EVENT_LISTED,
			"renewed when the directory did not list it");
		grant_note(world);
	}
	step_take(world, &step);
}

static void dir_take(struct world *world, const struct agenda_item *item) {
	struct dir *dir = &world->dir;

	if (item->values[0] != dir->connection)
		return;
	world->heard_made = item->values[3];
	message_take(world, item);
	if (!dir->connection)
		return;
	if (dir->is_probing)
		plan(world, QUIET_TIMER, probe_interval(world));
	dir->is_probing = false;
	if (dir->is_following && !dir->is_asking)
		confirm(world);
}

static void dir_start(struct world *world) {
	struct moment now = now_of(world);

	connection_close(world);
	for (enum item_kind kind = KEEPER_TIMER; kind <= OPENED; kind++)
		agenda_cancel(&world->agenda, kind);
	world->dir = (struct dir){ .retry_ms = RETRY_MIN_MS, .probe_id = world->dir.probe_id };
	authority_init(&world->dir.authority, AUTHORITY_MODE_DIRECTORY, world->boot_id, &world->stored,
		       world->setup.may_use_stored, &now);
	world->stored = world->dir.authority.verdict;
	set_times(world, world->hold_s);
}

/* Chance */

static void boot(struct world *world) {
	world->booted_at = world->time;
	snprintf(world->boot_id, sizeof world->boot_id, "boot-%u", ++world->n_boots);
	dir_start(world);
}

static void wall_move(struct world *world, int64_t seconds) {
	world->wall_offset_s += seconds;
	world->is_wall_turned_back |= seconds < 0;
}

static int64_t some_seconds(struct world *world) {
	int64_t seconds = (int64_t)dice_magnitude(&world->dice, 1, 864000);

	return is_dice_hit(&world->dice, 2) ? seconds : -seconds;
}

static void host_sleep(struct world *world, uint64_t duration) {
	world->asleep_until = world->time + duration;
	agenda_delay(&world->agenda, DIR_TIMERS, duration);
}

static void host_reboot(struct world *world) {
	world->time += dice_magnitude(&world->dice, 1000, 5 * DAY_MS);
	if (is_dice_hit(&world->dice, 3))
		wall_move(world, some_seconds(world));
	boot(world);
}

static void connection_break(struct world *world) {
	if (is_dice_hit(&world->dice, 2))
		world->is_deaf = world->dir.connection != 0;
	else
		message_send(world, TO_DIR, BROKEN, 0);
}

static enum authority_event some_truth(struct world *world) {
	static const enum authority_event truths[] = { AUTHORITY_EVENT_LISTED, AUTHORITY_EVENT_LISTED,
						       AUTHORITY_EVENT_NOT_LISTED, AUTHORITY_EVENT_CONFLICTING };

	return truths[dice_between(&world->dice, 0, ARRAY_LEN(truths) - 1)];
}

static enum service some_service(struct world *world) {
	return is_dice_hit(&world->dice, 2) ? UP : (enum service)dice_between(&world->dice, SILENT, DOWN);
}

static uint64_t some_hold(struct world *world) {
	static const uint64_t holds[] = { 5, 60, 3600, 259200 };

	return holds[dice_between(&world->dice, 0, ARRAY_LEN(holds) - 1)];
}

/* What happens to dir itself, which a sleeping host spares. */
static void chance_for_dir(struct world *world) {
	switch (dice_between(&world->dice, 0, 5)) {
	case 0:
		host_sleep(world, dice_magnitude(&world->dice, 1000, 5 * DAY_MS));
		return;
	case 1:
		host_reboot(world);
		return;
	case 2:
	case 3:
		dir_start(world);
		return;
	case 4:
		set_times(world, some_hold(world));
		return;
	default:
		look_up(world); /* lessorctl server recheck */
	}
}

static void chance(struct world *world) {
	unsigned what = (unsigned)dice_between(&world->dice, 0, 19);

	world->n_chances++;
	plan(world, CHANCE, dice_magnitude(&world->dice, 100, is_dice_hit(&world->dice, 32) ? 7200000 : 60000));
	if (what < 9)
		truth_set(world, some_truth(world));
	else if (what < 13)
		service_set(world, some_service(world));
	else if (what < 14)
		connection_break(world);
	else if (what < 16)
		wall_move(world, some_seconds(world));
	else if (world->time >= world->asleep_until)
		chance_for_dir(world);
}

/* What must hold */

static void verdict_check(const struct world *world) {
	struct moment now = now_of(world);
	bool is_of_this_boot = strcmp(world->stored.boot_id, world->boot_id) == 0;

	if (!is_verdict_valid(&world->stored, &now, world->boot_id))
		return;
	promise(world, world->last_word == AUTHORITY_EVENT_LISTED, "serving against the directory's last word");
	if (is_of_this_boot)
		promise(world, world->time < world->allowed_until, "serving for longer than the hold time");
	else if (!world->is_wall_turned_back) /* its clock has seconds */
		promise(world, world->time < world->allowed_until + 1000, "serving for longer, after a reboot");
}

/* How long a calm world may take until dir knows it. */
static uint64_t calm_bound(const struct world *world) {
	uint64_t bound = world->setup.probe_ms + world->setup.poll_ms + 2 * TIMEOUT_MS + RETRY_MAX_MS * 5 / 4 +
			 2 * WILD_LATENCY_MS + 10 * CALM_LATENCY_MS;

	return world->setup.has_feed && !world->setup.is_telling ? bound + world->setup.recheck_s * 1000 : bound;
}

/* The same for a change in a world that was calm before. */
static uint64_t change_bound(const struct world *world) {
	const struct setup *setup = &world->setup;

	if (!setup->has_feed)
		return setup->poll_ms + 4 * CALM_LATENCY_MS;
	/* The notice, an answer that is on its way already, the question and its answer. */
	return setup->is_telling ? 5 * CALM_LATENCY_MS : setup->recheck_s * 1000 + 4 * CALM_LATENCY_MS;
}

static void truth_check(const struct world *world) {
	static const enum authority_state states[AUTHORITY_EVENT_COUNT] = {
		[AUTHORITY_EVENT_LISTED] = AUTHORITY_AUTHORIZED,
		[AUTHORITY_EVENT_NOT_LISTED] = AUTHORITY_NOT_AUTHORIZED,
		[AUTHORITY_EVENT_CONFLICTING] = AUTHORITY_CONFLICT,
	};

	promise(world,
		!world->is_calm || world->time <= world->calm_since ||
			world->dir.authority.verdict.state == states[world->truth],
		"the truth is another one");
}

/* The course of things */

static void event_take(struct world *world, const struct agenda_item *item) {
	switch ((enum item_kind)item->kind) {
	case KEEPER_TIMER: {
		struct moment now = now_of(world);
		struct authority_step step = authority_tick(&world->dir.authority, &now);

		step_take(world, &step);
		return;
	}
	case QUIET_TIMER:
		quiet(world);
		return;
	case FEED_TIMER:
		feed_start(world);
		return;
	case RETRY_TIMER:
		link_attempt(world);
		return;
	case OPENED:
		opened(world);
		return;
	case TO_DIRECTORY:
		directory_take(world, item);
		return;
	case TO_DIR:
		dir_take(world, item);
		return;
	case CHANCE:
		chance(world);
		return;
	}
}

/* Let the next thing happen, and check what must hold before and after it. */
static void world_go_on(struct world *world) {
	struct agenda_item item;

	assert_true(agenda_take(&world->agenda, &item));
	if (item.kind == TO_DIR && item.at < world->asleep_until) {
		item.at = world->asleep_until;
		agenda_add(&world->agenda, &item);
		return;
	}
	if (item.at > world->time)
		world->time = item.at;
	verdict_check(world);
	event_take(world, &item);
	verdict_check(world);
	truth_check(world);
}

static uint64_t world_run_until(struct world *world, uint64_t time) {
	uint64_t n_events = 0;

	for (; world->time < time; n_events++)
		world_go_on(world);
	return n_events;
}

static struct setup some_setup(struct dice *dice) {
	return (struct setup){ .has_feed = !is_dice_hit(dice, 3),
			       .is_telling = !is_dice_hit(dice, 6),
			       .may_use_stored = !is_dice_hit(dice, 4),
			       .poll_ms = dice_magnitude(dice, 1000, 60000),
			       .probe_ms = dice_magnitude(dice, 1000, 60000),
			       .recheck_s = dice_magnitude(dice, 300, 3600) };
}

static void world_init(struct world *ret_world, uint64_t seed) {
	struct world *world = ret_world;

	*world = (struct world){ .seed = seed,
				 .dice = { seed },
				 .time = 1000,
				 .latency_ms = WILD_LATENCY_MS,
				 .last_word = AUTHORITY_EVENT_NOT_LISTED };
	world->setup = some_setup(&world->dice);
	world->hold_s = some_hold(world);
	verdict_init(&world->stored);
	truth_set(world, some_truth(world));
	boot(world);
}

static uint64_t wild_time(struct world *world) {
	uint64_t n_events = 0;

	plan(world, CHANCE, 0);
	for (; world->n_chances < CHANCES_PER_RUN; n_events++)
		world_go_on(world);
	agenda_cancel(&world->agenda, CHANCE);
	return n_events;
}

static uint64_t calm_time(struct world *world) {
	uint64_t n_events = world_run_until(world, world->asleep_until);

	world->latency_ms = CALM_LATENCY_MS;
	service_set(world, UP);
	world->is_calm = true;
	world->calm_since = world->time + calm_bound(world);
	n_events += world_run_until(world, world->calm_since + 2 * world->setup.probe_ms);
	for (unsigned i = 0; i < CHANGES_WHEN_CALM; i++) {
		truth_set(world, some_truth(world));
		world->calm_since = world->time + change_bound(world);
		n_events += world_run_until(world, world->calm_since + dice_magnitude(&world->dice, 1, 60000));
	}
	return n_events;
}

static void a_million_events_break_no_promise(void **state) {
	static struct world world;
	uint64_t n_events = 0;

	for (uint64_t seed = 1; n_events < N_EVENTS; seed++) {
		world_init(&world, seed);
		n_events += wild_time(&world);
		n_events += calm_time(&world);
	}
	print_message("%llu events\n", (unsigned long long)n_events);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_events_break_no_promise),
	};

	return cmocka_run_group_tests_name("authority_simulation", tests, NULL, NULL);
}
