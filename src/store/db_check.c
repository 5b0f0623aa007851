/* SPDX-License-Identifier: Apache-2.0 */
/* LMDB trusts its pages: it aborts, or follows a wild number, where one is not what it should be, and a file that was
 * cut short ends the process at the first touch of a page behind its end. So the first walk is a child's, whose end is
 * the answer. */
#include "store/db_check.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK_SECONDS_MAX 120
#define CHECK_NICENESS 15
#define FREE_PAGES_TABLE 0 /* LMDB's own, which a writer will rely on */

enum { CHILD_SOUND, CHILD_DAMAGED };

static void on_assert(MDB_env *env, const char *message) {
	_exit(CHILD_DAMAGED);
}

static bool is_damage(int rc) {
	return rc == MDB_INVALID || rc == MDB_CORRUPTED || rc == MDB_VERSION_MISMATCH || rc == MDB_PAGE_NOTFOUND;
}

/* Go to a row, and touch the end of its value, which may be on pages of its own. */
static int visit(MDB_cursor *cursor, MDB_cursor_op where) {
	volatile uint8_t last;
	MDB_val key, value;
	int rc = mdb_cursor_get(cursor, &key, &value, where);

	if (rc == 0 && value.mv_size)
		last = ((const uint8_t *)value.mv_data)[value.mv_size - 1];
	(void)last;
	return rc;
}

static bool is_table_sound(MDB_txn *txn, MDB_dbi table, enum db_check how) {
	MDB_cursor *cursor;
	int rc;

	if (mdb_cursor_open(txn, table, &cursor))
		return false;
	rc = visit(cursor, MDB_FIRST);
	if (how == DB_CHECK_QUICK && rc == 0)
		rc = visit(cursor, MDB_LAST);
	while (how != DB_CHECK_QUICK && rc == 0)
		rc = visit(cursor, MDB_NEXT);
	mdb_cursor_close(cursor);
	return rc == 0 || rc == MDB_NOTFOUND;
}

/* A file that was cut short is shorter than its pages; so is one whose last pages were taken and given back by the same
 * transaction, which did not write them. */
static bool has_all_pages(MDB_env *env) {
	mdb_filehandle_t fd;
	MDB_envinfo info;
	struct stat file;
	MDB_stat stat;

	if (mdb_env_info(env, &info) || mdb_env_stat(env, &stat) || mdb_env_get_fd(env, &fd) || fstat(fd, &file) < 0)
		return true;
	return (uint64_t)file.st_size >= (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
}

static bool is_content_sound(const struct db_kind *kind, MDB_txn *txn, enum db_check how) {
	bool is_sound;

	if (how == DB_CHECK_QUICK && !has_all_pages(mdb_txn_env(txn)))
		how = DB_CHECK_WHOLE;
	is_sound = is_table_sound(txn, FREE_PAGES_TABLE, how);

	for (unsigned i = 0; is_sound && kind->tables[i]; i++) {
		MDB_dbi table;
		int rc = mdb_dbi_open(txn, kind->tables[i], 0, &table);

		is_sound = rc ? rc == MDB_NOTFOUND : is_table_sound(txn, table, how);
	}
	return is_sound;
}

/* Ends that what it reads can bring about. Out of time is not damaged: the file may just be large, and the disk slow;
 * nor does it say anything that somebody has killed the child, or the system for want of memory. */
static bool is_fatal(int signal) {
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGILL || signal == SIGFPE;
}

static _Noreturn void check(const struct db_kind *kind, const char *path, enum db_check how, pid_t parent) {
	const struct rlimit no_core = { 0, 0 };
	static const int usual[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGALRM };
	MDB_env *env;
	MDB_txn *txn;
	int rc;

	/* It holds copies of all that its parent has, the state directory's lock and port 67 among it: not a moment
	 * longer. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(CHILD_SOUND);
	setrlimit(RLIMIT_CORE, &no_core);
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		signal(usual[i], SIG_DFL);
	if (how == DB_CHECK_BESIDE)
		setpriority(PRIO_PROCESS, 0, CHECK_NICENESS);
	else
		alarm(CHECK_SECONDS_MAX);
	if (mdb_env_create(&env))
		_exit(CHILD_SOUND);
	mdb_env_set_maxdbs(env, DB_TABLES_MAX);
	mdb_env_set_assert(env, on_assert);
	rc = mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY | (how == DB_CHECK_BESIDE ? 0 : MDB_NOLOCK), 0);
	if (rc == 0)
		rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
	if (rc)
		_exit(is_damage(rc) ? CHILD_DAMAGED : CHILD_SOUND);
	_exit(is_content_sound(kind, txn, how) ? CHILD_SOUND : CHILD_DAMAGED);
}

bool is_db_file_sound(const struct db_kind *kind, const char *path, enum db_check how) {
	pid_t parent = getpid(), child;
	struct stat file;
	int status;

	if (stat(path, &file) < 0 || file.st_size == 0)
		return true;
	child = fork();
	if (child == 0)
		check(kind, path, how, parent);
	if (child < 0)
		return true;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return true;
	return WIFSIGNALED(status) ? !is_fatal(WTERMSIG(status)) : WEXITSTATUS(status) == CHILD_SOUND;
}
