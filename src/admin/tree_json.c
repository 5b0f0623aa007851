/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/tree_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "admin/tree_json_priv.h"
#include "base/base64.h"
#include "base/macros.h"
#include "model/dn.h"
#include "model/ldif.h"

#define NAME_MAX_LEN 1024
#define PLACE_MAX 256
#define DEPTH_MAX 16 /* of entries in each other; a tree has five */

/* Where in the document the reader is: a list from the value up to the document. */
struct place {
	const struct place *above; /* NULL: the document itself */
	const char *name;
	const char *dn;          /* of the entry that stands here, or that what stands here belongs to */
	enum schema_class class; /* of that; CLASS_COUNT: a container */
	struct entry *entry;     /* that one; NULL in the document itself */
	unsigned depth;          /* of entries in each other */
	bool has_class;          /* the entry says itself what it is, with "objectClass" */
};

struct tree_reader {
	const char *name, *root_dn;
	struct arena *arena;
	struct canonical_uses uses;
	struct tree_words words;
	struct tree_entries entries;
	size_t capacity;
	struct error *error;
};

/* ------------------------------------------------------------------ refusals */

/* True for a word that needs no quotes between dots. */
static bool is_plain_word(const char *name) {
	const char *end = name;

	while ((*end >= 'a' && *end <= 'z') || (*end >= 'A' && *end <= 'Z') || (*end >= '0' && *end <= '9'))
		end++;
	return *name && !*end;
}

static void add_place(const struct place *place, struct text *text) {
	if (!place->above)
		return;
	add_place(place->above, text);
	text_add(text, is_plain_word(place->name) ? "%s%s" : "%s\"%.80s\"", text->len ? "." : "", place->name);
}

static int refuse(struct tree_reader *reader, const struct place *place, const char *format, ...) PRINTF_LIKE(3, 4);

static int refuse(struct tree_reader *reader, const struct place *place, const char *format, ...) {
	char where[PLACE_MAX], sentence[sizeof reader->error->text];
	struct text text;
	va_list args;

	text_init(&text, where, sizeof where);
	add_place(place, &text);
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return error_set(reader->error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s: %s%s%s", reader->name, where,
			 where[0] ? ": " : "", sentence);
}

/* ------------------------------------------------------------------ attributes */

static int read_octets(struct tree_reader *reader, const struct place *place, const json_t *value,
		       struct span *ret_value) {
	const json_t *encoded = json_object_get(value, "base64");
	char *text;

	if (json_object_size(value) != 1 || !json_is_string(encoded))
		return refuse(reader, place, "a value is a text, a number or { \"base64\": \"...\" }");
	text = arena_dup_text(reader->arena, json_string_value(encoded));
	if (base64_decode(text, strlen(text), ret_value) < 0)
		return refuse(reader, place, "the text is not base64");
	/* What follows a value is a NUL, as everywhere. */
	text[ret_value->len] = '\0';
	return 0;
}

static int read_value(struct tree_reader *reader, const struct place *place, const json_t *value,
		      struct span *ret_value) {
	if (json_is_object(value))
		return read_octets(reader, place, value, ret_value);
	if (json_is_string(value))
		*ret_value = span_of_text(arena_dup_text(reader->arena, json_string_value(value)));
	else if (json_is_integer(value))
		*ret_value =
			span_of_text(arena_format(reader->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value)));
	else
		return refuse(reader, place, "a value is a text, a number or { \"base64\": \"...\" }");
	return 0;
}

static int read_attribute(struct tree_reader *reader, const struct place *place, const char *name,
			  const json_t *value) {
	size_t n = json_is_array(value) ? json_array_size(value) : 1;
	struct entry *entry = place->entry;
	struct span *values = arena_array_of(reader->arena, struct span, n);
	int r = 0;

	if (entry_attribute_get(entry, name))
		return refuse(reader, place, "this is given twice, in two spellings");
	for (size_t i = 0; i < n && r == 0; i++)
		r = read_value(reader, place, json_is_array(value) ? json_array_get(value, i) : value, &values[i]);
	if (r == 0 && n)
		entry->attributes[entry->n_attributes++] = (struct entry_attribute){ name, values, n };
	return r;
}

