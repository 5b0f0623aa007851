/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/prober.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "wire/icmp.h"

#define REPLIES_PER_TURN 64
#define REPLY_SIZE_MAX 128 /* our own have fewer octets, with every IP option */
#define REPORT_PAUSE_MS 60000

struct prober {
	int fd;
	struct arena *arena;
	struct probe_table *table;
	struct icmp_echo echo; /* of the last ping */
	struct loop_watch *watch;
	struct loop_timer *timer;
	loop_f *call;
	void *context;
	uint64_t next_report_ms;
};

static uint64_t now_ms(void) {
	return clock_now().boot_ms;
}

static void prober_arm(struct prober *prober) {
	uint64_t wait_ms = probe_table_wait_ms(prober->table, now_ms());

	if (wait_ms == PROBE_NEVER)
		loop_timer_clear(prober->timer);
	else
		loop_timer_set(prober->timer, wait_ms);
}

/* 0 or -errno. */
static int ping(struct prober *prober, struct ip4 address) {
	const struct sockaddr_in destination = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(address.value),
	};
	uint8_t octets[ICMP_ECHO_SIZE];

	prober->echo.sequence++;
	icmp_echo_write(&prober->echo, octets);
	counter_add(COUNTER_PINGS_SENT, 1);
	if (sendto(prober->fd, octets, sizeof octets, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (const struct sockaddr *)&destination, sizeof destination) < 0)
		return -errno;
	return 0;
}

/* Once a minute: a network that is away would be reported for each of its clients. */
static void report_failure(struct prober *prober, struct ip4 address, int failure) {
	uint64_t now = now_ms();
	char text[IP4_TEXT_MAX];

	counter_add(COUNTER_PINGS_FAILED, 1);
	if (now < prober->next_report_ms)
		return;
	prober->next_report_ms = now + REPORT_PAUSE_MS;
	event_emit(EVENT_PING_FAILED, "%s: %s", ip4_format(address, text), strerror(failure));
}

static void send_pings(struct prober *prober) {
	struct ip4 address;

	while (probe_table_take_ping(prober->table, now_ms(), &address)) {
		int r = ping(prober, address);

		if (r == 0)
			continue;
		report_failure(prober, address, -r);
		probe_table_give_up(prober->table, address);
	}
}

static void on_time(void *context) {
	struct prober *prober = context;

	send_pings(prober);
	prober->call(prober->context);
	prober_arm(prober);
}

/* The socket shows every echo reply that this host gets; ours are those that repeat what we have said. */
static void on_replies(void *context) {
	struct prober *prober = context;
	uint8_t octets[REPLY_SIZE_MAX];

	for (unsigned i = 0; i < REPLIES_PER_TURN; i++) {
		ssize_t len = recv(prober->fd, octets, sizeof octets, MSG_DONTWAIT | MSG_TRUNC);
		struct icmp_echo echo;
		struct ip4 source;

		if (len < 0)
			break;
		if ((size_t)len <= sizeof octets && icmp_echo_parse(span_of(octets, (size_t)len), &source, &echo) &&
		    echo.identifier == prober->echo.identifier && echo.token == prober->echo.token)
			probe_table_hear(prober->table, source);
	}
	prober_arm(prober);
}

static void random_fill(void *ret_octets, size_t size) {
	uint64_t time = now_ms();

	if (getrandom(ret_octets, size, GRND_NONBLOCK) != (ssize_t)size)
		memcpy(ret_octets, &time, size);
}

struct prober *prober_new(struct loop *loop, int fd, loop_f *call, void *context) {
	struct prober *prober = mem_alloc(sizeof *prober);

	prober->fd = fd;
	prober->arena = arena_new(0);
	prober->table = probe_table_new(prober->arena);
	random_fill(&prober->echo.identifier, sizeof prober->echo.identifier);
	random_fill(&prober->echo.token, sizeof prober->echo.token);
	prober->call = call;
	prober->context = context;
	prober->timer = loop_timer_new(loop, on_time, prober);
	prober->watch = loop_watch_readable(loop, fd, on_replies, prober);
	return prober;
}

struct prober *prober_free(struct prober *prober) {
	if (!prober)
		return NULL;
	loop_unwatch(prober->watch);
	loop_timer_free(prober->timer);
	arena_free(prober->arena);
	free(prober);
	return NULL;
}

bool prober_begin(struct prober *prober, struct ip4 address, unsigned attempts, const struct probe_packet *packet) {
	if (!probe_table_begin(prober->table, address, attempts, packet, now_ms()))
		return false;
	send_pings(prober);
	prober_arm(prober);
	return true;
}

bool prober_take(struct prober *prober, struct probe_outcome *ret_outcome, struct probe_packet *ret_packet) {
	return probe_table_take_outcome(prober->table, now_ms(), ret_outcome, ret_packet);
}
