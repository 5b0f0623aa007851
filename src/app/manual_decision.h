/* SPDX-License-Identifier: Apache-2.0 */
/* manual_decision.h - the tables of docs/precedence.md. Private to manual_gen. */
#pragma once

/* Where values of options are looked for; what conditions may ask about; the forms of their values. To stdout. */
void manual_precedence(void);
void manual_inconsistencies(void);
void manual_condition_attributes(void);
void manual_condition_forms(void);
