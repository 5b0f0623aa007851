/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/daemon.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define ANSWER_MAX (64u << 20) /* octets; a page of leases has some hundred kilobytes */
#define TIMEOUT_S 10L
#define PATIENCE_S 120L

/* Embedded: an answer being received. */
struct answer {
	char *octets;
	size_t len, capacity;
};

static size_t receive(char *data, size_t size, size_t count, void *context) {
	struct answer *answer = context;
	size_t len = size * count;

	if (len > ANSWER_MAX - answer->len)
		return 0;
	answer->octets = mem_grow(answer->octets, &answer->capacity, answer->len + len, 1);
	memcpy(answer->octets + answer->len, data, len);
	answer->len += len;
	return len;
}

static int transport_error(CURL *curl, CURLcode code, const char *socket_path, struct error *reterr_error) {
	long os_error = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
	if (code == CURLE_COULDNT_CONNECT && (os_error == EACCES || os_error == EPERM))
		return error_set(reterr_error, E_DHCP_NO_ADMIN_PERMISSION,
				 "you may not use the management socket %s; be root, or join the group that [server] api-group names",
				 socket_path);
	if (code == CURLE_COULDNT_CONNECT)
		return error_set(reterr_error, E_DHCP_SERVER_NOT_RUNNING,
				 "no lessord listens on %s; start it, or name its socket with --socket or its configuration with -c",
				 socket_path);
	return error_set(reterr_error, E_DHCP_SERVER_NOT_REACHABLE, "lessord does not answer as it should on %s: %s", socket_path,
			 curl_easy_strerror(code));
}

/* Turn the daemon's {"error": {...}} into ours. */
static int answer_error(const json_t *answer, long status, struct error *reterr_error) {
	const json_t *error = json_object_get(answer, "error");
	int code = (int)json_integer_value(json_object_get(error, "code"));
	const char *message = json_string_value(json_object_get(error, "message"));

	if (code > 0 && message)
		return error_set(reterr_error, (enum error_code)code, "%s", message);
	return error_set(reterr_error, E_DHCP_SERVER_NOT_REACHABLE, "what answers there is no lessord, or a broken one: HTTP status %ld without JSON", status);
}

static int take_answer(CURL *curl, const struct answer *answer, json_t **ret_answer, struct error *reterr_error) {
	json_t *document = json_loadb(answer->octets ? answer->octets : "", answer->len, 0, NULL);
	long status = 0;
	int r;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200 && document) {
		*ret_answer = document;
		return 0;
	}
	r = answer_error(document, status, reterr_error);
	if (r == -E_DHCP_REACHED_END_OF_SELECTION)
		*ret_answer = document;
	else
		json_decref(document);
	return r;
}

int daemon_ask(const char *socket_path, const struct daemon_request *request, json_t **ret_answer,
	       struct error *reterr_error) {
	char *url = mem_format("http://localhost%s", request->path);
	char *body = request->body ? json_dumps(request->body, JSON_COMPACT) : NULL;
	struct answer answer = { 0 };
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	int r;

	if (curl) {
		curl_easy_setopt(curl, CURLOPT_URL, url);
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_TIMEOUT, request->patience_s ? request->patience_s : TIMEOUT_S);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
		if (strcmp(request->method, "POST") == 0)
			curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body ? body : "");
		else
			curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
		code = curl_easy_perform(curl);
	}
	r = code == CURLE_OK ? take_answer(curl, &answer, ret_answer, reterr_error) :
			       transport_error(curl, code, socket_path, reterr_error);
	curl_easy_cleanup(curl);
	free(answer.octets);
	free(body);
	free(url);
	return r;
}

int daemon_call(const char *socket_path, const char *path, bool is_post, json_t **ret_answer,
		struct error *reterr_error) {
	const struct daemon_request request = { .method = is_post ? "POST" : "GET", .path = path };

	return daemon_ask(socket_path, &request, ret_answer, reterr_error);
}

int daemon_ask_patiently(const char *socket_path, const char *path, json_t **ret_answer, struct error *reterr_error) {
	const struct daemon_request request = { .method = "GET", .path = path, .patience_s = PATIENCE_S };

	return daemon_ask(socket_path, &request, ret_answer, reterr_error);
}

/* Fetch the page behind the address @after: {"leases", "next"}. */
static int get_lease_page(const char *socket_path, const char *network, const char *after, size_t limit,
			  json_t **ret_page, struct error *reterr_error) {
	char *path = mem_format("/v1/leases?limit=%zu%s%s%s%s", limit, network ? "&scope=" : "", network ? network : "",
				after[0] ? "&after=" : "", after);
	int r = daemon_call(socket_path, path, false, ret_page, reterr_error);

	free(path);
	return r;
}

int daemon_visit_leases(const char *socket_path, const struct daemon_leases *leases, daemon_leases_f *visit,
			void *context, json_t **ret_next, struct error *reterr_error) {
	json_t *next = json_string(leases->after);
	size_t n = 0;
	int r = 0;

	while (r == 0 && json_is_string(next) && n < leases->limit) {
		size_t left = leases->limit - n;
		json_t *page = NULL;

		r = get_lease_page(socket_path, leases->network, json_string_value(next),
				   left < DAEMON_LEASES_PAGE ? left : DAEMON_LEASES_PAGE, &page, reterr_error);
		if (r < 0)
			break;
		n += json_array_size(json_object_get(page, "leases"));
		json_decref(next);
		next = json_incref(json_object_get(page, "next"));
		r = visit(context, json_object_get(page, "leases"), reterr_error);
		json_decref(page);
	}
	if (r == 0)
		*ret_next = next;
	else
		json_decref(next);
	return r;
}

static int collect(void *context, const json_t *leases, struct error *reterr_error) {
	json_array_extend(context, (json_t *)leases);
	return 0;
}

int daemon_get_leases(const char *socket_path, const char *network, json_t **ret_leases, struct error *reterr_error) {
	const struct daemon_leases all = { network, "", SIZE_MAX };
	json_t *leases = json_array(), *next = NULL;
	int r = daemon_visit_leases(socket_path, &all, collect, leases, &next, reterr_error);

	json_decref(next);
	if (r == 0)
		*ret_leases = leases;
	else
		json_decref(leases);
	return r;
}

void daemon_recheck(const char *socket_path) {
	json_t *answer = NULL;
	struct error ignored;

	if (daemon_call(socket_path, "/v1/recheck", true, &answer, &ignored) == 0)
		json_decref(answer);
}
