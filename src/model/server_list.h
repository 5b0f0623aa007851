/* SPDX-License-Identifier: Apache-2.0 */
/* server_list.h - the directory's list of authorized servers, as its entries of class dHCPClass say it: cn=DhcpRoot,
 * one entry for each server, lists on cn=DhcpRoot itself as Windows 2000 made them, and what replication leaves.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/dhcpservers.h"
#include "model/entry.h"

#define SERVER_LIST_ROOT "DhcpRoot"
#define SERVER_LIST_FILTER "(objectClass=dHCPClass)"

/* One value of dhcpServers and where it stands. An entry that should have values and has none yields an item that is
 * not readable. Lives in an arena. */
struct server_list_item {
	const struct entry *entry;
	const char *value; /* as it stands there; NULL: the entry has none */
	size_t index;      /* of the value in its attribute */
	bool is_conflict;  /* the entry is left over from a replication conflict: it authorizes nobody */
	bool is_readable;  /* else @server is all zero, and it authorizes nobody either */
	struct dhcp_server server;
};

/* Embedded. */
struct server_list {
	bool has_root;                        /* cn=DhcpRoot is there, without which nobody is authorized */
	const struct server_list_item *items; /* in the order of the entries */
	size_t n_items;
};

/* True if @entry is cn=DhcpRoot. */
bool is_server_list_root(const struct entry *entry);

/* True if @entry is what Active Directory makes of the loser when two controllers create one name: its RDN is that
 * name, a line feed, "CNF:" and the entry's GUID. */
bool is_server_list_conflict(const struct entry *entry);

/* Write the name that @entry has, or that a conflict object had, into @ret_name; "" if it does not fit. */
void server_list_entry_name(const struct entry *entry, char ret_name[static DHCP_SERVER_NAME_MAX]);

/* Read all @entries, which the list borrows, into @arena, which has no limit. */
void server_list_read(const struct entry *const *entries, size_t n_entries, struct arena *arena,
		      struct server_list *ret_list);

/* True if @item authorizes a server: it is readable and of a regular entry. */
bool is_server_list_item_valid(const struct server_list_item *item);

/* Copy the servers that are authorized into @arena, which has no limit. Returns them. */
struct dhcp_server *server_list_servers(const struct server_list *list, struct arena *arena, size_t *ret_n_servers);
