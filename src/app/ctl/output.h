/* SPDX-License-Identifier: Apache-2.0 */
/* output.h - what lessorctl prints: JSON for programs, aligned tables and sentences for people.
 *
 * A command makes a JSON object first; with --json it is printed as it is, else the same object is shown by columns
 * that name its keys. So both always say the same.
 *
 * The keys are stable. Lists stand under their plural; each edit gives "message" and the "dn" it was about:
 *   init            created[], existing[], message
 *   server authorize, deauthorize  message, dn, name, address
 *   server list     servers[]: name, address, site (null: no entry), configured, authorized (false: an entry that
 *                   authorizes nobody, for the reason in note), dn, entry, value, note
 *   site list       sites[]: name, displayName, servers[], scopes
 *   scope list      scopes[]: network, name, site, state, ranges[], servers[]
 *   scope show      network, dn, name, site, state, ranges[], exclusions[], servers[], reservations, leaseTime,
 *                   settings[]; options[]: name, code, value, level, source; findings[]
 *   reservation list  reservations[]: address, scope, hardwareAddress, clientIdentifier, name
 *   option list     options[]: name, code, value
 *   setting list    settings[]: name, attribute, value (seconds, or a word), source (DN, or "default")
 *   server recheck  message, server, verdict (as in the status)
 *   rogue list      servers[]: what the daemon's API says (GET /v1/rogues), in the order of the table
 *   lease, status   what the daemon's API says (docs: GET /v1/leases, /v1/status)
 *   check           servers[], entries, findings[]: dn, attribute, code, name, reason; warnings[]: dn, reason
 *   errors          errors[]: code, name, meaning, advice
 *   any refusal     error: code, name, message
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

enum column_kind {
	COLUMN_TEXT,     /* a string; lists joined by ", "; null or absent: "-"; true and false: yes and no */
	COLUMN_NUMBER,   /* right-aligned */
	COLUMN_TIME,     /* seconds since the epoch, shown as local time */
	COLUMN_DURATION, /* seconds, shown as "1h30m" */
	COLUMN_STATE,    /* a word, coloured on a terminal */
};

/* One column of a table, or one line of a page. */
struct column {
	const char *title;
	const char *key;
	enum column_kind kind;
};

/* Print the objects of the array @items, one a line, under aligned titles. Characters that would move a terminal's
 * cursor are shown as '?'. */
void output_table(FILE *file, const json_t *items, const struct column *columns, size_t n_columns);

/* Print "Title:  value" lines of @object; keys that are absent or null are left out. */
void output_fields(FILE *file, const json_t *object, const struct column *columns, size_t n_columns);

/* Print @value as a JSON document. */
void output_json(FILE *file, const json_t *value);

/* Write the value as a person reads it; free() it. */
char *output_cell(const json_t *value, enum column_kind kind);

/* Bring the objects of the array @items into the order of the addresses (or networks) that stand under @key. */
void output_sort(json_t *items, const char *key);

/* A JSON string of @text; octets that are not UTF-8 are shown as \xNN. JSON null for NULL. */
json_t *output_text(const char *text);

/* {"dn","attribute","code","name","reason"} */
struct finding;
json_t *output_finding(const struct finding *finding);

/* Print an array of those, each in two lines. */
void output_findings(FILE *file, const json_t *findings);

/* {"code","name","message"} */
json_t *output_error_object(const struct error *error);
