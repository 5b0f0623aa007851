/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "rt/file_priv.h"

#define LOOK_MS 5000 /* when nothing is told */
#define EVENTS                                                                                                         \
	(IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |                \
	 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

/* By what a file is known to be the same as before; or why it is not known. */
struct file_stamp {
	int failure; /* errno of stat */
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

/* The directory that the path names, and the one that the file is really in. */
enum { PLACE_NAMED, PLACE_REAL, PLACE_COUNT };

struct file_follow {
	char *path;
	size_t max;
	int inotify;               /* -1: the kernel gives none */
	int places[PLACE_COUNT];   /* watched; -1: cannot be */
	struct file_stamp seen;    /* when it was last looked at */
	bool is_told;              /* the owner knows of what was seen */
	struct loop_watch *watch;
	struct loop_timer *timer;
	file_changed_f *changed;
	void *context;
};

static struct file_stamp stamp_of(const struct stat *info) {
	return (struct file_stamp){ .device = info->st_dev, .inode = info->st_ino, .size = info->st_size,
				    .modified = info->st_mtim, .changed = info->st_ctim };
}

static struct file_stamp stamp_at(const char *path) {
	struct stat info;

	if (stat(path, &info) < 0)
		return (struct file_stamp){ .failure = errno };
	return stamp_of(&info);
}

static bool is_time_equal(struct timespec a, struct timespec b) {
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_stamp_equal(const struct file_stamp *a, const struct file_stamp *b) {
	return a->failure == b->failure && a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       is_time_equal(a->modified, b->modified) && is_time_equal(a->changed, b->changed);
}

/* Whether the open file is, before or after reading, what was seen at its place. */
static bool is_as_seen(const struct file_follow *follow, int fd) {
	struct file_stamp stamp;
	struct stat info;

	if (fstat(fd, &info) < 0)
		return false;
	stamp = stamp_of(&info);
	return is_stamp_equal(&stamp, &follow->seen);
}

/* Tell what there is. False if it changed meanwhile, and nothing was told. */
static bool tell(struct file_follow *follow) {
	char *text CLEANUP(cleanup_free) = NULL;
	struct error error;
	size_t len = 0;
	int fd = file_open(follow->path, &error), r = fd;
	bool is_same = fd < 0 || is_as_seen(follow, fd);

	if (fd >= 0 && is_same) {
		r = file_read_opened(fd, follow->path, follow->max, &text, &len, &error);
		is_same = is_as_seen(follow, fd);
	}
	if (fd >= 0)
		close(fd);
	if (is_same)
		follow->is_told = follow->changed(follow->context, span_of(text, len), r < 0 ? &error : NULL);
	return is_same;
}

/* Watch @directory in the place of what was watched for @place before. */
static void place_watch(struct file_follow *follow, size_t place, const char *directory) {
	int before = follow->places[place];

	follow->places[place] = inotify_add_watch(follow->inotify, directory, EVENTS);
	for (size_t i = 0; i < PLACE_COUNT; i++)
		if (follow->places[i] == before)
			return;
	if (before >= 0)
		inotify_rm_watch(follow->inotify, before);
}

/* The directory of @path, which becomes shorter. */
static const char *directory_of(char *path) {
	char *slash = strrchr(path, '/');

	slash[slash == path] = '\0';
	return path;
}

static void places_watch(struct file_follow *follow) {
	char *named CLEANUP(cleanup_free) = mem_dup_text(follow->path);
	char *real CLEANUP(cleanup_free) = realpath(follow->path, NULL);

	if (follow->inotify < 0)
		return;
	place_watch(follow, PLACE_NAMED, directory_of(named));
	if (real)
		place_watch(follow, PLACE_REAL, directory_of(real));
}

/* It is told once it was the same at two looks, FILE_SETTLE_MS apart. The watches come first, so that what happens
 * after the look is heard of. */
static void look(struct file_follow *follow, bool is_time) {
	struct file_stamp stamp;

	places_watch(follow);
	stamp = stamp_at(follow->path);
	if (!is_stamp_equal(&stamp, &follow->seen)) {
		follow->seen = stamp;
		follow->is_told = false;
		loop_timer_set(follow->timer, FILE_SETTLE_MS);
	} else if (is_time) {
		bool is_settled = follow->is_told || tell(follow);

		loop_timer_set(follow->timer, is_settled ? LOOK_MS : FILE_SETTLE_MS);
	}
}

static void timer_fired(void *context) {
	look(context, true);
}

/* What happened in the directories does not matter: the file is looked at. More of it calls again. */
static void heard(void *context) {
	struct file_follow *follow = context;
	char events[4096];

	if (read(follow->inotify, events, sizeof events) > 0)
		look(follow, false);
}

struct file_follow *file_follow_new(struct loop *loop, const char *path, size_t max, file_changed_f *changed,
				    void *context) {
	struct file_follow *follow = mem_alloc(sizeof *follow);

	*follow = (struct file_follow){ .path = mem_dup_text(path), .max = max, .places = { -1, -1 },
					.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .changed = changed,
					.context = context };
	if (follow->inotify >= 0)
		follow->watch = loop_watch_readable(loop, follow->inotify, heard, follow);
	follow->timer = loop_timer_new(loop, timer_fired, follow);
	loop_timer_set(follow->timer, 0);
	return follow;
}

struct file_follow *file_follow_free(struct file_follow *follow) {
	if (!follow)
		return NULL;
	loop_unwatch(follow->watch);
	loop_timer_free(follow->timer);
	if (follow->inotify >= 0)
		close(follow->inotify);
	free(follow->path);
	free(follow);
	return NULL;
}
