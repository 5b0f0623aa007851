/* SPDX-License-Identifier: Apache-2.0 */
/* init: the entries without which nothing else can be created. */
#include <stdio.h>

#include "admin/authorization.h"
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/result.h"
#include "admin/tree.h"

static int check_base(struct directory *directory, struct error *reterr_error) {
	const char *base = directory_base(directory);
	struct directory_entries found = { 0 };
	int r = directory_search(directory, base, DIRECTORY_ENTRY, "(objectClass=*)", &found, reterr_error);

	directory_entries_done(&found);
	if (r == -E_NOT_FOUND)
		return error_set(reterr_error, E_NOT_FOUND,
				 "the naming context %s is not in this directory, or you may not see it; name another with -b DN", base);
	return r;
}

static int create_all(struct call *call, struct directory *directory, json_t *created, json_t *existing,
		      struct error *reterr_error) {
	const char *base = directory_base(directory);
	const struct entry *entries[] = {
		edit_new(call->arena, tree_root_dn(call->arena, base), schema_class_get(CLASS_ROOT)->name),
		edit_new(call->arena, tree_classes_dn(call->arena, base), directory_container_class(directory)),
		edit_new(call->arena, tree_options_dn(call->arena, base), directory_container_class(directory)),
		edit_new(call->arena, tree_sites_dn(call->arena, base), directory_container_class(directory)),
	};
	int r = check_base(directory, reterr_error);

	for (size_t i = 0; i < ARRAY_LEN(entries) && r == 0; i++)
		r = authorization_create_missing(directory, entries[i], created, existing, reterr_error);
	if (r < 0 || is_directory_file(directory))
		return r;
	return authorization_create_root(directory, call->arena, created, existing, reterr_error);
}

/* What is there now although the whole failed. */
static const char *list_dns(struct arena *arena, const json_t *dns) {
	const char *list = "";
	const json_t *dn;
	size_t i;

	json_array_foreach(dns, i, dn)
		list = arena_format(arena, "%s%s%s", list, i ? "; " : "", json_string_value(dn));
	return list;
}

int init_run(struct call *call, struct error *reterr_error) {
	json_t *created = json_array(), *existing = json_array(), *object;
	struct directory *directory;
	int r = call_open_directory(call, &directory, reterr_error);

	if (r == 0)
		r = create_all(call, directory, created, existing, reterr_error);
	if (r < 0 && json_array_size(created))
		r = error_prefix(reterr_error, "created %s, but then", list_dns(call->arena, created));
	if (r < 0) {
		json_decref(created);
		json_decref(existing);
		return r;
	}
	object = result_message(tree_root_dn(call->arena, directory_base(directory)),
				"the directory is ready; add a site with: lessorctl site add NAME");
	json_object_set_new(object, "created", created);
	json_object_set_new(object, "existing", existing);
	return call_done(call, object);
}
