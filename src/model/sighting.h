/* SPDX-License-Identifier: Apache-2.0 */
/* sighting.h - another DHCP server that answered our questions or was overheard, and what a round of rogue detection
 * ([MS-DHCPE] 3.3) has shown. engine/watch.h makes both, serve stores them, dir and api read them.
 * Pure values.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ip4.h"
#include "wire/rogue.h"

#define SIGHTING_INTERFACE_MAX 16
#define SIGHTING_HARDWARE_MAX 16
#define SIGHTINGS_MAX 256 /* kept at a time */

enum sighting_state {
#define SIGHTING_STATE(symbol, name, description) SIGHTING_##symbol,
#include "model/sighting.def"
	SIGHTING_STATE_COUNT
};

/* Embedded. Address and interface together say which server it is: two networks may each have a router that calls
 * itself 192.168.1.1. */
struct sighting {
	struct ip4 address; /* by which it calls itself (option 54), else where its packet came from */
	char interface[SIGHTING_INTERFACE_MAX];
	struct ip4 via; /* the relay agent between it and the clients that were heard; none: it is on the link */
	uint8_t hlen;   /* 0: its hardware address is not known, as when a relay agent stands between */
	uint8_t hardware[SIGHTING_HARDWARE_MAX];
	enum sighting_state state;
	bool is_gone;        /* not heard of for a while */
	bool is_overheard;   /* it was heard talking to others; else it has only answered us */
	enum rogue_answer answer; /* to rogue detection's question */
	char enterprise[ROGUE_ENTERPRISE_MAX]; /* the directory that it names, "" if none */
	struct ip4 offered; /* the last address that it offered or granted; none if it never did */
	int64_t first_seen, last_seen; /* wall */
	uint64_t last_seen_ms; /* on the clock that cannot jump, of this boot; 0: before this start */
};

enum detection_outcome {
#define DETECTION_OUTCOME(symbol, name, description) DETECTION_##symbol,
#include "model/sighting.def"
	DETECTION_OUTCOME_COUNT
};

/* Embedded: the last round that has ended, or was cut short by an objection. */
struct detection {
	enum detection_outcome outcome;
	uint64_t number; /* of the round, since the daemon's start */
	struct moment at;
	char boot_id[BOOT_ID_MAX]; /* of at.boot_ms */
	struct ip4 by;             /* who objected; none if nobody did */
	char enterprise[ROGUE_ENTERPRISE_MAX]; /* the directory that it names */
	char reason[160];          /* DETECTION_IMPOSSIBLE: why, as a sentence; "" otherwise */
};

/* Borrow names for people and JSON ("unlisted", "unopposed"). */
const char *sighting_state_name(enum sighting_state state);
const char *detection_outcome_name(enum detection_outcome outcome);

/* True if nothing but what clients say tells of it: no packet of its own was heard. Clients far away, behind a relay
 * agent, can say that, too, so it is the weakest of all evidence. */
bool is_sighting_hearsay(const struct sighting *sighting);

/* True if somebody objected to this server's service, which may not go on then. */
bool is_detection_opposed(const struct detection *detection);

/* True if @one and @other name parts of one enterprise: the same name or one a subdomain of the other, without regard
 * to case. An empty name belongs to nobody. */
bool is_same_enterprise(const char *one, const char *other);

/* The name by which an enterprise is known on the wire, from a naming context of its directory: "example.org" from
 * "cn=Configuration,dc=example,dc=org". A DN without dc parts is taken whole, in the letters that an answer can carry:
 * "o-example.c-de" from "o=Example,c=DE". Cut to ROGUE_ENTERPRISE_MAX. */
void enterprise_name(const char *naming_context, char ret_name[static ROGUE_ENTERPRISE_MAX]);
