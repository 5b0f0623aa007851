/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/offers.h"

#define OFFERS_MAX 16384u /* slots, reused in turn */
#define BUCKETS 32768u    /* a power of two */
#define NO_SLOT UINT16_MAX

static_assert(OFFERS_MAX < NO_SLOT, "slots are numbered in 16 bits");

/* Each slot is in two chains, one by address and one by client. */
enum chain { CHAIN_ADDRESS, CHAIN_CLIENT, CHAIN_COUNT };

struct offer {
	bool is_used, is_silent;
	struct ip4 address;
	struct ip4_subnet scope;
	struct client_key client;
	uint64_t until_ms;
	uint16_t next[CHAIN_COUNT];
};

struct offers {
	uint32_t next_slot;
	uint16_t heads[CHAIN_COUNT][BUCKETS];
	struct offer slots[OFFERS_MAX];
};

static uint32_t hash_octets(uint32_t hash, const uint8_t *octets, size_t len) {
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * 16777619u;
	return hash;
}

static uint32_t bucket_of_address(struct ip4 address) {
	return (address.value * 2654435761u) >> 16 & (BUCKETS - 1);
}

static uint32_t bucket_of_client(struct ip4_subnet scope, const struct client_key *client) {
	uint32_t hash = hash_octets(2166136261u ^ scope.network.value, client->octets, client->len);

	return (hash ^ hash >> 15) & (BUCKETS - 1);
}

static bool is_offer_of_client(const struct offer *offer, struct ip4_subnet scope, const struct client_key *client) {
	return is_ip4_equal(offer->scope.network, scope.network) && is_client_key_equal(&offer->client, client);
}

struct offers *offers_new(struct arena *arena) {
	struct offers *offers = arena_new_of(arena, struct offers);

	memset(offers->heads, 0xff, sizeof offers->heads);
	return offers;
}

static void chain_remove(struct offers *offers, enum chain chain, uint32_t bucket, uint16_t slot) {
	uint16_t *link = &offers->heads[chain][bucket];

	while (*link != NO_SLOT && *link != slot)
		link = &offers->slots[*link].next[chain];
	assert(*link == slot);
	*link = offers->slots[slot].next[chain];
}

static void chain_add(struct offers *offers, enum chain chain, uint32_t bucket, uint16_t slot) {
	offers->slots[slot].next[chain] = offers->heads[chain][bucket];
	offers->heads[chain][bucket] = slot;
}

static void slot_clear(struct offers *offers, uint16_t slot) {
	struct offer *offer = &offers->slots[slot];

	if (!offer->is_used)
		return;
	chain_remove(offers, CHAIN_ADDRESS, bucket_of_address(offer->address), slot);
	chain_remove(offers, CHAIN_CLIENT, bucket_of_client(offer->scope, &offer->client), slot);
	offer->is_used = false;
}

static uint16_t slot_of_client(const struct offers *offers, struct ip4_subnet scope, const struct client_key *client) {
	uint16_t slot = offers->heads[CHAIN_CLIENT][bucket_of_client(scope, client)];

	while (slot != NO_SLOT && !is_offer_of_client(&offers->slots[slot], scope, client))
		slot = offers->slots[slot].next[CHAIN_CLIENT];
	return slot;
}

static uint16_t slot_of_address(const struct offers *offers, struct ip4 address) {
	uint16_t slot = offers->heads[CHAIN_ADDRESS][bucket_of_address(address)];

	while (slot != NO_SLOT && !is_ip4_equal(offers->slots[slot].address, address))
		slot = offers->slots[slot].next[CHAIN_ADDRESS];
	return slot;
}

void offers_add(struct offers *offers, struct ip4 address, struct ip4_subnet scope, const struct client_key *client,
		uint64_t until_ms) {
	uint16_t slot = slot_of_address(offers, address);
	struct offer *offer;

	if (slot != NO_SLOT)
		slot_clear(offers, slot);
	offers_remove(offers, scope, client);
	slot = (uint16_t)(offers->next_slot++ % OFFERS_MAX);
	slot_clear(offers, slot);
	offer = &offers->slots[slot];
	offer->is_used = true;
	offer->is_silent = false;
	offer->address = address;
	offer->scope = scope;
	offer->client = *client;
	offer->until_ms = until_ms;
	chain_add(offers, CHAIN_ADDRESS, bucket_of_address(address), slot);
	chain_add(offers, CHAIN_CLIENT, bucket_of_client(scope, client), slot);
}

struct ip4 offers_find(const struct offers *offers, struct ip4_subnet scope, const struct client_key *client,
		       uint64_t now_ms) {
	uint16_t slot = slot_of_client(offers, scope, client);

	if (slot == NO_SLOT || offers->slots[slot].until_ms <= now_ms)
		return (struct ip4){ 0 };
	return offers->slots[slot].address;
}

bool is_offered_to_other(const struct offers *offers, struct ip4 address, const struct client_key *client,
			 uint64_t now_ms) {
	uint16_t slot = slot_of_address(offers, address);

	return slot != NO_SLOT && offers->slots[slot].until_ms > now_ms &&
	       !is_client_key_equal(&offers->slots[slot].client, client);
}

/* The offer of @address to @client, or NULL. */
static const struct offer *offer_of(const struct offers *offers, struct ip4 address, const struct client_key *client) {
	uint16_t slot = slot_of_address(offers, address);

	return slot != NO_SLOT && is_client_key_equal(&offers->slots[slot].client, client) ? &offers->slots[slot]
											   : NULL;
}

void offers_note_silent(struct offers *offers, struct ip4 address, const struct client_key *client) {
	const struct offer *offer = offer_of(offers, address, client);

	if (offer)
		offers->slots[offer - offers->slots].is_silent = true;
}

bool is_offer_silent(const struct offers *offers, struct ip4 address, const struct client_key *client,
		     uint64_t now_ms) {
	const struct offer *offer = offer_of(offers, address, client);

	return offer && offer->is_silent && offer->until_ms > now_ms;
}

void offers_remove(struct offers *offers, struct ip4_subnet scope, const struct client_key *client) {
	uint16_t slot = slot_of_client(offers, scope, client);

	if (slot != NO_SLOT)
		slot_clear(offers, slot);
}

void offers_visit(const struct offers *offers, uint64_t now_ms, offers_visit_f *visit, void *context) {
	for (size_t i = 0; i < OFFERS_MAX; i++)
		if (offers->slots[i].is_used && offers->slots[i].until_ms > now_ms)
			visit(context, offers->slots[i].scope);
}
