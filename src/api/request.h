/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - what a request asks for: its route and parameters, out of method, URI and body. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "api/reconcile_place.h"
#include "base/error.h"
#include "base/ip4.h"
#include "base/span.h"
#include "model/order.h"

#define API_URI_MAX 2048
#define API_LIMIT_DEFAULT 100
#define API_LIMIT_MAX 1000
#define API_COUNT_MAX 1024 /* free addresses in one answer */
#define API_WORD_MAX 64
#define API_METHODS_MAX 32 /* names of methods as a list, and the final NUL */

enum api_method { API_METHOD_GET, API_METHOD_POST, API_METHOD_DELETE, API_METHOD_OTHER };

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
	bool has_from, has_to, has_count;
	struct ip4 from, to; /* in ascending order, if both are given */
	size_t limit;        /* 1..API_LIMIT_MAX */
	size_t count;        /* 1..API_COUNT_MAX */
	struct reconcile_place place; /* where a comparison goes on */
	bool has_notes;               /* it lists what needs no mending, too */
	struct order order;  /* what serve is to be asked, if has_order; who asks is to be filled in */
	bool has_order;
	bool is_survey; /* the lease store is to be looked through: counted, or checked */
	bool is_long;   /* leases are walked through to answer it, which takes the longer the more there are */
	int64_t since; /* wall */
	char generation[API_WORD_MAX]; /* a name, not checked; "": none was given */
};

/* Write the methods that the path of @uri takes into @ret_methods, as the header Allow has them; "" if there is no such
 * path. */
void api_request_allowed(const char *uri, char ret_methods[static API_METHODS_MAX]);

/* Understand @uri, the path with an optional query as a client sent it, and @body; that of API_ROUTE_LEASE_IMPORT is
 * api/import.h's, and only that of API_ROUTE_LEASE_CREATE is read here: a JSON object with the members
 *     hardwareAddress   six octets in hexadecimal with colons
 *     clientIdentifier  the value of option 61 in hexadecimal; at least one of these two
 *     address           to lease; or
 *     scope             the network address of the scope of which the next free address is leased; at least one of
 *                       these two
 *     hostName          at most 63 characters
 *     leaseTime         seconds; else what is configured
 * 0; -E_NOT_FOUND (no such route), -E_NOT_SUPPORTED (not with this method), -E_INVALID_PARAMETER (unknown, repeated or
 * malformed parameter or member), each with a sentence. */
int api_request_parse(enum api_method method, const char *uri, struct span body, struct api_request *ret_request,
		      struct error *reterr_error);
