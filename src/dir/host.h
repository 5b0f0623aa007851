/* SPDX-License-Identifier: Apache-2.0 */
/* host.h - the addresses by which this machine may be listed, kept up to date. Thread: the loop's. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/ip4.h"
#include "rt/loop.h"

struct host;

/* Read the addresses and watch them; @changed is called with @context after they changed. 0 or
 * -E_DHCP_NETWORK_INIT_FAILED. */
int host_new(struct loop *loop, loop_f *changed, void *context, struct host **ret_host, struct error *reterr_error);
struct host *host_free(struct host *host);

/* Borrow the IPv4 addresses of all interfaces but loopback, until they change. */
const struct ip4 *host_addresses(const struct host *host, size_t *ret_n_addresses);
