/* SPDX-License-Identifier: Apache-2.0 */
/* pieces.h - long results, printed on standard output while they come (lessor_on_piece). */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "app/ctl/arguments.h"
#include "app/ctl/output.h"

/* Embedded; with arguments alone, nothing has come yet. */
struct pieces {
	const struct arguments *arguments;
	char key[32]; /* of the member that comes; "": none has */
	bool is_text;
	size_t n_items;
	struct output_table table;
};

/* A lessor_piece_f: @context is a struct pieces. */
bool pieces_take(void *context, const char *key, const char *json);

/* True if anything was printed: then pieces_end prints what else the result says. */
bool has_pieces(const struct pieces *pieces);

/* Print what @result has beside the member that came in pieces. */
void pieces_end(const struct pieces *pieces, const json_t *result);
