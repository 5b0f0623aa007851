/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is either refused with a sentence or a configuration; and a configuration reads back as itself when it is
 * printed, which is how the roles get theirs. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rt/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void check_reads_back(const struct config *config) {
	char *text = config_format(config), *again;
	struct config *copy;
	struct error error;

	check(config_read_text("again", text, strlen(text), &copy, &error) == 0);
	again = config_format(copy);
	check(strcmp(text, again) == 0);
	free(text);
	free(again);
	config_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct error error = { 0 };
	struct config *config;

	if (config_read_text("fuzz", (const char *)data, size, &config, &error) < 0) {
		check(error.code == E_DHCP_REGISTRY_INIT_FAILED && error.text[0]);
		return 0;
	}
	check_reads_back(config);
	config_free(config);
	return 0;
}
