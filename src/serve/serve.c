/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/serve.h"

#include <unistd.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "rt/audit.h"
#include "serve/audit_rows.h"
#include "serve/cleaner.h"
#include "serve/configuration.h"
#include "serve/delay.h"
#include "serve/links.h"
#include "serve/lookout.h"
#include "serve/opening.h"
#include "serve/orders.h"
#include "serve/packet_io.h"
#include "serve/prober.h"
#include "serve/report.h"
#include "serve/store_watch.h"
#include "store/lease_store.h"

#define LOOK_MS 1000
#define DRAIN_MS 200 /* for what was received when the end comes */

/* A packet of the batch at hand, and what the engine made of it. */
struct exchange {
	unsigned interface;
	struct span packet; /* borrowed until the next batch */
	bool is_again;   /* it was counted when it came in */
	bool is_finished; /* its reply has left, and it was told of */
	bool is_waiting; /* it will be handled again when an address was pinged */
	struct engine_output output;
};

struct serve {
	struct loop *loop;
	struct engine *engine;
	struct configuration *configuration;
	struct links *links;
	struct lookout *lookout;
	struct packet_io *io;
	struct prober *prober;
	struct delay *delay;
	struct probe_packet waited[PACKET_BATCH_MAX]; /* those of the batch at hand that have waited */
	struct lease_store *store;
	struct store_watch *store_watch;
	struct loop_timer *look; /* whether the store is still ours */
	struct orders *orders;
	struct cleaner *cleaner;
	struct loop_watch *udp_watch;
	struct exchange exchanges[PACKET_BATCH_MAX];
	size_t n_exchanges;
	bool is_batch_dirty;      /* the batch at hand changes leases */
	bool is_store_lost;       /* its files were replaced: nothing is stored any more */
	bool is_lease_unreadable; /* in the last batch a lease could not be read: reported once */
};

static void exchange_drop(struct exchange *exchange, enum drop_reason reason) {
	memset(&exchange->output, 0, offsetof(struct engine_output, octets));
	exchange->output.reason = reason;
}

/* A server that objects on the network counts at once, before dir has heard of it and whatever the disk does. */
static bool is_serving(const struct serve *serve, const struct moment *now) {
	return is_configuration_authorized(serve->configuration, now) && !is_lookout_opposed(serve->lookout);
}

/* The directory that authorized us, for servers that ask. */
static const char *enterprise(const struct serve *serve) {
	bool is_standalone = configuration_verdict(serve->configuration)->state == AUTHORITY_STANDALONE;

	return is_standalone ? "" : configuration_enterprise(serve->configuration);
}

static bool must_probe(const struct engine_output *output) {
	return !output->has_reply && output->reason == DROP_PROBING;
}

/* Let the packet wait while the address that it would get is pinged. False if too many do: then clients come first. */
static bool exchange_wait(struct serve *serve, struct exchange *exchange, const struct packet_in *packet) {
	struct probe_packet waiting = { .interface = packet->interface, .unicast_to = packet->unicast_to };

	if (packet->octets.len > sizeof waiting.octets) /* the engine takes no such packet */
		return false;
	waiting.len = packet->octets.len;
	memcpy(waiting.octets, packet->octets.data, waiting.len);
	exchange->is_waiting = prober_begin(serve->prober, exchange->output.probe, exchange->output.probe_attempts,
					    &waiting);
	if (!exchange->is_waiting)
		counter_add(COUNTER_PINGS_OMITTED, 1);
	return exchange->is_waiting;
}

/* What a decision depends on, but for the packet and its link: the same for all packets of a batch. */
static struct engine_input input_make(struct serve *serve, const struct moment *now, const struct lease_view *leases) {
	struct engine_input input = {
		.now = *now,
		.is_authorized = is_serving(serve, now),
		.is_paused = is_service_paused(),
		.snapshot = configuration_snapshot(serve->configuration),
		.leases = leases,
		.enterprise = enterprise(serve),
		.probe_xid = lookout_xid(serve->lookout),
	};

	input.host_addresses = links_host_addresses(serve->links, &input.n_host_addresses);
	store_watch_look(serve->store_watch, now);
	store_watch_fill_input(serve->store_watch, &input);
	return input;
}

/* Handle a packet; @silent is the address that was found silent on its behalf, if any. @input: what it has in common
 * with others. */
