/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl bootfile: the table of boot files, values of the entries of root, sites and servers. */
#include <string.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/level.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/undo.h"
#include "model/boot_file.h"

static const char *attribute(void) {
	return schema_attribute_get(ATTRIBUTE_BOOT_FILE)->name;
}

/* What clients ask for to get a row. */
static const char *requested_text(struct arena *arena, const char *requested) {
	return requested[0] ? arena_format(arena, "clients that ask for %s", requested) : "clients that ask for no file";
}

/* Find the row for @requested on @entry. */
static bool find_row(struct arena *arena, const struct entry *entry, const char *requested, size_t *ret_index) {
	struct boot_file file;
	struct error ignored;
	const char *value;

	for (size_t i = 0; (value = edit_value(entry, attribute(), i)); i++) {
		if (boot_file_parse(value, arena, &file, &ignored) < 0 || strcmp(file.requested, requested) != 0)
			continue;
		*ret_index = i;
		return true;
	}
	return false;
}

int bootfile_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *row = call_value(call, "row");
	struct boot_file file;
	struct level level;
	size_t index;
	int r = boot_file_parse(row, call->arena, &file, reterr_error);

	if (r == 0)
		r = level_open(call, &tree, &level, reterr_error);
	if (r == 0 && find_row(call->arena, level.entry, file.requested, &index))
		r = error_set(reterr_error, E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE,
			      "%s has the row \"%s\" for %s already; remove that one first", level.where,
			      edit_value(level.entry, attribute(), index), requested_text(call->arena, file.requested));
	if (r < 0)
		return r;
	r = level_add_value(&tree, &level, attribute(), row, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(level.entry->dn, "%s get %s from %s, as set for %s", requested_text(call->arena, file.requested),
					      file.file, file.server[0] ? file.server : "their server", level.where));
}

static const char *undo_of(const struct call *call, const char *row) {
	struct undo undo = undo_start(call->arena, "bootfile add");

	undo_word(&undo, row);
	level_add_undo(call, &undo);
	return undo_text(&undo);
}

int bootfile_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *requested = call_value(call, "requested"), *row = "";
	struct level level;
	size_t index = 0;
	int r = level_open(call, &tree, &level, reterr_error);

	if (r == 0 && !find_row(call->arena, level.entry, requested, &index))
		r = error_set(reterr_error, E_DHCP_SERVER_UNKNOWN_BOOT_FILE_NAME, "%s has no row for %s; \"lessorctl bootfile list\" shows all",
			      level.where, requested_text(call->arena, requested));
	if (r < 0)
		return r;
	row = edit_value(level.entry, attribute(), index);
	r = call_confirm(call, reterr_error, "this removes the row \"%s\" from %s", row, level.where);
	if (r < 0)
		return r;
	r = level_remove_value(&tree, &level, attribute(), index, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(level.entry->dn, "the row \"%s\" is removed from %s%s", row, level.where,
					      undo_of(call, row)));
}

static void add_items(const struct tree *tree, const struct entry *entry, json_t *items) {
	struct boot_file file;
	struct error ignored;
	const char *value;

	for (size_t i = 0; (value = edit_value(entry, attribute(), i)); i++)
		if (boot_file_parse(value, tree->arena, &file, &ignored) == 0)
			json_array_append_new(items, json_pack("{s:o, s:o, s:o, s:o, s:o}", "requested", result_text(file.requested), "server",
							       result_text(file.server), "file", result_text(file.file), "level",
							       result_text(level_where(tree, entry)), "source", result_text(entry->dn)));
}

int bootfile_list(struct call *call, struct error *reterr_error) {
	return level_list(call, "bootFiles", add_items, reterr_error);
}
