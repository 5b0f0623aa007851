/* SPDX-License-Identifier: Apache-2.0 */
/* DHCPv4 messages: vectors as text, then what is written is read back. */
#include "wire_support.h"

#include "wire/packet.h"

/* op htype hlen hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr */
#define HEAD "01 01 06 02 12345678 0004 8000 0a000001 0a000002 0a000003 0a000004 525400123456 00*10"
#define REPLY_HEAD "02 01 06 00 12345678 00*36"
#define COOKIE " 63825363 "
#define DISCOVER COOKIE "35 01 01 "

/* A message in parts; sname and file are filled up with zeros. */
struct vector {
	const char *name;
	const char *head, *sname, *file, *rest;
	enum dhcp4_fault fault;
};

static size_t put_field(uint8_t *place, const char *text, size_t size) {
	static uint8_t octets[OCTETS_MAX];
	size_t len = octets_from_text(text, octets);

	assert_true(len <= size);
	memset(place, 0, size);
	memcpy(place, octets, len);
	return size;
}

static struct span vector_octets(const struct vector *vector) {
	static uint8_t octets[OCTETS_MAX], rest[OCTETS_MAX];
	size_t len = octets_from_text(vector->head, octets), rest_len = octets_from_text(vector->rest, rest);

	len += put_field(octets + len, vector->sname, DHCP4_SNAME_SIZE);
	len += put_field(octets + len, vector->file, DHCP4_FILE_SIZE);
	memcpy(octets + len, rest, rest_len);
	return span_of(octets, len + rest_len);
}

