/* SPDX-License-Identifier: Apache-2.0 */
/* A page about this machine's daemon, from what it says of itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lessor/errors.h>
#include <lessor/lessor.h>

#include "app/ctl/output.h"
#include "app/ctl/page.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define LATE_S 5 /* what is due for less may be under way */

static const char *get_text(const json_t *object, const char *key) {
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_int_t get_number(const json_t *object, const char *key) {
	return json_integer_value(json_object_get(object, key));
}

/* A sentence behind a code: its name and number, then what to do about it in general. */
static void print_trouble(const json_t *object) {
	int code = (int)get_number(object, "code");

	if (get_text(object, "reason")[0])
		printf("  %s\n", get_text(object, "reason"));
	if (code)
		printf("  %s (%d)\n", lessor_error_name(code), code);
	if (lessor_error_advice(code)[0])
		printf("  What to do: %s\n", lessor_error_advice(code));
}

static char *cell(const json_t *object, const char *key, enum column_kind kind) {
	return output_cell(json_object_get(object, key), kind);
}

/* To what a person wants to know: of days the hours, of hours and many minutes the minutes. */
static uint64_t round_down(uint64_t seconds) {
	uint64_t unit = seconds >= 86400 ? 3600 : seconds >= 600 ? 60 : 1;

	return seconds - seconds % unit;
}

static bool is_standalone(const json_t *status) {
	return strcmp(get_text(status, "mode"), "standalone") == 0;
}

/* A time and how far it is from now: "2026-11-21 11:01:01 (5m ago)". */
static char *moment_cell(const json_t *object, const char *key) {
	CLEANUP(cleanup_free) char *at = cell(object, key, COLUMN_TIME);
	int64_t distance_s = get_number(object, key) - clock_now().wall_s;
	char array[32];
	struct text text;

	if (!get_number(object, key))
		return TAKE_POINTER(at);
	text_init(&text, array, sizeof array);
	text_add_duration(&text, round_down((uint64_t)llabs(distance_s)));
	return distance_s > 0 ? mem_format("%s (in %s)", at, array) : mem_format("%s (%s ago)", at, array);
}

/* A time that is to come; what should have been done a while ago is worth a word. */
static char *next_cell(const json_t *object, const char *key) {
	CLEANUP(cleanup_free) char *at = moment_cell(object, key);
	int64_t next = get_number(object, key), now = clock_now().wall_s;

	if (next > now)
		return TAKE_POINTER(at);
	return next && next < now - LATE_S ? mem_format("overdue since %s", at) : mem_dup_text("within moments");
}

static void print_headline(const json_t *status) {
	const json_t *verdict = json_object_get(status, "verdict");
	bool is_serving = get_number(verdict, "remaining") > 0;
	bool is_failing = json_is_true(json_object_get(json_object_get(status, "leases"), "failing"));
	bool is_short = json_is_true(json_object_get(json_object_get(status, "leases"), "short"));
	bool is_paused = json_is_true(json_object_get(status, "paused"));
	bool has_scopes = get_number(json_object_get(status, "configuration"), "servedScopes") > 0;

	printf("%s (lessord %s): %s, %s\n", get_text(status, "server"), get_text(status, "version"), get_text(verdict, "state"),
	       !is_serving  ? "no client is answered" :
	       is_paused ? "but paused: no client is answered until \"lessorctl server resume\"" :
	       is_failing ? "but clients get no lease, since none can be stored" :
	       is_short ? "but clients without a lease get none, since the disk is full" :
	       has_scopes ? "clients are answered" :
			    "but there is no scope that this server serves");
}

/* Nobody is answered without a reason only before the first check, and where dir has not noted an objection. */
static void print_reason(const json_t *status) {
	const json_t *verdict = json_object_get(status, "verdict");
	const char *opponent = get_text(json_object_get(status, "detection"), "by");

	print_trouble(verdict);
	if (get_number(verdict, "remaining") > 0 || get_text(verdict, "reason")[0])
		return;
	if (strcmp(get_text(verdict, "state"), "standalone") == 0)
		printf("  %s%s objects, and the role dir has not noted it; if that lasts, look at the daemon's log\n",
		       opponent[0] ? "The server " : "Another server", opponent);
	else
		printf("  The first check since the start is under way%s\n",
		       is_standalone(status) ? "; asking the network for other servers takes ten seconds" : "");
}

/* What has a check made beside the time. */
static const char *occasions(const json_t *status) {
	const json_t *directory = json_object_get(status, "directory");

	if (is_standalone(status))
		return ", or when an interface changes";
	if (!json_is_true(json_object_get(directory, "connected")))
		return "";
	return strcmp(get_text(directory, "feed"), "syncrepl") == 0 ? ", or when the directory tells of a change" :
								      ", since the directory does not tell of changes";
}

static void print_verdict(const json_t *status) {
	const json_t *verdict = json_object_get(status, "verdict");
	CLEANUP(cleanup_free) char *checked = moment_cell(verdict, "checkedAt");
	CLEANUP(cleanup_free) char *until = cell(verdict, "validUntil", COLUMN_TIME);
	CLEANUP(cleanup_free) char *next = next_cell(verdict, "nextCheck");
	json_int_t remaining_s = get_number(verdict, "remaining");
	char remaining[32];
	struct text text;

	text_init(&text, remaining, sizeof remaining);
	text_add_duration(&text, round_down((uint64_t)remaining_s));
	print_headline(status);
	print_reason(status);
	printf("  Last checked: %s", checked);
	if (remaining_s > 0)
		printf("; valid%s for %s, until %s", is_standalone(status) ? "" : " without the directory", remaining, until);
	printf("\n  Next check: %s%s\n\n", next, occasions(status));
}

static void print_file(const json_t *directory) {
	CLEANUP(cleanup_free) char *synchronized = cell(directory, "synchronizedAt", COLUMN_TIME);
	const char *path = strchr(get_text(directory, "uri"), '/');

	printf("Configuration file: %s%s\n  Last taken over: %s\n", path ? path + strspn(path, "/") - 1 : "-",
	       json_is_true(json_object_get(directory, "connected")) ? "" : ", which cannot be used; what was in force stays",
	       synchronized);
	print_trouble(directory);
	putchar('\n');
}

static void print_directory(const json_t *status) {
	const json_t *directory = json_object_get(status, "directory");
	CLEANUP(cleanup_free) char *since = cell(directory, "since", COLUMN_TIME);
	CLEANUP(cleanup_free) char *synchronized = cell(directory, "synchronizedAt", COLUMN_TIME);
	CLEANUP(cleanup_free) char *next = next_cell(directory, "nextAttempt");

	if (json_is_true(json_object_get(directory, "connected")))
		printf("Directory: connected to %s since %s\n  Changes arrive by: %s; synchronized: %s\n", get_text(directory, "uri"),
		       since, get_text(directory, "feed"), synchronized);
	else
		printf("Directory: not connected; next attempt: %s\n  Last synchronized: %s\n", next, synchronized);
	print_trouble(directory);
	putchar('\n');
}

/* What decides where there is no directory. */
static void print_detection(const json_t *status) {
	const json_t *detection = json_object_get(status, "detection");
	CLEANUP(cleanup_free) char *at = moment_cell(detection, "at");

	printf("No directory: the network decides\n  Last round of rogue detection: %s", at);
	if (get_number(detection, "at"))
		printf(", %s", get_text(detection, "outcome"));
	if (get_text(detection, "by")[0])
		printf(" by %s", get_text(detection, "by"));
	if (get_text(detection, "enterprise")[0])
		printf(" of %s", get_text(detection, "enterprise"));
	putchar('\n');
}

static void print_configuration(const json_t *status) {
	const json_t *configuration = json_object_get(status, "configuration");
	json_int_t quarantined = get_number(configuration, "quarantined");

	printf("Configuration: %lld scope(s), of which this server serves %lld; %lld entries, generation %lld\n",
	       (long long)get_number(configuration, "scopes"), (long long)get_number(configuration, "servedScopes"),
	       (long long)get_number(configuration, "entries"), (long long)get_number(configuration, "generation"));
	if (quarantined)
		printf("  %lld entr%s left out, whole or in part, because of mistakes: \"%s\" names them\n", (long long)quarantined,
		       quarantined == 1 ? "y is" : "ies are", is_standalone(status) ? "lessord --check" : "lessorctl check");
}

static void print_leases(const json_t *status) {
	const json_t *leases = json_object_get(status, "leases");
	CLEANUP(cleanup_free) char *doubtful_until = moment_cell(leases, "doubtfulUntil");

	printf("Leases: %lld on record, %lld octets\n", (long long)get_number(leases, "count"),
	       (long long)get_number(leases, "bytes"));
	if (json_is_true(json_object_get(leases, "short")))
		printf("  The disk has no room for further leases: clients that have one renew it, others get no answer\n");
	if (get_number(leases, "doubtfulUntil") > clock_now().wall_s)
		printf("  They were restored, or damaged, and some may be missing: addresses are pinged before they are offered until %s\n",
		       doubtful_until);
	if (json_is_string(json_object_get(leases, "backupFailure")))
		printf("  No backup of them can be made: %s\n", json_string_value(json_object_get(leases, "backupFailure")));
	if (json_is_true(json_object_get(leases, "failing")))
		printf("  The lease store fails (%s, %d); the daemon's log says why. What to do: %s\n",
		       lessor_error_name(ERROR_DHCP_JET_ERROR), ERROR_DHCP_JET_ERROR,
		       lessor_error_advice(ERROR_DHCP_JET_ERROR));
}

/* Those that nobody wants are news; others are where there is no list of those who are wanted. */
static void print_other_servers(const json_t *status) {
	const json_t *servers = json_object_get(status, "otherServers");
	json_int_t n_unlisted = get_number(servers, "unlisted"), n_foreign = get_number(servers, "foreign"),
		   n_unjudged = get_number(servers, "unjudged");

	if (!is_standalone(status) && json_is_false(json_object_get(status, "watch")))
		printf("Other DHCP servers on the network: not looked for (lessorWatch: off)\n");
	else if (n_unlisted + n_foreign)
		printf("Other DHCP servers on the network: %lld unlisted, %lld foreign; \"lessorctl rogue list\" shows them\n",
		       (long long)n_unlisted, (long long)n_foreign);
	else if (n_unjudged)
		printf("Other DHCP servers on the network: %lld; \"lessorctl rogue list\" shows them\n",
		       (long long)n_unjudged);
}

/* Counters that are not zero; the others say nothing. */
static void print_counters(const json_t *status, const char *key, const char *title) {
	json_t *counters = json_object_get(status, key), *value;
	bool has_title = false;
	const char *name;

	json_object_foreach(counters, name, value) {
		if (json_integer_value(value) == 0)
			continue;
		if (!has_title)
			printf("\n%s:\n", title);
		has_title = true;
		printf("  %-28s %lld\n", name, (long long)json_integer_value(value));
	}
}

void page_status(const struct arguments *arguments, json_t *status) {
	print_verdict(status);
	if (is_standalone(status)) {
		print_detection(status);
		print_file(json_object_get(status, "directory"));
	} else {
		print_directory(status);
	}
	print_configuration(status);
	print_leases(status);
	print_other_servers(status);
	print_counters(status, "counters", "Since its start");
	print_counters(status, "drops", "Packets dropped, by reason");
}
