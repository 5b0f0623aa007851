/* SPDX-License-Identifier: Apache-2.0 */
#include "model/boot_file.h"

#include "model/quote_priv.h"

/* The fields of a DHCP message that the answer goes into, without the NUL at their end (RFC 2131 2). */
#define SERVER_MAX 63
#define FILE_MAX 127

static const char *take_field(const char **rest, struct arena *arena) {
	size_t len = strcspn(*rest, ",");
	const char *field = arena_dup(arena, span_of(*rest, len));

	*rest += len + ((*rest)[len] ? 1 : 0);
	return field;
}

static bool has_three_fields(const char *text) {
	const char *comma = strchr(text, ',');

	comma = comma ? strchr(comma + 1, ',') : NULL;
	return comma && comma[1] && !strchr(comma + 1, ',');
}

int boot_file_parse(const char *text, struct arena *arena, struct boot_file *ret_file, struct error *reterr_error) {
	struct boot_file file = { .source_dn = NULL };
	char quoted[QUOTE_MAX];
	const char *rest = text;

	quote(span_of_text(text), quoted);
	if (!has_three_fields(text))
		return error_set(reterr_error, E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE,
				 "\"%s\" is not a row of the table of boot files; write REQUESTED,SERVER,FILE, for example "
				 "pxelinux,10.1.0.5,/boot/pxelinux.0",
				 quoted);
	file.requested = take_field(&rest, arena);
	file.server = take_field(&rest, arena);
	file.file = take_field(&rest, arena);
	if (strlen(file.requested) > FILE_MAX || strlen(file.server) > SERVER_MAX || strlen(file.file) > FILE_MAX)
		return error_set(reterr_error, E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE,
				 "the row \"%s\" has a field that does not fit into a DHCP message: a file may have %d octets, a server "
				 "%d; shorten it",
				 quoted, FILE_MAX, SERVER_MAX);
	*ret_file = file;
	return 0;
}

void boot_file_format(const struct boot_file *file, struct text *text) {
	text_add(text, "%s,%s,%s", file->requested, file->server, file->file);
}
