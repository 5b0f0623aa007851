/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "admin/tree_json.h"
#include "admin/tree_json_priv.h"
#include "base/base64.h"
#include "base/macros.h"
#include "base/mem.h"
#include "model/dn.h"

#define NAME_MAX_LEN 1024

static const struct tree_collection collections[] = {
	{ "classes", CLASS_CLIENT_CLASS, LEVEL_ROOT, "classes" },
	{ "definitions", CLASS_DEFINITION, LEVEL_ROOT, "options" },
	{ "policies", CLASS_POLICY, LEVEL_ROOT | LEVEL_SITE | LEVEL_SERVER | LEVEL_SCOPE, "" },
	{ "sites", CLASS_SITE, LEVEL_ROOT, "sites" },
	{ "servers", CLASS_SERVER, LEVEL_SITE, "" },
	{ "scopes", CLASS_SCOPE, LEVEL_SITE, "" },
	{ "reservations", CLASS_RESERVATION, LEVEL_SCOPE, "" },
};

static_assert(ARRAY_LEN(collections) <= TREE_COLLECTIONS_MAX, "TREE_COLLECTIONS_MAX must hold them all");

const struct tree_collection *tree_collection_at(size_t index) {
	return index < ARRAY_LEN(collections) ? &collections[index] : NULL;
}

void tree_words_fill(struct tree_words *ret_words) {
	const char *prefix = "lessor";

	memset(ret_words, 0, sizeof *ret_words);
	for (enum schema_attribute attribute = 0; attribute < ATTRIBUTE_COUNT; attribute++) {
		const char *name = schema_attribute_get(attribute)->name;
		char *key = ret_words->keys[attribute];
		struct text text;

		text_init(&text, key, TREE_JSON_KEY_MAX);
		if (strncmp(name, prefix, strlen(prefix)) == 0)
			text_add(&text, "%c%s", name[strlen(prefix)] | 0x20, name + strlen(prefix) + 1);
		else
			text_add(&text, "%s", name);
	}
	for (enum setting setting = 0; setting < SETTING_COUNT; setting++)
		ret_words->is_setting[setting_get(setting)->attribute] = true;
}

/* An entry's object in the document, and of each collection in it, NULL until something stands in it. All borrowed but
 * for the references that the document holds in the end. */
struct node {
	json_t *object; /* NULL: a container that the document's form implies */
	json_t *collections[TREE_COLLECTIONS_MAX], *entries;
};

struct tree_writer {
	const struct canonical *tree;
	const char *root_dn;
	struct tree_words words;
	struct canonical_uses uses;
	struct node *nodes; /* of each item; the document's own behind them */
};

/* ------------------------------------------------------------------ attributes */

static json_t *write_octets(struct span value) {
	char *text CLEANUP(cleanup_free) = mem_alloc(BASE64_SIZE(value.len));

	base64_encode(value, text);
	return json_pack("{s:s}", "base64", text);
}

/* A number only if it reads back as the same text. */
static json_t *write_number(struct span value) {
	uint64_t number;

	if (value.len > 18 || (value.len > 1 && value.data[0] == '0') ||
	    text_parse_u64((const char *)value.data, INT64_MAX, &number) < 0)
		return NULL;
	return json_integer((json_int_t)number);
}

static json_t *write_value(const struct schema_attribute_info *info, struct span value) {
	bool has_nul = value.len && memchr(value.data, '\0', value.len);
	json_t *json = NULL;

	if (info->syntax == SYNTAX_INTEGER && !has_nul)
		json = write_number(value);
	if (!json && !has_nul)
		json = json_stringn((const char *)value.data, value.len);
	return json ? json : write_octets(value);
}

static json_t *write_values(const struct schema_attribute_info *info, const struct entry_attribute *values) {
	json_t *array;

	if (info->is_single && values->n_values == 1)
		return write_value(info, values->values[0]);
	array = json_array();
	for (size_t i = 0; i < values->n_values; i++)
		json_array_append_new(array, write_value(info, values->values[i]));
	return array;
}

