/* SPDX-License-Identifier: Apache-2.0 */
/* rogue.c - answers to servers that ask whether this network belongs to a directory ([MS-DHCPE] 3.2.5.4). */
#include "engine/request.h"

#include "wire/rogue.h"

static bool has_served_scope(const struct snapshot *snapshot) {
	for (size_t i = 0; i < snapshot->n_scopes; i++)
		if (snapshot->scopes[i].is_served)
			return true;
	return false;
}

/* The question is about us, not about an address: no scope need serve the link that it came from. A server that serves
 * nobody anywhere keeps silent, as Windows' do. */
void request_rogue(struct request *request) {
	const struct engine_input *input = request->input;
	uint8_t octets[ROGUE_ANSWER_SIZE];

	if (!has_served_scope(input->snapshot))
		request_drop(request, DROP_NO_SCOPE);
	else if (!request_select_server_id(request))
		request_drop(request, DROP_LINK);
	else
		request_reply_vendor(request, span_of(octets, rogue_answer_write(input->enterprise, octets)));
}
