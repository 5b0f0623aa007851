/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "rt/file_priv.h"

static int fail(const char *path, const char *problem, struct error *reterr_error) {
	return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s cannot be read: %s", path, problem);
}

/* Read up to @size octets. */
static int read_all(int fd, char *text, size_t size, size_t *ret_len) {
	size_t len = 0;

	while (len < size) {
		ssize_t part = read(fd, text + len, size - len);

		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return -1;
		if (part == 0)
			break;
		len += (size_t)part;
	}
	*ret_len = len;
	return 0;
}

int file_read_opened(int fd, const char *path, size_t max, char **ret_text, size_t *ret_len,
		     struct error *reterr_error) {
	struct stat info;
	char *text CLEANUP(cleanup_free) = NULL;
	size_t size;

	if (fstat(fd, &info) < 0)
		return fail(path, strerror(errno), reterr_error);
	if (!S_ISREG(info.st_mode))
		return fail(path, "it is not a file", reterr_error);
	if ((size_t)info.st_size > max)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "%.200s is larger than %zu octets, which is not read",
				 path, max);
	size = (size_t)info.st_size + 1;
	text = mem_alloc(size);
	if (read_all(fd, text, size, ret_len) < 0)
		return fail(path, strerror(errno), reterr_error);
	if (*ret_len == size)
		return fail(path, "it grows while it is read", reterr_error);
	*ret_text = TAKE_POINTER(text);
	return 0;
}

/* Whatever stands there, opening it does not wait: it might be a pipe. */
int file_open(const char *path, struct error *reterr_error) {
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "there is no file %.200s", path);
	return fd < 0 ? fail(path, strerror(errno), reterr_error) : fd;
}

int file_read(const char *path, size_t max, char **ret_text, size_t *ret_len, struct error *reterr_error) {
	int fd = file_open(path, reterr_error), r;

	if (fd < 0)
		return fd;
	r = file_read_opened(fd, path, max, ret_text, ret_len, reterr_error);
	close(fd);
	return r;
}
