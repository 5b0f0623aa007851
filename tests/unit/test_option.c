/* SPDX-License-Identifier: Apache-2.0 */
/* The option dictionary, and values between text and octets. */
#include "wire_support.h"

#include "wire/option.h"

static void test_dictionary_is_in_order(void **state) {
	const struct option_info *info;
	int before = 0;

	for (size_t i = 0; (info = option_info_at(i)); i++) {
		assert_true(info->code > before);
		assert_true(info->code < 255);
		assert_ptr_equal(option_info_get(info->code), info);
		before = info->code;
	}
	assert_true(before > 200);
}

static void test_dictionary_names(void **state) {
	const struct option_info *info;

	for (size_t i = 0; (info = option_info_at(i)); i++) {
		if (strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(info->name))
			fail_msg("%s is not lower case with hyphens", info->name);
		/* Finding itself and not an earlier row is what makes a name unique. */
		assert_ptr_equal(option_info_find(info->name), info);
	}
	assert_null(option_info_find("no-such-option"));
	assert_ptr_equal(option_info_find("Domain-Name-Servers"), option_info_get(6));
}

static void test_dictionary_prose(void **state) {
	const struct option_info *info;

	for (size_t i = 0; (info = option_info_at(i)); i++) {
		size_t len = strlen(info->prose);

		if (len < 10 || info->prose[len - 1] != '.' || !*info->reference)
			fail_msg("%s lacks a sentence or a reference", info->name);
	}
}

static void test_managed(void **state) {
	static const uint8_t managed[] = { 50, 51, 52, 53, 54, 55, 56, 57, 61, 82, 118 };
	static const uint8_t free_codes[] = { 1, 3, 6, 12, 43, 58, 59, 60, 66, 67, 121 };
	uint8_t octets[16], code;
	char text[32];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(managed); i++) {
		struct error error = { 0 };

		snprintf(text, sizeof text, "%u=1", managed[i]);
		assert_int_equal(option_assignment_parse(text, sizeof octets, &code, octets, &len, &error),
				 -E_INVALID_PARAMETER);
		assert_non_null(strstr(error.text, "by the server itself"));
	}
	for (size_t i = 0; i < ARRAY_LEN(free_codes); i++)
		assert_int_equal(option_info_get(free_codes[i])->flags & OPTION_FLAG_MANAGED, 0);
}

static void test_names_for_people(void **state) {
	char buffer[4];

	assert_string_equal(option_name(3, buffer), "routers");
	assert_string_equal(option_name(224, buffer), "224");
	assert_null(option_info_get(0));
	assert_null(option_info_get(224));
	assert_null(option_info_get(255));
}

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_012345678"
#define LABEL_63_OCTETS                                                                                                \
	"3f 6162636465666768696a6b6c6d6e6f707172737475767778797a2d"                                                  \
	"4142434445464748494a4b4c4d4e4f505152535455565758595a5f303132333435363738"

