/* SPDX-License-Identifier: Apache-2.0 */
/* Pages about what this machine's daemon leases. */
#include <stdio.h>

#include "app/ctl/output.h"
#include "app/ctl/page.h"
#include "base/macros.h"

void page_free(const struct arguments *arguments, json_t *result) {
	const json_t *address;
	size_t i;

	json_array_foreach(json_object_get(result, "addresses"), i, address) puts(json_string_value(address));
}

/* Of the server as a whole, unless one scope was asked for. */
static void print_server(const json_t *statistics) {
	static const struct column fields[] = {
		{ "Started", "startTime", COLUMN_TIME },
		{ "Discovers", "discovers", COLUMN_NUMBER },
		{ "Offers", "offers", COLUMN_NUMBER },
		{ "Requests", "requests", COLUMN_NUMBER },
		{ "Acks", "acks", COLUMN_NUMBER },
		{ "Naks", "naks", COLUMN_NUMBER },
		{ "Declines", "declines", COLUMN_NUMBER },
		{ "Releases", "releases", COLUMN_NUMBER },
		{ "Informs", "informs", COLUMN_NUMBER },
		{ "Offers held back now", "delayedOffers", COLUMN_NUMBER },
		{ "Scopes that hold offers back", "scopesWithDelayedOffers", COLUMN_NUMBER },
		{ "Addresses", "total", COLUMN_NUMBER },
		{ "In use", "inUse", COLUMN_NUMBER },
		{ "Free", "free", COLUMN_NUMBER },
		{ "Percent in use", "percentInUse", COLUMN_NUMBER },
	};

	if (!json_object_get(statistics, "startTime"))
		return;
	output_fields(stdout, statistics, fields, ARRAY_LEN(fields));
	putchar('\n');
}

void page_statistics(const struct arguments *arguments, json_t *result) {
	static const struct column columns[] = {
		{ "SCOPE", "scope", COLUMN_TEXT },           { "STATE", "state", COLUMN_STATE },
		{ "ADDRESSES", "total", COLUMN_NUMBER },     { "IN USE", "inUse", COLUMN_NUMBER },
		{ "FREE", "free", COLUMN_NUMBER },           { "PERCENT", "percentInUse", COLUMN_NUMBER },
		{ "LEASES", "leases", COLUMN_NUMBER },       { "RESERVED", "reserved", COLUMN_NUMBER },
		{ "DECLINED", "declined", COLUMN_NUMBER },   { "OFFERED", "pendingOffers", COLUMN_NUMBER },
		{ "SUPERSCOPE", "superscope", COLUMN_TEXT },
	};
	static const struct column sums[] = {
		{ "SUPERSCOPE", "name", COLUMN_TEXT },        { "SITE", "site", COLUMN_TEXT },
		{ "SCOPES", "scopes", COLUMN_NUMBER },        { "ADDRESSES", "total", COLUMN_NUMBER },
		{ "IN USE", "inUse", COLUMN_NUMBER },         { "FREE", "free", COLUMN_NUMBER },
		{ "PERCENT", "percentInUse", COLUMN_NUMBER },
	};
	const json_t *scopes = json_object_get(result, "scopes"), *superscopes = json_object_get(result, "superscopes");

	print_server(result);
	if (json_array_size(scopes) == 0)
		puts("the daemon serves no scope");
	else
		output_table(stdout, scopes, columns, ARRAY_LEN(columns));
	if (json_array_size(superscopes) == 0)
		return;
	putchar('\n');
	output_table(stdout, superscopes, sums, ARRAY_LEN(sums));
}

void page_survey(const struct arguments *arguments, json_t *result) {
	static const struct column fields[] = {
		{ "Records", "records", COLUMN_NUMBER },
		{ "Leases in force", "leases", COLUMN_NUMBER },
		{ "Rows compared", "rows", COLUMN_NUMBER },
		{ "Journal frames", "journalFrames", COLUMN_NUMBER },
	};
	static const struct column columns[] = {
		{ "FOUND", "kind", COLUMN_TEXT },
		{ "TIMES", "count", COLUMN_NUMBER },
		{ "WHAT IT IS", "description", COLUMN_TEXT },
	};
	const json_t *findings = json_object_get(result, "findings");
	const char *reason = json_string_value(json_object_get(result, "reason"));

	output_fields(stdout, result, fields, ARRAY_LEN(fields));
	if (json_array_size(findings))
		output_table(stdout, findings, columns, ARRAY_LEN(columns));
	if (reason && reason[0])
		printf("%s (%lld): %s\n", json_string_value(json_object_get(result, "name")),
		       (long long)json_integer_value(json_object_get(result, "code")), reason);
	output_message(stdout, result, "");
}
