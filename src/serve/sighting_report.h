/* SPDX-License-Identifier: Apache-2.0 */
/* sighting_report.h - events for what a watch finds out about another DHCP server. */
#pragma once

#include "engine/watch.h"

/* Report @news about @sighting. @enterprise is the name of our own directory, "" without one. */
void sighting_report(const struct sighting *sighting, enum watch_news news, const char *enterprise);