/* @value NULL: the same as what was typed. */
static const struct {
	const char *typed, *octets, *value;
} good[] = {
	{ "ip-forwarding=true", "01", NULL },
	{ "ip-forwarding=FALSE", "00", "false" },
	{ "default-ip-ttl=255", "ff", NULL },
	{ "default-ip-ttl=0", "00", NULL },
	{ "interface-mtu=1500", "05dc", NULL },
	{ "boot-size=65535", "ffff", NULL },
	{ "time-offset=-3600", "fffff1f0", NULL },
	{ "time-offset=0", "00000000", NULL },
	{ "time-offset=2147483647", "7fffffff", NULL },
	{ "time-offset=-2147483648", "80000000", NULL },
	{ "arp-cache-timeout=1h30m", "00001518", NULL },
	{ "arp-cache-timeout=5400", "00001518", "1h30m" },
	{ "dhcp-renewal-time=4294967295", "ffffffff", "7101w3d6h28m15s" },
	{ "dhcp-rebinding-time=0", "00000000", "0s" },
	{ "subnet-mask=255.255.255.0", "ffffff00", NULL },
	{ "routers=10.0.0.1", "0a000001", NULL },
	{ "Routers=10.0.0.1,10.0.0.2", "0a000001 0a000002", NULL },
	{ "routers= 10.0.0.1 ,  10.0.0.2 ", "0a000001 0a000002", "10.0.0.1,10.0.0.2" },
	{ "3=10.0.0.1", "0a000001", NULL },
	{ "003=10.0.0.1", "0a000001", NULL },
	{ "policy-filter=10.1.0.0/255.255.0.0,10.2.0.0/255.255.0.0", "0a010000ffff0000 0a020000ffff0000", NULL },
	{ "static-routes=10.1.0.0/10.0.0.1", "0a0100000a000001", NULL },
	{ "client-ndi=1,2,1", "010201", NULL },
	{ "path-mtu-plateau-table=68, 296,65535", "0044 0128 ffff", "68,296,65535" },
	{ "domain-name=example.com", "6578616d706c652e636f6d", NULL },
	{ "domain-name= a=b,c ", "20613d622c6320", NULL },
	{ "bootfile-name=boot\\x64\\wdsnbp.com", "626f6f745c7836345c776473 6e62702e636f6d", NULL },
	{ "root-path=/h\xc3\xa9/\xe2\x82\xac/\xf0\x9f\x98\x80", "2f68c3a92fe282ac2ff09f9880", NULL },
	{ "domain-search=example.com,a.example.org",
	  "07 6578616d706c65 03 636f6d 00 01 61 07 6578616d706c65 03 6f7267 00",
	  NULL },
	{ "domain-search=example.com.", "07 6578616d706c65 03 636f6d 00", "example.com" },
	{ "domain-search=" LABEL_63, LABEL_63_OCTETS "00", NULL },
	{ "domain-search=" LABEL_63 "." LABEL_63 "." LABEL_63 ".abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456",
	  LABEL_63_OCTETS LABEL_63_OCTETS LABEL_63_OCTETS "3d 6162636465666768696a6b6c6d6e6f707172737475767778797a2d"
							  "4142434445464748494a4b4c4d4e4f505152535455565758595a5f"
							  "30313233343536 00",
	  NULL },
	{ "classless-static-route=0.0.0.0/0 via 10.0.0.1", "00 0a000001", NULL },
	{ "classless-static-route=10.1.0.0/16 via 10.0.0.1,10.2.3.0/24 via 10.0.0.2,10.2.3.4/32 via 0.0.0.0",
	  "10 0a01 0a000001 18 0a0203 0a000002 20 0a020304 00000000", NULL },
	{ "classless-static-route=10.128.0.0/9 via 10.0.0.1", "09 0a80 0a000001", NULL },
	{ "vendor-encapsulated-options=01:04:00:00:00:02", "010400000002", "010400000002" },
	{ "224=00ff", "00ff", NULL },
	{ "254=0A", "0a", "0a" },
};

static void test_good_values(void **state) {
	char typed[1024], value[1024];

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const char *expected = good[i].value ? good[i].value : strchr(good[i].typed, '=') + 1;
		uint8_t octets[OPTION_VALUE_MAX], code = 0;
		struct error error = { 0 };
		struct text text;
		size_t len = 0;

		if (option_assignment_parse(good[i].typed, sizeof octets, &code, octets, &len, &error) < 0)
			fail_msg("%s: %s", good[i].typed, error.text);
		assert_octets(good[i].typed, span_of(octets, len), good[i].octets);
		text_init(&text, value, sizeof value);
		option_value_format(code, span_of(octets, len), &text);
		assert_string_equal(value, expected);
		snprintf(typed, sizeof typed, "%u=%s", code, value);
		assert_int_equal(option_assignment_parse(typed, sizeof octets, &code, octets, &len, NULL), 0);
		assert_octets(typed, span_of(octets, len), good[i].octets);
	}
}

