/* SPDX-License-Identifier: Apache-2.0 */
/* port_holder.h - which process has a UDP port, for the message that it is busy. Reads /proc. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Write "NAME (process N)" for a process that has UDP @port open in this network namespace into @ret_text of @size
 * bytes, or a guess at the usual ones if it cannot be told. Returns @ret_text. */
const char *port_holder_find(uint16_t port, char *ret_text, size_t size);