static struct exchange *exchange_handle(struct serve *serve, const struct packet_in *packet, struct ip4 silent,
					struct engine_input *input) {
	struct exchange *exchange = &serve->exchanges[serve->n_exchanges++];
	const struct link *link = links_get(serve->links, packet->interface);

	exchange->interface = packet->interface;
	exchange->packet = packet->octets;
	exchange->is_again = exchange->is_waiting = exchange->is_finished = false;
	if (!link) {
		exchange_drop(exchange, DROP_LINK);
		return exchange;
	}
	if (!input->snapshot) {
		exchange_drop(exchange, input->is_authorized ? DROP_NO_SCOPE : DROP_UNAUTHORIZED);
		return exchange;
	}
	input->octets = packet->octets;
	input->unicast_to = packet->unicast_to;
	input->silent = silent;
	input->link_addresses = link->addresses;
	input->n_link_addresses = link->n_addresses;
	engine_handle(serve->engine, input, &exchange->output);
	if (must_probe(&exchange->output) && !exchange_wait(serve, exchange, packet)) {
		input->silent = exchange->output.probe;
		engine_handle(serve->engine, input, &exchange->output);
	}
	if (!is_ip4_none(exchange->output.other_server))
		lookout_hear_choice(serve->lookout, link, &exchange->output);
	return exchange;
}

static void store_report(const struct error *error) {
	counter_add(COUNTER_COMMITS_FAILED, 1);
	if (!is_store_failing())
		event_emit_error(EVENT_STORE_FAILED, error);
	counters_set_store_failing(true);
}

static bool has_unreadable_lease(const struct serve *serve) {
	for (size_t i = 0; i < serve->n_exchanges; i++)
		if (serve->exchanges[i].output.is_store_failed)
			return true;
	return false;
}

/* A batch that could not be made durable, or, in one that was, a record that cannot be read: it costs its own packet
 * only. */
static void result_report(struct serve *serve, int result, const struct error *error) {
	bool was_unreadable = serve->is_lease_unreadable;
	struct error unreadable;

	if (result < 0) {
		store_report(error);
		return;
	}
	if (serve->is_batch_dirty) /* a batch that only read proves nothing */
		counters_set_store_failing(false);
	serve->is_lease_unreadable = has_unreadable_lease(serve);
	error_set(&unreadable, E_DHCP_JET_ERROR,
		  "a lease could not be read; look at the disk that holds the state directory");
	if (serve->is_lease_unreadable && !was_unreadable)
		event_emit_error(EVENT_STORE_FAILED, &unreadable);
}

/* A reply that was held back: what let it leave then must still do so. */
static void on_delayed(void *context, unsigned interface, const struct engine_output *output) {
	struct serve *serve = context;
	struct moment now = clock_now();

	if (!is_serving(serve, &now))
		counter_add_drop(DROP_UNAUTHORIZED);
	else if (is_service_paused())
		counter_add_drop(DROP_PAUSED);
	else
		packet_io_put(serve->io, interface, output);
	packet_io_send(serve->io, report_sent);
}

/* Put the reply, if there is one, where it leaves from, and tell of the packet. */
static void exchange_finish(struct serve *serve, struct exchange *exchange, const struct moment *now) {
	struct engine_output *output = &exchange->output;

	exchange->is_finished = true;
	if (!exchange->is_again)
		report_received(output);
	if (exchange->is_waiting)
		return;
	if (output->has_reply && output->delay_ms &&
	    !delay_hold(serve->delay, exchange->interface, output, now))
		engine_withhold(output, DROP_DELAY_FULL);
	report_output(exchange->packet, output, now);
	if (output->has_reply && !output->delay_ms)
		packet_io_put(serve->io, exchange->interface, output);
}

/* An offer promises nothing that must be on stable storage, nor does an answer to an inform. */
static bool is_promise(const struct engine_output *output) {
	return output->sent != DHCP4_OFFER && (output->sent != DHCP4_ACK || !is_ip4_none(output->address));
}

/* Replies that promise nothing leave at once, and their clients think while the disk is at work. While the store fails,
 * they would only keep clients from other servers. */
static void send_offers(struct serve *serve, const struct moment *now) {
	for (size_t i = 0; i < serve->n_exchanges && !is_store_failing(); i++) {
		struct exchange *exchange = &serve->exchanges[i];

		if (exchange->output.has_reply && !is_promise(&exchange->output))
			exchange_finish(serve, exchange, now);
	}
	packet_io_send(serve->io, report_sent);
}

/* The others leave together, once what they promise is on stable storage; or none does. The disk may have taken its
 * time, so authority is looked at once more. */
static void on_durable(void *context, int result, const struct error *error) {
	struct serve *serve = context;
	struct moment now = clock_now();
	bool is_authorized = is_serving(serve, &now);

	result_report(serve, result, error);
	for (size_t i = 0; i < serve->n_exchanges; i++) {
		struct exchange *exchange = &serve->exchanges[i];

		if (exchange->is_finished)
			continue;
		if (result < 0)
			engine_withhold(&exchange->output, DROP_STORE);
		else if (!is_authorized && exchange->output.has_reply)
			engine_withhold(&exchange->output, DROP_UNAUTHORIZED);
		exchange_finish(serve, exchange, &now);
	}
	packet_io_send(serve->io, report_sent);
	for (size_t i = 0; i < serve->n_exchanges; i++)
		audit_rows_packet(serve->exchanges[i].packet, &serve->exchanges[i].output, now.wall_s);
}

