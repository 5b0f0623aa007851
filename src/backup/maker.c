/* SPDX-License-Identifier: Apache-2.0 */
/* A generation is written in the state directory first, whose disk the daemon depends on anyway, and only then brought
 * to the backup directory. So the leases are read in one go: a reading that hangs with a disk far away would keep the
 * store from using its free pages again, and it would grow. */
#include "backup/maker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backup/catalog.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "store/generation.h"
#include "store/lease_store.h"
#include "store/restore.h"

#define DIRECTORY_MODE 0700
#define FILE_MODE 0600
#define SPOOL_FILE "backup.new"
#define PART_PREFIX "."  /* before the name of a generation that is not whole yet */
#define PART_SUFFIX ".new"
#define AGAIN_MAX 10000  /* generations of one second */
#define SPACE_LEFT ((uint64_t)16 << 20) /* of the state directory's disk, which leases need more than backups */
#define STORE_PER_BACKUP 4 /* octets of leases.mdb, at most, for one of a backup */
#define COPY_SIZE 65536

/* A generation in the making. */
struct making {
	const struct maker_place *place;
	struct backup_state *state;
	int directory; /* of the backup; -1: not open yet */
	struct backup_info info;
	struct generation_name name;
	struct error error;
	bool is_path_wrong; /* the trouble is the directory itself */
	bool is_store_bad;  /* the trouble is the lease store, which cannot be read */
};

static const char *advice(int number) {
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return "free some space on its disk";
	case EACCES:
	case EPERM:
		return "give it to the user that lessord runs as";
	case ENOTDIR:
	case ELOOP:
		return "put a directory there, not a symbolic link to one, or set another 'backup-directory'";
	case ENOENT:
	case EROFS:
		return "put a directory there that can be written to, or set another 'backup-directory'";
	default:
		return "look at its disk";
	}
}

static int fail(struct making *making, const char *what, const char *path) {
	return error_set(&making->error, E_DHCP_JET_ERROR, "%s %s: %s; %s", path, what, strerror(errno), advice(errno));
}

/* Of the directory itself: it is gone, somebody else's, a file, read-only. */
static int fail_directory(struct making *making, const char *what) {
	making->is_path_wrong = errno != ENOSPC && errno != EDQUOT && errno != EIO;
	return fail(making, what, making->place->backup_directory);
}

static int directory_open(const char *path) {
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && mkdir(path, DIRECTORY_MODE) == 0)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd;
}

static int making_open(struct making *making) {
	making->directory = directory_open(making->place->backup_directory);
	return making->directory < 0 ? fail_directory(making, "cannot be used") : 0;
}

static void making_close(struct making *making) {
	if (making->directory >= 0)
		close(making->directory);
}

/* Embedded: a file of leases in the making. */
struct spool {
	char *path;
	int fd;
	struct backup_writer *writer;
	int failure; /* errno */
};

static int spool_lease(void *context, const struct lease *lease) {
	struct spool *spool = context;

	if (backup_write_lease(spool->writer, lease) == 0)
		return 0;
	spool->failure = errno;
	return -E_DHCP_JET_ERROR;
}

static int spool_fail(struct making *making, const struct spool *spool) {
	errno = spool->failure;
	return fail(making, "cannot be written", spool->path);
}

static int spool_leases(struct making *making, struct lease_store *store, struct spool *spool) {
	const struct ip4 last = { UINT32_MAX };
	int r = lease_store_visit(store, (struct ip4){ 0 }, last, spool_lease, spool);

	if (r == 0 && (backup_write_end(spool->writer, &making->info) < 0 || fsync(spool->fd) < 0)) {
		spool->failure = errno;
		r = -E_DHCP_JET_ERROR;
	}
	if (spool->failure)
		return spool_fail(making, spool);
	making->is_store_bad = r < 0;
	if (r < 0)
		error_set(&making->error, E_DHCP_JET_ERROR, "the leases cannot be read; look at the disk of %s",
			  making->place->state_directory);
	return r;
}

static int check_space(struct making *making, uint64_t need, const char *what) {
	struct statvfs disk;
	uint64_t have;

	if (statvfs(making->place->state_directory, &disk) < 0)
		return 0;
	need += SPACE_LEFT;
	have = (uint64_t)disk.f_bavail * disk.f_frsize;
	if (have >= need)
		return 0;
	return error_set(&making->error, E_DHCP_JET_ERROR,
			 "%s has %llu MiB left, and %s takes up to %llu MiB there while it is made; free some space",
			 making->place->state_directory, (unsigned long long)(have >> 20), what,
			 (unsigned long long)(need >> 20));
}

/* What the store says before it is read is not newer than what is read then: whoever replays the journal from there on
 * repeats some changes, which does no harm, and misses none. */
