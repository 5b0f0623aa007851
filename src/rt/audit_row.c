/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/audit_row.h"

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

static void add_field(struct text *text, const char *field) {
	for (; field && *field; field++) {
		bool is_safe = *field >= ' ' && *field <= '~' && *field != ',' && *field != '"' && *field != '\'';

		text_add(text, "%c", is_safe ? *field : '_');
	}
	text_add(text, ",");
}

void audit_add_row(struct text *text, const struct audit_row *row, const struct tm *local) {
	char address[IP4_TEXT_MAX];

	text_add(text, "%02d,%02d/%02d/%02d,%02d:%02d:%02d,", row->code, local->tm_mon + 1, local->tm_mday,
		 local->tm_year % 100, local->tm_hour, local->tm_min, local->tm_sec);
	add_field(text, audit_code_description(row->code));
	add_field(text, is_ip4_none(row->address) ? NULL : ip4_format(row->address, address));
	add_field(text, row->host);
	/* No hardware address, user; transaction 0, no quarantine information; from here to the error nothing. */
	text_add(text, ",,0,6,,,,,,,,,0\n");
}
