/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "app/ctl/daemon.h"
#include "app/ctl/directory.h"
#include "app/ctl/output.h"

#define DEFAULT_CONFIG SYSCONFDIR "/lessor/lessord.conf"
#define DEFAULT_SOCKET "/run/lessor/api.sock"

int ctl_read_config(struct ctl *ctl, struct error *reterr_error) {
	const char *path = flag_value(&ctl->arguments, FLAG_CONFIG);

	if (ctl->config || (!path && access(DEFAULT_CONFIG, R_OK) < 0))
		return 0;
	return config_read_file(path ? path : DEFAULT_CONFIG, &ctl->config, reterr_error);
}

int ctl_reject_usage(struct ctl *ctl, struct error *reterr_error, const char *format, ...) {
	char sentence[sizeof reterr_error->text];
	va_list args;

	ctl->is_usage_wrong = true;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s", sentence);
}

int ctl_open_directory(struct ctl *ctl, struct directory **ret_directory, struct error *reterr_error) {
	int r = ctl->directory ? 0 : ctl_read_config(ctl, reterr_error);

	/* A file of defaults that cannot be used stands in nobody's way who says where to go. */
	if (r < 0 && is_flag_given(&ctl->arguments, FLAG_URI))
		r = 0;
	if (r == 0 && !ctl->directory)
		r = directory_open(&ctl->arguments, ctl->config, ctl->arena, &ctl->directory, reterr_error);
	if (r == 0)
		*ret_directory = ctl->directory;
	return r;
}

int ctl_find_socket(struct ctl *ctl, const char **ret_path, struct error *reterr_error) {
	const char *path = flag_value(&ctl->arguments, FLAG_SOCKET);
	int r = path ? 0 : ctl_read_config(ctl, reterr_error);

	if (r == 0)
		*ret_path = path ? path : ctl->config ? ctl->config->api_socket : DEFAULT_SOCKET;
	return r;
}

void ctl_recheck(struct ctl *ctl) {
	struct error ignored;
	const char *path;

	if (ctl_find_socket(ctl, &path, &ignored) == 0)
		daemon_recheck(path);
}

int ctl_done(const struct ctl *ctl, json_t *object) {
	if (ctl->is_json)
		output_json(stdout, object);
	else
		printf("%s\n", json_string_value(json_object_get(object, "message")));
	json_decref(object);
	return 0;
}

json_t *ctl_message(const char *dn, const char *format, ...) {
	char sentence[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return json_pack("{s:o, s:o}", "message", output_text(sentence), "dn", output_text(dn));
}

int ctl_list(const struct ctl *ctl, const char *key, json_t *items, const struct column *columns, size_t n_columns,
	     const char *empty) {
	if (ctl->is_json) {
		json_t *document = json_pack("{s:O}", key, items);

		output_json(stdout, document);
		json_decref(document);
	} else if (json_array_size(items) == 0) {
		printf("%s\n", empty);
	} else {
		output_table(stdout, items, columns, n_columns);
	}
	json_decref(items);
	return 0;
}
