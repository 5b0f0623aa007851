/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/detected.h"

#include <string.h>

#include "base/ip4.h"
#include "base/macros.h"

static bool is_counting(const struct detection *detection, const struct detected_bounds *bounds,
			const struct moment *now) {
	uint64_t at_ms = detection->at.boot_ms;

	return detection->outcome != DETECTION_NONE && *bounds->boot_id &&
	       strcmp(detection->boot_id, bounds->boot_id) == 0 && at_ms >= bounds->started_ms &&
	       at_ms <= now->boot_ms && now->boot_ms - at_ms < bounds->hold_ms;
}

static enum authority_event event_of(const struct detection *detection, struct error *ret_cause) {
	char address[IP4_TEXT_MAX];

	switch (detection->outcome) {
	case DETECTION_NONE:
	case DETECTION_OUTCOME_COUNT:
		break;
	case DETECTION_UNOPPOSED:
		return AUTHORITY_EVENT_UNOPPOSED;
	case DETECTION_DIRECTORY_MET:
		error_set(ret_cause, E_DHCP_STANDALONE_IN_DS,
			  "the DHCP server %s says that this network belongs to the directory \"%s\"; give this server that directory "
			  "(mode = directory) and have it authorized, or switch it off",
			  ip4_format(detection->by, address), detection->enterprise);
		return AUTHORITY_EVENT_DIRECTORY_MET;
	case DETECTION_SERVER_MET:
		error_set(ret_cause, E_DHCP_ROGUE_SAMSHUTDOWN,
			  "the DHCP server %s is on the network, and this one may only run alone (lessorStandaloneRule); switch one of "
			  "the two off, or change the rule",
			  ip4_format(detection->by, address));
		return AUTHORITY_EVENT_SERVER_MET;
	case DETECTION_IMPOSSIBLE:
		error_set(ret_cause, E_DHCP_ROGUE_INIT_FAILED, "%s", detection->reason);
		return AUTHORITY_EVENT_REFUSED;
	}
	return AUTHORITY_EVENT_COUNT;
}

bool detected_event(const struct detection *detection, const struct detected_bounds *bounds, const struct moment *now,
		    enum authority_event *ret_event, struct error *ret_cause) {
	struct error cause = { 0 };
	enum authority_event event;

	if (!is_counting(detection, bounds, now))
		return false;
	event = event_of(detection, &cause);
	if (event == AUTHORITY_EVENT_COUNT)
		return false;
	*ret_event = event;
	*ret_cause = cause;
	return true;
}
