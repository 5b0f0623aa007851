/* SPDX-License-Identifier: Apache-2.0 */
#include "api/request.h"

#include <stdio.h>
#include <string.h>

#include "api/body.h"
#include "base/text.h"

#define PLACE "{address}"
#define VALUE_MAX RECONCILE_PLACE_TEXT_MAX /* the longest one */

struct route_info {
	enum api_method method;
	const char *method_name;
	const char *path;
};

static const struct route_info route_table[API_ROUTE_COUNT] = {
#define ROUTE(symbol, method, path, description) [API_ROUTE_##symbol] = { API_METHOD_##method, #method, path },
#include "api/route.def"
#undef ROUTE
};

/* A path matches if it is the route's, or continues with one non-empty step where the route has its place. */
static bool is_path_of(const char *path, const char *pattern, const char **ret_step) {
	size_t fixed = strlen(pattern);
	const char *place = strstr(pattern, PLACE);

	if (!place)
		return strcmp(path, pattern) == 0;
	fixed = (size_t)(place - pattern);
	if (strncmp(path, pattern, fixed) != 0 || !path[fixed] || strchr(path + fixed, '/'))
		return false;
	*ret_step = path + fixed;
	return true;
}

/* Add the methods that @path takes, by a comma; @ret_step as is_path_of fills it. */
static void methods_of(const char *path, struct text *methods, const char **ret_step) {
	for (enum api_route route = 0; route < API_ROUTE_COUNT; route++)
		if (is_path_of(path, route_table[route].path, ret_step))
			text_add(methods, "%s%s", methods->len ? ", " : "", route_table[route].method_name);
}

static int find_route(enum api_method method, const char *path, enum api_route *ret_route, const char **ret_step,
		      struct error *reterr_error) {
	char array[API_METHODS_MAX];
	struct text methods;

	text_init(&methods, array, sizeof array);
	methods_of(path, &methods, ret_step);
	if (methods.len == 0)
		return error_set(reterr_error, E_NOT_FOUND, "there is no such path; all begin with /v1/");
	for (enum api_route route = 0; route < API_ROUTE_COUNT; route++) {
		*ret_step = NULL; /* another method of this path may have one */
		if (route_table[route].method == method && is_path_of(path, route_table[route].path, ret_step)) {
			*ret_route = route;
			return 0;
		}
	}
	return error_set(reterr_error, E_NOT_SUPPORTED, "this path takes only %s", array);
}

/* Split the path off. False if it is too long. */
static bool take_path(const char *uri, char ret_path[static API_URI_MAX]) {
	size_t len = strcspn(uri, "?");

	if (len >= API_URI_MAX)
		return false;
	memcpy(ret_path, uri, len);
	ret_path[len] = '\0';
	return true;
}

void api_request_allowed(const char *uri, char ret_methods[static API_METHODS_MAX]) {
	char path[API_URI_MAX];
	struct text methods;
	const char *step;

	text_init(&methods, ret_methods, API_METHODS_MAX);
	if (take_path(uri, path))
		methods_of(path, &methods, &step);
}

static int hex_value(char letter) {
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter >= 'A' && letter <= 'F' ? letter | 0x20 : letter) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Undo the percent-encoding of @word (up to any of @ends) into @ret_word. Returns where it ended; NULL if it is
 * malformed, has a NUL or does not fit. */
static const char *decode_word(const char *word, const char *ends, size_t size, char *ret_word) {
	size_t len = 0;

	for (; *word && !strchr(ends, *word); word++) {
		int octet = (unsigned char)*word;

		if (octet == '%') {
			int high = hex_value(word[1]), low = high < 0 ? -1 : hex_value(word[2]);

			octet = low < 0 ? 0 : high << 4 | low;
			word += 2;
		}
		if (octet == 0 || len + 1 >= size)
			return NULL;
		ret_word[len++] = (char)octet;
	}
	ret_word[len] = '\0';
	return word;
}

