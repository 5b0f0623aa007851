/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sighting.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "model/dn.h"

#define DN_MAX 1024 /* of a naming context; what is longer is cut in the name anyway */

static const char *const state_names[SIGHTING_STATE_COUNT] = {
#define SIGHTING_STATE(symbol, name, description) [SIGHTING_##symbol] = name,
#include "model/sighting.def"
};

static const char *const outcome_names[DETECTION_OUTCOME_COUNT] = {
#define DETECTION_OUTCOME(symbol, name, description) [DETECTION_##symbol] = name,
#include "model/sighting.def"
};

const char *sighting_state_name(enum sighting_state state) {
	return state_names[state];
}

const char *detection_outcome_name(enum detection_outcome outcome) {
	return outcome_names[outcome];
}

bool is_detection_opposed(const struct detection *detection) {
	return detection->outcome == DETECTION_DIRECTORY_MET || detection->outcome == DETECTION_SERVER_MET;
}

bool is_sighting_hearsay(const struct sighting *sighting) {
	return sighting->is_overheard && !sighting->hlen && is_ip4_none(sighting->offered) &&
	       sighting->answer == ROGUE_ANSWER_NONE;
}

/* The length without the dot that may stand behind a whole domain name. */
static size_t name_length(const char *name) {
	size_t len = strlen(name);

	return len > 0 && name[len - 1] == '.' ? len - 1 : len;
}

static bool is_part_of(const char *name, const char *whole) {
	size_t len = name_length(name), whole_len = name_length(whole);
	const char *tail;

	if (whole_len == 0 || whole_len > len)
		return false;
	tail = name + (len - whole_len);
	return strncasecmp(tail, whole, whole_len) == 0 && (tail == name || tail[-1] == '.');
}

bool is_same_enterprise(const char *one, const char *other) {
	return is_part_of(one, other) || is_part_of(other, one);
}

static bool is_domain_part(const char *dn) {
	return strncmp(dn, "dc=", 3) == 0;
}

static void add_domain_parts(struct text *text, const char *dn) {
	char value[ROGUE_ENTERPRISE_MAX];

	for (; *dn; dn = dn_parent(dn))
		if (is_domain_part(dn) && dn_leaf_value(dn, sizeof value, value) == 0)
			text_add(text, "%s%s", text->len ? "." : "", value);
}

/* Only these pass through an answer unchanged, and everybody shall read the same name. */
static void name_clean(char *name) {
	for (; *name; name++)
		if (!is_rogue_name_char((uint8_t)*name))
			*name = *name == ',' ? '.' : '-';
}

void enterprise_name(const char *naming_context, char ret_name[static ROGUE_ENTERPRISE_MAX]) {
	char dn[DN_MAX];
	struct text text;

	text_init(&text, ret_name, ROGUE_ENTERPRISE_MAX);
	if (dn_normalize(naming_context, sizeof dn, dn) < 0) {
		strncpy(dn, naming_context, sizeof dn - 1);
		dn[sizeof dn - 1] = '\0';
	}
	add_domain_parts(&text, dn);
	if (!text.len)
		text_add(&text, "%s", dn);
	name_clean(ret_name);
}
