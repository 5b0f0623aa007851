/* SPDX-License-Identifier: Apache-2.0 */
/* undo.h - the command that brings back what an operation took away, for the end of its message.
 *
 *   undo = undo_start(arena, "class add");  undo_word(&undo, "Kiosk");  undo_parameter(&undo, "data", "kiosk");
 *   "class Kiosk removed%s", undo_text(&undo)  ->  "; undo with: lessorctl class add Kiosk --data kiosk"
 */
#pragma once

#include "base/arena.h"

/* Embedded: a command under construction, in the arena. */
struct undo {
	struct arena *arena;
	const char *command;
};

/* Begin with a noun and its verb. */
struct undo undo_start(struct arena *arena, const char *operation);

/* Add a word, quoted for a shell where that is needed. */
void undo_word(struct undo *undo, const char *word);

/* Add a parameter with its value, if it takes one; nothing if @value is NULL. */
void undo_parameter(struct undo *undo, const char *name, const char *value);

/* "; undo with: " and the command; "" where that would be longer than a message. */
const char *undo_text(const struct undo *undo);

/* @word as a shell takes it: in quotes if that is needed; in @arena. */
const char *undo_quoted(struct arena *arena, const char *word);
