/* SPDX-License-Identifier: Apache-2.0 */
/* engine_fixture.h - conversations with the engine over a tree that is given as text. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/scenario.h"
#include "support/tree_text.h"

/* Begin entries; the tests' server is s1.example.com, its link is 10.0.0.0/24. */
#define ROOT "cn=DHCP,dc=x\nobjectClass: lessorRoot\n"
#define SITE "\ncn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n"
#define SERVER "\ncn=s1.example.com,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorServer\n"
#define SCOPE_OF(network)                                                                                              \
	"\ncn=" network ",cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorPrefixLength: 24\n"             \
	"lessorServedBy: s1.example.com\n"
#define SCOPE SCOPE_OF("10.0.0.0")
#define IN_SCOPE ",cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\n"
#define RESERVATION(address) "\ncn=" address IN_SCOPE "objectClass: lessorReservation\n"
#define CLASS(name, kind, data)                                                                                        \
	"\ncn=" name ",cn=classes,cn=DHCP,dc=x\nobjectClass: lessorClass\nlessorClassKind: " kind                       \
	"\nlessorClassData: " data "\n"
#define POLICY(name, order, condition)                                                                                 \
	"\ncn=" name IN_SCOPE "objectClass: lessorPolicy\nlessorProcessingOrder: " order "\nlessorCondition: " condition \
	"\n"

static inline struct snapshot *snapshot_of(const char *tree) {
	struct arena *arena = arena_new(0);
	struct findings findings;
	size_t n_entries;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(tree), &n_entries);
	struct snapshot *snapshot = snapshot_build(entries, n_entries, "s1.example.com", 1, &findings);

	if (findings.n_items)
		fail_msg("%s: %s: %s", findings.items[0].dn, findings.items[0].attribute, findings.items[0].reason);
	arena_free(arena);
	return snapshot;
}

/* Play @script, one line per packet, in a new daemon that has the directory @tree. */
static inline void play_in(const char *tree, const char *script) {
	struct snapshot *snapshot = snapshot_of(tree);
	struct scenario scenario;

	scenario_init(&scenario, snapshot);
	scenario_play(&scenario, script);
	scenario_done(&scenario);
	snapshot_free(snapshot);
}
