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
#include "wire/option.h"

/* Setting values with everything inherited resolved. Embedded. */
struct settings {
	uint64_t values[SETTING_COUNT];
};

/* Which clients an address or a reservation is for. Bits. */
enum client_type {
	CLIENT_TYPE_DHCP = 1,
	CLIENT_TYPE_BOOTP = 2,
	CLIENT_TYPE_BOTH = CLIENT_TYPE_DHCP | CLIENT_TYPE_BOOTP,
};

/* The word for a type: "dhcp", "bootp" or "both"; and back, without regard to case: 0 or -E_INVALID_PARAMETER. */
const char *client_type_name(enum client_type type);
int client_type_parse(const char *word, enum client_type *ret_type);

enum class_kind {
	CLASS_KIND_USER,   /* named by option 77 (RFC 3004) */
	CLASS_KIND_VENDOR, /* named by option 60 */
};

#define CLASS_DATA_BOOTP "BOOTP.Microsoft" /* of the class that every BOOTP client belongs to */

/* A class of clients: one row of class.def, or an entry. */
struct client_class {
	const char *name;
	enum class_kind kind;
	struct span data; /* what its clients send */
	const char *dn;   /* "" if it is built in */
};

/* An option that an entry or vendor_option.def defines; the standard ones are in wire/options.def. */
struct option_definition {
	const char *name;
	uint8_t code;
	enum option_type type;
	const struct client_class *vendor_class; /* NULL: a standard option; else one that goes out inside option 43 */
	const char *default_value;               /* "" if none */
	const char *dn;                          /* "" if it is built in */
};

struct option_value {
	uint8_t code;
	unsigned level;        /* enum schema_level: where it came from */
	const char *source_dn; /* the entry it came from */
	struct span octets;    /* as on the wire, unsplit */
};

/* Sorted by code, each code once. Entries that say nothing of their own share those of what is above them. */
struct option_set {
	const struct option_value *values;
	size_t n_values;
};

/* Values that only some clients get: of a user class, or options of a vendor class, or both; NULL where it does not
 * matter. Never both NULL. Those with a vendor class have codes of its own, for the inside of option 43. */
struct option_group {
	const struct client_class *user_class;
	const struct client_class *vendor_class;
	struct option_set options;
};

/* Sorted by class, each pair once. */
struct option_groups {
	const struct option_group *items;
	size_t n_items;
};

/* Embedded: all option values of one entry, or of a level with what it inherits. */
struct option_values {
	struct option_set plain;
	struct option_groups groups;
};

struct address_range {
	struct ip4_range range;
	enum client_type kind;
};

struct condition; /* model/condition.h */

/* What clients that meet a condition get. */
struct policy {
	const char *name;
	const char *dn;
	unsigned level;  /* of the entry it stands at: scope, server, site, root */
	uint32_t order;  /* from 1; equal ones by name */
	bool is_enabled;
	const struct condition *condition; /* NULL: a class that it named is gone, and nobody meets it */
	const struct ip4_range *ranges; /* sorted; only in a scope, inside its ranges, in no other policy's */
	size_t n_ranges;
	unsigned settings_given;  /* 1 << enum setting for each that stands on it */
	struct settings settings; /* those */
	struct option_values options;
};

/* In the order in which they are looked at; the disabled ones too. */
struct policies {
	const struct policy *items;
	size_t n_items;
};

struct reservation {
	struct ip4 address;
	const char *dn;
	const char *name;             /* "" if none */
	enum client_type type;
	uint8_t htype;                /* 1 where a hardware address is given */
	struct span hardware_address; /* empty if none */
	struct span client_id;        /* empty if none */
	unsigned settings_given;      /* 1 << enum setting for each that stands on it */
	struct settings settings;     /* effective, policies left aside */
	struct option_set options;    /* effective: those of the scope, overridden by its own */
	struct option_values own;     /* its own alone */
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
	const struct ip4_range *ranges; /* sorted, none overlapping; of any kind */
	const enum client_type *range_kinds; /* beside them */
	size_t n_ranges;
	const struct ip4_range *exclusions; /* sorted, those that overlap joined */
	size_t n_exclusions;
	struct settings settings;  /* effective */
	struct option_set options; /* effective: root, site, server, scope, the nearest winning; what needs no class */
	struct option_groups groups; /* effective likewise, per group; each value knows its level */
	struct policies policies;    /* its own; those of the server and wider ones are the snapshot's */
	const struct superscope *superscope; /* NULL if it is in none */
	const struct reservation *reservations; /* sorted by address */
	size_t n_reservations;
	const struct reservation *const *by_hardware; /* those with a hardware address, sorted by it */
	size_t n_by_hardware;
	const struct reservation *const *by_client_id; /* those with a client identifier, sorted by it */
	size_t n_by_client_id;
};

