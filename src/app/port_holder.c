/* SPDX-License-Identifier: Apache-2.0 */
#include "app/port_holder.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Columns of the kernel's table of UDP sockets. */
enum { COLUMN_LOCAL = 1, COLUMN_INODE = 9, COLUMN_COUNT };

/* The inode in a row of the table if its socket is on @port, else 0. Local addresses look like 0100007F:0043. */
static unsigned long row_inode(char *row, uint16_t port) {
	const char *columns[COLUMN_COUNT], *colon;
	size_t n = 0;

	for (char *column; n < COLUMN_COUNT && (column = strsep(&row, " "));)
		if (*column)
			columns[n++] = column;
	colon = n == COLUMN_COUNT ? strchr(columns[COLUMN_LOCAL], ':') : NULL;
	return colon && strtoul(colon + 1, NULL, 16) == port ? strtoul(columns[COLUMN_INODE], NULL, 10) : 0;
}

/* The inode of a socket on @port; 0 if there is none. */
static unsigned long find_inode(uint16_t port) {
	FILE *table = fopen("/proc/net/udp", "re");
	unsigned long found = 0;
	char line[256];

	while (table && !found && fgets(line, sizeof line, table))
		found = row_inode(line, port);
	if (table)
		fclose(table);
	return found;
}

static bool has_socket(const char *pid, unsigned long inode) {
	char path[64], wanted[64], target[64];
	struct dirent *entry;
	bool found = false;
	DIR *directory;

	snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
	snprintf(path, sizeof path, "/proc/%.16s/fd", pid);
	directory = opendir(path);
	while (directory && !found && (entry = readdir(directory))) {
		ssize_t len = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);

		target[len > 0 ? len : 0] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	if (directory)
		closedir(directory);
	return found;
}

static void describe(const char *pid, char *ret_text, size_t size) {
	char path[64], name[32] = "a program";
	FILE *file;

	snprintf(path, sizeof path, "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (file && fgets(name, sizeof name, file))
		name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
	snprintf(ret_text, size, "%s (process %.16s)", name, pid);
}

const char *port_holder_find(uint16_t port, char *ret_text, size_t size) {
	unsigned long inode = find_inode(port);
	DIR *processes = inode ? opendir("/proc") : NULL;
	struct dirent *entry;

	snprintf(ret_text, size, "another program, such as dnsmasq, dhcpd or systemd-networkd");
	while (processes && (entry = readdir(processes)))
		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name) && has_socket(entry->d_name, inode)) {
			describe(entry->d_name, ret_text, size);
			break;
		}
	if (processes)
		closedir(processes);
	return ret_text;
}
