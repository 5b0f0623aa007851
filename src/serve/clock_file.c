/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/clock_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"

#define CLOCK_FILE "clock"

struct clock_past clock_file_read(const char *state_directory) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/" CLOCK_FILE, state_directory);
	struct clock_past past = { 0 };
	uint8_t octets[CLOCK_PAST_MAX];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return past;
	len = read(fd, octets, sizeof octets);
	close(fd);
	if (len > 0)
		clock_past_decode(span_of(octets, (size_t)len), &past);
	return past;
}

/* Beside the old one and without a sync, so that nobody waits: what a power failure can take is the last minutes. */
void clock_file_write(const char *state_directory, const struct clock_past *past) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/" CLOCK_FILE, state_directory);
	char *new_path CLEANUP(cleanup_free) = mem_format("%s.new", path);
	uint8_t octets[CLOCK_PAST_MAX];
	ssize_t len = (ssize_t)clock_past_encode(past, octets);
	int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	bool is_written;

	if (fd < 0)
		return;
	is_written = write(fd, octets, (size_t)len) == len;
	close(fd);
	if (!is_written || rename(new_path, path) < 0)
		unlink(new_path);
}