static void batch_submit(struct serve *serve, struct lease_batch *batch, const struct moment *now) {
	send_offers(serve, now);
	counter_add(COUNTER_BATCHES, 1);
	serve->is_batch_dirty = is_lease_batch_dirty(batch);
	if (serve->is_batch_dirty)
		counter_add(COUNTER_COMMITS, 1);
	lease_batch_submit(batch, on_durable, serve);
}

static void batch_handle(struct serve *serve, const struct packet_in *packets, size_t n_packets,
			 struct lease_batch *batch) {
	struct moment now = clock_now();
	struct engine_input input = input_make(serve, &now, lease_batch_view(batch));

	serve->n_exchanges = 0;
	for (size_t i = 0; i < n_packets; i++)
		exchange_handle(serve, &packets[i], (struct ip4){ 0 }, &input);
	batch_submit(serve, batch, &now);
}

/* What would be promised in a file that nobody finds again is no promise: this life of the role ends without one. What
 * was promised already may stand in memory alone, if it is the journal that is gone: leases.mdb gets it. */
static bool is_store_current(struct serve *serve) {
	bool is_reopening = is_store_reopening();

	if (!is_reopening && is_lease_store_current(serve->store))
		return true;
	if (!is_reopening && !serve->is_store_lost) {
		event_emit(EVENT_STORE_REPLACED, "the lease store");
		lease_store_checkpoint(serve->store, NULL);
	}
	serve->is_store_lost = true;
	loop_stop(serve->loop);
	return false;
}

/* Take a batch of packets. False if there is none, or nothing may be stored any more. */
static bool packets_take(struct serve *serve) {
	const struct packet_in *packets;
	struct lease_batch *batch;
	struct error error;
	size_t n_packets = packet_io_receive(serve->io, &packets);

	if (n_packets == 0 || !is_store_current(serve))
		return false;
	if (lease_batch_begin(serve->store, &batch, &error) == 0) {
		batch_handle(serve, packets, n_packets, batch);
		return true;
	}
	store_report(&error);
	for (size_t i = 0; i < n_packets; i++)
		counter_add_drop(DROP_STORE);
	return true;
}

/* One batch per turn of the loop: what arrives while it is made durable is the next one. */
static void on_packets(void *context) {
	packets_take(context);
}

/* A packet that has waited: its address was silent and can be had, or it is somebody's and the client gets another. */
static void outcome_handle(struct serve *serve, const struct probe_outcome *outcome, const struct probe_packet *waiting,
			   struct engine_input *input) {
	const struct packet_in packet = { span_of(waiting->octets, waiting->len), waiting->interface,
					  waiting->unicast_to };
	struct ip4 silent = outcome->is_answered ? (struct ip4){ 0 } : outcome->address;

	if (outcome->is_answered && input->snapshot && engine_address_in_use(input, outcome->address) == 0)
		report_address_in_use(outcome->address, &input->now);
	exchange_handle(serve, &packet, silent, input)->is_again = true;
}

/* As many as a batch of packets has; the prober calls again for the rest. */
static void on_outcomes(void *context) {
	struct serve *serve = context;
	struct moment now = clock_now();
	struct probe_outcome outcome;
	struct engine_input input;
	struct lease_batch *batch;
	struct error error;

	if (!is_store_current(serve))
		return;
	if (!prober_take(serve->prober, &outcome, &serve->waited[0]))
		return;
	if (lease_batch_begin(serve->store, &batch, &error) < 0) {
		store_report(&error);
		counter_add_drop(DROP_STORE);
		return;
	}
	serve->n_exchanges = 0;
	input = input_make(serve, &now, lease_batch_view(batch));
	do
		outcome_handle(serve, &outcome, &serve->waited[serve->n_exchanges], &input);
	while (serve->n_exchanges < PACKET_BATCH_MAX &&
	       prober_take(serve->prober, &outcome, &serve->waited[serve->n_exchanges]));
	batch_submit(serve, batch, &now);
}

/* Also while no packet comes. */
static void on_look(void *context) {
	struct serve *serve = context;

	if (is_store_current(serve))
		loop_timer_set(serve->look, LOOK_MS);
}

static void on_store_failed(void *context, const struct error *error) {
	store_report(error);
}

static bool is_store_usable(void *context) {
	return is_store_current(context);
}

static bool orders_prepare(void *context, struct engine_input *input) {
	struct serve *serve = context;

	input->is_paused = is_service_paused();
	input->snapshot = configuration_snapshot(serve->configuration);
	input->host_addresses = links_host_addresses(serve->links, &input->n_host_addresses);
	store_watch_look(serve->store_watch, &input->now);
	store_watch_fill_input(serve->store_watch, input);
	return is_store_current(serve);
}

