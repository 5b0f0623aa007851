/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - what a DHCPv4 server does with a packet (RFC 2131): a pure decision.
 *
 * Octets, time, the configuration and the leases come in; a reply, or the reason why there is none, comes out. Offers
 * are the only thing that the engine remembers itself, and it may forget them. It touches no socket, clock, file or
 * log. Thread: one per engine.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ip4.h"
#include "base/span.h"
#include "engine/drop.h"
#include "engine/trace.h"
#include "model/lease.h"
#include "model/order.h"
#include "model/snapshot.h"
#include "wire/packet.h"

struct engine;

/* An address of this host on the link that a packet came in on. Embedded. */
struct link_address {
	struct ip4 address;
	uint8_t prefix_length;
};

/* Everything that a decision depends on. Borrowed for the call. */
struct engine_input {
	struct span octets;               /* the UDP payload */
	struct moment now;
	bool is_authorized;               /* the verdict holds at @now */
	bool is_paused;                   /* an administrator has paused the service */
	bool is_store_short;              /* the store has no room for a client of which it holds no lease yet */
	bool is_store_doubtful; /* after a loss or a restore: clients may hold leases that are missing */
	int64_t ahead_s;        /* how far the wall clock has jumped ahead of time: leases end so much later */
	struct ip4 unicast_to;            /* our address that it was sent to; none if it was broadcast */
	const struct link_address *link_addresses; /* of the link it came in on, the primary one first */
	size_t n_link_addresses;
	const struct ip4 *host_addresses; /* all of this host's: any of them is a server identifier of ours */
	size_t n_host_addresses;
	const struct snapshot *snapshot;
	const struct lease_view *leases;
	const char *enterprise; /* the directory that authorized us, for servers that ask; "" without one */
	uint32_t probe_xid;     /* of a question of our own to other servers; 0: none under way */
	struct ip4 silent;      /* handled before, with output.probe: this address did not answer; else none */
	const struct engine_trace *trace; /* told what the decision rests on; NULL for nobody */
};

/* How a reply gets to its client (RFC 2131 4.1). */
enum reply_path {
	REPLY_UNICAST,   /* to an address that answers ARP: a relay, or a client that uses its address */
	REPLY_BROADCAST, /* to 255.255.255.255 on the link */
	REPLY_LINK,      /* to the client's hardware address, since it has no address yet */
};

/* Embedded; large. */
struct engine_output {
	bool has_reply;
	enum drop_reason reason; /* if there is no reply */
	enum dhcp4_message_type received, sent;
	bool is_store_failed;    /* a lease could not be read or changed; there is no reply then */
	bool is_declined;        /* @address was declined by its client */
	bool is_bootp;           /* the client speaks BOOTP */
	struct ip4 probe;        /* with DROP_PROBING: ping it; if it is silent, handle the packet again */
	unsigned probe_attempts;
	uint32_t delay_ms;       /* how long to hold the reply back */
	bool is_rogue_request;   /* a server asks whether this network belongs to a directory (wire/rogue.h) */
	const struct scope *scope; /* the scope that was chosen, or NULL */
	const struct policy *policy; /* the one whose ranges the address is from, or are full; or NULL */
	bool is_residual_full; /* no address is left but in the ranges of policies that the client does not meet */
	const struct filter *filter; /* with DROP_FILTERED: what denies the client; NULL: nothing allows it */
	const struct boot_file *boot_file; /* that the reply names, or NULL */
	bool is_boot_file_unknown; /* the client named a file that has no row */
	struct ip4 address;      /* offered, granted, declined or released; none else */
	struct ip4 via;          /* the relay that the packet came through; none if it came from the link itself */
	struct ip4 other_server; /* whom a DHCPREQUEST chose, if DROP_OTHER_SERVER; else none */
	enum reply_path path;
	struct ip4 source;       /* our address to send from */
	struct ip4 destination;
	uint16_t port;
	uint8_t hlen;            /* of the client; also with DROP_FILTERED */
	uint8_t chaddr[DHCP4_CHADDR_MAX];
	size_t len;
	uint8_t octets[DHCP4_MESSAGE_MAX];
};

/* A new engine without offers. engine_free accepts NULL and returns NULL. */
struct engine *engine_new(void);
struct engine *engine_free(struct engine *engine);

/* Decide on one packet. Leases are read and changed through input->leases; a reply that grants an address may only
 * leave once those changes are durable. Always fills all of @ret_output but octets beyond len. */
void engine_handle(struct engine *engine, const struct engine_input *input, struct engine_output *ret_output);

/* Do what an administrator asks of the leases, or say why not: *@ret_answer. Of @input, @now, @is_paused, @snapshot
 * (NULL: none yet), @leases and @host_addresses count. As with a packet, what was changed may only be told once it is
 * durable. */
void engine_order(struct engine *engine, const struct engine_input *input, const struct order *order,
		  struct order_answer *ret_answer);

/* The same for ORDER_LEASE_IMPORT (is_order_valid) with the leases that follow it: *@ret_answer says what became of
 * each. Nothing that was promised is lost by it: a lease in force gives way to nobody else's, nor to a shorter one. Of
 * @input, @now, @is_store_short, @snapshot, @leases and @host_addresses count. */
void engine_import(struct engine *engine, const struct engine_input *input, const struct order_message *message,
		   struct order_answer *ret_answer);

/* Make nothing of @output: its reply must not leave, or what it did was lost. @reason replaces none of the packet's
 * own. */
void engine_withhold(struct engine_output *output, enum drop_reason reason);

/* An address that was to be offered (output.probe) answered a ping: somebody uses it. It is marked as declined in
 * input->leases for the scope's decline time. Of @input, @now, @snapshot and @leases count.
 * 0; -E_NOT_FOUND if meanwhile somebody was given it, who answers by right, or no scope holds it any more; or
 * -E_DHCP_JET_ERROR. */
int engine_address_in_use(const struct engine_input *input, struct ip4 address);

/* Tell the engine that the configuration was replaced: positions in old ranges are forgotten, offers are kept. */
void engine_snapshot_changed(struct engine *engine);
