/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/sync_cookie.h"

#include "base/text.h"
#include "dir/sync_control.h"

#define OPENLDAP_PREFIX "rid="
#define PREFIX OPENLDAP_PREFIX "000,csn="
#define CSN_MIN 8 /* shorter than any, so that a set has room for a cookie's */
#define NUMBER_MAX 20 /* digits of a change's number */
#define CSNS_MAX (SYNC_COOKIE_MAX / CSN_MIN)

/* CSNs, one for each server. */
struct csn_set {
	struct span csns[CSNS_MAX];
	size_t n_csns;
};

/* Take what stands before the next @separator off @text. */
static struct span part_take(struct span *text, char separator) {
	const uint8_t *end = text->len ? memchr(text->data, separator, text->len) : NULL;
	size_t len = end ? (size_t)(end - text->data) : text->len, taken = end ? len + 1 : len;
	struct span part = span_of(text->data, len);

	*text = span_of(text->data + taken, text->len - taken);
	return part;
}

/* Take @prefix off @text if it begins so. */
static bool prefix_take(struct span *text, const char *prefix) {
	size_t len = strlen(prefix);

	if (text->len < len || memcmp(text->data, prefix, len) != 0)
		return false;
	*text = span_of(text->data + len, text->len - len);
	return true;
}

/* The server of a CSN, "TIME#COUNT#SERVER#MODIFICATION"; empty if it is no CSN. */
static struct span csn_server(struct span csn) {
	struct span server;

	if (csn.len < CSN_MIN)
		return span_of(NULL, 0);
	part_take(&csn, '#');
	part_take(&csn, '#');
	server = part_take(&csn, '#');
	return csn.len ? server : span_of(NULL, 0);
}

/* Put @csn into @set unless that has a newer one of the same server. False if it is no CSN or there is no room. */
static bool csn_add(struct csn_set *set, struct span csn) {
	struct span server = csn_server(csn);
	size_t i = 0;

	while (i < set->n_csns && !is_span_equal(csn_server(set->csns[i]), server))
		i++;
	if (server.len == 0 || i == CSNS_MAX)
		return false;
	if (i == set->n_csns)
		set->csns[set->n_csns++] = csn;
	else if (span_compare(set->csns[i], csn) < 0)
		set->csns[i] = csn;
	return true;
}

/* Add the CSNs of @cookie to @set. False if it is not of OpenLDAP's form. */
static bool cookie_add(struct csn_set *set, struct span cookie) {
	struct span field = part_take(&cookie, ',');

	if (!prefix_take(&field, OPENLDAP_PREFIX))
		return false;
	while (cookie.len) {
		field = part_take(&cookie, ',');
		if (!prefix_take(&field, "csn="))
			continue;
		while (field.len)
			if (!csn_add(set, part_take(&field, ';')))
				return false;
	}
	return set->n_csns > 0;
}

static struct span cookie_format(const struct csn_set *set, struct arena *arena) {
	size_t len = strlen(PREFIX) + set->n_csns - 1;
	uint8_t *octets, *place;

	for (size_t i = 0; i < set->n_csns; i++)
		len += set->csns[i].len;
	octets = place = arena_take(arena, len);
	memcpy(place, PREFIX, strlen(PREFIX));
	place += strlen(PREFIX);
	for (size_t i = 0; i < set->n_csns; i++) {
		if (i)
			*place++ = ';';
		memcpy(place, set->csns[i].data, set->csns[i].len);
		place += set->csns[i].len;
	}
	return span_of(octets, len);
}

struct span sync_cookie_merge(struct span kept, struct span cookie, struct arena *arena) {
	struct csn_set set = { .n_csns = 0 };

	if (cookie.len == 0)
		return kept;
	if (cookie.len > SYNC_COOKIE_MAX || !cookie_add(&set, cookie))
		return cookie;
	if (kept.len && kept.len <= SYNC_COOKIE_MAX)
		cookie_add(&set, kept);
	return cookie_format(&set, arena);
}

bool is_sync_cookie_safe(struct span cookie, uint64_t first_change) {
	struct span part = span_of(NULL, 0);
	char digits[NUMBER_MAX + 1];
	size_t n_parts = 0;
	uint64_t number;

	if (prefix_take(&cookie, OPENLDAP_PREFIX))
		return first_change == 0;
	for (; cookie.len; n_parts++)
		part = part_take(&cookie, '#');
	if (n_parts < 3 || part.len == 0 || part.len > NUMBER_MAX)
		return true;
	memcpy(digits, part.data, part.len);
	digits[part.len] = '\0';
	if (text_parse_u64(digits, UINT64_MAX, &number) < 0)
		return true;
	return first_change && number >= first_change - 1;
}
