/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - lessord.conf: sections, keys and values (config.def), read with inih, checked whole before use. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CONFIG_MODE_DIRECTORY, CONFIG_MODE_STANDALONE }; /* of config.mode */
enum { CONFIG_BIND_ANONYMOUS, CONFIG_BIND_SIMPLE, CONFIG_BIND_EXTERNAL, CONFIG_BIND_GSSAPI }; /* of config.bind */
enum { CONFIG_START_TLS_AUTO, CONFIG_START_TLS_YES, CONFIG_START_TLS_NO };                    /* of config.start_tls */
enum { CONFIG_SASL_AUTO, CONFIG_SASL_NONE, CONFIG_SASL_SIGN, CONFIG_SASL_SEAL }; /* of config.sasl_security */
/* Of config.channel_binding. */
enum { CONFIG_CHANNEL_BINDING_NONE, CONFIG_CHANNEL_BINDING_TLS_UNIQUE, CONFIG_CHANNEL_BINDING_TLS_ENDPOINT };

#define BACKUP_DIRECTORY_MAX 248 /* of its path, with the final NUL, as with Windows */

#define CONFIG_FIELD_TEXT char *
#define CONFIG_FIELD_PATH char *
#define CONFIG_FIELD_LIST char **
#define CONFIG_FIELD_DURATION(least, most) uint64_t
#define CONFIG_FIELD_CHOICE(words) unsigned

/* Owned by whoever read it; config_free ends it. Lists end with NULL; texts are never NULL. */
struct config {
#define CONFIG(symbol, section, key, kind, fallback, description) CONFIG_FIELD_##kind symbol;
#include "rt/config.def"
#undef CONFIG
};

/* Read the file @path. All values are checked, each by itself and together (with a directory a URI is given, its scheme
 * is known, a simple bind has name and password file ...). 0, or -E_DHCP_REGISTRY_INIT_FAILED (an audit directory's
 * path that is too long: -E_DHCP_LOG_FILE_PATH_TOO_LONG) with file, line, key and what is expected. */
int config_read_file(const char *path, struct config **ret_config, struct error *reterr_error);

/* The same for @text of @len bytes; @name stands for the file in errors. Pure. */
int config_read_text(const char *name, const char *text, size_t len, struct config **ret_config,
		     struct error *reterr_error);

/* The same for what can be read from @fd, which stays open at the same position. */
int config_read_fd(const char *name, int fd, struct config **ret_config, struct error *reterr_error);

/* Where the file gave no server name, take the host's, qualified by the resolver if it has no dot. May wait for DNS.
 * 0, or -E_DHCP_REGISTRY_INIT_FAILED when the host has no name that could be one. */
int config_complete_name(struct config *config, struct error *reterr_error);

/* All settings as the text of a file that config_read_text turns into an equal struct, but for those that are not used
 * in its mode; free() it. */
char *config_format(const struct config *config);

/* A commented example file made from the table; free() it. */
char *config_format_example(void);

/* Accepts NULL; returns NULL. */
struct config *config_free(struct config *config);

enum config_kind { CONFIG_TEXT, CONFIG_PATH, CONFIG_LIST, CONFIG_DURATION, CONFIG_CHOICE };

/* One row of config.def, for the manual. Lifetime: static. */
struct config_info {
	const char *section, *key;
	enum config_kind kind;
	uint64_t least, most; /* of a CONFIG_DURATION, in seconds */
	const char *words;    /* of a CONFIG_CHOICE, separated by '|' */
	const char *fallback, *description;
};

/* Borrow row @index; NULL past the end. */
const struct config_info *config_info_at(size_t index);
