/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <unistd.h>

#include "api/answer.h"
#include "api/aside.h"
#include "api/asking.h"
#include "api/import.h"
#include "api/peer.h"
#include "api/survey.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/backup_board.h"
#include "rt/privilege.h"

#define HEADERS_MAX 8192
#define BODY_MAX (1u << 20) /* an import's */
#define IDLE_SECONDS 10
#define REQUEST_ARENA_MAX ((size_t)64 << 20)
#define DESCRIPTORS_MAX 128 /* some 40 of which are the role's own; more than there can be orders, which wait */
#define CROWDED_RETRY_MS 50

struct api {
	struct sources *sources;
	struct asking *asking;
	struct aside *aside;
	struct survey_desk *counts, *checks;
	struct arena *arena; /* of the request at hand */
	struct evhttp *http;
	struct evconnlistener *listener; /* owned by http */
	struct loop_timer *crowded;
	const struct config *config;
	gid_t group; /* whose members may ask */
};

static enum api_method method_of(struct evhttp_request *request) {
	enum evhttp_cmd_type command = evhttp_request_get_command(request);

	return command == EVHTTP_REQ_GET      ? API_METHOD_GET
	       : command == EVHTTP_REQ_POST   ? API_METHOD_POST
	       : command == EVHTTP_REQ_DELETE ? API_METHOD_DELETE
					      : API_METHOD_OTHER;
}

static int check_peer(const struct api *api, struct evhttp_request *request, unsigned *ret_uid,
		      struct error *reterr_error) {
	struct bufferevent *stream = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
	struct peer peer;
	bool is_allowed;

	if (peer_read(bufferevent_getfd(stream), &peer) < 0)
		return error_set(reterr_error, E_ACCESS_DENIED, "it is not known who asks");
	is_allowed = is_peer_allowed(&peer, geteuid(), api->group);
	peer_done(&peer);
	if (is_allowed) {
		*ret_uid = peer.uid;
		return 0;
	}
	return error_set(reterr_error, E_DHCP_NO_ADMIN_PERMISSION,
			 "the user with number %u may not manage this server; ask as root, or as a member of the group that "
			 "api-group names in lessord.conf", (unsigned)peer.uid);
}

