/* SPDX-License-Identifier: Apache-2.0 */
/* Rogue detection in a simulated network: servers without a directory, each a watch and an authority, on one segment
 * with servers of a directory, plain servers and clients. Messages are lost, late, doubled and overtaken; servers come
 * and go; ours are restarted, stopped for a while, cannot send, and have their wall clock set.
 *
 * After each event: nobody serves who has not asked all of a round's questions since its start, and since the last
 * objection that reached it. And once the network is calm, each serves within a round, or does not, as its rule says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "engine/authority.h"
#include "engine/watch.h"
#include "model/schema.h"
#include "support/agenda.h"
#include "support/replies.h"

#define N_ROUNDS 100000
#define NODES_MAX 6
#define ROUND_MS 10000u
#define CALM_LATENCY_MS 50
#define WILD_LATENCY_MS 5000
#define BOOT "boot-one"

enum item_kind { TO_NODE, CHANCE, STOP, TIMER /* and the node's number */ };
enum kind { OURS, OF_DIRECTORY, PLAIN, KIND_COUNT };

/* What may have passed through a server of ours, kept beside it: what its state may rest on. */
struct oracle {
	uint32_t xid;         /* of the last question */
	unsigned n_questions; /* of that round */
	uint64_t asked_at;
	bool is_disturbed; /* in that round */
	bool may_serve;    /* a round ended without an objection, and there was none since */
};

struct node {
	enum kind kind;
	bool is_there;
	struct ip4 address;
	/* Of ours only: */
	struct watch *watch;
	struct watch_settings settings;
	struct authority authority;
	struct detection taken; /* the last one that authority knows of */
	bool can_send;
	struct oracle oracle;
};

struct world {
	uint64_t seed;
	struct dice dice;
	struct agenda agenda;
	uint64_t time;
	int64_t wall_offset_s;
	bool is_calm, is_settled;
	struct node nodes[NODES_MAX];
	size_t n_nodes;
	uint64_t n_rounds;
};

enum message { INFORM, DISCOVER, ACK, OFFER, CHOICE };

/* Fail unless @is_kept, so that the run can be repeated. */
static void promise(const struct world *world, bool is_kept, const struct node *node, const char *what) {
	if (!is_kept)
		fail_msg("seed %llu, after %llu ms, node %td with rule %u: %s", (unsigned long long)world->seed,
			 (unsigned long long)world->time, node - world->nodes, node->settings.rule, what);
}

static struct moment now_of(const struct world *world) {
	return (struct moment){ 1800000000 + (int64_t)(world->time / 1000) + world->wall_offset_s, world->time };
}

static uint32_t some_number(struct world *world) {
	return (uint32_t)dice_bits(&world->dice);
}

static bool is_serving(const struct world *world, const struct node *node) {
	struct moment now = now_of(world);

	if (node->kind != OURS)
		return node->is_there;
	return node->is_there && is_verdict_valid(&node->authority.verdict, &now, BOOT);
}

/* The network */

static void deliver(struct world *world, const struct node *from, const struct node *to, enum message message,
		    uint32_t xid) {
	uint64_t latency = world->is_calm || !is_dice_hit(&world->dice, 8) ? CALM_LATENCY_MS : WILD_LATENCY_MS;

	agenda_add(&world->agenda,
		   &(struct agenda_item){ .at = world->time + dice_between(&world->dice, 1, latency),
					  .kind = TO_NODE,
					  .values = { (uint64_t)(to - world->nodes), (uint64_t)(from - world->nodes),
						      message, xid } });
}

static void send(struct world *world, const struct node *from, const struct node *to, enum message message,
		 uint32_t xid) {
	if (!world->is_calm && is_dice_hit(&world->dice, 4))
		return;
	deliver(world, from, to, message, xid);
	if (!world->is_calm && is_dice_hit(&world->dice, 10))
		deliver(world, from, to, message, xid);
}