/* Scopes of one site that share a link. All of them are named here, whoever serves them. */
struct superscope {
	const char *name;
	const char *site;
	const struct scope *const *members; /* the default one first, if there is one, then by network */
	size_t n_members;
	bool has_default;
};

enum filter_list { FILTER_ALLOW, FILTER_DENY, FILTER_EXEMPT };

/* A value of lessorFilter. */
struct filter {
	enum filter_list list;
	uint8_t htype;      /* FILTER_EXEMPT: the type of hardware; else 1 */
	uint8_t len;        /* octets of the pattern; fewer than 6 stand for all addresses that begin with them */
	uint8_t octets[6];
	const char *comment;   /* "" if none */
	const char *source_dn;
};

/* A row of the table of boot files. */
struct boot_file {
	const char *requested; /* "": for clients that name none */
	const char *server;    /* name or address, at most 63 octets */
	const char *file;      /* at most 127 octets */
	const char *source_dn;
};

struct snapshot {
	uint64_t generation;       /* of the entries it was built from */
	const char *server_name;   /* the server it was built for */
	bool has_root;             /* the lessorRoot entry is there */
	bool has_server;           /* the lessorServer entry of this server is there */
	struct settings settings;  /* of this server: root, site, server */
	const struct scope *scopes; /* all, sorted by network; none overlapping */
	size_t n_scopes;
	const struct superscope *superscopes;
	size_t n_superscopes;
	const struct client_class *classes; /* the built-in ones first */
	size_t n_classes;
	const struct client_class *const *classes_by_name; /* all of them, for snapshot_class_find */
	const struct option_definition *definitions; /* sorted by vendor class and code; the built-in ones too */
	size_t n_definitions;
	const struct option_definition *const *definitions_by_name; /* all of them, for snapshot_definition_find */
	struct policies policies;   /* of this server, its site, the root: in this order */
	const struct filter *filters; /* of server, site and root */
	size_t n_filters;
	const struct boot_file *boot_files; /* of server, site, root: the first row of a name wins */
	size_t n_boot_files;
	const char *const *unbound; /* interfaces that are not served */
	size_t n_unbound;
	struct arena *arena;       /* owned */
};

/* Why an entry, or one value of it, is left out. Lives in the snapshot's arena.
 *
 * What is wrong with an entry in itself, or contradicts another one that claims the same, leaves it out whole, and its
 * last good version stays in force. A value that makes no sense because of what other entries say now (of a class or
 * definition that was removed, a policy's range that its scope has lost) is left out alone: it could take a good entry
 * with it long after it was accepted. */
struct finding {
	struct entry_uuid uuid;
	const char *dn;
	const char *attribute; /* "" if it is about the whole entry */
	int code;              /* positive */
	const char *reason;    /* one sentence, what to do included */
	bool is_consequence;   /* only because the entry above it is left out: this one may be good in itself */
	bool is_value_only;    /* one value is left out; the rest of the entry is in force */
};

/* Embedded: the result of a build. */
struct findings {
	const struct finding *items;
	size_t n_items;
};

/* Build the snapshot for the server @server_name (fully qualified, compared without regard to case) from @entries.
 * Where two entries contradict each other (same address, overlapping subnets), the one that stands earlier in @entries
 * wins: give established entries first. Entries of classes that are not the model's are ignored.
 * Never fails; @ret_findings lives as long as the snapshot, and is the same for every server. */
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

/* The first group of @groups with these classes (either may be NULL), or NULL. */
const struct option_group *option_groups_get(const struct option_groups *groups, const struct client_class *user_class,
					     const struct client_class *vendor_class);

/* Borrow the class called @name (without regard to case), or NULL. */
const struct client_class *snapshot_class_find(const struct snapshot *snapshot, const char *name);

/* Borrow the definition of option @code of @vendor_class (NULL: a standard option), or NULL. */
const struct option_definition *snapshot_definition_get(const struct snapshot *snapshot,
							const struct client_class *vendor_class, uint8_t code);

/* The same by its name, without regard to case. */
const struct option_definition *snapshot_definition_find(const struct snapshot *snapshot,
							 const struct client_class *vendor_class, const char *name);

/* True if @address lies in a range of the scope and in none of its exclusions. */
bool is_scope_address_dynamic(const struct scope *scope, struct ip4 address);
