/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <net/if.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "rt/audit.h"
#include "rt/config_priv.h"

#define HOST_NAME_LEN_MAX 253
#define HOST_LABEL_LEN_MAX 63

bool is_host_name(const char *name) {
	if (strlen(name) > HOST_NAME_LEN_MAX)
		return false;
	for (;;) {
		size_t len = strcspn(name, ".");

		if (len == 0 || len > HOST_LABEL_LEN_MAX || name[0] == '-' || name[len - 1] == '-')
			return false;
		for (size_t i = 0; i < len; i++)
			if (!isalnum((unsigned char)name[i]) && name[i] != '-')
				return false;
		if (!name[len])
			return true;
		name += len + 1;
	}
}

static const char *port_problem(const char *port) {
	uint64_t number;

	if (text_parse_u64(port, 65535, &number) < 0 || number == 0)
		return "has a port that is not a number from 1 to 65535";
	return NULL;
}

/* @authority: "host", "host:port", "[v6]" or "[v6]:port", with perhaps a slash behind it. */
static const char *authority_problem(const char *authority) {
	size_t len = strcspn(authority, "/"), host_len;
	char text[HOST_NAME_LEN_MAX + 10];

	if (authority[len] && authority[len + 1])
		return "has something after the server's name; the base belongs in the setting 'base'";
	if (len == 0)
		return "names no server";
	if (len >= sizeof text)
		return "is too long";
	memcpy(text, authority, len);
	text[len] = '\0';
	if (text[0] == '[') {
		host_len = strspn(text + 1, "0123456789abcdefABCDEF:.") + 2;
		if (host_len == 2 || text[host_len - 1] != ']')
			return "has a malformed IPv6 address";
	} else {
		host_len = strcspn(text, ":");
	}
	if (text[host_len] == ':' && port_problem(text + host_len + 1))
		return port_problem(text + host_len + 1);
	if (text[host_len] && text[host_len] != ':')
		return "has something after the IPv6 address that is not a port";
	text[host_len] = '\0';
	return text[0] == '[' || is_host_name(text) ? NULL : "names a server that cannot be a host's name";
}

/* @path: "" for the default socket, else with every slash as %2F. */
static const char *socket_problem(const char *path) {
	size_t len = strcspn(path, "/");

	if (path[len] && path[len + 1])
		return "must have the slashes of the socket's path written as %2F";
	for (size_t i = 0; i < len; i++)
		if (path[i] == '%' && (!isxdigit((unsigned char)path[i + 1]) || !isxdigit((unsigned char)path[i + 2])))
			return "has a '%' that two hexadecimal digits must follow";
	return len > 3 * sizeof((struct sockaddr_un *)0)->sun_path ? "is too long" : NULL;
}

const char *ldap_uri_problem(const char *uri) {
	if (strncasecmp(uri, "ldap://", 7) == 0)
		return authority_problem(uri + 7);
	if (strncasecmp(uri, "ldaps://", 8) == 0)
		return authority_problem(uri + 8);
	if (strncasecmp(uri, "ldapi://", 8) == 0)
		return socket_problem(uri + 8);
	return "does not start with ldap://, ldaps:// or ldapi://";
}

/* What is wrong is the value of @row, or that it is missing. */
static int refuse(struct config_reading *reading, enum config_row row, const char *format, ...) PRINTF_LIKE(3, 4);

static int refuse(struct config_reading *reading, enum config_row row, const char *format, ...) {
	char sentence[sizeof reading->error.text - 32];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	if (reading->lines[row])
		return error_set(&reading->error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s:%u: '%s' %s", reading->name,
				 reading->lines[row], config_info_at(row)->key, sentence);
	return error_set(&reading->error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s: [%s] '%s' %s", reading->name,
			 config_info_at(row)->section, config_info_at(row)->key, sentence);
}

static int check_audit(struct config_reading *reading) {
	if (strlen(reading->config->audit_directory) < AUDIT_DIRECTORY_MAX)
		return 0;
	refuse(reading, CONFIG_ROW_audit_directory, "is too long: it may have %d octets; choose a shorter path",
	       AUDIT_DIRECTORY_MAX - 1);
	reading->error.code = E_DHCP_LOG_FILE_PATH_TOO_LONG;
	return -E_DHCP_LOG_FILE_PATH_TOO_LONG;
}

static int check_backup(struct config_reading *reading) {
	if (strlen(reading->config->backup_directory) < BACKUP_DIRECTORY_MAX)
		return 0;
	return refuse(reading, CONFIG_ROW_backup_directory, "is too long: it may have %d octets; choose a shorter path",
		      BACKUP_DIRECTORY_MAX - 1);
}

static const char *const mode_names[] = {
	[CONFIG_MODE_DIRECTORY] = "directory",
	[CONFIG_MODE_STANDALONE] = "standalone",
};