static void broadcast(struct world *world, const struct node *from, enum message message, uint32_t xid) {
	for (size_t i = 0; i < world->n_nodes; i++)
		if (&world->nodes[i] != from)
			send(world, from, &world->nodes[i], message, xid);
}

/* Servers of ours: the shell around watch and authority, as serve and dir are */

static const struct {
	enum authority_event event;
	enum error_code code;
} events[DETECTION_OUTCOME_COUNT] = {
	[DETECTION_UNOPPOSED] = { AUTHORITY_EVENT_UNOPPOSED, E_OK },
	[DETECTION_DIRECTORY_MET] = { AUTHORITY_EVENT_DIRECTORY_MET, E_DHCP_STANDALONE_IN_DS },
	[DETECTION_SERVER_MET] = { AUTHORITY_EVENT_SERVER_MET, E_DHCP_ROGUE_SAMSHUTDOWN },
	[DETECTION_IMPOSSIBLE] = { AUTHORITY_EVENT_REFUSED, E_DHCP_ROGUE_INIT_FAILED },
};

static bool is_same_detection(const struct detection *a, const struct detection *b) {
	return a->number == b->number && a->outcome == b->outcome && a->at.boot_ms == b->at.boot_ms;
}

static void take_detection(struct world *world, struct node *node) {
	const struct detection *detection = watch_detection(node->watch);
	struct moment now = now_of(world);
	struct error cause;

	if (is_same_detection(detection, &node->taken))
		return;
	world->n_rounds += detection->number != node->taken.number;
	node->taken = *detection;
	error_set(&cause, events[detection->outcome].code, "round %u", (unsigned)detection->number);
	authority_handle(&node->authority, events[detection->outcome].event, cause.code ? &cause : NULL, &now);
}

/* All questions of a round had their time. */
static void note_end(const struct world *world, struct oracle *oracle) {
	if (oracle->n_questions == 5 && !oracle->is_disturbed && world->time >= oracle->asked_at + 2000)
		oracle->may_serve = true;
}

static void note_question(const struct world *world, struct node *node, uint32_t xid) {
	struct oracle *oracle = &node->oracle;

	note_end(world, oracle);
	if (xid != oracle->xid)
		*oracle = (struct oracle){ .xid = xid, .may_serve = oracle->may_serve };
	if (!node->can_send)
		return;
	oracle->n_questions++;
	oracle->asked_at = world->time;
	promise(world, oracle->n_questions <= 5, node, "a round has no more than five questions");
}

static void ask(struct world *world, struct node *node) {
	struct watch_question question;
	struct moment now = now_of(world);

	while (watch_take_question(node->watch, &question)) {
		note_question(world, node, question.xid);
		if (!node->can_send) {
			watch_cannot_ask(node->watch, "no interface is up", &now);
			continue;
		}
		broadcast(world, node, INFORM, question.xid);
		if (question.has_discover)
			broadcast(world, node, DISCOVER, question.xid);
	}
}

static uint64_t wait_ms(const struct world *world, const struct node *node) {
	struct moment now = now_of(world);
	uint64_t watch_ms = watch_wait_ms(node->watch, &now), authority_ms = authority_wait_ms(&node->authority, &now);

	return watch_ms < authority_ms ? watch_ms : authority_ms;
}

static unsigned timer_of(const struct world *world, const struct node *node) {
	return TIMER + (unsigned)(node - world->nodes);
}

/* What a shell does after each call. */
static void go_on(struct world *world, struct node *node) {
	enum watch_news news;

	ask(world, node);
	take_detection(world, node);
	while (watch_take_news(node->watch, &news))
		continue;
	watch_take_change(node->watch);
	agenda_cancel(&world->agenda, timer_of(world, node));
	agenda_add(&world->agenda,
		   &(struct agenda_item){ .at = world->time + wait_ms(world, node), .kind = timer_of(world, node) });
}

