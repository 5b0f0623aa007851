/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - what one session (struct lessor, lessor/lessor.h) knows: its settings, the defaults from lessord.conf,
 * the directory once opened, whom to ask and tell. */
#pragma once

#include <lessor/lessor.h>

#include "base/error.h"
#include "rt/config.h"

struct directory;

/* Borrow the setting called @name, or NULL if it is not set; of one that may be set several times, the value at
 * @index. */
const char *session_setting(const struct lessor *session, const char *name);
const char *session_setting_at(const struct lessor *session, const char *name, size_t index);

/* Read lessord.conf for the defaults, if it is there and may be read; one that "config" names must be.
 * *@ret_config: borrowed; NULL if there is none. 0, or -E_DHCP_REGISTRY_INIT_FAILED. */
int session_read_config(struct lessor *session, const struct config **ret_config, struct error *reterr_error);

/* Connect to the directory as the settings say, once: later calls give the same connection.
 * 0, or what directory_open says. */
int session_open_directory(struct lessor *session, struct directory **ret_directory, struct error *reterr_error);

/* Close the connection, if there is one: the next call opens it anew. */
void session_close_directory(struct lessor *session);

/* Borrow the path of the management socket. 0, or what session_read_config says. */
int session_find_socket(struct lessor *session, const char **ret_path, struct error *reterr_error);

/* Ask for the password of a simple bind. 0, or -E_INVALID_PARAMETER. */
int session_ask_password(struct lessor *session, char *ret_password, size_t size, struct error *reterr_error);

/* What lessor_on_question and lessor_on_progress were given; true, and nothing, if nobody is to be asked or told. */
bool session_ask(struct lessor *session, const char *question);
void session_tell(struct lessor *session, size_t done, size_t total, const char *what);

/* What lessor_on_piece was given: whether anybody takes pieces, and then whether more are wanted. */
bool has_session_taker(const struct lessor *session);
bool session_hand(struct lessor *session, const char *key, const char *json);

/* Fill @reterr_error (may be NULL) with @error. Returns its negative code. */
int session_refuse(const struct error *error, bool is_usage, struct lessor_error *reterr_error);
