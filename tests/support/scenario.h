/* SPDX-License-Identifier: Apache-2.0 */
/* scenario.h - conversations of clients with the engine, one line per packet, in simulated time.
 *
 *     +SECONDS                            time passes
 *     discover m=1 -> offer 10.0.0.10     client 1 sends, the engine answers
 *     used 10.0.0.10                      the address answered a ping
 *     unused 10.0.0.10                    so it did, but it is not marked
 *
 * Before the arrow: discover, request, decline, release, inform, bootp, and any of
 *     m=N (hardware address 02:00:00:00:00:N) id=HEX (client identifier) ci=ADDRESS gi=ADDRESS req=ADDRESS sid=ADDRESS
 *     lt=SECONDS max=OCTETS prl=HEX rai=HEX sel=ADDRESS name=TEXT htype=N hlen=N bcast flags=HEX hops=N
 *     to=ADDRESS (sent to us by unicast) vendor=HEX (option 43) xid=HEX unauthorized paused secs=N sname=TEXT file=TEXT
 *     plain (without options and magic cookie) len=OCTETS (padded to) silent=ADDRESS (it did not answer a ping)
 *     opt=CODE:HEX class=TEXT (option 60) user=TEXT (option 77) mac=HEX (six octets)
 *     short doubtful (the store is) ahead=SECONDS (the wall clock has jumped so far)
 * Behind it: offer|ack|nak|bootp [ADDRESS], or drop REASON; and any of
 *     filter=OCTETS|none (length of the pattern that denies the client)
 *     policy=NAME (whose ranges the address is from, or are full; "" for none) residual=0|1
 *     path=link|broadcast|unicast dst=ADDRESS port=N lt=SECONDS t1=SECONDS t2=SECONDS opt=CODE:HEX no=CODE
 *     at=OFFSET:HEX (octets of the fixed header) other=ADDRESS (server that was chosen) via=ADDRESS (relay) rogue=0|1
 *     probe=ADDRESS*ATTEMPTS delay=MILLISECONDS size=OCTETS file=TEXT (of the row of the table) unknown=0|1
 *
 * The host has the addresses 10.0.0.1/24 on the link and 192.0.2.1 elsewhere, unless the test sets others.
 */
#pragma once

#include "engine/engine.h"
#include "support/memory_leases.h"

#define SCENARIO_XID 0x12345678

/* Embedded. */
struct scenario {
	struct engine *engine;
	struct memory_leases *leases;
	const struct snapshot *snapshot; /* borrowed */
	struct moment now;
	const struct link_address *link_addresses; /* borrowed */
	size_t n_link_addresses;
	const char *enterprise; /* borrowed; "" at first */
	const struct engine_trace *trace; /* borrowed; NULL at first */
	uint32_t probe_xid;     /* that of the packets here is SCENARIO_XID, unless they say otherwise */
};

void scenario_init(struct scenario *ret_scenario, const struct snapshot *snapshot);
void scenario_done(struct scenario *scenario);

/* Go on with another configuration, as after a change in the directory. */
void scenario_reconfigure(struct scenario *scenario, const struct snapshot *snapshot);

/* Play the lines of @script. Fails the cmocka test at the first line that comes out otherwise, saying how. */
void scenario_play(struct scenario *scenario, const char *script);
