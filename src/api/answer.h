/* SPDX-License-Identifier: Apache-2.0 */
/* answer.h - from a request to its answer, without a socket. */
#pragma once

#include "api/request.h"
#include "api/sources.h"
#include "store/lease_survey.h"
#include "base/clock.h"
#include "rt/config.h"

/* Most entries that one answer lists. */
#define API_FINDINGS_MAX 1000

/* Embedded. */
struct api_answer {
	int http_status;
	const char *content_type; /* static */
	char *body;               /* owned, free() it; ends with a newline */
	bool is_recheck;          /* dir and serve are to check authorization, and to look for other servers, now */
};

/* What an answer is made of. Borrowed. Embedded. */
struct api_question {
	const struct api_request *request;
	const struct order_answer *done; /* what serve says to request->order; NULL if it was not asked */
	const struct import *import;     /* that has ended; NULL if none was asked for */
	const struct lease_survey *survey; /* of the lease store; NULL if none was asked for */
	unsigned uid;                    /* of the user who asks */
	const struct config *config;     /* lessord.conf; NULL: nothing is said there */
};

/* Answer @question from @sources at @now; @arena is the request's. Never fails: an error is an answer too. */
void api_answer_make(struct sources *sources, struct arena *arena, const struct api_question *question,
		     const struct moment *now, struct api_answer *ret_answer);

/* Answer with an error. */
void api_answer_error(const struct error *error, struct api_answer *ret_answer);
