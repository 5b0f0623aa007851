/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h - everything that the packet path knows of the directory, immutable, for one server.
 *
 * snapshot_build reads entries and gives each its meaning. An entry that has none (malformed, or at odds with an
 * established one) is left out and named in the findings; nothing else is touched by it.
 * Lifetime: everything in a snapshot lives in its arena; snapshot_free ends it all.
 * Thread: building, any; a built snapshot may be read by many.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/ip4.h"
#include "base/span.h"
#include "model/entry.h"
#include "model/schema.h"

/* Setting values with everything inherited resolved. Embedded. */
struct settings {
	uint64_t values[SETTING_COUNT];
};

struct option_value {
	uint8_t code;
	unsigned level;        /* enum schema_level: where it came from */
	const char *source_dn; /* the entry it came from */
	struct span octets;    /* as on the wire, unsplit */
};

/* Sorted by code, each code once. */
struct option_set {
	const struct option_value *values;
	size_t n_values;
};

struct reservation {
	struct ip4 address;
	const char *dn;
	const char *name;             /* "" if none */
	uint8_t htype;                /* 1 where a hardware address is given */
	struct span hardware_address; /* empty if none */
	struct span client_id;        /* empty if none */
	struct settings settings;     /* effective */
	struct option_set options;    /* effective: those of the scope, overridden by its own */
};

struct scope {
	struct ip4_subnet subnet;
	const char *dn;
	const char *site;
	const char *name; /* "" if none */
	bool is_enabled;
	bool is_served;   /* by the server that the snapshot was built for */
	const char *const *served_by;
	size_t n_served_by;
	const struct ip4_range *ranges; /* sorted, none overlapping */
	size_t n_ranges;
	const struct ip4_range *exclusions; /* sorted, those that overlap joined */
	size_t n_exclusions;
	struct settings settings;  /* effective */
	struct option_set options; /* effective: root, site, server, scope, the nearest winning */
	const struct reservation *reservations; /* sorted by address */
	size_t n_reservations;
	const struct reservation *const *by_hardware; /* those with a hardware address, sorted by it */
	size_t n_by_hardware;
	const struct reservation *const *by_client_id; /* those with a client identifier, sorted by it */
	size_t n_by_client_id;
};

struct snapshot {
	uint64_t generation;       /* of the entries it was built from */
	const char *server_name;   /* the server it was built for */
	bool has_root;             /* the lessorRoot entry is there */
	bool has_server;           /* the lessorServer entry of this server is there */
	struct settings settings;  /* of this server: root, site, server */
	const struct scope *scopes; /* all, sorted by network; none overlapping */
	size_t n_scopes;
	struct arena *arena;       /* owned */
};

/* Why an entry, or one value of it, is left out. Lives in the snapshot's arena. */
struct finding {
	struct entry_uuid uuid;
	const char *dn;
	const char *attribute; /* "" if it is about the whole entry */
	int code;              /* positive */
	const char *reason;    /* one sentence, what to do included */
	bool is_consequence;   /* only because the entry above it is left out: this one may be good in itself */
};

/* Embedded: the result of a build. */
struct findings {
	const struct finding *items;
	size_t n_items;
};

/* Build the snapshot for the server @server_name (fully qualified, compared without regard to case) from @entries.
 * Where two entries contradict each other (same address, overlapping subnets), the one that stands earlier in @entries
 * wins: give established entries first. Entries of classes that are not the model's are ignored.
 * Never fails; @ret_findings lives as long as the snapshot. */
struct snapshot *snapshot_build(const struct entry *const *entries, size_t n_entries, const char *server_name,
				uint64_t generation, struct findings *ret_findings);

/* Free with everything in it. Accepts NULL; returns NULL. */
struct snapshot *snapshot_free(struct snapshot *snapshot);

/* Borrow the scope whose subnet holds @address, or NULL. */
const struct scope *snapshot_scope_of(const struct snapshot *snapshot, struct ip4 address);

/* Borrow the reservation of @address, of the hardware address, of the client identifier; NULL if there is none. */
const struct reservation *scope_reservation_at(const struct scope *scope, struct ip4 address);
const struct reservation *scope_reservation_by_hardware(const struct scope *scope, uint8_t htype, struct span address);
const struct reservation *scope_reservation_by_client_id(const struct scope *scope, struct span client_id);

/* Borrow the value of @code in @set, or NULL. */
const struct option_value *option_set_get(const struct option_set *set, uint8_t code);

/* True if @address lies in a range of the scope and in none of its exclusions. */
bool is_scope_address_dynamic(const struct scope *scope, struct ip4 address);
