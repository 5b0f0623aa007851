/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/tree_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "admin/file_edit.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "dir/ldif_tree.h"
#include "model/dn.h"
#include "model/ldif_write.h"

#define NAME_MAX_LEN 1024
#define PLACEHOLDER_ROOT "cn=DHCP" /* of a document that is looked at by itself */

int tree_format_choose(const char *word, const char *path, enum tree_format *ret_format, struct error *reterr_error) {
	const char *ending = path ? strrchr(path, '.') : NULL;

	if (word && !is_text_equal_nocase(word, "json") && !is_text_equal_nocase(word, "ldif"))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the format \"%.60s\" is not known; write json or ldif", word);
	if (word)
		*ret_format = is_text_equal_nocase(word, "ldif") ? TREE_LDIF : TREE_JSON;
	else
		*ret_format = ending && is_text_equal_nocase(ending, ".ldif") ? TREE_LDIF : TREE_JSON;
	return 0;
}

/* ------------------------------------------------------------------ reading */

static int read_stream(FILE *stream, const char *path, struct arena *arena, struct span *ret_text,
		       struct error *reterr_error) {
	char *text CLEANUP(cleanup_free) = NULL;
	size_t capacity = 0, len = 0, part;

	do {
		text = mem_grow(text, &capacity, len + 65536, 1);
		part = fread(text + len, 1, capacity - len, stream);
		len += part;
	} while (part && len <= LDIF_TEXT_MAX);
	if (ferror(stream))
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s cannot be read: %s", path,
				 strerror(errno));
	*ret_text = span_of(arena_dup(arena, span_of(text, len)), len);
	return 0;
}

static int read_text(const char *path, struct arena *arena, struct span *ret_text, struct error *reterr_error) {
	FILE *stream = fopen(path, "re");
	int r;

	if (!stream)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s cannot be read: %s", path,
				 strerror(errno));
	r = read_stream(stream, path, arena, ret_text, reterr_error);
	fclose(stream);
	return r;
}

/* The part of @dn that names a root called cn=@leaf: the uppermost one; NULL if there is none. */
static const char *root_part(const char *dn, const char *leaf) {
	const char *part = NULL;
	char name[NAME_MAX_LEN];

	for (; *dn; dn = dn_parent(dn))
		if (dn_leaf_value(dn, sizeof name, name) == 0 && is_text_equal_nocase(name, leaf))
			part = dn;
	return part;
}

/* The name of the tree's root: that of the entry that is one, or, if the file holds only a part, what its first name
 * says of one called cn=@leaf. */
static int find_root(const char *path, const struct ldif *ldif, const char *leaf, const char **ret_root_dn,
		     struct error *reterr_error) {
	const char *root_dn = NULL, *part_dn = NULL;

	for (size_t i = 0; i < ldif->n_records; i++) {
		const struct ldif_record *record = &ldif->records[i];
		enum schema_class class = canonical_class_of(record->entry);

		if (class == CLASS_ROOT && root_dn)
			return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
					 "%.200s:%u: this is a second entry of class %s; keep one of the two", path,
					 record->line, schema_class_get(CLASS_ROOT)->name);
		if (class == CLASS_ROOT)
			root_dn = record->entry->dn;
		if (class != CLASS_COUNT && !part_dn)
			part_dn = root_part(record->entry->dn, leaf);
	}
	if (!root_dn && !part_dn)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "%.200s holds no entry of a tree: one of class %s, or below cn=%.80s", path,
				 schema_class_get(CLASS_ROOT)->name, leaf);
	*ret_root_dn = root_dn ? root_dn : part_dn;
	return 0;
}

/* @dn, which stands below @from or is it, as it is called when that is called @to; in @arena. */
static const char *move_name(struct arena *arena, const char *dn, const char *from, const char *to) {
	const char *end = dn;

	while (!is_dn_equal(end, from))
		end = dn_parent(end);
	return arena_format(arena, "%.*s%s", (int)(end - dn), dn, to);
}

/* Embedded: what is taken from a file, and the arena that it lives in. */
struct tree_taken {
	struct arena *arena;
	struct tree_entries entries;
};

