/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/lookout.h"

#include <string.h>
#include <sys/random.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/watch.h"
#include "rt/audit.h"
#include "rt/role.h"
#include "serve/ear.h"
#include "serve/sighting_file.h"
#include "serve/sighting_report.h"

#define BROADCAST_ADDRESS UINT32_MAX
#define DAY_MS 86400000u

struct lookout {
	struct lookout_parts parts;
	struct watch *watch;
	struct sighting_file *file;
	struct ear *ear;
	struct loop_watch *ear_watch, *wake_watch;
	struct loop_timer *timer;
	uint32_t asked_xid;    /* of the round whose beginning was reported */
	bool is_asking;        /* as the watch was told */
	bool is_impossible;    /* reported already */
	uint64_t n_unrecorded; /* of which the counter knows */
	uint64_t full_ms;      /* from when on it may be reported again that there is no room */
};

/* Nothing secret depends on it: transaction ids need only differ. */
static uint32_t random_number(const struct moment *now) {
	uint32_t random;

	return getrandom(&random, sizeof random, GRND_NONBLOCK) == sizeof random ? random : (uint32_t)now->boot_ms;
}

static bool is_standalone(const struct lookout *lookout) {
	return lookout->parts.config->mode == CONFIG_MODE_STANDALONE;
}

/* A server without a directory must ask; another one watches if it is wanted to, while the directory lets it serve, and
 * in a conflict, since the other side of that may be on the network. What is wanted is not known before the
 * configuration is there. */
static bool is_watching(const struct lookout *lookout, const struct moment *now) {
	const struct configuration *configuration = lookout->parts.configuration;
	const struct snapshot *snapshot = configuration_snapshot(configuration);

	if (!snapshot || !snapshot->has_root || snapshot->settings.values[SETTING_WATCH] != WATCH_ON)
		return false;
	return is_standalone(lookout) || is_configuration_authorized(configuration, now) ||
	       configuration_verdict(configuration)->state == AUTHORITY_CONFLICT;
}

static void take_listing(const struct lookout *lookout, struct watch_settings *settings) {
	if (is_standalone(lookout))
		return;
	settings->enterprise = configuration_enterprise(lookout->parts.configuration);
	audit_set_enterprise(settings->enterprise);
	settings->has_list =
		configuration_listing(lookout->parts.configuration, &settings->listed, &settings->n_listed);
}

static void configure(struct lookout *lookout, const struct moment *now) {
	const struct configuration *configuration = lookout->parts.configuration;
	enum setting interval = is_standalone(lookout) ? SETTING_RECHECK_INTERVAL : SETTING_WATCH_INTERVAL;
	struct watch_settings settings = {
		.is_listening = is_watching(lookout, now),
		.is_standalone = is_standalone(lookout),
		.rule = (unsigned)configuration_setting(configuration, SETTING_STANDALONE_RULE),
		.interval_ms = configuration_setting(configuration, interval) * 1000,
		.enterprise = "",
		.boot_id = clock_boot_id(),
	};

	settings.is_asking = settings.is_listening || settings.is_standalone;
	settings.own_addresses = links_host_addresses(lookout->parts.links, &settings.n_own_addresses);
	take_listing(lookout, &settings);
	lookout->is_asking = settings.is_asking;
	watch_configure(lookout->watch, &settings, random_number(now), now);
}

static int send_message(struct lookout *lookout, const struct link *link, struct ip4 source, struct span octets) {
	static const uint8_t everybody[INTERFACE_HARDWARE_MAX] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
								   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct packet_out packet = {
		.addresses = { source, { BROADCAST_ADDRESS }, DHCP4_CLIENT_PORT, DHCP4_SERVER_PORT },
		.octets = octets,
		.hardware = span_of(everybody, link->hlen),
	};

	return packet_io_send_frame(lookout->parts.io, link->interface, &packet);
}

/* 0, or -errno if the question did not leave. The discover is sent like that of a client that has no address yet, and
 * first, so that what is told of a server when it is met says what it offers. */