static void timer(struct world *world, struct node *node) {
	struct moment now = now_of(world);

	if (authority_tick(&node->authority, &now).is_check_due)
		watch_begin_round(node->watch, some_number(world), &now);
	watch_tick(node->watch, some_number(world), &now);
	promise(world, wait_ms(world, node) > 0, node, "a tick that has nothing to do is not repeated at once");
	go_on(world, node);
}

static bool is_objection(const struct node *node, const struct node *from, enum message message, uint32_t xid) {
	switch (node->settings.rule) {
	case STANDALONE_RULE_YIELD:
		return from->kind == OF_DIRECTORY && message == ACK && xid == node->oracle.xid;
	case STANDALONE_RULE_ALONE:
		return true;
	}
	return false;
}

static void hear(struct world *world, struct node *node, const struct node *from, enum message message, uint32_t xid) {
	struct reply reply = { message == ACK ? DHCP4_ACK : DHCP4_OFFER, .xid = xid, .server_id = from->address };
	uint8_t octets[DHCP4_MESSAGE_DEFAULT];
	struct watch_heard heard = { .interface = "eth0", .source = from->address };
	struct moment now = now_of(world);

	if (is_objection(node, from, message, xid)) {
		node->oracle.is_disturbed = true;
		node->oracle.may_serve = false;
	}
	if (message == CHOICE) {
		watch_hear_choice(node->watch, from->address, (struct ip4){ 0 }, "eth0", &now);
	} else {
		if (message == ACK && from->kind != PLAIN)
			reply.enterprise = from->kind == OF_DIRECTORY ? "example.org" : "";
		heard.octets = reply_write(&reply, octets);
		watch_hear(node->watch, &heard, &now);
	}
	go_on(world, node);
}

static void answer(struct world *world, struct node *node, struct node *asker, enum message message, uint32_t xid) {
	if (!is_serving(world, node))
		return;
	if (message == INFORM)
		send(world, node, asker, ACK, xid);
	else
		broadcast(world, node, OFFER, xid);
}

static void to_node(struct world *world, const struct agenda_item *item) {
	struct node *node = &world->nodes[item->values[0]], *from = &world->nodes[item->values[1]];
	enum message message = (enum message)item->values[2];
	uint32_t xid = (uint32_t)item->values[3];

	if (!node->is_there)
		return;
	if (message == INFORM || message == DISCOVER)
		answer(world, node, from, message, xid);
	else if (node->kind == OURS)
		hear(world, node, from, message, xid);
}

/* Begin a life of @node, with what an earlier one has left. */
static void node_start(struct world *world, struct node *node, const struct sighting *sightings, size_t n_sightings) {
	struct verdict stored = node->authority.verdict;
	struct moment now = now_of(world);

	node->watch = watch_new();
	node->taken = (struct detection){ 0 };
	node->oracle = (struct oracle){ 0 };
	watch_remember(node->watch, sightings, n_sightings);
	authority_init(&node->authority, AUTHORITY_MODE_STANDALONE, BOOT, &stored, true, &now);
	authority_set_times(&node->authority, 4 * node->settings.interval_ms / 1000,
			    dice_between(&world->dice, 300, 3600), &now);
	watch_configure(node->watch, &node->settings, some_number(world), &now);
	go_on(world, node);
}

static void node_restart(struct world *world, struct node *node) {
	struct watch *old = node->watch;
	size_t n_sightings;
	const struct sighting *sightings = watch_sightings(old, &n_sightings);

	node_start(world, node, sightings, n_sightings);
	watch_free(old);
}

/* What happens to the world */

static void mishap(struct world *world, struct node *node) {
	unsigned timer_kind = timer_of(world, node);

	switch (dice_between(&world->dice, 0, 3)) {
	case 0:
		node_restart(world, node);
		break;
	case 1:
		node->can_send = is_dice_hit(&world->dice, 2);
		break;
	case 2:
		agenda_delay(&world->agenda, UINT64_C(1) << timer_kind, dice_magnitude(&world->dice, 1, 60000));
		break;
	case 3:
		world->wall_offset_s = (int64_t)dice_between(&world->dice, 0, 2000000) - 1000000;
		break;
	}
}

