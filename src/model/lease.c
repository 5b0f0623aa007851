/* SPDX-License-Identifier: Apache-2.0 */
#include "model/lease.h"

bool is_client_key_equal(const struct client_key *a, const struct client_key *b) {
	return a->len > 0 && is_span_equal(span_of(a->octets, a->len), span_of(b->octets, b->len));
}
