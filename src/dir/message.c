/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/message.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/dn.h"

#define UUID_TEXT_MAX 36

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" (RFC 4530), or with its hyphens elsewhere (389 DS) */
static bool uuid_parse(const struct berval *value, struct entry_uuid *ret_uuid) {
	char digits[2 * ENTRY_UUID_SIZE + 1];
	size_t n = 0, len;

	if (value->bv_len > UUID_TEXT_MAX)
		return false;
	for (size_t i = 0; i < value->bv_len; i++)
		if (value->bv_val[i] != '-' && n < 2 * ENTRY_UUID_SIZE)
			digits[n++] = value->bv_val[i];
	digits[n] = '\0';
	return text_parse_hex(digits, ENTRY_UUID_SIZE, ret_uuid->octets, &len) == 0 && len == ENTRY_UUID_SIZE;
}

static bool has_option(const char *name) {
	return strchr(name, ';') != NULL;
}

static bool is_identity(const char *name) {
	return is_text_equal_nocase(name, "entryUUID") || is_text_equal_nocase(name, "nsUniqueId") ||
	       is_text_equal_nocase(name, "objectGUID");
}

/* 389 DS has two identities, and its feed goes by nsUniqueId: that one is to be the one which polling finds, too. */
static void identity_take(const char *name, const struct berval *values, struct entry_uuid *uuid, bool *is_settled) {
	if (!values || !values[0].bv_val || *is_settled)
		return;
	if (is_text_equal_nocase(name, "nsUniqueId"))
		*is_settled = uuid_parse(&values[0], uuid);
	else if (is_text_equal_nocase(name, "entryUUID"))
		uuid_parse(&values[0], uuid);
	else if (values[0].bv_len == ENTRY_UUID_SIZE)
		memcpy(uuid->octets, values[0].bv_val, ENTRY_UUID_SIZE);
}

static void attribute_add(struct entry *entry, size_t *capacity, struct arena *arena, const char *name,
			  const struct berval *values) {
	struct entry_attribute *attribute;
	size_t n_values = 0;

	if (entry->n_attributes == *capacity) {
		struct entry_attribute *wider = arena_array_of(arena, struct entry_attribute, *capacity * 2);

		memcpy(wider, entry->attributes, *capacity * sizeof *wider);
		entry->attributes = wider;
		*capacity *= 2;
	}
	while (values && values[n_values].bv_val)
		n_values++;
	attribute = &entry->attributes[entry->n_attributes++];
	attribute->name = arena_dup_text(arena, name);
	attribute->values = arena_array_of(arena, struct span, n_values);
	for (; attribute->n_values < n_values; attribute->n_values++) {
		struct span value = span_of(values[attribute->n_values].bv_val, values[attribute->n_values].bv_len);

		attribute->values[attribute->n_values] = span_of(arena_dup(arena, value), value.len);
	}
}

/* Walk over the attributes with their values, which borrow from @message. */
static void attributes_take(LDAP *ldap, LDAPMessage *message, struct entry *entry, struct arena *arena) {
	struct berval dn, name, *values = NULL;
	BerElement *ber = NULL;
	bool is_settled = false;
	size_t capacity = 8;

	entry->attributes = arena_array_of(arena, struct entry_attribute, capacity);
	if (ldap_get_dn_ber(ldap, message, &ber, &dn) != LDAP_SUCCESS)
		return;
	while (ldap_get_attribute_ber(ldap, message, ber, &name, &values) == LDAP_SUCCESS && name.bv_val) {
		if (is_identity(name.bv_val))
			identity_take(name.bv_val, values, &entry->uuid, &is_settled);
		else if (!has_option(name.bv_val))
			attribute_add(entry, &capacity, arena, name.bv_val, values);
		ber_memfree(values);
		values = NULL;
	}
	ber_free(ber, 0);
}

struct entry *message_entry(LDAP *ldap, LDAPMessage *message, const struct entry_uuid *uuid, struct arena *arena) {
	struct entry *entry = arena_new_of(arena, struct entry);
	char *dn = ldap_get_dn(ldap, message);

	entry->dn = dn_dup_line(arena, dn ? dn : "");
	ldap_memfree(dn);
	entry->uuid = entry_uuid_of_dn(entry->dn, arena);
	attributes_take(ldap, message, entry, arena);
	if (uuid)
		entry->uuid = *uuid;
	return entry;
}

static struct span span_copy(struct arena *arena, const struct berval *value) {
	return span_of(arena_dup(arena, span_of(value->bv_val, value->bv_len)), value->bv_len);
}

int message_sync_state(LDAP *ldap, LDAPMessage *message, struct arena *arena, struct sync_state *ret_state) {
	LDAPControl **controls = NULL, *control;
	int code = -E_DDS_UNEXPECTED_ERROR;

	if (ldap_get_entry_controls(ldap, message, &controls) != LDAP_SUCCESS)
		return code;
	control = ldap_control_find(LDAP_CONTROL_SYNC_STATE, controls, NULL);
	if (control)
		code = sync_state_parse(span_copy(arena, &control->ldctl_value), ret_state);
	ldap_controls_free(controls);
	return code;
}

int message_sync_info(LDAP *ldap, LDAPMessage *message, struct arena *arena, struct sync_info *ret_info) {
	struct berval *value = NULL;
	char *oid = NULL;
	int code = -E_DDS_UNEXPECTED_ERROR;

	if (ldap_parse_intermediate(ldap, message, &oid, &value, NULL, 0) != LDAP_SUCCESS)
		return code;
	if (oid && value && strcmp(oid, LDAP_SYNC_INFO) == 0)
		code = sync_info_parse(span_copy(arena, value), ret_info);
	ldap_memfree(oid);
	ber_bvfree(value);
	return code;
}

static struct span page_cookie_copy(LDAP *ldap, LDAPControl **controls, struct arena *arena) {
	LDAPControl *control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	struct berval cookie = { 0 };
	ber_int_t estimate;
	struct span copy;

	if (!control || ldap_parse_pageresponse_control(ldap, control, &estimate, &cookie) != LDAP_SUCCESS)
		return span_of(NULL, 0);
	copy = cookie.bv_len ? span_copy(arena, &cookie) : span_of(NULL, 0);
	ber_memfree(cookie.bv_val);
	return copy;
}

void message_result(LDAP *ldap, LDAPMessage *message, struct arena *arena, struct message_result *ret_result) {
	struct message_result result = { .code = LDAP_DECODING_ERROR };
	LDAPControl **controls = NULL;
	char *diagnostic = NULL;

	if (ldap_parse_result(ldap, message, &result.code, NULL, &diagnostic, NULL, &controls, 0) != LDAP_SUCCESS)
		result.code = LDAP_DECODING_ERROR;
	snprintf(result.diagnostic, sizeof result.diagnostic, "%s", diagnostic ? diagnostic : "");
	if (controls)
		result.page_cookie = page_cookie_copy(ldap, controls, arena);
	ldap_memfree(diagnostic);
	ldap_controls_free(controls);
	*ret_result = result;
}
