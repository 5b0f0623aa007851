/* SPDX-License-Identifier: Apache-2.0 */
/* page.h - results that are more than a table or a few fields, printed on standard output for a person. */
#pragma once

#include <jansson.h>

#include "app/ctl/arguments.h"

/* Print @result of the operation in @arguments. */
typedef void page_f(const struct arguments *arguments, json_t *result);

/* What came of "init". */
page_f page_init;

/* A scope with all that is in force in it. */
page_f page_scope;

/* A reservation with all that is in force for its client. */
page_f page_reservation;

/* Settings; where each comes from, if all that are in force were asked for. */
page_f page_settings;

/* Addresses that are free; what the daemon has counted. */
page_f page_free;
page_f page_statistics;

/* What contradicts each other in leases and directory, and what was put right. */
page_f page_reconcile;

/* What was found in the lease store. */
page_f page_survey;

/* Option values; for whom each is and where it comes from, as far as that matters. */
page_f page_options;

/* What was removed, and the option values that went with it. */
page_f page_lost;

/* A policy with its options. */
page_f page_policy;

/* The other DHCP servers that the daemon has met. */
page_f page_rogues;

/* How the daemon is. */
page_f page_status;

/* A configuration as text, or into which file it was written. */
page_f page_export;

/* What was or would be changed, or what stands against it. */
page_f page_apply;

/* The mistakes of a configuration. */
page_f page_check;

/* Why a client gets what it gets. */
page_f page_explain;

/* The error table, or what one of its codes means. */
page_f page_errors;

/* Borrow the string under @key of @object, "" if there is none. */
const char *page_text_at(const json_t *object, const char *key);