static int parse_address(const char *name, const char *value, bool *place_given, struct ip4 *ret_address,
			 struct error *reterr_error) {
	if (*place_given)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is given twice", name);
	if (ip4_parse(value, ret_address) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s must be an IPv4 address such as 10.77.0.0", name);
	*place_given = true;
	return 0;
}

static int parse_limit(const char *value, size_t *ret_limit, struct error *reterr_error) {
	uint64_t limit;

	if (text_parse_u64(value, API_LIMIT_MAX, &limit) < 0 || limit == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "limit must be a number from 1 to %d", API_LIMIT_MAX);
	*ret_limit = limit;
	return 0;
}

static int parse_count(const char *value, struct api_request *request, struct error *reterr_error) {
	uint64_t count;

	if (request->has_count || text_parse_u64(value, API_COUNT_MAX, &count) < 0 || count == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "count must be one number from 1 to %d",
				 API_COUNT_MAX);
	request->count = count;
	request->has_count = true;
	return 0;
}

static int refuse_parameter(struct error *reterr_error) {
	return error_set(reterr_error, E_INVALID_PARAMETER, "this path does not know one of the parameters given");
}

static int parse_of_leases(const char *name, const char *value, struct api_request *request,
			   struct error *reterr_error) {
	if (strcmp(name, "scope") == 0)
		return parse_address("scope", value, &request->has_scope, &request->scope, reterr_error);
	if (strcmp(name, "after") == 0)
		return parse_address("after", value, &request->has_after, &request->after, reterr_error);
	if (strcmp(name, "limit") == 0)
		return parse_limit(value, &request->limit, reterr_error);
	return refuse_parameter(reterr_error);
}

static int parse_of_free(const char *name, const char *value, struct api_request *request, struct error *reterr_error) {
	if (strcmp(name, "scope") == 0)
		return parse_address("scope", value, &request->has_scope, &request->scope, reterr_error);
	if (strcmp(name, "from") == 0)
		return parse_address("from", value, &request->has_from, &request->from, reterr_error);
	if (strcmp(name, "to") == 0)
		return parse_address("to", value, &request->has_to, &request->to, reterr_error);
	if (strcmp(name, "count") == 0)
		return parse_count(value, request, reterr_error);
	return refuse_parameter(reterr_error);
}

static int parse_since(const char *value, struct api_request *request, struct error *reterr_error) {
	uint64_t since;

	if (text_parse_u64(value, INT64_MAX, &since) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "since must be a number of seconds since 1970");
	request->since = (int64_t)since;
	return 0;
}

static int parse_generation(const char *value, struct api_request *request, struct error *reterr_error) {
	if (strlen(value) >= sizeof request->generation)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the name of a generation is not so long");
	snprintf(request->generation, sizeof request->generation, "%s", value);
	return 0;
}

static int parse_notes(const char *value, bool *ret_has_notes, struct error *reterr_error) {
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "notes must be yes or no");
	*ret_has_notes = value[0] == 'y';
	return 0;
}

static int parse_of_reconcile(const char *name, const char *value, struct api_request *request,
			      struct error *reterr_error) {
	if (strcmp(name, "scope") == 0)
		return parse_address("scope", value, &request->has_scope, &request->scope, reterr_error);
	if (strcmp(name, "at") == 0)
		return reconcile_place_parse(value, &request->place, reterr_error);
	if (strcmp(name, "notes") == 0)
		return parse_notes(value, &request->has_notes, reterr_error);
	return refuse_parameter(reterr_error);
}

static int parse_of_records(const char *name, const char *value, struct api_request *request,
			    struct error *reterr_error) {
	if (strcmp(name, "from") == 0)
		return parse_address("from", value, &request->has_from, &request->from, reterr_error);
	if (strcmp(name, "to") == 0)
		return parse_address("to", value, &request->has_to, &request->to, reterr_error);
	return refuse_parameter(reterr_error);
}

static int parse_parameter(const char *name, const char *value, struct api_request *request,
			   struct error *reterr_error) {
	if (request->route == API_ROUTE_LEASES)
		return parse_of_leases(name, value, request, reterr_error);
	if (request->route == API_ROUTE_FREE)
		return parse_of_free(name, value, request, reterr_error);
	if (request->route == API_ROUTE_RECONCILE)
		return parse_of_reconcile(name, value, request, reterr_error);
	if (request->route == API_ROUTE_RECONCILE_RECORDS)
		return parse_of_records(name, value, request, reterr_error);
	if (request->route == API_ROUTE_STATISTICS && strcmp(name, "scope") == 0)
		return parse_address("scope", value, &request->has_scope, &request->scope, reterr_error);
	if (request->route == API_ROUTE_CHANGES && strcmp(name, "since") == 0)
		return parse_since(value, request, reterr_error);
	if (request->route == API_ROUTE_RESTORE && strcmp(name, "generation") == 0)
		return parse_generation(value, request, reterr_error);
	return refuse_parameter(reterr_error);
}

static int check_restore(const struct api_request *request, struct error *reterr_error) {
	if (!request->generation[0])
		return error_set(reterr_error, E_INVALID_PARAMETER, "name the generation: ?generation=NAME");
	return 0;
}

