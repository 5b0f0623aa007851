/* SPDX-License-Identifier: Apache-2.0 */
/* A watch through a sequence of packets, ticks, settings and failures. The input is a run of records: what happens (1
 * octet), to whom or how (1), the time that passes before (1), length (2, big-endian), octets. Whatever comes: nothing
 * is asked by one who may not ask, a round has five questions at most, nobody beyond the table is recorded, a day has
 * its limit of news, and a tick that is repeated has nothing left to do. */
#include "base/wireint.h"
#include "engine/watch.h"
#include "model/schema.h"
#include "wire/packet.h"

#define RECORDS_MAX 512
#define HEAD_SIZE 5
#define DAY_MS 86400000u
#define INTERVAL_MS 10000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What happens. The octet is taken modulo this. */
enum action { HEAR, HEAR_ANSWER, CHOICE, TICK, SETTINGS, BEGIN, CANNOT_ASK, RESTART, ACTION_COUNT };

struct record {
	enum action action;
	uint8_t how;
	uint64_t after_ms;
	struct span octets;
};

struct run {
	struct watch *watch;
	struct watch_settings settings;
	struct moment now;
	uint32_t random, xid;
	unsigned n_questions;
	uint64_t told_ms[SIGHTINGS_MAX]; /* of the last news, in turn */
	uint64_t n_told;
};

static const struct dhcp_server listed[] = { { .address = { 0x0a000002 } } };
static const struct ip4 own_address = { 0x0a000001 };

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static bool record_take(struct span *data, struct record *ret_record) {
	size_t len;

	if (data->len < HEAD_SIZE)
		return false;
	len = be16_read(data->data + 3);
	if (len > data->len - HEAD_SIZE)
		len = data->len - HEAD_SIZE;
	ret_record->action = (enum action)(data->data[0] % ACTION_COUNT);
	ret_record->how = data->data[1];
	/* Short times for rounds, and with the highest bit days. */
	ret_record->after_ms = data->data[2] & 0x80 ? (data->data[2] & 0x7f) * (uint64_t)1800000
						    : data->data[2] * (uint64_t)250;
	ret_record->octets = span_of(data->data + HEAD_SIZE, len);
	*data = span_of(data->data + HEAD_SIZE + len, data->len - HEAD_SIZE - len);
	return true;
}

static void take_questions(struct run *run) {
	struct watch_question question;

	while (watch_take_question(run->watch, &question)) {
		check(run->settings.is_asking && question.xid && question.xid == watch_xid(run->watch));
		run->n_questions = question.xid == run->xid ? run->n_questions + 1 : 1;
		run->xid = question.xid;
		check(run->n_questions <= 5);
		check(question.has_discover == (run->n_questions == 1 || run->n_questions == 3));
	}
}

static void take_news(struct run *run) {
	enum watch_news news;
	const struct sighting *sighting;

	while ((sighting = watch_take_news(run->watch, &news))) {
		uint64_t *told_ms = &run->told_ms[run->n_told++ % SIGHTINGS_MAX];

		check(run->n_told <= SIGHTINGS_MAX || run->now.boot_ms - *told_ms >= DAY_MS);
		check((news == WATCH_GONE) == sighting->is_gone);
		*told_ms = run->now.boot_ms;
	}
}

static void check_all(struct run *run) {
	const struct detection *detection = watch_detection(run->watch);
	size_t n_sightings;
	const struct sighting *sightings = watch_sightings(run->watch, &n_sightings);

	check(n_sightings <= SIGHTINGS_MAX);
	for (size_t i = 0; i < n_sightings; i++) {
		check(memchr(sightings[i].interface, '\0', sizeof sightings[i].interface));
		check(memchr(sightings[i].enterprise, '\0', sizeof sightings[i].enterprise));
		check(!is_ip4_none(sightings[i].address) && !is_ip4_equal(sightings[i].address, own_address));
		check(sightings[i].hlen <= SIGHTING_HARDWARE_MAX);
	}
	check(!is_watch_opposed(run->watch) || run->settings.is_standalone);
	check(detection->outcome != DETECTION_SERVER_MET || !is_ip4_none(detection->by));
}

static void tick(struct run *run) {
	watch_tick(run->watch, ++run->random, &run->now);
	check(watch_wait_ms(run->watch, &run->now) > 0);
}

static void configure(struct run *run, uint8_t how) {
	run->settings = (struct watch_settings){
		.is_asking = how & 1,
		.is_listening = how & 2,
		.is_standalone = how & 4,
		.rule = how >> 3 & 3,
		.has_list = how & 32,
		.interval_ms = how & 64 ? INTERVAL_MS : 0,
		.enterprise = how & 128 ? "example.org" : "",
		.listed = listed,
		.n_listed = 1,
		.own_addresses = &own_address,
		.n_own_addresses = 1,
		.boot_id = "boot-one",
	};
	watch_configure(run->watch, &run->settings, ++run->random, &run->now);
}

/* An answer has the round's transaction id, which no fuzzer would guess. */
static void hear(struct run *run, const struct record *record) {
	uint8_t octets[DHCP4_PACKET_MAX];
	struct watch_heard heard = { .interface = record->how & 1 ? "eth0" : "eth1",
				     .source = { 0x0a000000u | record->how },
				     .hardware = octets,
				     .hlen = record->how >> 3 };
	size_t len = record->octets.len < sizeof octets ? record->octets.len : sizeof octets;

	if (len)
		memcpy(octets, record->octets.data, len);
	heard.octets = span_of(octets, len);
	if (record->action == HEAR_ANSWER && len >= 8)
		memcpy(octets + 4, be32_from(watch_xid(run->watch)).octets, 4);
	watch_hear(run->watch, &heard, &run->now);
}

static void hear_choice(struct run *run, const struct record *record) {
	struct ip4 address = { record->octets.len >= 4 ? be32_read(record->octets.data) : record->how };
	struct ip4 via = { record->octets.len >= 8 ? be32_read(record->octets.data + 4) : 0 };

	watch_hear_choice(run->watch, address, via, "eth0", &run->now);
}

/* A new life forgets what was told. */
static void restart(struct run *run, uint8_t how) {
	struct watch *old = run->watch;
	size_t n_sightings;
	const struct sighting *sightings = watch_sightings(old, &n_sightings);

	run->watch = watch_new();
	watch_remember(run->watch, sightings, n_sightings);
	watch_free(old);
	run->n_told = 0;
	configure(run, how);
}

static void act(struct run *run, const struct record *record) {
	switch (record->action) {
	case HEAR:
	case HEAR_ANSWER:
		hear(run, record);
		break;
	case CHOICE:
		hear_choice(run, record);
		break;
	case TICK:
		tick(run);
		break;
	case SETTINGS:
		configure(run, record->how);
		break;
	case BEGIN:
		watch_begin_round(run->watch, ++run->random, &run->now);
		break;
	case CANNOT_ASK:
		watch_cannot_ask(run->watch, "no interface is up", &run->now);
		break;
	case RESTART:
		restart(run, record->how);
		break;
	case ACTION_COUNT:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
	struct run run = { .watch = watch_new(), .now = { 1700000000, 1000000 } };
	struct span data = span_of(octets, size);
	struct record record;

	configure(&run, 0xff);
	for (unsigned i = 0; i < RECORDS_MAX && record_take(&data, &record); i++) {
		run.now.boot_ms += record.after_ms;
		run.now.wall_s = (int64_t)record.how << record.how % 56;
		act(&run, &record);
		take_questions(&run);
		take_news(&run);
		watch_take_change(run.watch);
		check_all(&run);
	}
	watch_free(run.watch);
	return 0;
}
