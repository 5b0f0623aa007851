/* SPDX-License-Identifier: Apache-2.0 */
#include "app/manual_decision.h"

#include <stdio.h>

#include "base/macros.h"

static const struct {
	const char *where, *which;
} precedence_rows[] = {
#define PRECEDENCE(symbol, source, levels, where, which) { where, which },
#include "engine/precedence.def"
#undef PRECEDENCE
};

static const struct {
	const char *name, *form, *source, *description;
} attribute_rows[] = {
#define CONDITION_ATTRIBUTE(symbol, name, form, source, description) { name, #form, source, description },
#include "model/condition.def"
};

static const struct {
	const char *name, *example, *description;
} form_rows[] = {
#define CONDITION_FORM(symbol, example, description) { #symbol, example, description },
#include "model/condition.def"
};

static const struct {
	const char *word, *description, *remedy;
} inconsistency_rows[] = {
#define INCONSISTENCY(symbol, word, mending, description, remedy) { word, description, remedy },
#include "model/inconsistency.def"
#undef INCONSISTENCY
};

static void print_form(const char *symbol) {
	for (; *symbol; symbol++)
		putchar(*symbol >= 'A' && *symbol <= 'Z' ? *symbol | 0x20 : *symbol);
}

void manual_precedence(void) {
	puts("| | where | which values |\n|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(precedence_rows); i++)
		printf("| %zu | %s | %s |\n", i + 1, precedence_rows[i].where, precedence_rows[i].which);
}

void manual_condition_attributes(void) {
	puts("| attribute | what it is | found in | its values |\n|---|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(attribute_rows); i++) {
		printf("| `%s` | %s | %s | ", attribute_rows[i].name, attribute_rows[i].description,
		       attribute_rows[i].source);
		print_form(attribute_rows[i].form);
		puts(" |");
	}
}

void manual_condition_forms(void) {
	puts("| values | how they are written | example |\n|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(form_rows); i++) {
		fputs("| ", stdout);
		print_form(form_rows[i].name);
		printf(" | %s | `%s` |\n", form_rows[i].description, form_rows[i].example);
	}
}

void manual_inconsistencies(void) {
	puts("| kind | what it is | what `--fix` does |\n|---|---|---|");
	for (size_t i = 0; i < ARRAY_LEN(inconsistency_rows); i++)
		printf("| `%s` | %s | %s |\n", inconsistency_rows[i].word, inconsistency_rows[i].description,
		       inconsistency_rows[i].remedy);
}
