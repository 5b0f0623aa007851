/* SPDX-License-Identifier: Apache-2.0 */
#include "store_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/wireint.h"

char fixture_directory[FIXTURE_DIRECTORY_MAX];

/* A store may have a thread that writes. */
static const char *_Atomic broken_call = "";
static atomic_uint broken_delay;

int fixture_setup(void **state) {
	snprintf(fixture_directory, sizeof fixture_directory, "store-test-XXXXXX");
	return mkdtemp(fixture_directory) ? 0 : -1;
}

static int remove_all(const char *path) {
	DIR *directory = opendir(path);
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory)
		closedir(directory);
	return rmdir(path);
}

int fixture_teardown(void **state) {
	char path[FIXTURE_DIRECTORY_MAX + 32];

	fixture_break("", 0);
	snprintf(path, sizeof path, "%s/leases.journal", fixture_directory);
	remove_all(path);
	return remove_all(fixture_directory);
}

void fixture_break(const char *call, unsigned delay) {
	broken_call = call;
	broken_delay = delay;
}

static bool is_broken(const char *call) {
	return strcmp(broken_call, call) == 0 && (broken_delay == 0 || broken_delay-- == 0); /* one thread at a time */
}

/* A meta page, which says what is valid, is written for itself and not as a whole page. */
#define META_WRITE_MAX 4095

/* LMDB is a shared library, so what it calls is found here before it is found in the C library. */
#pragma GCC visibility push(default)

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
	if (is_broken("pwrite") || (size <= META_WRITE_MAX && is_broken("meta"))) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int n_parts) {
	if (is_broken("pwrite")) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_writev, fd, parts, n_parts);
}

int fsync(int fd) {
	if (is_broken("fsync")) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
	if (is_broken("fdatasync")) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

#pragma GCC visibility pop

struct ip4 fixture_ip4(const char *text) {
	struct ip4 address = { 0 };

	ip4_parse(text, &address);
	return address;
}

struct client_key fixture_client(unsigned client) {
	struct client_key key = { 0 };

	if (client == 0)
		return key;
	key.len = 8;
	key.octets[0] = CLIENT_KEY_HARDWARE;
	key.octets[1] = 1;
	key.octets[2] = 2;
	be32_write(key.octets + 4, client);
	return key;
}

struct lease fixture_lease(const char *address, unsigned client, int64_t expiry) {
	struct lease lease = {
		.address = fixture_ip4(address),
		.scope = { fixture_ip4("10.77.0.0"), 16 },
		.state = client ? LEASE_ACTIVE : LEASE_DECLINED,
		.start = 1000,
		.changed = 1000,
		.expiry = expiry,
		.client = fixture_client(client),
	};

	if (client) {
		lease.htype = 1;
		lease.hlen = 6;
		memcpy(lease.chaddr, lease.client.octets + 2, 6);
	}
	snprintf(lease.host_name, sizeof lease.host_name, "host-%u", client);
	return lease;
}
