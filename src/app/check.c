/* SPDX-License-Identifier: Apache-2.0 */
#include "app/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/check_tree.h"
#include "app/state_directory.h"
#include "base/mem.h"
#include "dir/discovery.h"
#include "rt/config.h"
#include "rt/interfaces.h"
#include "rt/privilege.h"

/* Embedded: the run of a check. */
struct check {
	const struct config *config;
	struct identity identity;
	unsigned n_errors;
};

static void report(struct check *check, const struct error *error) {
	fprintf(stderr, "lessord: %s (%d): %s\n", error_name(error->code), error->code, error->text);
	check->n_errors++;
}

static void refuse(struct check *check, const char *format, ...) PRINTF_LIKE(2, 3);

static void refuse(struct check *check, const char *format, ...) {
	struct error error = { .code = E_DHCP_REGISTRY_INIT_FAILED };
	va_list args;

	va_start(args, format);
	vsnprintf(error.text, sizeof error.text, format, args);
	va_end(args);
	report(check, &error);
}

/* In a process of its own: try as the roles' user and exit with errno. */
static _Noreturn void try_open(struct identity identity, const char *path, int flags) {
	int fd;

	if (geteuid() == 0 && privilege_drop(identity, NULL) < 0)
		_exit(EPERM);
	fd = open(path, flags | O_CLOEXEC | O_NONBLOCK); /* it might be a pipe, and wait for a writer */
	if (fd >= 0 && flags & O_DIRECTORY && faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		_exit(errno);
	_exit(fd >= 0 ? 0 : errno);
}

/* 0, or the errno with which the roles' user would fail to open @path: the only test that knows all the rules. */
static int open_errno(const struct check *check, const char *path, int flags) {
	pid_t pid = fork();
	int status;

	if (pid == 0)
		try_open(check->identity, path, flags);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return ECHILD;
	return WEXITSTATUS(status);
}

static void check_user(struct check *check) {
	struct error error;
	gid_t gid;

	if (identity_find(check->config->user, &check->identity, &error) < 0)
		report(check, &error);
	if (*check->config->api_group && identity_find_group(check->config->api_group, &gid, &error) < 0)
		report(check, &error);
}

static void check_file(struct check *check, const char *setting, const char *path) {
	int failure = *path ? open_errno(check, path, O_RDONLY) : 0;

	if (failure)
		refuse(check, "'%s': user %s cannot read %s: %s", setting, check->config->user, path, strerror(failure));
}

static void check_files(struct check *check) {
	const struct config *config = check->config;

	check_file(check, "password-file", config->password_file);
	check_file(check, "keytab", config->keytab);
	check_file(check, "tls-ca-file", config->tls_ca_file);
	check_file(check, "tls-certificate-file", config->tls_certificate_file);
	check_file(check, "tls-key-file", config->tls_key_file);
	if (config->mode == CONFIG_MODE_STANDALONE)
		check_file(check, "file", config->standalone_file);
}

/* Secrets that everybody can read work, so this is a warning. */
static void check_secret(const char *setting, const char *path) {
	struct stat info;

	if (*path && stat(path, &info) == 0 && info.st_mode & S_IROTH)
		fprintf(stderr, "lessord: warning: '%s': everybody can read %s; chmod o-r it\n", setting, path);
}

/* The directory that the absolute @path is in; free() it. */
static char *path_parent(const char *path) {
	int len = (int)(strrchr(path, '/') - path);

	return mem_format("%.*s", len ? len : 1, path);
}

/* Where @path is not there yet, only its last part is made at the start. */
static void check_can_make(struct check *check, const char *setting, const char *path) {
	char *parent CLEANUP(cleanup_free) = path_parent(path);
	struct stat info;

	if (stat(path, &info) < 0 && stat(parent, &info) < 0)
		refuse(check, "'%s': %s cannot be made: %s: %s", setting, path, parent, strerror(errno));
}

/* An empty one of root's is given to the user at the start. */
static bool is_given_away(const char *path) {
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat info;
	bool is_given;

	if (directory < 0)
		return false;
	is_given = fstat(directory, &info) == 0 && info.st_uid == 0 && is_directory_empty(directory);
	close(directory);
	return is_given;
}

static void check_state(struct check *check) {
	const char *path = check->config->state_directory;
	struct stat info;
	int failure = stat(path, &info) < 0 ? 0 : open_errno(check, path, O_RDONLY | O_DIRECTORY);

	if (failure && !(failure == EACCES && is_given_away(path)))
		refuse(check, "'state-directory': user %s cannot use %s: %s", check->config->user, path, strerror(failure));
	check_can_make(check, "state-directory", path);
}

/* Nobody goes without an address for want of it, so this is a warning. */
static void check_spare(const struct check *check, const char *setting, const char *path) {
	struct stat info;
	int failure = *path && stat(path, &info) == 0 ? open_errno(check, path, O_RDONLY | O_DIRECTORY) : 0;
	char *parent CLEANUP(cleanup_free) = *path ? path_parent(path) : NULL;

	if (parent && stat(path, &info) < 0 && stat(parent, &info) < 0)
		failure = errno;
	if (failure && !(failure == EACCES && is_given_away(path)))
		fprintf(stderr, "lessord: warning: '%s': user %s cannot use %s: %s\n", setting, check->config->user, path,
			strerror(failure));
}

/* One in the state directory is made like that. */
static void check_backup(const struct check *check) {
	const char *path = check->config->backup_directory, *state = check->config->state_directory;

	if (strncmp(path, state, strlen(state)) != 0 || path[strlen(state)] != '/')
		check_spare(check, "backup-directory", path);
}

static void check_api_socket(struct check *check) {
	const char *path = check->config->api_socket;
	char *directory CLEANUP(cleanup_free) = path_parent(path);
	struct stat info;

	check_can_make(check, "api-socket", directory);
	if (lstat(path, &info) == 0 && !S_ISSOCK(info.st_mode))
		refuse(check, "'api-socket': %s exists and is not a socket", path);
}

static void check_interfaces(const struct config *config) {
	struct interface_list list;

	if (interfaces_read(&list, NULL) < 0)
		return;
	for (char **name = config->interfaces; *name; name++) {
		size_t i = 0;

		while (i < list.n_items && strcmp(list.items[i].name, *name) != 0)
			i++;
		if (i == list.n_items)
			fprintf(stderr, "lessord: warning: 'interfaces': there is no interface %s now\n", *name);
	}
	free(list.items);
}

/* The DNS may be away now and there at the start, so this is a warning. */
static void check_domain(const struct config *config) {
	struct discovery *discovery = discovery_new((const char *const *)config->uri, config->domain, config->site);
	struct discovered discovered = { 0 };
	struct error error;

	if (discovery_find(discovery, config->timeout * 1000, &discovered, &error) == 0)
		error = discovered.remark;
	if (error.code)
		fprintf(stderr, "lessord: warning: 'domain': %s\n", error.text);
	for (const char *const *uri = discovered.uris; uri && *uri; uri++)
		printf("lessord: 'domain': the DNS names %s\n", *uri);
	discovery_free(discovery);
}

int check_run(const char *path) {
	struct check check = { .identity = { geteuid(), getegid() } };
	struct config *config;
	struct error error;

	if (config_read_file(path, &config, &error) < 0 || config_complete_name(config, &error) < 0) {
		report(&check, &error);
		return EXIT_FAILURE;
	}
	check.config = config;
	check_user(&check);
	if (check.n_errors == 0) {
		check_files(&check);
		check_state(&check);
		check_spare(&check, "audit-directory", config->audit_directory);
		check_backup(&check);
		check_api_socket(&check);
	}
	if (check.n_errors == 0 && config->mode == CONFIG_MODE_STANDALONE)
		check.n_errors += check_tree(config->standalone_file, config->server_name);
	check_secret("password-file", config->password_file);
	check_secret("keytab", config->keytab);
	check_secret("tls-key-file", config->tls_key_file);
	check_interfaces(config);
	if (*config->domain)
		check_domain(config);
	if (check.n_errors == 0)
		printf("lessord: %s is good: server %s %s %s\n", path, config->server_name,
		       config->mode == CONFIG_MODE_STANDALONE ? "by the file" : "below",
		       config->mode == CONFIG_MODE_STANDALONE ? config->standalone_file : config->base);
	config_free(config);
	return check.n_errors ? EXIT_FAILURE : EXIT_SUCCESS;
}