static const struct vector vectors[] = {
	{ "discover", HEAD, "", "", DISCOVER "37 02 01 03 ff", DHCP4_FAULT_NONE },
	{ "no end mark", HEAD, "", "", DISCOVER, DHCP4_FAULT_NONE },
	{ "pads", HEAD, "", "", COOKIE "00*20 350101 00*20 ff 00*20", DHCP4_FAULT_NONE },
	{ "rubbish after the end", HEAD, "", "", DISCOVER "ff 35 ff 35", DHCP4_FAULT_NONE },
	{ "no options", HEAD, "", "", COOKIE, DHCP4_FAULT_NONE },
	{ "bootp without cookie", HEAD, "", "", "00*64", DHCP4_FAULT_NONE },
	{ "bootp with another cookie", HEAD, "", "", "63825364 350101 00*57", DHCP4_FAULT_NONE },
	{ "longest", HEAD, "", "", DISCOVER "ff 00*3852", DHCP4_FAULT_NONE },
	{ "hlen 16", "01 20 10 00 00*24 ab*16", "", "", DISCOVER, DHCP4_FAULT_NONE },
	{ "hlen 0", "01 20 00 00 00*40", "", "", DISCOVER, DHCP4_FAULT_NONE },
	{ "client identifier of two octets", HEAD, "", "", DISCOVER "3d 02 00 01", DHCP4_FAULT_NONE },
	{ "request", HEAD, "", "", COOKIE "350103", DHCP4_FAULT_NONE },
	{ "decline", HEAD, "", "", COOKIE "350104", DHCP4_FAULT_NONE },
	{ "release", HEAD, "", "", COOKIE "350107", DHCP4_FAULT_NONE },
	{ "inform", HEAD, "", "", COOKIE "350108", DHCP4_FAULT_NONE },
	{ "overload of both", HEAD, "0c 01 61 ff", "0f 01 62 ff", DISCOVER "34 01 03 ff", DHCP4_FAULT_NONE },
	{ "overload, empty fields", HEAD, "", "", DISCOVER "34 01 03 ff", DHCP4_FAULT_NONE },
	{ "scratch just full", HEAD, "", "", DISCOVER "2b ff 00*255 2b ff 00*255 2b ff 00*255 2b ff 00*255 2b ff 00*255"
	  " 2b ff 00*255 2b ff 00*255 2b ff 00*255 2b 08 00*8", DHCP4_FAULT_NONE },

	{ "empty cookie", HEAD, "", "", "", DHCP4_FAULT_TRUNCATED },
	{ "half a cookie", HEAD, "", "", "638253", DHCP4_FAULT_TRUNCATED },
	{ "too long", HEAD, "", "", DISCOVER "ff 00*3853", DHCP4_FAULT_OVERSIZED },
	{ "reply", "02 01 06 00 00*40", "", "", DISCOVER, DHCP4_FAULT_OP },
	{ "op 0", "00 01 06 00 00*40", "", "", DISCOVER, DHCP4_FAULT_OP },
	{ "hlen 17", "01 01 11 00 00*40", "", "", DISCOVER, DHCP4_FAULT_HLEN },
	{ "hlen 255", "01 01 ff 00 00*40", "", "", DISCOVER, DHCP4_FAULT_HLEN },
	{ "wrong cookie", HEAD, "", "", "63825364 350101", DHCP4_FAULT_MAGIC },
	{ "wrong cookie, one octet short of BOOTP", HEAD, "", "", "63825364 350101 00*56", DHCP4_FAULT_MAGIC },
	{ "code without length", HEAD, "", "", DISCOVER "0c", DHCP4_FAULT_OPTION_LENGTH },
	{ "value cut off", HEAD, "", "", DISCOVER "0c 02 61", DHCP4_FAULT_OPTION_LENGTH },
	{ "over the end of file", HEAD, "", "00*126 0c 01", DISCOVER "340101", DHCP4_FAULT_OPTION_LENGTH },
	{ "over the end of sname", HEAD, "00*62 0c 01", "", DISCOVER "340102", DHCP4_FAULT_OPTION_LENGTH },
	{ "overload 0", HEAD, "", "", DISCOVER "340100", DHCP4_FAULT_OVERLOAD },
	{ "overload 4", HEAD, "", "", DISCOVER "340104", DHCP4_FAULT_OVERLOAD },
	{ "overload of no octets", HEAD, "", "", DISCOVER "3400", DHCP4_FAULT_OVERLOAD },
	{ "overload of two octets", HEAD, "", "", DISCOVER "34020101", DHCP4_FAULT_OVERLOAD },
	{ "overload twice", HEAD, "", "", DISCOVER "340101 340101", DHCP4_FAULT_OVERLOAD },
	{ "overload in file", HEAD, "", "340103", DISCOVER "340101", DHCP4_FAULT_OVERLOAD },
	{ "overload in sname", HEAD, "340103", "", DISCOVER "340103", DHCP4_FAULT_OVERLOAD },
	{ "two message types", HEAD, "", "", DISCOVER "350101", DHCP4_FAULT_FIELD_LENGTH },
	{ "empty message type", HEAD, "", "", COOKIE "3500", DHCP4_FAULT_FIELD_LENGTH },
	{ "requested address of 3", HEAD, "", "", DISCOVER "3203000000", DHCP4_FAULT_FIELD_LENGTH },
	{ "lease time of 5", HEAD, "", "", DISCOVER "33050000000000", DHCP4_FAULT_FIELD_LENGTH },
	{ "server identifier of 0", HEAD, "", "", DISCOVER "3600", DHCP4_FAULT_FIELD_LENGTH },
	{ "maximum size of 1", HEAD, "", "", DISCOVER "390105", DHCP4_FAULT_FIELD_LENGTH },
	{ "client identifier of 1", HEAD, "", "", DISCOVER "3d0101", DHCP4_FAULT_FIELD_LENGTH },
	{ "client identifier of 0", HEAD, "", "", DISCOVER "3d00", DHCP4_FAULT_FIELD_LENGTH },
	{ "subnet selection of 2", HEAD, "", "", DISCOVER "76020000", DHCP4_FAULT_FIELD_LENGTH },
	{ "offer", HEAD, "", "", COOKIE "350102", DHCP4_FAULT_MESSAGE_TYPE },
	{ "ack", HEAD, "", "", COOKIE "350105", DHCP4_FAULT_MESSAGE_TYPE },
	{ "nak", HEAD, "", "", COOKIE "350106", DHCP4_FAULT_MESSAGE_TYPE },
	{ "type 0", HEAD, "", "", COOKIE "350100", DHCP4_FAULT_MESSAGE_TYPE },
	{ "lease query", HEAD, "", "", COOKIE "35010a", DHCP4_FAULT_MESSAGE_TYPE },
	{ "type 255", HEAD, "", "", COOKIE "3501ff", DHCP4_FAULT_MESSAGE_TYPE },
	{ "scratch one too full", HEAD, "", "",
	  DISCOVER "2b ff 00*255 2b ff 00*255 2b ff 00*255 2b ff 00*255 2b ff 00*255"
	  " 2b ff 00*255 2b ff 00*255 2b ff 00*255 2b 09 00*9", DHCP4_FAULT_TOO_MUCH },
	{ "two long options take turns", HEAD, "", "", DISCOVER "2b ff 00*255 7d ff 00*255 2b ff 00*255 7d ff 00*255"
	  " 2b ff 00*255 7d ff 00*255", DHCP4_FAULT_TOO_MUCH },
};

