/* SPDX-License-Identifier: Apache-2.0 */
/* dhcpservers.h - values of the attribute dhcpServers, by which a directory authorizes servers ([MS-DHCPE] 7.3).
 *
 * i<address>$rcn=<object>$f0x00000000$s<name>$
 *
 * Tolerant in reading (order of fields, missing last '$', unknown fields), exact in writing. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/ip4.h"

#define DHCP_SERVER_NAME_MAX 256
#define DHCP_SERVER_VALUE_MAX 600
#define DHCP_SERVER_NO_ADDRESS 0xff000001u /* 255.0.0.1 stands for a server without an IPv4 address */

/* Embedded. */
struct dhcp_server {
	struct ip4 address; /* none if the value has no usable one, or 255.0.0.1 */
	char object[DHCP_SERVER_NAME_MAX]; /* the RDN's value, "" if absent */
	char name[DHCP_SERVER_NAME_MAX];   /* "" if absent */
};

/* Read @value. 0, or -E_DDS_UNEXPECTED_ERROR if it has neither an address nor a name. */
int dhcp_server_parse(const char *value, struct dhcp_server *ret_server, struct error *reterr_error);

/* Write the value that Windows' own tools write for @server. 0, or -E_INVALID_PARAMETER (a '$' in the name, too
 * long). */
int dhcp_server_format(const struct dhcp_server *server, size_t size, char *ret_value);

/* The same in everything. */
bool is_dhcp_server_equal(const struct dhcp_server *one, const struct dhcp_server *other);

/* True if the value is about @name: without regard to case and to a dot at the end. Nobody is called "". */
bool is_dhcp_server_name(const struct dhcp_server *server, const char *name);

/* True if its address is one of @addresses. No address is nobody's. */
bool is_dhcp_server_address(const struct dhcp_server *server, const struct ip4 *addresses, size_t n_addresses);
