/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile: leases, their indexes and the directory compared, page by page, and put right. */
#include <poll.h>
#include <string.h>

#include "admin/call.h"
#include "admin/daemon.h"
#include "admin/result.h"
#include "base/clock.h"
#include "base/ip4.h"
#include "base/mem.h"
#include "model/inconsistency.h"

#define LISTED_MAX 1000 /* findings in a result */
#define REINDEX_WAIT_MS (10 * 60 * 1000)
#define REINDEX_LOOK_MS 100

/* One comparison, from its first page to its last. Embedded. */
struct survey {
	uint64_t n_records;
	uint64_t counts[INCONSISTENCY_COUNT];
	json_t *findings; /* owned; at most LISTED_MAX */
	json_t *ranges;   /* owned; [first, last] for each page with records to correct */
};

/* Who is asked, and about what. Embedded. */
struct reconciling {
	struct call *call;
	const char *socket_path;
	const char *network; /* NULL: all scopes */
	bool is_all;         /* list what needs no mending, too */
	uint64_t n_corrected, n_removed;
	bool is_rebuilt;
};

static void survey_done(struct survey *survey) {
	json_decref(survey->findings);
	json_decref(survey->ranges);
	*survey = (struct survey){ 0 };
}

static void survey_begin(struct survey *survey) {
	survey_done(survey);
	survey->findings = json_array();
	survey->ranges = json_array();
}

/* How many findings @mending would mend. */
static uint64_t survey_count(const struct survey *survey, enum mending mending) {
	uint64_t n = 0;

	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++)
		if (inconsistency_info_get(kind)->mending == mending)
			n += survey->counts[kind];
	return n;
}

static uint64_t count_wrong(const struct survey *survey) {
	return survey_count(survey, MENDING_RECORDS) + survey_count(survey, MENDING_INDEXES);
}

static void survey_take(struct survey *survey, const json_t *page) {
	const json_t *counts = json_object_get(page, "counts");
	json_t *finding;
	size_t i;

	survey->n_records += (uint64_t)json_integer_value(json_object_get(page, "records"));
	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++)
		survey->counts[kind] +=
			(uint64_t)json_integer_value(json_object_get(counts, inconsistency_info_get(kind)->word));
	json_array_foreach(json_object_get(page, "findings"), i, finding) {
		if (json_array_size(survey->findings) < LISTED_MAX)
			json_array_append(survey->findings, finding);
	}
	if (json_is_string(json_object_get(page, "first")))
		json_array_append_new(survey->ranges, json_pack("[O,O]", json_object_get(page, "first"),
								json_object_get(page, "last")));
}

static int ask(const struct reconciling *work, const char *method, const char *path, json_t **ret_answer,
	       struct error *reterr_error) {
	const struct daemon_request request = { .method = method, .path = path };

	return daemon_ask(work->socket_path, &request, ret_answer, reterr_error);
}

/* The page behind the place @at; "": the first one. */
static int get_page(const struct reconciling *work, const char *at, json_t **ret_page, struct error *reterr_error) {
	char *path = mem_format("/v1/reconcile?notes=%s%s%s%s%s", work->is_all ? "yes" : "no",
				work->network ? "&scope=" : "", work->network ? work->network : "", at[0] ? "&at=" : "",
				at);
	int r = ask(work, "GET", path, ret_page, reterr_error);

	free(path);
	return r;
}

/* The records are told, the indexes take as long again: all of them are but one step of the count. */
static void show_progress(const struct reconciling *work, const struct survey *survey, const json_t *page) {
	size_t total = (size_t)json_integer_value(json_object_get(page, "total"));
	size_t done = survey->n_records < total ? (size_t)survey->n_records : total;

	if (json_is_string(json_object_get(page, "next")))
		call_progress(work->call, done, total + 1, "records compared");
	else
		call_progress(work->call, total + 1, total + 1, "");
}

