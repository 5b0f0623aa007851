/* SPDX-License-Identifier: Apache-2.0 */
/* sources_priv.h - what the files of the sources share. */
#pragma once

#include "api/sources.h"
#include "model/snapshot.h"
#include "store/directory_store.h"
#include "store/lease_check.h"
#include "store/lease_store.h"
#include "store/sighting_store.h"

struct sources {
	const char *state_directory, *server_name;
	bool is_standalone;
	struct directory_store *directory; /* NULL until it is there */
	struct lease_store *leases;
	struct lease_checker *checker;
	struct sighting_store *sightings;

	/* What follows from the entries; kept because building it again for each request would be dear. */
	struct snapshot *snapshot; /* NULL until it was built */
	size_t n_entries, n_served_scopes;
};

/* Borrow the snapshot of the newest generation until the next request; NULL if there are no entries yet. 0, or -E_...
 * with a sentence. */
int sources_snapshot(struct sources *sources, const struct snapshot **ret_snapshot, struct error *reterr_error);

/* Open the lease store, or leave it NULL if it is not there yet. 0, or -E_... with a sentence. */
int sources_open_leases(struct sources *sources, struct error *reterr_error);

/* The same of what checks it. */
int sources_open_checker(struct sources *sources, struct error *reterr_error);

/* It failed: it is opened anew for the next request. Returns -E_DHCP_JET_ERROR with a sentence. */
int sources_leases_failed(struct sources *sources, struct error *reterr_error);

/* Borrow the scope at @network that this server serves. -E_DHCP_SUBNET_NOT_PRESENT with a sentence if there is none. */
int sources_served_scope(struct sources *sources, struct ip4 network, const struct scope **ret_scope,
			 struct error *reterr_error);
