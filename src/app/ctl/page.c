/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/page.h"

#include <stdio.h>
#include <string.h>

#include "app/ctl/output.h"
#include "base/macros.h"
#include "base/mem.h"

const char *page_text_at(const json_t *object, const char *key) {
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void print_dns(const char *what, const json_t *dns) {
	const json_t *dn;
	size_t i;

	json_array_foreach(dns, i, dn)
		printf("%s %s\n", what, json_string_value(dn));
}

void page_init(const struct arguments *arguments, json_t *result) {
	print_dns("created", json_object_get(result, "created"));
	print_dns("already there:", json_object_get(result, "existing"));
	output_message(stdout, result, "");
}

/* Lengths of time are shown as such, other numbers as they are; without their sources if there is no need for them. */
static void print_settings(json_t *settings, bool has_sources) {
	static const struct column columns[] = { { "SETTING", "name", COLUMN_TEXT },
						 { "VALUE", "valueCell", COLUMN_TEXT },
						 { "FROM", "source", COLUMN_TEXT } };
	json_t *setting;
	size_t i;

	json_array_foreach(settings, i, setting) {
		bool is_time = strcmp(page_text_at(setting, "unit"), "seconds") == 0;
		CLEANUP(cleanup_free) char *cell =
			output_cell(json_object_get(setting, "value"), is_time ? COLUMN_DURATION : COLUMN_NUMBER);

		json_object_set_new(setting, "valueCell", output_text(cell));
	}
	output_table(stdout, settings, columns, ARRAY_LEN(columns) - !has_sources);
}

/* True if one of @items has a value under @key: a column of which all cells are empty is left out. */
static bool has_any(const json_t *items, const char *key) {
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item) {
		const json_t *value = json_object_get(item, key);

		if (value && !json_is_null(value))
			return true;
	}
	return false;
}

