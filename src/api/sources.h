/* SPDX-License-Identifier: Apache-2.0 */
/* sources.h - where answers come from: the stores, opened when they are first there, and what follows from their
 * entries. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "api/request.h"
#include "api/statistics.h"
#include "api/status.h"
#include "base/arena.h"

struct sources;

/* @state_directory and @server_name are borrowed for good. @is_standalone: the server has no directory. */
struct sources *sources_new(const char *state_directory, const char *server_name, bool is_standalone);
struct sources *sources_free(struct sources *sources);

/* Bring what follows from the entries up to date, as every answer does; what fails, the next answer says. */
void sources_look(struct sources *sources);

/* In a child process: let go of the stores that its parent has open, and keep what follows from the entries. They are
 * opened when they are asked next. */
void sources_open_anew(struct sources *sources);

/* Gather the status at @now. A store that its role has not made yet counts as empty. 0, or -E_... with a sentence. */
int sources_status(struct sources *sources, struct arena *scratch, const struct moment *now,
		   struct api_status *ret_status, struct error *reterr_error);

/* Read into @arena why entries are in quarantine. 0, or -E_... with a sentence. */
int sources_findings(struct sources *sources, struct arena *arena, struct findings *ret_findings,
		     struct error *reterr_error);

/* Embedded: the other servers that were met, in ascending order of address; and the last round. */
struct sightings {
	const struct sighting *items; /* in the request's arena */
	size_t n_items;
	struct detection detection;
};

/* Read them into @arena. 0, or -E_... with a sentence. */
int sources_sightings(struct sources *sources, struct arena *arena, struct sightings *ret_sightings,
		      struct error *reterr_error);

/* Embedded: a page of leases. */
struct lease_page {
	struct lease *leases; /* in the request's arena */
	size_t n_leases;
	struct ip4 last; /* that was looked at, on the page or not */
	bool has_more;   /* behind it; a page may be empty and have more */
};

/* Read into @arena the page that @request asks for. 0; -E_DHCP_SUBNET_NOT_PRESENT if it names a scope that this server
 * does not serve and has no leases of; or -E_..., with a sentence. */
int sources_leases(struct sources *sources, struct arena *arena, const struct api_request *request,
		   struct lease_page *ret_page, struct error *reterr_error);

/* Read the lease of @address. 0, -E_DHCP_INVALID_DHCP_CLIENT if there is none, or another -E_..., with a sentence. */
int sources_lease(struct sources *sources, struct ip4 address, struct lease *ret_lease, struct error *reterr_error);

/* Count the addresses of the scopes that this server serves, or of the one that @request names, at the wall time @now.
 * Borrowed until the next request, or in @arena. 0; -E_DHCP_SUBNET_NOT_PRESENT if it does not serve that one; or
 * -E_..., with a sentence. */
int sources_statistics(struct sources *sources, struct arena *arena, const struct api_request *request, int64_t now,
		       struct statistics *ret_statistics, struct error *reterr_error);

/* Embedded. */
struct address_list {
	const struct ip4 *items; /* in the request's arena */
	size_t n_items;
};

/* Find the request->count lowest addresses that nobody has had, then those whose lease has ended; fewer if there are
 * fewer. 0; -E_DHCP_SUBNET_NOT_PRESENT, -E_NOT_FOUND (the scope has no range), -E_INVALID_PARAMETER (it is not in
 * ranges of the scope, or too small, where to search); or another -E_..., with a sentence. */
int sources_free_addresses(struct sources *sources, struct arena *arena, const struct api_request *request, int64_t now,
			   struct address_list *ret_list, struct error *reterr_error);

/* Read the settings of this server. 0, or -E_... with a sentence. */
int sources_settings(struct sources *sources, struct settings *ret_settings, struct error *reterr_error);

/* Embedded: the lease store, and how it is kept. */
struct database {
	struct lease_store_stat store; /* all zero if it is not there yet */
	struct settings settings;
};

/* Read it. 0, or -E_... with a sentence. */
int sources_database(struct sources *sources, struct database *ret_database, struct error *reterr_error);

/* Count the leases that were made or changed at the wall time @since or later. 0, or -E_... with a sentence. */
int sources_changes(struct sources *sources, int64_t since, uint64_t *ret_count, struct error *reterr_error);

/* Borrow the interfaces that the directory has this server not serve, until the next request. 0, or -E_... with a
 * sentence. */
int sources_unbound(struct sources *sources, const char *const **ret_names, size_t *ret_n_names,
		    struct error *reterr_error);