bool is_config_row_used(enum config_row row, const struct config *config) {
	const char *other = mode_names[config->mode == CONFIG_MODE_DIRECTORY ? CONFIG_MODE_STANDALONE
									     : CONFIG_MODE_DIRECTORY];

	/* The two sections are called like the two modes. */
	return strcmp(config_info_at(row)->section, other) != 0;
}

/* What is given for the other mode would not be looked at, and somebody expects that it is. */
static int check_mode(struct config_reading *reading) {
	const struct config *config = reading->config;

	for (enum config_row row = 0; row < CONFIG_ROW_COUNT; row++)
		if (reading->lines[row] && !is_config_row_used(row, config))
			return refuse(reading, row, "is only used with mode = %s, but mode is %s; remove this line, or set that in [server]",
				      config_info_at(row)->section, mode_names[config->mode]);
	return 0;
}

static int check_server(struct config_reading *reading) {
	const struct config *config = reading->config;

	if (*config->server_name && !is_host_name(config->server_name))
		return refuse(reading, CONFIG_ROW_server_name,
			      "is '%.80s', which is not a host's name (letters, digits, '-' and dots)",
			      config->server_name);
	if (strlen(config->api_socket) >= sizeof((struct sockaddr_un *)0)->sun_path - 1)
		return refuse(reading, CONFIG_ROW_api_socket, "is too long: a socket's path has at most %zu characters",
			      sizeof((struct sockaddr_un *)0)->sun_path - 2);
	for (char **name = config->interfaces; *name; name++)
		if (strlen(*name) >= IF_NAMESIZE || strchr(*name, '/'))
			return refuse(reading, CONFIG_ROW_interfaces, "names '%.40s', which no interface can be called",
				      *name);
	return check_audit(reading) < 0 ? -E_DHCP_LOG_FILE_PATH_TOO_LONG : check_backup(reading);
}

/* AD allows more in a site's name than in a host's. */
static bool is_site_name(const char *site) {
	return strlen(site) <= HOST_LABEL_LEN_MAX && site[strcspn(site, ". \t\\\"/@")] == '\0';
}

/* The servers by their names, or by their domain. */
static int check_servers(struct config_reading *reading) {
	const struct config *config = reading->config;

	if (!*config->uri && !*config->domain)
		return refuse(reading, CONFIG_ROW_uri,
			      "is missing: give the directory's servers, for example uri = ldap://ldap.example.org, or let "
			      "them be found by DNS, for example domain = example.org");
	if (*config->uri && *config->domain)
		return refuse(reading, CONFIG_ROW_domain,
			      "and 'uri' both say where the directory is: remove one of the two");
	for (char **uri = config->uri; *uri; uri++)
		if (ldap_uri_problem(*uri))
			return refuse(reading, CONFIG_ROW_uri, "is '%.120s', which %s", *uri, ldap_uri_problem(*uri));
	if (*config->domain && !is_host_name(config->domain))
		return refuse(reading, CONFIG_ROW_domain, "is '%.80s', which is not a domain's name like example.org",
			      config->domain);
	if (*config->site && !*config->domain)
		return refuse(reading, CONFIG_ROW_site, "is of no use without 'domain'");
	if (!is_site_name(config->site))
		return refuse(reading, CONFIG_ROW_site,
			      "is '%.80s', which is not a site's name: one word of at most %d octets, without dots",
			      config->site, HOST_LABEL_LEN_MAX);
	return 0;
}

static int check_directory(struct config_reading *reading) {
	const struct config *config = reading->config;
	int r = check_servers(reading);

	if (r < 0)
		return r;
	if (!*config->base)
		return refuse(reading, CONFIG_ROW_base,
			      "is missing: give the naming context, for example base = dc=example,dc=org");
	if (!strchr(config->base, '='))
		return refuse(reading, CONFIG_ROW_base, "is '%.120s', which is not a name like dc=example,dc=org",
			      config->base);
	if (*config->authorization_base && !strchr(config->authorization_base, '='))
		return refuse(reading, CONFIG_ROW_authorization_base,
			      "is '%.120s', which is not a name like cn=Configuration,dc=example,dc=org",
			      config->authorization_base);
	return 0;
}

/* Settings that only one way to bind uses, and whether it can do without. */
static const struct {
	enum config_row row;
	unsigned bind;
	bool is_required;
} bind_settings[] = {
	{ CONFIG_ROW_bind_dn, CONFIG_BIND_SIMPLE, true },
	{ CONFIG_ROW_password_file, CONFIG_BIND_SIMPLE, true },
	{ CONFIG_ROW_keytab, CONFIG_BIND_GSSAPI, true },
	{ CONFIG_ROW_principal, CONFIG_BIND_GSSAPI, false },
};

static const char *const bind_names[] = {
	[CONFIG_BIND_ANONYMOUS] = "anonymous",
	[CONFIG_BIND_SIMPLE] = "simple",
	[CONFIG_BIND_EXTERNAL] = "external",
	[CONFIG_BIND_GSSAPI] = "gssapi",
};

