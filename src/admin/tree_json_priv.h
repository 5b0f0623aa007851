/* SPDX-License-Identifier: Apache-2.0 */
/* tree_json_priv.h - the words of the document, for its reader and its writer. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "model/schema.h"

#define TREE_JSON_VERSION 1
#define TREE_JSON_KEY_MAX 64

/* What a container is made of until it is written to a directory, which has its own (plan.h). */
#define TREE_JSON_CONTAINER "applicationProcess"

/* A place for entries of one class. */
struct tree_collection {
	const char *key;
	enum schema_class class;
	unsigned levels;       /* enum schema_level, or'ed: of the entries that it may stand in */
	const char *container; /* by whose cn they stand below that entry; "": they stand directly below it */
};

/* Borrow the row at @index, in the document's order; NULL past the end. */
const struct tree_collection *tree_collection_at(size_t index);
#define TREE_COLLECTIONS_MAX 8

/* Embedded: what each attribute is called in the document, and whether it is a setting, which stand apart. */
struct tree_words {
	char keys[ATTRIBUTE_COUNT][TREE_JSON_KEY_MAX];
	bool is_setting[ATTRIBUTE_COUNT];
};

/* Make the words of the schema's names. */
void tree_words_fill(struct tree_words *ret_words);
