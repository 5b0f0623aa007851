/* SPDX-License-Identifier: Apache-2.0 */
/* interfaces.h - the host's network interfaces and their IPv4 addresses, by rtnetlink (libmnl), kept up to date.
 *
 * Thread: one per watch.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip4.h"

#define INTERFACE_ADDRESSES_MAX 16
#define INTERFACE_HARDWARE_MAX 16

/* Embedded. */
struct interface {
	unsigned index;
	char name[IF_NAMESIZE];
	bool is_up; /* switched on, and with a carrier where that can be known */
	bool is_loopback;
	uint8_t hlen; /* 0: it has no hardware address, or a longer one than there is room for */
	uint8_t htype; /* of the hardware address, as in DHCP (RFC 1700); 0 if it has no number there */
	uint8_t hardware[INTERFACE_HARDWARE_MAX];
	size_t n_addresses;
	struct {
		struct ip4 address;
		uint8_t prefix_length;
	} addresses[INTERFACE_ADDRESSES_MAX];
};

/* All interfaces; the array is owned by whoever asked, free() it. Embedded. */
struct interface_list {
	struct interface *items;
	size_t n_items;
};

/* What says which interfaces are served. Borrowed. Embedded. */
struct interface_choice {
	char *const *names;         /* of lessord.conf, NULL-terminated: these alone, unless NULL or empty */
	const char *const *unbound; /* of the directory: not these; where lessord.conf names some it counts alone */
	size_t n_unbound;
};

/* True if lessord.conf says which interfaces are served, so that the directory does not. */
bool is_interface_choice_fixed(const struct interface_choice *choice);

/* True if @interface is to be served: with nothing said, each that is not loopback. */
bool is_interface_chosen(const struct interface *interface, const struct interface_choice *choice);

/* Read all interfaces. 0 or -E_DHCP_NETWORK_INIT_FAILED. */
int interfaces_read(struct interface_list *ret_list, struct error *reterr_error);

/* A descriptor that becomes readable when links or addresses change; close() it. -E_DHCP_NETWORK_INIT_FAILED on
 * failure. */
int interfaces_watch_open(struct error *reterr_error);

/* Read away the notifications on @fd (-E_DHCP_SERVER_INTERFACE_NOTIFICATION_EVENT if some were lost; read all again
 * anyway). */
int interfaces_watch_clear(int fd);
