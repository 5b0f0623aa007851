/* SPDX-License-Identifier: Apache-2.0 */
/* lease_build.h - make a whole new lease store beside the one that stands there, and put it in its place at once.
 *
 * For converting and restoring. Until it is put in place the old store is as it was; from then on the new one is there
 * whole, whatever ends the process or the power between. The caller holds the state directory's lock, and nobody has
 * the old store open for writing; readers notice and open the new one.
 * Any order of addresses does; the ascending one is fastest. Thread: one.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "model/lease.h"

struct lease_build;

/* The file of a build, in the state directory, unless another name is asked for. */
#define LEASE_BUILD_FILE "leases.mdb.new"

/* Begin with an empty DIR/leases.mdb.new of the present format for the server @server_name, in the place of what may be
 * left of an earlier one. 0, or -E_DHCP_JET_ERROR or -E_DHCP_DATABASE_INIT_FAILED with a sentence. */
int lease_build_begin(const char *directory, const char *server_name, struct lease_build **ret_build,
		      struct error *reterr_error);

/* The same with a file of another name, which no daemon minds; ended by lease_build_keep, lease_build_open takes it up
 * again, perhaps in another process: of the server that it was begun for. */
int lease_build_begin_as(const char *directory, const char *server_name, const char *file,
			 struct lease_build **ret_build, struct error *reterr_error);
int lease_build_open(const char *directory, const char *server_name, const char *file, struct lease_build **ret_build,
		     struct error *reterr_error);

/* Remove the file of a build that somebody has left, if there is one. */
void lease_build_remove_file(const char *directory, const char *file);

/* Store @lease, replacing any record of its address and its client's record of another address in the same scope.
 * 0, or -E_DHCP_JET_ERROR with a sentence; the build can only be dropped then. */
int lease_build_put(struct lease_build *build, const struct lease *lease, struct error *reterr_error);

/* Store the octets of a record of @address that cannot be read, as they are. As above. */
int lease_build_put_unreadable(struct lease_build *build, struct ip4 address, struct span octets,
			       struct error *reterr_error);

/* Forget the record of @address, which may have none. As above. */
int lease_build_remove(struct lease_build *build, struct ip4 address, struct error *reterr_error);

/* Set the number @value under @key among what the store says of itself (lease_store_priv.h). As above. */
int lease_build_note(struct lease_build *build, const char *key, uint64_t value, struct error *reterr_error);

/* The number under @key; 0 if there is none. */
uint64_t lease_build_noted(struct lease_build *build, const char *key);

/* How many leases it has. */
uint64_t lease_build_count(struct lease_build *build);

/* Make all of it durable and put it in place; the store that stood there keeps the name @keep_as, or "@keep_as-2" and
 * so on where that is taken, and @ret_kept (may be NULL; free it) gets the one that it has: NULL if there was none. The
 * build is gone afterwards. 0, or -E_DHCP_JET_ERROR with a sentence and the old store is still in its place. */
int lease_build_finish(struct lease_build *build, const char *keep_as, char **ret_kept, struct error *reterr_error);

/* Make all of it durable, and give it the name @file, in the place of what is called so. The build is gone afterwards,
 * and, if it fails, its file. 0, or -E_DHCP_JET_ERROR with a sentence. */
int lease_build_keep(struct lease_build *build, const char *file, struct error *reterr_error);

/* Drop the build and remove its file. Accepts NULL; returns NULL. */
struct lease_build *lease_build_drop(struct lease_build *build);
