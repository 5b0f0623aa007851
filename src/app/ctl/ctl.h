/* SPDX-License-Identifier: Apache-2.0 */
/* ctl.h - what one run of lessorctl knows: its arguments, the defaults from lessord.conf, memory, the directory once
 * opened. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "app/ctl/arguments.h"
#include "base/arena.h"
#include "base/error.h"
#include "rt/config.h"

struct directory;

/* Embedded. */
struct ctl {
	struct arguments arguments;
	struct arena *arena;         /* owned; what a command makes lives here until the end of the run */
	struct config *config;       /* owned; NULL until ctl_read_config, or if there is none to be read */
	struct directory *directory; /* owned; NULL until ctl_open_directory */
	bool is_json;
	bool is_usage_wrong; /* the refusal is about the command line: exit status 2 */
};

/* Read lessord.conf for the defaults, if it is there and may be read; one that was asked for with -c must be.
 * 0, or -E_DHCP_REGISTRY_INIT_FAILED. */
int ctl_read_config(struct ctl *ctl, struct error *reterr_error);

/* Refuse a command line in which something is missing or contradicts itself. Returns -E_INVALID_PARAMETER. */
int ctl_reject_usage(struct ctl *ctl, struct error *reterr_error, const char *format, ...) PRINTF_LIKE(3, 4);

/* Connect to the directory as the command line says, once: later calls give the same connection.
 * 0, or what directory_open says. */
int ctl_open_directory(struct ctl *ctl, struct directory **ret_directory, struct error *reterr_error);

/* Borrow the path of the management socket. 0, or what ctl_read_config says. */
int ctl_find_socket(struct ctl *ctl, const char **ret_path, struct error *reterr_error);

/* Let this machine's daemon, if there is one, check its authorization now. Never fails. */
void ctl_recheck(struct ctl *ctl);

/* Print the object that a command made: as JSON, or by its "message". Takes the reference. Returns 0. */
int ctl_done(const struct ctl *ctl, json_t *object);

/* A JSON object {"message": sentence, "dn": dn}, for ctl_done. */
json_t *ctl_message(const char *dn, const char *format, ...) PRINTF_LIKE(2, 3);

/* Print the array @items: as JSON {"@key": [...]}, or as a table; @empty is said instead of an empty table. Takes the
 * reference. Returns 0. */
struct column;
int ctl_list(const struct ctl *ctl, const char *key, json_t *items, const struct column *columns, size_t n_columns,
	     const char *empty);
