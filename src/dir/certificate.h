/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.h - just enough of X.509 (RFC 5280) to say why a server's certificate is not accepted, and for whom it
 * is.
 *
 * The chain of trust is the TLS library's business; nothing here replaces it. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define CERTIFICATE_NAME_MAX 128

/* Embedded. */
struct certificate {
	int64_t not_before, not_after;       /* seconds since the epoch */
	char issuer[CERTIFICATE_NAME_MAX];   /* common name, unprintable characters replaced; "" if none */
	char subject[CERTIFICATE_NAME_MAX];
	struct span alternative_names;       /* the contents of GeneralNames, borrowed; empty if none */
};

/* Read the DER octets @der, which must outlive @ret_certificate. 0 or -E_INVALID_PARAMETER. */
int certificate_parse(struct span der, struct certificate *ret_certificate);

/* True if the certificate is for the host @name: one of its alternative DNS names (a leading "*." stands for one label)
 * or, for a numeric address, one of its addresses. Common names are not looked at (RFC 9525). */
bool is_certificate_for(const struct certificate *certificate, const char *name);
