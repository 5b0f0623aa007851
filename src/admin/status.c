/* SPDX-License-Identifier: Apache-2.0 */
/* status: how this machine's daemon is, in its own words (GET /v1/status). */
#include "admin/call.h"
#include "admin/daemon.h"

int status_run(struct call *call, struct error *reterr_error) {
	const char *socket_path;
	json_t *status;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = daemon_call(socket_path, "/v1/status", false, &status, reterr_error);
	return r < 0 ? r : call_done(call, status);
}