static int survey_make(const struct reconciling *work, struct survey *survey, struct error *reterr_error) {
	json_t *page = NULL, *last;
	int r = get_page(work, "", &page, reterr_error);

	survey_begin(survey);
	while (r == 0) {
		survey_take(survey, page);
		show_progress(work, survey, page);
		if (!json_is_string(json_object_get(page, "next")))
			break;
		last = page;
		page = NULL;
		r = get_page(work, result_text_at(last, "next"), &page, reterr_error);
		json_decref(last);
	}
	if (r < 0)
		call_progress(work->call, 1, 1, "");
	json_decref(page);
	return r;
}

/* Correct all records from @first to @last, some at a time. */
static int correct(struct reconciling *work, const char *first, const char *last, struct error *reterr_error) {
	json_t *next = json_string(first), *answer = NULL;
	int r = 0;

	while (r == 0 && json_is_string(next)) {
		char *path = mem_format("/v1/reconcile/records?from=%s&to=%s", json_string_value(next), last);

		r = ask(work, "POST", path, &answer, reterr_error);
		free(path);
		json_decref(next);
		next = NULL;
		if (r < 0)
			break;
		work->n_corrected += (uint64_t)json_integer_value(json_object_get(answer, "corrected"));
		work->n_removed += (uint64_t)json_integer_value(json_object_get(answer, "removed"));
		next = json_incref(json_object_get(answer, "next"));
		json_decref(answer);
	}
	json_decref(next);
	return r;
}

static int correct_records(struct reconciling *work, const struct survey *survey, struct error *reterr_error) {
	const char *unreadable = inconsistency_info_get(INCONSISTENCY_UNREADABLE)->word;
	const json_t *item;
	size_t i;
	int r = 0;

	json_array_foreach(survey->findings, i, item) {
		if (r == 0 && strcmp(result_text_at(item, "kind"), unreadable) == 0)
			r = correct(work, result_text_at(item, "address"), result_text_at(item, "address"), reterr_error);
	}
	json_array_foreach(survey->ranges, i, item) {
		if (r == 0)
			r = correct(work, json_string_value(json_array_get(item, 0)),
				    json_string_value(json_array_get(item, 1)), reterr_error);
	}
	return r;
}

/* How often the indexes were made anew since the daemon's start. */
static int count_rebuilt(const struct reconciling *work, json_int_t *ret_count, struct error *reterr_error) {
	json_t *status = NULL;
	int r = ask(work, "GET", "/v1/status", &status, reterr_error);

	if (r == 0)
		*ret_count = json_integer_value(json_object_get(json_object_get(status, "counters"), "indexes_mended"));
	json_decref(status);
	return r;
}

static int wait_until_rebuilt(const struct reconciling *work, json_int_t before, struct error *reterr_error) {
	uint64_t limit_ms = clock_now().boot_ms + REINDEX_WAIT_MS;
	json_int_t count = before;
	int r = 0;

	while (r == 0 && count == before) {
		if (clock_now().boot_ms >= limit_ms)
			return error_set(
				reterr_error, E_DHCP_SERVER_NOT_REACHABLE,
				"the indexes were not made anew within ten minutes; the daemon's log may say why, and lessorctl "
				"reconcile shows whether they were since");
		poll(NULL, 0, REINDEX_LOOK_MS);
		r = count_rebuilt(work, &count, reterr_error);
	}
	return r;
}

static int rebuild_indexes(struct reconciling *work, struct error *reterr_error) {
	json_int_t before = 0;
	json_t *answer = NULL;
	int r = count_rebuilt(work, &before, reterr_error);

	if (r == 0)
		r = ask(work, "POST", "/v1/reconcile/indexes", &answer, reterr_error);
	json_decref(answer);
	if (r == 0)
		r = wait_until_rebuilt(work, before, reterr_error);
	work->is_rebuilt = r == 0;
	return r;
}

