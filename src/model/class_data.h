/* SPDX-License-Identifier: Apache-2.0 */
/* class_data.h - what the entry of a class says: its kind, "user" or "vendor", and its data, text as it is or "hex:"
 * with hexadecimal behind it. Pure. */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "model/snapshot.h"

#define CLASS_DATA_MAX 255 /* octets: what an option holds */

/* The word for a kind, and back without regard to case: 0 or -E_INVALID_PARAMETER. */
const char *class_kind_name(enum class_kind kind);
int class_kind_parse(const char *word, enum class_kind *ret_kind);

/* Read @text as 1 to CLASS_DATA_MAX octets. 0, or -E_INVALID_PARAMETER with what is expected. */
int class_data_parse(const char *text, uint8_t ret_octets[static CLASS_DATA_MAX], size_t *ret_len,
		     struct error *reterr_error);

/* Add @data in the form that class_data_parse reads: as text if it can be typed. */
void class_data_format(struct span data, struct text *text);
