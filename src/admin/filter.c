/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl filter: hardware addresses that are let in or kept out, values of the entries of root, sites, servers. */
#include "model/filter.h"

#include <string.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/level.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/undo.h"
#include "base/text.h"
#include "model/dn.h"

#define HARDWARE_MAX 16
#define TYPE_DIGITS_MAX 3
#define FILTER_TEXT_MAX 256

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

/* The pattern, in the arena. */
static const char *pattern_text(struct arena *arena, const struct filter *filter) {
	char array[FILTER_TEXT_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	filter_format_pattern(filter, &text);
	return arena_dup_text(arena, array);
}

static const char *value_text(struct arena *arena, const struct filter *filter) {
	char array[FILTER_TEXT_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	filter_format(filter, &text);
	return arena_dup_text(arena, array);
}

/* What is said of a filter: "deny 02:00:5e:*", without its comment. */
static const char *filter_text(struct arena *arena, const struct filter *filter) {
	return arena_format(arena, "%s %s", filter_list_name(filter->list), pattern_text(arena, filter));
}

/* Find the value of @entry that says something of the same clients as @filter. */
static bool find_filter(const struct entry *entry, const struct filter *filter, size_t *ret_index,
			struct filter *ret_found) {
	struct error ignored;
	const char *value;

	for (size_t i = 0; (value = edit_value(entry, attribute(ATTRIBUTE_FILTER), i)); i++) {
		if (filter_parse(value, ret_found, &ignored) < 0 || filter_compare(ret_found, filter) != 0)
			continue;
		*ret_index = i;
		return true;
	}
	return false;
}

/* The entry itself and those above it: what stands there is in force for it as well. */
static int check_new(struct tree *tree, const struct entry *entry, const struct filter *filter,
		     struct error *reterr_error) {
	enum error_code code = filter->list == FILTER_EXEMPT ? E_DHCP_HARDWARE_ADDRESS_TYPE_ALREADY_EXEMPT :
							       E_DHCP_LINKLAYER_ADDRESS_EXISTS;

	for (const char *dn = entry->dn; dn[0]; dn = dn_parent(dn)) {
		const struct entry *above = tree_find(tree, dn);
		struct filter found;
		size_t index;

		if (!above || !find_filter(above, filter, &index, &found))
			continue;
		return error_set(reterr_error, code, "\"%s\" stands on %s already%s", filter_text(tree->arena, &found), above->dn,
				 found.list == filter->list ? "" : "; remove that one first");
	}
	return 0;
}

static bool is_matching(const struct filter *filter, const struct entry *reservation) {
	const char *text = entry_text(reservation, attribute(ATTRIBUTE_HARDWARE_ADDRESS));
	uint8_t octets[HARDWARE_MAX];
	size_t len;

	return text && text_parse_hex(text, sizeof octets, octets, &len) == 0 && len >= filter->len &&
	       memcmp(octets, filter->octets, filter->len) == 0;
}

/* What @entry says is in force for the reservations below it; for those of its whole site, if it is a server. */
static const char *reach_of(const struct entry *entry) {
	return is_entry_of_class(entry, schema_class_get(CLASS_SERVER)->name) ? dn_parent(entry->dn) : entry->dn;
}

/* Clients that have a reservation and would be shut out: refused, or a warning with --force. */
static int check_reservations(struct call *call, const struct tree *tree, const struct entry *entry,
			      const struct filter *filter, struct error *reterr_error) {
	const struct entry *first = NULL;
	const char *sentence;
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *reservation = tree->entries.items[i];

		if (!is_entry_of_class(reservation, schema_class_get(CLASS_RESERVATION)->name) ||
		    !is_dn_within(reservation->dn, reach_of(entry)) || !is_matching(filter, reservation))
			continue;
		if (n++ == 0)
			first = reservation;
	}
	if (n == 0)
		return 0;
	sentence = arena_format(call->arena, "%s has the reservation %s%s", pattern_text(call->arena, filter), first->dn,
				n > 1 ? arena_format(call->arena, ", and %zu more", n - 1) : "");
	if (!is_call_given(call, "force"))
		return error_set(reterr_error, E_DHCP_LINKLAYER_ADDRESS_RESERVATION_EXISTS,
				 "%s, whose client may be shut out; if it is to be, say --force", sentence);
	call_warn(call, E_DHCP_LINKLAYER_ADDRESS_RESERVATION_EXISTS, "%s, whose client may now be shut out", sentence);
	return 0;
}

/* A list that is not enforced does nothing. */
static const char *enforcement_text(const struct tree *tree, const struct level *level, const struct filter *filter) {
	const char *setting = filter->list == FILTER_DENY ? "deny-list" : "allow-list", *text = "";
	json_t *settings, *item;
	size_t i;

	if (filter->list == FILTER_EXEMPT)
		return "";
	settings = level_settings_in_force(tree, level->entry);
	json_array_foreach(settings, i, item) {
		const char *name = json_string_value(json_object_get(item, "name"));
		const char *value = json_string_value(json_object_get(item, "value"));

		if (name && value && strcmp(name, setting) == 0 && strcmp(value, "off") == 0)
			text = arena_format(tree->arena, "; the list does nothing until you say: lessorctl setting set %s=on --root", setting);
	}
	json_decref(settings);
	return text;
}

/* Read the filter that filter add describes. */
static int read_new(struct call *call, struct filter *ret_filter, struct error *reterr_error) {
	const char *list = call_value(call, "list"), *pattern = call_value(call, "pattern");
	const char *comment = call_value(call, "comment");

	if (strchr(list, ' ') || strchr(pattern, ' '))
		return error_set(reterr_error, E_INVALID_PARAMETER, "the comment stands behind --comment");
	return filter_parse(arena_format(call->arena, "%s %s %s", list, pattern, comment ? comment : ""), ret_filter,
			    reterr_error);
}

int filter_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct filter filter;
	struct level level;
	int r = read_new(call, &filter, reterr_error);

	if (r == 0)
		r = level_open_or_root(call, &tree, &level, reterr_error);
	if (r == 0)
		r = check_new(&tree, level.entry, &filter, reterr_error);
	if (r == 0 && filter.list == FILTER_DENY)
		r = check_reservations(call, &tree, level.entry, &filter, reterr_error);
	if (r < 0)
		return r;
	r = level_add_value(&tree, &level, attribute(ATTRIBUTE_FILTER), value_text(call->arena, &filter), reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(level.entry->dn, "\"%s\" is set for %s%s", filter_text(call->arena, &filter), level.where,
					      enforcement_text(&tree, &level, &filter)));
}