static const struct {
	const char *typed;
	int code;
	const char *sentence; /* whole */
} bad[] = {
	{ "routers", E_INVALID_PARAMETER,
	  "an option is written NAME=VALUE or CODE=VALUE, for example routers=10.0.0.1" },
	{ "router=10.0.0.1", E_DHCP_OPTION_NOT_PRESENT, "there is no option \"router\"; did you mean \"routers\"?" },
	{ "xyzzy\x01=1", E_DHCP_OPTION_NOT_PRESENT,
	  "there is no option \"xyzzy\\x01\"; give a name of the standard or a code from 1 to 254" },
	{ "=1", E_DHCP_OPTION_NOT_PRESENT,
	  "there is no option \"\"; give a name of the standard or a code from 1 to 254" },
	{ "0=00", E_DHCP_OPTION_NOT_PRESENT,
	  "there is no option \"0\"; give a name of the standard or a code from 1 to 254" },
	{ "255=00", E_DHCP_OPTION_NOT_PRESENT,
	  "there is no option \"255\"; give a name of the standard or a code from 1 to 254" },
	{ "routers=", E_DHCP_OPTION_TYPE_MISMATCH, "option routers: a value is missing; write for example 10.0.0.1,10.0.0.2" },
	{ "domain-name=", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-name: a value is missing; write for example example.com" },
	{ "224=", E_DHCP_OPTION_TYPE_MISMATCH, "option 224: a value is missing; write for example 0a00ff or 0a:00:ff" },
	{ "routers=10.0.0.1,", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option routers: a value is missing; write for example 10.0.0.1,10.0.0.2" },
	{ "routers=10.0.0", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option routers: \"10.0.0\" is not an IPv4 address; write for example 10.0.0.1,10.0.0.2" },
	{ "routers=10.0.0.1 10.0.0.2", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option routers: \"10.0.0.1 10.0.0.2\" is not an IPv4 address; write for example 10.0.0.1,10.0.0.2" },
	{ "subnet-mask=255.255.255.0,1.2.3.4", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option subnet-mask: \"255.255.255.0,1.2.3.4\" is not an IPv4 address; write for example 10.0.0.1" },
	{ "ip-forwarding=yes", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option ip-forwarding: \"yes\" is not a switch; write for example true or false" },
	{ "default-ip-ttl=256", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option default-ip-ttl: \"256\" is not a number from 0 to 255; write for example 64" },
	{ "interface-mtu=65536", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option interface-mtu: \"65536\" is not a number from 0 to 65535; write for example 1500" },
	{ "time-offset=2147483648", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option time-offset: \"2147483648\" is not a number from -2147483648 to 2147483647; write for example -3600" },
	{ "time-offset=--1", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option time-offset: \"--1\" is not a number from -2147483648 to 2147483647; write for example -3600" },
	{ "arp-cache-timeout=soon", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option arp-cache-timeout: \"soon\" is not a length of time; write for example 90s, 1h30m or 8d" },
	{ "static-routes=10.1.0.0", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option static-routes: \"10.1.0.0\" is not a pair of IPv4 addresses; "
	  "write for example 10.1.0.0/10.0.0.1,10.2.0.0/10.0.0.2" },
	{ "classless-static-route=10.1.2.3/16 via 10.0.0.1", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option classless-static-route: \"10.1.2.3/16 via 10.0.0.1\" is not a route; "
	  "write for example 10.1.0.0/16 via 10.0.0.1,0.0.0.0/0 via 10.0.0.254" },
	{ "classless-static-route=10.1.0.0/16", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option classless-static-route: \"10.1.0.0/16\" is not a route; "
	  "write for example 10.1.0.0/16 via 10.0.0.1,0.0.0.0/0 via 10.0.0.254" },
	{ "domain-search=a..b", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-search: \"a..b\" is not a domain name; write for example example.com,example.org" },
	{ "domain-search=.", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-search: \".\" is not a domain name; write for example example.com,example.org" },
	{ "domain-search=b\xc3\xbc.de", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-search: \"b\\xc3\\xbc.de\" is not a domain name; write for example example.com,example.org" },
	{ "domain-search=" LABEL_63 "." LABEL_63 "." LABEL_63 ".abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_01234567",
	  E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-search: \"" LABEL_63 "...\" is not a domain name; write for example example.com,example.org" },
	{ "domain-search=x" LABEL_63, E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-search: \"xabcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_01234567...\" is not a domain name; "
	  "write for example example.com,example.org" },
	{ "domain-name=a\tb", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-name: \"a\\x09b\" is not printable text in UTF-8; write for example example.com" },
	{ "domain-name=\xc0\xaf", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-name: \"\\xc0\\xaf\" is not printable text in UTF-8; write for example example.com" },
	{ "domain-name=\xed\xa0\x80", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-name: \"\\xed\\xa0\\x80\" is not printable text in UTF-8; write for example example.com" },
	{ "domain-name=\xc2\x9b", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-name: \"\\xc2\\x9b\" is not printable text in UTF-8; write for example example.com" },
	{ "domain-name=a\xe2\x82", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option domain-name: \"a\\xe2\\x82\" is not printable text in UTF-8; write for example example.com" },
	{ "224=0", E_DHCP_OPTION_TYPE_MISMATCH, "option 224: \"0\" is not hexadecimal; write for example 0a00ff or 0a:00:ff" },
	{ "224=zz", E_DHCP_OPTION_TYPE_MISMATCH,
	  "option 224: \"zz\" is not hexadecimal; write for example 0a00ff or 0a:00:ff" },
};

static void test_bad_values(void **state) {
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t octets[OPTION_VALUE_MAX], code = 0;
		struct error error = { 0 };
		size_t len = 4711;

		assert_int_equal(option_assignment_parse(bad[i].typed, sizeof octets, &code, octets, &len, &error),
				 -bad[i].code);
		assert_int_equal(error.code, bad[i].code);
		assert_string_equal(error.text, bad[i].sentence);
		assert_int_equal(len, 4711);
		assert_int_equal(option_assignment_parse(bad[i].typed, sizeof octets, &code, octets, &len, NULL),
				 -bad[i].code);
	}
}

/* Types that only definitions use, and their names. */
static void test_types(void **state) {
	static const struct {
		const char *type, *typed, *octets;
		const char *written; /* NULL: as typed */
	} rows[] = {
		{ "u64", "18446744073709551615", "ffffffffffffffff", NULL },
		{ "U32-List", "1, 4294967295", "00000001ffffffff", "1,4294967295" },
		{ "u64-list", "1,2", "00000000000000010000000000000002", NULL },
		{ "text", "a=b,c", "613d622c63", NULL },
	};
	static const char *const wrong[][2] = { { "u64", "18446744073709551616" }, { "u32-list", "1,,2" }, { "flag", "77" } };
	uint8_t octets[OPTION_VALUE_MAX];
	struct error error = { 0 };
	enum option_type type;
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char array[200];
		struct text text;

		assert_int_equal(option_type_find(rows[i].type, &type, &error), 0);
		assert_int_equal(option_value_parse(type, rows[i].typed, sizeof octets, octets, &len, &error), 0);
		assert_octets(rows[i].typed, span_of(octets, len), rows[i].octets);
		text_init(&text, array, sizeof array);
		option_type_format(type, span_of(octets, len), &text);
		assert_string_equal(array, rows[i].written ? rows[i].written : rows[i].typed);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(option_type_find(wrong[i][0], &type, &error), 0);
		assert_int_equal(option_value_parse(type, wrong[i][1], sizeof octets, octets, &len, &error),
				 -E_DHCP_OPTION_TYPE_MISMATCH);
	}
}

