/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/choices.h"

static enum connection_bind bind_of(unsigned choice) {
	static const enum connection_bind binds[] = {
		[CONFIG_BIND_ANONYMOUS] = CONNECTION_ANONYMOUS,
		[CONFIG_BIND_SIMPLE] = CONNECTION_SIMPLE,
		[CONFIG_BIND_EXTERNAL] = CONNECTION_EXTERNAL,
		[CONFIG_BIND_GSSAPI] = CONNECTION_GSSAPI,
	};

	return binds[choice];
}

static enum connection_tls tls_of(unsigned choice) {
	static const enum connection_tls choices[] = {
		[CONFIG_START_TLS_AUTO] = CONNECTION_TLS_AUTO,
		[CONFIG_START_TLS_YES] = CONNECTION_TLS_YES,
		[CONFIG_START_TLS_NO] = CONNECTION_TLS_NO,
	};

	return choices[choice];
}

static enum connection_sasl sasl_of(unsigned choice) {
	static const enum connection_sasl choices[] = {
		[CONFIG_SASL_AUTO] = CONNECTION_SASL_AUTO,
		[CONFIG_SASL_NONE] = CONNECTION_SASL_NONE,
		[CONFIG_SASL_SIGN] = CONNECTION_SASL_SIGN,
		[CONFIG_SASL_SEAL] = CONNECTION_SASL_SEAL,
	};

	return choices[choice];
}

static enum connection_binding channel_binding_of(unsigned choice) {
	static const enum connection_binding choices[] = {
		[CONFIG_CHANNEL_BINDING_NONE] = CONNECTION_BINDING_NONE,
		[CONFIG_CHANNEL_BINDING_TLS_UNIQUE] = CONNECTION_BINDING_TLS_UNIQUE,
		[CONFIG_CHANNEL_BINDING_TLS_ENDPOINT] = CONNECTION_BINDING_TLS_ENDPOINT,
	};

	return choices[choice];
}

void choices_apply(const struct config *config, struct connection_settings *settings) {
	settings->bind = bind_of(config->bind);
	settings->start_tls = tls_of(config->start_tls);
	settings->sasl = sasl_of(config->sasl_security);
	settings->channel_binding = channel_binding_of(config->channel_binding);
}