/* Records are looked for by the indexes, so these come first; what was hidden by them is seen then. */
static int mend(struct reconciling *work, const struct survey *before, struct survey *after,
		struct error *reterr_error) {
	int r = 0;

	if (survey_count(before, MENDING_INDEXES)) {
		r = rebuild_indexes(work, reterr_error);
		if (r == 0)
			r = survey_make(work, after, reterr_error);
		before = after;
	}
	if (r == 0)
		r = correct_records(work, before, reterr_error);
	return r < 0 ? r : survey_make(work, after, reterr_error);
}

static json_t *kinds_json(const struct survey *survey) {
	json_t *kinds = json_array();

	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++) {
		const struct inconsistency_info *info = inconsistency_info_get(kind);

		if (survey->counts[kind])
			json_array_append_new(kinds, json_pack("{s:s,s:I,s:s,s:s,s:s}", "kind", info->word, "count",
							       (json_int_t)survey->counts[kind], "mending",
							       mending_name(info->mending), "description",
							       info->description, "remedy", info->remedy));
	}
	return kinds;
}

/* How many of the findings that are to be listed are not. */
static uint64_t count_unlisted(const struct reconciling *work, const struct survey *survey) {
	uint64_t n = count_wrong(survey) + (work->is_all ? survey_count(survey, MENDING_NOTHING) : 0);

	return n - json_array_size(survey->findings);
}

static int confirm(const struct reconciling *work, const struct survey *survey, struct error *reterr_error) {
	uint64_t n_records = survey_count(survey, MENDING_RECORDS);

	if (n_records == 0)
		return call_confirm(work->call, reterr_error,
				    "this makes the indexes of the lease store anew from its records");
	return call_confirm(
		work->call, reterr_error,
		"this corrects or removes lease records, of which %llu contradict the directory or each other%s",
		(unsigned long long)n_records,
		survey_count(survey, MENDING_INDEXES) ? ", and makes the indexes of the lease store anew" : "");
}

/* What was found first, what was done, and how much is left. */
static int report(const struct reconciling *work, const struct survey *before, uint64_t n_left) {
	json_t *result = json_object();

	json_object_set_new(result, "scope", work->network ? json_string(work->network) : json_null());
	json_object_set_new(result, "records", json_integer((json_int_t)before->n_records));
	json_object_set_new(result, "inconsistencies", json_integer((json_int_t)count_wrong(before)));
	json_object_set_new(result, "kinds", kinds_json(before));
	json_object_set(result, "findings", before->findings);
	json_object_set_new(result, "unlisted", json_integer((json_int_t)count_unlisted(work, before)));
	json_object_set_new(result, "corrected", json_integer((json_int_t)work->n_corrected));
	json_object_set_new(result, "removed", json_integer((json_int_t)work->n_removed));
	json_object_set_new(result, "rebuilt", json_boolean(work->is_rebuilt));
	json_object_set_new(result, "remaining", json_integer((json_int_t)n_left));
	call_done(work->call, result);
	return n_left ? 1 : 0;
}

static int run(struct reconciling *work, struct error *reterr_error) {
	struct survey before = { 0 }, after = { 0 };
	int r = survey_make(work, &before, reterr_error);
	bool is_mending = is_call_given(work->call, "fix") && r == 0 && count_wrong(&before);

	if (is_mending)
		r = confirm(work, &before, reterr_error);
	if (is_mending && r == 0)
		r = mend(work, &before, &after, reterr_error);
	if (r == 0)
		r = report(work, &before, count_wrong(is_mending ? &after : &before));
	survey_done(&before);
	survey_done(&after);
	return r;
}

int reconcile_run(struct call *call, struct error *reterr_error) {
	struct reconciling work = { .call = call, .is_all = is_call_given(call, "all") };
	const char *word = call_value(call, "network");
	struct ip4 address;
	int r;

	work.network = word ? arena_dup(call->arena, span_of(word, strcspn(word, "/"))) : NULL;
	if (word && ip4_parse(work.network, &address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a network address such as 10.77.0.0",
				 word);
	r = call_find_socket(call, &work.socket_path, reterr_error);
	return r < 0 ? r : run(&work, reterr_error);
}
