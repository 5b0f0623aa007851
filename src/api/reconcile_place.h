/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile_place.h - how far a comparison has come, which a client hands back to get the next page. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip4.h"
#include "store/lease_check.h"

#define RECONCILE_PLACE_TEXT_MAX (2 * (LEASE_CHECK_KEY_MAX + 2) + 1)

/* What is looked at, in this order. */
enum reconcile_stage {
	RECONCILE_RECORDS,      /* against the directory and each other */
	RECONCILE_RESERVATIONS, /* against the records */
	RECONCILE_ROWS,         /* of the indexes, against the records */
	RECONCILE_STAGE_COUNT,
};

/* Embedded; all zero: the beginning. */
struct reconcile_place {
	enum reconcile_stage stage;
	struct ip4 next;             /* of the first two stages: where to go on */
	enum lease_check_stage rows; /* of the third: which rows, and the key to go on from; none: the first one */
	size_t key_len;
	uint8_t key[LEASE_CHECK_KEY_MAX];
};

/* Write @place as a word of letters and digits into @ret_text and return it. */
const char *reconcile_place_format(const struct reconcile_place *place, char ret_text[static RECONCILE_PLACE_TEXT_MAX]);

/* Read such a word. 0, or -E_INVALID_PARAMETER with a sentence. */
int reconcile_place_parse(const char *text, struct reconcile_place *ret_place, struct error *reterr_error);