static int check_free(const struct api_request *request, struct error *reterr_error) {
	if (!request->has_scope)
		return error_set(reterr_error, E_INVALID_PARAMETER, "name the scope to search: ?scope=NETWORK");
	if (request->has_from && request->has_to && request->from.value > request->to.value)
		return error_set(reterr_error, E_INVALID_PARAMETER, "from must not be greater than to");
	return 0;
}

static int take_range(struct api_request *request, struct error *reterr_error) {
	if (!request->has_from || !request->has_to || request->from.value > request->to.value)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "name the first and the last address: ?from=ADDRESS&to=ADDRESS");
	request->has_order = true;
	request->order.kind = ORDER_LEASE_MEND;
	request->order.address = request->from;
	request->order.last = request->to;
	return 0;
}

static int parse_query(const char *query, struct api_request *request, struct error *reterr_error) {
	char name[API_WORD_MAX], value[VALUE_MAX];
	int r;

	while (query && *query) {
		value[0] = '\0';
		query = decode_word(query, "=&", sizeof name, name);
		if (query && *query == '=')
			query = decode_word(query + 1, "&", sizeof value, value);
		if (!query)
			return error_set(reterr_error, E_INVALID_PARAMETER, "the query is not well-formed");
		r = parse_parameter(name, value, request, reterr_error);
		if (r < 0)
			return r;
		query += *query == '&';
	}
	return 0;
}

/* What is not in the URI. */
static int parse_rest(struct span body, struct api_request *request, struct error *reterr_error) {
	request->order.address = request->address;
	switch (request->route) {
	case API_ROUTE_LEASE_CREATE:
		request->has_order = true;
		return body_parse_lease(body, &request->order, reterr_error);
	case API_ROUTE_LEASE_DELETE:
		request->has_order = true;
		request->order.kind = ORDER_LEASE_DELETE;
		return 0;
	case API_ROUTE_STATISTICS:
		request->is_long = true;
		request->has_order = true;
		request->order.kind = ORDER_OFFERS;
		return 0;
	case API_ROUTE_FREE:
		request->is_long = true;
		return check_free(request, reterr_error);
	case API_ROUTE_RESTORE:
		return check_restore(request, reterr_error);
	case API_ROUTE_RECONCILE_RECORDS:
		return take_range(request, reterr_error);
	case API_ROUTE_RECONCILE_INDEXES:
		request->has_order = true;
		request->order.kind = ORDER_STORE_REINDEX;
		return 0;
	case API_ROUTE_DATABASE:
	case API_ROUTE_DATABASE_CHECK:
		request->is_survey = true;
		return 0;
	case API_ROUTE_CHANGES:
		request->is_long = true;
		return 0;
	case API_ROUTE_LEASE_IMPORT: /* many orders; see import.h */
	case API_ROUTE_RECONCILE:
	case API_ROUTE_STATUS:
	case API_ROUTE_BINDINGS:
	case API_ROUTE_AUDIT:
	case API_ROUTE_LEASES:
	case API_ROUTE_LEASE:
	case API_ROUTE_QUARANTINE:
	case API_ROUTE_ROGUES:
	case API_ROUTE_METRICS:
	case API_ROUTE_BACKUPS:
	case API_ROUTE_BACKUP_MAKE:
	case API_ROUTE_BACKUP_LOOK:
	case API_ROUTE_RECHECK:
	case API_ROUTE_PAUSE:
	case API_ROUTE_RESUME:
	case API_ROUTE_COUNT:
		break;
	}
	return 0;
}

int api_request_parse(enum api_method method, const char *uri, struct span body, struct api_request *ret_request,
		      struct error *reterr_error) {
	struct api_request request = { .limit = API_LIMIT_DEFAULT, .count = 1 };
	char path[API_URI_MAX];
	const char *step = NULL;
	const char *query;
	int r;

	if (strlen(uri) >= sizeof path || !take_path(uri, path))
		return error_set(reterr_error, E_INVALID_PARAMETER, "the request's path and query are too long");
	query = strchr(uri, '?');
	r = find_route(method, path, &request.route, &step, reterr_error);
	if (r == 0 && step && ip4_parse(step, &request.address) < 0)
		r = error_set(reterr_error, E_INVALID_PARAMETER, "the path must end in an IPv4 address such as 10.77.0.5");
	if (r == 0)
		r = parse_query(query ? query + 1 : NULL, &request, reterr_error);
	if (r == 0)
		r = parse_rest(body, &request, reterr_error);
	if (r < 0)
		return r;
	*ret_request = request;
	return 0;
}
