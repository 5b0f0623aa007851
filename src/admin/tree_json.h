/* SPDX-License-Identifier: Apache-2.0 */
/* tree_json.h - a tree as one JSON document (docs/gitops.md describes it for people):
 *
 *   { "lessorTree": 1,
 *     "root": { "option": [...], "settings": { "leaseTime": 28800 },
 *               "classes": { NAME: {...} }, "definitions": { NAME: {...} }, "policies": { NAME: {...} },
 *               "sites": { NAME: { "servers": { NAME: {...} },
 *                                  "scopes": { NETWORK: { "reservations": { ADDRESS: {...} }, ... } } } } } }
 *
 * Attributes have the schema's names without "lessor"; those that inherit stand under "settings". An attribute of
 * several values is an array. A value that is not text is { "base64": ... }. Without "root", its collections stand
 * at the top: each object in them for itself. What has no place in this stands under "entries", by its name relative
 * to what it stands in. The document does not say below which base the tree stands.
 */
#pragma once

#include <jansson.h>

#include "admin/canonical.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "model/entry.h"

/* Embedded: entries in an arena. */
struct tree_entries {
	const struct entry **items;
	size_t n_items;
};

/* The document of @tree, whose root is or would be called @root_dn. The caller's reference. */
json_t *tree_json_write(const struct canonical *tree, const char *root_dn);

/* Read the document @text, with @name for its file in errors, as entries of the tree whose root is called @root_dn; in
 * @arena. Containers get @container_class.
 * 0, or -E_DHCP_REGISTRY_INIT_FAILED with "NAME: place: sentence". */
int tree_json_read(const char *name, struct span text, const char *root_dn, struct arena *arena,
		   struct tree_entries *ret_entries, struct error *reterr_error);
