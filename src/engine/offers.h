/* SPDX-License-Identifier: Apache-2.0 */
/* offers.h - addresses that were offered and wait for their client's request. Bounded: the oldest offer makes room.
 *
 * Times are milliseconds since boot, passed in.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ip4.h"
#include "model/lease.h"

struct offers;

/* An empty table of offers, of some megabytes, in @arena (which has no limit). */
struct offers *offers_new(struct arena *arena);

/* Remember that @address is offered to @client until @until_ms; replaces offers of the address and of the client in
 * the same scope. */
void offers_add(struct offers *offers, struct ip4 address, struct ip4_subnet scope, const struct client_key *client,
		uint64_t until_ms);

/* The address offered to @client in @scope; none if no offer stands at @now_ms. */
struct ip4 offers_find(const struct offers *offers, struct ip4_subnet scope, const struct client_key *client,
		       uint64_t now_ms);

/* True if @address is offered to somebody else than @client. */
bool is_offered_to_other(const struct offers *offers, struct ip4 address, const struct client_key *client,
			 uint64_t now_ms);

/* Called for each offer that stands. */
typedef void offers_visit_f(void *context, struct ip4_subnet scope);
void offers_visit(const struct offers *offers, uint64_t now_ms, offers_visit_f *visit, void *context);

/* Note that @address, which is offered to @client, did not answer a ping; and whether it did so while this offer
 * stands. */
void offers_note_silent(struct offers *offers, struct ip4 address, const struct client_key *client);
bool is_offer_silent(const struct offers *offers, struct ip4 address, const struct client_key *client, uint64_t now_ms);

/* Forget what was offered to @client in @scope. */
void offers_remove(struct offers *offers, struct ip4_subnet scope, const struct client_key *client);
