/* SPDX-License-Identifier: Apache-2.0 */
/* boot_file.c - the file that a client is to load when it starts, and the server that has it. */
#include "engine/request.h"

/* The row for clients that name @requested; the one for clients that name none has "" there. */
static const struct boot_file *row_find(const struct snapshot *snapshot, struct span requested) {
	for (size_t i = 0; i < snapshot->n_boot_files; i++)
		if (is_span_equal(span_of_text(snapshot->boot_files[i].requested), requested))
			return &snapshot->boot_files[i];
	return NULL;
}

void request_boot_file(struct request *request, struct dhcp4_header *header) {
	struct span requested = request->packet->file;
	const struct boot_file *row = row_find(request->input->snapshot, requested);

	request->output->boot_file = row;
	request->output->is_boot_file_unknown = !row && requested.len;
	if (!row)
		return;
	header->file = span_of_text(row->file);
	if (ip4_parse(row->server, &header->siaddr) < 0) {
		header->siaddr = (struct ip4){ 0 };
		header->sname = span_of_text(row->server);
	}
}
