/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the C library that change files, in front of the real ones. The real ones are reached as system calls,
 * so that nothing here depends on who else (a sanitizer) stands in front of them. */
#include "support/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define LOG_FD_MIN 800 /* out of the way */
#define PARTS_MAX 1024
#define ZEROS_MIN 512
#define SECTOR 512
#define BOOTP_MIN 240
#define BOOTP_MAGIC_AT 236
#define LOCK_SUFFIX "-lock" /* LMDB's lock files are no data */

static char directory[PATH_MAX];
static size_t directory_len;
static int log_fd = -1;
static struct fault *faults;

/* Held for reading from before a record until its call has been told to have ended, so that a process that is ordered
 * to die does so between two calls of all its threads, and the log says exactly what it did. Who wants to die goes
 * first. */
static pthread_rwlock_t calls = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void log_open(void) {
	const char *path = getenv("LESSOR_TEST_DISK_LOG");
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC, 0) : -1;

	if (fd < 0)
		return;
	log_fd = fcntl(fd, F_DUPFD_CLOEXEC, LOG_FD_MIN);
	syscall(SYS_close, fd);
}

static void faults_open(void) {
	const char *path = getenv("LESSOR_TEST_DISK_FAULTS");
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0) : -1;
	void *map;

	if (fd < 0)
		return;
	map = (void *)syscall(SYS_mmap, NULL, FAULTS_MAX * sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (map != MAP_FAILED)
		faults = map;
}

__attribute__((constructor)) static void disk_open(void) {
	const char *wanted = getenv("LESSOR_TEST_DISK_DIR");

	if (!wanted)
		return;
	directory_len = (size_t)snprintf(directory, sizeof directory, "%s/", wanted);
	log_open();
	faults_open();
}

/* Where a file is. */
struct place {
	char path[PATH_MAX]; /* below the directory; "" is the directory itself */
	uint64_t inode;
};

static bool is_lock(const char *path) {
	size_t len = strlen(path);

	return len >= sizeof LOCK_SUFFIX - 1 && strcmp(path + len - (sizeof LOCK_SUFFIX - 1), LOCK_SUFFIX) == 0;
}

/* True for an absolute path below the directory; then what comes after it. */
static bool is_inside(const char *path, char ret_path[static PATH_MAX]) {
	if (directory_len == 0 || strncmp(path, directory, directory_len - 1) != 0)
		return false;
	if (path[directory_len - 1] != '/' && path[directory_len - 1])
		return false;
	snprintf(ret_path, PATH_MAX, "%s", path[directory_len - 1] ? path + directory_len : "");
	return !is_lock(ret_path);
}

static bool descriptor_path(int fd, char ret_path[static PATH_MAX]) {
	char link[64];
	ssize_t len;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	len = syscall(SYS_readlinkat, AT_FDCWD, link, ret_path, PATH_MAX - 1);
	if (len < 0)
		return false;
	ret_path[len] = 0;
	return true;
}

/* True for a file or directory that is watched. Leaves errno alone. */
static bool place_find(int fd, struct place *ret_place) {
	char path[PATH_MAX];
	int saved = errno;
	struct stat info;
	bool is_found;

	if (directory_len == 0)
		return false;
	is_found = fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) &&
		   descriptor_path(fd, path) && is_inside(path, ret_place->path);
	if (is_found)
		ret_place->inode = info.st_ino;
	errno = saved;
	return is_found;
}

/* The same for a name, which may be relative. */
static bool name_find(int at, const char *name, struct place *ret_place) {
	char folder[PATH_MAX], path[2 * PATH_MAX];
	int saved = errno;
	bool is_found = directory_len > 0;

	if (is_found && name[0] == '/')
		snprintf(path, sizeof path, "%s", name);
	else if (is_found && at == AT_FDCWD)
		is_found = syscall(SYS_getcwd, folder, sizeof folder) > 0;
	else if (is_found)
		is_found = descriptor_path(at, folder);
	if (is_found && name[0] != '/')
		snprintf(path, sizeof path, "%s/%s", folder, name);
	is_found = is_found && is_inside(path, ret_place->path);
	ret_place->inode = 0;
	errno = saved;
	return is_found;
}

static struct disk_record record_of(enum disk_kind kind, const struct place *place) {
	return (struct disk_record){
		.magic = DISK_MAGIC,
		.kind = kind,
		.thread = (uint32_t)syscall(SYS_gettid),
		.inode = place ? place->inode : 0,
		.path_len = place ? (uint32_t)strlen(place->path) : 0,
	};
}

