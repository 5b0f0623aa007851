/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl lease import: leases of a file are handed to the daemon in pieces, which it makes durable before it
 * answers. So it can be ended at any moment and begun again: what is stored already is kept as it is. */
#include <string.h>

#include "admin/daemon.h"
#include "admin/lease.h"
#include "admin/lease_reader.h"
#include "admin/result.h"

#define ROWS_MAX 512               /* of one request; api takes no more */
#define OCTETS_MAX ((size_t)512 << 10) /* likewise, with room for the braces */
#define ROW_OVERHEAD 256           /* octets by which JSON may be longer than a record */
#define PATIENCE_S 60              /* a slow disk has several batches to take */

/* The same key stands in what comes in pieces and in what is left of it. */
static const char refusals_key[] = "refusals";

struct import {
	struct call *call;
	const char *socket_path;
	struct lease_reader *reader;
	json_t *rows;           /* read, and not handed over yet */
	size_t lines[ROWS_MAX]; /* on which they begin */
	uint64_t from;          /* where the first of them begins in the file */
	json_t *malformed;      /* those between them that could not be read, as refusals */
	json_t *refusals;       /* that nobody took */
	size_t n_stored, n_kept, n_refused;
};

static json_t *refusal_of(size_t line, json_int_t code, const char *message) {
	return json_pack("{s:I,s:I,s:s,s:s}", "line", (json_int_t)line, "code", code, "name", error_name((int)code),
			 "message", message ? message : "");
}

static json_int_t line_of(const json_t *refusal) {
	return json_integer_value(json_object_get(refusal, "line"));
}

/* Move from @malformed to @refusals what stands before @line. */
static void move_before(json_t *malformed, json_int_t line, json_t *refusals) {
	while (json_array_size(malformed) && line_of(json_array_get(malformed, 0)) < line) {
		json_array_append(refusals, json_array_get(malformed, 0));
		json_array_remove(malformed, 0);
	}
}

/* All refusals about the rows at hand, in the order of their lines. */
static json_t *take_refusals(struct import *import, const json_t *answer) {
	json_t *refusals = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(answer, "refused"), i, item) {
		size_t row = (size_t)json_integer_value(json_object_get(item, "row"));
		size_t line = row < ROWS_MAX ? import->lines[row] : 0;

		move_before(import->malformed, (json_int_t)line, refusals);
		json_array_append_new(refusals, refusal_of(line, json_integer_value(json_object_get(item, "code")),
							   json_string_value(json_object_get(item, "message"))));
	}
	move_before(import->malformed, INT64_MAX, refusals);
	return refusals;
}

static int report(struct import *import, json_t *refusals, struct error *reterr_error) {
	import->n_refused += json_array_size(refusals);
	if (json_array_size(refusals) && is_call_piecewise(import->call))
		return call_hand_over(import->call, refusals_key, refusals, reterr_error);
	json_array_extend(import->refusals, refusals);
	json_decref(refusals);
	return 0;
}

static int ask(struct import *import, json_t **ret_answer, struct error *reterr_error) {
	json_t *body = json_pack("{s:O,s:b}", "leases", import->rows, "overwrite",
				 is_call_given(import->call, "overwrite"));
	const struct daemon_request request = {
		.method = "POST", .path = "/v1/leases/import", .body = body, .patience_s = PATIENCE_S
	};
	int r = daemon_ask(import->socket_path, &request, ret_answer, reterr_error);

	json_decref(body);
	if (r < 0 && import->n_stored + import->n_kept > 0)
		error_prefix(reterr_error, "from line %zu on nothing may have been stored; import the file again", import->lines[0]);
	return r;
}