static void test_every_type_has_a_name_and_an_example(void **state) {
	uint8_t octets[OPTION_VALUE_MAX];
	struct error error = { 0 };
	size_t len;

	for (unsigned i = 0; i < OPTION_TYPE_COUNT; i++) {
		const struct option_type_info *info = option_type_get((enum option_type)i);
		char example[64];
		enum option_type type;

		assert_int_equal(option_type_find(info->name, &type, &error), 0);
		assert_int_equal(type, i);
		/* the first of several */
		snprintf(example, sizeof example, "%s", info->example);
		if (type != OPTION_TYPE_ROUTES)
			example[strcspn(example, " ")] = '\0';
		if (type == OPTION_TYPE_DURATION)
			example[strcspn(example, ",")] = '\0';
		if (option_value_parse(type, example, sizeof octets, octets, &len, &error) < 0)
			fail_msg("%s: %s: %s", info->name, example, error.text);
	}
	assert_int_equal(option_type_find("ip4list", &(enum option_type){ 0 }, &error), -E_INVALID_PARAMETER);
	assert_string_equal(error.text, "\"ip4list\" is not a type; write one of flag, u8, u16, u32, u64, s32, duration, ip4, "
					"ip4-list, ip4-pairs, u8-list, u16-list, u32-list, u64-list, text, "
					"domain-list, routes, hex");
}