static void print_options(const json_t *items) {
	static const struct column all[] = {
		{ "CODE", "code", COLUMN_NUMBER },          { "OPTION", "name", COLUMN_TEXT },
		{ "VALUE", "value", COLUMN_TEXT },          { "VENDOR CLASS", "vendorClass", COLUMN_TEXT },
		{ "USER CLASS", "userClass", COLUMN_TEXT }, { "POLICY", "policy", COLUMN_TEXT },
		{ "FROM", "source", COLUMN_TEXT },
	};
	struct column columns[ARRAY_LEN(all)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (i < 3 || has_any(items, all[i].key))
			columns[n++] = all[i];
	output_table(stdout, items, columns, n);
}

/* What is in force for it, and what is wrong with it. */
static void print_force(json_t *object) {
	json_t *settings = json_object_get(object, "settings"), *options = json_object_get(object, "options");

	if (json_array_size(settings)) {
		printf("\nSettings in force:\n");
		print_settings(settings, true);
	}
	if (json_array_size(options)) {
		printf("\nOptions in force:\n");
		print_options(options);
	}
	if (json_array_size(json_object_get(object, "findings")))
		printf("\nWrong, and therefore left out:\n");
	output_findings(stdout, json_object_get(object, "findings"));
}

void page_scope(const struct arguments *arguments, json_t *object) {
	static const struct column fields[] = {
		{ "Scope", "network", COLUMN_TEXT },
		{ "Name", "name", COLUMN_TEXT },
		{ "Description", "description", COLUMN_TEXT },
		{ "Site", "site", COLUMN_TEXT },
		{ "State", "state", COLUMN_STATE },
		{ "Served by", "servers", COLUMN_TEXT },
		{ "Superscope", "superscope", COLUMN_TEXT },
		{ "Ranges", "ranges", COLUMN_TEXT },
		{ "Exclusions", "exclusions", COLUMN_TEXT },
		{ "Reservations", "reservations", COLUMN_NUMBER },
		{ "Entry", "dn", COLUMN_TEXT },
	};

	output_fields(stdout, object, fields, ARRAY_LEN(fields));
	print_force(object);
}

void page_reservation(const struct arguments *arguments, json_t *object) {
	static const struct column fields[] = {
		{ "Address", "address", COLUMN_TEXT },
		{ "Scope", "scope", COLUMN_TEXT },
		{ "Hardware address", "hardwareAddress", COLUMN_TEXT },
		{ "Client identifier", "clientIdentifier", COLUMN_TEXT },
		{ "Type", "type", COLUMN_TEXT },
		{ "Name", "name", COLUMN_TEXT },
		{ "Description", "description", COLUMN_TEXT },
		{ "Entry", "dn", COLUMN_TEXT },
	};

	output_fields(stdout, object, fields, ARRAY_LEN(fields));
	print_force(object);
}

void page_settings(const struct arguments *arguments, json_t *result) {
	json_t *settings = json_object_get(result, "settings");

	if (json_array_size(settings) == 0)
		output_message(stdout, result, "");
	else
		print_settings(settings, is_argument_given(arguments, "effective"));
}

void page_options(const struct arguments *arguments, json_t *result) {
	const json_t *options = json_object_get(result, "options");

	if (json_array_size(options) == 0)
		output_message(stdout, result, "");
	else
		print_options(options);
}

void page_lost(const struct arguments *arguments, json_t *result) {
	static const struct column columns[] = { { "VALUE", "value", COLUMN_TEXT },
						 { "WAS SET AT", "dn", COLUMN_TEXT } };
	const json_t *removed = json_object_get(result, "removed");

	output_message(stdout, result, "");
	if (json_array_size(removed))
		output_table(stdout, removed, columns, ARRAY_LEN(columns));
}

void page_policy(const struct arguments *arguments, json_t *result) {
	static const struct column fields[] = {
		{ "Policy", "name", COLUMN_TEXT },
		{ "At", "at", COLUMN_TEXT },
		{ "Order", "processingOrder", COLUMN_NUMBER },
		{ "Enabled", "enabled", COLUMN_TEXT },
		{ "Condition", "condition", COLUMN_TEXT },
		{ "Ranges", "ranges", COLUMN_TEXT },
		{ "Lease time", "leaseTime", COLUMN_DURATION },
		{ "Description", "description", COLUMN_TEXT },
		{ "Entry", "dn", COLUMN_TEXT },
	};
	const json_t *options = json_object_get(result, "options");

	output_fields(stdout, result, fields, ARRAY_LEN(fields));
	if (json_array_size(options) == 0)
		return;
	printf("\nOptions:\n");
	print_options(options);
}

/* Cells that show several members. */
static void add_cells(json_t *server) {
	CLEANUP(cleanup_free) char *network = mem_format("via %s", page_text_at(server, "via"));
	CLEANUP(cleanup_free) char *gone = mem_format("%s, gone", page_text_at(server, "state"));
	bool is_gone = json_is_true(json_object_get(server, "gone"));

	json_object_set_new(server, "networkCell",
			    output_text(page_text_at(server, "via")[0] ? network : page_text_at(server, "interface")));
	json_object_set_new(server, "stateCell", output_text(is_gone ? gone : page_text_at(server, "state")));
}

void page_rogues(const struct arguments *arguments, json_t *result) {
	static const struct column columns[] = {
		{ "ADDRESS", "address", COLUMN_TEXT },     { "HARDWARE", "hardwareAddress", COLUMN_TEXT },
		{ "NETWORK", "networkCell", COLUMN_TEXT }, { "STATE", "stateCell", COLUMN_STATE },
		{ "OFFERED", "offered", COLUMN_TEXT },     { "SINCE", "firstSeen", COLUMN_TIME },
		{ "LAST SEEN", "lastSeen", COLUMN_TIME },  { "DIRECTORY", "enterprise", COLUMN_TEXT },
	};
	json_t *servers = json_object_get(result, "servers"), *server;
	size_t i;

	json_array_foreach(servers, i, server)
		add_cells(server);
	if (json_array_size(servers) == 0)
		output_message(stdout, result, "");
	else
		output_table(stdout, servers, columns, ARRAY_LEN(columns));
}

static const char *plural(size_t n) {
	return n == 1 ? "" : "s";
}

void page_export(const struct arguments *arguments, json_t *result) {
	if (json_object_get(result, "text"))
		fputs(page_text_at(result, "text"), stdout);
	else
		output_message(stdout, result, "");
}

void page_apply(const struct arguments *arguments, json_t *result) {
	const json_t *errors = json_object_get(result, "errors"), *item;
	size_t i;

	output_findings(stdout, json_object_get(result, "findings"));
	json_array_foreach(errors, i, item) {
		char *dn = output_line(page_text_at(item, "dn")), *message = output_line(page_text_at(item, "message"));

		printf("%s\n  %s (%lld): %s\n", dn, page_text_at(item, "name"),
		       (long long)json_integer_value(json_object_get(item, "code")), message);
		free(message);
		free(dn);
	}
	fputs(page_text_at(result, "text"), stdout);
	if (json_object_get(result, "message"))
		output_message(stdout, result, "");
}

void page_check(const struct arguments *arguments, json_t *result) {
	const json_t *findings = json_object_get(result, "findings"), *warnings = json_object_get(result, "warnings"),
		     *item;
	size_t n_servers = json_array_size(json_object_get(result, "servers")), i;
	long long n_left_out = (long long)json_integer_value(json_object_get(result, "leftOut"));

	output_findings(stdout, findings);
	json_array_foreach(warnings, i, item)
		printf("note on %s\n  %s\n", page_text_at(item, "dn"), page_text_at(item, "reason"));
	printf("%lld entries read as %zu server%s would: %zu mistake%s, %zu note%s\n",
	       (long long)json_integer_value(json_object_get(result, "entries")), n_servers, plural(n_servers),
	       json_array_size(findings), plural(json_array_size(findings)), json_array_size(warnings),
	       plural(json_array_size(warnings)));
	if (n_left_out)
		printf("%lld entr%s good but left out together with an entry above\n", n_left_out,
		       n_left_out == 1 ? "y is" : "ies are");
}

static void print_error(const json_t *row) {
	printf("%s (%lld)\n  %s\n  What to do: %s\n", page_text_at(row, "name"),
	       (long long)json_integer_value(json_object_get(row, "code")), page_text_at(row, "meaning"),
	       page_text_at(row, "advice"));
}

void page_errors(const struct arguments *arguments, json_t *result) {
	static const struct column columns[] = { { "CODE", "code", COLUMN_NUMBER },
						 { "NAME", "name", COLUMN_TEXT },
						 { "MEANING", "meaning", COLUMN_TEXT } };
	const json_t *rows = json_object_get(result, "errors"), *row;
	size_t i;

	if (!is_argument_given(arguments, "code")) {
		output_table(stdout, rows, columns, ARRAY_LEN(columns));
		return;
	}
	json_array_foreach(rows, i, row) {
		if (i)
			putchar('\n');
		print_error(row);
	}
}
