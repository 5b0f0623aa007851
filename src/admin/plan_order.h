/* SPDX-License-Identifier: Apache-2.0 */
/* plan_order.h - the order in which changes of a tree are made. Pure. */
#pragma once

#include "admin/plan.h"

/* Give each of @plan's changes its stage, counted from 0 without gaps, and sort them by it. */
void plan_order(struct plan *plan, struct arena *arena);