static const struct vector replies[] = {
	{ "offer", REPLY_HEAD, "", "", COOKIE "350102 3604 0a4d0001 3304 00000e10 ff", DHCP4_FAULT_NONE },
	{ "ack", REPLY_HEAD, "", "", COOKIE "350105 2b0e 5f0c 636f6e746f736f2e636f6d00 ff", DHCP4_FAULT_NONE },
	{ "nak", REPLY_HEAD, "", "", COOKIE "350106 ff", DHCP4_FAULT_NONE },
	{ "bootp", REPLY_HEAD, "", "", COOKIE "0c0161 ff", DHCP4_FAULT_NONE },
	{ "overload", REPLY_HEAD, "0c 01 61 ff", "0f 01 62 ff", COOKIE "350105 34 01 03 ff", DHCP4_FAULT_NONE },

	{ "half a cookie", REPLY_HEAD, "", "", "638253", DHCP4_FAULT_TRUNCATED },
	{ "request", HEAD, "", "", COOKIE "350105", DHCP4_FAULT_OP },
	{ "op 0", "00 01 06 00 00*40", "", "", COOKIE "350105", DHCP4_FAULT_OP },
	{ "hlen 17", "02 01 11 00 00*40", "", "", COOKIE "350105", DHCP4_FAULT_HLEN },
	{ "wrong cookie", REPLY_HEAD, "", "", "63825364 350105", DHCP4_FAULT_MAGIC },
	{ "bootp without cookie", REPLY_HEAD, "", "", "00*64", DHCP4_FAULT_MAGIC },
	{ "value cut off", REPLY_HEAD, "", "", COOKIE "350105 2b02 5f", DHCP4_FAULT_OPTION_LENGTH },
	{ "overload 4", REPLY_HEAD, "", "", COOKIE "350105 340104", DHCP4_FAULT_OVERLOAD },
	{ "server identifier of 3", REPLY_HEAD, "", "", COOKIE "350105 3603 0a4d00", DHCP4_FAULT_FIELD_LENGTH },
	{ "discover", REPLY_HEAD, "", "", COOKIE "350101", DHCP4_FAULT_MESSAGE_TYPE },
	{ "request message", REPLY_HEAD, "", "", COOKIE "350103", DHCP4_FAULT_MESSAGE_TYPE },
	{ "decline", REPLY_HEAD, "", "", COOKIE "350104", DHCP4_FAULT_MESSAGE_TYPE },
	{ "release", REPLY_HEAD, "", "", COOKIE "350107", DHCP4_FAULT_MESSAGE_TYPE },
	{ "inform", REPLY_HEAD, "", "", COOKIE "350108", DHCP4_FAULT_MESSAGE_TYPE },
	{ "type 0", REPLY_HEAD, "", "", COOKIE "350100", DHCP4_FAULT_MESSAGE_TYPE },
};

typedef enum dhcp4_fault parse_function(struct span octets, struct dhcp4_packet *ret_packet);

/* Exactly as many octets as there are, so that a read beyond them is one beyond the allocation. */
static enum dhcp4_fault parse_exact(parse_function *parse, struct span octets, struct dhcp4_packet *ret_packet) {
	uint8_t *copy = malloc(octets.len ? octets.len : 1);
	enum dhcp4_fault fault;

	assert_non_null(copy);
	memcpy(copy, octets.data, octets.len);
	fault = parse(span_of(copy, octets.len), ret_packet);
	free(copy);
	return fault;
}

static void check_vector(parse_function *parse, const struct vector *vector) {
	static struct dhcp4_packet packet;
	enum dhcp4_fault fault = parse_exact(parse, vector_octets(vector), &packet);

	if (fault != vector->fault)
		fail_msg("%s: \"%s\" instead of \"%s\"", vector->name, dhcp4_fault_text(fault),
			 dhcp4_fault_text(vector->fault));
}

static void test_vectors(void **state) {
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		check_vector(dhcp4_parse, &vectors[i]);
}

static void test_replies(void **state) {
	for (size_t i = 0; i < ARRAY_LEN(replies); i++)
		check_vector(dhcp4_parse_reply, &replies[i]);
}

static void test_reply_fields(void **state) {
	static struct dhcp4_packet packet;

	assert_int_equal(dhcp4_parse_reply(vector_octets(&replies[0]), &packet), DHCP4_FAULT_NONE);
	assert_int_equal(packet.type, DHCP4_OFFER);
	assert_int_equal(packet.xid, 0x12345678);
	assert_int_equal(dhcp4_option_ip4(&packet, DHCP4_OPTION_SERVER_ID).value, 0x0a4d0001);
	assert_int_equal(dhcp4_parse_reply(vector_octets(&replies[3]), &packet), DHCP4_FAULT_NONE);
	assert_int_equal(packet.type, DHCP4_BOOTP);
}

/* No end of a message before its last octet may be worse than a fault. */
static void test_every_truncation(void **state) {
	static struct dhcp4_packet packet;

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct span octets = vector_octets(&vectors[i]);

		for (size_t len = 0; len < octets.len && len < 600; len++) {
			assert_int_equal(parse_exact(dhcp4_parse, span_of(octets.data, len), &packet) ==
						 DHCP4_FAULT_TRUNCATED,
					 len < DHCP4_OPTIONS_OFFSET);
		}
	}
}

static void parse_vector(const struct vector *vector, struct dhcp4_packet *ret_packet) {
	assert_int_equal(dhcp4_parse(vector_octets(vector), ret_packet), DHCP4_FAULT_NONE);
}

