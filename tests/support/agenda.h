/* SPDX-License-Identifier: Apache-2.0 */
/* agenda.h - for simulations: what is going to happen in simulated time, and random numbers that can be repeated.
 *
 * Who simulates takes one item after the other, sets the time to it, and adds what follows from it. Nothing here knows
 * what the items mean. Times are any unit; items of the same time happen in the order in which they were added.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGENDA_MAX 256
#define AGENDA_VALUES 4

/* Embedded. */
struct agenda_item {
	uint64_t at;
	unsigned kind;
	uint64_t values[AGENDA_VALUES]; /* the simulation's own */
	uint64_t order;                 /* the agenda's own */
};

/* Embedded; all zero is an empty one. */
struct agenda {
	struct agenda_item items[AGENDA_MAX];
	size_t n_items;
	uint64_t n_added;
};

/* Add @item. More than AGENDA_MAX at a time fail an assertion: a simulation that never catches up is wrong. */
void agenda_add(struct agenda *agenda, const struct agenda_item *item);

/* Take the earliest item. False if there is none. */
bool agenda_take(struct agenda *agenda, struct agenda_item *ret_item);

/* Drop all items of @kind. */
void agenda_cancel(struct agenda *agenda, unsigned kind);

/* Put off all items whose kinds are among the bits of @kinds. */
void agenda_delay(struct agenda *agenda, uint64_t kinds, uint64_t delay);

/* Embedded: random numbers; equal seeds give equal ones. */
struct dice {
	uint64_t state; /* the seed at first */
};

/* Any 64 bits. */
uint64_t dice_bits(struct dice *dice);

/* A number from @least to @most. */
uint64_t dice_between(struct dice *dice, uint64_t least, uint64_t most);

/* The same, so that each order of magnitude is as likely as the others; @least > 0. */
uint64_t dice_magnitude(struct dice *dice, uint64_t least, uint64_t most);

/* True once in @times. */
bool is_dice_hit(struct dice *dice, uint64_t times);
