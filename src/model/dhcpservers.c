/* SPDX-License-Identifier: Apache-2.0 */
#include "model/dhcpservers.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "model/quote_priv.h"

#define FIELD_MAX DHCP_SERVER_NAME_MAX

/* Take over one field without its '$'. Fields that are unknown, or longer than any name, tell us nothing. */
static void take_field(const char *field, size_t len, struct dhcp_server *server) {
	char text[FIELD_MAX];
	bool has_cn;

	if (len < 2 || len > sizeof text)
		return;
	memcpy(text, field + 1, len - 1);
	text[len - 1] = '\0';
	has_cn = strncasecmp(text, "cn=", 3) == 0;
	if (field[0] == 'i' && ip4_parse(text, &server->address) == 0 &&
	    server->address.value == DHCP_SERVER_NO_ADDRESS)
		server->address.value = 0;
	if (field[0] == 'r')
		memcpy(server->object, has_cn ? text + 3 : text, has_cn ? len - 3 : len);
	if (field[0] == 's')
		memcpy(server->name, text, len);
}

int dhcp_server_parse(const char *value, struct dhcp_server *ret_server, struct error *reterr_error) {
	struct dhcp_server server = { 0 };
	char quoted[QUOTE_MAX];

	for (const char *field = value; *field;) {
		size_t len = strcspn(field, "$");

		take_field(field, len, &server);
		field += len + (field[len] == '$');
	}
	if (is_ip4_none(server.address) && !*server.name)
		return error_set(
			reterr_error, E_DDS_UNEXPECTED_ERROR,
			"the dhcpServers value \"%s\" has neither an address nor a name; remove it and authorize "
			"the server again",
			quote(span_of_text(value), quoted));
	*ret_server = server;
	return 0;
}

int dhcp_server_format(const struct dhcp_server *server, size_t size, char *ret_value) {
	const char *object = *server->object ? server->object : server->name;
	char address[IP4_TEXT_MAX];
	struct text text;

	if (size == 0 || !*server->name || strchr(server->name, '$') || strchr(object, '$'))
		return -E_INVALID_PARAMETER;
	ip4_format(is_ip4_none(server->address) ? (struct ip4){ DHCP_SERVER_NO_ADDRESS } : server->address, address);
	text_init(&text, ret_value, size);
	text_add(&text, "i%s$rcn=%s$f0x00000000$s%s$", address, object, server->name);
	return text.is_truncated ? -E_INVALID_PARAMETER : 0;
}

bool is_dhcp_server_equal(const struct dhcp_server *one, const struct dhcp_server *other) {
	return is_ip4_equal(one->address, other->address) && strcmp(one->object, other->object) == 0 &&
	       strcmp(one->name, other->name) == 0;
}

static size_t name_length(const char *name) {
	size_t len = strlen(name);

	return len && name[len - 1] == '.' ? len - 1 : len;
}

bool is_dhcp_server_name(const struct dhcp_server *server, const char *name) {
	size_t len = name_length(server->name);

	return len && len == name_length(name) && strncasecmp(server->name, name, len) == 0;
}

bool is_dhcp_server_address(const struct dhcp_server *server, const struct ip4 *addresses, size_t n_addresses) {
	for (size_t i = 0; i < n_addresses && !is_ip4_none(server->address); i++)
		if (is_ip4_equal(server->address, addresses[i]))
			return true;
	return false;
}
