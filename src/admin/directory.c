/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/directory.h"

#include <ldap.h>
#include <stdio.h>
#include <string.h>

#include "admin/directory_priv.h"
#include "admin/ldif_file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/dn.h"

#define REQUEST_SECONDS 30 /* the longest that a server may think about one request */
#define PAGE_SIZE 500      /* below the limits of AD (1000) and of OpenLDAP's default (500 a page) */

int directory_await(struct directory *directory, int *id, LDAPMessage **ret_message) {
	LDAP *ldap = connection_ldap(directory->connection);
	struct timeval limit = { .tv_sec = REQUEST_SECONDS };
	LDAPMessage *message = NULL;
	int type, code, r;

	type = ldap_result(ldap, *id, LDAP_MSG_ALL, &limit, &message);
	if (type <= 0) {
		ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &code);
		return type == 0 ? LDAP_TIMEOUT : code ? code : LDAP_SERVER_DOWN;
	}
	*id = ldap_msgid(message);
	r = ldap_parse_result(ldap, message, &code, NULL, NULL, NULL, NULL, 0);
	if (ret_message)
		*ret_message = message;
	else
		ldap_msgfree(message);
	return r != LDAP_SUCCESS ? r : code;
}

/* ------------------------------------------------------------------ reading */

/* objectGUID and entryUUID are identity, not content. */
static bool take_identity(struct entry *entry, const char *name, struct berval **values) {
	size_t len = 0;

	if (is_text_equal_nocase(name, "objectGUID") && values[0] && values[0]->bv_len == ENTRY_UUID_SIZE) {
		memcpy(entry->uuid.octets, values[0]->bv_val, ENTRY_UUID_SIZE);
	} else if (is_text_equal_nocase(name, "entryUUID") && values[0] && values[0]->bv_len == 36) {
		char hex[37];

		for (const char *from = values[0]->bv_val; *from && len < sizeof hex - 1; from++)
			if (*from != '-')
				hex[len++] = *from;
		hex[len] = '\0';
		text_parse_hex(hex, ENTRY_UUID_SIZE, entry->uuid.octets, &len);
	} else {
		return false;
	}
	return true;
}

static void take_attribute(struct entry *entry, const char *name, struct berval **values, struct arena *arena) {
	struct entry_attribute *attribute = &entry->attributes[entry->n_attributes];
	size_t n = (size_t)ldap_count_values_len(values);

	attribute->name = arena_dup(arena, span_of(name, strcspn(name, ";")));
	attribute->values = arena_array_of(arena, struct span, n);
	for (size_t i = 0; i < n; i++)
		attribute->values[i] =
			span_of(arena_dup(arena, span_of(values[i]->bv_val, values[i]->bv_len)), values[i]->bv_len);
	attribute->n_values = n;
	entry->n_attributes += n > 0;
}

static size_t count_attributes(LDAP *ldap, LDAPMessage *message) {
	BerElement *cursor = NULL;
	size_t n = 0;

	for (char *name = ldap_first_attribute(ldap, message, &cursor); name;
	     name = ldap_next_attribute(ldap, message, cursor)) {
		n++;
		ldap_memfree(name);
	}
	ber_free(cursor, 0);
	return n;
}

/* Change numbers, best first; each with leading zeros, so that they sort as text. */
static const char *const moment_attributes[] = { VERSION_ATTRIBUTE, "uSNChanged", "modifyTimestamp" };

/* Note what the server says beside the entry's content. False if @name is content. */
static bool take_mark(const struct berval *value, const char *name, struct arena *arena, struct directory_mark *mark,
		      size_t *rank) {
	const char *text = arena_dup(arena, span_of(value->bv_val, value->bv_len));

	for (size_t i = 0; i < ARRAY_LEN(moment_attributes); i++) {
		if (!is_text_equal_nocase(name, moment_attributes[i]))
			continue;
		if (i == 0)
			mark->version = text;
		if (i < *rank) {
			mark->moment = text;
			*rank = i;
		}
		return true;
	}
	return false;
}

/* Two entries that were changed in the same second are told apart by their identity. */
static void finish_mark(const struct entry *entry, struct arena *arena, struct directory_mark *mark) {
	char hex[2 * ENTRY_UUID_SIZE + 1];
	struct text text;

	text_init(&text, hex, sizeof hex);
	text_add_hex(&text, span_of(entry->uuid.octets, ENTRY_UUID_SIZE), '\0');
	mark->moment = arena_format(arena, "%40s#%s", mark->moment, hex);
}