/* One write, so that records of several processes do not mix. */
static void tell(struct disk_record record, const struct place *place, const struct iovec *parts, int n_parts) {
	struct iovec all[PARTS_MAX + 2] = { { &record, sizeof record },
					    { place ? (void *)place->path : NULL, record.path_len } };
	int saved = errno;

	if (log_fd < 0)
		return;
	for (int i = 0; i < n_parts; i++) {
		all[i + 2] = parts[i];
		record.data_len += (uint32_t)parts[i].iov_len;
	}
	if (syscall(SYS_writev, log_fd, all, n_parts + 2) < 0)
		raise(SIGKILL); /* a log with a gap would prove nothing */
	errno = saved;
}

static long tell_end(long result) {
	struct disk_record record = record_of(DISK_END, NULL);

	record.amount = result;
	tell(record, NULL, NULL, 0);
	return result;
}

static bool take_count(struct fault *fault) {
	if (__atomic_load_n(&fault->skip, __ATOMIC_SEQ_CST) > 0 &&
	    __atomic_fetch_sub(&fault->skip, 1, __ATOMIC_SEQ_CST) > 0)
		return false;
	if (__atomic_load_n(&fault->count, __ATOMIC_SEQ_CST) < 0)
		return true;
	return __atomic_fetch_sub(&fault->count, 1, __ATOMIC_SEQ_CST) > 0;
}

/* The order that hits this call, or NULL. */
static struct fault *fault_find(enum fault_call call, const struct place *place) {
	for (size_t i = 0; faults && i < FAULTS_MAX; i++) {
		struct fault *fault = &faults[i];

		if (!(__atomic_load_n(&fault->calls, __ATOMIC_SEQ_CST) & call) ||
		    fnmatch(fault->pattern, place->path, 0) != 0)
			continue;
		if (__atomic_load_n(&fault->count, __ATOMIC_SEQ_CST) == 0 || !take_count(fault))
			continue;
		__atomic_fetch_add(&fault->hits, 1, __ATOMIC_SEQ_CST);
		return fault;
	}
	return NULL;
}

static void hang(const struct fault *fault) {
	const struct timespec pause = { 0, 100000000 };

	while (__atomic_load_n(&fault->calls, __ATOMIC_SEQ_CST))
		nanosleep(&pause, NULL); /* sleep: the pause between two looks whether it still hangs */
}

static void die(void) {
	pthread_rwlock_wrlock(&calls);
	raise(SIGKILL);
}

static void begin(void) {
	pthread_rwlock_rdlock(&calls);
}

static long end(long result) {
	int saved = errno;

	pthread_rwlock_unlock(&calls);
	errno = saved;
	return result;
}

/* What happens before a call that is not a write. True if it fails, with errno set. */
static bool is_failing(const struct fault *fault) {
	if (!fault)
		return false;
	if (fault->action == FAULT_HANG)
		hang(fault);
	if (fault->action == FAULT_KILL)
		die();
	errno = fault->error;
	return fault->action == FAULT_FAIL || fault->action == FAULT_TEAR;
}

static void after(const struct fault *fault) {
	if (fault && fault->action == FAULT_KILL_AFTER)
		die();
}

static size_t total_of(const struct iovec *parts, int n_parts) {
	size_t total = 0;

	for (int i = 0; i < n_parts; i++)
		total += parts[i].iov_len;
	return total;
}

static bool are_zeros(const struct iovec *parts, int n_parts) {
	for (int i = 0; i < n_parts; i++) {
		const char *octets = parts[i].iov_base;

		if (parts[i].iov_len && (octets[0] || memcmp(octets, octets + 1, parts[i].iov_len - 1) != 0))
			return false;
	}
	return true;
}

static void tell_write(int fd, const struct place *place, const struct iovec *parts, int n_parts, off_t offset) {
	size_t total = total_of(parts, n_parts);
	bool is_zeros = total >= ZEROS_MIN && are_zeros(parts, n_parts);
	struct disk_record record = record_of(is_zeros ? DISK_ZEROS : DISK_WRITE, place);

	record.flags = fcntl(fd, F_GETFL) & O_DSYNC ? DISK_DURABLE : 0;
	record.offset = offset;
	record.amount = (int64_t)total;
	tell(record, place, parts, is_zeros ? 0 : n_parts);
}

