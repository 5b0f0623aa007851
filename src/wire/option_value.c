/* SPDX-License-Identifier: Apache-2.0 */
/* Each type is a row of a table: how one item of it is read and written. What is common to all (lists, quoting, the
 * way out into hexadecimal) is done once. */
#include "wire/option.h"

#include <inttypes.h>

#include "base/ip4.h"
#include "base/cursor.h"
#include "wire/domain.h"

#define ITEM_SIZE 300 /* longer than any item of a list: a domain name has 255 octets */
#define QUOTE_SIZE 64 /* of a wrong value in a sentence */
#define TYPE_NAMES_SIZE 320

/* How one type is read and written. An item parser gets the item without surrounding blanks and returns false if it
 * cannot be read; an item formatter reads one item and returns false if there is none that the parser would give
 * back. */
struct codec {
	struct option_type_info info;
	bool is_list;
	bool (*parse)(const char *item, struct writer *writer);
	bool (*format)(struct reader *reader, struct text *text);
};

static bool parse_flag(const char *item, struct writer *writer) {
	bool is_true = is_text_equal_nocase(item, "true");

	writer_u8(writer, is_true);
	return is_true || is_text_equal_nocase(item, "false");
}

static bool format_flag(struct reader *reader, struct text *text) {
	uint8_t value = reader_u8(reader);

	text_add(text, "%s", value ? "true" : "false");
	return value <= 1;
}

static bool parse_u8(const char *item, struct writer *writer) {
	uint64_t value = 0;
	int r = text_parse_u64(item, UINT8_MAX, &value);

	writer_u8(writer, (uint8_t)value);
	return r == 0;
}

static bool format_u8(struct reader *reader, struct text *text) {
	text_add(text, "%u", reader_u8(reader));
	return true;
}

static bool parse_u16(const char *item, struct writer *writer) {
	uint64_t value = 0;
	int r = text_parse_u64(item, UINT16_MAX, &value);

	writer_u16(writer, (uint16_t)value);
	return r == 0;
}

static bool format_u16(struct reader *reader, struct text *text) {
	text_add(text, "%u", reader_u16(reader));
	return true;
}

static bool parse_u32(const char *item, struct writer *writer) {
	uint64_t value = 0;
	int r = text_parse_u64(item, UINT32_MAX, &value);

	writer_u32(writer, (uint32_t)value);
	return r == 0;
}

static bool format_u32(struct reader *reader, struct text *text) {
	text_add(text, "%u", reader_u32(reader));
	return true;
}

static bool parse_u64(const char *item, struct writer *writer) {
	uint64_t value = 0;
	int r = text_parse_u64(item, UINT64_MAX, &value);

	writer_u64(writer, value);
	return r == 0;
}

static bool format_u64(struct reader *reader, struct text *text) {
	text_add(text, "%" PRIu64, reader_u64(reader));
	return true;
}

static bool parse_s32(const char *item, struct writer *writer) {
	bool is_negative = *item == '-';
	uint64_t value = 0;
	int r = text_parse_u64(item + is_negative, (uint64_t)INT32_MAX + is_negative, &value);

	writer_u32(writer, is_negative ? 0u - (uint32_t)value : (uint32_t)value);
	return r == 0;
}

static bool format_s32(struct reader *reader, struct text *text) {
	text_add(text, "%d", (int32_t)reader_u32(reader));
	return true;
}

static bool parse_duration(const char *item, struct writer *writer) {
	uint64_t seconds = 0;
	int r = text_parse_duration(item, UINT32_MAX, &seconds);

	writer_u32(writer, (uint32_t)seconds);
	return r == 0;
}

static bool format_duration(struct reader *reader, struct text *text) {
	text_add_duration(text, reader_u32(reader));
	return true;
}

static bool parse_ip4(const char *item, struct writer *writer) {
	struct ip4 address = { 0 };
	int r = ip4_parse(item, &address);

	writer_u32(writer, address.value);
	return r == 0;
}

static bool format_ip4(struct reader *reader, struct text *text) {
	char address[IP4_TEXT_MAX];

	text_add(text, "%s", ip4_format((struct ip4){ reader_u32(reader) }, address));
	return true;
}