static struct entry *take_entry(LDAP *ldap, LDAPMessage *message, struct arena *arena,
				struct directory_mark *ret_mark) {
	struct entry *entry = arena_new_of(arena, struct entry);
	size_t rank = ARRAY_LEN(moment_attributes);
	BerElement *cursor = NULL;
	char *dn = ldap_get_dn(ldap, message);

	*ret_mark = (struct directory_mark){ "", "" };
	entry->dn = dn_dup_line(arena, dn ? dn : "");
	ldap_memfree(dn);
	entry->attributes = arena_array_of(arena, struct entry_attribute, count_attributes(ldap, message));
	for (char *name = ldap_first_attribute(ldap, message, &cursor); name;
	     name = ldap_next_attribute(ldap, message, cursor)) {
		struct berval **values = ldap_get_values_len(ldap, message, name);

		if (values && values[0] && !take_mark(values[0], name, arena, ret_mark, &rank) &&
		    !take_identity(entry, name, values))
			take_attribute(entry, name, values, arena);
		ldap_value_free_len(values);
		ldap_memfree(name);
	}
	ber_free(cursor, 0);
	finish_mark(entry, arena, ret_mark);
	return entry;
}

static void take_page(LDAP *ldap, LDAPMessage *message, struct directory_entries *entries) {
	for (LDAPMessage *one = ldap_first_entry(ldap, message); one; one = ldap_next_entry(ldap, one)) {
		size_t need = entries->n_items + 1;

		entries->items = mem_grow(entries->items, &entries->items_capacity, need, sizeof *entries->items);
		entries->marks = mem_grow(entries->marks, &entries->marks_capacity, need, sizeof *entries->marks);
		entries->items[need - 1] = take_entry(ldap, one, entries->arena, &entries->marks[need - 1]);
		entries->n_items = need;
	}
}

/* Move @cookie on to what the server says behind a page; empty at the end or where it does not page. */
static void next_cookie(LDAP *ldap, LDAPMessage *message, struct berval *cookie) {
	LDAPControl **controls = NULL, *page;
	ber_int_t estimate;

	ber_memfree(cookie->bv_val);
	*cookie = (struct berval){ 0 };
	if (ldap_parse_result(ldap, message, NULL, NULL, NULL, NULL, &controls, 0) != LDAP_SUCCESS)
		return;
	page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (page)
		ldap_parse_pageresponse_control(ldap, page, &estimate, cookie);
	ldap_controls_free(controls);
}

static int search_page(struct directory *directory, const char *base, int reach, const char *filter,
		       struct berval *cookie, LDAPMessage **ret_message) {
	static char *attributes[] = { "*", "entryUUID", VERSION_ATTRIBUTE, "uSNChanged", "modifyTimestamp",
				      "namingContexts", "defaultNamingContext", NULL };
	LDAP *ldap = connection_ldap(directory->connection);
	LDAPControl *page = NULL, *controls[2] = { 0 };
	struct timeval limit = { .tv_sec = REQUEST_SECONDS };
	int id, code;

	if (reach != LDAP_SCOPE_BASE)
		ldap_create_page_control(ldap, PAGE_SIZE, cookie, 0, &page);
	controls[0] = page;
	code = ldap_search_ext(ldap, base, reach, filter, attributes, 0, controls, NULL, &limit, LDAP_NO_LIMIT, &id);
	ldap_control_free(page);
	return code != LDAP_SUCCESS ? code : directory_await(directory, &id, ret_message);
}

static int search_server(struct directory *directory, const char *base, enum directory_reach reach, const char *filter,
		     struct directory_entries *entries, struct error *reterr_error) {
	struct directory_entries found = { .arena = entries->arena ? entries->arena : directory->arena };
	static const int scopes[] = { LDAP_SCOPE_BASE, LDAP_SCOPE_ONELEVEL, LDAP_SCOPE_SUBTREE };
	LDAP *ldap = connection_ldap(directory->connection);
	struct berval cookie = { 0 };
	char doing[320];
	int code;

	do {
		LDAPMessage *message = NULL;

		code = search_page(directory, base, scopes[reach], filter, &cookie, &message);
		if (code == LDAP_SUCCESS) {
			take_page(ldap, message, &found);
			next_cookie(ldap, message, &cookie);
		}
		ldap_msgfree(message);
	} while (code == LDAP_SUCCESS && cookie.bv_len);
	ber_memfree(cookie.bv_val);
	if (code == LDAP_SUCCESS) {
		*entries = found;
		return 0;
	}
	directory_entries_done(&found);
	if (code == LDAP_NO_SUCH_OBJECT)
		return error_set(reterr_error, E_NOT_FOUND, "there is no entry %s in the directory, or you may not see it", base);
	if (code == LDAP_SIZELIMIT_EXCEEDED)
		return error_set(reterr_error, E_DDS_UNEXPECTED_ERROR,
				 "the server lets you read only a part of what is below %s; lift its size limit for your identity (OpenLDAP: "
				 "olcLimits, 389 DS: nsSizeLimit)", base);
	snprintf(doing, sizeof doing, "reading %s", base);
	return connection_error(directory->connection, code, doing, reterr_error);
}

void directory_entries_done(struct directory_entries *entries) {
	free(entries->items);
	free(entries->marks);
	*entries = (struct directory_entries){ 0 };
}

int directory_search(struct directory *directory, const char *base, enum directory_reach reach, const char *filter,
		     struct directory_entries *entries, struct error *reterr_error) {
	if (directory->file)
		return ldif_file_search(directory->file, base, reach, filter, entries, reterr_error);
	return search_server(directory, base, reach, filter, entries, reterr_error);
}