static void test_header_fields(void **state) {
	struct vector vector = { "", HEAD, "", "", DISCOVER "370201 03ff", DHCP4_FAULT_NONE };
	static struct dhcp4_packet packet;

	memset(&packet, 0xaa, sizeof packet);
	parse_vector(&vector, &packet);
	assert_int_equal(packet.type, DHCP4_DISCOVER);
	assert_int_equal(packet.htype, 1);
	assert_int_equal(packet.hlen, 6);
	assert_int_equal(packet.hops, 2);
	assert_int_equal(packet.xid, 0x12345678);
	assert_int_equal(packet.secs, 4);
	assert_int_equal(packet.flags, DHCP4_FLAG_BROADCAST);
	assert_int_equal(packet.ciaddr.value, 0x0a000001);
	assert_int_equal(packet.yiaddr.value, 0x0a000002);
	assert_int_equal(packet.siaddr.value, 0x0a000003);
	assert_int_equal(packet.giaddr.value, 0x0a000004);
	assert_octets("chaddr", span_of(packet.chaddr, sizeof packet.chaddr), "525400123456 00*10");
	assert_octets("parameter list", packet.options[DHCP4_OPTION_PARAMETER_LIST], "0103");
	assert_true(has_dhcp4_option(&packet, DHCP4_OPTION_MESSAGE_TYPE));
	assert_false(has_dhcp4_option(&packet, DHCP4_OPTION_HOST_NAME));
}

static void test_chaddr_beyond_hlen_is_zero(void **state) {
	struct vector vector = { "", "01 01 06 00 00*24 ab*16", "", "", DISCOVER, DHCP4_FAULT_NONE };
	static struct dhcp4_packet packet;

	parse_vector(&vector, &packet);
	assert_octets("chaddr", span_of(packet.chaddr, sizeof packet.chaddr), "ab*6 00*10");
}

static void test_bootp(void **state) {
	struct vector vector = { "", HEAD, "", "", COOKIE "0c0161ff", DHCP4_FAULT_NONE };
	static struct dhcp4_packet packet;

	parse_vector(&vector, &packet);
	assert_int_equal(packet.type, DHCP4_BOOTP);
}

static void assert_texts(const char *sname, const char *file, const char *rest, const char *expected_sname,
			 const char *expected_file) {
	const struct vector vector = { "texts", HEAD, sname, file, rest, DHCP4_FAULT_NONE };
	static struct dhcp4_packet packet;

	assert_int_equal(dhcp4_parse(vector_octets(&vector), &packet), DHCP4_FAULT_NONE);
	assert_true(is_span_equal(packet.sname, span_of_text(expected_sname)));
	assert_true(is_span_equal(packet.file, span_of_text(expected_file)));
}

