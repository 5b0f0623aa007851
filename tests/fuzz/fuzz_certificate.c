/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a server presents as its certificate, reading it stays within its octets. */
#include <stdlib.h>
#include <string.h>

#include "dir/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct certificate certificate;

	if (certificate_parse(span_of(data, size), &certificate) < 0)
		return 0;
	if (memchr(certificate.subject, '\0', sizeof certificate.subject) == NULL ||
	    memchr(certificate.issuer, '\0', sizeof certificate.issuer) == NULL)
		abort();
	is_certificate_for(&certificate, "localhost");
	is_certificate_for(&certificate, "a.example.test");
	is_certificate_for(&certificate, "192.0.2.1");
	is_certificate_for(&certificate, "2001:db8::1");
	return 0;
}