static void write_attributes(const struct tree_writer *writer, json_t *object, const struct canonical_item *item) {
	const struct canonical_uses *uses = &writer->uses;
	json_t *settings = json_object();

	for (size_t i = 0; item->class != CLASS_COUNT && i < uses->n_attributes[item->class]; i++) {
		enum schema_attribute attribute = uses->attributes[item->class][i];
		const struct schema_attribute_info *info = schema_attribute_get(attribute);
		const struct entry_attribute *values = entry_attribute_get(item->entry, info->name);

		if (values)
			json_object_set_new(writer->words.is_setting[attribute] ? settings : object,
					    writer->words.keys[attribute], write_values(info, values));
	}
	if (json_object_size(settings))
		json_object_set(object, "settings", settings);
	json_decref(settings);
}

/* What an object under "entries" is. A plain container needs no word. */
static void write_class(json_t *object, const struct entry *entry) {
	json_t *array = json_array();

	for (size_t i = 0; i < entry->attributes[0].n_values; i++)
		json_array_append_new(array,
				      write_value(schema_attribute_get(ATTRIBUTE_CN), entry->attributes[0].values[i]));
	if (!is_canonical_container(entry))
		json_object_set(object, "objectClass", array);
	json_decref(array);
}

/* ------------------------------------------------------------------ places */

/* True if the entry is called cn=@name below @above; @name: as the document would have it. */
static bool is_called(const struct entry *entry, const char *above, char name[static NAME_MAX_LEN]) {
	char dn[2 * NAME_MAX_LEN];

	return dn_leaf_value(entry->dn, NAME_MAX_LEN, name) == 0 && dn_make(name, above, sizeof dn, dn) == 0 &&
	       is_dn_equal(dn, entry->dn);
}

/* The collection whose container the entry is, if it stands directly below the root; else NULL. */
static const struct tree_collection *container_of(const struct canonical_item *item, const char *root_dn) {
	char name[NAME_MAX_LEN];

	if (item->class != CLASS_COUNT || !is_canonical_container(item->entry) ||
	    !is_called(item->entry, root_dn, name))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(collections); i++)
		if (*collections[i].container && is_text_equal_nocase(collections[i].container, name))
			return &collections[i];
	return NULL;
}

static const struct tree_collection *collection_of(const struct tree_writer *writer, const struct canonical_item *item,
						   unsigned level, const char *above) {
	char dn[NAME_MAX_LEN];

	for (size_t i = 0; i < ARRAY_LEN(collections); i++) {
		if (collections[i].class != item->class || !(collections[i].levels & level))
			continue;
		if (*collections[i].container && dn_make(collections[i].container, above, sizeof dn, dn) < 0)
			continue;
		if (is_dn_equal(dn_parent(item->entry->dn), *collections[i].container ? dn : above))
			return &collections[i];
	}
	return NULL;
}

static json_t *collection_get(struct node *node, const struct tree_collection *collection) {
	json_t **place = &node->collections[collection - collections];

	if (!*place)
		*place = json_object();
	return *place;
}

/* @name with all that is not ASCII as \XX: the same name in UTF-8, which the keys of JSON are. */
static const char *ascii_name(struct arena *arena, const char *name) {
	size_t size = 3 * strlen(name) + 1;
	char *ascii = arena_take(arena, size);
	struct text text;

	text_init(&text, ascii, size);
	for (; *name; name++)
		text_add(&text, (uint8_t)*name < 0x80 ? "%c" : "\\%02X", (uint8_t)*name);
	return ascii;
}

/* Put @object under the name of @dn relative to @above, which it stands below: the text in front of it. */
static void add_relative(json_t *entries, struct arena *arena, const char *dn, const char *above, json_t *object) {
	const char *end = dn, *name;

	while (*end && !is_dn_equal(end, above))
		end = dn_parent(end);
	while (end > dn && *end && (end[-1] == ',' || end[-1] == ' '))
		end--;
	name = arena_dup(arena, span_of(dn, (size_t)(end - dn)));
	if (json_object_set(entries, name, object) < 0)
		json_object_set(entries, ascii_name(arena, name), object);
}