static void test_texts_in_fields(void **state) {
	assert_texts("", "", "00*64", "", "");
	assert_texts("6162", "6300 64", "00*64", "ab", "c");
	assert_texts("61*64", "62*128", COOKIE,
		     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
	assert_texts("0c0161 ff", "62", DISCOVER "340102", "", "b");
	assert_texts("61", "0c0162 ff", DISCOVER "340101", "a", "");
	assert_texts("0c0161 ff", "0f0162 ff", DISCOVER "340103", "", "");
}

static void test_zero_length_option(void **state) {
	struct vector vector = { "", HEAD, "", "", DISCOVER "50 00", DHCP4_FAULT_NONE };
	static struct dhcp4_packet packet;

	parse_vector(&vector, &packet);
	assert_true(has_dhcp4_option(&packet, 0x50));
	assert_int_equal(packet.options[0x50].len, 0);
}

/* Each row of the middle: an option's code, and its parts joined. */
static void test_joined_options(void **state) {
	static const struct {
		const char *sname, *file, *rest;
		uint8_t code;
		const char *value;
	} joins[] = {
		{ "", "", "0c0161 0c0162", 12, "6162" },
		{ "", "", "0c0161 0f0178 0c0162 0f0179 0c0163", 12, "616263" },
		{ "", "", "0c0161 0f0178 0c0162 0f0179 0c0163", 15, "7879" },
		{ "", "", "0c00 0c0161 0c00", 12, "61" },
		{ "", "", "0c00 0c00", 12, "" },
		{ "0c0163 ff", "0c0162 ff", "0c0161 340103", 12, "616263" },
		{ "0c0163 ff", "0c0162 ff", "0c0161 340102", 12, "6163" },
		{ "0c0163 ff", "0c0162 ff", "0c0161 340101", 12, "6162" },
		{ "0c0163 ff", "0c0162 ff", "0c0161", 12, "61" },
		{ "3d0103", "3d0102", "340103", 61, "0203" },
		{ "", "", "2bff 11*255 2b03 222222", 43, "11*255 22*3" },
	};

	for (size_t i = 0; i < ARRAY_LEN(joins); i++) {
		char rest[256];
		struct vector vector = { "", HEAD, joins[i].sname, joins[i].file, rest, DHCP4_FAULT_NONE };
		static struct dhcp4_packet packet;

		snprintf(rest, sizeof rest, "%s%s", DISCOVER, joins[i].rest);
		parse_vector(&vector, &packet);
		assert_octets(joins[i].rest, packet.options[joins[i].code], joins[i].value);
		assert_non_null(packet.options[joins[i].code].data);
	}
}

static void test_typed_options(void **state) {
	struct vector vector = { "", HEAD, "", "", DISCOVER "3204 0a4d0032 3304 00000e10 0c0161", DHCP4_FAULT_NONE };
	static struct dhcp4_packet packet;

	parse_vector(&vector, &packet);
	assert_int_equal(dhcp4_option_ip4(&packet, DHCP4_OPTION_REQUESTED_ADDRESS).value, 0x0a4d0032);
	assert_true(is_ip4_none(dhcp4_option_ip4(&packet, DHCP4_OPTION_SERVER_ID)));
	assert_int_equal(dhcp4_option_u32(&packet, DHCP4_OPTION_LEASE_TIME, 7), 3600);
	assert_int_equal(dhcp4_option_u32(&packet, DHCP4_OPTION_RENEWAL_TIME, 7), 7);
	assert_int_equal(dhcp4_option_u32(&packet, DHCP4_OPTION_HOST_NAME, 7), 7);
}

static void test_relay_suboptions(void **state) {
	static const struct {
		const char *rest;
		uint8_t code;
		const char *value; /* NULL: none */
	} relays[] = {
		{ "", 1, NULL },
		{ "5200", 1, NULL },
		{ "5206 0102aabb 0200", 1, "aabb" },
		{ "5206 0102aabb 0200", 2, "" },
		{ "5206 0102aabb 0200", 3, NULL },
		{ "5206 0101aa 0101bb", 1, "aa" },
		{ "5205 0101aa 0202", 1, NULL },
		{ "5204 0101aa 02", 1, NULL },
		{ "5203 0103aa 5202 bbcc", 1, "aabbcc" },
	};

	for (size_t i = 0; i < ARRAY_LEN(relays); i++) {
		char rest[256];
		struct vector vector = { "", HEAD, "", "", rest, DHCP4_FAULT_NONE };
		static struct dhcp4_packet packet;
		struct span value;

		snprintf(rest, sizeof rest, "%s%s", DISCOVER, relays[i].rest);
		parse_vector(&vector, &packet);
		value = dhcp4_relay_suboption(&packet, relays[i].code);
		assert_int_equal(value.data != NULL, relays[i].value != NULL);
		assert_octets(relays[i].rest, value, relays[i].value ? relays[i].value : "");
	}
}

static void test_texts(void **state) {
	for (int fault = DHCP4_FAULT_NONE; fault <= DHCP4_FAULT_TOO_MUCH; fault++)
		assert_true(strlen(dhcp4_fault_text((enum dhcp4_fault)fault)) > 5);
	assert_string_equal(dhcp4_fault_text((enum dhcp4_fault)99), "unknown fault");
	assert_string_equal(dhcp4_message_name(DHCP4_DISCOVER), "DHCPDISCOVER");
	assert_string_equal(dhcp4_message_name(DHCP4_INFORM), "DHCPINFORM");
	assert_string_equal(dhcp4_message_name((enum dhcp4_message_type)9), "unknown message");
}

static const struct dhcp4_header header = {
	.op = DHCP4_OP_REPLY,
	.htype = 1, .hlen = 6, .hops = 3, .xid = 0x12345678, .secs = 4, .flags = DHCP4_FLAG_BROADCAST,
	.ciaddr = { 0x0a000001 }, .yiaddr = { 0x0a000002 }, .siaddr = { 0x0a000003 }, .giaddr = { 0x0a000004 },
	.chaddr = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
};

/* A writer over dirty memory, of which one octet more is watched. */
static struct dhcp4_writer start(uint8_t octets[static DHCP4_MESSAGE_MAX + 1], size_t size, size_t trailer) {
	struct dhcp4_writer writer;

	memset(octets, 0xaa, DHCP4_MESSAGE_MAX + 1);
	dhcp4_write_start(&writer, octets, size, &header, trailer);
	return writer;
}

/* Close the message and read it back. */
static void finish(struct dhcp4_writer *writer, struct span relay_info, struct dhcp4_packet *ret_packet) {
	size_t len = dhcp4_write_finish(writer, relay_info);

	assert_true(len >= DHCP4_MESSAGE_MIN && len <= writer->limit);
	assert_int_equal(writer->octets[len < DHCP4_MESSAGE_MAX ? writer->limit : DHCP4_MESSAGE_MAX], 0xaa);
	assert_int_equal(dhcp4_parse_reply(span_of(writer->octets, len), ret_packet), DHCP4_FAULT_NONE);
}

static void test_write_small_reply(void **state) {
	uint8_t octets[DHCP4_MESSAGE_MAX + 1];
	struct dhcp4_writer writer = start(octets, DHCP4_MESSAGE_DEFAULT, 0);

	assert_true(dhcp4_write_u8(&writer, DHCP4_OPTION_MESSAGE_TYPE, DHCP4_ACK));
	assert_true(dhcp4_write_ip4(&writer, DHCP4_OPTION_SERVER_ID, (struct ip4){ 0x0a4d0001 }));
	assert_true(dhcp4_write_u32(&writer, DHCP4_OPTION_LEASE_TIME, 3600));
	assert_true(dhcp4_write_option(&writer, 80, span_of(NULL, 0)));
	assert_int_equal(dhcp4_write_finish(&writer, span_of(NULL, 0)), DHCP4_MESSAGE_MIN);
	assert_int_equal(writer.n_omitted, 0);
	assert_octets("reply", span_of(octets, DHCP4_MESSAGE_MIN),
		      "02 01 06 03 12345678 0004 8000 0a000001 0a000002 0a000003 0a000004 525400123456"
		      " 00*10 00*192" COOKIE
		      "350105 3604 0a4d0001 3304 00000e10 5000 ff 00*42");
}

/* RFC 951's size; the fields hold what they are for. */
static void test_write_bootp(void **state) {
	struct dhcp4_header bootp = { .op = DHCP4_OP_REPLY, .htype = 1, .hlen = 6,
				      .file = span_of_text("/boot"), .is_bootp = true };
	uint8_t octets[DHCP4_MESSAGE_MAX + 1], value[30] = { 0 };
	struct dhcp4_writer writer;

	memset(octets, 0xaa, sizeof octets);
	dhcp4_write_start(&writer, octets, DHCP4_MESSAGE_MIN, &bootp, 0);
	assert_true(dhcp4_write_ip4(&writer, DHCP4_OPTION_SUBNET_MASK, (struct ip4){ 0xffffff00 }));
	assert_true(dhcp4_write_option(&writer, 3, span_of(value, 20)));
	assert_false(dhcp4_write_option(&writer, 6, span_of(value, 30)));
	assert_true(dhcp4_write_option(&writer, 6, span_of(value, 16)));
	assert_false(dhcp4_write_option(&writer, 15, span_of(value, 12)));
	assert_true(dhcp4_write_option(&writer, 15, span_of(value, 11)));
	assert_int_equal(dhcp4_write_finish(&writer, span_of(NULL, 0)), DHCP4_MESSAGE_MIN);
	assert_octets("reply", span_of(octets, DHCP4_MESSAGE_MIN + 1),
		      "02 01 06 00*105 2f626f6f74 00*123" COOKIE
		      "0104ffffff00 0314 00*20 0610 00*16 0f0b 00*11 ff aa");
}

static void test_write_bootp_without_options(void **state) {
	struct dhcp4_header bootp = { .op = DHCP4_OP_REPLY, .htype = 1, .hlen = 6, .is_bootp = true };
	uint8_t octets[DHCP4_MESSAGE_MAX];
	struct dhcp4_writer writer;

	dhcp4_write_start(&writer, octets, sizeof octets, &bootp, 0);
	dhcp4_write_u32(&writer, DHCP4_OPTION_SUBNET_MASK, 0xffffff00);
	assert_int_equal(dhcp4_write_finish_plain(&writer), DHCP4_MESSAGE_MIN);
	assert_octets("reply", span_of(octets, DHCP4_MESSAGE_MIN), "02 01 06 00*297");
}

/* Options keep out of fields that hold something else, and a text is cut to fit. */
static void test_write_beside_texts(void **state) {
	static const char long_text[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
	struct dhcp4_header named = { .op = DHCP4_OP_REPLY, .file = span_of_text("f") };
	static struct dhcp4_packet packet;
	uint8_t octets[DHCP4_MESSAGE_MAX], value[200] = { 0 };
	struct dhcp4_writer writer;

	dhcp4_write_start(&writer, octets, DHCP4_MESSAGE_DEFAULT, &named, 0);
	assert_true(dhcp4_write_option(&writer, 43, span_of(value, 200)));
	assert_true(dhcp4_write_option(&writer, 60, span_of(value, 90)));
	assert_false(dhcp4_write_option(&writer, 77, span_of(value, 100)));
	assert_true(dhcp4_write_option(&writer, 15, span_of(value, 50)));
	assert_int_equal(writer.sname_used, 52);
	dhcp4_write_u8(&writer, DHCP4_OPTION_MESSAGE_TYPE, DHCP4_ACK);
	assert_int_equal(dhcp4_parse_reply(span_of(octets, dhcp4_write_finish(&writer, span_of(NULL, 0))), &packet),
			 DHCP4_FAULT_NONE);
	assert_true(is_span_equal(packet.file, span_of_text("f")));
	assert_int_equal(packet.options[15].len, 50);
	named.sname = span_of_text(long_text);
	dhcp4_write_start(&writer, octets, DHCP4_MESSAGE_DEFAULT, &named, 0);
	assert_memory_equal(octets + 44, long_text, DHCP4_SNAME_SIZE - 1);
	assert_int_equal(octets[44 + DHCP4_SNAME_SIZE - 1], 0);
}

/* The request of rogue detection, byte for byte ([MS-DHCPE] 2.2.2.4). */
static void test_write_request(void **state) {
	struct dhcp4_header inform = { .op = DHCP4_OP_REQUEST, .htype = 1, .hlen = 6, .xid = 0x12345678,
				       .ciaddr = { 0x0a4d0001 }, .chaddr = { 2, 0, 0, 0, 0, 1 } };
	static struct dhcp4_packet packet;
	uint8_t octets[DHCP4_MESSAGE_MAX];
	struct dhcp4_writer writer;

	dhcp4_write_start(&writer, octets, sizeof octets, &inform, 0);
	dhcp4_write_u8(&writer, DHCP4_OPTION_MESSAGE_TYPE, DHCP4_INFORM);
	dhcp4_write_option(&writer, DHCP4_OPTION_VENDOR_INFORMATION, span_of("\x5e", 2));
	assert_int_equal(dhcp4_write_finish(&writer, span_of(NULL, 0)), DHCP4_MESSAGE_MIN);
	assert_octets("request", span_of(octets, DHCP4_MESSAGE_MIN),
		      "01 01 06 00 12345678 0000 0000 0a4d0001 00*12 020000000001 00*10 00*192" COOKIE
		      "350108 2b02 5e00 ff 00*52");
	assert_int_equal(dhcp4_parse(span_of(octets, DHCP4_MESSAGE_MIN), &packet), DHCP4_FAULT_NONE);
	assert_int_equal(packet.type, DHCP4_INFORM);
}

static void test_write_long_option(void **state) {
	uint8_t octets[DHCP4_MESSAGE_MAX + 1], value[600];
	struct dhcp4_writer writer = start(octets, DHCP4_MESSAGE_MAX, 0);
	static struct dhcp4_packet packet;

	for (size_t i = 0; i < sizeof value; i++)
		value[i] = (uint8_t)(i * 7);
	assert_true(dhcp4_write_option(&writer, 125, span_of(value, sizeof value)));
	assert_true(dhcp4_write_option(&writer, 43, span_of(value, 255)));
	assert_true(dhcp4_write_option(&writer, 121, span_of(value, 256)));
	finish(&writer, span_of(NULL, 0), &packet);
	assert_octets("heads", span_of(octets + 240, 2), "7dff");
	assert_octets("heads", span_of(octets + 240 + 257, 2), "7dff");
	assert_octets("heads", span_of(octets + 240 + 514, 2), "7d5a");
	assert_octets("heads", span_of(octets + 240 + 606, 2), "2bff");
	assert_octets("heads", span_of(octets + 240 + 863, 2), "79ff");
	assert_octets("heads", span_of(octets + 240 + 863 + 257, 2), "7901");
	assert_true(is_span_equal(packet.options[125], span_of(value, sizeof value)));
	assert_true(is_span_equal(packet.options[43], span_of(value, 255)));
	assert_true(is_span_equal(packet.options[121], span_of(value, 256)));
}

/* 304 octets in the options field: 548 - 240 - end mark - overload option. */
static void test_write_into_all_fields(void **state) {
	uint8_t octets[DHCP4_MESSAGE_MAX + 1], value[300] = { 7, 8, 9 };
	struct dhcp4_writer writer = start(octets, DHCP4_MESSAGE_DEFAULT, 0);
	static struct dhcp4_packet packet;

	assert_true(dhcp4_write_option(&writer, 43, span_of(value, 300)));
	assert_int_equal(writer.used, 544);
	assert_true(dhcp4_write_option(&writer, 67, span_of(value, 125)));
	assert_int_equal(writer.file_used, 127);
	assert_true(dhcp4_write_option(&writer, 66, span_of(value, 57)));
	assert_true(dhcp4_write_option(&writer, 80, span_of(NULL, 0)));
	assert_int_equal(writer.sname_used, 61);
	assert_int_equal(writer.n_omitted, 0);
	assert_false(dhcp4_write_u8(&writer, 23, 64));
	assert_false(dhcp4_write_option(&writer, 15, span_of(value, 200)));
	assert_int_equal(writer.n_omitted, 2);
	finish(&writer, span_of(NULL, 0), &packet);
	assert_int_equal(writer.used, DHCP4_MESSAGE_DEFAULT);
	assert_octets("overload", packet.options[DHCP4_OPTION_OVERLOAD], "03");
	assert_true(is_span_equal(packet.options[43], span_of(value, 300)));
	assert_true(is_span_equal(packet.options[67], span_of(value, 125)));
	assert_true(is_span_equal(packet.options[66], span_of(value, 57)));
	assert_true(has_dhcp4_option(&packet, 80));
	assert_false(has_dhcp4_option(&packet, 15));
}

static void test_write_into_file_alone(void **state) {
	uint8_t octets[DHCP4_MESSAGE_MAX + 1], value[298] = { 7 };
	struct dhcp4_writer writer = start(octets, DHCP4_MESSAGE_DEFAULT, 0);
	static struct dhcp4_packet packet;

	assert_true(dhcp4_write_option(&writer, 43, span_of(value, 298)));
	assert_true(dhcp4_write_option(&writer, 67, span_of(value, 10)));
	finish(&writer, span_of(NULL, 0), &packet);
	assert_octets("overload", packet.options[DHCP4_OPTION_OVERLOAD], "01");
	assert_octets("sname", span_of(octets + 44, DHCP4_SNAME_SIZE), "00*64");
	assert_octets("file", span_of(octets + 108, DHCP4_FILE_SIZE), "43 0a 07 00*9 ff 00*115");
}

/* One octet of each field is the end mark's. */
static void test_write_to_the_last_octet(void **state) {
	uint8_t octets[DHCP4_MESSAGE_MAX + 1], value[300] = { 0 };
	struct dhcp4_writer writer = start(octets, DHCP4_MESSAGE_DEFAULT, 0);
	static struct dhcp4_packet packet;

	assert_true(dhcp4_write_option(&writer, 43, span_of(value, 300)));
	assert_false(dhcp4_write_option(&writer, 67, span_of(value, 126)));
	assert_true(dhcp4_write_option(&writer, 67, span_of(value, 125)));
	assert_false(dhcp4_write_option(&writer, 66, span_of(value, 62)));
	assert_true(dhcp4_write_option(&writer, 66, span_of(value, 61)));
	finish(&writer, span_of(NULL, 0), &packet);
	assert_int_equal(octets[44 + 63], DHCP4_OPTION_END);
	assert_int_equal(octets[108 + 127], DHCP4_OPTION_END);
}

/* Whatever was written before, the relay agent information stands last, whole, in the options field. */
static void test_relay_info_has_room(void **state) {
	for (size_t len = 0; len <= 290; len += 29) {
		uint8_t octets[DHCP4_MESSAGE_MAX + 1], value[290] = { 1, 2, 3 };
		struct dhcp4_writer writer = start(octets, DHCP4_MESSAGE_DEFAULT, len);
		static struct dhcp4_packet packet;
		struct span info = span_of(value, len);
		size_t part = len > 255 ? len - 255 : len; /* the last one, RFC 3396 */

		for (uint8_t code = 128; code < 250; code++)
			dhcp4_write_option(&writer, code, span_of(value, 3));
		assert_true(writer.n_omitted > 0);
		writer.n_omitted = 0;
		finish(&writer, info, &packet);
		assert_int_equal(writer.n_omitted, 0);
		assert_true(is_span_equal(packet.options[DHCP4_OPTION_RELAY_INFO], info));
		assert_int_equal(octets[writer.used - 1], DHCP4_OPTION_END);
		if (len > 0)
			assert_memory_equal(octets + writer.used - 1 - part, value + len - part, part);
	}
}

/* 304 fit without the heads of their two parts only. */
static void test_relay_info_too_long(void **state) {
	static const size_t lengths[] = { 301, 304, 305, 2000 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		uint8_t octets[DHCP4_MESSAGE_MAX + 1], value[2000] = { 1 };
		struct dhcp4_writer writer = start(octets, DHCP4_MESSAGE_DEFAULT, lengths[i]);
		static struct dhcp4_packet packet;

		assert_true(dhcp4_write_option(&writer, 43, span_of(value, 300)));
		assert_int_equal(writer.n_omitted, 0);
		finish(&writer, span_of(value, lengths[i]), &packet);
		assert_int_equal(writer.n_omitted, 1);
		assert_false(has_dhcp4_option(&packet, DHCP4_OPTION_RELAY_INFO));
		assert_int_equal(packet.options[43].len, 300);
	}
}

static void test_size_is_capped(void **state) {
	uint8_t octets[4096], value[255] = { 0 };
	struct dhcp4_writer writer;
	size_t n = 0;

	dhcp4_write_start(&writer, octets, sizeof octets, &header, 0);
	while (n < 20 && dhcp4_write_option(&writer, 43, span_of(value, sizeof value)))
		n++;
	assert_int_equal(n, 4);
	assert_int_equal(dhcp4_write_finish(&writer, span_of(NULL, 0)), 240 + 4 * 257 + 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_reply_fields),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_header_fields),
		cmocka_unit_test(test_chaddr_beyond_hlen_is_zero),
		cmocka_unit_test(test_bootp),
		cmocka_unit_test(test_texts_in_fields),
		cmocka_unit_test(test_zero_length_option),
		cmocka_unit_test(test_joined_options),
		cmocka_unit_test(test_typed_options),
		cmocka_unit_test(test_relay_suboptions),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_write_small_reply),
		cmocka_unit_test(test_write_bootp),
		cmocka_unit_test(test_write_bootp_without_options),
		cmocka_unit_test(test_write_beside_texts),
		cmocka_unit_test(test_write_request),
		cmocka_unit_test(test_write_long_option),
		cmocka_unit_test(test_write_into_all_fields),
		cmocka_unit_test(test_write_into_file_alone),
		cmocka_unit_test(test_write_to_the_last_octet),
		cmocka_unit_test(test_relay_info_has_room),
		cmocka_unit_test(test_relay_info_too_long),
		cmocka_unit_test(test_size_is_capped),
	};

	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
