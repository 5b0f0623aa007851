/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ldif_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/edit.h"
#include "admin/file_edit.h"
#include "admin/ldif_text.h"
#include "admin/tree.h"
#include "base/mem.h"
#include "base/text.h"
#include "dir/ldif_tree.h"
#include "model/dn.h"
#include "rt/file.h"

#define FILTER_ANY "(objectClass=*)"
#define FILTER_CLASS "(objectClass="

struct ldif_file {
	struct arena *arena; /* borrowed */
	const char *path, *base;
	struct span seen; /* owned: the text as we read it last whole, or wrote it; edits were checked against it */
};

/* The file's content at one moment. */
struct content {
	struct arena *arena; /* borrowed */
	struct span text;    /* in the arena */
	struct ldif_tree tree;
	bool is_missing;
};

static const char *class_of_root(void) {
	return schema_class_get(CLASS_ROOT)->name;
}

/* A file with nothing in it but comments is how one begins. */
static int parse(const char *path, struct content *content, struct error *reterr_error) {
	struct error ignored;
	struct ldif ldif;
	int r = ldif_tree_read(path, content->text, content->arena, &content->tree, reterr_error);

	if (r < 0 && ldif_read(path, content->text, content->arena, &ldif, &ignored) == 0 && ldif.n_records == 0) {
		content->tree = (struct ldif_tree){ .base = "" };
		r = 0;
	}
	return r;
}

static int read_content(const char *path, struct arena *arena, struct content *ret_content,
			struct error *reterr_error) {
	struct content content = { .arena = arena };
	char *text = NULL;
	size_t len = 0;
	int r = 0;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		content.is_missing = true;
	else
		r = file_read(path, LDIF_TEXT_MAX, &text, &len, reterr_error);
	if (r < 0)
		return r;
	content.text = span_of(arena_dup(arena, span_of(text ? text : "", len)), len);
	free(text);
	r = parse(path, &content, reterr_error);
	if (r == 0)
		*ret_content = content;
	return r;
}

static void remember(struct ldif_file *file, struct span text) {
	char *copy = mem_alloc(text.len + 1);

	if (text.len)
		memcpy(copy, text.data, text.len);
	free((void *)file->seen.data);
	file->seen = span_of(copy, text.len);
}

/* ------------------------------------------------------------------ opening */

static int settle_base(struct ldif_file *file, const char *base, const struct content *content,
		       struct error *reterr_error) {
	const struct entry *root = content->tree.root;

	if (!root && !base)
		return error_set(
			reterr_error, E_INVALID_PARAMETER,
			"%s %s; begin one with: lessorctl -b DN init, with a naming context such as dc=example,dc=org",
			file->path, content->is_missing ? "is not there" : "has no entries");
	file->base = arena_dup_text(file->arena, root ? content->tree.base : base);
	if (root && !is_dn_equal(root->dn, tree_root_dn(file->arena, file->base)))
		return error_set(
			reterr_error, E_NOT_SUPPORTED,
			"%s: the entry of class %s is called %s, and lessorctl only knows cn=DHCP; rename it with what is below it, or "
			"edit the file yourself",
			file->path, class_of_root(), root->dn);
	return 0;
}

/* Symbolic links stay: what they lead to is replaced. A file that is not there yet has a folder that is. */
static const char *resolve(const char *path, struct arena *arena) {
	char *real = realpath(path, NULL);
	const char *copy = arena_dup_text(arena, real ? real : path);

	free(real);
	return copy;
}

int ldif_file_open(const char *path, const char *base, struct arena *arena, struct ldif_file **ret_file,
		   struct error *reterr_error) {
	CLEANUP(cleanup_arena) struct arena *scratch = arena_new(0);
	struct ldif_file *file = mem_alloc(sizeof *file);
	struct content content;
	int r;

	*file = (struct ldif_file){ .arena = arena, .path = resolve(path, arena) };
	r = read_content(file->path, scratch, &content, reterr_error);
	if (r == 0)
		r = settle_base(file, base, &content, reterr_error);
	if (r < 0) {
		ldif_file_close(file);
		return r;
	}
	*ret_file = file;
	return 0;
}

struct ldif_file *ldif_file_close(struct ldif_file *file) {
	if (file)
		free((void *)file->seen.data);
	free(file);
	return NULL;
}

const char *ldif_file_path(const struct ldif_file *file) {
	return file->path;
}

const char *ldif_file_base(const struct ldif_file *file) {
	return file->base;
}

/* ------------------------------------------------------------------ reading */