static void snapshot_adopt(struct serve *serve, const struct snapshot *snapshot) {
	engine_snapshot_changed(serve->engine);
	audit_rows_configure(&snapshot->settings);
	store_watch_configure(serve->store_watch, snapshot);
	if (snapshot->has_root) { /* else it is not known for how long leases are to be remembered */
		cleaner_configure(serve->cleaner, &snapshot->settings);
		opening_plan_backups(&snapshot->settings);
	}
	links_unbind(serve->links, snapshot->unbound, snapshot->n_unbound);
}

static void on_configuration(void *context, bool has_new_snapshot) {
	struct serve *serve = context;

	if (has_new_snapshot)
		snapshot_adopt(serve, configuration_snapshot(serve->configuration));
	lookout_configure(serve->lookout);
}

static void on_links(void *context, bool is_news) {
	struct serve *serve = context;

	lookout_configure(serve->lookout);
	if (is_news)
		lookout_begin_round(serve->lookout);
}

static void serve_free(struct serve *serve) {
	loop_unwatch(serve->udp_watch);
	store_watch_free(serve->store_watch);
	loop_timer_free(serve->look);
	prober_free(serve->prober);
	delay_free(serve->delay);
	orders_free(serve->orders);
	cleaner_free(serve->cleaner);
	lookout_free(serve->lookout);
	configuration_free(serve->configuration);
	links_free(serve->links);
	lease_store_close(serve->store);
	packet_io_free(serve->io);
	engine_free(serve->engine);
	free(serve);
}

/* Asked to stop: who was heard is answered, but others that go on asking do not keep us. The last batch is durable
 * then, and nothing is under way. */
static void serve_finish(void *context) {
	struct serve *serve = context;
	uint64_t limit_ms = clock_now().boot_ms + DRAIN_MS;

	while (!serve->is_store_lost && packets_take(serve) && clock_now().boot_ms < limit_ms)
		continue;
	serve_free(serve);
}

/* What can fail, in the order in which serve_free can undo it. */
static int serve_open(struct serve *serve, struct role_context *context, struct error *reterr_error) {
	const struct config *config = context->config;
	int r = opening_store(config, &serve->store, reterr_error);

	return r < 0 ? r : links_new(context->loop, config->interfaces, &serve->links, reterr_error);
}

static void orders_start(struct serve *serve) {
	const struct orders_parts parts = {
		.loop = serve->loop,
		.engine = serve->engine,
		.store = serve->store,
		.prepare = orders_prepare,
		.failed = on_store_failed,
		.context = serve,
	};

	serve->orders = orders_new(&parts);
}

static void cleaner_start(struct serve *serve) {
	const struct cleaner_parts parts = {
		.loop = serve->loop,
		.store = serve->store,
		.watch = serve->store_watch,
		.is_store_usable = is_store_usable,
		.failed = on_store_failed,
		.context = serve,
	};

	serve->cleaner = cleaner_new(&parts);
}

static void lookout_start(struct serve *serve, const struct config *config) {
	const struct lookout_parts parts = {
		.loop = serve->loop,
		.config = config,
		.links = serve->links,
		.configuration = serve->configuration,
		.io = serve->io,
	};

	serve->lookout = lookout_new(&parts);
	links_on_change(serve->links, on_links, serve);
}

int serve_run(struct role_context *context, struct error *reterr_error) {
	const struct config *config = context->config;
	struct serve *serve = mem_alloc(sizeof *serve);
	int r = serve_open(serve, context, reterr_error);

	if (r < 0) {
		serve_free(serve);
		return r;
	}
	serve->loop = context->loop;
	serve->engine = engine_new();
	serve->io = packet_io_new(HERITAGE_UDP, HERITAGE_LINK);
	serve->configuration =
		configuration_new(context->loop, config->state_directory, config->server_name, on_configuration, serve);
	lookout_start(serve, config); /* looks at its store by a child process: before there is a second thread */
	audit_defer();
	serve->store_watch = store_watch_new(context->loop, config->state_directory, serve->store);
	cleaner_start(serve);
	configuration_start(serve->configuration);
	lookout_configure(serve->lookout);
	serve->prober = prober_new(context->loop, HERITAGE_PING, on_outcomes, serve);
	serve->delay = delay_new(context->loop, on_delayed, serve);
	serve->udp_watch = loop_watch_readable(context->loop, HERITAGE_UDP, on_packets, serve);
	orders_start(serve);
	serve->look = loop_timer_new(context->loop, on_look, serve);
	on_look(serve);
	context->finish = serve_finish;
	context->finish_context = serve;
	role_ready();
	return 0;
}