static int ask_on(struct lookout *lookout, const struct link *link, const struct watch_question *question) {
	struct watch_sender sender = { link->addresses[0].address, .hlen = link->hlen, .htype = link->htype };
	uint8_t octets[DHCP4_MESSAGE_DEFAULT];
	size_t len;

	memcpy(sender.hardware, link->hardware, sizeof sender.hardware);
	if (question->has_discover) {
		len = watch_write_discover(question, &sender, octets, sizeof octets);
		send_message(lookout, link, (struct ip4){ 0 }, span_of(octets, len));
	}
	len = watch_write_inform(question, &sender, octets, sizeof octets);
	return send_message(lookout, link, sender.address, span_of(octets, len));
}

/* Ask on every link; 0 if that was possible on one. */
static int ask_everywhere(struct lookout *lookout, const struct watch_question *question, struct error *reterr_error) {
	const struct link *link;
	bool is_asked = false;
	int r;

	error_set(reterr_error, E_DHCP_ROGUE_INIT_FAILED,
		  "no interface that is served is up and connected with an IPv4 address; connect one, or give it an address");
	for (size_t i = 0; (link = links_at(lookout->parts.links, i)); i++) {
		if (!link->is_up || !link->n_addresses)
			continue;
		r = ask_on(lookout, link, question);
		is_asked |= r == 0;
		if (r < 0)
			error_set(reterr_error, E_DHCP_ROGUE_INIT_FAILED,
				  "the question for other servers could not be sent out of %s: %s", link->name, strerror(-r));
	}
	return is_asked ? 0 : -E_DHCP_ROGUE_INIT_FAILED;
}

/* That a round begins is news only where it decides: otherwise the log would tell of it every few minutes. */
static void report_round(struct lookout *lookout, uint32_t xid) {
	if (xid != lookout->asked_xid && is_standalone(lookout))
		event_emit(EVENT_DETECTION_STARTED, "%s", "");
	lookout->asked_xid = xid;
}

static void ask(struct lookout *lookout, const struct moment *now) {
	struct watch_question question;
	struct error error;

	while (watch_take_question(lookout->watch, &question)) {
		if (ask_everywhere(lookout, &question, &error) == 0)
			report_round(lookout, question.xid);
		else
			watch_cannot_ask(lookout->watch, error.text, now);
	}
}

static void report_detection(struct lookout *lookout) {
	const struct detection *detection = watch_detection(lookout->watch);
	bool is_impossible = detection->outcome == DETECTION_IMPOSSIBLE;
	struct error error;

	if (is_impossible && !lookout->is_impossible) {
		error_set(&error, E_DHCP_ROGUE_INIT_FAILED, "%s", detection->reason);
		event_emit_error(EVENT_DETECTION_IMPOSSIBLE, &error);
	}
	lookout->is_impossible = is_impossible;
}

/* Who fills the table with inventions would else hide another server without a word. */
static void report_unrecorded(struct lookout *lookout, const struct moment *now) {
	uint64_t n = watch_n_unrecorded(lookout->watch);
	size_t n_sightings;

	if (n == lookout->n_unrecorded)
		return;
	counter_add(COUNTER_SERVERS_UNRECORDED, n - lookout->n_unrecorded);
	lookout->n_unrecorded = n;
	if (now->boot_ms < lookout->full_ms)
		return;
	lookout->full_ms = now->boot_ms + DAY_MS;
	watch_sightings(lookout->watch, &n_sightings);
	event_emit(EVENT_SIGHTINGS_FULL, "%zu are recorded; somebody may be inventing them", n_sightings);
}

static void timer_set(struct lookout *lookout, const struct moment *now) {
	uint64_t wait_ms = watch_wait_ms(lookout->watch, now);

	if (wait_ms == WATCH_NEVER)
		loop_timer_clear(lookout->timer);
	else
		loop_timer_set(lookout->timer, wait_ms);
}