/* A client somewhere on the segment takes a lease. */
static void client(struct world *world, struct node *server) {
	if (!is_serving(world, server))
		return;
	broadcast(world, server, OFFER, some_number(world));
	broadcast(world, server, CHOICE, 0);
}

static struct node *some_node(struct world *world) {
	return &world->nodes[dice_between(&world->dice, 0, world->n_nodes - 1)];
}

static void plan_chance(struct world *world) {
	agenda_add(&world->agenda, &(struct agenda_item){ .at = world->time + dice_magnitude(&world->dice, 100, 120000),
							  .kind = CHANCE });
}

static void chance(struct world *world) {
	struct node *node = some_node(world);

	client(world, some_node(world));
	if (!world->is_calm && node->kind == OURS)
		mishap(world, node);
	else if (!world->is_calm)
		node->is_there = !node->is_there;
	plan_chance(world);
}

static void check_safety(struct world *world, struct node *node) {
	note_end(world, &node->oracle);
	promise(world, !is_serving(world, node) || node->oracle.may_serve, node,
		"serves without a round that allows it");
	promise(world, !is_serving(world, node) || !is_watch_opposed(node->watch), node, "serves against an objection");
}

static bool is_other_there(const struct world *world, const struct node *node, bool must_be_of_directory) {
	for (size_t i = 0; i < world->n_nodes; i++)
		if (&world->nodes[i] != node && is_serving(world, &world->nodes[i]) &&
		    (!must_be_of_directory || world->nodes[i].kind == OF_DIRECTORY))
			return true;
	return false;
}

/* The right verdict, once everybody had the time to reach it. */
static void check_truth(const struct world *world, const struct node *node) {
	bool is_opposed = false;

	if (node->settings.rule == STANDALONE_RULE_YIELD)
		is_opposed = is_other_there(world, node, true);
	else if (node->settings.rule == STANDALONE_RULE_ALONE)
		is_opposed = is_other_there(world, node, false);
	promise(world, is_serving(world, node) == !is_opposed, node,
		is_opposed ? "does not yield" : "does not serve though nobody objects");
}

static void check(struct world *world) {
	for (size_t i = 0; i < world->n_nodes; i++) {
		if (world->nodes[i].kind != OURS)
			continue;
		check_safety(world, &world->nodes[i]);
		if (world->is_settled)
			check_truth(world, &world->nodes[i]);
	}
}

/* True until the item STOP. */
static bool world_go_on(struct world *world) {
	struct agenda_item item;

	assert_true(agenda_take(&world->agenda, &item));
	if (item.at > world->time)
		world->time = item.at;
	if (item.kind == TO_NODE)
		to_node(world, &item);
	else if (item.kind == CHANCE)
		chance(world);
	else if (item.kind >= TIMER)
		timer(world, &world->nodes[item.kind - TIMER]);
	check(world);
	return item.kind != STOP;
}

static void run_for(struct world *world, uint64_t ms) {
	agenda_add(&world->agenda, &(struct agenda_item){ .at = world->time + ms, .kind = STOP });
	while (world_go_on(world))
		continue;
}

/* A run: wild for a while, then calm */

/* Two that may only run alone would never agree. */
static unsigned some_rule(struct world *world, bool may_be_alone) {
	static const unsigned rules[] = { STANDALONE_RULE_YIELD, STANDALONE_RULE_REPORT, STANDALONE_RULE_ALONE };

	return rules[dice_between(&world->dice, 0, may_be_alone ? 2 : 1)];
}

