/* SPDX-License-Identifier: Apache-2.0 */
/* Which directory, as whom, and where in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/directory_priv.h"
#include "admin/ldif_file.h"
#include "admin/password.h"
#include "admin/session.h"
#include "base/mem.h"
#include "base/text.h"
#include "dir/choices.h"
#include "dir/discovery.h"
#include "model/dn.h"

#define TIMEOUT_MS_DEFAULT 5000

static const char *const bind_words[] = {
	[CONNECTION_ANONYMOUS] = "anonymous",
	[CONNECTION_SIMPLE] = "simple",
	[CONNECTION_EXTERNAL] = "external",
	[CONNECTION_GSSAPI] = "gssapi",
};

static int choose_bind(struct lessor *session, const char *uri, enum connection_bind *ret_bind,
		       struct error *reterr_error) {
	const char *word = session_setting(session, "bind");

	for (size_t i = 0; word && i < ARRAY_LEN(bind_words); i++) {
		if (strcmp(word, bind_words[i]) != 0)
			continue;
		*ret_bind = (enum connection_bind)i;
		return 0;
	}
	if (word)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "--bind %s is not known; it is one of anonymous, simple, external, gssapi", word);
	if (session_setting(session, "bind-dn"))
		*ret_bind = CONNECTION_SIMPLE;
	else
		*ret_bind = strncasecmp(uri, "ldapi:", 6) == 0 ? CONNECTION_EXTERNAL : CONNECTION_GSSAPI;
	return 0;
}

static int get_password(struct lessor *session, char ret_password[static PASSWORD_MAX],
			struct error *reterr_error) {
	const char *path = session_setting(session, "password-file");

	if (!session_setting(session, "bind-dn"))
		return error_set(reterr_error, E_INVALID_PARAMETER, "a simple bind needs a name: say who you are with -D DN");
	if (path)
		return password_read_file(path, ret_password, reterr_error);
	return session_ask_password(session, ret_password, PASSWORD_MAX, reterr_error);
}

/* The servers of the command line, else those of the configuration: named there, or found by DNS. */
static int choose_servers(struct lessor *session, const struct config *config, struct arena *arena,
			  struct discovery **ret_discovery, struct error *reterr_error) {
	const char **uris;
	size_t n = 0;

	while (session_setting_at(session, "uri", n))
		n++;
	if (n) {
		uris = arena_array_of(arena, const char *, n + 1);
		for (size_t i = 0; i < n; i++)
			uris[i] = session_setting_at(session, "uri", i);
		*ret_discovery = discovery_new(uris, "", "");
		return 0;
	}
	if (!config || (!config->uri[0] && !config->domain[0]))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "nothing says which directory to talk to: name it with -H URI, or a lessord.conf with -c FILE");
	*ret_discovery = discovery_new((const char *const *)config->uri, config->domain, config->site);
	return 0;
}

static int connect_servers(struct directory *directory, struct lessor *session,
			   struct connection_settings *settings, struct error *reterr_error) {
	char password[PASSWORD_MAX] = "";
	int r = choose_bind(session, settings->uris[0], &settings->bind, reterr_error);

	if (r < 0)
		return r;
	settings->password = password;
	r = settings->bind == CONNECTION_SIMPLE ? get_password(session, password, reterr_error) : 0;
	if (r == 0)
		r = connection_open(settings, &directory->connection, reterr_error);
	explicit_bzero(password, sizeof password);
	return r;
}

static int connect_directory(struct directory *directory, struct lessor *session,
			     const struct config *config, struct error *reterr_error) {
	struct connection_settings settings = {
		.channel_binding = CONNECTION_BINDING_TLS_ENDPOINT,
		.bind_dn = session_setting(session, "bind-dn"),
		.keytab = getenv("KRB5_CLIENT_KTNAME"), /* Kerberos' own way to run a client without kinit */
		.tls_ca_file = session_setting(session, "ca-file"),
		.timeout_ms = config && config->timeout ? config->timeout * 1000 : TIMEOUT_MS_DEFAULT,
	};
	struct discovery *discovery = NULL;
	struct discovered discovered;
	int r = choose_servers(session, config, directory->arena, &discovery, reterr_error);

	if (r < 0)
		return r;
	if (config)
		choices_apply(config, &settings);
	settings.start_tls = session_setting(session, "start-tls") ? CONNECTION_TLS_YES : CONNECTION_TLS_AUTO;
	if (!settings.tls_ca_file && config)
		settings.tls_ca_file = config->tls_ca_file;
	r = discovery_find(discovery, settings.timeout_ms, &discovered, reterr_error);
	if (r == 0) {
		settings.uris = discovered.uris;
		r = connect_servers(directory, session, &settings, reterr_error);
	}
	discovery_free(discovery);
	return r;
}

