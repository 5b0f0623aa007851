/* SPDX-License-Identifier: Apache-2.0 */
/* choices.h - what the words of lessord.conf mean for a connection. Pure; thread: any. */
#pragma once

#include "dir/connection.h"
#include "rt/config.h"

/* Put into @settings what @config chooses: how to bind, and how the connection is protected. */
void choices_apply(const struct config *config, struct connection_settings *settings);