/* Hand over the rows at hand. */
static int flush(struct import *import, struct error *reterr_error) {
	json_t *answer = NULL;
	int r = json_array_size(import->rows) ? ask(import, &answer, reterr_error) : 0;

	if (r < 0)
		return r;
	import->n_stored += (size_t)json_integer_value(json_object_get(answer, "stored"));
	import->n_kept += (size_t)json_integer_value(json_object_get(answer, "kept"));
	r = report(import, take_refusals(import, answer), reterr_error);
	json_decref(answer);
	json_array_clear(import->rows);
	import->from = lease_reader_position(import->reader);
	return r;
}

static void tell(const struct import *import) {
	uint64_t size = lease_reader_size(import->reader), done = lease_reader_position(import->reader);

	if (size == 0 || done < size)
		call_progress(import->call, done, size, "octets");
}

static int take_row(struct import *import, json_t *lease, struct error *reterr_error) {
	size_t n = json_array_size(import->rows);
	size_t octets;

	import->lines[n++] = lease_reader_line(import->reader);
	json_array_append_new(import->rows, lease);
	octets = lease_reader_position(import->reader) - import->from + n * ROW_OVERHEAD;
	if (n < ROWS_MAX && octets < OCTETS_MAX)
		return 0;
	tell(import);
	return flush(import, reterr_error);
}

static int take_malformed(struct import *import, const struct error *why, struct error *reterr_error) {
	json_array_append_new(import->malformed,
			      refusal_of(lease_reader_line(import->reader), why->code, why->text));
	return json_array_size(import->malformed) < ROWS_MAX ? 0 : flush(import, reterr_error);
}

/* What stands before a place from which nothing can be read is imported all the same. */
static int end_early(struct import *import, const struct error *why, struct error *reterr_error) {
	int r = flush(import, reterr_error);

	if (r < 0)
		return r;
	*reterr_error = *why;
	return -why->code;
}

static int read_all(struct import *import, struct error *reterr_error) {
	bool is_malformed;
	struct error why;
	json_t *lease;
	int r = 0;

	while (r == 0) {
		if (lease_reader_next(import->reader, &lease, &is_malformed, &why) < 0)
			return end_early(import, &why, reterr_error);
		if (!lease && !is_malformed)
			return flush(import, reterr_error);
		r = is_malformed ? take_malformed(import, &why, reterr_error) : take_row(import, lease, reterr_error);
	}
	return r;
}

static void hand_over(struct import *import) {
	call_done(import->call,
		  json_pack("{s:I,s:I,s:I,s:O,s:o}", "stored", (json_int_t)import->n_stored, "kept",
			    (json_int_t)import->n_kept, "refused", (json_int_t)import->n_refused, refusals_key,
			    import->refusals, "message",
			    result_text(arena_format(import->call->arena,
						     "%zu leases are stored, %zu were there already, %zu are refused",
						     import->n_stored, import->n_kept, import->n_refused))));
}

static int run(struct import *import, struct error *reterr_error) {
	int r;

	import->rows = json_array();
	import->malformed = json_array();
	import->refusals = json_array();
	r = read_all(import, reterr_error);
	call_progress(import->call, lease_reader_size(import->reader), lease_reader_size(import->reader), "octets");
	if (r == 0 || import->n_stored + import->n_kept + import->n_refused > 0)
		hand_over(import);
	json_decref(import->rows);
	json_decref(import->malformed);
	json_decref(import->refusals);
	return r < 0 ? r : import->n_refused > 0;
}

int lease_import(struct call *call, struct error *reterr_error) {
	const char *path = call_value(call, "file");
	struct import import = { .call = call };
	enum lease_format format;
	int r = lease_format_choose(call_value(call, "format"), path, &format, reterr_error);

	if (r == 0)
		r = call_find_socket(call, &import.socket_path, reterr_error);
	if (r == 0)
		r = lease_reader_open(path, format, &import.reader, reterr_error);
	if (r == 0 && is_call_given(call, "overwrite"))
		r = call_confirm(call, reterr_error,
				 "leases of the file replace what the server remembers of other clients and other times");
	if (r == 0)
		r = run(&import, reterr_error);
	lease_reader_close(import.reader);
	return r;
}