/* Take the naming context from the rootDSE: AD's default one, or the only one there is. */
static int ask_base(struct directory *directory, struct error *reterr_error) {
	struct directory_entries found = { 0 };
	const char *base = NULL;
	int r = directory_search(directory, "", DIRECTORY_ENTRY, "(objectClass=*)", &found, reterr_error);

	if (r < 0)
		return r;
	if (found.n_items) {
		const struct entry_attribute *contexts = entry_attribute_get(found.items[0], "namingContexts");

		base = entry_text(found.items[0], "defaultNamingContext");
		if (!base && contexts && contexts->n_values == 1)
			base = (const char *)contexts->values[0].data;
	}
	directory_entries_done(&found);
	if (!base)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "%s holds several naming contexts, or does not say which; name yours with -b DN",
				 connection_uri(directory->connection));
	directory->base = base;
	return 0;
}

static int settle_bases(struct directory *directory, struct lessor *session, const struct config *config,
			struct error *reterr_error) {
	const struct connection_features *features = connection_features(directory->connection);
	const char *base = session_setting(session, "base");
	const char *authorization = session_setting(session, "authorization-base");
	int r = 0;

	if (!base && config && config->base[0])
		base = config->base;
	if (base)
		directory->base = arena_dup_text(directory->arena, base);
	else
		r = ask_base(directory, reterr_error);
	if (r < 0)
		return r;
	if (!authorization && config && config->authorization_base[0])
		authorization = config->authorization_base;
	if (!authorization && features->configuration_base[0])
		authorization = features->configuration_base;
	directory->authorization_base = authorization ? arena_dup_text(directory->arena, authorization) :
							arena_format(directory->arena, "cn=Configuration,%s", directory->base);
	directory->authorization_dn =
		arena_format(directory->arena, "cn=NetServices,cn=Services,%s", directory->authorization_base);
	return 0;
}

/* The file that stands in the directory's place, or NULL. A directory that is named goes before lessord.conf. */
static const char *choose_file(struct lessor *session, const struct config *config) {
	const char *file = session_setting(session, "file");

	if (file || session_setting(session, "uri") || !config || config->mode != CONFIG_MODE_STANDALONE)
		return file;
	return config->standalone_file;
}

static int open_file(struct directory *directory, struct lessor *session, const char *path,
		     struct error *reterr_error) {
	int r;

	if (session_setting(session, "uri"))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "both a directory (-H) and a file in its place (--file) are named; name one of the two");
	r = ldif_file_open(path, session_setting(session, "base"), directory->arena, &directory->file, reterr_error);
	if (r < 0)
		return r;
	directory->base = ldif_file_base(directory->file);
	directory->authorization_base = directory->authorization_dn = "";
	return 0;
}

int directory_open(struct lessor *session, const struct config *config, struct arena *arena,
		   struct directory **ret_directory, struct error *reterr_error) {
	struct directory *directory = mem_alloc(sizeof *directory);
	const char *file;
	int r;

	directory->arena = arena;
	file = choose_file(session, config);
	if (file)
		r = open_file(directory, session, file, reterr_error);
	else
		r = connect_directory(directory, session, config, reterr_error);
	if (r == 0 && !file)
		r = settle_bases(directory, session, config, reterr_error);
	if (r < 0) {
		directory_close(directory);
		return r;
	}
	*ret_directory = directory;
	return 0;
}

struct directory *directory_close(struct directory *directory) {
	if (!directory)
		return NULL;
	connection_close(directory->connection);
	ldif_file_close(directory->file);
	free(directory);
	return NULL;
}

const char *directory_base(const struct directory *directory) {
	return directory->base;
}

const char *directory_authorization_dn(const struct directory *directory) {
	return directory->authorization_dn;
}

const char *directory_authorization_base(const struct directory *directory) {
	return directory->authorization_base;
}

const char *directory_uri(const struct directory *directory) {
	return directory->file ? ldif_file_path(directory->file) : connection_uri(directory->connection);
}

bool is_directory_file(const struct directory *directory) {
	return directory->file != NULL;
}

const char *directory_container_class(const struct directory *directory) {
	return directory->connection && connection_features(directory->connection)->is_active_directory ? "container" : "applicationProcess";
}