/* Read a pattern, or the number of a type, by itself. */
static int read_pattern(struct call *call, struct filter *ret_filter, struct error *reterr_error) {
	const char *pattern = call_value(call, "pattern");
	size_t n_digits = strspn(pattern, "0123456789");
	bool is_type = pattern[0] && !pattern[n_digits] && n_digits <= TYPE_DIGITS_MAX;

	return filter_parse(arena_format(call->arena, "%s %s", is_type ? "exempt" : "deny", pattern), ret_filter,
			    reterr_error);
}

static int reject_missing(const struct tree *tree, const struct level *level, const struct filter *filter,
			  struct error *reterr_error) {
	const char *hint = "";
	struct filter found;
	size_t index;

	for (size_t i = 0; i < tree->entries.n_items && !hint[0]; i++)
		if (find_filter(tree->entries.items[i], filter, &index, &found))
			hint = arena_format(tree->arena, "; it stands at %s", level_where(tree, tree->entries.items[i]));
	return error_set(reterr_error,
			 filter->list == FILTER_EXEMPT ? E_DHCP_UNDEFINED_HARDWARE_ADDRESS_TYPE :
							 E_DHCP_LINKLAYER_ADDRESS_DOES_NOT_EXIST,
			 "there is no filter for %s at %s%s", pattern_text(tree->arena, filter), level->where, hint);
}

static const char *undo_of(const struct call *call, const struct filter *filter) {
	struct undo undo = undo_start(call->arena, "filter add");

	undo_word(&undo, filter_list_name(filter->list));
	undo_word(&undo, pattern_text(call->arena, filter));
	undo_parameter(&undo, "comment", filter->comment[0] ? filter->comment : NULL);
	level_add_undo(call, &undo);
	return undo_text(&undo);
}

int filter_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct filter filter, found = { 0 };
	struct level level;
	size_t index = 0;
	int r = read_pattern(call, &filter, reterr_error);

	if (r == 0)
		r = level_open_or_root(call, &tree, &level, reterr_error);
	if (r == 0 && !find_filter(level.entry, &filter, &index, &found))
		r = reject_missing(&tree, &level, &filter, reterr_error);
	if (r == 0 && found.list == FILTER_ALLOW)
		r = check_reservations(call, &tree, level.entry, &found, reterr_error);
	if (r == 0)
		r = call_confirm(call, reterr_error, "this removes \"%s\" from %s", value_text(call->arena, &found), level.where);
	if (r < 0)
		return r;
	r = level_remove_value(&tree, &level, attribute(ATTRIBUTE_FILTER), index, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(level.entry->dn, "\"%s\" is removed from %s%s", filter_text(call->arena, &found),
					      level.where, undo_of(call, &found)));
}

static void add_items(const struct tree *tree, const struct entry *entry, json_t *items) {
	struct filter filter;
	struct error ignored;
	const char *value;

	for (size_t i = 0; (value = edit_value(entry, attribute(ATTRIBUTE_FILTER), i)); i++)
		if (filter_parse(value, &filter, &ignored) == 0)
			json_array_append_new(items, json_pack("{s:s, s:o, s:o, s:o, s:o}", "list", filter_list_name(filter.list), "pattern",
							       result_text(pattern_text(tree->arena, &filter)), "comment",
							       result_text(filter.comment[0] ? filter.comment : NULL), "level",
							       result_text(level_where(tree, entry)), "source", result_text(entry->dn)));
}

int filter_list(struct call *call, struct error *reterr_error) {
	return level_list(call, "filters", add_items, reterr_error);
}
