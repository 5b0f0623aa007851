/* SPDX-License-Identifier: Apache-2.0 */
/* config_priv.h - shared by config.c (the file's form) and config_check.c (what its values mean together). */
#pragma once

#include <stdbool.h>

#include "rt/config.h"

enum config_row {
#define CONFIG(symbol, ...) CONFIG_ROW_##symbol,
#include "rt/config.def"
#undef CONFIG
	CONFIG_ROW_COUNT
};

/* A file while it is read. Embedded, on the reader's stack. */
struct config_reading {
	const char *name;
	const char *rest, *end;               /* of the text: what is not yet read */
	unsigned line;                        /* of the line being read, from 1 */
	unsigned lines[CONFIG_ROW_COUNT];     /* where each setting was given; 0 if it was not */
	struct config *config;
	struct error error;                   /* the first one; its code is 0 as long as there is none */
};

/* False if @row is of no use in the mode that @config is in: [directory] without a directory, [standalone] with one. */
bool is_config_row_used(enum config_row row, const struct config *config);

/* Check the values and what they mean together, after all were read. 0, or -E_DHCP_REGISTRY_INIT_FAILED with the
 * sentence in @reading->error. Pure. */
int config_check(struct config_reading *reading);

/* True if @name is made of letters, digits and hyphens, in labels as DNS wants them. */
bool is_host_name(const char *name);

/* What is wrong with @uri as the address of a directory server, as the end of a sentence; NULL if nothing. Lifetime:
 * static. */
const char *ldap_uri_problem(const char *uri);
