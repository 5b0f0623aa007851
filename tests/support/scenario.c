/* SPDX-License-Identifier: Apache-2.0 */
#include "support/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"
#include "base/wireint.h"

#define START_WALL_S 1700000000
#define LINE_MAX_SIZE 512
#define LINK_ADDRESSES_MAX 4

/* A client's packet under construction. */
struct maker {
	uint8_t octets[DHCP4_MESSAGE_MAX];
	size_t len;
	struct ip4 unicast_to, silent;
	bool is_unauthorized, is_paused, is_plain, is_store_short, is_store_doubtful;
	int64_t ahead_s;
	size_t min_len;
};

void scenario_init(struct scenario *ret_scenario, const struct snapshot *snapshot) {
	static const struct link_address link_addresses[] = { { { 0x0a000001 }, 24 } };

	*ret_scenario = (struct scenario){
		.engine = engine_new(),
		.leases = memory_leases_new(),
		.snapshot = snapshot,
		.now = { START_WALL_S, 1000000 },
		.link_addresses = link_addresses,
		.n_link_addresses = ARRAY_LEN(link_addresses),
		.enterprise = "",
	};
}

void scenario_reconfigure(struct scenario *scenario, const struct snapshot *snapshot) {
	scenario->snapshot = snapshot;
	engine_snapshot_changed(scenario->engine);
}

void scenario_done(struct scenario *scenario) {
	engine_free(scenario->engine);
	memory_leases_free(scenario->leases);
}

static struct ip4 address_of(const char *text) {
	struct ip4 address;

	if (ip4_parse(text, &address) < 0)
		fail_msg("not an address: %s", text);
	return address;
}

static void put_option(struct maker *maker, uint8_t code, const void *value, size_t len) {
	maker->octets[maker->len++] = code;
	maker->octets[maker->len++] = (uint8_t)len;
	memcpy(maker->octets + maker->len, value, len);
	maker->len += len;
}

static void put_u32(struct maker *maker, uint8_t code, uint32_t value) {
	struct be32 wire = be32_from(value);

	put_option(maker, code, wire.octets, 4);
}

static void put_hex(struct maker *maker, uint8_t code, const char *text) {
	uint8_t octets[255];
	size_t len;

	if (text_parse_hex(text, sizeof octets, octets, &len) < 0)
		fail_msg("not hexadecimal: %s", text);
	put_option(maker, code, octets, len);
}

static enum dhcp4_message_type type_of(const char *word) {
	static const struct {
		const char *word;
		enum dhcp4_message_type type;
	} words[] = { { "discover", DHCP4_DISCOVER }, { "request", DHCP4_REQUEST }, { "decline", DHCP4_DECLINE },
		      { "release", DHCP4_RELEASE },   { "inform", DHCP4_INFORM },   { "bootp", DHCP4_BOOTP },
		      { "offer", DHCP4_OFFER },       { "ack", DHCP4_ACK },         { "nak", DHCP4_NAK } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].type;
	fail_msg("unknown message: %s", word);
	return DHCP4_BOOTP;
}

static void maker_start(struct maker *maker, enum dhcp4_message_type type) {
	static const uint8_t cookie[] = { 99, 130, 83, 99 };

	memset(maker, 0, sizeof *maker);
	maker->octets[0] = DHCP4_OP_REQUEST;
	maker->octets[1] = 1;
	maker->octets[2] = 6;
	be32_write(maker->octets + 4, SCENARIO_XID);
	maker->octets[28] = 0x02;
	memcpy(maker->octets + DHCP4_HEADER_SIZE, cookie, sizeof cookie);
	maker->len = DHCP4_OPTIONS_OFFSET;
	if (type != DHCP4_BOOTP)
		put_option(maker, DHCP4_OPTION_MESSAGE_TYPE, &(uint8_t){ (uint8_t)type }, 1);
}

