/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/record.h"

#include <string.h>

#include "base/counter.h"
#include "base/event.h"
#include "rt/role.h"

#define AGAIN_MS 1000

static void save_again(void *context) {
	record_save(context);
}

static void servers_read(struct record *record) {
	struct dhcp_server *servers;

	record->servers_arena = arena_new(0);
	if (directory_store_listing(record->store, record->servers_arena, &servers, &record->n_servers,
				    &record->is_list_known) == 0)
		record->servers = servers;
}

void record_init(struct record *ret_record, struct loop *loop, struct directory_store *store) {
	*ret_record = (struct record){ .store = store, .loop = loop };
	ret_record->again = loop_timer_new(loop, save_again, ret_record);
	servers_read(ret_record);
	verdict_init(&ret_record->verdict);
	/* What cannot be read is as if it had never been: nobody is served on its strength. */
	if (directory_store_verdict(store, &ret_record->verdict) < 0)
		verdict_init(&ret_record->verdict);
	if (directory_store_status(store, &ret_record->status) < 0)
		ret_record->status = (struct directory_status){ 0 };
}

void record_done(struct record *record) {
	record->again = loop_timer_free(record->again);
	record->servers_arena = arena_free(record->servers_arena);
}

static bool are_servers_equal(const struct record *record, const struct dhcp_server *servers, size_t n_servers) {
	if (!record->is_list_known || record->n_servers != n_servers)
		return false;
	for (size_t i = 0; i < n_servers; i++)
		if (!is_dhcp_server_equal(&record->servers[i], &servers[i]))
			return false;
	return true;
}

void record_take_servers(struct record *record, const struct dhcp_server *servers, size_t n_servers) {
	struct dhcp_server *copy;

	if (are_servers_equal(record, servers, n_servers))
		return;
	arena_reset(record->servers_arena);
	copy = arena_array_of(record->servers_arena, struct dhcp_server, n_servers);
	if (n_servers)
		memcpy(copy, servers, n_servers * sizeof *copy);
	record->servers = copy;
	record->n_servers = n_servers;
	record->is_list_known = record->is_list_new = true;
}

bool has_record_new_servers(const struct record *record) {
	return record->is_list_new;
}

static void entries_write(struct directory_write *write, const struct acceptance_result *result) {
	for (size_t i = 0; i < result->n_removed; i++)
		directory_write_remove(write, &result->removed[i]);
	for (size_t i = 0; i < result->n_accepted; i++)
		directory_write_accepted(write, result->accepted[i]);
	for (size_t i = 0; i < result->n_pending; i++)
		directory_write_pending(write, result->pending[i]);
	directory_write_findings(write, &result->findings);
}

static int write_all(struct record *record, const struct acceptance_result *result, struct span cookie,
		     struct error *reterr_error) {
	struct directory_write *write;
	int code = directory_write_begin(record->store, &write);

	if (code < 0)
		return error_set(reterr_error, (enum error_code)-code, "no transaction can be started");
	if (result)
		entries_write(write, result);
	if (cookie.len)
		directory_write_cookie(write, RECORD_FEED_CONFIG, cookie);
	if (record->is_list_new)
		directory_write_listing(write, record->servers, record->n_servers);
	directory_write_verdict(write, &record->verdict);
	directory_write_status(write, &record->status);
	return directory_write_commit(write, reterr_error);
}

/* What could not be stored must act all the same if it ends service. A void verdict stays so until another one that
 * serves is stored: until then it makes no difference, and serve may not have read the new one yet. */
static void void_note(const struct record *record, bool is_stored) {
	if (is_authority_state_serving(record->verdict.state) == is_stored)
		counters_set_verdict_void(!is_stored);
}

static bool save(struct record *record, const struct acceptance_result *result, struct span cookie) {
	struct error error;

	if (!is_directory_store_current(record->store)) {
		event_emit(EVENT_STORE_REPLACED, "the local copy of the directory");
		loop_stop(record->loop);
		return false;
	}
	if (write_all(record, result, cookie, &error) < 0) {
		if (!record->is_failing)
			event_emit_error(EVENT_COPY_FAILED, &error);
		record->is_failing = true;
		void_note(record, false);
		loop_timer_set(record->again, AGAIN_MS);
		return false;
	}
	record->is_failing = record->is_list_new = false;
	loop_timer_clear(record->again);
	void_note(record, true);
	if (record->is_decided)
		counters_note_verdict();
	role_wake(HERITAGE_WAKE_SERVE);
	return true;
}

void record_save(struct record *record) {
	save(record, NULL, span_of(NULL, 0));
}

bool record_save_entries(struct record *record, const struct acceptance_result *result, struct span cookie) {
	return save(record, result, cookie);
}