static void node_init(struct world *world, struct node *ret_node, enum kind kind) {
	size_t number = (size_t)(ret_node - world->nodes);

	*ret_node = (struct node){ .kind = kind, .is_there = kind == OURS || is_dice_hit(&world->dice, 2),
				   .address = { 0x0a000001 + (uint32_t)number }, .can_send = true };
	verdict_init(&ret_node->authority.verdict);
	ret_node->settings = (struct watch_settings){
		.is_asking = true,
		.is_listening = true,
		.is_standalone = true,
		.rule = some_rule(world, number == 0),
		.interval_ms = dice_magnitude(&world->dice, 10000, 60000),
		.enterprise = "",
		.own_addresses = &ret_node->address,
		.n_own_addresses = 1,
		.boot_id = BOOT,
	};
}

static void world_init(struct world *ret_world, uint64_t seed) {
	struct world *world = ret_world;
	size_t n_ours;

	*world = (struct world){ .seed = seed, .dice = { seed }, .time = 1000000 };
	n_ours = dice_between(&world->dice, 1, 3);
	world->n_nodes = n_ours + dice_between(&world->dice, 0, NODES_MAX - n_ours);
	for (size_t i = 0; i < world->n_nodes; i++)
		node_init(world, &world->nodes[i],
			  i < n_ours ? OURS : is_dice_hit(&world->dice, 2) ? OF_DIRECTORY : PLAIN);
	for (size_t i = 0; i < n_ours; i++)
		node_start(world, &world->nodes[i], NULL, 0);
}

static uint64_t calm_bound(const struct world *world) {
	uint64_t longest_ms = 0;

	for (size_t i = 0; i < world->n_nodes; i++)
		if (world->nodes[i].settings.interval_ms > longest_ms)
			longest_ms = world->nodes[i].settings.interval_ms;
	return longest_ms + ROUND_MS + 2 * CALM_LATENCY_MS;
}

static void ask_anew(struct world *world) {
	struct moment now = now_of(world);

	for (size_t i = 0; i < world->n_nodes; i++) {
		if (world->nodes[i].kind != OURS)
			continue;
		watch_begin_round(world->nodes[i].watch, some_number(world), &now);
		go_on(world, &world->nodes[i]);
	}
}

/* One round's time, whether it is asked for or awaited. */
static void run_a_round(struct world *world, bool is_asked_for) {
	if (is_asked_for)
		ask_anew(world);
	run_for(world, is_asked_for ? ROUND_MS + 1 : calm_bound(world));
}

static void calm_down(struct world *world) {
	world->is_calm = true;
	for (size_t i = 0; i < world->n_nodes; i++) {
		world->nodes[i].can_send = true;
		if (world->nodes[i].kind == OURS)
			timer(world, &world->nodes[i]);
	}
	run_for(world, WILD_LATENCY_MS);
}

static void run(struct world *world, uint64_t seed) {
	bool is_asked_for;

	world_init(world, seed);
	plan_chance(world);
	run_for(world, dice_magnitude(&world->dice, 60000, 3600000));
	calm_down(world);
	is_asked_for = is_dice_hit(&world->dice, 2);
	run_a_round(world, is_asked_for);
	for (size_t i = 0; i < world->n_nodes; i++)
		if (world->nodes[i].kind == OURS && world->nodes[i].settings.rule != STANDALONE_RULE_ALONE)
			check_truth(world, &world->nodes[i]);
	/* Who may only run alone sees in the next round who serves after this one. */
	run_a_round(world, is_asked_for);
	world->is_settled = true;
	run_for(world, 2 * calm_bound(world));
	for (size_t i = 0; i < world->n_nodes; i++)
		watch_free(world->nodes[i].watch);
}

static void a_hundred_thousand_rounds_break_no_promise(void **state) {
	static struct world world;
	uint64_t n_rounds = 0, seed = 1;

	for (; n_rounds < N_ROUNDS; seed++) {
		run(&world, seed);
		n_rounds += world.n_rounds;
	}
	print_message("%llu rounds in %llu runs\n", (unsigned long long)n_rounds, (unsigned long long)seed - 1);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_rounds_break_no_promise),
	};

	return cmocka_run_group_tests_name("watch_simulation", tests, NULL, NULL);
}