/* @text is CODE:HEX. */
static void put_any(struct maker *maker, const char *text) {
	put_hex(maker, (uint8_t)atoi(text), strchr(text, ':') + 1);
}

static void set_mac(struct maker *maker, const char *text) {
	size_t len;

	if (text_parse_hex(text, DHCP4_CHADDR_MAX, maker->octets + 28, &len) < 0)
		fail_msg("not hexadecimal: %s", text);
}

/* The words that only set a field, or the option that a word stands for. */
static bool maker_field(struct maker *maker, const char *name, const char *value) {
	if (strcmp(name, "m") == 0)
		maker->octets[33] = (uint8_t)atoi(value);
	else if (strcmp(name, "ci") == 0)
		be32_write(maker->octets + 12, address_of(value).value);
	else if (strcmp(name, "gi") == 0)
		be32_write(maker->octets + 24, address_of(value).value);
	else if (strcmp(name, "xid") == 0)
		be32_write(maker->octets + 4, (uint32_t)strtoul(value, NULL, 16));
	else if (strcmp(name, "flags") == 0)
		be16_write(maker->octets + 10, (uint16_t)strtoul(value, NULL, 16));
	else if (strcmp(name, "hops") == 0)
		maker->octets[3] = (uint8_t)atoi(value);
	else if (strcmp(name, "htype") == 0)
		maker->octets[1] = (uint8_t)atoi(value);
	else if (strcmp(name, "hlen") == 0)
		maker->octets[2] = (uint8_t)atoi(value);
	else if (strcmp(name, "bcast") == 0)
		maker->octets[10] = 0x80;
	else if (strcmp(name, "secs") == 0)
		be16_write(maker->octets + 8, (uint16_t)atoi(value));
	else if (strcmp(name, "sname") == 0)
		snprintf((char *)maker->octets + 44, DHCP4_SNAME_SIZE, "%s", value);
	else if (strcmp(name, "file") == 0)
		snprintf((char *)maker->octets + 108, DHCP4_FILE_SIZE, "%s", value);
	else
		return false;
	return true;
}

/* The words about what else the decision depends on. */
static bool maker_store(struct maker *maker, const char *name, const char *value) {
	if (strcmp(name, "short") == 0)
		maker->is_store_short = true;
	else if (strcmp(name, "doubtful") == 0)
		maker->is_store_doubtful = true;
	else if (strcmp(name, "ahead") == 0)
		maker->ahead_s = atoll(value);
	else
		return false;
	return true;
}

/* The words about how the packet is sent. */
static bool maker_way(struct maker *maker, const char *name, const char *value) {
	if (strcmp(name, "to") == 0)
		maker->unicast_to = address_of(value);
	else if (strcmp(name, "unauthorized") == 0)
		maker->is_unauthorized = true;
	else if (strcmp(name, "paused") == 0)
		maker->is_paused = true;
	else if (strcmp(name, "plain") == 0)
		maker->is_plain = true;
	else if (strcmp(name, "len") == 0)
		maker->min_len = (size_t)atoi(value);
	else if (strcmp(name, "silent") == 0)
		maker->silent = address_of(value);
	else
		return false;
	return true;
}