static void test_long_names_are_refused(void **state) {
	char typed[400];
	struct error error = { 0 };
	uint8_t octets[8], code;
	size_t len;

	memset(typed, 'a', sizeof typed);
	memcpy(typed + sizeof typed - 3, "=1", 3);
	assert_int_equal(option_assignment_parse(typed, sizeof octets, &code, octets, &len, &error),
			 -E_DHCP_OPTION_NOT_PRESENT);
	assert_true(strlen(error.text) < 250);
}

static void assert_limit(const char *fits, const char *too_long, size_t max) {
	uint8_t octets[OPTION_VALUE_MAX + 16], code;
	struct error error = { 0 };
	size_t len;

	memset(octets, 0xaa, sizeof octets);
	assert_int_equal(option_assignment_parse(fits, max, &code, octets, &len, NULL), 0);
	assert_int_equal(len, max);
	assert_int_equal(option_assignment_parse(too_long, max, &code, octets, &len, &error),
			 -E_DHCP_OPTION_TYPE_MISMATCH);
	assert_non_null(strstr(error.text, "the value is longer than"));
	assert_int_equal(octets[max], 0xaa);
}

static void test_limits(void **state) {
	static char fits[2 * OPTION_VALUE_MAX + 8], too_long[2 * OPTION_VALUE_MAX + 10];

	assert_limit("routers=1.1.1.1,2.2.2.2", "routers=1.1.1.1,2.2.2.2,3.3.3.3", 8);
	assert_limit("domain-name=abc", "domain-name=abcd", 3);
	assert_limit("224=0102", "224=010203", 2);
	assert_limit("domain-search=a.b", "domain-search=a.bc", 5);
	assert_limit("classless-static-route=0.0.0.0/0 via 1.1.1.1", "classless-static-route=1.0.0.0/8 via 1.1.1.1", 5);
	memcpy(fits, "224=", 4);
	memset(fits + 4, '5', 2 * OPTION_VALUE_MAX);
	snprintf(too_long, sizeof too_long, "%s55", fits);
	assert_limit(fits, too_long, OPTION_VALUE_MAX);
}

