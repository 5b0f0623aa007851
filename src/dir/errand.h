/* SPDX-License-Identifier: Apache-2.0 */
/* errand.h - a call that nothing can interrupt, made by a thread that can be left behind. Thread: any. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How many threads of one kind were left behind and have not come back. Static, zeroed. */
struct errand_strays {
	unsigned n;
};

typedef void errand_f(void *work);

/* Let a thread call @perform(@work), and wait for at most @timeout_ms. True: it is done, and @work is the caller's
 * again. False: it takes longer, or it was not started because too many still wait; @work is gone, by a call of
 * @dispose once nobody uses it. */
bool errand_run(errand_f *perform, errand_f *dispose, void *work, struct errand_strays *strays, uint64_t timeout_ms);
