/* SPDX-License-Identifier: Apache-2.0 */
#include "store/generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "leases-"
#define SUFFIX ".backup"
#define TIME_FORMAT "%Y%m%dT%H%M%SZ"
#define TIME_PATTERN "ddddddddTddddddZ"
#define TIME_LEN 16
#define AGAIN_LEN_MAX 5
#define LISTED_MAX 256
#define FLUSH_SIZE ((off_t)4 << 20)

struct generation_name generation_name_of(int64_t time, unsigned again) {
	struct generation_name name;
	char text[32] = "";
	time_t seconds = time;
	struct tm parts;

	if (gmtime_r(&seconds, &parts))
		strftime(text, sizeof text, TIME_FORMAT, &parts);
	if (again > 1)
		snprintf(name.text, sizeof name.text, PREFIX "%.16s-%u" SUFFIX, text, again);
	else
		snprintf(name.text, sizeof name.text, PREFIX "%.16s" SUFFIX, text);
	return name;
}

static bool is_digit(char letter) {
	return letter >= '0' && letter <= '9';
}

static bool is_time(const char *text) {
	for (const char *letter = TIME_PATTERN; *letter; letter++, text++)
		if (*letter == 'd' ? !is_digit(*text) : *text != *letter)
			return false;
	return true;
}

/* Take a name apart: where its time begins, and which one of its second it is. */
static bool name_parse(const char *name, const char **ret_time, unsigned *ret_again) {
	const char *rest = name + strlen(PREFIX) + TIME_LEN;
	unsigned again = 1;
	size_t len;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0 || !is_time(name + strlen(PREFIX)))
		return false;
	*ret_time = name + strlen(PREFIX);
	if (*rest == '-') {
		len = strspn(++rest, "0123456789");
		if (len == 0 || len > AGAIN_LEN_MAX || *rest == '0')
			return false;
		for (again = 0; len > 0; len--)
			again = again * 10 + (unsigned)(*rest++ - '0');
	}
	*ret_again = again;
	return strcmp(rest, SUFFIX) == 0;
}

bool is_generation_name(const char *name) {
	const char *time;
	unsigned again;

	return strlen(name) < GENERATION_NAME_MAX && name_parse(name, &time, &again);
}

/* Below 0 if @left is of a later time than @right. */
static int compare(const struct generation_name *left, const struct generation_name *right) {
	const char *left_time = "", *right_time = "";
	unsigned left_again = 0, right_again = 0;
	int order;

	name_parse(left->text, &left_time, &left_again);
	name_parse(right->text, &right_time, &right_again);
	order = strncmp(right_time, left_time, TIME_LEN);
	return order ? order : (left_again < right_again) - (left_again > right_again);
}

static bool is_to_come(const struct generation_name *name, const struct generation_name *now) {
	return strncmp(name->text, now->text, strlen(PREFIX) + TIME_LEN) > 0;
}

static bool is_before(const struct generation_name *left, const struct generation_name *right,
		      const struct generation_name *now) {
	bool is_left_to_come = is_to_come(left, now), is_right_to_come = is_to_come(right, now);

	return is_left_to_come != is_right_to_come ? is_right_to_come : compare(left, right) < 0;
}

/* Keep the newest ones of more than there is room for. */
static size_t names_add(struct generation_name *names, size_t n, size_t max, const char *text,
			const struct generation_name *now) {
	struct generation_name name = { "" };
	size_t i = n;

	snprintf(name.text, sizeof name.text, "%s", text);
	while (i > 0 && is_before(&name, &names[i - 1], now)) {
		if (i < max)
			names[i] = names[i - 1];
		i--;
	}
	if (i == max)
		return n;
	names[i] = name;
	return n < max ? n + 1 : n;
}