/* Where a write without a place of its own goes to. */
static off_t offset_of(int fd) {
	struct stat info;

	if (fcntl(fd, F_GETFL) & O_APPEND)
		return fstat(fd, &info) == 0 ? info.st_size : 0;
	return (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
}

/* Leave the first half of what was to be written, in whole sectors, as disks do. */
static int halve(struct iovec *parts, int n_parts) {
	size_t left = total_of(parts, n_parts) / 2 / SECTOR * SECTOR;

	for (int i = 0; i < n_parts; i++) {
		if (parts[i].iov_len >= left) {
			parts[i].iov_len = left;
			return i + 1;
		}
		left -= parts[i].iov_len;
	}
	return n_parts;
}

/* A write at @offset, or where the file stands (-1). */
static ssize_t write_parts(int fd, const struct iovec *parts, int n_parts, off_t offset) {
	return offset < 0 ? syscall(SYS_writev, fd, parts, n_parts)
			  : syscall(SYS_pwritev, fd, parts, n_parts, offset, 0);
}

static ssize_t watched_write(int fd, const struct iovec *parts, int n_parts, off_t offset) {
	struct iovec some[PARTS_MAX];
	struct fault *fault;
	struct place place;
	ssize_t result;

	if (!place_find(fd, &place) || n_parts > PARTS_MAX)
		return write_parts(fd, parts, n_parts, offset);
	fault = fault_find(FAULT_WRITE, &place);
	if (is_failing(fault) && fault->action == FAULT_FAIL)
		return -1;
	memcpy(some, parts, (size_t)n_parts * sizeof *some);
	if (fault && (fault->action == FAULT_TEAR || fault->action == FAULT_SHORT))
		n_parts = halve(some, n_parts);
	begin();
	tell_write(fd, &place, some, n_parts, offset < 0 ? offset_of(fd) : offset);
	result = end(tell_end(write_parts(fd, some, n_parts, offset)));
	after(fault);
	if (fault && fault->action == FAULT_TEAR) {
		errno = fault->error;
		return -1;
	}
	return result;
}

static int watched_sync(int fd, long call) {
	struct fault *fault;
	struct place place;
	bool is_failed;
	int result;

	if (!place_find(fd, &place))
		return (int)syscall(call, fd);
	fault = fault_find(FAULT_SYNC, &place);
	is_failed = is_failing(fault);
	begin();
	tell(record_of(DISK_SYNC, &place), &place, NULL, 0);
	result = (int)end(tell_end(is_failed ? -1 : syscall(call, fd)));
	after(fault);
	return result;
}

static int resize(int fd, const struct disk_record *change) {
	return (int)(change->kind == DISK_TRUNCATE
			     ? syscall(SYS_ftruncate, fd, change->amount)
			     : syscall(SYS_fallocate, fd, change->flags, change->offset, change->amount));
}

static int watched_size(int fd, struct disk_record change) {
	struct disk_record record;
	struct fault *fault;
	struct place place;
	int result;

	if (!place_find(fd, &place))
		return resize(fd, &change);
	fault = fault_find(FAULT_SIZE, &place);
	if (is_failing(fault))
		return -1;
	begin();
	record = record_of(change.kind, &place);
	record.flags = change.flags;
	record.offset = change.offset;
	record.amount = change.amount;
	tell(record, &place, NULL, 0);
	result = (int)end(tell_end(resize(fd, &change)));
	after(fault);
	return result;
}

static void tell_open(const struct place *place, bool is_emptied) {
	struct disk_record record = record_of(DISK_TRUNCATE, place);

	tell(record_of(DISK_OPEN, place), place, NULL, 0);
	if (!is_emptied)
		return;
	tell(record, place, NULL, 0);
	tell_end(0);
}

static int watched_open(int at, const char *name, int flags, mode_t mode) {
	bool is_writing = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;
	struct place place, named;
	struct fault *fault;
	int fd;

	if (!name_find(at, name, &named))
		return (int)syscall(SYS_openat, at, name, flags, mode);
	fault = fault_find(is_writing ? FAULT_OPEN : FAULT_LOOK, &named);
	if (is_failing(fault))
		return -1;
	if (!is_writing)
		return (int)syscall(SYS_openat, at, name, flags, mode);
	begin();
	fd = (int)syscall(SYS_openat, at, name, flags, mode);
	if (fd >= 0 && place_find(fd, &place))
		tell_open(&place, flags & O_TRUNC);
	end(fd);
	after(fault);
	return fd;
}

/* Change the name @from, and say so; @to is its new one, or NULL. */
static int watched_name(enum disk_kind kind, const struct place *from, const struct place *to, long result) {
	struct iovec part = { to ? (void *)to->path : NULL, to ? strlen(to->path) : 0 };

	if (result == 0)
		tell(record_of(kind, from), from, &part, to ? 1 : 0);
	return (int)end(result);
}

static int watched_rename(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
	struct place place, other;
	bool is_watched = name_find(from_at, from, &place), is_other = name_find(to_at, to, &other);
	struct fault *fault = is_watched ? fault_find(FAULT_NAME, &place) : NULL;
	int result;

	if (is_watched != is_other || (is_watched && flags & RENAME_EXCHANGE))
		tell(record_of(DISK_UNKNOWN, is_watched ? &place : &other), is_watched ? &place : &other, NULL, 0);
	if (!is_watched || !is_other)
		return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
	if (is_failing(fault))
		return -1;
	begin();
	result = watched_name(DISK_RENAME, &place, &other, syscall(SYS_renameat2, from_at, from, to_at, to, flags));
	after(fault);
	return result;
}

static int watched_link(const char *from, const char *to) {
	struct place place, other;
	bool is_watched = name_find(AT_FDCWD, from, &place) && name_find(AT_FDCWD, to, &other);
	struct fault *fault = is_watched ? fault_find(FAULT_NAME, &place) : NULL;
	int result;

	if (!is_watched)
		return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (is_failing(fault))
		return -1;
	begin();
	result = watched_name(DISK_LINK, &place, &other, syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
	after(fault);
	return result;
}

static int watched_unlink(int at, const char *name, int flags) {
	struct fault *fault;
	struct place place;
	int result;

	if (!name_find(at, name, &place))
		return (int)syscall(SYS_unlinkat, at, name, flags);
	fault = fault_find(FAULT_NAME, &place);
	if (is_failing(fault))
		return -1;
	begin();
	result = watched_name(DISK_UNLINK, &place, NULL, syscall(SYS_unlinkat, at, name, flags));
	after(fault);
	return result;
}

static int watched_mkdir(int at, const char *name, mode_t mode) {
	struct fault *fault;
	struct place place;
	int result;

	if (!name_find(at, name, &place))
		return (int)syscall(SYS_mkdirat, at, name, mode);
	fault = fault_find(FAULT_NAME, &place);
	if (is_failing(fault))
		return -1;
	begin();
	result = watched_name(DISK_MKDIR, &place, NULL, syscall(SYS_mkdirat, at, name, mode));
	after(fault);
	return result;
}

/* The BOOTP reply in a datagram, or in the frame around it. */
static size_t reply_at(const uint8_t *octets, size_t len) {
	static const uint8_t magic[] = { 0x63, 0x82, 0x53, 0x63 };
	static const size_t places[] = { 0, 28, 42 }; /* as it is, behind IPv4 and UDP, behind Ethernet too */

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (len >= places[i] + BOOTP_MIN && octets[places[i]] == 2 &&
		    memcmp(octets + places[i] + BOOTP_MAGIC_AT, magic, sizeof magic) == 0)
			return places[i];
	return SIZE_MAX;
}

static void watch_message(const struct msghdr *message) {
	struct disk_record record = record_of(DISK_REPLY, NULL);
	uint8_t octets[2048];
	size_t len = 0, start;

	if (log_fd < 0)
		return;
	for (size_t i = 0; i < message->msg_iovlen; i++) {
		size_t part = message->msg_iov[i].iov_len;

		if (part > sizeof octets - len)
			part = sizeof octets - len;
		memcpy(octets + len, message->msg_iov[i].iov_base, part);
		len += part;
	}
	start = reply_at(octets, len);
	if (start == SIZE_MAX)
		return;
	record.amount = time(NULL);
	tell(record, NULL, &(struct iovec){ octets + start, len - start }, 1);
}

/* What follows is found before the C library's. */
#pragma GCC visibility push(default)
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

ssize_t write(int fd, const void *data, size_t size) {
	return watched_write(fd, &(struct iovec){ (void *)data, size }, 1, -1);
}

ssize_t writev(int fd, const struct iovec *parts, int n_parts) {
	return watched_write(fd, parts, n_parts, -1);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
	return watched_write(fd, &(struct iovec){ (void *)data, size }, 1, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
	return watched_write(fd, &(struct iovec){ (void *)data, size }, 1, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int n_parts, off_t offset) {
	return watched_write(fd, parts, n_parts, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int n_parts, off64_t offset) {
	return watched_write(fd, parts, n_parts, offset);
}

int fsync(int fd) {
	return watched_sync(fd, SYS_fsync);
}

int fdatasync(int fd) {
	return watched_sync(fd, SYS_fdatasync);
}

int syncfs(int fd) {
	tell(record_of(DISK_UNKNOWN, NULL), NULL, NULL, 0);
	return (int)syscall(SYS_syncfs, fd);
}

int ftruncate(int fd, off_t size) {
	return watched_size(fd, (struct disk_record){ .kind = DISK_TRUNCATE, .amount = size });
}

int ftruncate64(int fd, off64_t size) {
	return watched_size(fd, (struct disk_record){ .kind = DISK_TRUNCATE, .amount = size });
}

int fallocate(int fd, int mode, off_t offset, off_t len) {
	return watched_size(fd,
			    (struct disk_record){
				    .kind = DISK_ALLOCATE, .flags = (uint32_t)mode, .offset = offset, .amount = len });
}

int fallocate64(int fd, int mode, off64_t offset, off64_t len) {
	return fallocate(fd, mode, offset, len);
}

int posix_fallocate(int fd, off_t offset, off_t len) {
	return fallocate(fd, 0, offset, len) < 0 ? errno : 0;
}

int posix_fallocate64(int fd, off64_t offset, off64_t len) {
	return posix_fallocate(fd, offset, len);
}

#define MODE_OF(flags, ret_mode)                                                                                       \
	do {                                                                                                           \
		va_list arguments;                                                                                     \
		va_start(arguments, flags);                                                                            \
		*(ret_mode) = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;                         \
		va_end(arguments);                                                                                     \
	} while (0)

int open(const char *name, int flags, ...) {
	mode_t mode;

	MODE_OF(flags, &mode);
	return watched_open(AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) {
	mode_t mode;

	MODE_OF(flags, &mode);
	return watched_open(AT_FDCWD, name, flags, mode);
}

int openat(int at, const char *name, int flags, ...) {
	mode_t mode;

	MODE_OF(flags, &mode);
	return watched_open(at, name, flags, mode);
}

int openat64(int at, const char *name, int flags, ...) {
	mode_t mode;

	MODE_OF(flags, &mode);
	return watched_open(at, name, flags, mode);
}

int creat(const char *name, mode_t mode) {
	return watched_open(AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int rename(const char *from, const char *to) {
	return watched_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_at, const char *from, int to_at, const char *to) {
	return watched_rename(from_at, from, to_at, to, 0);
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
	return watched_rename(from_at, from, to_at, to, flags);
}

int link(const char *from, const char *to) {
	return watched_link(from, to);
}

int unlink(const char *name) {
	return watched_unlink(AT_FDCWD, name, 0);
}

int unlinkat(int at, const char *name, int flags) {
	return watched_unlink(at, name, flags);
}

int remove(const char *name) {
	return watched_unlink(AT_FDCWD, name, 0);
}

int mkdir(const char *name, mode_t mode) {
	return watched_mkdir(AT_FDCWD, name, mode);
}

int mkdirat(int at, const char *name, mode_t mode) {
	return watched_mkdir(at, name, mode);
}

/* A replay does not see what is written through memory. */
void *mmap(void *where, size_t len, int protection, int flags, int fd, off_t offset) {
	struct place place;

	if (fd >= 0 && flags & MAP_SHARED && protection & PROT_WRITE && place_find(fd, &place))
		tell(record_of(DISK_UNKNOWN, &place), &place, NULL, 0);
	return (void *)syscall(SYS_mmap, where, len, protection, flags, fd, offset);
}

void *mmap64(void *where, size_t len, int protection, int flags, int fd, off64_t offset) {
	return mmap(where, len, protection, flags, fd, offset);
}

/* Copies are made by hand instead. */
ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t len, unsigned flags) {
	errno = EXDEV;
	return -1;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
	watch_message(message);
	return syscall(SYS_sendmsg, fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
	for (unsigned i = 0; i < count; i++)
		watch_message(&messages[i].msg_hdr);
	return (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t to_len) {
	struct iovec part = { (void *)data, size };

	watch_message(&(struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 });
	return syscall(SYS_sendto, fd, data, size, flags, to, to_len);
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
	return sendto(fd, data, size, flags, NULL, 0);
}

#pragma GCC visibility pop
