/* SPDX-License-Identifier: Apache-2.0 */
/* watch.h - the other DHCP servers on our networks: asks for them, remembers who answered or was overheard, judges them
 * by the directory's list, and decides rogue detection's rounds ([MS-DHCPE] 3.3, DHCPv4).
 *
 * A round asks up to five times, two seconds apart: with rogue detection's question (a DHCPINFORM), which servers that
 * know it answer with the name of their directory, and with a DHCPDISCOVER, since many others answer only that. It ends
 * when the last question had its two seconds, or, where that is an objection to this server's service, at once.
 * Whoever answers or speaks may lie, so what that can cost is bounded: sightings by SIGHTINGS_MAX (only gone ones make
 * room for newcomers, and servers that only clients name take at most half of it), news by as many a day, changes worth
 * storing by a few in each round.
 *
 * Pure: packets, time and random numbers come in; questions, reports and results are taken out until there are none.
 * DHCPv6 would ask and hear in its own encoding, and use the same rounds, sightings and judgements.
 * Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/span.h"
#include "model/dhcpservers.h"
#include "model/sighting.h"

#define WATCH_NEVER UINT64_MAX

struct watch;

/* What a watch goes by. The lists are borrowed until the next watch_configure. */
struct watch_settings {
	bool is_asking;     /* ask at all: watching is on and the verdict serves, or the verdict depends on it */
	bool is_listening;  /* take note of what is overheard; else of answers to our questions only */
	bool is_standalone; /* rounds decide whether we may serve, by @rule */
	unsigned rule;      /* STANDALONE_RULE_... (model/schema.def) */
	uint64_t interval_ms;        /* between the beginnings of two rounds; less than ten seconds counts as that */
	const char *enterprise;      /* our own directory's name, "" if there is none */
	bool has_list;               /* the directory's list is known; standalone there is none */
	const struct dhcp_server *listed;
	size_t n_listed;
	const struct ip4 *own_addresses; /* of this host: these are not other servers */
	size_t n_own_addresses;
	const char *boot_id;
};

/* What was heard of a server. All borrowed for the call. */
struct watch_heard {
	struct span octets;    /* a BOOTREPLY: the UDP payload */
	const char *interface; /* on which it came in */
	struct ip4 source;     /* of the IP packet */
	const uint8_t *hardware; /* of the frame; @hlen octets, 0: not known */
	uint8_t hlen;
};

/* A question to be sent out of every interface that is served, to 255.255.255.255:67 from port 68. Embedded. */
struct watch_question {
	uint32_t xid;
	bool has_discover; /* beside the inform: in the first and the third question of a round */
};

enum watch_news {
	/* A server was met for the first time, or again after it was gone. */
	WATCH_FOUND,
	/* The directory's word about it has changed; that there is none for now (UNJUDGED) is no word. */
	WATCH_REJUDGED,
	/* It missed three rounds; of one that was only overheard, nothing was heard for an hour, too. */
	WATCH_GONE,
};

/* A new watch that has met nobody. watch_free accepts NULL and returns NULL. */
struct watch *watch_new(void);
struct watch *watch_free(struct watch *watch);

/* Take up sightings of an earlier life, before the first watch_configure; they count as not heard of since. At most
 * SIGHTINGS_MAX. Nothing of them is reported again. */
void watch_remember(struct watch *watch, const struct sighting *sightings, size_t n_sightings);

/* Take up an objection of an earlier life, before the first watch_configure. By whom it was made is not known. */
void watch_remember_objection(struct watch *watch);

/* Set what to go by. Everybody who is known is judged anew. The first call begins a round, if one may ask; so does one
 * that lets it ask where it might not before, or that changes the rule. One that forbids to ask ends a round without
 * a result. */
void watch_configure(struct watch *watch, const struct watch_settings *settings, uint32_t random,
		     const struct moment *now);

/* Begin a round now, instead of one that is under way. Without effect while it may not ask. */
void watch_begin_round(struct watch *watch, uint32_t random, const struct moment *now);

/* The question that was taken last could not be sent anywhere; @why as a sentence. The round ends as IMPOSSIBLE (an
 * objection of before stays the result), and the next one begins after ten seconds. */
void watch_cannot_ask(struct watch *watch, const char *why, const struct moment *now);

/* A server's reply came in, to us or to somebody else: it is an answer if it carries the last round's transaction id,
 * and else overheard. What cannot be read is passed over. Only an answer says something about its server's directory;
 * it objects by the rule at any time until the next round begins. What is overheard objects to a server that may only
 * run alone. */
void watch_hear(struct watch *watch, const struct watch_heard *heard, const struct moment *now);

/* A client was heard to choose the server @address (engine_output.other_server); @via is the relay agent of the client,
 * or none. A choice made behind a relay agent was not made on our network and objects to nothing. */
void watch_hear_choice(struct watch *watch, struct ip4 address, struct ip4 via, const char *interface,
		       const struct moment *now);

/* Time has passed. */
void watch_tick(struct watch *watch, uint32_t random, const struct moment *now);

/* Milliseconds from @now until watch_tick has something to do; WATCH_NEVER if nothing is awaited. */
uint64_t watch_wait_ms(const struct watch *watch, const struct moment *now);

/* Take the question that is to be sent now. False if there is none. A round waits for its questions to be taken. */
bool watch_take_question(struct watch *watch, struct watch_question *ret_question);

/* Take one piece of news: borrow the sighting it is about until the next call. NULL if there is none. Each change is
 * told once, in the order of coming; in any day at most SIGHTINGS_MAX are, 128 of them at once (64 about servers that
 * only clients name), and what comes beyond waits (and is not told if it has passed by then). */
const struct sighting *watch_take_news(struct watch *watch, enum watch_news *ret_news);

/* True if sightings or the last round's result are others than when this was last asked: they are to be stored. That
 * somebody was heard again makes no change until a round has ended. */
bool watch_take_change(struct watch *watch);

/* Borrow all sightings in the order of coming, and the last round's result. */
const struct sighting *watch_sightings(const struct watch *watch, size_t *ret_n_sightings);
const struct detection *watch_detection(const struct watch *watch);

/* How often a server was heard for which there was no room among the sightings. It could object all the same. */
uint64_t watch_n_unrecorded(const struct watch *watch);

/* True if an objection stands: no round has ended without one since (standalone only). */
bool is_watch_opposed(const struct watch *watch);

/* The transaction id of the round under way or the last one: packets from clients that carry it are our own questions
 * come back. 0: nothing was asked yet. */
uint32_t watch_xid(const struct watch *watch);

/* What stands in a question on one interface. Embedded. */
struct watch_sender {
	struct ip4 address; /* the interface's own */
	uint8_t hardware[SIGHTING_HARDWARE_MAX];
	uint8_t hlen, htype;
};

/* Write the inform, or the discover, of @question into @ret_octets of @size bytes (at least DHCP4_MESSAGE_DEFAULT).
 * Returns its length. The discover asks for an offer that is not taken: its sender forgets it by itself. */
size_t watch_write_inform(const struct watch_question *question, const struct watch_sender *sender,
			  uint8_t *ret_octets, size_t size);
size_t watch_write_discover(const struct watch_question *question, const struct watch_sender *sender,
			    uint8_t *ret_octets, size_t size);