static void maker_word(struct maker *maker, const char *name, const char *value) {
	if (maker_field(maker, name, value) || maker_way(maker, name, value) || maker_store(maker, name, value))
		return;
	if (strcmp(name, "id") == 0)
		put_hex(maker, DHCP4_OPTION_CLIENT_ID, value);
	else if (strcmp(name, "req") == 0)
		put_u32(maker, DHCP4_OPTION_REQUESTED_ADDRESS, address_of(value).value);
	else if (strcmp(name, "sid") == 0)
		put_u32(maker, DHCP4_OPTION_SERVER_ID, address_of(value).value);
	else if (strcmp(name, "sel") == 0)
		put_u32(maker, DHCP4_OPTION_SUBNET_SELECTION, address_of(value).value);
	else if (strcmp(name, "lt") == 0)
		put_u32(maker, DHCP4_OPTION_LEASE_TIME, (uint32_t)strtoul(value, NULL, 10));
	else if (strcmp(name, "max") == 0)
		put_option(maker, DHCP4_OPTION_MAX_SIZE, be16_from((uint16_t)atoi(value)).octets, 2);
	else if (strcmp(name, "prl") == 0)
		put_hex(maker, DHCP4_OPTION_PARAMETER_LIST, value);
	else if (strcmp(name, "rai") == 0)
		put_hex(maker, DHCP4_OPTION_RELAY_INFO, value);
	else if (strcmp(name, "vendor") == 0)
		put_hex(maker, DHCP4_OPTION_VENDOR_INFORMATION, value);
	else if (strcmp(name, "name") == 0)
		put_option(maker, DHCP4_OPTION_HOST_NAME, value, strlen(value));
	else if (strcmp(name, "class") == 0)
		put_option(maker, DHCP4_OPTION_VENDOR_CLASS, value, strlen(value));
	else if (strcmp(name, "user") == 0)
		put_option(maker, DHCP4_OPTION_USER_CLASS, value, strlen(value));
	else if (strcmp(name, "opt") == 0)
		put_any(maker, value);
	else if (strcmp(name, "mac") == 0)
		set_mac(maker, value);
	else
		fail_msg("unknown word: %s", name);
}

static void maker_finish(struct maker *maker) {
	maker->octets[maker->len++] = DHCP4_OPTION_END;
	if (maker->is_plain) {
		memset(maker->octets + DHCP4_HEADER_SIZE, 0, maker->len - DHCP4_HEADER_SIZE);
		maker->len = DHCP4_MESSAGE_MIN;
	}
	if (maker->len < maker->min_len)
		maker->len = maker->min_len;
}

/* Split "name=value" at its first '='; the value is "" without one. */
static const char *word_value(char *word) {
	char *equals = strchr(word, '=');

	if (!equals)
		return "";
	*equals = '\0';
	return equals + 1;
}

/* Borrow the value of @code in the reply from @output or static storage; data NULL if absent. */
static struct span reply_option(const struct engine_output *output, uint8_t code) {
	static struct dhcp4_packet packet;

	assert_int_equal(dhcp4_parse_reply(span_of(output->octets, output->len), &packet), DHCP4_FAULT_NONE);
	return packet.options[code];
}

static void expect_u32(const struct engine_output *output, uint8_t code, const char *value, const char *line) {
	struct span option = reply_option(output, code);

	if (!option.data || be32_read(option.data) != strtoul(value, NULL, 10))
		fail_msg("%s: option %u is %u", line, code, option.data ? be32_read(option.data) : 0);
}

static void expect_option(const struct engine_output *output, const char *value, const char *line) {
	struct span option = reply_option(output, (uint8_t)atoi(value));
	uint8_t octets[255];
	char found[600];
	struct text text;
	size_t len = 0;

	if (text_parse_hex(strchr(value, ':') + 1, sizeof octets, octets, &len) < 0)
		fail_msg("%s: not hexadecimal", line);
	text_init(&text, found, sizeof found);
	text_add_hex(&text, option, '\0');
	if (!option.data || !is_span_equal(option, span_of(octets, len)))
		fail_msg("%s: option is %s", line, option.data ? found : "absent");
}

/* @value is OFFSET:HEX. */
static void expect_octets(const struct engine_output *output, const char *value, const char *line) {
	size_t offset = (size_t)atoi(value), len = 0;
	uint8_t octets[255];

	if (text_parse_hex(strchr(value, ':') + 1, sizeof octets, octets, &len) < 0)
		fail_msg("%s: not hexadecimal", line);
	if (offset + len > output->len || memcmp(output->octets + offset, octets, len) != 0)
		fail_msg("%s: other octets at %zu", line, offset);
}

static const char *path_name(enum reply_path path) {
	return path == REPLY_LINK ? "link" : path == REPLY_BROADCAST ? "broadcast" : "unicast";
}