static bool parse_ip4_pair(const char *item, struct writer *writer) {
	const char *slash = strchr(item, '/');
	char first[IP4_TEXT_MAX];

	if (!slash || (size_t)(slash - item) >= sizeof first)
		return false;
	memcpy(first, item, (size_t)(slash - item));
	first[slash - item] = '\0';
	return parse_ip4(first, writer) && parse_ip4(slash + 1, writer);
}

static bool format_ip4_pair(struct reader *reader, struct text *text) {
	format_ip4(reader, text);
	text_add(text, "/");
	return format_ip4(reader, text);
}

/* Octets of a route's destination that are sent: those that its mask covers, RFC 3442. */
static size_t significant_octets(uint8_t prefix_length) {
	return (prefix_length + 7u) / 8;
}

static bool parse_route(const char *item, struct writer *writer) {
	static const char via[] = " via ";
	const char *separator = strstr(item, via);
	struct ip4_subnet subnet;
	char destination[IP4_TEXT_MAX + 3];
	struct be32 network;

	if (!separator || (size_t)(separator - item) >= sizeof destination)
		return false;
	memcpy(destination, item, (size_t)(separator - item));
	destination[separator - item] = '\0';
	if (ip4_subnet_parse(destination, &subnet) < 0)
		return false;
	network = be32_from(subnet.network.value);
	writer_u8(writer, subnet.prefix_length);
	writer_put(writer, span_of(network.octets, significant_octets(subnet.prefix_length)));
	return parse_ip4(separator + strlen(via), writer);
}

static bool format_route(struct reader *reader, struct text *text) {
	uint8_t prefix_length = reader_u8(reader);
	struct be32 network = { { 0 } };
	char address[IP4_TEXT_MAX];
	struct span significant;

	if (prefix_length > 32)
		return false;
	significant = reader_take(reader, significant_octets(prefix_length));
	if (significant.len)
		memcpy(network.octets, significant.data, significant.len);
	text_add(text, "%s/%u via ", ip4_format((struct ip4){ be32_value(network) }, address), prefix_length);
	format_ip4(reader, text);
	return (be32_value(network) & ~ip4_mask(prefix_length)) == 0;
}

/* Length of the UTF-8 sequence at @octets (RFC 3629) that stands for a printable character; 0 if there is none. Control
 * characters are left out so that no value can play tricks on a terminal. */