static int spool_write(struct making *making, struct lease_store *store, struct spool *spool) {
	struct lease_store_stat stat = { 0 };
	int r;

	making->is_store_bad = lease_store_stat(store, &stat) < 0;
	if (making->is_store_bad)
		return error_set(&making->error, E_DHCP_JET_ERROR, "the lease store cannot be read");
	/* As much as the leases have, the journal's changes and the limits of guessing included. */
	r = check_space(making, stat.n_bytes_used, "a backup");
	if (r < 0)
		return r;
	making->info.sequence = stat.sequence;
	making->info.last_cleanup = stat.last_cleanup;
	unlink(spool->path);
	spool->fd = open(spool->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (spool->fd < 0)
		return fail(making, "cannot be made", spool->path);
	spool->writer = backup_writer_new(&making->info, generation_sink, &spool->fd);
	r = spool_leases(making, store, spool);
	backup_writer_free(spool->writer);
	return r;
}

static int spool_make(struct making *making, struct spool *spool) {
	struct lease_store *store;
	int r = lease_store_open_reader(making->place->state_directory, &store, &making->error);

	making->is_store_bad = r < 0;
	if (r < 0)
		return r;
	making->info.time = clock_now().wall_s;
	snprintf(making->info.server, sizeof making->info.server, "%s", making->place->server_name);
	r = spool_write(making, store, spool);
	lease_store_close(store);
	return r;
}

/* Read the file back, from the disk and not from memory, as far as the kernel can be told. */
static int verify(struct making *making, int fd, const char *what) {
	const struct generation_use use = { .server_name = making->place->server_name };
	struct backup_info info;
	struct error error;

	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail(making, "cannot be read back", what);
	if (generation_read_fd(fd, &use, &info, &error) == 0 && info.n_leases == making->info.n_leases &&
	    info.n_octets == making->info.n_octets)
		return 0;
	return error_set(&making->error, E_DHCP_JET_ERROR, "%s is not what was written when it is read back: %s; look at its disk",
			 what, error.text);
}

static int copy(int from, int to) {
	uint8_t octets[COPY_SIZE];
	ssize_t len;

	if (lseek(from, 0, SEEK_SET) < 0)
		return -1;
	while ((len = generation_source(&from, octets, sizeof octets)) > 0)
		if (generation_sink(&to, span_of(octets, (size_t)len)) < 0)
			return -1;
	return len < 0 || fsync(to) < 0 ? -1 : 0;
}

/* A file of this second that somebody else has put there is not replaced. */
static int name_give(struct making *making, int from_directory, const char *from) {
	for (unsigned again = generation_again(making->directory, making->info.time); again < AGAIN_MAX; again++) {
		making->name = generation_name_of(making->info.time, again);
		if (renameat2(from_directory, from, making->directory, making->name.text, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno == EEXIST)
			continue;
		if (errno != EINVAL && errno != ENOSYS)
			return -1;
		/* A file system without that: look first. */
		if (faccessat(making->directory, making->name.text, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			return renameat(from_directory, from, making->directory, making->name.text);
	}
	errno = EEXIST;
	return -1;
}

/* To another file system: a copy, which has a name of its own until it is whole. */
static int bring_copy(struct making *making, int fd) {
	struct generation_name name = generation_name_of(making->info.time, 1);
	char part[GENERATION_NAME_MAX + sizeof PART_PREFIX + sizeof PART_SUFFIX];
	int out, r = 0;

	snprintf(part, sizeof part, PART_PREFIX "%s" PART_SUFFIX, name.text);
	out = openat(making->directory, part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (out < 0)
		return fail_directory(making, "does not take a file");
	if (copy(fd, out) < 0)
		r = fail_directory(making, "does not take the backup");
	if (r == 0)
		r = verify(making, out, making->place->backup_directory);
	if (r == 0 && name_give(making, making->directory, part) < 0)
		r = fail_directory(making, "does not take the backup");
	close(out);
	if (r < 0)
		unlinkat(making->directory, part, 0);
	return r;
}

static int bring(struct making *making, const struct spool *spool) {
	if (name_give(making, AT_FDCWD, spool->path) < 0) {
		if (errno != EXDEV)
			return fail_directory(making, "does not take the backup");
		if (bring_copy(making, spool->fd) < 0)
			return -E_DHCP_JET_ERROR;
	}
	return fsync(making->directory) < 0 && errno != EINVAL ? fail_directory(making, "cannot be synced") : 0;
}

static bool is_part(const char *name) {
	size_t len = strlen(name), extra = strlen(PART_PREFIX) + strlen(PART_SUFFIX);
	struct generation_name whole = { "" };

	if (len <= extra || len - extra >= sizeof whole.text || strncmp(name, PART_PREFIX, strlen(PART_PREFIX)) != 0 ||
	    strcmp(name + len - strlen(PART_SUFFIX), PART_SUFFIX) != 0)
		return false;
	memcpy(whole.text, name + strlen(PART_PREFIX), len - extra);
	return is_generation_name(whole.text);
}

/* What an earlier maker left behind that was killed. */
static void clear_parts(int directory) {
	int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (is_part(entry->d_name))
			unlinkat(directory, entry->d_name, 0);
	if (stream)
		closedir(stream);
	else if (again >= 0)
		close(again);
}

static int make(struct making *making) {
	struct spool spool = { .path = mem_format("%s/" SPOOL_FILE, making->place->state_directory), .fd = -1 };
	int r = making_open(making);

	if (r == 0)
		clear_parts(making->directory);
	if (r == 0)
		r = spool_make(making, &spool);
	if (r == 0)
		r = verify(making, spool.fd, spool.path);
	if (r == 0)
		r = bring(making, &spool);
	if (spool.fd >= 0)
		close(spool.fd);
	unlink(spool.path); /* there still, if it was copied or something failed */
	free(spool.path);
	return r;
}

/* The same trouble is told once, and that it is over. */
static void tell(const struct making *making, int r) {
	const struct error *before = &making->state->error;

	counter_add(r < 0 ? COUNTER_BACKUPS_FAILED : COUNTER_BACKUPS, 1);
	if (r < 0 && strcmp(before->text, making->error.text) != 0)
		event_emit_error(making->is_path_wrong ? EVENT_BACKUP_PATH : EVENT_BACKUP_FAILED, &making->error);
	else if (r == 0 && before->code)
		event_emit(EVENT_BACKUP_RESUMED, "%s", making->name.text);
	if (r == 0)
		event_emit(EVENT_BACKUP_MADE, "%s with %llu leases in %llu octets", making->name.text,
			   (unsigned long long)making->info.n_leases, (unsigned long long)making->info.n_octets);
}

static void note(struct making *making, const struct moment *began, int r) {
	struct backup_state *state = making->state;
	struct moment now = clock_now();

	state->tried_at = now.wall_s;
	state->error = making->error;
	if (r < 0)
		return;
	state->error = (struct error){ 0 };
	state->made_at = now.wall_s;
	state->made_ms = now.boot_ms - began->boot_ms;
	catalog_note(making->directory, making->name.text, &making->info, state);
}

int maker_make(const struct maker_place *place, uint64_t keep, struct backup_state *state) {
	struct making making = { .place = place, .state = state, .directory = -1 };
	struct moment began = clock_now();
	int r = make(&making);

	tell(&making, r);
	note(&making, &began, r);
	if (r == 0 && catalog_look(making.directory, place->server_name, state) == 0) {
		state->looked_at = clock_now().wall_s;
		catalog_prune(making.directory, keep, state);
	}
	making_close(&making);
	return making.is_store_bad ? -E_DHCP_DATABASE_INIT_FAILED : r < 0 ? -E_DHCP_JET_ERROR : 0;
}

int maker_look(const struct maker_place *place, struct backup_state *state, struct error *reterr_error) {
	struct making making = { .place = place, .state = state, .directory = -1 };
	int r = making_open(&making);

	if (r == 0 && catalog_look(making.directory, place->server_name, state) < 0)
		r = fail_directory(&making, "cannot be read");
	if (r == 0)
		state->looked_at = clock_now().wall_s;
	else if (reterr_error)
		*reterr_error = making.error;
	making_close(&making);
	return r;
}

/* As large as the leases' records are, and with all that leases.mdb has besides. */
static int check_restore_space(struct making *making, int fd) {
	struct stat info;

	return fstat(fd, &info) < 0 ? 0 : check_space(making, (uint64_t)info.st_size * STORE_PER_BACKUP, "a restore");
}

static int prepare(struct making *making, const char *name) {
	const struct restore_place place = { .state_directory = making->place->state_directory,
					     .server_name = making->place->server_name };
	int r = making_open(making), fd;

	if (r < 0)
		return r;
	fd = generation_open(making->directory, name, &making->error);
	if (fd < 0)
		return fd;
	r = check_restore_space(making, fd);
	if (r == 0)
		r = restore_prepare(&place, fd, &making->error);
	close(fd);
	return r;
}

int maker_prepare(const struct maker_place *place, const char *name, struct error *reterr_error) {
	struct making making = { .place = place, .directory = -1 };
	int r = is_generation_name(name) ? prepare(&making, name) :
					   error_set(&making.error, E_NOT_FOUND, "%s is no name of a generation", name);

	if (r < 0 && reterr_error)
		*reterr_error = making.error;
	making_close(&making);
	return r;
}