static const struct {
	uint8_t code;
	const char *octets, *value;
} foreign[] = {
	{ 3, "0a0000", "0a0000" },                            /* half an address */
	{ 3, "", "" },                                        /* none at all */
	{ 1, "ffffff00 00", "ffffff0000" },                   /* more than one */
	{ 19, "02", "02" },                                   /* neither true nor false */
	{ 33, "0a0100000a00000100", "0a0100000a00000100" },   /* a pair and a half */
	{ 12, "61 5c 1b 5b 32 4a 00", "a\\x5c\\x1b[2J\\x00" },/* a terminal's escape sequence */
	{ 12, "ff", "\\xff" },
	{ 12, "61 e2 82", "a\\xe2\\x82" }, /* half a character */
	{ 121, "21 0a000000 00 0a000001", "210a000000000a000001" },   /* prefix length 33 */
	{ 121, "08 0a 0a0000", "080a0a0000" },                        /* cut off */
	{ 121, "07 ff 0a000001", "07ff0a000001" },                    /* host bits */
	{ 119, "03 666f6f 00 03 626172 c000", "foo,bar.foo" },        /* pointer to an earlier name */
	{ 119, "03 666f6f 03 626172 00 01 78 c004 01 79 c009", "foo.bar,x.bar,y.x.bar" }, /* pointer to a pointer */
	{ 119, "c000", "c000" },                                      /* to itself */
	{ 119, "01 61 c000", "0161c000" },                            /* to the run it ends */
	{ 119, "01 61 00 c005 01 62 00", "016100c005016200" },        /* forward */
	{ 119, "01 61 c0", "0161c0" },                                /* half a pointer */
	{ 119, "03 61", "0361" },                                     /* cut off */
	{ 119, "01 61", "0161" },                                     /* no root */
	{ 119, "00", "00" },                                          /* the root alone */
	{ 119, "01 2e 00", "012e00" },                                /* a dot in a label */
	{ 119, "41 00*65 00", NULL },                                 /* reserved kind of label */
	{ 224, "00ff", "00ff" },
};

static void test_foreign_octets(void **state) {
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		static uint8_t octets[OCTETS_MAX];
		size_t len = octets_from_text(foreign[i].octets, octets);
		struct span value = span_of(octets + OCTETS_MAX - len, len);
		char array[256], hex[256];
		struct text text;

		/* At the end of the array, so that a read beyond them is one beyond it. */
		memmove(octets + OCTETS_MAX - len, octets, len);

		text_init(&text, hex, sizeof hex);
		text_add_hex(&text, value, '\0');
		text_init(&text, array, sizeof array);
		text_add(&text, "x=");
		option_value_format(foreign[i].code, value, &text);
		assert_string_equal(array + 2, foreign[i].value ? foreign[i].value : hex);
	}
}

/* Pointers that each lead one label back would be followed often; the length of a name ends that. */
static void test_chain_of_pointers(void **state) {
	static uint8_t octets[OPTION_VALUE_MAX];
	static char array[4 * OPTION_VALUE_MAX];
	struct text text;
	size_t len = 3;

	memcpy(octets, "\x01\x61", 3);
	for (size_t at = 0; len + 4 <= sizeof octets; at = len - 4) {
		octets[len++] = 1;
		octets[len++] = 'b';
		octets[len++] = (uint8_t)(0xc0 | at >> 8);
		octets[len++] = (uint8_t)at;
	}
	text_init(&text, array, sizeof array);
	option_value_format(119, span_of(octets, len), &text);
	assert_memory_equal(array, "016100", 6);
	text_init(&text, array, sizeof array);
	option_value_format(119, span_of(octets, 3 + 4 * 100), &text);
	assert_memory_equal(array, "a,b.a,b.b.a,", 12);
}

static void test_short_text_stays_short(void **state) {
	char array[8];
	struct text text;

	text_init(&text, array, sizeof array);
	option_value_format(3, span_of("\x0a\x00\x00\x01\x0a\x00\x00\x02", 8), &text);
	assert_true(text.is_truncated);
	assert_true(strlen(array) < sizeof array);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dictionary_is_in_order),
		cmocka_unit_test(test_dictionary_names),
		cmocka_unit_test(test_dictionary_prose),
		cmocka_unit_test(test_managed),
		cmocka_unit_test(test_names_for_people),
		cmocka_unit_test(test_good_values),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_every_type_has_a_name_and_an_example),
		cmocka_unit_test(test_long_names_are_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_foreign_octets),
		cmocka_unit_test(test_chain_of_pointers),
		cmocka_unit_test(test_short_text_stays_short),
	};

	return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
