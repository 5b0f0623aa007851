/* SPDX-License-Identifier: Apache-2.0 */
/* lessord.c - the daemon's command line. The same program is supervisor and, started again by it, each of the roles. */
#include <argp.h>
#include <config.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/api.h"
#include "app/check.h"
#include "app/state_directory.h"
#include "app/supervisor.h"
#include "backup/backup.h"
#include "base/counter.h"
#include "base/event.h"
#include "dir/dir.h"
#include "rt/audit.h"
#include "rt/role.h"
#include "serve/serve.h"

#define EXIT_USAGE 2

/* The C library looks for it, which it could not if it were hidden like everything else. */
extern const char *argp_program_version __attribute__((visibility("default")));
const char *argp_program_version = "lessord " PACKAGE_VERSION;

static role_run_f *const role_runs[ROLE_COUNT] = {
#define ROLE(symbol, name, run, ...) [ROLE_##symbol] = run,
#include "rt/role.def"
#undef ROLE
};

enum action { ACTION_RUN, ACTION_CHECK, ACTION_PRINT_CONFIG, ACTION_ROLE };

struct arguments {
	enum action action;
	const char *config_name;
	enum role role;
};

enum { OPTION_CHECK = 256, OPTION_PRINT_CONFIG, OPTION_ROLE };

static const struct argp_option options[] = {
	{ "config", 'c', "FILE", 0, "Read FILE instead of " SYSCONFDIR "/lessor/lessord.conf", 0 },
	{ "check", OPTION_CHECK, NULL, 0, "Check the file and what it names, then exit", 0 },
	{ "print-config", OPTION_PRINT_CONFIG, NULL, 0, "Print a file with all settings and their defaults, then exit", 0 },
	{ "role", OPTION_ROLE, "NAME", OPTION_HIDDEN, "For the supervisor's use", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *value, struct argp_state *state) {
	struct arguments *arguments = state->input;

	switch (key) {
	case 'c':
		arguments->config_name = value;
		return 0;
	case OPTION_CHECK:
		arguments->action = ACTION_CHECK;
		return 0;
	case OPTION_PRINT_CONFIG:
		arguments->action = ACTION_PRINT_CONFIG;
		return 0;
	case OPTION_ROLE:
		arguments->action = ACTION_ROLE;
		if (role_find(value, &arguments->role) < 0)
			argp_error(state, "there is no role '%s'", value);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", value);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "DHCP server on the authority of an LDAP directory.\v"
	       "It runs in the foreground until SIGTERM; see lessord(8) and lessord.conf(5).",
};

/* Descriptors 0 to 2 must be somebody's, or a socket would get the number that messages are written to. */
static void open_standard_descriptors(void) {
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int print_config(void) {
	char *text CLEANUP(cleanup_free) = config_format_example();

	return fputs(text, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int explain(const struct error *error) {
	fprintf(stderr, "lessord: %s (%d): %s\n", error_name(error->code), error->code, error->text);
	return EXIT_FAILURE;
}

/* An audit file that cannot be written keeps nobody from being served. */
static void prepare_audit(const struct config *config, struct identity identity) {
	struct error error;

	if (*config->audit_directory && audit_directory_make(config->audit_directory, identity, &error) < 0)
		event_emit_error(EVENT_AUDIT_FAILED, &error);
	else
		audit_start(config->audit_directory, identity.uid);
}

/* With everything opened: give up what was needed for that, and watch over the roles. */
static int supervise(const struct role_origin *origin) {
	struct error error;
	int status;

	if (privilege_reduce(&error) < 0)
		return explain(&error);
	counters_attach(origin->set.fds[HERITAGE_COUNTERS]);
	status = supervisor_run(origin);
	if (status == EXIT_SUCCESS)
		event_emit(EVENT_SERVICE_STOPPED, "%s", "");
	return status;
}

static int prepare(struct config *config, struct role_origin *ret_origin, struct error *reterr_error) {
	int r = privilege_check(reterr_error);

	if (r == 0)
		r = identity_find(config->user, &ret_origin->identity, reterr_error);
	if (r == 0)
		r = config_complete_name(config, reterr_error);
	if (r == 0)
		r = heritage_open(config, ret_origin->identity, &ret_origin->set, reterr_error);
	return r;
}

static int run(const char *config_name) {
	struct role_origin origin = { .config_name = config_name };
	struct config *config;
	struct error error;
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (config_read_file(config_name, &config, &error) < 0)
		return explain(&error);
	event_init("supervisor", EVENT_SEVERITY_ERROR + config->log_level);
	if (prepare(config, &origin, &error) == 0) {
		prepare_audit(config, origin.identity);
		backup_directory_make(config->backup_directory, origin.identity);
		status = supervise(&origin);
		audit_stop();
		heritage_close(&origin.set, config);
	} else {
		status = explain(&error);
	}
	config_free(config);
	return status;
}

int main(int count, char **values) {
	struct arguments arguments = { .config_name = SYSCONFDIR "/lessor/lessord.conf" };

	argp_err_exit_status = EXIT_USAGE;
	values[0] = program_invocation_short_name; /* messages start with "lessord: " however it was called */
	open_standard_descriptors();
	argp_parse(&argp, count, values, 0, NULL, &arguments);
	switch (arguments.action) {
	case ACTION_RUN:
		return run(arguments.config_name);
	case ACTION_CHECK:
		return check_run(arguments.config_name);
	case ACTION_PRINT_CONFIG:
		return print_config();
	case ACTION_ROLE:
		return role_main(arguments.role, arguments.config_name, role_runs[arguments.role]);
	}
	return EXIT_USAGE;
}
