/* SPDX-License-Identifier: Apache-2.0 */
#include "app/manual_authority.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "engine/authority.h"

static const struct {
	const char *symbol, *name, *service, *codes, *description;
} states[AUTHORITY_STATE_COUNT] = {
#define AUTHORITY_STATE(symbol, name, service, codes, description)                                                     \
	[AUTHORITY_##symbol] = { #symbol, name, #service, codes, description },
#include "model/verdict.def"
#undef AUTHORITY_STATE
};

enum { DIRECTORY = 1 << AUTHORITY_MODE_DIRECTORY, STANDALONE = 1 << AUTHORITY_MODE_STANDALONE };

static const struct {
	const char *symbol;
	unsigned modes;
	const char *description;
} events[AUTHORITY_EVENT_COUNT] = {
#define AUTHORITY_EVENT(symbol, modes, description) [AUTHORITY_EVENT_##symbol] = { #symbol, modes, description },
#include "engine/authority.def"
};

static const struct {
	const char *change;
	enum authority_state next;
} arcs[AUTHORITY_STATE_COUNT][AUTHORITY_EVENT_COUNT] = {
#define AUTHORITY_ARC(state, event, change, next)                                                                      \
	[AUTHORITY_##state][AUTHORITY_EVENT_##event] = { #change, AUTHORITY_##next },
#include "engine/authority.def"
};

/* "NOT_LISTED" as "not-listed". */
static void print_symbol(const char *symbol) {
	for (; *symbol; symbol++)
		putchar(*symbol == '_' ? '-' : tolower((unsigned char)*symbol));
}

/* The states, as bits, that a server of @mode can come into: those next to one of them, until there are no more. */
static unsigned reachable(unsigned mode) {
	unsigned found = 1u << AUTHORITY_START, before;

	do {
		before = found;
		for (unsigned i = 0; i < AUTHORITY_STATE_COUNT * AUTHORITY_EVENT_COUNT; i++)
			if (found >> i / AUTHORITY_EVENT_COUNT & 1 && events[i % AUTHORITY_EVENT_COUNT].modes & mode)
				found |= 1u << arcs[i / AUTHORITY_EVENT_COUNT][i % AUTHORITY_EVENT_COUNT].next;
	} while (found != before);
	return found;
}

/* One arrow for all events that lead from @state to @next. */
static void print_arrow(enum authority_state state, enum authority_state next, unsigned mode) {
	bool is_begun = false;

	for (enum authority_event event = 0; event < AUTHORITY_EVENT_COUNT; event++) {
		if (arcs[state][event].next != next || !(events[event].modes & mode))
			continue;
		if (is_begun)
			fputs(", ", stdout);
		else
			printf("    %s --> %s: ", states[state].symbol, states[next].symbol);
		is_begun = true;
		print_symbol(events[event].symbol);
	}
	if (is_begun)
		putchar('\n');
}

static void print_diagram(unsigned mode) {
	unsigned drawn = reachable(mode);

	puts("```mermaid\nstateDiagram-v2\n    direction LR\n    classDef serving font-weight:bold,stroke-width:3px");
	for (enum authority_state state = 0; state < AUTHORITY_STATE_COUNT; state++)
		if (drawn >> state & 1)
			printf("    state \"%s\" as %s\n", states[state].name, states[state].symbol);
	printf("    [*] --> %s\n", states[AUTHORITY_START].symbol);
	for (unsigned i = 0; i < AUTHORITY_STATE_COUNT * AUTHORITY_STATE_COUNT; i++) {
		enum authority_state state = i / AUTHORITY_STATE_COUNT, next = i % AUTHORITY_STATE_COUNT;

		if (state != next && drawn >> state & 1)
			print_arrow(state, next, mode);
	}
	for (enum authority_state state = 0; state < AUTHORITY_STATE_COUNT; state++)
		if (drawn >> state & 1 && strcmp(states[state].service, "SERVING") == 0)
			printf("    class %s serving\n", states[state].symbol);
	puts("```");
}

void manual_authority_diagram_directory(void) {
	print_diagram(DIRECTORY);
}

void manual_authority_diagram_standalone(void) {
	print_diagram(STANDALONE);
}

void manual_authority_states(void) {
	puts("| state | clients are answered | code | what it means |\n|---|---|---|---|");
	for (enum authority_state state = 0; state < AUTHORITY_STATE_COUNT; state++)
		printf("| `%s` | %s | %s | %s |\n", states[state].name,
		       strcmp(states[state].service, "SERVING") == 0 ? "until its limit" : "no", states[state].codes,
		       states[state].description);
}

static const char *mode_name(unsigned modes) {
	if (modes == (DIRECTORY | STANDALONE))
		return "both";
	return modes == DIRECTORY ? "with a directory" : "standalone";
}

void manual_authority_events(void) {
	puts("| event | server | what has happened |\n|---|---|---|");
	for (enum authority_event event = 0; event < AUTHORITY_EVENT_COUNT; event++) {
		fputs("| `", stdout);
		print_symbol(events[event].symbol);
		printf("` | %s | %s |\n", mode_name(events[event].modes), events[event].description);
	}
}

static void print_arc(enum authority_state state, enum authority_event event) {
	const char *change = arcs[state][event].change;

	fputs("| ", stdout);
	if (strcmp(change, "IGNORE") != 0) {
		print_symbol(change);
		putchar(' ');
	}
	if (arcs[state][event].next != state)
		printf("→ %s ", states[arcs[state][event].next].name);
}

void manual_authority_arcs(void) {
	fputs("| state ", stdout);
	for (enum authority_event event = 0; event < AUTHORITY_EVENT_COUNT; event++) {
		fputs("| ", stdout);
		print_symbol(events[event].symbol);
		putchar(' ');
	}
	fputs("|\n|---|", stdout);
	for (enum authority_event event = 0; event < AUTHORITY_EVENT_COUNT; event++)
		fputs("---|", stdout);
	putchar('\n');
	for (enum authority_state state = 0; state < AUTHORITY_STATE_COUNT; state++) {
		printf("| `%s` ", states[state].name);
		for (enum authority_event event = 0; event < AUTHORITY_EVENT_COUNT; event++)
			print_arc(state, event);
		puts("|");
	}
}
