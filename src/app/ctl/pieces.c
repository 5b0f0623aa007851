/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ctl/view.h"

static void begin(struct pieces *pieces, const char *key, const json_t *piece) {
	snprintf(pieces->key, sizeof pieces->key, "%s", key);
	pieces->is_text = json_is_string(piece);
	if (is_output_json(pieces->arguments))
		printf("{\n  \"%s\": %s", key, pieces->is_text ? "\"" : "[");
}

/* The octets of a text as JSON writes it, without the quotes around them. */
static void print_json_text(const json_t *piece) {
	char *quoted = json_dumps(piece, JSON_ENCODE_ANY);

	fwrite(quoted + 1, 1, strlen(quoted) - 2, stdout);
	free(quoted);
}

static void print_json_items(struct pieces *pieces, const json_t *items) {
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item) {
		fputs(pieces->n_items++ ? ",\n    " : "\n    ", stdout);
		json_dumpf(item, stdout, 0);
	}
}

static void print_piece(struct pieces *pieces, const json_t *piece) {
	bool is_json = is_output_json(pieces->arguments);

	if (pieces->is_text && is_json)
		print_json_text(piece);
	else if (pieces->is_text)
		fputs(json_string_value(piece), stdout);
	else if (is_json)
		print_json_items(pieces, piece);
	else
		view_show_rows(pieces->arguments, &pieces->table, piece);
}

bool pieces_take(void *context, const char *key, const char *json) {
	struct pieces *pieces = context;
	json_t *piece = json_loads(json, JSON_DECODE_ANY, NULL);

	if (!has_pieces(pieces))
		begin(pieces, key, piece);
	print_piece(pieces, piece);
	json_decref(piece);
	return !ferror(stdout);
}

bool has_pieces(const struct pieces *pieces) {
	return pieces->key[0];
}

static void end_json(const struct pieces *pieces, const json_t *result) {
	const char *key;
	json_t *value;

	fputs(pieces->is_text ? "\"" : "\n  ]", stdout);
	json_object_foreach((json_t *)result, key, value) {
		if (strcmp(key, pieces->key) == 0)
			continue;
		printf(",\n  \"%s\": ", key);
		json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_INDENT(2));
	}
	fputs("\n}\n", stdout);
}

void pieces_end(const struct pieces *pieces, const json_t *result) {
	if (is_output_json(pieces->arguments))
		end_json(pieces, result);
	else
		output_message(stdout, result, "");
}
