/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl apply: the directory is made equal to a file. */
#include <stdlib.h>
#include <string.h>

#include "admin/call.h"
#include "admin/plan_text.h"
#include "admin/result.h"
#include "admin/target.h"
#include "admin/tree.h"
#include "admin/usage.h"
#include "base/mem.h"
#include "base/text.h"
#include "json/json.h"

#define ERRORS_DEFAULT 10
#define ERRORS_MAX 1000000
#define QUESTION_LINES 40 /* of the plan; what does not fit is counted */
#define PROGRESS_STEPS 200

/* An application under way. */
struct application {
	struct call *call;
	const struct tree *tree;
	struct target target;
	const char *sum;                  /* of the plan, with what clients lose by it */
	struct directory_change *changes; /* of the plan, in its order */
	size_t first;                     /* of the stage under way */
	size_t n_done, n_failed, n_errors_max;
	struct error first_error;
	json_t *errors; /* owned: array */
};

/* ------------------------------------------------------------------ before anything is changed */

static void add_finding(void *context, const struct finding *finding) {
	json_array_append_new(context, finding_json(finding));
}

/* The daemon's own rules, on the tree as it will be. */
static int check_result(struct application *application, struct error *reterr_error) {
	const struct directory_entries *entries = &application->tree->entries;
	struct tree_entries before = { entries->items, entries->n_items };
	struct tree_entries after = { application->target.plan.result, application->target.plan.n_result };
	json_t *findings = json_array();
	size_t n = target_find_mistakes(&before, &after, add_finding, findings);
	json_t *first = json_array_get(findings, 0);
	int r = 0;

	if (n)
		r = error_set(reterr_error, (enum error_code)json_integer_value(json_object_get(first, "code")),
			      "%s would make %zu mistake%s, and nothing was changed; the first: %s: %s",
			      call_value(application->call, "file"), n, n == 1 ? "" : "s",
			      json_string_value(json_object_get(first, "dn")),
			      json_string_value(json_object_get(first, "reason")));
	if (n)
		call_done(application->call, json_pack("{s:O}", "findings", findings));
	json_decref(findings);
	return r;
}

/* "removes 3 entries, and 2 addresses are leased in the scopes that go" */
static const char *sum_up(const struct application *application) {
	const struct plan *plan = &application->target.plan;
	const char *sum = plan_sum(plan, application->call->arena);
	struct usage all = { 0, 0 }, one;

	for (size_t i = 0; i < plan->n_changes; i++) {
		if (plan->changes[i].action != PLAN_DELETE || plan->changes[i].class != CLASS_SCOPE)
			continue;
		one = usage_of_scope(application->call, application->tree, plan->changes[i].given);
		all.n_dhcp += one.n_dhcp;
		all.n_bootp += one.n_bootp;
	}
	if (all.n_dhcp + all.n_bootp == 0)
		return sum;
	return arena_format(application->call->arena, "%s, and %s leased in the scopes that go", sum,
			    usage_text(application->call->arena, all));
}

/* All of what is lost and changed, as far as a person can read it. */
static int ask(struct application *application, struct error *reterr_error) {
	char *text CLEANUP(cleanup_free) = plan_text(&application->target.plan, QUESTION_LINES);
	char *question CLEANUP(cleanup_free) = mem_format("%sthis %s", text, application->sum);

	if (session_ask(application->call->session, question))
		return 0;
	return error_set(reterr_error, E_CANCELLED, "cancelled; nothing was changed");
}

/* ------------------------------------------------------------------ changing */

