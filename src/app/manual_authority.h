/* SPDX-License-Identifier: Apache-2.0 */
/* manual_authority.h - the tables and diagrams of docs/authority.md, from model/verdict.def and engine/authority.def.
 * Each prints to standard output. */
#pragma once

/* The arcs that change the state, as Mermaid draws them: of a server with a directory, and of one without. */
void manual_authority_diagram_directory(void);
void manual_authority_diagram_standalone(void);

/* What the states and the events are, and what every event does in every state. */
void manual_authority_states(void);
void manual_authority_events(void);
void manual_authority_arcs(void);
