/* SPDX-License-Identifier: Apache-2.0 */
/* The page of "explain": the answer first, then what it rests on, in the order in which the server looks at it. */
#include <stdio.h>

#include "app/ctl/output.h"
#include "app/ctl/page.h"
#include "base/macros.h"

void page_explain(const struct arguments *arguments, json_t *result) {
	static const struct column answer[] = {
		{ "Server", "server", COLUMN_TEXT },     { "Answer", "reply", COLUMN_TEXT },
		{ "No answer", "reason", COLUMN_TEXT },  { "Address", "address", COLUMN_TEXT },
		{ "Scope", "scope", COLUMN_TEXT },       { "Held back (ms)", "delay", COLUMN_NUMBER },
	};
	static const struct column steps[] = {
		{ "STEP", "step", COLUMN_TEXT },   { "APPLIES", "applied", COLUMN_TEXT }, { "WHAT", "subject", COLUMN_TEXT },
		{ "WHY", "text", COLUMN_TEXT },    { "LEVEL", "level", COLUMN_TEXT },     { "ENTRY", "dn", COLUMN_TEXT },
	};

	output_fields(stdout, result, answer, ARRAY_LEN(answer));
	putchar('\n');
	output_table(stdout, json_object_get(result, "steps"), steps, ARRAY_LEN(steps));
}
