/* SPDX-License-Identifier: Apache-2.0 */
/* A page about what leases, their indexes and the directory contradict each other in. */
#include <stdio.h>
#include <string.h>

#include "app/ctl/output.h"
#include "app/ctl/page.h"
#include "base/macros.h"

static long long number_of(const json_t *object, const char *key) {
	return (long long)json_integer_value(json_object_get(object, key));
}

static bool is_note(const json_t *item) {
	return strcmp(page_text_at(item, "mending"), "nothing") == 0;
}

static void print_findings(const json_t *result) {
	static const struct column columns[] = { { "KIND", "kind", COLUMN_TEXT },
						 { "ADDRESS", "address", COLUMN_TEXT },
						 { "CLIENT", "client", COLUMN_TEXT },
						 { "FOUND", "found", COLUMN_TEXT },
						 { "EXPECTED", "expected", COLUMN_TEXT } };
	const json_t *findings = json_object_get(result, "findings");
	long long n_unlisted = number_of(result, "unlisted");

	if (json_array_size(findings) == 0)
		return;
	output_table(stdout, findings, columns, ARRAY_LEN(columns));
	if (n_unlisted)
		printf("and %lld more\n", n_unlisted);
	putchar('\n');
}

/* What each kind means, and what mending does about it. */
static void print_kinds(const json_t *result, bool is_all) {
	const json_t *kind;
	bool is_any = false;
	size_t i;

	json_array_foreach(json_object_get(result, "kinds"), i, kind) {
		if (is_note(kind) && !is_all)
			continue;
		printf("%lld %s\n  %s\n  %s%s\n", number_of(kind, "count"), page_text_at(kind, "kind"),
		       page_text_at(kind, "description"), is_note(kind) ? "" : "--fix: ", page_text_at(kind, "remedy"));
		is_any = true;
	}
	if (is_any)
		putchar('\n');
}

static void print_notes(const json_t *result) {
	const char *separator = "worth knowing, though nothing is wrong: ";
	const json_t *kind;
	size_t i;

	json_array_foreach(json_object_get(result, "kinds"), i, kind) {
		if (!is_note(kind))
			continue;
		printf("%s%lld %s", separator, number_of(kind, "count"), page_text_at(kind, "kind"));
		separator = ", ";
	}
	if (separator[0] == ',')
		puts("; --all lists them");
}

static void print_done(const json_t *result) {
	long long n_left = number_of(result, "remaining");

	printf("%lld records corrected, %lld removed%s; ", number_of(result, "corrected"), number_of(result, "removed"),
	       json_is_true(json_object_get(result, "rebuilt")) ? ", the indexes made anew" : "");
	if (n_left)
		printf("%lld inconsistenc%s left or new: run it again\n", n_left, n_left == 1 ? "y is" : "ies are");
	else
		puts("nothing contradicts any more");
}

void page_reconcile(const struct arguments *arguments, json_t *result) {
	bool is_all = is_argument_given(arguments, "all"), is_fix = is_argument_given(arguments, "fix");
	long long n_wrong = number_of(result, "inconsistencies");

	print_findings(result);
	print_kinds(result, is_all);
	if (!is_all)
		print_notes(result);
	printf("%lld records compared: %lld inconsistenc%s\n", number_of(result, "records"), n_wrong,
	       n_wrong == 1 ? "y" : "ies");
	if (n_wrong && is_fix)
		print_done(result);
	else if (n_wrong)
		printf("put them right with: lessorctl reconcile %s%s--fix\n", page_text_at(result, "scope"),
		       page_text_at(result, "scope")[0] ? " " : "");
}
