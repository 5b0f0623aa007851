/* SPDX-License-Identifier: Apache-2.0 */
/* bind.h - tell a directory server who we are. Thread: one per opening. */
#pragma once

#include "dir/opening.h"

/* Bind @opening as its settings say. 0, -E_DDS_NO_DS_AVAILABLE or -E_ACCESS_DENIED with the reason. */
int bind_perform(struct opening *opening, struct error *reterr_error);
