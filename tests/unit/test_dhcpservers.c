/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/dhcpservers.h"

static void test_values_seen_in_the_field(void **state) {
	static const struct {
		const char *value;
		uint32_t address;
		const char *object, *name;
	} rows[] = {
		/* as Windows' own tools write it */
		{ "i57.60.41.211$rcn=dhcp.contoso.com$f0x00000000$sdhcp.contoso.com$", 0x393c29d3, "dhcp.contoso.com",
		  "dhcp.contoso.com" },
		/* no IPv4 address */
		{ "i255.0.0.1$rcn=a.example$f0x00000000$sa.example$", 0, "a.example", "a.example" },
		/* another order, no last '$', an unknown field, case */
		{ "sA.example$x1$i10.0.0.1$rCN=A.example", 0x0a000001, "A.example", "A.example" },
		/* one of the two is enough */
		{ "i10.0.0.1$", 0x0a000001, "", "" },
		{ "sa.example", 0, "", "a.example" },
		/* a bad address is none; an object may lack its "cn=" */
		{ "i10.0.0.300$r10.0.0.3$sa.example$", 0, "10.0.0.3", "a.example" },
		{ "$$i10.0.0.1$$s$r$", 0x0a000001, "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dhcp_server server;

		assert_int_equal(dhcp_server_parse(rows[i].value, &server, NULL), 0);
		assert_int_equal(server.address.value, rows[i].address);
		assert_string_equal(server.object, rows[i].object);
		assert_string_equal(server.name, rows[i].name);
	}
}

static void test_values_without_a_server(void **state) {
	static const char *const values[] = { "", "$", "rcn=a$f0x0$", "i$s$", "i255.0.0.1$", "10.0.0.1", "s" };
	struct dhcp_server server;
	struct error error;

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		assert_int_equal(dhcp_server_parse(values[i], &server, &error), -E_DDS_UNEXPECTED_ERROR);
		assert_non_null(strstr(error.text, "neither an address nor a name"));
	}
}

static void test_names_have_a_limit(void **state) {
	char value[400] = "s";
	struct dhcp_server server;

	memset(value + 1, 'a', DHCP_SERVER_NAME_MAX - 1);
	assert_int_equal(dhcp_server_parse(value, &server, NULL), 0);
	assert_int_equal(strlen(server.name), DHCP_SERVER_NAME_MAX - 1);
	value[DHCP_SERVER_NAME_MAX] = 'a';
	assert_int_equal(dhcp_server_parse(value, &server, NULL), -E_DDS_UNEXPECTED_ERROR);
}

static void test_written_values_are_exact_and_read_back(void **state) {
	struct dhcp_server server = { .address = { 0x393c29d3 }, .name = "dhcp.contoso.com" }, again;
	char value[DHCP_SERVER_VALUE_MAX];

	assert_int_equal(dhcp_server_format(&server, sizeof value, value), 0);
	assert_string_equal(value, "i57.60.41.211$rcn=dhcp.contoso.com$f0x00000000$sdhcp.contoso.com$");
	assert_int_equal(dhcp_server_parse(value, &again, NULL), 0);
	assert_string_equal(again.name, server.name);
	server.address.value = 0;
	assert_int_equal(dhcp_server_format(&server, sizeof value, value), 0);
	assert_string_equal(value, "i255.0.0.1$rcn=dhcp.contoso.com$f0x00000000$sdhcp.contoso.com$");
}

static void test_unwritable_values(void **state) {
	struct dhcp_server server = { .address = { 1 }, .name = "a$b" };
	char value[DHCP_SERVER_VALUE_MAX];

	assert_int_equal(dhcp_server_format(&server, sizeof value, value), -E_INVALID_PARAMETER);
	strcpy(server.name, "ab");
	strcpy(server.object, "a$b");
	assert_int_equal(dhcp_server_format(&server, sizeof value, value), -E_INVALID_PARAMETER);
	strcpy(server.object, "");
	assert_int_equal(dhcp_server_format(&server, 10, value), -E_INVALID_PARAMETER);
	strcpy(server.name, "");
	assert_int_equal(dhcp_server_format(&server, sizeof value, value), -E_INVALID_PARAMETER);
}

static void test_match_is_by_name_or_address(void **state) {
	static const struct ip4 addresses[] = { { 0x0a000001 }, { 0x0a000002 }, { 0 } };
	static const struct {
		const char *value, *name;
		size_t n_addresses;
		bool is_match;
	} rows[] = {
		{ "i10.0.0.9$sDHCP1.example.com$", "dhcp1.EXAMPLE.com", 0, true },
		{ "i10.0.0.2$sother$", "dhcp1", 2, true },
		{ "i10.0.0.2$sother$", "dhcp1", 1, false },
		{ "ssrv-dhcp1$", "dhcp1", 2, false },
		{ "sdhcp1x$", "dhcp1", 2, false },
		/* a dot at the end is how a zone file writes it */
		{ "sdhcp1.example.com.$", "dhcp1.example.com", 0, true },
		{ "sdhcp1.example.com$", "dhcp1.example.com.", 0, true },
		{ "sdhcp1.example.com..$", "dhcp1.example.com", 0, false },
		{ "i10.0.0.9$s.$", "", 0, false },
		{ "i10.0.0.9$s.$", ".", 0, false },
		/* no address is not "the same" as no address, and no name not as no name */
		{ "i255.0.0.1$sother$", "dhcp1", 3, false },
		{ "i10.0.0.9$", "", 3, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dhcp_server server;

		assert_int_equal(dhcp_server_parse(rows[i].value, &server, NULL), 0);
		assert_int_equal(is_dhcp_server_name(&server, rows[i].name) ||
					 is_dhcp_server_address(&server, addresses, rows[i].n_addresses),
				 rows[i].is_match);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_seen_in_the_field),
		cmocka_unit_test(test_values_without_a_server),
		cmocka_unit_test(test_names_have_a_limit),
		cmocka_unit_test(test_written_values_are_exact_and_read_back),
		cmocka_unit_test(test_unwritable_values),
		cmocka_unit_test(test_match_is_by_name_or_address),
	};

	return cmocka_run_group_tests_name("dhcpservers", tests, NULL, NULL);
}