/* The code if somebody else makes an entry first. */
static enum error_code taken_code(enum schema_class class) {
	static const enum error_code codes[CLASS_COUNT + 1] = {
		[CLASS_ROOT] = E_DDS_UNEXPECTED_ERROR,
		[CLASS_SITE] = E_DDS_UNEXPECTED_ERROR,
		[CLASS_SERVER] = E_DDS_SERVER_ALREADY_EXISTS,
		[CLASS_SCOPE] = E_DDS_SUBNET_EXISTS,
		[CLASS_RESERVATION] = E_DDS_RESERVATION_CONFLICT,
		[CLASS_CLIENT_CLASS] = E_DDS_CLASS_EXISTS,
		[CLASS_DEFINITION] = E_DDS_OPTION_ALREADY_EXISTS,
		[CLASS_POLICY] = E_DHCP_POLICY_EXISTS,
		[CLASS_COUNT] = E_DDS_UNEXPECTED_ERROR,
	};

	return codes[class] ? codes[class] : E_DDS_UNEXPECTED_ERROR;
}

static void make_changes(struct application *application) {
	const struct plan *plan = &application->target.plan;

	application->changes = arena_array_of(application->call->arena, struct directory_change, plan->n_changes);
	for (size_t i = 0; i < plan->n_changes; i++) {
		const struct plan_change *change = &plan->changes[i];
		const char *version = change->before ? application->tree->entries.marks[change->place].version : "";

		application->changes[i] =
			(struct directory_change){ change->given, change->written, version, taken_code(change->class) };
	}
}

static bool note_result(void *context, size_t index, int r, const struct error *error) {
	struct application *application = context;
	const struct directory_change *change = &application->changes[application->first + index];
	const char *dn = change->before ? change->before->dn : change->after->dn;
	size_t total = application->target.plan.n_changes, step = total / PROGRESS_STEPS + 1;
	json_t *row;

	if (r < 0) {
		row = result_error(error);
		json_object_set_new(row, "dn", result_text(dn));
		json_array_append_new(application->errors, row);
		if (application->n_failed++ == 0)
			application->first_error = *error;
	} else if (++application->n_done % step == 0 && application->n_done < total) {
		call_progress(application->call, application->n_done, total, dn);
	}
	return application->n_failed < application->n_errors_max;
}

/* The place behind the changes that can be made together with the one at @first; of a file all can. */
static size_t stage_end(const struct application *application, size_t first) {
	const struct plan *plan = &application->target.plan;
	bool is_file = is_directory_file(application->tree->directory);
	size_t end = first;

	while (end < plan->n_changes && (is_file || plan->changes[end].stage == plan->changes[first].stage))
		end++;
	return end;
}

static int write_stages(struct application *application, struct error *reterr_error) {
	size_t total = application->target.plan.n_changes, next = 0;
	int r = 0;

	while (r == 0 && next < total && application->n_failed < application->n_errors_max) {
		application->first = next;
		next = stage_end(application, next);
		r = directory_write_all(application->tree->directory, application->changes + application->first,
					next - application->first, note_result, application, reterr_error);
	}
	call_progress(application->call, total, total, "");
	return r;
}

/* How it ended, where not all was done. */
static int report_failure(struct application *application, int r, struct error *reterr_error) {
	size_t total = application->target.plan.n_changes, n = application->n_failed;
	const char *advice = "mend it and repeat: what is done is not done again";

	if (r < 0)
		return error_prefix(
			reterr_error,
			"%zu of %zu changes were made, then the connection failed; repeat, what is done is not done again",
			application->n_done, total);
	if (n >= application->n_errors_max)
		return error_set(reterr_error, E_DDS_TOO_MANY_ERRORS,
				 "stopped after %zu error%s; %zu of %zu changes were made; the first: %.280s; %s", n,
				 n == 1 ? "" : "s", application->n_done, total, application->first_error.text, advice);
	return error_set(reterr_error, (enum error_code)application->first_error.code,
			 "%zu of %zu changes were made, %zu failed; the first: %.280s; %s", application->n_done, total,
			 n, application->first_error.text, advice);
}

/* ------------------------------------------------------------------ afterwards */

static void warn_of_finding(void *context, const struct finding *finding) {
	call_warn(context, (enum error_code)finding->code,
		  "%s: %s (somebody else has changed something at the same moment)", finding->dn, finding->reason);
}