static const struct ldif_record *find(const struct content *content, const char *dn) {
	for (size_t i = 0; i < content->tree.ldif.n_records; i++)
		if (is_dn_equal(content->tree.ldif.records[i].entry->dn, dn))
			return &content->tree.ldif.records[i];
	return NULL;
}

static bool is_reached(const struct entry *entry, const char *base, enum directory_reach reach) {
	switch (reach) {
	case DIRECTORY_ENTRY:
		return is_dn_equal(entry->dn, base);
	case DIRECTORY_CHILDREN:
		return is_dn_equal(dn_parent(entry->dn), base);
	case DIRECTORY_SUBTREE:
		return is_dn_within(entry->dn, base);
	}
	return false;
}

/* Add @entry if @filter lets it. False if the filter is none that is known here. */
static bool take(const struct entry *entry, const char *filter, struct directory_entries *entries) {
	size_t need = entries->n_items + 1, len = strlen(filter), prefix = strlen(FILTER_CLASS);
	bool is_any = strcmp(filter, FILTER_ANY) == 0;
	char class_name[64];

	if (!is_any && (strncmp(filter, FILTER_CLASS, prefix) != 0 || strpbrk(filter + prefix, "(*")))
		return false;
	snprintf(class_name, sizeof class_name, "%.*s", (int)(len - prefix - 1), filter + prefix);
	if (!is_any && !is_entry_of_class(entry, class_name))
		return true;
	entries->items = mem_grow(entries->items, &entries->items_capacity, need, sizeof *entries->items);
	entries->marks = mem_grow(entries->marks, &entries->marks_capacity, need, sizeof *entries->marks);
	entries->items[need - 1] = entry;
	entries->marks[need - 1] = (struct directory_mark){ "", "" };
	entries->n_items = need;
	return true;
}

/* The naming context itself need not have an entry in a file. */
static bool is_there(const struct ldif_file *file, const struct content *content, const char *dn) {
	return is_dn_equal(dn, file->base) || find(content, dn) != NULL;
}

int ldif_file_search(struct ldif_file *file, const char *base, enum directory_reach reach, const char *filter,
		     struct directory_entries *entries, struct error *reterr_error) {
	struct directory_entries found = { .arena = entries->arena ? entries->arena : file->arena };
	struct content content;
	int r = read_content(file->path, found.arena, &content, reterr_error);

	if (r < 0)
		return r;
	if (reach == DIRECTORY_SUBTREE)
		remember(file, content.text);
	if (!is_there(file, &content, base))
		return error_set(reterr_error, E_NOT_FOUND, "there is no entry %s in %s", base, file->path);
	for (size_t i = 0; i < content.tree.ldif.n_records && r == 0; i++) {
		const struct entry *entry = content.tree.ldif.records[i].entry;

		if (is_reached(entry, base, reach) && !take(entry, filter, &found))
			r = error_set(reterr_error, E_NOT_SUPPORTED, "a file cannot be searched by %s", filter);
	}
	if (r == 0)
		*entries = found;
	else
		directory_entries_done(&found);
	return r;
}

/* ------------------------------------------------------------------ writing */

/* An edit under way: nobody else is writing, and the content is what there is now. */
struct ldif_edit {
	struct ldif_file *file;
	struct file_edit *lock;
	struct content now;
};

static int begin(struct ldif_file *file, struct arena *arena, struct ldif_edit *ret_edit, struct error *reterr_error) {
	struct ldif_edit edit = { .file = file };
	int r = file_edit_begin(file->path, &edit.lock, reterr_error);

	if (r < 0)
		return r;
	r = read_content(file->path, arena, &edit.now, reterr_error);
	if (r < 0)
		edit.lock = file_edit_end(edit.lock);
	*ret_edit = edit;
	return r;
}

/* Check by the daemon's rules, if there is something that whoever made the edit has not seen. */
static int check(const struct ldif_edit *edit, const struct entry *before, const struct entry *after,
		 struct error *reterr_error) {
	const struct ldif_tree *tree = &edit->now.tree;

	if (is_span_equal(edit->now.text, edit->file->seen))
		return 0;
	return edit_check(tree->entries, tree->n_entries, before, after, reterr_error);
}

