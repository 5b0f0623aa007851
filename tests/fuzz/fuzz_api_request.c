/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the API. The input is a method (1 octet), a URI, and behind a NUL a body. A request that is understood
 * keeps its bounds; whatever comes in is answered with JSON, or with metrics. */
#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "api/answer.h"
#include "api/import.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NULL, and @reterr_error filled, if the body of an import is none. */
static struct import *import_of(struct span body, struct error *reterr_error) {
	struct import *import = NULL;

	if (import_new(body, 0, 5000, &import, reterr_error) < 0)
		assert(!import && reterr_error->code > 0 && reterr_error->text[0]);
	return import;
}

static struct api_answer answer_to(enum api_method method, const char *uri, struct span body) {
	static const struct lease_survey survey = { .n_records = 1 };
	static const struct order_answer done = { .lease = { .state = LEASE_ACTIVE } };
	const struct moment now = { .wall_s = 5000 };
	struct api_request request;
	struct api_answer answer;
	struct api_question question;
	struct sources *sources;
	struct import *import = NULL;
	struct error error;
	struct arena *arena;

	if (api_request_parse(method, uri, body, &request, &error) < 0) {
		assert(error.code > 0 && error.text[0]);
		api_answer_error(&error, &answer);
		return answer;
	}
	assert(!request.has_order || is_order_valid(&request.order));
	assert(request.route < API_ROUTE_COUNT && request.limit >= 1 && request.limit <= API_LIMIT_MAX);
	if (request.route == API_ROUTE_LEASE_IMPORT) {
		import = import_of(body, &error);
		if (!import) {
			api_answer_error(&error, &answer);
			return answer;
		}
	}
	sources = sources_new("/nonexistent", "dhcp1.example.com", false);
	arena = arena_new((size_t)1 << 20);
	question = (struct api_question){ .request = &request, .done = &done, .import = import, .survey = &survey };
	api_answer_make(sources, arena, &question, &now, &answer);
	import_free(import);
	arena_free(arena);
	sources_free(sources);
	return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct api_answer answer;
	size_t body;
	char *uri;

	if (size == 0)
		return 0;
	uri = mem_alloc(size + 1);
	memcpy(uri, data + 1, size - 1);
	body = 1 + strlen(uri) + 1;
	answer = answer_to(data[0] % 4, uri, body < size ? span_of(data + body, size - body) : span_of(NULL, 0));
	assert(answer.http_status >= 200 && answer.http_status < 600);
	if (strcmp(answer.content_type, "application/json") == 0) {
		json_t *object = json_loads(answer.body, 0, NULL);

		assert(json_is_object(object));
		json_decref(object);
	}
	free(answer.body);
	free(uri);
	return 0;
}
