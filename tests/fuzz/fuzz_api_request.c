/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the API. The input is a method (1 octet), a URI, and behind a NUL a body. A request that is understood
 * keeps its bounds; whatever comes in is answered with JSON, or with metrics. */
#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "api/answer.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct api_answer answer_to(enum api_method method, const char *uri, struct span body) {
	static const struct order_answer done = { .lease = { .state = LEASE_ACTIVE } };
	const struct moment now = { .wall_s = 5000 };
	struct api_request request;
	struct api_answer answer;
	struct sources *sources;
	struct error error;
	struct arena *arena;

	if (api_request_parse(method, uri, body, &request, &error) < 0) {
		assert(error.code > 0 && error.text[0]);
		api_answer_error(&error, &answer);
		return answer;
	}
	assert(!request.has_order || is_order_valid(&request.order));
	assert(request.route < API_ROUTE_COUNT && request.limit >= 1 && request.limit <= API_LIMIT_MAX);
	sources = sources_new("/nonexistent", "dhcp1.example.com", false);
	arena = arena_new((size_t)1 << 20);
	api_answer_make(sources, arena, &(struct api_question){ .request = &request, .done = &done }, &now, &answer);
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
