/* SPDX-License-Identifier: Apache-2.0 */
#include "support/agenda.h"

#include <assert.h>

void agenda_add(struct agenda *agenda, const struct agenda_item *item) {
	struct agenda_item *place = &agenda->items[agenda->n_items++];

	assert(agenda->n_items <= AGENDA_MAX);
	*place = *item;
	place->order = agenda->n_added++;
}

static bool is_before(const struct agenda_item *a, const struct agenda_item *b) {
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

bool agenda_take(struct agenda *agenda, struct agenda_item *ret_item) {
	size_t first = 0;

	if (agenda->n_items == 0)
		return false;
	for (size_t i = 1; i < agenda->n_items; i++)
		if (is_before(&agenda->items[i], &agenda->items[first]))
			first = i;
	*ret_item = agenda->items[first];
	agenda->items[first] = agenda->items[--agenda->n_items];
	return true;
}

void agenda_cancel(struct agenda *agenda, unsigned kind) {
	for (size_t i = 0; i < agenda->n_items;)
		if (agenda->items[i].kind == kind)
			agenda->items[i] = agenda->items[--agenda->n_items];
		else
			i++;
}

void agenda_delay(struct agenda *agenda, uint64_t kinds, uint64_t delay) {
	for (size_t i = 0; i < agenda->n_items; i++)
		if (kinds >> agenda->items[i].kind & 1)
			agenda->items[i].at += delay;
}

/* SplitMix64, after the description by Steele, Lea and Flood (2014). */
uint64_t dice_bits(struct dice *dice) {
	uint64_t bits = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
	return bits ^ bits >> 31;
}

uint64_t dice_between(struct dice *dice, uint64_t least, uint64_t most) {
	return least + dice_bits(dice) % (most - least + 1);
}

uint64_t dice_magnitude(struct dice *dice, uint64_t least, uint64_t most) {
	unsigned n_doublings = 0;
	uint64_t low;

	while (least <= most >> (n_doublings + 1))
		n_doublings++;
	low = least << dice_between(dice, 0, n_doublings);
	return dice_between(dice, low, low < most / 2 ? low * 2 : most);
}

bool is_dice_hit(struct dice *dice, uint64_t times) {
	return dice_bits(dice) % times == 0;
}