/* The names that an object of @class may hold in one of its two places for attributes, up to a NULL. */
static const char **attribute_keys(struct tree_reader *reader, enum schema_class class, bool is_setting) {
	const char **keys = arena_array_of(reader->arena, const char *, ATTRIBUTE_COUNT + TREE_COLLECTIONS_MAX + 3);
	size_t n = 0;

	for (size_t i = 0; class != CLASS_COUNT && i < reader->uses.n_attributes[class]; i++)
		if (reader->words.is_setting[reader->uses.attributes[class][i]] == is_setting)
			keys[n++] = reader->words.keys[reader->uses.attributes[class][i]];
	return keys;
}

static int refuse_key(struct tree_reader *reader, const struct place *place, bool is_setting,
		      const char *const *others) {
	const char **keys = attribute_keys(reader, place->class, is_setting), *nearest;
	size_t n = 0;

	while (keys[n])
		n++;
	for (; others && *others; others++)
		keys[n++] = *others;
	nearest = text_nearest(place->name, keys);
	return refuse(reader, place, "nothing of this name belongs here%s%s%s", nearest ? "; did you mean \"" : "",
		      nearest ? nearest : "", nearest ? "\"?" : "");
}

/* The attribute that @key names in an object of @class; ATTRIBUTE_COUNT if none. */
static enum schema_attribute find_attribute(const struct tree_reader *reader, enum schema_class class, const char *key,
					    bool is_setting) {
	for (size_t i = 0; class != CLASS_COUNT && i < reader->uses.n_attributes[class]; i++) {
		enum schema_attribute attribute = reader->uses.attributes[class][i];

		if (reader->words.is_setting[attribute] == is_setting &&
		    strcmp(reader->words.keys[attribute], key) == 0)
			return attribute;
	}
	return ATTRIBUTE_COUNT;
}

