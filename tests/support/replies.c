/* SPDX-License-Identifier: Apache-2.0 */
#include "support/replies.h"

#include "wire/rogue.h"

struct span reply_write(const struct reply *reply, uint8_t ret_octets[static DHCP4_MESSAGE_DEFAULT]) {
	struct dhcp4_header header = { .op = DHCP4_OP_REPLY,
				       .htype = 1,
				       .hlen = 6,
				       .xid = reply->xid,
				       .yiaddr = reply->offered,
				       .giaddr = reply->giaddr };
	uint8_t answer[ROGUE_ANSWER_SIZE];
	struct dhcp4_writer writer;

	dhcp4_write_start(&writer, ret_octets, DHCP4_MESSAGE_DEFAULT, &header, 0);
	if (reply->type != DHCP4_BOOTP)
		dhcp4_write_u8(&writer, DHCP4_OPTION_MESSAGE_TYPE, (uint8_t)reply->type);
	if (!is_ip4_none(reply->server_id))
		dhcp4_write_ip4(&writer, DHCP4_OPTION_SERVER_ID, reply->server_id);
	if (reply->enterprise)
		dhcp4_write_option(&writer, DHCP4_OPTION_VENDOR_INFORMATION,
				   span_of(answer, rogue_answer_write(reply->enterprise, answer)));
	return span_of(ret_octets, dhcp4_write_finish(&writer, (struct span){ 0 }));
}
