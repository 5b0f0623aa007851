/* SPDX-License-Identifier: Apache-2.0 */
#include "api/import.h"

#include <string.h>

#include "api/json.h"
#include "api/lease_row.h"
#include "base/mem.h"

/* A row that could not be read has a sentence, and no lease. */
struct import_row {
	enum import_outcome outcome;
	struct ip4 address;
	char *sentence; /* owned; NULL if it was read */
};

struct import {
	struct import_row *rows; /* owned, as are the leases */
	size_t n_rows;
	struct lease *leases; /* of the rows that were read, in their order */
	size_t *places;       /* of each of them among the rows */
	size_t n_leases, n_sent, n_done;
	bool is_overwriting;
	unsigned uid;
	struct error error; /* that ended it early; code 0: none */
	struct asking *asking;
	void (*done)(void *context);
	void *context;
};

static void read_row(struct import *import, const json_t *item, size_t place, int64_t now) {
	struct import_row *row = &import->rows[place];
	struct lease *lease = &import->leases[import->n_leases];
	struct error error;

	if (lease_row_parse(item, now, lease, &error) < 0) {
		row->sentence = mem_dup_text(error.text);
		return;
	}
	row->address = lease->address;
	import->places[import->n_leases++] = place;
}

static int check_document(const json_t *document, const json_t *leases, struct error *reterr_error) {
	const json_t *overwrite = json_object_get(document, "overwrite");

	if (!json_is_array(leases) || (overwrite && !json_is_boolean(overwrite)) ||
	    json_object_size(document) > (overwrite ? 2 : 1))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the body must be a JSON object with leases, an array, and perhaps overwrite, true or false");
	if (json_array_size(leases) > IMPORT_ROWS_MAX)
		return error_set(reterr_error, E_INVALID_PARAMETER, "a request may have at most %d leases; send several",
				 IMPORT_ROWS_MAX);
	return 0;
}

static struct import *import_of(const json_t *leases, int64_t now) {
	struct import *import = mem_alloc(sizeof *import);
	size_t n = json_array_size(leases), place;
	const json_t *item;

	/* Room for one more, as of nothing there is no memory to be had. */
	import->n_rows = n;
	import->rows = mem_alloc((n + 1) * sizeof *import->rows);
	import->leases = mem_alloc((n + 1) * sizeof *import->leases);
	import->places = mem_alloc((n + 1) * sizeof *import->places);
	json_array_foreach(leases, place, item)
		read_row(import, item, place, now);
	return import;
}

int import_new(struct span body, unsigned uid, int64_t now, struct import **ret_import, struct error *reterr_error) {
	json_t *document = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *leases = json_object_get(document, "leases");
	int r = check_document(document, leases, reterr_error);

	if (r == 0) {
		*ret_import = import_of(leases, now);
		(*ret_import)->is_overwriting = json_is_true(json_object_get(document, "overwrite"));
		(*ret_import)->uid = uid;
	}
	json_decref(document);
	return r;
}

static void send_next(struct import *import);

static void on_answer(void *context, const struct order_answer *answer) {
	struct import *import = context;

	import->error = answer->error;
	for (; import->n_done < import->n_sent; import->n_done++)
		import->rows[import->places[import->n_done]].outcome =
			answer->outcomes[import->n_done % ORDER_LEASES_MAX];
	send_next(import);
}

static void send_next(struct import *import) {
	size_t n_left = import->n_leases - import->n_sent;
	struct order order = {
		.kind = ORDER_LEASE_IMPORT,
		.uid = import->uid,
		.is_overwriting = import->is_overwriting,
	};

	if (n_left == 0 || import->error.code) {
		import->done(import->context);
		return;
	}
	order.n_leases = (uint32_t)(n_left < ORDER_LEASES_MAX ? n_left : ORDER_LEASES_MAX);
	import->n_sent += order.n_leases;
	asking_order(import->asking, &order, import->leases + import->n_done, on_answer, import);
}

void import_run(struct import *import, struct asking *asking, void (*done)(void *context), void *context) {
	import->asking = asking;
	import->done = done;
	import->context = context;
	send_next(import);
}

static json_t *refusal_json(size_t place, const struct error *error) {
	json_t *object = json_object();

	json_set_integer(object, "row", (int64_t)place);
	json_set_code(object, error->code);
	json_set_text(object, "message", error->text);
	return object;
}

/* False if the row is in the store. */
static bool is_refused(const struct import_row *row, struct error *ret_why) {
	return row->sentence ? error_set(ret_why, E_INVALID_PARAMETER, "%s", row->sentence) < 0
			     : import_refusal(row->outcome, row->address, ret_why) < 0;
}

int import_json(const struct import *import, json_t **ret_object, struct error *reterr_error) {
	json_t *object, *refused;
	int64_t n_stored = 0, n_kept = 0;
	struct error why;

	if (import->error.code) {
		*reterr_error = import->error;
		return -import->error.code;
	}
	object = json_object();
	refused = json_array();
	for (size_t i = 0; i < import->n_rows; i++)
		if (is_refused(&import->rows[i], &why))
			json_array_append_new(refused, refusal_json(i, &why));
		else if (import->rows[i].outcome == IMPORT_STORED)
			n_stored++;
		else
			n_kept++;
	json_set_integer(object, "stored", n_stored);
	json_set_integer(object, "kept", n_kept);
	json_object_set_new(object, "refused", refused);
	*ret_object = object;
	return 0;
}

struct import *import_free(struct import *import) {
	if (!import)
		return NULL;
	for (size_t i = 0; i < import->n_rows; i++)
		free(import->rows[i].sentence);
	free(import->rows);
	free(import->leases);
	free(import->places);
	free(import);
	return NULL;
}
