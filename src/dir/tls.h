/* SPDX-License-Identifier: Apache-2.0 */
/* tls.h - TLS on a connection that is being opened: ldaps, or StartTLS. Thread: one per opening. */
#pragma once

#include "dir/opening.h"

/* Secure @opening if its URI or its settings ask for it. The certificate must be trusted, in time and for the URI's
 * host. 0, -E_DDS_NO_DS_AVAILABLE (silent, gone) or -E_ACCESS_DENIED with the reason. */
int tls_secure(struct opening *opening, struct error *reterr_error);
