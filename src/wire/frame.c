/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/frame.h"

#include "base/cursor.h"
#include "wire/checksum.h"

#define IP_HEADER_SIZE 20
#define UDP_HEADER_SIZE 8
#define IP_CHECKSUM_AT 10
#define UDP_CHECKSUM_AT (IP_HEADER_SIZE + 6)
#define IP_VERSION_AND_LENGTH 0x45 /* version 4, five words */
#define IP_DONT_FRAGMENT 0x4000 /* with it the identification may stay zero, RFC 6864 4.1 */
#define IP_FRAGMENT 0x3fff      /* more fragments follow, or came before */
#define IP_TTL 64
#define IP_PROTOCOL_UDP 17

/* RFC 768: the pseudo header counts too. Zero if @datagram holds the right checksum already. */
static uint16_t udp_sum(const struct frame_addresses *addresses, struct span datagram) {
	uint8_t pseudo[12];
	struct writer writer = writer_of(pseudo, sizeof pseudo);

	writer_u32(&writer, addresses->source.value);
	writer_u32(&writer, addresses->destination.value);
	writer_u16(&writer, IP_PROTOCOL_UDP);
	writer_u16(&writer, (uint16_t)datagram.len);
	return checksum_fold(checksum_add(checksum_add(0, span_of(pseudo, sizeof pseudo)), datagram));
}

/* A sum of zero is sent as all ones because zero means "none". */
static uint16_t udp_checksum(const struct frame_addresses *addresses, struct span datagram) {
	uint16_t checksum = udp_sum(addresses, datagram);

	return checksum ? checksum : 0xffff;
}

static void write_ip_header(struct writer *writer, const struct frame_addresses *addresses, size_t total) {
	writer_u8(writer, IP_VERSION_AND_LENGTH);
	writer_u8(writer, 0); /* type of service */
	writer_u16(writer, (uint16_t)total);
	writer_u16(writer, 0); /* identification */
	writer_u16(writer, IP_DONT_FRAGMENT);
	writer_u8(writer, IP_TTL);
	writer_u8(writer, IP_PROTOCOL_UDP);
	writer_u16(writer, 0); /* checksum, filled in later */
	writer_u32(writer, addresses->source.value);
	writer_u32(writer, addresses->destination.value);
}

static void write_udp_header(struct writer *writer, const struct frame_addresses *addresses, size_t length) {
	writer_u16(writer, addresses->source_port);
	writer_u16(writer, addresses->destination_port);
	writer_u16(writer, (uint16_t)length);
	writer_u16(writer, 0); /* checksum, filled in later */
}

size_t frame_build(const struct frame_addresses *addresses, struct span payload, uint8_t *ret_octets, size_t size) {
	struct writer writer = writer_of(ret_octets, size);
	size_t total = FRAME_HEADERS_SIZE + payload.len;

	if (payload.len > UINT16_MAX - FRAME_HEADERS_SIZE || total > size)
		return 0;
	write_ip_header(&writer, addresses, total);
	write_udp_header(&writer, addresses, UDP_HEADER_SIZE + payload.len);
	writer_put(&writer, payload);
	be16_write(ret_octets + IP_CHECKSUM_AT, checksum_fold(checksum_add(0, span_of(ret_octets, IP_HEADER_SIZE))));
	be16_write(ret_octets + UDP_CHECKSUM_AT,
		   udp_checksum(addresses, span_of(ret_octets + IP_HEADER_SIZE, total - IP_HEADER_SIZE)));
	return total;
}

/* What the IP header says, in the order of its fields. False unless the packet is whole and holds UDP. The datagram is
 * what the header's own lengths leave of @octets. */
static bool parse_ip(struct span octets, struct frame_addresses *ret_addresses, struct span *ret_datagram) {
	struct reader reader = reader_of(octets);
	uint8_t version_and_length = reader_u8(&reader), protocol;
	size_t header = (version_and_length & 0xfu) * 4, total;
	uint16_t fragment;

	reader_u8(&reader); /* type of service */
	total = reader_u16(&reader);
	reader_u16(&reader); /* identification */
	fragment = reader_u16(&reader);
	reader_u8(&reader); /* time to live */
	protocol = reader_u8(&reader);
	reader_u16(&reader); /* checksum */
	ret_addresses->source.value = reader_u32(&reader);
	ret_addresses->destination.value = reader_u32(&reader);
	if (reader.is_failed || version_and_length >> 4 != 4 || protocol != IP_PROTOCOL_UDP || fragment & IP_FRAGMENT)
		return false;
	if (header < IP_HEADER_SIZE || total < header || total > octets.len)
		return false;
	*ret_datagram = span_of(octets.data + header, total - header);
	return checksum_fold(checksum_add(0, span_of(octets.data, header))) == 0;
}

/* The kernel too takes a datagram that ends before its packet does. */
static bool parse_udp(struct span datagram, bool is_checksum_known, struct frame_addresses *addresses,
		      struct span *ret_payload) {
	struct reader reader = reader_of(datagram);
	uint16_t length, checksum;

	addresses->source_port = reader_u16(&reader);
	addresses->destination_port = reader_u16(&reader);
	length = reader_u16(&reader);
	checksum = reader_u16(&reader);
	if (reader.is_failed || length < UDP_HEADER_SIZE || length > datagram.len)
		return false;
	*ret_payload = span_of(datagram.data + UDP_HEADER_SIZE, length - UDP_HEADER_SIZE);
	return !is_checksum_known || !checksum || udp_sum(addresses, span_of(datagram.data, length)) == 0;
}

bool frame_parse(struct span octets, bool is_checksum_known, struct frame_addresses *ret_addresses,
		 struct span *ret_payload) {
	struct frame_addresses addresses;
	struct span datagram, payload;

	if (!parse_ip(octets, &addresses, &datagram) || !parse_udp(datagram, is_checksum_known, &addresses, &payload))
		return false;
	*ret_addresses = addresses;
	*ret_payload = payload;
	return true;
}