/* The node that the item stands in: the nearest one above that the document shows; the document's own for the topmost
 * ones. */
static struct node *node_above(const struct tree_writer *writer, size_t index, const char **ret_dn,
			       unsigned *ret_level) {
	size_t above = writer->tree->items[index].parent;

	while (above != CANONICAL_NONE && !writer->nodes[above].object)
		above = writer->tree->items[above].parent;
	*ret_dn = above == CANONICAL_NONE ? writer->root_dn : writer->tree->items[above].entry->dn;
	*ret_level = above == CANONICAL_NONE ? LEVEL_ROOT
		     : writer->tree->items[above].class == CLASS_COUNT
			     ? 0
			     : schema_class_level(writer->tree->items[above].class);
	return &writer->nodes[above == CANONICAL_NONE ? writer->tree->n_items : above];
}

static void place_item(struct tree_writer *writer, size_t index) {
	const struct canonical_item *item = &writer->tree->items[index];
	struct node *node = &writer->nodes[index], *above;
	const struct tree_collection *collection;
	char name[NAME_MAX_LEN];
	const char *above_dn;
	unsigned level;

	above = node_above(writer, index, &above_dn, &level);
	if (item->class == CLASS_ROOT && is_dn_equal(item->entry->dn, writer->root_dn)) {
		json_object_set(above->object, "root", node->object);
		return;
	}
	collection = collection_of(writer, item, level, above_dn);
	/* A name that is not UTF-8 cannot be a key. */
	if (collection && is_called(item->entry, dn_parent(item->entry->dn), name) &&
	    json_object_set(collection_get(above, collection), name, node->object) == 0)
		return;
	write_class(node->object, item->entry);
	if (!above->entries)
		above->entries = json_object();
	add_relative(above->entries, writer->tree->arena, item->entry->dn, above_dn, node->object);
}

/* A container of the root's is shown as a collection, with or without something in it. */
static bool is_implied(struct tree_writer *writer, size_t index) {
	const struct canonical_item *item = &writer->tree->items[index];
	const struct tree_collection *collection = container_of(item, writer->root_dn);

	if (!collection || item->parent == CANONICAL_NONE || writer->tree->items[item->parent].class != CLASS_ROOT)
		return false;
	collection_get(&writer->nodes[item->parent], collection);
	return true;
}

/* Collections stand behind the attributes, in their own order. */
static void finish_node(struct node *node) {
	for (size_t i = 0; i < ARRAY_LEN(collections); i++)
		if (node->collections[i])
			json_object_set_new(node->object, collections[i].key, node->collections[i]);
	if (node->entries)
		json_object_set_new(node->object, "entries", node->entries);
}

json_t *tree_json_write(const struct canonical *tree, const char *root_dn) {
	struct tree_writer writer = { .tree = tree, .root_dn = root_dn };
	size_t n = tree->n_items;
	json_t *document = json_pack("{s:i}", "lessorTree", TREE_JSON_VERSION);

	tree_words_fill(&writer.words);
	canonical_uses_fill(&writer.uses);
	writer.nodes = mem_alloc((n + 1) * sizeof *writer.nodes);
	writer.nodes[n].object = document;
	for (size_t i = 0; i < n; i++) {
		if (is_implied(&writer, i))
			continue;
		writer.nodes[i].object = json_object();
		write_attributes(&writer, writer.nodes[i].object, &tree->items[i]);
		place_item(&writer, i);
	}
	for (size_t i = 0; i <= n; i++)
		if (writer.nodes[i].object)
			finish_node(&writer.nodes[i]);
	for (size_t i = 0; i < n; i++)
		json_decref(writer.nodes[i].object);
	free(writer.nodes);
	return document;
}
