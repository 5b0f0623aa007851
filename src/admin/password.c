/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/password.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int take_line(FILE *file, const char *from, char ret_password[static PASSWORD_MAX], struct error *reterr_error) {
	size_t len;

	if (!fgets(ret_password, PASSWORD_MAX, file))
		ret_password[0] = '\0';
	len = strcspn(ret_password, "\r\n");
	if (len == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s gave no password", from);
	if (!ret_password[len] && len + 1 == PASSWORD_MAX)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the password from %s is longer than %d characters", from,
				 PASSWORD_MAX - 2);
	ret_password[len] = '\0';
	return 0;
}

int password_read_file(const char *path, char ret_password[static PASSWORD_MAX], struct error *reterr_error) {
	FILE *file = fopen(path, "re");
	int r;

	if (!file)
		return error_set(reterr_error, E_ACCESS_DENIED, "the password file %s cannot be read: %s", path, strerror(errno));
	r = take_line(file, path, ret_password, reterr_error);
	fclose(file);
	return r;
}
