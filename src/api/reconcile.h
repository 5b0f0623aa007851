/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.h - leases, their indexes and the directory compared, page by page: each request looks at a bounded number
 * of records or rows, so that a comparison of millions holds up no other request, and nothing is kept between two. */
#pragma once

#include <jansson.h>

#include "api/request.h"
#include "api/sources.h"

/* Most findings that a page lists; what is beyond is counted. */
#define RECONCILE_FINDINGS_MAX 1000

/* Compare from request->place on, all or request->scope alone, at the wall time @now. *@ret_page, owned by the caller:
 *     records   how many were looked at
 *     total     how many there are, in all scopes
 *     counts    {word of the kind: how many}
 *     findings  [{kind, mending, address, client, found, expected}]; with request->has_notes also what needs no
 *               mending
 *     first, last  addresses between which lies what correcting records mends; null: nothing
 *     next      ?at= of the next page; null at the end
 * 0; -E_DHCP_SUBNET_NOT_PRESENT if this server does not serve the scope, or knows no directory yet; or -E_..., with a
 * sentence. */
int reconcile_page(struct sources *sources, const struct api_request *request, int64_t now, json_t **ret_page,
		   struct error *reterr_error);