/* @value is the length of the pattern that denies the client, or "none". */
static void expect_filter(const struct engine_output *output, const char *value) {
	if (strcmp(value, "none") == 0)
		assert_null(output->filter);
	else
		assert_int_equal(output->filter ? output->filter->len : 0, atoi(value));
}

static void expect_probe(const struct engine_output *output, const char *value, const char *line) {
	char address[IP4_TEXT_MAX], found[64];

	snprintf(found, sizeof found, "%s*%u", ip4_format(output->probe, address), output->probe_attempts);
	if (strcmp(found, value) != 0)
		fail_msg("%s: probe is %s", line, found);
}

/* What the engine tells the daemon beside the reply. */
static bool expect_told(const struct engine_output *output, const char *name, const char *value, const char *line) {
	if (strcmp(name, "other") == 0)
		assert_int_equal(output->other_server.value, address_of(value).value);
	else if (strcmp(name, "via") == 0)
		assert_int_equal(output->via.value, address_of(value).value);
	else if (strcmp(name, "filter") == 0)
		expect_filter(output, value);
	else if (strcmp(name, "residual") == 0)
		assert_int_equal(output->is_residual_full, atoi(value));
	else if (strcmp(name, "policy") == 0)
		assert_string_equal(output->policy ? output->policy->name : "", value);
	else if (strcmp(name, "rogue") == 0)
		assert_int_equal(output->is_rogue_request, atoi(value));
	else if (strcmp(name, "probe") == 0)
		expect_probe(output, value, line);
	else if (strcmp(name, "delay") == 0)
		assert_int_equal(output->delay_ms, atoi(value));
	else if (strcmp(name, "size") == 0)
		assert_int_equal(output->len, atoi(value));
	else if (strcmp(name, "file") == 0)
		assert_string_equal(output->boot_file ? output->boot_file->file : "", value);
	else if (strcmp(name, "unknown") == 0)
		assert_int_equal(output->is_boot_file_unknown, atoi(value));
	else
		return false;
	return true;
}

static void expect_word(const struct engine_output *output, const char *name, const char *value, const char *line) {
	if (strcmp(name, "path") == 0) {
		if (strcmp(path_name(output->path), value) != 0)
			fail_msg("%s: path is %s", line, path_name(output->path));
	} else if (strcmp(name, "dst") == 0) {
		assert_int_equal(output->destination.value, address_of(value).value);
	} else if (strcmp(name, "port") == 0) {
		assert_int_equal(output->port, atoi(value));
	} else if (strcmp(name, "lt") == 0) {
		expect_u32(output, DHCP4_OPTION_LEASE_TIME, value, line);
	} else if (strcmp(name, "t1") == 0) {
		expect_u32(output, DHCP4_OPTION_RENEWAL_TIME, value, line);
	} else if (strcmp(name, "t2") == 0) {
		expect_u32(output, DHCP4_OPTION_REBINDING_TIME, value, line);
	} else if (strcmp(name, "opt") == 0) {
		expect_option(output, value, line);
	} else if (strcmp(name, "at") == 0) {
		expect_octets(output, value, line);
	} else if (strcmp(name, "no") == 0) {
		if (reply_option(output, (uint8_t)atoi(value)).data)
			fail_msg("%s: option is there", line);
	} else if (!expect_told(output, name, value, line) && output->has_reply) {
		if (be32_read(output->octets + 16) != address_of(name).value)
			fail_msg("%s: address is %u.%u.%u.%u", line, output->octets[16], output->octets[17],
				 output->octets[18], output->octets[19]);
	}
}

static void expect_drop(const struct engine_output *output, const char *reason, const char *line) {
	if (output->has_reply)
		fail_msg("%s: answered with %s", line, dhcp4_message_name(output->sent));
	if (strcmp(drop_name(output->reason), reason) != 0)
		fail_msg("%s: dropped as %s", line, drop_name(output->reason));
}

