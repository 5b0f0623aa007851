/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_fixture.h - a snapshot from text, for the tests of the model. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/tree_text.h"
#include "model/snapshot.h"

#define SERVER "dhcp1.example.com"
#define ROOT "cn=DHCP,dc=x\nobjectClass: lessorRoot\n"
#define SITE "cn=berlin,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n"
#define SITE_2 "cn=paris,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n"
#define IN_SITE ",cn=berlin,cn=sites,cn=DHCP,dc=x\n"
#define IN_SITE_2 ",cn=paris,cn=sites,cn=DHCP,dc=x\n"
#define SCOPE "cn=10.1.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n"
#define IN_SCOPE ",cn=10.1.0.0" IN_SITE "objectClass: lessorReservation\n"
#define TREE ROOT "\n" SITE "\n" SITE_2 "\n"

/* Embedded: a build and all that belongs to it. */
struct fixture {
	struct arena *arena;
	struct snapshot *snapshot;
	struct findings findings;
};

/* Build from @text (tree_text.h). The entries are gone afterwards, so that whatever still points to them is seen. */
static inline void fixture_build(struct fixture *ret_fixture, const char *text) {
	struct arena *arena = arena_new(0);
	size_t n_entries;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(text), &n_entries);

	ret_fixture->snapshot = snapshot_build(entries, n_entries, SERVER, 7, &ret_fixture->findings);
	arena_free(arena);
}

static inline void fixture_free(struct fixture *fixture) {
	fixture->snapshot = snapshot_free(fixture->snapshot);
}

static inline const struct scope *fixture_scope(const struct fixture *fixture, uint32_t address) {
	const struct scope *scope = snapshot_scope_of(fixture->snapshot, (struct ip4){ address });

	assert_non_null(scope);
	return scope;
}

static inline void assert_no_findings(const struct fixture *fixture) {
	if (fixture->findings.n_items)
		fail_msg("%s: %s: %d %s", fixture->findings.items[0].dn, fixture->findings.items[0].attribute,
			 fixture->findings.items[0].code, fixture->findings.items[0].reason);
}