/* Whoever else changed the tree at the same moment may have made what contradicts the file. */
static int look_again(struct application *application, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree now = { 0 };
	struct tree_entries wanted = { application->target.plan.result, application->target.plan.n_result };
	struct tree_entries found;
	struct target target;
	int r = tree_load(application->call, &now, reterr_error);

	if (r == 0)
		r = target_compare(&now, &application->target.wanted, is_call_given(application->call, "keep"), &target,
				   reterr_error);
	if (r < 0)
		return error_prefix(reterr_error, "everything was written, but could not be looked at again");
	if (target.plan.n_changes)
		call_warn(
			application->call, E_DDS_UNEXPECTED_ERROR,
			"somebody else changed the tree at the same moment, and it differs from the file again; repeat to see in what");
	found = (struct tree_entries){ now.entries.items, now.entries.n_items };
	target_find_mistakes(&wanted, &found, warn_of_finding, application->call);
	return 0;
}

/* ------------------------------------------------------------------ the whole */

static json_t *describe(const struct application *application, const char *message) {
	const struct plan *plan = &application->target.plan;

	return json_pack("{s:o, s:I, s:I, s:I}", "message", result_text(message), "added", (json_int_t)plan->n_added,
			 "changed", (json_int_t)plan->n_modified, "removed", (json_int_t)plan->n_deleted);
}

static int show_plan(struct application *application) {
	char *text CLEANUP(cleanup_free) = plan_text(&application->target.plan, 0);
	json_t *result = describe(application, arena_format(application->call->arena, "this %s; nothing was changed",
							    application->sum));

	json_object_set_new(result, "changes", plan_json(&application->target.plan));
	json_object_set_new(result, "text", result_text(text));
	return call_done(application->call, result);
}

static int write_plan(struct application *application, struct error *reterr_error) {
	int r;

	make_changes(application);
	r = write_stages(application, reterr_error);
	if (r < 0 || application->n_failed) {
		call_done(application->call,
			  json_pack("{s:I, s:I, s:O}", "done", (json_int_t)application->n_done, "failed",
				    (json_int_t)application->n_failed, "errors", application->errors));
		return report_failure(application, r, reterr_error);
	}
	if (!is_directory_file(application->tree->directory))
		r = look_again(application, reterr_error);
	if (r < 0)
		return r;
	return call_done(application->call,
			 describe(application, arena_format(application->call->arena, "done: %s", application->sum)));
}

static int apply_file(struct application *application, struct error *reterr_error) {
	const char *path = call_value(application->call, "file");
	int r;

	if (application->target.plan.n_changes == 0)
		return call_done(
			application->call,
			describe(application, arena_format(application->call->arena,
							   "nothing to do: the configuration is as %s says", path)));
	r = check_result(application, reterr_error);
	if (r == 0)
		application->sum = sum_up(application);
	if (r == 0 && is_call_given(application->call, "dry-run"))
		return show_plan(application);
	if (r == 0)
		r = ask(application, reterr_error);
	return r < 0 ? r : write_plan(application, reterr_error);
}

static int take_errors_max(struct call *call, size_t *ret_max, struct error *reterr_error) {
	const char *text = call_value(call, "max-errors");
	uint64_t number = ERRORS_DEFAULT;

	if (text && (text_parse_u64(text, ERRORS_MAX, &number) < 0 || number == 0))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "--max-errors is \"%.40s\"; write a number from 1 to %d", text, ERRORS_MAX);
	*ret_max = (size_t)number;
	return 0;
}

int apply_run(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct application application = { .call = call, .tree = &tree };
	int r = take_errors_max(call, &application.n_errors_max, reterr_error);

	if (r == 0)
		r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = target_read(&tree, call_value(call, "file"), is_call_given(call, "rebase"),
				is_call_given(call, "keep"), &application.target, reterr_error);
	if (r < 0)
		return r;
	application.errors = json_array();
	r = apply_file(&application, reterr_error);
	json_decref(application.errors);
	return r;
}