static void expect_answer(const struct engine_output *output, const char *type, const char *line) {
	if (!output->has_reply)
		fail_msg("%s: dropped as %s", line, drop_name(output->reason));
	if (output->sent != type_of(type))
		fail_msg("%s: answered with %s", line, dhcp4_message_name(output->sent));
}

static void expect(const struct engine_output *output, char *words, const char *line) {
	char *rest, *word = strtok_r(words, " ", &rest);

	if (strcmp(word, "drop") == 0)
		expect_drop(output, strtok_r(NULL, " ", &rest), line);
	else
		expect_answer(output, word, line);
	while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
		const char *value = word_value(word);

		expect_word(output, word, value, line);
	}
}

static void send_packet(struct scenario *scenario, char *words, struct engine_output *ret_output) {
	struct ip4 host_addresses[LINK_ADDRESSES_MAX + 1] = { { 0xc0000201 } };
	char *rest, *word = strtok_r(words, " ", &rest);
	struct engine_input input;
	struct maker maker;

	maker_start(&maker, type_of(word));
	while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
		const char *value = word_value(word);

		maker_word(&maker, word, value);
	}
	maker_finish(&maker);
	assert_true(scenario->n_link_addresses <= LINK_ADDRESSES_MAX);
	for (size_t i = 0; i < scenario->n_link_addresses; i++)
		host_addresses[i + 1] = scenario->link_addresses[i].address;
	input = (struct engine_input){
		.octets = span_of(maker.octets, maker.len),
		.now = scenario->now,
		.is_authorized = !maker.is_unauthorized,
		.is_paused = maker.is_paused,
		.is_store_short = maker.is_store_short,
		.is_store_doubtful = maker.is_store_doubtful,
		.ahead_s = maker.ahead_s,
		.unicast_to = maker.unicast_to,
		.link_addresses = scenario->link_addresses,
		.n_link_addresses = scenario->n_link_addresses,
		.host_addresses = host_addresses,
		.n_host_addresses = scenario->n_link_addresses + 1,
		.snapshot = scenario->snapshot,
		.leases = memory_leases_view(scenario->leases),
		.enterprise = scenario->enterprise,
		.probe_xid = scenario->probe_xid,
		.silent = maker.silent,
		.trace = scenario->trace,
	};
	engine_handle(scenario->engine, &input, ret_output);
}

/* An answer to a ping. */
static bool play_answer(struct scenario *scenario, const char *line) {
	const struct engine_input input = {
		.now = scenario->now,
		.snapshot = scenario->snapshot,
		.leases = memory_leases_view(scenario->leases),
	};
	bool is_used = strncmp(line, "used ", 5) == 0;

	if (!is_used && strncmp(line, "unused ", 7) != 0)
		return false;
	assert_int_equal(engine_address_in_use(&input, address_of(strchr(line, ' ') + 1)),
			 is_used ? 0 : -E_NOT_FOUND);
	return true;
}

static void play_line(struct scenario *scenario, const char *line) {
	char words[LINE_MAX_SIZE], *arrow;
	struct engine_output output;

	if (line[0] == '+') {
		scenario->now.wall_s += atoi(line + 1);
		scenario->now.boot_ms += (uint64_t)atoi(line + 1) * 1000;
		return;
	}
	snprintf(words, sizeof words, "%s", line);
	if (play_answer(scenario, line))
		return;
	arrow = strstr(words, " -> ");
	if (!arrow)
		fail_msg("%s: no arrow", line);
	*arrow = '\0';
	send_packet(scenario, words, &output);
	expect(&output, arrow + 4, line);
}

void scenario_play(struct scenario *scenario, const char *script) {
	while (*script) {
		size_t len = strcspn(script, "\n");
		char line[LINE_MAX_SIZE];

		snprintf(line, sizeof line, "%.*s", (int)len, script);
		if (line[0])
			play_line(scenario, line);
		script += len + (script[len] == '\n');
	}
}