ssize_t generation_list(int directory, int64_t now, size_t max, struct generation_name ret_names[]) {
	const struct generation_name name_of_now = generation_name_of(now, 1);
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	size_t n = 0;
	int saved;

	if (!stream) {
		saved = errno;
		if (copy >= 0)
			close(copy);
		errno = saved;
		return -1;
	}
	for (errno = 0; (entry = readdir(stream)); errno = 0)
		if (is_generation_name(entry->d_name))
			n = names_add(ret_names, n, max, entry->d_name, &name_of_now);
	saved = errno;
	closedir(stream);
	errno = saved;
	return saved ? -1 : (ssize_t)n;
}

/* Behind them, and not in a gap: the order of the names is that in which they were made. */
unsigned generation_again(int directory, int64_t time) {
	struct generation_name name = generation_name_of(time, 1), names[LISTED_MAX];
	ssize_t n = generation_list(directory, time, LISTED_MAX, names);
	unsigned last = 0, again;
	const char *text;

	for (ssize_t i = 0; i < n; i++)
		if (name_parse(names[i].text, &text, &again) &&
		    strncmp(text, name.text + strlen(PREFIX), TIME_LEN) == 0 && again > last)
			last = again;
	return last + 1;
}

int generation_open(int directory, const char *name, struct error *reterr_error) {
	/* O_NONBLOCK: somebody may have put a pipe there, which would wait for a writer. */
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;

	if (fd < 0 && errno == ENOENT)
		return error_set(reterr_error, E_NOT_FOUND, "there is no generation %s", name);
	if (fd < 0 && errno == ELOOP)
		return error_set(reterr_error, E_DHCP_JET_ERROR, "it is a symbolic link, which is not followed");
	if (fd < 0)
		return error_set(reterr_error, E_DHCP_JET_ERROR, "it cannot be opened: %s%s", strerror(errno),
				 errno == EACCES ? "; give it to the user that lessord runs as" : "");
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
		return fd;
	close(fd);
	return error_set(reterr_error, E_DHCP_JET_ERROR, "it is no regular file");
}

static _Atomic uint64_t *octets_counted;

void generation_count_octets(_Atomic uint64_t *place) {
	octets_counted = place;
}

static void count(ssize_t len) {
	if (octets_counted && len > 0)
		atomic_fetch_add_explicit(octets_counted, (uint64_t)len, memory_order_relaxed);
}

ssize_t generation_source(void *context, uint8_t *octets, size_t size) {
	ssize_t len;

	do
		len = read(*(const int *)context, octets, size);
	while (len < 0 && errno == EINTR);
	count(len);
	return len;
}

/* Have the disk take what it was given, now and then: a sync of all of it at the end could take long, and look as if
 * the disk hung. Whether it took it, that sync says. */
static void flush(int fd, ssize_t len) {
	off_t end = lseek(fd, 0, SEEK_CUR);

	if (end >= 0 && end / FLUSH_SIZE != (end - len) / FLUSH_SIZE)
		sync_file_range(fd, 0, 0,
				SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

int generation_sink(void *context, struct span octets) {
	int fd = *(const int *)context;

	while (octets.len) {
		ssize_t len = write(fd, octets.data, octets.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return -1;
		flush(fd, len);
		count(len);
		octets = span_of(octets.data + len, octets.len - (size_t)len);
	}
	return 0;
}

int generation_read_fd(int fd, const struct generation_use *use, struct backup_info *ret_info,
		       struct error *reterr_error) {
	const struct backup_reading reading = { generation_source, use->visit, &fd, use->context };
	struct backup_info info;
	int r;

	r = backup_read(&reading, &info, reterr_error);
	if (r < 0)
		return r;
	if (strcasecmp(info.server, use->server_name) != 0)
		return error_set(reterr_error, E_DHCP_JET_ERROR, "it is of the server %s", info.server);
	*ret_info = info;
	return 0;
}

int generation_read(int directory, const char *name, const struct generation_use *use, struct backup_info *ret_info,
		    struct error *reterr_error) {
	int fd = generation_open(directory, name, reterr_error), r;

	if (fd < 0)
		return fd;
	r = generation_read_fd(fd, use, ret_info, reterr_error);
	close(fd);
	return r;
}
