/* SPDX-License-Identifier: Apache-2.0 */
/* backups.h - backups, as api shows and asks for them: all by way of rt/backup_board.h, so that no request waits for
 * the backup directory. */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "rt/backup_board.h"
#include "rt/config.h"

/* Make the answer to GET /v1/backups. @config may be NULL. */
json_t *backups_json(const struct config *config);

/* Add to the answer to GET /v1/database where backups are, when the last one was made, and why there is no newer
 * one. */
void backups_add_to_database(json_t *object, const struct config *config);

/* Add why the last attempt to make a backup failed; null: it did not. */
void backups_add_failure(json_t *object);

/* For the metrics. Embedded. */
struct backup_summary {
	int64_t made_at;  /* 0: there is none */
	uint64_t made_ms; /* 0: not in this life of the daemon */
	uint64_t n_leases, n_octets;
	size_t n_valid;   /* generations, when they were last looked at */
	bool is_failing;
};
struct backup_summary backups_summary(void);

/* Ask the role backup for @wish, of the generation @name (with a restore, else NULL), for the user @uid. *@ret_answer:
 * {"request": NUMBER}, by which GET /v1/backups shows that it was done. 0, or -E_... with a sentence. */
int backups_ask(enum backup_wish wish, const char *name, unsigned uid, json_t **ret_answer, struct error *reterr_error);
