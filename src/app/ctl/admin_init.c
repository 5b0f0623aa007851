/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl init: the entries without which nothing else can be created. */
#include <stdio.h>

#include "app/ctl/authorization.h"
#include "app/ctl/ctl.h"
#include "app/ctl/edit.h"
#include "app/ctl/output.h"
#include "app/ctl/tree.h"

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

static int create_all(struct ctl *ctl, struct directory *directory, json_t *created, json_t *existing,
		      struct error *reterr_error) {
	const char *base = directory_base(directory);
	const struct entry *entries[] = {
		edit_new(ctl->arena, tree_root_dn(ctl->arena, base), schema_class_get(CLASS_ROOT)->name),
		edit_new(ctl->arena, tree_sites_dn(ctl->arena, base), directory_container_class(directory)),
	};
	int r = check_base(directory, reterr_error);

	for (size_t i = 0; i < ARRAY_LEN(entries) && r == 0; i++)
		r = authorization_create_missing(directory, entries[i], created, existing, reterr_error);
	return r < 0 ? r : authorization_create_root(directory, ctl->arena, created, existing, reterr_error);
}

static void print_dns(const char *what, const json_t *dns) {
	const json_t *dn;
	size_t i;

	json_array_foreach(dns, i, dn)
		printf("%s %s\n", what, json_string_value(dn));
}

int init_run(struct ctl *ctl, struct error *reterr_error) {
	json_t *created = json_array(), *existing = json_array(), *object;
	struct directory *directory;
	int r = ctl_open_directory(ctl, &directory, reterr_error);

	if (r == 0)
		r = create_all(ctl, directory, created, existing, reterr_error);
	if (!ctl->is_json) {
		print_dns("created", created);
		print_dns("already there:", existing);
	}
	if (r < 0) {
		json_decref(created);
		json_decref(existing);
		return r;
	}
	object = ctl_message(tree_root_dn(ctl->arena, directory_base(directory)),
			     "the directory is ready; add a site with: lessorctl site add NAME");
	json_object_set_new(object, "created", created);
	json_object_set_new(object, "existing", existing);
	return ctl_done(ctl, object);
}
