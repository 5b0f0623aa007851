/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/sighting_report.h"

#include "base/event.h"
#include "base/text.h"

#define DESCRIPTION_MAX 512

/* "10.77.0.9 (02:00:00:00:77:09) on eth0, offers 10.77.0.50, names the directory example.org" */
static void describe(const struct sighting *sighting, struct text *text) {
	char address[IP4_TEXT_MAX];

	text_add(text, "%s", ip4_format(sighting->address, address));
	if (sighting->hlen) {
		text_add(text, " (");
		text_add_hex(text, span_of(sighting->hardware, sighting->hlen), ':');
		text_add(text, ")");
	}
	if (is_ip4_none(sighting->via))
		text_add(text, " on %s", sighting->interface);
	else
		text_add(text, " behind the relay agent %s", ip4_format(sighting->via, address));
	if (!is_ip4_none(sighting->offered))
		text_add(text, ", offers %s", ip4_format(sighting->offered, address));
	if (sighting->enterprise[0])
		text_add(text, ", names the directory %s", sighting->enterprise);
}

static enum event_kind found_event(enum sighting_state state) {
	switch (state) {
	case SIGHTING_LISTED:
		return EVENT_SERVER_FOUND;
	case SIGHTING_UNLISTED:
		return EVENT_ROGUE_FOUND;
	case SIGHTING_FOREIGN:
		return EVENT_ROGUE_FOREIGN;
	case SIGHTING_UNJUDGED:
	case SIGHTING_STATE_COUNT:
		break;
	}
	return EVENT_SERVER_UNJUDGED;
}

static void report_foreign(const struct event_subject *subject, const char *description, const char *enterprise) {
	event_emit_about(EVENT_ROGUE_FOREIGN, subject, "%s (%d): %s, which is not ours%s%s; it is ignored",
			 error_name(E_DHCP_ROGUE_NOT_OUR_ENTERPRISE), E_DHCP_ROGUE_NOT_OUR_ENTERPRISE, description,
			 enterprise[0] ? ", " : "", enterprise);
}

void sighting_report(const struct sighting *sighting, enum watch_news news, const char *enterprise) {
	const struct event_subject subject = { sighting->address,
					       sighting->state == SIGHTING_FOREIGN ? sighting->enterprise : NULL };
	char description[DESCRIPTION_MAX];
	struct text text;

	text_init(&text, description, sizeof description);
	describe(sighting, &text);
	if (news == WATCH_GONE)
		event_emit_about(EVENT_ROGUE_GONE, &subject, "%s", description);
	else if (sighting->state == SIGHTING_FOREIGN)
		report_foreign(&subject, description, enterprise);
	else
		event_emit_about(found_event(sighting->state), &subject, "%s", description);
}
