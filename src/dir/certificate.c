/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/certificate.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/error.h"
#include "dir/tlv.h"

enum { /* the tags that X.509 itself gives */
	TAG_VERSION = 0xa0,
	TAG_EXTENSIONS = 0xa3,
	TAG_NAME_DNS = 0x82,
	TAG_NAME_ADDRESS = 0x87,
};

static const uint8_t oid_common_name[] = { 0x55, 0x04, 0x03 };
static const uint8_t oid_alternative_name[] = { 0x55, 0x1d, 0x11 };

/* Two decimal digits, or -1. */
static int two_digits(const uint8_t *digits) {
	if (digits[0] < '0' || digits[0] > '9' || digits[1] < '0' || digits[1] > '9')
		return -1;
	return (digits[0] - '0') * 10 + (digits[1] - '0');
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ. */
static bool time_parse(const struct tlv *element, int64_t *ret_seconds) {
	size_t year_digits = element->tag == TLV_UTC_TIME ? 2 : 4;
	const uint8_t *digits = element->value.data;
	struct tm broken = { 0 };
	int parts[7] = { 0 };
	size_t n_parts = 5 + year_digits / 2;

	if ((element->tag != TLV_UTC_TIME && element->tag != TLV_GENERAL_TIME) ||
	    element->value.len != n_parts * 2 + 1)
		return false;
	for (size_t i = 0; i < n_parts; i++)
		if ((parts[i] = two_digits(digits + 2 * i)) < 0)
			return false;
	if (year_digits == 2)
		broken.tm_year = parts[0] < 50 ? parts[0] + 100 : parts[0];
	else
		broken.tm_year = parts[0] * 100 + parts[1] - 1900;
	broken.tm_mon = parts[n_parts - 5] - 1;
	broken.tm_mday = parts[n_parts - 4];
	broken.tm_hour = parts[n_parts - 3];
	broken.tm_min = parts[n_parts - 2];
	broken.tm_sec = parts[n_parts - 1];
	*ret_seconds = timegm(&broken);
	return true;
}

static bool validity_parse(struct span validity, struct certificate *certificate) {
	struct tlv before, after;

	return tlv_take(&validity, &before) && tlv_take(&validity, &after) &&
	       time_parse(&before, &certificate->not_before) && time_parse(&after, &certificate->not_after);
}

static void name_copy(struct span value, char ret_name[static CERTIFICATE_NAME_MAX]) {
	size_t length = value.len < CERTIFICATE_NAME_MAX - 1 ? value.len : CERTIFICATE_NAME_MAX - 1;

	for (size_t i = 0; i < length; i++)
		ret_name[i] = value.data[i] >= 0x20 && value.data[i] < 0x7f ? (char)value.data[i] : '?';
	ret_name[length] = '\0';
}

/* The last common name of a distinguished name. */
static void common_name_copy(struct span name, char ret_name[static CERTIFICATE_NAME_MAX]) {
	struct span set, pair, oid;
	struct tlv value;

	ret_name[0] = '\0';
	while (tlv_take_tagged(&name, TLV_SET, &set))
		if (tlv_take_tagged(&set, TLV_SEQUENCE, &pair) && tlv_take_tagged(&pair, TLV_OID, &oid) &&
		    tlv_take(&pair, &value) &&
		    is_span_equal(oid, span_of(oid_common_name, sizeof oid_common_name)))
			name_copy(value.value, ret_name);
}

/* Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static void extensions_parse(struct span explicit, struct certificate *certificate) {
	struct span list, extension, oid;
	struct tlv value;

	if (!tlv_take_tagged(&explicit, TLV_SEQUENCE, &list))
		return;
	while (tlv_take_tagged(&list, TLV_SEQUENCE, &extension)) {
		if (!tlv_take_tagged(&extension, TLV_OID, &oid) || !tlv_take(&extension, &value))
			return;
		if (value.tag == TLV_BOOLEAN && !tlv_take(&extension, &value))
			return;
		if (value.tag == TLV_OCTETS &&
		    is_span_equal(oid, span_of(oid_alternative_name, sizeof oid_alternative_name)))
			tlv_take_tagged(&value.value, TLV_SEQUENCE, &certificate->alternative_names);
	}
}

/* TBSCertificate ::= SEQUENCE { [0] version, serial, signature, issuer, validity, subject, key, ...,
 * [3] extensions } */
static bool body_parse(struct span body, struct certificate *certificate) {
	struct span issuer, validity, subject;
	struct tlv element;

	if (body.len && body.data[0] == TAG_VERSION && !tlv_skip(&body, 1))
		return false;
	if (!tlv_skip(&body, 2) || !tlv_take_tagged(&body, TLV_SEQUENCE, &issuer) ||
	    !tlv_take_tagged(&body, TLV_SEQUENCE, &validity) || !tlv_take_tagged(&body, TLV_SEQUENCE, &subject) ||
	    !validity_parse(validity, certificate) || !tlv_skip(&body, 1))
		return false;
	common_name_copy(issuer, certificate->issuer);
	common_name_copy(subject, certificate->subject);
	while (tlv_take(&body, &element))
		if (element.tag == TAG_EXTENSIONS)
			extensions_parse(element.value, certificate);
	return true;
}

int certificate_parse(struct span der, struct certificate *ret_certificate) {
	struct certificate certificate = { 0 };
	struct span whole, body;

	if (!tlv_take_tagged(&der, TLV_SEQUENCE, &whole) || !tlv_take_tagged(&whole, TLV_SEQUENCE, &body) ||
	    !body_parse(body, &certificate))
		return -E_INVALID_PARAMETER;
	*ret_certificate = certificate;
	return 0;
}

/* Equal octet by octet without regard to case. A NUL inside a name never equals anything. */
static bool is_name_equal(struct span pattern, const char *name, size_t len) {
	return pattern.len == len && !memchr(pattern.data, '\0', pattern.len) &&
	       strncasecmp((const char *)pattern.data, name, len) == 0;
}

static bool is_dns_match(struct span pattern, const char *name) {
	const char *rest = strchr(name, '.');

	if (is_name_equal(pattern, name, strlen(name)))
		return pattern.len > 0;
	return pattern.len > 2 && pattern.data[0] == '*' && pattern.data[1] == '.' && rest && rest != name &&
	       is_name_equal(span_of(pattern.data + 1, pattern.len - 1), rest, strlen(rest));
}

bool is_certificate_for(const struct certificate *certificate, const char *name) {
	struct span names = certificate->alternative_names, address = { 0 };
	uint8_t octets[sizeof(struct in6_addr)];
	struct tlv element;

	if (inet_pton(AF_INET, name, octets) == 1)
		address = span_of(octets, sizeof(struct in_addr));
	else if (inet_pton(AF_INET6, name, octets) == 1)
		address = span_of(octets, sizeof(struct in6_addr));
	while (tlv_take(&names, &element)) {
		if (element.tag == TAG_NAME_ADDRESS && address.len && is_span_equal(element.value, address))
			return true;
		if (element.tag == TAG_NAME_DNS && !address.len && is_dns_match(element.value, name))
			return true;
	}
	return false;
}