/* Write @text, of which an edit that is right has made something that can be read. */
static int write_text(struct ldif_edit *edit, struct span text, struct error *reterr_error) {
	struct content written = { .arena = edit->now.arena, .text = text };
	int r = text.len > LDIF_TEXT_MAX ? error_set(reterr_error, E_INVALID_PARAMETER,
						     "%s would be larger than %d octets, which no configuration is",
						     edit->file->path, LDIF_TEXT_MAX)
					 : parse(edit->file->path, &written, reterr_error);

	if (r < 0)
		return error_prefix(reterr_error, "nothing was written, as it could not be read again");
	r = file_edit_replace(edit->lock, text, reterr_error);
	if (r == 0)
		remember(edit->file, text);
	return r;
}

/* The last record of @dn or below it: what is added below @dn goes behind it. 0 if there is none. */
static unsigned last_line_below(const struct content *content, const char *dn) {
	unsigned line = 0;

	for (size_t i = 0; i < content->tree.ldif.n_records; i++)
		if (is_dn_within(content->tree.ldif.records[i].entry->dn, dn))
			line = content->tree.ldif.records[i].line;
	return line;
}

static int add(struct ldif_edit *edit, const struct entry *entry, enum error_code taken, struct error *reterr_error) {
	const char *parent = dn_parent(entry->dn);
	int r;

	if (find(&edit->now, entry->dn))
		return error_set(reterr_error, taken, "%s exists already; nothing was changed", entry->dn);
	if (!is_there(edit->file, &edit->now, parent))
		return error_set(reterr_error, E_NOT_FOUND, "adding %s failed: its parent is missing", entry->dn);
	r = check(edit, NULL, entry, reterr_error);
	if (r < 0)
		return r;
	return write_text(edit,
			  ldif_text_add(edit->now.text, last_line_below(&edit->now, parent), entry, edit->now.arena),
			  reterr_error);
}

static bool has_same_values(const struct entry_attribute *a, const struct entry_attribute *b) {
	if (!b || a->n_values != b->n_values)
		return false;
	for (size_t i = 0; i < a->n_values; i++) {
		bool is_found = false;

		for (size_t j = 0; j < b->n_values && !is_found; j++)
			is_found = is_span_equal(a->values[i], b->values[j]);
		if (!is_found)
			return false;
	}
	return true;
}

static bool is_same_content(const struct entry *a, const struct entry *b) {
	if (a->n_attributes != b->n_attributes)
		return false;
	for (size_t i = 0; i < a->n_attributes; i++)
		if (!has_same_values(&a->attributes[i], entry_attribute_get(b, a->attributes[i].name)))
			return false;
	return true;
}

static int modify(struct ldif_edit *edit, const struct entry *before, const struct entry *after,
		  struct error *reterr_error) {
	const struct ldif_record *record = find(&edit->now, before->dn);
	int r;

	if (!record)
		return error_set(reterr_error, E_NOT_FOUND, "changing %s failed: there is no such entry any more",
				 before->dn);
	if (!is_same_content(record->entry, before))
		return error_set(
			reterr_error, E_DDS_UNEXPECTED_ERROR,
			"somebody else changed %s at the same moment; nothing was written: look at it and try again",
			before->dn);
	r = check(edit, record->entry, after, reterr_error);
	if (r < 0 || is_same_content(before, after))
		return r;
	return write_text(edit, ldif_text_modify(edit->now.text, record->line, record->entry, after, edit->now.arena),
			  reterr_error);
}

static int remove_entry(struct ldif_edit *edit, const char *dn, struct error *reterr_error) {
	const struct ldif_record *record = find(&edit->now, dn);

	if (!record)
		return error_set(reterr_error, E_NOT_FOUND, "removing %s failed: there is no such entry", dn);
	for (size_t i = 0; i < edit->now.tree.ldif.n_records; i++)
		if (is_dn_equal(dn_parent(edit->now.tree.ldif.records[i].entry->dn), dn))
			return error_set(reterr_error, E_DDS_UNEXPECTED_ERROR, "removing %s failed: %s stands below it",
					 dn, edit->now.tree.ldif.records[i].entry->dn);
	return write_text(edit, ldif_text_remove(edit->now.text, record->line, edit->now.arena), reterr_error);
}

int ldif_file_add(struct ldif_file *file, const struct entry *entry, enum error_code taken,
		  struct error *reterr_error) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct ldif_edit edit;
	int r = begin(file, arena, &edit, reterr_error);

	if (r < 0)
		return r;
	r = add(&edit, entry, taken, reterr_error);
	file_edit_end(edit.lock);
	return r;
}

int ldif_file_modify(struct ldif_file *file, const struct entry *before, const struct entry *after,
		     struct error *reterr_error) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct ldif_edit edit;
	int r = begin(file, arena, &edit, reterr_error);

	if (r < 0)
		return r;
	r = modify(&edit, before, after, reterr_error);
	file_edit_end(edit.lock);
	return r;
}

