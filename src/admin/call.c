/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "admin/daemon.h"
#include "admin/directory.h"
#include "admin/result.h"
#include "base/text.h"

#define SENTENCE_MAX 1024

const char *call_value_at(const struct call *call, const char *name, size_t index) {
	for (size_t i = 0; i < call->n_parameters; i++)
		if (strcmp(call->parameters[i].name, name) == 0 && index-- == 0)
			return call->parameters[i].value;
	return NULL;
}

const char *call_value(const struct call *call, const char *name) {
	return call_value_at(call, name, 0);
}

size_t call_count(const struct call *call, const char *name) {
	size_t n = 0;

	while (call_value_at(call, name, n))
		n++;
	return n;
}

bool is_call_given(const struct call *call, const char *name) {
	return call_value(call, name) != NULL;
}

int call_reject_usage(struct call *call, struct error *reterr_error, const char *format, ...) {
	char sentence[sizeof reterr_error->text];
	va_list args;

	call->is_usage_wrong = true;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s", sentence);
}

int call_open_directory(struct call *call, struct directory **ret_directory, struct error *reterr_error) {
	return session_open_directory(call->session, ret_directory, reterr_error);
}

int call_find_socket(struct call *call, const char **ret_path, struct error *reterr_error) {
	return session_find_socket(call->session, ret_path, reterr_error);
}

void call_recheck(struct call *call) {
	struct error ignored;
	const char *path;

	if (call_find_socket(call, &path, &ignored) == 0)
		daemon_recheck(path);
}

int call_confirm(struct call *call, struct error *reterr_error, const char *format, ...) {
	char sentence[SENTENCE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	text_hide_controls(sentence);
	if (session_ask(call->session, sentence))
		return 0;
	return error_set(reterr_error, E_CANCELLED, "cancelled; nothing was changed");
}

void call_progress(struct call *call, size_t done, size_t total, const char *what) {
	session_tell(call->session, done, total, what);
}

bool is_call_piecewise(const struct call *call) {
	return has_session_taker(call->session);
}

int call_hand_over(struct call *call, const char *key, json_t *piece, struct error *reterr_error) {
	char *text = json_dumps(piece, JSON_COMPACT | JSON_ENCODE_ANY);
	bool is_more_wanted = session_hand(call->session, key, text);

	free(text);
	json_decref(piece);
	return is_more_wanted ? 0 : error_set(reterr_error, E_CANCELLED, "ended early, as no more of it is wanted");
}

static bool has_item(const json_t *array, const json_t *wanted) {
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
		if (json_equal(item, wanted))
			return true;
	return false;
}

void call_warn(struct call *call, enum error_code code, const char *format, ...) {
	json_t *warning;
	struct error error;
	va_list args;

	error.code = code;
	va_start(args, format);
	vsnprintf(error.text, sizeof error.text, format, args);
	va_end(args);
	if (!call->warnings)
		call->warnings = json_array();
	warning = result_error(&error);
	if (has_item(call->warnings, warning))
		json_decref(warning);
	else
		json_array_append_new(call->warnings, warning);
}

int call_done(struct call *call, json_t *object) {
	json_decref(call->result);
	call->result = object;
	return 0;
}

int call_list(struct call *call, const char *key, json_t *items, const char *empty) {
	json_t *object = json_pack("{s:o}", key, items);

	if (empty && json_array_size(items) == 0)
		json_object_set_new(object, "message", result_text(empty));
	return call_done(call, object);
}

/* A connection that may be broken is not used again. */
static bool is_connection_doubtful(int r) {
	return r == -E_DHCP_SERVER_NOT_REACHABLE || r == -E_DHCP_ROGUE_DS_UNREACHABLE || r == -E_DDS_UNEXPECTED_ERROR;
}

static char *take_result(struct call *call) {
	if (!call->result)
		call->result = json_object();
	if (call->warnings)
		json_object_set(call->result, "warnings", call->warnings);
	return json_dumps(call->result, JSON_COMPACT);
}

int lessor_call(struct lessor *session, const char *operation, const struct lessor_parameter *parameters,
		size_t n_parameters, char **ret_json, struct lessor_error *reterr_error) {
	struct call call = { .session = session, .parameters = parameters, .n_parameters = n_parameters };
	struct error error = { 0 };
	int r = operation_find(operation, &call.operation, &error);

	if (r == 0)
		r = operation_check(call.operation, parameters, n_parameters, &error);
	if (r < 0)
		return session_refuse(&error, true, reterr_error);
	call.arena = arena_new(0);
	r = call.operation->handler(&call, &error);
	if (ret_json && (r >= 0 || call.result))
		*ret_json = take_result(&call);
	if (r < 0)
		r = session_refuse(&error, call.is_usage_wrong, reterr_error);
	if (is_connection_doubtful(r))
		session_close_directory(session);
	json_decref(call.result);
	json_decref(call.warnings);
	arena_free(call.arena);
	return r;
}
