/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/opener.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "dir/choices.h"
#include "dir/discovery.h"
#include "dir/resolver.h"

#define PASSWORD_MAX 1024

/* Shared by opener and thread; the last one to leave frees it. */
struct opening_job {
	pthread_mutex_t lock;
	unsigned users;
	int done_fd;
	struct discovery *discovery;
	char *bind_dn, *password_file, *keytab, *principal, *ca_file, *certificate_file, *key_file;
	struct connection_settings settings; /* borrows the above */
	char *first; /* the URI to begin with */
	bool is_after;
	bool is_done;
	struct opener_result result;
};

struct opener {
	struct opening_job *job;
	struct loop_watch *watch;
	opener_done_f *done;
	void *context;
};

static struct opening_job *job_new(const struct config *config) {
	struct opening_job *job = mem_alloc(sizeof *job);

	pthread_mutex_init(&job->lock, NULL);
	job->users = 1;
	job->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	job->discovery = discovery_new((const char *const *)config->uri, config->domain, config->site);
	job->bind_dn = mem_dup_text(config->bind_dn);
	job->password_file = mem_dup_text(config->password_file);
	job->keytab = mem_dup_text(config->keytab);
	job->principal = mem_dup_text(config->principal);
	job->ca_file = mem_dup_text(config->tls_ca_file);
	job->certificate_file = mem_dup_text(config->tls_certificate_file);
	job->key_file = mem_dup_text(config->tls_key_file);
	job->settings = (struct connection_settings){
		.bind_dn = job->bind_dn,
		.keytab = job->keytab,
		.principal = job->principal,
		.tls_ca_file = job->ca_file,
		.tls_certificate_file = job->certificate_file,
		.tls_key_file = job->key_file,
		.timeout_ms = config->timeout * 1000,
	};
	choices_apply(config, &job->settings);
	return job;
}

/* A thread that has just rung done_fd may not have left yet when the next one joins. */
static unsigned job_count_users(struct opening_job *job, int change) {
	unsigned users;

	pthread_mutex_lock(&job->lock);
	users = job->users += (unsigned)change;
	pthread_mutex_unlock(&job->lock);
	return users;
}

static void job_leave(struct opening_job *job) {
	if (job_count_users(job, -1))
		return;
	if (job->is_done)
		connection_close(job->result.connection);
	discovery_free(job->discovery);
	free(job->first);
	free(job->bind_dn);
	free(job->password_file);
	free(job->keytab);
	free(job->principal);
	free(job->ca_file);
	free(job->certificate_file);
	free(job->key_file);
	close(job->done_fd);
	pthread_mutex_destroy(&job->lock);
	free(job);
}

/* The first line of the file, read each time, so that a new password is taken at once. */
static int password_read(const char *path, char ret_password[static PASSWORD_MAX], struct error *reterr_error) {
	FILE *file = fopen(path, "re");

	ret_password[0] = '\0';
	if (!file)
		return error_set(reterr_error, E_ACCESS_DENIED, "the password file %s cannot be read by this user: %s", path,
				 strerror(errno));
	if (!fgets(ret_password, PASSWORD_MAX, file))
		ret_password[0] = '\0';
	fclose(file);
	ret_password[strcspn(ret_password, "\r\n")] = '\0';
	return 0;
}

/* The URIs of @discovered, round about from @first on, or from the one behind it; free() the array. */
static const char **round_make(const struct discovered *discovered, const char *first, bool is_after) {
	size_t count = 0, start = 0;
	const char **round;

	for (; discovered->uris[count]; count++)
		if (first && strcmp(discovered->uris[count], first) == 0)
			start = count + is_after;
	round = mem_alloc((count + 1) * sizeof *round);
	for (size_t i = 0; i < count; i++)
		round[i] = discovered->uris[(start + i) % count];
	return round;
}

static void round_try(struct opening_job *job, const struct discovered *discovered, const char *password) {
	const char **uris = round_make(discovered, job->first, job->is_after);
	struct connection_settings settings = job->settings;

	settings.uris = uris;
	settings.password = password;
	connection_open(&settings, &job->result.connection, &job->result.error);
	free(uris);
}

/* Let the next round begin with the servers that the directory says are near. */
static void site_take(struct opening_job *job) {
	if (job->result.connection && can_discovery_set_site(job->discovery) &&
	    site_find(job->result.connection, job->settings.timeout_ms, job->result.site) == 0)
		discovery_set_site(job->discovery, job->result.site);
}

static void job_perform(struct opening_job *job) {
	struct discovered discovered;
	char password[PASSWORD_MAX] = "";

	job->result.is_nowhere =
		discovery_find(job->discovery, job->settings.timeout_ms, &discovered, &job->result.error) < 0;
	if (job->result.is_nowhere)
		return;
	job->result.remark = discovered.remark;
	if (job->settings.bind == CONNECTION_SIMPLE &&
	    password_read(job->password_file, password, &job->result.error) < 0)
		return;
	round_try(job, &discovered, password);
	site_take(job);
	explicit_bzero(password, sizeof password);
}

static void *job_run(void *context) {
	struct opening_job *job = context;
	uint64_t one = 1;

	resolver_limit_patience(job->settings.timeout_ms); /* libldap asks for this host's own name at its first use */
	job_perform(job);
	pthread_mutex_lock(&job->lock);
	job->is_done = true;
	pthread_mutex_unlock(&job->lock);
	if (write(job->done_fd, &one, sizeof one) < 0) /* cannot be: the counter is 0 */
		job->result.error.code = E_DDS_UNEXPECTED_ERROR;
	job_leave(job);
	return NULL;
}

static void opening_done(void *context) {
	struct opener *opener = context;
	struct opening_job *job = opener->job;
	struct opener_result result;
	uint64_t count;

	if (read(job->done_fd, &count, sizeof count) < 0)
		return;
	pthread_mutex_lock(&job->lock);
	result = job->result;
	job->is_done = false;
	job->result = (struct opener_result){ 0 };
	pthread_mutex_unlock(&job->lock);
	opener->done(opener->context, &result);
}

struct opener *opener_new(struct loop *loop, const struct config *config, opener_done_f *done, void *context) {
	struct opener *opener = mem_alloc(sizeof *opener);

	opener->job = job_new(config);
	opener->done = done;
	opener->context = context;
	opener->watch = loop_watch_readable(loop, opener->job->done_fd, opening_done, opener);
	return opener;
}

struct opener *opener_free(struct opener *opener) {
	if (!opener)
		return NULL;
	loop_unwatch(opener->watch);
	job_leave(opener->job);
	free(opener);
	return NULL;
}

/* No thread to be had is a failure like another one, told in the same way. */
static void start_failed(struct opening_job *job, int failure) {
	uint64_t one = 1;

	error_set(&job->result.error, E_DDS_NO_DS_AVAILABLE, "no thread can be made to open a connection: %s",
		  strerror(failure));
	job->is_done = true;
	if (write(job->done_fd, &one, sizeof one) < 0)
		return;
}

void opener_start(struct opener *opener, const char *first, bool is_after) {
	pthread_t thread;
	int failure;

	free(opener->job->first);
	opener->job->first = mem_dup_text(first);
	opener->job->is_after = is_after;
	job_count_users(opener->job, 1);
	failure = pthread_create(&thread, NULL, job_run, opener->job);
	if (failure == 0) {
		pthread_detach(thread);
		return;
	}
	job_count_users(opener->job, -1);
	start_failed(opener->job, failure);
}