int ldif_file_delete(struct ldif_file *file, const char *dn, struct error *reterr_error) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct ldif_edit edit;
	int r = begin(file, arena, &edit, reterr_error);

	if (r < 0)
		return r;
	r = remove_entry(&edit, dn, reterr_error);
	file_edit_end(edit.lock);
	return r;
}

/* ------------------------------------------------------------------ many at once */

/* A change, and the line of the record that it is made at: that of the entry itself, or, of one that is added, the last
 * one below the entry that it stands below and that is there already; 0: at the end. */
struct placed_change {
	const struct directory_change *change;
	unsigned line;
	size_t index;
};

/* From the end of the file on, so that the lines of what is still to come stay as they are. What is added at one line
 * is put directly behind it, so the last one goes in first; and before the record there is changed or removed. */
static int compare_placed(const void *a, const void *b) {
	const struct placed_change *left = a, *right = b;
	bool is_left_added = !left->change->before, is_right_added = !right->change->before;

	if (left->line != right->line)
		return left->line == 0 || (right->line && left->line > right->line) ? -1 : 1;
	if (is_left_added != is_right_added)
		return is_left_added ? -1 : 1;
	return left->index > right->index ? -1 : 1;
}

static unsigned line_to_add_at(const struct content *now, const struct entry *entry) {
	for (const char *dn = dn_parent(entry->dn); *dn; dn = dn_parent(dn))
		if (find(now, dn))
			return last_line_below(now, dn);
	return 0;
}

static int place_changes(const struct ldif_edit *edit, struct placed_change *placed, size_t n_changes,
			 struct error *reterr_error) {
	for (size_t i = 0; i < n_changes; i++) {
		const struct entry *before = placed[i].change->before;
		const struct ldif_record *record = before ? find(&edit->now, before->dn) : NULL;

		if (before && !record)
			return error_set(reterr_error, E_NOT_FOUND, "%s is not in %s any more", before->dn, edit->file->path);
		placed[i].index = i;
		placed[i].line = before ? record->line
					: line_to_add_at(&edit->now, placed[i].change->after);
	}
	qsort(placed, n_changes, sizeof *placed, compare_placed);
	return 0;
}

static struct span make_change(struct span text, const struct placed_change *placed, struct arena *arena) {
	const struct directory_change *change = placed->change;

	if (!change->before)
		return ldif_text_add(text, placed->line, change->after, arena);
	if (!change->after)
		return ldif_text_remove(text, placed->line, arena);
	return ldif_text_modify(text, placed->line, change->before, change->after, arena);
}

/* Each change makes the text anew, so that memory for two is enough. */
static int write_changes(struct ldif_edit *edit, const struct placed_change *placed, size_t n_changes,
			 struct error *reterr_error) {
	struct arena *arenas[2] = { arena_new(0), arena_new(0) };
	struct span text = edit->now.text;
	int r;

	for (size_t i = 0; i < n_changes; i++) {
		arena_reset(arenas[i % 2]);
		text = make_change(text, &placed[i], arenas[i % 2]);
	}
	r = write_text(edit, text, reterr_error);
	arena_free(arenas[0]);
	arena_free(arenas[1]);
	return r;
}

static int edit_all(struct ldif_edit *edit, const struct directory_change *changes, size_t n_changes,
		    struct error *reterr_error) {
	struct placed_change *placed = arena_array_of(edit->now.arena, struct placed_change, n_changes);
	int r;

	if (!is_span_equal(edit->now.text, edit->file->seen))
		return error_set(reterr_error, E_DDS_UNEXPECTED_ERROR,
				 "somebody else changed %s at the same moment; nothing was written: look at it and try again",
				 edit->file->path);
	for (size_t i = 0; i < n_changes; i++)
		placed[i].change = &changes[i];
	r = place_changes(edit, placed, n_changes, reterr_error);
	return r < 0 ? r : write_changes(edit, placed, n_changes, reterr_error);
}

int ldif_file_write_all(struct ldif_file *file, const struct directory_change *changes, size_t n_changes,
			directory_done_f *done, void *context, struct error *reterr_error) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct error none = { 0 };
	struct ldif_edit edit;
	int r = begin(file, arena, &edit, reterr_error);

	if (r < 0)
		return r;
	r = edit_all(&edit, changes, n_changes, reterr_error);
	file_edit_end(edit.lock);
	for (size_t i = 0; i < n_changes && r == 0; i++)
		done(context, i, 0, &none);
	return r;
}
