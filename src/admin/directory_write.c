/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of entries, one at a time or many at once. */
#include <ldap.h>
#include <stdio.h>
#include <string.h>

#include "admin/directory_priv.h"
#include "admin/ldif_file.h"
#include "base/text.h"

#define IN_FLIGHT_MAX 64 /* below what servers let one connection ask at once: OpenLDAP's default is 100 */
#define NOTHING_TO_ASK (-1)

/* A list of changes for libldap; everything in an arena of its own. */
struct changes {
	struct arena *arena;
	LDAPMod **items; /* NULL at the end */
	size_t n_items;
};

static void changes_init(struct changes *ret_changes, size_t most) {
	*ret_changes = (struct changes){ .arena = arena_new(0) };
	ret_changes->items = arena_array_of(ret_changes->arena, LDAPMod *, most + 1);
}

/* Add the values of @attribute that @without does not have. Matching is by octets: a change of case is a change. */
static void changes_add(struct changes *changes, int operation, const struct entry_attribute *attribute,
			const struct entry_attribute *without) {
	struct berval **values = arena_array_of(changes->arena, struct berval *, attribute->n_values + 1);
	LDAPMod *change;
	size_t n = 0;

	for (size_t i = 0; i < attribute->n_values; i++) {
		bool is_there = false;

		for (size_t j = 0; without && j < without->n_values && !is_there; j++)
			is_there = is_span_equal(without->values[j], attribute->values[i]);
		if (is_there)
			continue;
		values[n] = arena_new_of(changes->arena, struct berval);
		*values[n++] = (struct berval){ attribute->values[i].len, (char *)attribute->values[i].data };
	}
	if (n == 0)
		return;
	change = arena_new_of(changes->arena, LDAPMod);
	*change = (LDAPMod){ operation | LDAP_MOD_BVALUES, (char *)attribute->name, .mod_bvalues = values };
	changes->items[changes->n_items++] = change;
}

/* What a server answers when it does not know our classes or attributes. */
static bool is_schema_missing(int code) {
	return code == LDAP_UNDEFINED_TYPE || code == LDAP_INVALID_SYNTAX || code == LDAP_OBJECT_CLASS_VIOLATION;
}

static int write_error(struct directory *directory, int code, const char *verb, const char *dn,
		       struct error *reterr_error) {
	char doing[640];

	if (code == LDAP_STRONG_AUTH_REQUIRED)
		return error_set(
			reterr_error, E_ACCESS_DENIED,
			"the directory changes %s for nobody whom it does not know: say who you are with -D, or with a Kerberos ticket",
			dn);
	if (code == LDAP_INSUFFICIENT_ACCESS)
		return error_set(
			reterr_error, E_DHCP_NO_ADMIN_PERMISSION,
			"%s %s is refused: the directory does not give your identity the right to; nothing was changed",
			verb, dn);
	if (code == LDAP_NO_SUCH_OBJECT)
		return error_set(reterr_error, E_NOT_FOUND,
				 "%s %s failed: there is no such entry, or its parent is missing", verb, dn);
	snprintf(doing, sizeof doing, "%s %s%s", verb, dn,
		 is_schema_missing(code) ? " (is Lessor's schema, of ldap-schema/, loaded there?)" : "");
	return connection_error(directory->connection, code, doing, reterr_error);
}

/* The control that makes the server refuse when the entry is not as it was read; NULL where that cannot be said. */
static LDAPControl *make_assertion(struct directory *directory, const char *version) {
	LDAPControl *control = NULL;
	char filter[160];

	if (!connection_features(directory->connection)->has_assertion || !version[0] || strpbrk(version, "()*\\"))
		return NULL;
	snprintf(filter, sizeof filter, "(" VERSION_ATTRIBUTE "=%s)", version);
	ldap_create_assertion_control(connection_ldap(directory->connection), filter, 1, &control);
	return control;
}

static void make_difference(struct changes *changes, const struct entry *before, const struct entry *after) {
	changes_init(changes, before->n_attributes + after->n_attributes);
	for (size_t i = 0; i < before->n_attributes; i++)
		changes_add(changes, LDAP_MOD_DELETE, &before->attributes[i],
			    entry_attribute_get(after, before->attributes[i].name));
	for (size_t i = 0; i < after->n_attributes; i++)
		changes_add(changes, LDAP_MOD_ADD, &after->attributes[i],
			    entry_attribute_get(before, after->attributes[i].name));
}

static int start_add(struct directory *directory, const struct directory_change *change, int *ret_id) {
	struct changes changes;
	int code;

	changes_init(&changes, change->after->n_attributes);
	for (size_t i = 0; i < change->after->n_attributes; i++)
		changes_add(&changes, LDAP_MOD_ADD, &change->after->attributes[i], NULL);
	code = ldap_add_ext(connection_ldap(directory->connection), change->after->dn, changes.items, NULL, NULL,
			    ret_id);
	arena_free(changes.arena);
	return code;
}

static int start_modify(struct directory *directory, const struct directory_change *change, LDAPControl **controls,
			int *ret_id) {
	struct changes changes;
	int code = LDAP_SUCCESS;

	*ret_id = NOTHING_TO_ASK;
	make_difference(&changes, change->before, change->after);
	if (changes.n_items)
		code = ldap_modify_ext(connection_ldap(directory->connection), change->before->dn, changes.items,
				       controls, NULL, ret_id);
	arena_free(changes.arena);
	return code;
}

/* Send the request. *@ret_id: its number; NOTHING_TO_ASK if there is none to be answered. Returns an LDAP result
 * code. */