static int check_bind(struct config_reading *reading) {
	for (size_t i = 0; i < ARRAY_LEN(bind_settings); i++) {
		bool is_given = reading->lines[bind_settings[i].row],
		     is_used = bind_settings[i].bind == reading->config->bind;

		if (is_used && bind_settings[i].is_required && !is_given)
			return refuse(reading, bind_settings[i].row, "is missing: bind = %s cannot do without it",
				      bind_names[bind_settings[i].bind]);
		if (is_given && !is_used)
			return refuse(reading, bind_settings[i].row,
				      "is only used with bind = %s, but bind is %s; set that, or remove this line",
				      bind_names[bind_settings[i].bind], bind_names[reading->config->bind]);
	}
	return 0;
}

static int check_tls(struct config_reading *reading) {
	const struct config *config = reading->config;

	if (*config->tls_certificate_file && !*config->tls_key_file)
		return refuse(reading, CONFIG_ROW_tls_certificate_file, "is of no use without 'tls-key-file'");
	if (*config->tls_key_file && !*config->tls_certificate_file)
		return refuse(reading, CONFIG_ROW_tls_key_file, "is of no use without 'tls-certificate-file'");
	if (config->bind != CONFIG_BIND_EXTERNAL || *config->tls_certificate_file)
		return 0;
	if (*config->domain)
		return refuse(reading, CONFIG_ROW_tls_certificate_file,
			      "is missing: bind = external shows it to the servers of %.80s", config->domain);
	for (char **uri = config->uri; *uri; uri++)
		if (strncasecmp(*uri, "ldapi:", 6) != 0)
			return refuse(reading, CONFIG_ROW_tls_certificate_file,
				      "is missing: bind = external over %.80s shows it to the server", *uri);
	return 0;
}

/* Whether some connection, which binds by GSSAPI, has TLS. */
static bool has_tls(const struct config *config) {
	bool is_found = config->start_tls == CONFIG_START_TLS_YES;

	for (char **uri = config->uri; *uri && !is_found; uri++)
		is_found = strncasecmp(*uri, "ldaps:", 6) == 0;
	return is_found;
}

/* Defaults are never refused: a role is told them like settings that were given. */
static int check_sasl(struct config_reading *reading) {
	const struct config *config = reading->config;
	bool has_layer = config->sasl_security == CONFIG_SASL_SIGN || config->sasl_security == CONFIG_SASL_SEAL,
	     has_other_binding = config->channel_binding != CONFIG_CHANNEL_BINDING_TLS_ENDPOINT;

	if (config->bind != CONFIG_BIND_GSSAPI && (config->sasl_security != CONFIG_SASL_AUTO || has_other_binding))
		return refuse(reading, has_other_binding ? CONFIG_ROW_channel_binding : CONFIG_ROW_sasl_security,
			      "is only used with bind = gssapi, but bind is %s; set that, or remove this line",
			      bind_names[config->bind]);
	if (has_layer && has_tls(config))
		return refuse(reading, CONFIG_ROW_sasl_security,
			      "asks for a layer inside TLS, which Active Directory refuses and which protects nothing more: "
			      "remove this line, or connect without TLS");
	if (config->channel_binding == CONFIG_CHANNEL_BINDING_TLS_UNIQUE && !has_tls(config))
		return refuse(reading, CONFIG_ROW_channel_binding,
			      "ties the bind to TLS, but no connection has it: set start-tls = yes, or remove this line");
	return 0;
}

static const struct {
	int (*check)(struct config_reading *reading);
	bool is_of_directory;
} checks[] = {
	{ check_mode, false },
	{ check_server, false },
	{ check_directory, true },
	{ check_bind, true },
	{ check_tls, true },
	{ check_sasl, true },
};

int config_check(struct config_reading *reading) {
	bool has_directory = reading->config->mode == CONFIG_MODE_DIRECTORY;

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		int r = checks[i].is_of_directory && !has_directory ? 0 : checks[i].check(reading);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Replace the host's own short name with what the resolver makes of it, if that has a domain. */
static void qualify(char *name, size_t size) {
	struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_DGRAM }, *found = NULL;

	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return;
	if (found->ai_canonname && strchr(found->ai_canonname, '.') && is_host_name(found->ai_canonname) &&
	    strncasecmp(found->ai_canonname, "localhost", 9) != 0)
		snprintf(name, size, "%s", found->ai_canonname);
	freeaddrinfo(found);
}

int config_complete_name(struct config *config, struct error *reterr_error) {
	char name[HOST_NAME_LEN_MAX + 2];

	if (*config->server_name)
		return 0;
	if (gethostname(name, sizeof name) == 0 && !strchr(name, '.'))
		qualify(name, sizeof name);
	name[sizeof name - 1] = '\0';
	if (!is_host_name(name))
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "this host's name, '%s', cannot be a server's name; set 'name' in [server]", name);
	free(config->server_name);
	config->server_name = mem_dup_text(name);
	return 0;
}