static int read_settings(struct tree_reader *reader, const struct place *place, json_t *settings) {
	const char *key;
	json_t *value;
	int r = 0;

	if (!json_is_object(settings))
		return refuse(reader, place, "this must be an object: { \"name\": value, ... }");
	json_object_foreach(settings, key, value) {
		enum schema_attribute attribute = find_attribute(reader, place->class, key, true);
		struct place here = *place;

		here.above = place;
		here.name = key;
		if (attribute == ATTRIBUTE_COUNT)
			return refuse_key(reader, &here, true, NULL);
		r = read_attribute(reader, &here, schema_attribute_get(attribute)->name, value);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ------------------------------------------------------------------ entries */

/* @object: what its attributes are in; NULL if they are only its class and its name. */
static struct entry *add_entry(struct tree_reader *reader, const char *dn, const json_t *object) {
	size_t n_attributes = json_object_size(object) + json_object_size(json_object_get(object, "settings")) + 2;
	struct entry *entry = arena_new_of(reader->arena, struct entry);

	if (reader->entries.n_items == reader->capacity) {
		size_t capacity = reader->capacity ? 2 * reader->capacity : 64;
		const struct entry **grown = arena_array_of(reader->arena, const struct entry *, capacity);

		if (reader->capacity)
			memcpy(grown, reader->entries.items, reader->capacity * sizeof *grown);
		reader->entries.items = grown;
		reader->capacity = capacity;
	}
	reader->entries.items[reader->entries.n_items++] = entry;
	entry->dn = dn;
	entry->uuid = entry_uuid_of_dn(dn, reader->arena);
	entry->attributes = arena_array_of(reader->arena, struct entry_attribute, n_attributes);
	return entry;
}

static void add_text(struct tree_reader *reader, struct entry *entry, const char *name, const char *value) {
	struct span *values = arena_array_of(reader->arena, struct span, 1);

	*values = span_of_text(value);
	entry->attributes[entry->n_attributes++] = (struct entry_attribute){ name, values, 1 };
}

static const char *join_dn(struct tree_reader *reader, const char *name, const char *above) {
	char dn[NAME_MAX_LEN];

	return dn_make(name, above, sizeof dn, dn) == 0 ? arena_dup_text(reader->arena, dn) : NULL;
}

static int read_node(struct tree_reader *reader, const struct place *place, json_t *object);

/* An entry of a collection, or the root; its own name is @leaf. */
static int read_entry(struct tree_reader *reader, struct place *here, const char *leaf, json_t *object) {
	here->entry = add_entry(reader, here->dn, object);
	add_text(reader, here->entry, "objectClass", schema_class_get(here->class)->name);
	add_text(reader, here->entry, "cn", leaf);
	return read_node(reader, here, object);
}

static int read_named(struct tree_reader *reader, const struct place *place, const struct tree_collection *collection,
		      const char *above, json_t *members) {
	const char *key;
	json_t *member;
	int r = 0;

	json_object_foreach(members, key, member) {
		struct place here = { place, key, NULL, collection->class, NULL, place->depth + 1, false };
		char leaf[NAME_MAX_LEN];

		here.dn = join_dn(reader, key, above);
		if (!here.dn || dn_leaf_value(here.dn, sizeof leaf, leaf) < 0 || strcmp(leaf, key) != 0)
			return refuse(reader, &here, "this cannot be the name of an entry");
		r = read_entry(reader, &here, arena_dup_text(reader->arena, key), member);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_collection(struct tree_reader *reader, const struct place *place,
			   const struct tree_collection *collection, json_t *members) {
	struct place here = *place;

	here.above = place;
	here.name = collection->key;
	if (!json_is_object(members))
		return refuse(reader, &here, "this must be an object: { \"name\": { ... }, ... }");
	if (!*collection->container)
		return read_named(reader, &here, collection, place->dn, members);
	here.dn = join_dn(reader, collection->container, place->dn);
	if (!here.dn)
		return refuse(reader, &here, "the names above this are too long");
	/* Only a root that stands there decides about all of its classes, definitions, sites. */
	if (place->entry) {
		here.entry = add_entry(reader, here.dn, NULL);
		add_text(reader, here.entry, "objectClass", TREE_JSON_CONTAINER);
		add_text(reader, here.entry, "cn", collection->container);
	}
	return read_named(reader, &here, collection, here.dn, members);
}

/* What an object under "entries" says that it is. */
static int read_class(struct tree_reader *reader, struct place *here, const json_t *value, const char *leaf) {
	char type[NAME_MAX_LEN];
	int r = 0;

	if (value)
		r = read_attribute(reader, here, "objectClass", value);
	else
		add_text(reader, here->entry, "objectClass", TREE_JSON_CONTAINER);
	if (r < 0)
		return r;
	if (!entry_attribute_get(here->entry, "objectClass"))
		return refuse(reader, here, "objectClass names no class");
	here->class = canonical_class_of(here->entry);
	snprintf(type, sizeof type, "%.*s", (int)strcspn(here->dn, "= "), here->dn);
	add_text(reader, here->entry, arena_dup_text(reader->arena, type), leaf);
	return 0;
}

static int read_other(struct tree_reader *reader, struct place *here, json_t *object) {
	char leaf[NAME_MAX_LEN];
	int r;

	if (!json_is_object(object))
		return refuse(reader, here, "this must be an object");
	for (const char *dn = here->dn; !is_dn_equal(dn, here->above->dn); dn = dn_parent(dn))
		if (!*dn || dn_leaf_value(dn, sizeof leaf, leaf) < 0)
			return refuse(reader, here, "this is not a name such as cn=printers");
	if (dn_leaf_value(here->dn, sizeof leaf, leaf) < 0)
		return refuse(reader, here, "this is not a name such as cn=printers");
	here->entry = add_entry(reader, here->dn, object);
	here->has_class = true;
	r = read_class(reader, here, json_object_get(object, "objectClass"), arena_dup_text(reader->arena, leaf));
	return r < 0 ? r : read_node(reader, here, object);
}

static int read_others(struct tree_reader *reader, const struct place *place, json_t *members) {
	const char *key;
	json_t *member;
	int r = 0;

	if (!json_is_object(members))
		return refuse(reader, place, "this must be an object: { \"cn=...\": { ... }, ... }");
	json_object_foreach(members, key, member) {
		const char *dn = arena_format(reader->arena, "%s,%s", key, place->dn);
		struct place here = { place, key, dn, CLASS_COUNT, NULL, place->depth + 1, false };

		if (!*key || strlen(key) >= NAME_MAX_LEN)
			return refuse(reader, &here, "this cannot be the name of an entry");
		r = read_other(reader, &here, member);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The collection called @key that may stand in @place; NULL if there is none. */
static const struct tree_collection *find_collection(const struct place *place, const char *key) {
	unsigned level = !place->entry                 ? LEVEL_ROOT
			 : place->class == CLASS_COUNT ? 0
						       : schema_class_level(place->class);
	const struct tree_collection *collection;

	for (size_t i = 0; (collection = tree_collection_at(i)); i++)
		if ((collection->levels & level) && strcmp(collection->key, key) == 0)
			return collection;
	return NULL;
}

static int refuse_member(struct tree_reader *reader, const struct place *place) {
	const char *others[TREE_COLLECTIONS_MAX + 3] = { "settings", "entries" };
	const struct tree_collection *collection;
	size_t n = 2;

	for (size_t i = 0; (collection = tree_collection_at(i)); i++)
		if (find_collection(place, collection->key))
			others[n++] = collection->key;
	return refuse_key(reader, place, false, others);
}

static int read_member(struct tree_reader *reader, const struct place *place, const char *key, json_t *value) {
	const struct tree_collection *collection = find_collection(place, key);
	enum schema_attribute attribute = find_attribute(reader, place->class, key, false);
	struct place here = *place;

	if (collection)
		return read_collection(reader, place, collection, value);
	here.above = place;
	here.name = key;
	if (strcmp(key, "entries") == 0)
		return read_others(reader, &here, value);
	if (strcmp(key, "settings") == 0 && place->class != CLASS_COUNT)
		return read_settings(reader, &here, value);
	if (attribute == ATTRIBUTE_COUNT)
		return refuse_member(reader, &here);
	return read_attribute(reader, &here, schema_attribute_get(attribute)->name, value);
}

static int read_node(struct tree_reader *reader, const struct place *place, json_t *object) {
	const char *key;
	json_t *value;
	int r = 0;

	if (!json_is_object(object))
		return refuse(reader, place, "this must be an object: { ... }");
	if (place->depth > DEPTH_MAX)
		return refuse(reader, place,
			      "entries stand in each other more than %d deep, which no tree of a server's does",
			      DEPTH_MAX);
	json_object_foreach(object, key, value) {
		if (place->has_class && strcmp(key, "objectClass") == 0)
			continue;
		r = read_member(reader, place, key, value);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ------------------------------------------------------------------ the document */

static int read_document(struct tree_reader *reader, json_t *document) {
	struct place top = { NULL, "", reader->root_dn, CLASS_COUNT, NULL, 0, false };
	json_t *version = json_object_get(document, "lessorTree");
	const char *key;
	json_t *value;
	int r = 0;

	if (!json_is_integer(version) || json_integer_value(version) != TREE_JSON_VERSION)
		return refuse(reader, &top, "a tree begins with \"lessorTree\": %d, the number of its form",
			      TREE_JSON_VERSION);
	json_object_foreach(document, key, value) {
		struct place here = { &top, key, reader->root_dn, CLASS_ROOT, NULL, 1, false };

		if (strcmp(key, "lessorTree") == 0)
			continue;
		if (strcmp(key, "root") == 0) {
			char leaf[NAME_MAX_LEN];

			if (dn_leaf_value(reader->root_dn, sizeof leaf, leaf) < 0)
				return refuse(reader, &here, "the tree's root has no name");
			r = read_entry(reader, &here, arena_dup_text(reader->arena, leaf), value);
		} else {
			r = read_member(reader, &top, key, value);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int tree_json_read(const char *name, struct span text, const char *root_dn, struct arena *arena,
		   struct tree_entries *ret_entries, struct error *reterr_error) {
	struct tree_reader reader = { .name = name, .root_dn = root_dn, .arena = arena, .error = reterr_error };
	json_error_t mistake;
	json_t *document;
	int r;

	if (text.len > LDIF_TEXT_MAX)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "%.200s is larger than %d octets, which no configuration is", name, LDIF_TEXT_MAX);
	document = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &mistake);
	if (!document)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s:%d: this is not JSON: %s", name,
				 mistake.line, mistake.text);
	canonical_uses_fill(&reader.uses);
	tree_words_fill(&reader.words);
	r = read_document(&reader, document);
	json_decref(document);
	if (r < 0)
		return r;
	*ret_entries = reader.entries;
	return 0;
}
