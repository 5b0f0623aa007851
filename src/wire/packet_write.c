/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/packet.h"

#include "base/macros.h"
#include "base/cursor.h"

#define MAGIC_COOKIE 0x63825363u
#define SNAME_OFFSET 44
#define END_SIZE 1
#define OVERLOAD_SIZE 3 /* of the option that announces options in file and sname */
#define OVERLOAD_FILE 1
#define OVERLOAD_SNAME 2
#define PART_MAX 255
#define PART_HEAD 2 /* code and length */

/* Octets of an option with a value of @len octets, all its parts (RFC 3396) with their heads. */
static size_t option_size(size_t len) {
	size_t parts = len ? (len + PART_MAX - 1) / PART_MAX : 1;

	return len + parts * PART_HEAD;
}

static size_t put_part(uint8_t *place, uint8_t code, struct span part) {
	place[0] = code;
	place[1] = (uint8_t)part.len;
	if (part.len)
		memcpy(place + PART_HEAD, part.data, part.len);
	return PART_HEAD + part.len;
}

/* Write the option at @place, which has room for it. Returns its size. */
static size_t put_option(uint8_t *place, uint8_t code, struct span value) {
	size_t size = 0;

	for (; value.len > PART_MAX; value = span_of(value.data + PART_MAX, value.len - PART_MAX))
		size += put_part(place + size, code, span_of(value.data, PART_MAX));
	return size + put_part(place + size, code, value);
}

static void write_header(struct writer *writer, const struct dhcp4_header *header) {
	writer_u8(writer, (uint8_t)header->op);
	writer_u8(writer, header->htype);
	writer_u8(writer, header->hlen);
	writer_u8(writer, header->hops);
	writer_u32(writer, header->xid);
	writer_u16(writer, header->secs);
	writer_u16(writer, header->flags);
	writer_u32(writer, header->ciaddr.value);
	writer_u32(writer, header->yiaddr.value);
	writer_u32(writer, header->siaddr.value);
	writer_u32(writer, header->giaddr.value);
	writer_put(writer, span_of(header->chaddr, sizeof header->chaddr));
}

/* Copy @text into the field of @size octets, if there is any. Returns the room that the field then has for options. */
static size_t put_text(uint8_t *field, size_t size, struct span text, bool is_bootp) {
	size_t len = text.len < size ? text.len : size - 1;

	if (len)
		memcpy(field, text.data, len);
	return len || is_bootp ? 0 : size;
}

void dhcp4_write_start(struct dhcp4_writer *ret_writer, uint8_t *octets, size_t size, const struct dhcp4_header *header,
		       size_t trailer) {
	struct writer head = writer_of(octets, SNAME_OFFSET);
	size_t limit = size < DHCP4_MESSAGE_MAX ? size : DHCP4_MESSAGE_MAX;
	size_t overload = header->is_bootp ? 0 : OVERLOAD_SIZE, room;

	assert(size >= DHCP4_MESSAGE_MIN);
	room = limit - DHCP4_OPTIONS_OFFSET - END_SIZE - overload;
	memset(octets, 0, DHCP4_OPTIONS_OFFSET);
	write_header(&head, header);
	be32_write(octets + DHCP4_HEADER_SIZE, MAGIC_COOKIE);
	trailer = trailer && trailer <= room ? option_size(trailer) : 0;
	/* What cannot fit anyway must not push out everything else (RFC 3046 2.2: then the reply goes without it). */
	*ret_writer = (struct dhcp4_writer){
		.octets = octets,
		.limit = limit,
		.used = DHCP4_OPTIONS_OFFSET,
		.trailer = trailer <= room ? trailer : 0,
		.file_room = put_text(octets + DHCP4_FILE_OFFSET, DHCP4_FILE_SIZE, header->file, header->is_bootp),
		.sname_room = put_text(octets + SNAME_OFFSET, DHCP4_SNAME_SIZE, header->sname, header->is_bootp),
		.overload = overload,
	};
}

bool dhcp4_write_option(struct dhcp4_writer *writer, uint8_t code, struct span value) {
	size_t need = option_size(value.len);

	assert(code != DHCP4_OPTION_PAD && code != DHCP4_OPTION_END);
	if (writer->used + need + writer->overload + writer->trailer + END_SIZE <= writer->limit) {
		writer->used += put_option(writer->octets + writer->used, code, value);
	} else if (writer->file_used + need + END_SIZE <= writer->file_room) {
		writer->file_used += put_option(writer->octets + DHCP4_FILE_OFFSET + writer->file_used, code, value);
	} else if (writer->sname_used + need + END_SIZE <= writer->sname_room) {
		writer->sname_used += put_option(writer->octets + SNAME_OFFSET + writer->sname_used, code, value);
	} else {
		writer->n_omitted++;
		return false;
	}
	return true;
}

bool dhcp4_write_u8(struct dhcp4_writer *writer, uint8_t code, uint8_t value) {
	return dhcp4_write_option(writer, code, span_of(&value, 1));
}

bool dhcp4_write_u32(struct dhcp4_writer *writer, uint8_t code, uint32_t value) {
	struct be32 wire = be32_from(value);

	return dhcp4_write_option(writer, code, span_of(wire.octets, sizeof wire.octets));
}

bool dhcp4_write_ip4(struct dhcp4_writer *writer, uint8_t code, struct ip4 value) {
	return dhcp4_write_u32(writer, code, value.value);
}

/* The rest of each field is zero already, which is the pad option. */
static uint8_t close_fields(struct dhcp4_writer *writer) {
	if (writer->file_used)
		writer->octets[DHCP4_FILE_OFFSET + writer->file_used] = DHCP4_OPTION_END;
	if (writer->sname_used)
		writer->octets[SNAME_OFFSET + writer->sname_used] = DHCP4_OPTION_END;
	return (uint8_t)((writer->file_used ? OVERLOAD_FILE : 0) | (writer->sname_used ? OVERLOAD_SNAME : 0));
}

static void write_relay_info(struct dhcp4_writer *writer, struct span relay_info) {
	if (!relay_info.len)
		return;
	if (relay_info.len > writer->limit || writer->used + option_size(relay_info.len) + END_SIZE > writer->limit)
		writer->n_omitted++;
	else
		writer->used += put_option(writer->octets + writer->used, DHCP4_OPTION_RELAY_INFO, relay_info);
}

/* To the size below which some relays and clients drop a message. */
static size_t fill_up(struct dhcp4_writer *writer) {
	if (writer->used < DHCP4_MESSAGE_MIN) {
		memset(writer->octets + writer->used, DHCP4_OPTION_PAD, DHCP4_MESSAGE_MIN - writer->used);
		writer->used = DHCP4_MESSAGE_MIN;
	}
	return writer->used;
}

size_t dhcp4_write_finish(struct dhcp4_writer *writer, struct span relay_info) {
	uint8_t overload = close_fields(writer);

	if (overload)
		writer->used += put_option(writer->octets + writer->used, DHCP4_OPTION_OVERLOAD, span_of(&overload, 1));
	write_relay_info(writer, relay_info);
	writer->octets[writer->used++] = DHCP4_OPTION_END;
	return fill_up(writer);
}

size_t dhcp4_write_finish_plain(struct dhcp4_writer *writer) {
	writer->used = DHCP4_HEADER_SIZE;
	return fill_up(writer);
}
