/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl lease export: leases as a file, page by page as the daemon gives them. */
#include <stdlib.h>
#include <string.h>

#include "admin/daemon.h"
#include "admin/draft.h"
#include "admin/lease.h"
#include "admin/lease_csv.h"
#include "admin/lease_reader.h"
#include "admin/result.h"
#include "base/ip4.h"

static const char json_begin[] = "{\"leases\": [", json_end[] = "\n]}\n";

struct export {
	struct call *call;
	enum lease_format format;
	struct draft *draft;  /* NULL: the text is handed over, or becomes part of the result */
	struct csv_text text; /* not written yet */
	size_t n_leases, n_expected;
};

static void add_lease(struct export *export, const json_t *lease) {
	char *line;

	if (export->format == LEASE_FORMAT_CSV) {
		lease_csv_add(&export->text, lease);
	} else {
		line = json_dumps(lease, JSON_COMPACT);
		csv_add(&export->text, span_of_text(export->n_leases ? ",\n" : "\n"));
		csv_add(&export->text, span_of_text(line));
		free(line);
	}
	export->n_leases++;
}

/* The text so far, which is then empty again. */
static json_t *take_text(struct export *export) {
	size_t len = export->text.len;

	export->text.len = 0;
	return json_stringn(len ? export->text.octets : "", len);
}

static int flush(struct export *export, struct error *reterr_error) {
	struct draft *failed = export->draft;

	if (!export->draft)
		return is_call_piecewise(export->call) && export->text.len
			       ? call_hand_over(export->call, "text", take_text(export), reterr_error)
			       : 0;
	draft_write(export->draft, export->text.octets, export->text.len);
	export->text.len = 0;
	if (!has_draft_failed(export->draft))
		return 0;
	export->draft = NULL;
	return draft_finish(failed, reterr_error);
}

static int export_some(void *context, const json_t *leases, struct error *reterr_error) {
	struct export *export = context;
	const json_t *lease;
	size_t i;

	json_array_foreach(leases, i, lease)
		add_lease(export, lease);
	/* Leases come while they are written. */
	if (export->n_leases < export->n_expected)
		call_progress(export->call, export->n_leases, export->n_expected, "leases");
	return flush(export, reterr_error);
}

/* How many leases there are, for the progress alone: a scope's are not counted. */
static size_t expect_leases(const char *socket_path, const char *network) {
	json_t *status = NULL;
	struct error ignored;
	size_t n;

	if (network || daemon_call(socket_path, "/v1/status", false, &status, &ignored) < 0)
		return 0;
	n = (size_t)json_integer_value(json_object_get(json_object_get(status, "leases"), "count"));
	json_decref(status);
	return n;
}

static int write_all(struct export *export, const char *socket_path, const char *network, struct error *reterr_error) {
	const struct daemon_leases leases = { network, "", SIZE_MAX };
	json_t *next = NULL;
	int r;

	export->n_expected = expect_leases(socket_path, network);
	if (export->format == LEASE_FORMAT_CSV)
		lease_csv_add_header(&export->text);
	else
		csv_add(&export->text, span_of_text(json_begin));
	r = daemon_visit_leases(socket_path, &leases, export_some, export, &next, reterr_error);
	if (export->n_expected)
		call_progress(export->call, export->n_expected, export->n_expected, "leases");
	json_decref(next);
	if (r < 0)
		return r;
	if (export->format == LEASE_FORMAT_JSON)
		csv_add(&export->text, span_of_text(json_end));
	return flush(export, reterr_error);
}

static int put_in_place(struct export *export, struct error *reterr_error) {
	struct draft *draft = export->draft;

	export->draft = NULL;
	return draft ? draft_finish(draft, reterr_error) : 0;
}

static int hand_over(struct export *export, const char *path) {
	json_t *result = json_pack("{s:s,s:I}", "format", export->format == LEASE_FORMAT_CSV ? "csv" : "json", "leases",
				   (json_int_t)export->n_leases);

	if (!path) {
		json_object_set_new(result, "text", take_text(export));
		return call_done(export->call, result);
	}
	json_object_set_new(result, "file", result_text(path));
	json_object_set_new(result, "message",
			    result_text(arena_format(export->call->arena, "wrote %zu leases into %s", export->n_leases,
						     path)));
	return call_done(export->call, result);
}

/* "lease list" takes a network there, and a file called like one is hardly what is wanted. */
static int check_path(const char *path, struct error *reterr_error) {
	size_t len = strcspn(path, "/"), end = path[len] ? len + 1 : len;
	char word[IP4_TEXT_MAX] = "";
	struct ip4 address;

	if (len < sizeof word)
		memcpy(word, path, len);
	if (ip4_parse(word, &address) < 0 || path[end + strspn(path + end, "0123456789")])
		return 0;
	return error_set(reterr_error, E_INVALID_PARAMETER,
			 "%s is a network; to write its leases alone into a file: lessorctl lease export FILE --scope %s", path,
			 word);
}

int lease_export(struct call *call, struct error *reterr_error) {
	const char *path = call_value(call, "file"), *network, *socket_path;
	struct export export = { .call = call };
	int r;

	path = path && strcmp(path, "-") == 0 ? NULL : path;
	r = path ? check_path(path, reterr_error) : 0;
	if (r == 0)
		r = lease_format_choose(call_value(call, "format"), path, &export.format, reterr_error);
	if (r == 0)
		r = lease_take_network(call, "scope", &network, reterr_error);
	if (r == 0)
		r = call_find_socket(call, &socket_path, reterr_error);
	if (r == 0 && path)
		r = draft_begin(path, &export.draft, reterr_error);
	if (r == 0)
		r = write_all(&export, socket_path, network, reterr_error);
	if (r == 0)
		r = put_in_place(&export, reterr_error);
	if (r == 0)
		r = hand_over(&export, path);
	draft_abort(export.draft);
	free(export.text.octets);
	return r;
}