static int start(struct directory *directory, const struct directory_change *change, int *ret_id) {
	LDAPControl *assertion = change->before ? make_assertion(directory, change->version) : NULL;
	LDAPControl *controls[2] = { assertion, NULL };
	int code;

	if (!change->before)
		code = start_add(directory, change, ret_id);
	else if (change->after)
		code = start_modify(directory, change, controls, ret_id);
	else
		code = ldap_delete_ext(connection_ldap(directory->connection), change->before->dn, controls, NULL,
				       ret_id);
	ldap_control_free(assertion);
	return code;
}

static bool is_changed_meanwhile(const struct directory_change *change, int code) {
	if (!change->before)
		return false;
	return code == LDAP_ASSERTION_FAILED ||
	       (change->after && (code == LDAP_NO_SUCH_ATTRIBUTE || code == LDAP_TYPE_OR_VALUE_EXISTS));
}

/* 0, or what the LDAP result @code of @change means to the administrator. */
static int judge(struct directory *directory, const struct directory_change *change, int code,
		 struct error *reterr_error) {
	const char *dn = change->before ? change->before->dn : change->after->dn;

	if (code == LDAP_SUCCESS)
		return 0;
	if (!change->before && code == LDAP_ALREADY_EXISTS)
		return error_set(reterr_error, change->taken, "%s exists already; nothing was changed", dn);
	if (is_changed_meanwhile(change, code))
		return error_set(
			reterr_error, E_DDS_UNEXPECTED_ERROR,
			"somebody else changed %s at the same moment; nothing was written: look at it and try again",
			dn);
	if (!change->after && code == LDAP_NOT_ALLOWED_ON_NONLEAF)
		return error_set(
			reterr_error, E_DDS_UNEXPECTED_ERROR,
			"%s cannot be removed: entries stand below it that you do not see, or that are not Lessor's",
			dn);
	return write_error(directory, code,
			   !change->before ? "adding"
			   : change->after ? "changing"
					   : "removing",
			   dn, reterr_error);
}

static int write_one(struct directory *directory, const struct directory_change *change, struct error *reterr_error) {
	int id, code = start(directory, change, &id);

	if (code == LDAP_SUCCESS && id != NOTHING_TO_ASK)
		code = directory_await(directory, &id, NULL);
	return judge(directory, change, code, reterr_error);
}

int directory_add(struct directory *directory, const struct entry *entry, enum error_code taken,
		  struct error *reterr_error) {
	if (directory->file)
		return ldif_file_add(directory->file, entry, taken, reterr_error);
	return write_one(directory, &(struct directory_change){ .after = entry, .taken = taken }, reterr_error);
}

int directory_modify(struct directory *directory, const struct entry *before, const char *version,
		     const struct entry *after, struct error *reterr_error) {
	if (directory->file)
		return ldif_file_modify(directory->file, before, after, reterr_error);
	return write_one(directory, &(struct directory_change){ before, after, version, E_OK }, reterr_error);
}

int directory_delete(struct directory *directory, const char *dn, struct error *reterr_error) {
	struct entry entry = { .dn = dn };

	if (directory->file)
		return ldif_file_delete(directory->file, dn, reterr_error);
	return write_one(directory, &(struct directory_change){ &entry, NULL, "", E_OK }, reterr_error);
}

/* ------------------------------------------------------------------ many at once */

struct batch {
	struct directory *directory;
	const struct directory_change *changes;
	size_t n_changes, n_sent;
	int ids[IN_FLIGHT_MAX];        /* of the requests that are not answered yet */
	size_t indices[IN_FLIGHT_MAX]; /* and of their changes */
	size_t n_in_flight;
	directory_done_f *done;
	void *context;
	bool is_stopped; /* nothing more is sent */
};

static void finish(struct batch *batch, size_t index, int code) {
	struct error error = { 0 };
	int r = judge(batch->directory, &batch->changes[index], code, &error);

	if (!batch->done(batch->context, index, r, &error))
		batch->is_stopped = true;
}

static void send_next(struct batch *batch) {
	size_t index = batch->n_sent++;
	int id, code = start(batch->directory, &batch->changes[index], &id);

	if (code != LDAP_SUCCESS || id == NOTHING_TO_ASK) {
		finish(batch, index, code);
		return;
	}
	batch->ids[batch->n_in_flight] = id;
	batch->indices[batch->n_in_flight++] = index;
}

/* Take the next answer, whichever request it is for. 0, or an LDAP result code if there is none. */
static int take_answer(struct batch *batch) {
	int id = LDAP_RES_ANY, code = directory_await(batch->directory, &id, NULL);

	for (size_t i = 0; i < batch->n_in_flight; i++) {
		size_t index = batch->indices[i];

		if (batch->ids[i] != id)
			continue;
		batch->n_in_flight--;
		batch->ids[i] = batch->ids[batch->n_in_flight];
		batch->indices[i] = batch->indices[batch->n_in_flight];
		finish(batch, index, code);
		return LDAP_SUCCESS;
	}
	return id == LDAP_RES_ANY ? code : LDAP_SUCCESS;
}

int directory_write_all(struct directory *directory, const struct directory_change *changes, size_t n_changes,
			directory_done_f *done, void *context, struct error *reterr_error) {
	struct batch batch = {
		.directory = directory, .changes = changes, .n_changes = n_changes, .done = done, .context = context
	};
	int code = LDAP_SUCCESS;

	if (directory->file)
		return ldif_file_write_all(directory->file, changes, n_changes, done, context, reterr_error);
	while (code == LDAP_SUCCESS && (batch.n_in_flight || (batch.n_sent < n_changes && !batch.is_stopped))) {
		if (batch.n_sent < n_changes && !batch.is_stopped && batch.n_in_flight < IN_FLIGHT_MAX)
			send_next(&batch);
		else
			code = take_answer(&batch);
	}
	if (code == LDAP_SUCCESS)
		return 0;
	return connection_error(directory->connection, code, "changing entries", reterr_error);
}
