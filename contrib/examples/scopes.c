/* SPDX-License-Identifier: Apache-2.0 */
/* scopes - an example of liblessor: add a scope if one is named, then show all.
 *
 *     cc scopes.c -o scopes $(pkg-config --cflags --libs lessor)
 *     ./scopes ldapi:/// dc=example,dc=org [NETWORK/LENGTH SITE]
 *
 * Prints the result's JSON. Exit status: 0; 1 if something was refused; 2 for wrong usage.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <lessor/errors.h>
#include <lessor/lessor.h>

/* One of the codes is worth a word of its own here; the sentence says enough of all others. */
static int refuse(const struct lessor_error *error) {
	if (error->code == ERROR_DDS_SUBNET_EXISTS)
		fputs("This network is in use already.\n", stderr);
	fprintf(stderr, "%s (%d): %s\n", lessor_error_name(error->code), error->code, error->text);
	return 1;
}

static int add_scope(struct lessor *session, const char *network, const char *site) {
	const struct lessor_parameter parameters[] = { { "network", network }, { "site", site }, { "name", "from an example" } };
	struct lessor_error error;

	if (lessor_call(session, "scope add", parameters, 3, NULL, &error) < 0)
		return refuse(&error);
	return 0;
}

static int show_scopes(struct lessor *session) {
	struct lessor_error error;
	char *json;

	if (lessor_call(session, "scope list", NULL, 0, &json, &error) < 0)
		return refuse(&error);
	puts(json);
	free(json);
	return 0;
}

int main(int argc, char **argv) {
	struct lessor *session;
	int status = 0;

	if (argc != 3 && argc != 5) {
		fputs("usage: scopes URI BASE [NETWORK/LENGTH SITE]\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* a directory that goes away must not take us with it */
	session = lessor_new();
	lessor_configure(session, "uri", argv[1], NULL);
	lessor_configure(session, "base", argv[2], NULL);
	if (argc == 5)
		status = add_scope(session, argv[3], argv[4]);
	if (status == 0)
		status = show_scopes(session);
	lessor_free(session);
	return status;
}
