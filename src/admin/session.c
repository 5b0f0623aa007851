/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/session.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/directory.h"
#include "admin/operation.h"
#include "base/arena.h"
#include "base/mem.h"

#define DEFAULT_CONFIG SYSCONFDIR "/lessor/lessord.conf"
#define DEFAULT_SOCKET "/run/lessor/api.sock"

struct session_value {
	const char *name; /* of the row */
	char *value;      /* owned */
};

struct lessor {
	struct session_value *values; /* owned, in the order in which they were set */
	size_t n_values, values_capacity;
	struct config *config;       /* owned; NULL until it is read, or if there is none to be read */
	struct arena *arena;         /* owned; for as long as the directory is open */
	struct directory *directory; /* owned; NULL until it is opened */
	lessor_question_f *ask;
	lessor_progress_f *tell;
	lessor_piece_f *take;
	lessor_password_f *ask_password;
	void *ask_context, *tell_context, *take_context, *ask_password_context;
};

struct lessor *lessor_new(void) {
	struct lessor *session = mem_alloc(sizeof *session);

	session->arena = arena_new(0);
	return session;
}

static void forget_value(struct lessor *session, const char *name) {
	size_t n = 0;

	for (size_t i = 0; i < session->n_values; i++) {
		if (strcmp(session->values[i].name, name) == 0)
			free(session->values[i].value);
		else
			session->values[n++] = session->values[i];
	}
	session->n_values = n;
}

struct lessor *lessor_free(struct lessor *session) {
	if (!session)
		return NULL;
	session_close_directory(session);
	for (size_t i = 0; i < session->n_values; i++)
		free(session->values[i].value);
	free(session->values);
	config_free(session->config);
	arena_free(session->arena);
	free(session);
	return NULL;
}

static void add_value(struct lessor *session, const char *name, const char *value) {
	session->values =
		mem_grow(session->values, &session->values_capacity, session->n_values + 1, sizeof *session->values);
	session->values[session->n_values++] = (struct session_value){ name, mem_dup_text(value) };
}

int lessor_configure(struct lessor *session, const char *name, const char *value, struct lessor_error *reterr_error) {
	const struct lessor_parameter_info *info = operation_setting_find(name);
	struct error error;

	if (!info) {
		error_set(&error, E_INVALID_PARAMETER, "there is no setting \"%s\"", name);
		return session_refuse(&error, true, reterr_error);
	}
	session_close_directory(session);
	session->config = config_free(session->config);
	if (!value || !info->is_repeatable)
		forget_value(session, info->name);
	if (value)
		add_value(session, info->name, value);
	return 0;
}

const char *session_setting_at(const struct lessor *session, const char *name, size_t index) {
	for (size_t i = 0; i < session->n_values; i++)
		if (strcmp(session->values[i].name, name) == 0 && index-- == 0)
			return session->values[i].value;
	return NULL;
}

const char *session_setting(const struct lessor *session, const char *name) {
	return session_setting_at(session, name, 0);
}

int session_read_config(struct lessor *session, const struct config **ret_config, struct error *reterr_error) {
	const char *path = session_setting(session, "config");
	int r = 0;

	if (!session->config && (path || access(DEFAULT_CONFIG, R_OK) == 0))
		r = config_read_file(path ? path : DEFAULT_CONFIG, &session->config, reterr_error);
	if (r == 0)
		*ret_config = session->config;
	return r;
}

int session_open_directory(struct lessor *session, struct directory **ret_directory, struct error *reterr_error) {
	const struct config *config = NULL;
	int r = session->directory ? 0 : session_read_config(session, &config, reterr_error);

	/* A file of defaults that cannot be used stands in nobody's way who says where to go. */
	if (r < 0 && (session_setting(session, "uri") || session_setting(session, "file")))
		r = 0;
	if (r == 0 && !session->directory)
		r = directory_open(session, config, session->arena, &session->directory, reterr_error);
	if (r == 0)
		*ret_directory = session->directory;
	return r;
}

void session_close_directory(struct lessor *session) {
	session->directory = directory_close(session->directory);
	arena_reset(session->arena);
}

int session_find_socket(struct lessor *session, const char **ret_path, struct error *reterr_error) {
	const char *path = session_setting(session, "socket");
	const struct config *config = NULL;
	int r = path ? 0 : session_read_config(session, &config, reterr_error);

	if (r == 0)
		*ret_path = path ? path : config ? config->api_socket : DEFAULT_SOCKET;
	return r;
}

void lessor_on_question(struct lessor *session, lessor_question_f *ask, void *context) {
	session->ask = ask;
	session->ask_context = context;
}

void lessor_on_progress(struct lessor *session, lessor_progress_f *tell, void *context) {
	session->tell = tell;
	session->tell_context = context;
}

void lessor_on_piece(struct lessor *session, lessor_piece_f *take, void *context) {
	session->take = take;
	session->take_context = context;
}

void lessor_on_password(struct lessor *session, lessor_password_f *ask, void *context) {
	session->ask_password = ask;
	session->ask_password_context = context;
}

int session_ask_password(struct lessor *session, char *ret_password, size_t size, struct error *reterr_error) {
	int r;

	ret_password[0] = '\0';
	if (session->ask_password && session->ask_password(session->ask_password_context, ret_password, size))
		return 0;
	r = error_set(reterr_error, E_INVALID_PARAMETER, "%s",
		      ret_password[0] ? ret_password
				      : "there is no password: name a file with -y, or let it be asked for with -W");
	ret_password[0] = '\0';
	return r;
}

bool session_ask(struct lessor *session, const char *question) {
	return !session->ask || session->ask(session->ask_context, question);
}

void session_tell(struct lessor *session, size_t done, size_t total, const char *what) {
	if (session->tell)
		session->tell(session->tell_context, done, total, what);
}

bool has_session_taker(const struct lessor *session) {
	return session->take != NULL;
}

bool session_hand(struct lessor *session, const char *key, const char *json) {
	return session->take(session->take_context, key, json);
}

int session_refuse(const struct error *error, bool is_usage, struct lessor_error *reterr_error) {
	int code = error->code < 0 ? -error->code : error->code;

	static_assert(sizeof reterr_error->text >= sizeof error->text, "a sentence is passed on whole");
	if (reterr_error) {
		*reterr_error = (struct lessor_error){ .code = code, .is_usage = is_usage };
		memcpy(reterr_error->text, error->text, sizeof error->text);
	}
	return -code;
}

const char *lessor_error_name(int code) {
	return error_name(code);
}

const char *lessor_error_meaning(int code) {
	const struct error_info *info = error_info_get(code);

	return info ? info->meaning : "";
}

const char *lessor_error_advice(int code) {
	const struct error_info *info = error_info_get(code);

	return info ? info->advice : "";
}