static size_t utf8_length(const uint8_t *octets, size_t left) {
	static const uint32_t smallest[] = { 0, 0x20, 0xa0, 0x800, 0x10000 };
	size_t length = octets[0] < 0x80 ? 1 : octets[0] < 0xc0 ? 0 : octets[0] < 0xe0 ? 2 : octets[0] < 0xf0 ? 3 : 4;
	uint32_t character = length <= 1 ? octets[0] : octets[0] & (0x7fu >> length);

	if (length == 0 || length > left || octets[0] >= 0xf8 || octets[0] == 0x7f)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((octets[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (octets[i] & 0x3f);
	}
	if (character < smallest[length] || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
		return 0;
	return length;
}

static bool is_printable(struct span octets) {
	for (size_t at = 0, step; at < octets.len; at += step) {
		step = utf8_length(octets.data + at, octets.len - at);
		if (step == 0)
			return false;
	}
	return true;
}

static bool parse_text(const char *item, struct writer *writer) {
	writer_put(writer, span_of_text(item));
	return is_printable(span_of_text(item));
}

/* Backslashes stay single: they are common in the names of boot files, and nothing is unescaped when a value is read.
 * What nobody can have typed is for reading only, and escaped. */
static bool format_text(struct reader *reader, struct text *text) {
	struct span octets = reader_take_rest(reader);

	if (is_printable(octets))
		text_add(text, "%.*s", (int)octets.len, (const char *)octets.data);
	else
		text_add_escaped(text, octets);
	return true;
}

static bool parse_hex(const char *item, struct writer *writer) {
	size_t len = 0;
	int r = text_parse_hex(item, writer->size, writer->octets, &len);

	/* A longer value fails above; its length tells the two reasons apart. */
	if (r < 0 && strlen(item) > 2 * writer->size && strspn(item, "0123456789abcdefABCDEF:-") == strlen(item))
		writer->is_full = true;
	writer->len = len;
	return r == 0;
}

static bool format_hex(struct reader *reader, struct text *text) {
	text_add_hex(text, reader_take_rest(reader), '\0');
	return true;
}

static const struct codec codecs[] = {
	[OPTION_TYPE_FLAG] = { { "flag", "a switch", "true or false" }, false, parse_flag, format_flag },
	[OPTION_TYPE_U8] = { { "u8", "a number from 0 to 255", "64" }, false, parse_u8, format_u8 },
	[OPTION_TYPE_U16] = { { "u16", "a number from 0 to 65535", "1500" }, false, parse_u16, format_u16 },
	[OPTION_TYPE_U32] = { { "u32", "a number from 0 to 4294967295", "86400" }, false, parse_u32, format_u32 },
	[OPTION_TYPE_U64] = { { "u64", "a number from 0 to 18446744073709551615", "86400" }, false, parse_u64, format_u64 },
	[OPTION_TYPE_S32] = { { "s32", "a number from -2147483648 to 2147483647", "-3600" }, false, parse_s32,
			      format_s32 },
	[OPTION_TYPE_DURATION] = { { "duration", "a length of time", "90s, 1h30m or 8d" }, false, parse_duration,
				   format_duration },
	[OPTION_TYPE_IP4] = { { "ip4", "an IPv4 address", "10.0.0.1" }, false, parse_ip4, format_ip4 },
	[OPTION_TYPE_IP4_LIST] = { { "ip4-list", "an IPv4 address", "10.0.0.1,10.0.0.2" }, true, parse_ip4, format_ip4 },
	[OPTION_TYPE_IP4_PAIRS] = { { "ip4-pairs", "a pair of IPv4 addresses", "10.1.0.0/10.0.0.1,10.2.0.0/10.0.0.2" },
				    true, parse_ip4_pair, format_ip4_pair },
	[OPTION_TYPE_U8_LIST] = { { "u8-list", "a number from 0 to 255", "1,3,6" }, true, parse_u8, format_u8 },
	[OPTION_TYPE_U16_LIST] = { { "u16-list", "a number from 0 to 65535", "68,296,1500" }, true, parse_u16,
				   format_u16 },
	[OPTION_TYPE_U32_LIST] = { { "u32-list", "a number from 0 to 4294967295", "3600,86400" }, true, parse_u32,
				   format_u32 },
	[OPTION_TYPE_U64_LIST] = { { "u64-list", "a number from 0 to 18446744073709551615", "3600,86400" }, true,
				   parse_u64, format_u64 },
	[OPTION_TYPE_TEXT] = { { "text", "printable text in UTF-8", "example.com" }, false, parse_text, format_text },
	[OPTION_TYPE_DOMAIN_LIST] = { { "domain-list", "a domain name", "example.com,example.org" }, true, domain_parse,
				      domain_format },
	[OPTION_TYPE_ROUTES] = { { "routes", "a route", "10.1.0.0/16 via 10.0.0.1,0.0.0.0/0 via 10.0.0.254" }, true,
				 parse_route, format_route },
	[OPTION_TYPE_HEX] = { { "hex", "hexadecimal", "0a00ff or 0a:00:ff" }, false, parse_hex, format_hex },
};

static_assert(ARRAY_LEN(codecs) == OPTION_TYPE_COUNT, "every type has a row");

const struct option_type_info *option_type_get(enum option_type type) {
	assert(type < OPTION_TYPE_COUNT);
	return &codecs[type].info;
}

int option_type_find(const char *name, enum option_type *ret_type, struct error *reterr_error) {
	char array[TYPE_NAMES_SIZE], wrong[QUOTE_SIZE];
	struct text list, quote;

	text_init(&list, array, sizeof array);
	for (unsigned i = 0; i < OPTION_TYPE_COUNT; i++) {
		if (is_text_equal_nocase(codecs[i].info.name, name)) {
			*ret_type = (enum option_type)i;
			return 0;
		}
		text_add(&list, "%s%s", i ? ", " : "", codecs[i].info.name);
	}
	text_init(&quote, wrong, sizeof wrong);
	text_add_escaped(&quote, span_of_text(name));
	return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s\" is not a type; write one of %s", wrong, array);
}

static int refuse_value(const struct codec *codec, const char *value, struct error *reterr_error) {
	char array[QUOTE_SIZE];
	struct text quote;

	if (!*value)
		return error_set(reterr_error, E_DHCP_OPTION_TYPE_MISMATCH, "a value is missing; write for example %s",
				 codec->info.example);
	text_init(&quote, array, sizeof array);
	text_add_escaped(&quote, span_of_text(value));
	return error_set(reterr_error, E_DHCP_OPTION_TYPE_MISMATCH, "\"%s%s\" is not %s; write for example %s", array,
			 quote.is_truncated ? "..." : "", codec->info.expected, codec->info.example);
}

/* Copy the item at @list, up to the next comma, without the blanks around it. Returns what follows the item. */
static const char *take_item(const char *list, char ret_item[static ITEM_SIZE]) {
	const char *start = list + strspn(list, " "), *next = list + strcspn(list, ","), *end = next;
	size_t length;

	while (end > start && end[-1] == ' ')
		end--;
	length = end > start ? (size_t)(end - start) : 0;
	if (length >= ITEM_SIZE)
		length = ITEM_SIZE - 1; /* too long for any item, as it still is now */
	memcpy(ret_item, start, length);
	ret_item[length] = '\0';
	return next;
}

static int parse_list(const struct codec *codec, const char *list, struct writer *writer, struct error *reterr_error) {
	char item[ITEM_SIZE];

	for (;;) {
		list = take_item(list, item);
		if (!codec->parse(item, writer))
			return refuse_value(codec, item, reterr_error);
		if (!*list || writer->is_full)
			return 0;
		list++;
	}
}

static int parse_single(const struct codec *codec, const char *value, struct writer *writer,
			struct error *reterr_error) {
	/* Whether it is right or wrong, what is too long is said to be so. */
	if (!*value || (!codec->parse(value, writer) && !writer->is_full))
		return refuse_value(codec, value, reterr_error);
	return 0;
}

int option_value_parse(enum option_type type, const char *text, size_t max, uint8_t *ret_octets, size_t *ret_len,
		       struct error *reterr_error) {
	const struct codec *codec = &codecs[type];
	struct writer writer = writer_of(ret_octets, max < OPTION_VALUE_MAX ? max : OPTION_VALUE_MAX);
	int r;

	r = codec->is_list ? parse_list(codec, text, &writer, reterr_error) :
			     parse_single(codec, text, &writer, reterr_error);
	if (r < 0)
		return r;
	if (writer.is_full)
		return error_set(reterr_error, E_DHCP_OPTION_TYPE_MISMATCH, "the value is longer than %zu octets; shorten it",
				 writer.size);
	*ret_len = writer.len;
	return 0;
}

/* Add all items; false if the octets are not of the codec's type. */
static bool format_items(const struct codec *codec, struct span octets, struct text *text) {
	struct reader reader = reader_of(octets);

	if (octets.len == 0)
		return false;
	for (;;) {
		if (!codec->format(&reader, text) || reader.is_failed)
			return false;
		if (is_reader_at_end(&reader))
			return true;
		if (!codec->is_list)
			return false;
		text_add(text, ",");
	}
}

void option_type_format(enum option_type type, struct span octets, struct text *text) {
	struct text start = *text;

	assert(type < OPTION_TYPE_COUNT);
	if (format_items(&codecs[type], octets, text))
		return;
	*text = start;
	text->data[text->len] = '\0';
	text_add_hex(text, octets, '\0');
}

void option_value_format(uint8_t code, struct span octets, struct text *text) {
	const struct option_info *info = option_info_get(code);

	option_type_format(info ? info->type : OPTION_TYPE_HEX, octets, text);
}
