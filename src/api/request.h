/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - what a request asks for: its route and parameters, out of method and URI. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/ip4.h"

#define API_URI_MAX 1024
#define API_LIMIT_DEFAULT 100
#define API_LIMIT_MAX 1000

enum api_method { API_METHOD_GET, API_METHOD_POST, API_METHOD_OTHER };

enum api_route {
#define ROUTE(symbol, ...) API_ROUTE_##symbol,
#include "api/route.def"
#undef ROUTE
	API_ROUTE_COUNT
};

/* Embedded. */
struct api_request {
	enum api_route route;
	struct ip4 address;  /* in the path; none where the route has none */
	bool has_scope, has_after;
	struct ip4 scope;    /* the network address */
	struct ip4 after;
	size_t limit;        /* 1..API_LIMIT_MAX */
};

/* Borrow the methods that the path of @uri takes, as the header Allow has them; "" if there is no such path. */
const char *api_request_allowed(const char *uri);

/* Understand @uri, the path with an optional query as a client sent it. 0; -E_NOT_FOUND (no such route),
 * -E_NOT_SUPPORTED (not with this method), -E_INVALID_PARAMETER (unknown, repeated or malformed parameter), each with a
 * sentence. */
int api_request_parse(enum api_method method, const char *uri, struct api_request *ret_request,
		      struct error *reterr_error);
