/* SPDX-License-Identifier: Apache-2.0 */
#include "api/aside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "rt/worker.h"

#define WORKERS 2
#define WAITING_MAX 64
#define NICENESS 5 /* who serves clients goes first; but somebody waits for this */
#define ARENA_MAX ((size_t)64 << 20)
#define BODY_MAX ((size_t)16 << 20) /* address space; memory as far as it is written */

/* A question, under way or waiting. */
struct asked {
	struct api_question question; /* question.done is owned */
	aside_done_f *done;
	void *context;
};

/* What a child leaves. */
struct paper {
	bool is_written;
	int http_status;
	const char *content_type; /* static, and where the parent has it */
	char body[BODY_MAX];
};

/* One who answers, question by question. */
struct clerk {
	struct aside *aside;
	struct worker *worker;
	struct asked asked;
	struct paper *paper; /* shared with the child; NULL: nobody is at work */
};

struct aside {
	struct sources *sources;
	struct clerk clerks[WORKERS];
	struct asked waiting[WAITING_MAX]; /* the oldest first */
	size_t n_waiting;
};

static void asked_end(struct asked *asked, struct api_answer *answer) {
	asked->done(asked->context, answer);
	free((void *)asked->question.done);
}

static void refuse(struct asked *asked, int code, const char *sentence) {
	struct api_answer answer;
	struct error error;

	error_set(&error, code, "%s", sentence);
	api_answer_error(&error, &answer);
	asked_end(asked, &answer);
}

/* What is larger than the paper is an error, too; that fits. */
static void write_down(struct paper *paper, const struct api_answer *answer) {
	struct api_answer refusal = { 0 };
	struct error error;

	if (strlen(answer->body) >= BODY_MAX) {
		error_set(&error, E_NOT_ENOUGH_MEMORY, "the answer would be too large; ask for one scope");
		api_answer_error(&error, &refusal);
		answer = &refusal;
	}
	paper->http_status = answer->http_status;
	paper->content_type = answer->content_type;
	memcpy(paper->body, answer->body, strlen(answer->body) + 1);
	paper->is_written = true;
	free(refusal.body);
}

/* The child's. */
static int work(void *context) {
	struct clerk *clerk = context;
	struct arena *arena = arena_new(ARENA_MAX);
	struct moment now = clock_now();
	struct api_answer answer;

	setpriority(PRIO_PROCESS, 0, NICENESS);
	sources_open_anew(clerk->aside->sources);
	api_answer_make(clerk->aside->sources, arena, &clerk->asked.question, &now, &answer);
	write_down(clerk->paper, &answer);
	return EXIT_SUCCESS;
}

/* False if there is neither memory nor a process to be had. */
static bool clerk_begin(struct clerk *clerk, const struct asked *asked) {
	clerk->paper = child_share(sizeof *clerk->paper);
	clerk->asked = *asked;
	if (clerk->paper && worker_begin(clerk->worker, work) == 0)
		return true;
	clerk->paper = child_unshare(clerk->paper, sizeof *clerk->paper);
	return false;
}

static struct clerk *find_idle(struct aside *aside) {
	for (size_t i = 0; i < WORKERS; i++)
		if (!aside->clerks[i].paper)
			return &aside->clerks[i];
	return NULL;
}

/* The child begins with what is known here of the configuration; without a look at it, each one would read it anew. */
static void begin(struct aside *aside, struct clerk *clerk, struct asked *asked) {
	sources_look(aside->sources);
	if (!clerk_begin(clerk, asked))
		refuse(asked, E_DHCP_SERVER_NOT_REACHABLE,
		       "the daemon has too much to do to look through the leases; try again");
}

static void begin_next(struct aside *aside, struct clerk *clerk) {
	struct asked next;

	while (aside->n_waiting && !clerk->paper) {
		next = aside->waiting[0];
		memmove(aside->waiting, aside->waiting + 1, --aside->n_waiting * sizeof next);
		begin(aside, clerk, &next);
	}
}

static void on_ended(void *context, int status) {
	struct clerk *clerk = context;
	struct paper *paper = TAKE_POINTER(clerk->paper);
	struct asked asked = clerk->asked;
	struct api_answer answer;

	if (paper->is_written && WIFEXITED(status)) {
		answer = (struct api_answer){ .http_status = paper->http_status,
					      .content_type = paper->content_type,
					      .body = mem_dup_text(paper->body) };
		asked_end(&asked, &answer);
	} else {
		refuse(&asked, E_DHCP_JET_ERROR,
		       "looking through the leases was ended before its time; look at the disk and at the system's log");
	}
	child_unshare(paper, sizeof *paper);
	begin_next(clerk->aside, clerk);
}

struct aside *aside_new(struct loop *loop, struct sources *sources) {
	struct aside *aside = mem_alloc(sizeof *aside);

	aside->sources = sources;
	for (size_t i = 0; i < WORKERS; i++) {
		aside->clerks[i].aside = aside;
		aside->clerks[i].worker = worker_new(loop, on_ended, &aside->clerks[i]);
	}
	return aside;
}

struct aside *aside_free(struct aside *aside) {
	static const char sentence[] = "the daemon ends; ask again when it is there";

	if (!aside)
		return NULL;
	for (size_t i = 0; i < WORKERS; i++) {
		struct clerk *clerk = &aside->clerks[i];

		worker_free(clerk->worker);
		if (clerk->paper)
			refuse(&clerk->asked, E_DHCP_SERVER_NOT_REACHABLE, sentence);
		child_unshare(clerk->paper, sizeof *clerk->paper);
	}
	for (size_t i = 0; i < aside->n_waiting; i++)
		refuse(&aside->waiting[i], E_DHCP_SERVER_NOT_REACHABLE, sentence);
	free(aside);
	return NULL;
}

static const struct order_answer *copy_of(const struct order_answer *done) {
	struct order_answer *copy = done ? mem_alloc(sizeof *copy) : NULL;

	if (done)
		*copy = *done;
	return copy;
}

void aside_ask(struct aside *aside, const struct api_question *question, aside_done_f *done, void *context) {
	struct asked asked = { *question, done, context };
	struct clerk *clerk = find_idle(aside);

	asked.question.done = copy_of(question->done);
	if (clerk)
		begin(aside, clerk, &asked);
	else if (aside->n_waiting < WAITING_MAX)
		aside->waiting[aside->n_waiting++] = asked;
	else
		refuse(&asked, E_DHCP_SERVER_NOT_REACHABLE,
		       "the daemon has too much to do to look through the leases; try again");
}
