/* SPDX-License-Identifier: Apache-2.0 */
/* lease_restore WHAT DIRECTORY SERVER - the steps of a restore, one by one, as the daemon's roles take them; the backup
 * directory is DIRECTORY/backup.
 *
 * WHAT is backup (make a generation of the leases), damage (spoil leases.mdb), prepare (have the newest generation take
 * the place of the leases at the next opening) or open (open the store, restoring it if that is due or was prepared;
 * prints "restored" or "opened", and how many leases there are). Exit status 1, with a sentence, if that fails. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/generation.h"
#include "store/lease_store_priv.h"
#include "store/restore.h"

#define SPOILED 12000 /* octets */

static struct restore_place place;
static struct error error;

static int fail(void) {
	fprintf(stderr, "lease_restore: %s\n", error.text);
	return 1;
}

static int put(void *context, const struct lease *lease) {
	return backup_write_lease(context, lease);
}

static int write_generation(struct lease_store *store, int fd) {
	struct lease_store_stat stat;
	struct backup_info info = { .time = place.now };
	struct backup_writer *writer;
	int r = lease_store_stat(store, &stat);

	info.sequence = stat.sequence;
	snprintf(info.server, sizeof info.server, "%s", place.server_name);
	writer = backup_writer_new(&info, generation_sink, &fd);
	if (r == 0)
		r = lease_store_visit(store, (struct ip4){ 0 }, (struct ip4){ UINT32_MAX }, put, writer);
	if (r == 0)
		r = backup_write_end(writer, &info);
	backup_writer_free(writer);
	return r == 0 ? fsync(fd) : r;
}

static int make_backup(void) {
	char *path CLEANUP(cleanup_free) =
		mem_format("%s/%s", place.backup_directory, generation_name_of(place.now, 1).text);
	struct lease_store *store;
	int fd, r = lease_store_open_reader(place.state_directory, &store, &error);

	if (r < 0)
		return fail();
	if (mkdir(place.backup_directory, 0700) < 0 && errno != EEXIST)
		err(1, "%s", place.backup_directory);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	r = fd < 0 ? -1 : write_generation(store, fd);
	lease_store_close(store);
	close(fd);
	fd = open(place.backup_directory, O_RDONLY | O_DIRECTORY);
	if (r < 0 || fsync(fd) < 0)
		err(1, "%s", path);
	return close(fd);
}

static int damage(void) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", place.state_directory, lease_store_kind.file);
	char octets[SPOILED];
	int fd = open(path, O_WRONLY);

	memset(octets, '?', sizeof octets);
	if (pwrite(fd, octets, sizeof octets, 0) != sizeof octets || fsync(fd) < 0)
		err(1, "%s", path);
	return close(fd);
}

static int prepare(void) {
	int directory = open(place.backup_directory, O_RDONLY | O_DIRECTORY), fd, r;
	struct generation_name newest;

	if (generation_list(directory, place.now, 1, &newest) != 1)
		errx(1, "%s has no generation", place.backup_directory);
	fd = generation_open(directory, newest.text, &error);
	r = fd < 0 ? fd : restore_prepare(&place, fd, &error);
	close(fd);
	close(directory);
	return r < 0 ? fail() : 0;
}

static int open_store(void) {
	struct restore_report report;
	struct lease_store_stat stat;
	struct lease_store *store;

	if (restore_store_open(&place, &store, &report, &error) < 0)
		return fail();
	lease_store_stat(store, &stat);
	printf("%s %llu\n", report.is_restored ? "restored" : "opened", (unsigned long long)stat.n_leases);
	lease_store_close(store);
	return 0;
}

int main(int argc, char **argv) {
	static const struct {
		const char *word;
		int (*run)(void);
	} steps[] = { { "backup", make_backup }, { "damage", damage }, { "prepare", prepare }, { "open", open_store } };
	char *backups CLEANUP(cleanup_free) = argc == 4 ? mem_format("%s/backup", argv[2]) : NULL;

	if (argc != 4)
		return 2;
	place = (struct restore_place){ argv[2], backups, argv[3], time(NULL), false, NULL };
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (strcmp(argv[1], steps[i].word) == 0)
			return steps[i].run();
	return 2;
}
