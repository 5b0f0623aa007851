/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/plan_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/result.h"
#include "base/macros.h"
#include "base/text.h"

static const struct {
	const char *word;
	char sign;
} actions[] = {
	[PLAN_DELETE] = { "remove", '-' },
	[PLAN_MODIFY] = { "change", '~' },
	[PLAN_ADD] = { "add", '+' },
};

static bool has_value(const struct entry_attribute *attribute, struct span value) {
	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		if (is_span_equal(attribute->values[i], value))
			return true;
	return false;
}

static const char *dn_of(const struct plan_change *change) {
	return change->before ? change->before->dn : change->after->dn;
}

/* ------------------------------------------------------------------ for people */

struct plan_writer {
	FILE *file;
	size_t limit, n_lines, n_changes;
};

/* What stands in a directory neither commands a terminal nor passes for a line of ours. */
static void write_line(struct plan_writer *writer, const char *text) {
	for (const char *at = text; *at; at++)
		fputc((unsigned char)*at < ' ' || *at == '\x7f' ? '?' : *at, writer->file);
	fputc('\n', writer->file);
	writer->n_lines++;
}

/* The values of @entry's attributes that @other does not have. */
static void write_values(struct plan_writer *writer, const struct entry *entry, const struct entry *other, char sign) {
	for (size_t i = 2; i < entry->n_attributes; i++) {
		const struct entry_attribute *attribute = &entry->attributes[i];
		const struct entry_attribute *others = entry_attribute_get(other, attribute->name);

		for (size_t j = 0; j < attribute->n_values; j++) {
			json_t *value;

			if (has_value(others, attribute->values[j]))
				continue;
			value = result_text((const char *)attribute->values[j].data);
			fprintf(writer->file, "    %c %s: ", sign, attribute->name);
			write_line(writer, json_string_value(value));
			json_decref(value);
		}
	}
}

static void write_change(struct plan_writer *writer, const struct plan_change *change) {
	if (writer->limit && writer->n_lines >= writer->limit)
		return;
	fprintf(writer->file, "%c ", actions[change->action].sign);
	write_line(writer, dn_of(change));
	writer->n_changes++;
	if (change->action != PLAN_MODIFY)
		return;
	write_values(writer, change->before, change->after, '-');
	write_values(writer, change->after, change->before, '+');
}

/* What is lost first. */
char *plan_text(const struct plan *plan, size_t limit) {
	size_t size;
	char *text;
	struct plan_writer writer = { open_memstream(&text, &size), limit, 0, 0 };

	for (enum plan_action action = PLAN_DELETE; action <= PLAN_ADD; action++)
		for (size_t i = 0; i < plan->n_changes; i++)
			if (plan->changes[i].action == action)
				write_change(&writer, &plan->changes[i]);
	if (writer.n_changes < plan->n_changes)
		fprintf(writer.file, "and %zu more; --dry-run shows them all\n", plan->n_changes - writer.n_changes);
	fclose(writer.file);
	return text;
}

const char *plan_sum(const struct plan *plan, struct arena *arena) {
	const struct {
		const char *verb;
		size_t n;
	} parts[] = { { "adds", plan->n_added }, { "changes", plan->n_modified }, { "removes", plan->n_deleted } };
	size_t n_parts = (plan->n_added > 0) + (plan->n_modified > 0) + (plan->n_deleted > 0), n = 0;
	char sentence[160];
	struct text text;

	text_init(&text, sentence, sizeof sentence);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i].n == 0)
			continue;
		text_add(&text, "%s%s %zu", n == 0 ? "" : n + 1 == n_parts ? " and " : ", ", parts[i].verb, parts[i].n);
		if (n++ == 0)
			text_add(&text, " entr%s", parts[i].n == 1 ? "y" : "ies");
	}
	return arena_dup_text(arena, sentence);
}

/* ------------------------------------------------------------------ for programs */

static json_t *values_of(const struct entry_attribute *attribute, const struct entry_attribute *others) {
	json_t *array = json_array();

	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		if (!has_value(others, attribute->values[i]))
			json_array_append_new(array, result_text((const char *)attribute->values[i].data));
	return array;
}

static void add_attribute(json_t *attributes, const struct plan_change *change, const char *name) {
	const struct entry_attribute *before = change->before ? entry_attribute_get(change->before, name) : NULL;
	const struct entry_attribute *after = change->after ? entry_attribute_get(change->after, name) : NULL;
	json_t *removed = values_of(before, after), *added = values_of(after, before);

	if (json_array_size(removed) || json_array_size(added))
		json_array_append_new(attributes,
				      json_pack("{s:s, s:O, s:O}", "name", name, "removed", removed, "added", added));
	json_decref(removed);
	json_decref(added);
}

static json_t *attributes_of(const struct plan_change *change) {
	json_t *attributes = json_array();

	for (size_t i = 2; change->before && i < change->before->n_attributes; i++)
		add_attribute(attributes, change, change->before->attributes[i].name);
	for (size_t i = 2; change->after && i < change->after->n_attributes; i++)
		if (!change->before || !entry_attribute_get(change->before, change->after->attributes[i].name))
			add_attribute(attributes, change, change->after->attributes[i].name);
	return attributes;
}

json_t *plan_json(const struct plan *plan) {
	json_t *array = json_array();

	for (size_t i = 0; i < plan->n_changes; i++) {
		const struct plan_change *change = &plan->changes[i];

		json_array_append_new(array,
				      json_pack("{s:s, s:o, s:o}", "action", actions[change->action].word, "dn",
						result_text(dn_of(change)), "attributes", attributes_of(change)));
	}
	return array;
}
