/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/icmp.h"

#include "base/cursor.h"
#include "wire/checksum.h"

#define ICMP_ECHO_REPLY 0
#define ICMP_ECHO_REQUEST 8
#define ICMP_CHECKSUM_AT 2
#define IP_VERSION 4
#define IP_HEADER_MIN 20
#define IP_FRAGMENT 0x3fff /* more fragments follow, or came before */
#define IP_PROTOCOL_ICMP 1

void icmp_echo_write(const struct icmp_echo *echo, uint8_t ret_octets[static ICMP_ECHO_SIZE]) {
	struct writer writer = writer_of(ret_octets, ICMP_ECHO_SIZE);

	writer_u16(&writer, ICMP_ECHO_REQUEST << 8); /* and the code 0 */
	writer_u16(&writer, 0);
	writer_u16(&writer, echo->identifier);
	writer_u16(&writer, echo->sequence);
	writer_u64(&writer, echo->token);
	be16_write(ret_octets + ICMP_CHECKSUM_AT, checksum_fold(checksum_add(0, span_of(ret_octets, writer.len))));
}

/* Take the IP header off @reader. False if it is not one of a whole ICMP packet. */
static bool take_ip_header(struct reader *reader, struct ip4 *ret_source) {
	uint8_t version_and_length = reader_u8(reader), protocol;
	size_t len = (version_and_length & 15u) * 4;
	uint16_t fragment;

	reader_take(reader, 5); /* service, length, identification: a raw socket has no padding behind a packet */
	fragment = reader_u16(reader);
	reader_take(reader, 1);
	protocol = reader_u8(reader);
	reader_take(reader, 2);
	ret_source->value = reader_u32(reader);
	reader_take(reader, 4);
	if (reader->is_failed || version_and_length >> 4 != IP_VERSION || len < IP_HEADER_MIN)
		return false;
	reader_take(reader, len - IP_HEADER_MIN);
	return !reader->is_failed && protocol == IP_PROTOCOL_ICMP && !(fragment & IP_FRAGMENT);
}

bool icmp_echo_parse(struct span octets, struct ip4 *ret_source, struct icmp_echo *ret_echo) {
	struct reader reader = reader_of(octets);
	struct icmp_echo echo;
	struct ip4 source;
	struct span message;

	if (!take_ip_header(&reader, &source))
		return false;
	message = reader_take_rest(&reader);
	if (message.len != ICMP_ECHO_SIZE || checksum_fold(checksum_add(0, message)) != 0)
		return false;
	reader = reader_of(message);
	if (reader_u16(&reader) != ICMP_ECHO_REPLY << 8)
		return false;
	reader_take(&reader, 2);
	echo.identifier = reader_u16(&reader);
	echo.sequence = reader_u16(&reader);
	echo.token = reader_u64(&reader);
	*ret_source = source;
	*ret_echo = echo;
	return true;
}
