/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/audit_row.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/macros.h"

static const struct {
	int code;
	const char *description, *meaning;
} codes[] = {
#define AUDIT_CODE(code, description, meaning) { code, description, meaning },
#include "rt/audit.def"
#undef AUDIT_CODE
};

const char *audit_code_description(int code) {
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].description;
	return NULL;
}

void audit_name(const struct tm *local, char ret_name[static AUDIT_NAME_MAX]) {
	/* In no language but the original's. */
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

	snprintf(ret_name, AUDIT_NAME_MAX, "DhcpSrvLog-%s.log", days[local->tm_wday % 7]);
}

/* Programs know the format by the first line and by that of the columns. */
void audit_add_header(struct text *text) {
	text_add(text, "\t\tMicrosoft DHCP Service Activity Log\n");
	text_add(text, "\t\t(in this format, written by Lessor)\n\n");
	text_add(text, "Event ID  Meaning\n");
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		text_add(text, "%02d\t%s\n", codes[i].code, codes[i].meaning);
	text_add(text, "\nQResult: 0: NoQuarantine, 1: Quarantine, 2: Drop Packet, 3: Probation, "
		       "6: No Quarantine Information\n\n");
	text_add(text, "ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult,"
		       "Probationtime, CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),"
		       "UserClass(ASCII),RelayAgentInformation,DnsRegError.\n");
}

static void add_octets(struct text *text, struct span octets) {
	uint8_t array[AUDIT_FIELD_MAX + 1];
	size_t len = octets.len < AUDIT_FIELD_MAX ? octets.len : AUDIT_FIELD_MAX;

	for (size_t i = 0; i < len; i++) {
		char letter = (char)octets.data[i];
		bool is_safe = letter >= ' ' && letter <= '~' && letter != ',' && letter != '"' && letter != '\'';

		array[i] = is_safe ? octets.data[i] : '_';
	}
	array[len] = ',';
	text_add_characters(text, span_of(array, len + 1));
}

static void add_field(struct text *text, const char *field) {
	add_octets(text, field ? span_of_text(field) : span_of(NULL, 0));
}

/* Upper-case hexadecimal behind @prefix, or nothing. */
static void add_hex(struct text *text, const char *prefix, struct span octets) {
	static const uint8_t digits[] = "0123456789ABCDEF";
	uint8_t array[2 * AUDIT_FIELD_MAX + 1];
	size_t len = octets.len < AUDIT_FIELD_MAX ? octets.len : AUDIT_FIELD_MAX;

	for (size_t i = 0; i < len; i++) {
		array[2 * i] = digits[octets.data[i] >> 4];
		array[2 * i + 1] = digits[octets.data[i] & 0xf];
	}
	array[2 * len] = ',';
	if (len)
		text_add_characters(text, span_of_text(prefix));
	text_add_characters(text, span_of(array, 2 * len + 1));
}

void audit_add_row(struct text *text, const struct audit_row *row, const struct tm *local) {
	char address[IP4_TEXT_MAX];

	text_add(text, "%02d,%02d/%02d/%02d,%02d:%02d:%02d,", row->code, local->tm_mon + 1, local->tm_mday,
		 local->tm_year % 100, local->tm_hour, local->tm_min, local->tm_sec);
	add_field(text, row->description ? row->description : audit_code_description(row->code));
	add_field(text, is_ip4_none(row->address) ? NULL : ip4_format(row->address, address));
	add_field(text, row->host);
	add_hex(text, "", row->hardware);
	/* No user; behind the transaction: no quarantine, or nothing known of one; no probation, correlation, DHCID. */
	text_add(text, ",%u,%d,,,,", (unsigned)row->transaction, row->is_of_client ? 0 : 6);
	add_hex(text, "0x", row->vendor_class);
	add_octets(text, row->vendor_class);
	add_hex(text, "0x", row->user_class);
	add_octets(text, row->user_class);
	add_hex(text, "0x", row->relay_information);
	text_add(text, "0\n");
}