/* Take what stands below @from, as if that were called @to. */
static int take_records(const char *path, const struct ldif *ldif, const char *from, const char *to,
			struct tree_taken *taken, struct error *reterr_error) {
	struct arena *arena = taken->arena;
	struct tree_entries entries = { arena_array_of(arena, const struct entry *, ldif->n_records), 0 };

	for (size_t i = 0; i < ldif->n_records; i++) {
		struct entry *entry = ldif->records[i].entry;

		if (is_dn_within(entry->dn, from)) {
			entry->dn = move_name(arena, entry->dn, from, to);
			entry->uuid = entry_uuid_of_dn(entry->dn, arena);
			entries.items[entries.n_items++] = entry;
		} else if (canonical_class_of(entry) != CLASS_COUNT) {
			return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
					 "%.200s:%u: %.150s does not stand below %.100s; move or remove it", path,
					 ldif->records[i].line, entry->dn, from);
		}
	}
	taken->entries = entries;
	return 0;
}

/* Embedded: where what a file holds belongs. */
struct destination {
	const char *root_dn; /* NULL: where it says itself */
	bool is_rebased;
};

static int read_ldif(const char *path, struct span text, const struct destination *to, struct tree_taken *taken,
		     struct error *reterr_error) {
	char leaf[NAME_MAX_LEN] = "DHCP";
	const char *from = NULL;
	struct ldif ldif;
	int r = ldif_read(path, text, taken->arena, &ldif, reterr_error);

	if (r == 0)
		r = ldif_tree_check_words(path, &ldif, reterr_error);
	if (to->root_dn)
		dn_leaf_value(to->root_dn, sizeof leaf, leaf);
	if (r == 0)
		r = find_root(path, &ldif, leaf, &from, reterr_error);
	if (r == 0 && to->root_dn && !to->is_rebased && !is_dn_equal(from, to->root_dn))
		r = error_set(
			reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
			"%.120s is of the tree %.120s, the directory's is %.120s; with --rebase its entries are put there",
			path, from, to->root_dn);
	if (r < 0)
		return r;
	return take_records(path, &ldif, from, to->root_dn ? to->root_dn : from, taken, reterr_error);
}

static bool is_json(struct span text) {
	size_t at = 0;

	while (at < text.len && strchr(" \t\r\n", text.data[at]))
		at++;
	return at < text.len && text.data[at] == '{';
}

int tree_file_read(const char *path, const char *root_dn, bool is_rebased, struct arena *arena,
		   struct tree_entries *ret_entries, struct error *reterr_error) {
	struct destination to = { root_dn, is_rebased };
	struct tree_taken taken = { .arena = arena };
	struct span text;
	int r = read_text(path, arena, &text, reterr_error);

	if (r < 0)
		return r;
	if (is_json(text))
		return tree_json_read(path, text, root_dn ? root_dn : PLACEHOLDER_ROOT, arena, ret_entries,
				      reterr_error);
	r = read_ldif(path, text, &to, &taken, reterr_error);
	if (r == 0)
		*ret_entries = taken.entries;
	return r;
}

/* ------------------------------------------------------------------ writing */

static char *ldif_text(const struct canonical *tree) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	size_t capacity = 0, len = 0;
	char *text = mem_grow(NULL, &capacity, 1, 1);

	text[0] = '\0';
	for (size_t i = 0; i < tree->n_items; i++) {
		struct span record = ldif_write(tree->items[i].entry, arena);

		text = mem_grow(text, &capacity, len + record.len + 1, 1);
		memcpy(text + len, record.data, record.len + 1);
		len += record.len;
		arena_reset(arena);
	}
	return text;
}

char *tree_file_text(const struct canonical *tree, const char *root_dn, enum tree_format format) {
	json_t *document;
	char *text, *line;

	if (format == TREE_LDIF)
		return ldif_text(tree);
	document = tree_json_write(tree, root_dn);
	text = json_dumps(document, JSON_INDENT(2));
	json_decref(document);
	line = mem_format("%s\n", text);
	free(text);
	return line;
}

static int write_stream(const char *path, const char *text, struct error *reterr_error) {
	FILE *stream = fopen(path, "we");
	bool is_bad = !stream || fputs(text, stream) == EOF || fflush(stream) == EOF;

	if (stream && fclose(stream) == EOF)
		is_bad = true;
	return is_bad ? error_set(reterr_error, E_ACCESS_DENIED, "%.300s cannot be written: %s", path, strerror(errno))
		      : 0;
}

/* A symbolic link stays: what it leads to is replaced. */
int tree_file_write(const char *path, const char *text, struct error *reterr_error) {
	char *real CLEANUP(cleanup_free) = NULL;
	struct file_edit *edit;
	struct stat info;
	int r;

	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
		return write_stream(path, text, reterr_error);
	real = realpath(path, NULL);
	r = file_edit_begin(real ? real : path, &edit, reterr_error);
	if (r < 0)
		return r;
	r = file_edit_replace(edit, span_of_text(text), reterr_error);
	file_edit_end(edit);
	return r;
}