/* Do what the watch wants done, after it was told something. */
static void settle(struct lookout *lookout, const struct moment *now) {
	const struct sighting *sighting;
	enum watch_news news;

	ask(lookout, now);
	while ((sighting = watch_take_news(lookout->watch, &news)))
		sighting_report(sighting, news, configuration_enterprise(lookout->parts.configuration));
	report_unrecorded(lookout, now);
	if (watch_take_change(lookout->watch)) {
		report_detection(lookout);
		sighting_file_changed(lookout->file);
	}
	counters_set_opposed(is_watch_opposed(lookout->watch));
	timer_set(lookout, now);
}

static void on_timer(void *context) {
	struct lookout *lookout = context;
	struct moment now = clock_now();

	/* A verdict that ran out is told by nobody if dir is not there to. */
	if (lookout->is_asking && !is_standalone(lookout) && !is_watching(lookout, &now))
		configure(lookout, &now);
	watch_tick(lookout->watch, random_number(&now), &now);
	settle(lookout, &now);
}

static void hear(struct lookout *lookout, const struct ear_packet *packet, const struct moment *now) {
	const struct link *link = links_get(lookout->parts.links, packet->interface);
	struct watch_heard heard = { packet->octets, NULL, packet->source, packet->hardware, packet->hlen };

	if (!link || !link->n_addresses) /* nobody is served there */
		return;
	heard.interface = link->name;
	watch_hear(lookout->watch, &heard, now);
}

/* One batch per turn of the loop, so that clients wait for no storm. */
static void on_heard(void *context) {
	struct lookout *lookout = context;
	struct moment now = clock_now();
	const struct ear_packet *packets;
	size_t n_packets = ear_hear(lookout->ear, &packets);

	for (size_t i = 0; i < n_packets; i++)
		hear(lookout, &packets[i], &now);
	settle(lookout, &now);
}

static void on_wake(void *context) {
	role_wake_clear(HERITAGE_WAKE_WATCH);
	lookout_begin_round(context);
}

struct lookout *lookout_new(const struct lookout_parts *parts) {
	struct lookout *lookout = mem_alloc(sizeof *lookout);

	lookout->parts = *parts;
	lookout->watch = watch_new();
	if (is_service_opposed())
		watch_remember_objection(lookout->watch);
	lookout->file = sighting_file_new(parts->loop, parts->config, lookout->watch);
	lookout->ear = ear_new(HERITAGE_EAR);
	lookout->timer = loop_timer_new(parts->loop, on_timer, lookout);
	lookout->ear_watch = loop_watch_readable(parts->loop, HERITAGE_EAR, on_heard, lookout);
	lookout->wake_watch = loop_watch_readable(parts->loop, HERITAGE_WAKE_WATCH, on_wake, lookout);
	return lookout;
}

struct lookout *lookout_free(struct lookout *lookout) {
	if (!lookout)
		return NULL;
	loop_unwatch(lookout->ear_watch);
	loop_unwatch(lookout->wake_watch);
	loop_timer_free(lookout->timer);
	sighting_file_free(lookout->file);
	ear_free(lookout->ear);
	watch_free(lookout->watch);
	free(lookout);
	return NULL;
}

void lookout_configure(struct lookout *lookout) {
	struct moment now = clock_now();

	configure(lookout, &now);
	settle(lookout, &now);
}

void lookout_begin_round(struct lookout *lookout) {
	struct moment now = clock_now();

	watch_begin_round(lookout->watch, random_number(&now), &now);
	settle(lookout, &now);
}

/* The batch that it came in goes on at once; what follows from it is done behind. */
void lookout_hear_choice(struct lookout *lookout, const struct link *link, const struct engine_output *output) {
	struct moment now = clock_now();

	watch_hear_choice(lookout->watch, output->other_server, output->via, link->name, &now);
	loop_timer_set(lookout->timer, 0);
}

bool is_lookout_opposed(const struct lookout *lookout) {
	return is_watch_opposed(lookout->watch);
}

uint32_t lookout_xid(const struct lookout *lookout) {
	return watch_xid(lookout->watch);
}