static void send_answer(struct evhttp_request *request, struct api_answer *answer) {
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	evhttp_add_header(headers, "Content-Type", answer->content_type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	/* A connection is one request, so that none is held longer than it takes. */
	evhttp_add_header(headers, "Connection", "close");
	evbuffer_add(evhttp_request_get_output_buffer(request), answer->body, strlen(answer->body));
	evhttp_send_reply(request, answer->http_status, NULL, NULL);
	free(answer->body);
}

/* A request that has been understood, and waits for serve, a survey or its answer. */
struct waiting {
	struct api *api;
	struct evhttp_request *http_request; /* ours until it is answered, even if its connection is gone by then */
	struct api_request request;
	struct import *import; /* owned; NULL if none is asked for */
	unsigned uid;
};

static struct api_question question_of(const struct waiting *waiting, const struct order_answer *done,
				       const struct lease_survey *survey) {
	return (struct api_question){
		.request = &waiting->request,
		.done = done,
		.import = waiting->import,
		.survey = survey,
		.uid = waiting->uid,
		.config = waiting->api->config,
	};
}

static void answer_request(struct waiting *waiting, const struct order_answer *done,
			   const struct lease_survey *survey) {
	const struct api_question question = question_of(waiting, done, survey);
	struct api *api = waiting->api;
	struct moment now = clock_now();
	struct api_answer answer;

	api_answer_make(api->sources, api->arena, &question, &now, &answer);
	arena_reset(api->arena);
	if (answer.is_recheck) {
		role_wake(HERITAGE_WAKE_DIR);
		role_wake(HERITAGE_WAKE_WATCH);
	}
	send_answer(waiting->http_request, &answer);
}

static void on_answered_aside(void *context, struct api_answer *answer) {
	struct waiting *waiting = context;

	send_answer(waiting->http_request, answer);
	free(waiting);
}

static void answer_aside(struct waiting *waiting, const struct order_answer *done) {
	const struct api_question question = question_of(waiting, done, NULL);

	aside_ask(waiting->api->aside, &question, on_answered_aside, waiting);
}

static void on_order_done(void *context, const struct order_answer *done) {
	struct waiting *waiting = context;

	if (waiting->request.is_long) {
		answer_aside(waiting, done);
		return;
	}
	answer_request(waiting, done, NULL);
	free(waiting);
}

static void on_import_done(void *context) {
	struct waiting *waiting = context;

	answer_request(waiting, NULL, NULL);
	import_free(waiting->import);
	free(waiting);
}

static void on_survey_done(void *context, const struct lease_survey *survey) {
	struct waiting *waiting = context;

	answer_request(waiting, NULL, survey);
	free(waiting);
}

static void wait_for_survey(struct waiting *waiting) {
	struct api *api = waiting->api;
	bool is_check = waiting->request.route == API_ROUTE_DATABASE_CHECK;

	survey_desk_ask(is_check ? api->checks : api->counts, on_survey_done, waiting);
}

static void begin_waiting(const struct waiting *asked) {
	struct waiting *waiting = mem_alloc(sizeof *waiting);

	*waiting = *asked;
	waiting->request.order.uid = asked->uid;
	if (waiting->request.is_survey)
		wait_for_survey(waiting);
	else if (waiting->import)
		import_run(waiting->import, asked->api->asking, on_import_done, waiting);
	else if (waiting->request.has_order)
		asking_order(asked->api->asking, &waiting->request.order, NULL, on_order_done, waiting);
	else
		answer_aside(waiting, NULL);
}

/* False if the answer can be made at once. */
static bool must_wait(const struct waiting *asked) {
	return asked->request.has_order || asked->request.is_survey || asked->request.is_long || asked->import;
}

static void refuse_request(struct evhttp_request *http_request, const struct error *error) {
	char methods[API_METHODS_MAX];
	struct api_answer answer;

	if (error->code == E_NOT_SUPPORTED) { /* RFC 9110 15.5.6 */
		api_request_allowed(evhttp_request_get_uri(http_request), methods);
		evhttp_add_header(evhttp_request_get_output_headers(http_request), "Allow", methods);
	}
	api_answer_error(error, &answer);
	send_answer(http_request, &answer);
}

static int understand(struct waiting *asked, struct error *reterr_error) {
	struct evbuffer *buffer = evhttp_request_get_input_buffer(asked->http_request);
	struct span body = span_of(evbuffer_pullup(buffer, -1), evbuffer_get_length(buffer));
	int r = api_request_parse(method_of(asked->http_request), evhttp_request_get_uri(asked->http_request), body,
				  &asked->request, reterr_error);

	if (r == 0 && asked->request.route == API_ROUTE_LEASE_IMPORT)
		r = import_new(body, asked->uid, clock_now().wall_s, &asked->import, reterr_error);
	return r;
}

static void on_request(struct evhttp_request *http_request, void *context) {
	struct waiting asked = { .api = context, .http_request = http_request };
	struct error error;
	int r;

	r = check_peer(context, http_request, &asked.uid, &error);
	if (r == 0)
		r = understand(&asked, &error);
	if (r < 0)
		refuse_request(http_request, &error);
	else if (must_wait(&asked))
		begin_waiting(&asked);
	else
		answer_request(&asked, NULL, NULL);
}

/* libevent does not count connections. But the kernel gives the lowest free number to a new descriptor, so the number
 * that the next one would get says how many are open. */
static bool is_crowded(void) {
	int next = dup(HERITAGE_CONTROL);

	if (next < 0)
		return true;
	close(next);
	return next >= DESCRIPTORS_MAX;
}

static void on_crowded(void *context) {
	struct api *api = context;

	if (is_crowded())
		loop_timer_set(api->crowded, CROWDED_RETRY_MS);
	else
		evconnlistener_enable(api->listener);
}

/* Called for each new connection; NULL leaves making its stream to libevent. */
static struct bufferevent *on_connection(struct event_base *base, void *context) {
	struct api *api = context;

	if (is_crowded()) {
		evconnlistener_disable(api->listener);
		loop_timer_set(api->crowded, CROWDED_RETRY_MS);
	}
	return NULL;
}

static int find_group(const char *name, gid_t *ret_group, struct error *reterr_error) {
	*ret_group = PEER_NO_GROUP;
	return *name ? identity_find_group(name, ret_group, reterr_error) : 0;
}

static int start_http(struct api *api, struct loop *loop, struct error *reterr_error) {
	struct evhttp_bound_socket *bound = NULL;

	api->http = evhttp_new(loop_base(loop));
	if (api->http && evutil_make_socket_nonblocking(HERITAGE_API) == 0)
		bound = evhttp_accept_socket_with_handle(api->http, HERITAGE_API);
	if (!bound)
		return error_set(reterr_error, E_DHCP_RPC_INIT_FAILED, "the management socket cannot be served: %s",
				 strerror(errno));
	api->listener = evhttp_bound_socket_get_listener(bound);
	evhttp_set_max_headers_size(api->http, HEADERS_MAX);
	evhttp_set_max_body_size(api->http, BODY_MAX);
	evhttp_set_timeout(api->http, IDLE_SECONDS);
	/* Methods that no route has must reach us, to be refused in the form of all other errors. */
	evhttp_set_allowed_methods(api->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
						      EVHTTP_REQ_HEAD | EVHTTP_REQ_PATCH | EVHTTP_REQ_OPTIONS);
	evhttp_set_bevcb(api->http, on_connection, api);
	evhttp_set_gencb(api->http, on_request, api);
	return 0;
}

static void api_free(void *context) {
	struct api *api = context;

	asking_free(api->asking); /* these answer who waits */
	aside_free(api->aside);
	survey_desk_free(api->counts);
	survey_desk_free(api->checks);
	if (api->http)
		evhttp_free(api->http);
	loop_timer_free(api->crowded);
	sources_free(api->sources);
	arena_free(api->arena);
	free(api);
}

int api_run(struct role_context *context, struct error *reterr_error) {
	struct api *api = mem_alloc(sizeof *api);
	int r;

	r = find_group(context->config->api_group, &api->group, reterr_error);
	if (r == 0)
		r = start_http(api, context->loop, reterr_error);
	if (r < 0) {
		api_free(api);
		return r;
	}
	api->sources = sources_new(context->config->state_directory, context->config->server_name,
				   context->config->mode == CONFIG_MODE_STANDALONE);
	backup_board_attach(HERITAGE_BACKUP_BOARD);
	api->config = context->config;
	api->arena = arena_new(REQUEST_ARENA_MAX);
	api->asking = asking_new(context->loop);
	api->aside = aside_new(context->loop, api->sources);
	api->counts = survey_desk_new(context->loop, context->config->state_directory, false);
	api->checks = survey_desk_new(context->loop, context->config->state_directory, true);
	api->crowded = loop_timer_new(context->loop, on_crowded, api);
	context->finish = api_free;
	context->finish_context = api;
	role_ready();
	return 0;
}
