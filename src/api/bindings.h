/* SPDX-License-Identifier: Apache-2.0 */
/* bindings.h - the interfaces of this host, and which of them are served, as GET /v1/bindings shows them. */
#pragma once

#include <jansson.h>

#include "rt/interfaces.h"

/* Make the answer from @list; json_decref() it. Loopback is left out. Pure. */
json_t *bindings_json(const struct interface_list *list, const struct interface_choice *choice);
