# SPDX-License-Identifier: Apache-2.0
# Tests on real directories, clients and relays: run by tests/run, since they need root.
EXTRA_DIST += \
	.ci/run \
	tests/run \
	tests/run.py \
	tests/functional/run.py \
	tests/functional/harness.py \
	tests/functional/ds389.py \
	tests/functional/slapd.py \
	tests/functional/kdc.py \
	tests/functional/lessor.py \
	tests/functional/samba.py \
	tests/functional/scene.py \
	tests/functional/clients.py \
	tests/functional/dhcp.py \
	tests/functional/dns.py \
	tests/functional/rawclient.py \
	tests/functional/servers.py \
	tests/functional/load.py \
	tests/functional/test_api.py \
	tests/functional/test_audit.py \
	tests/functional/test_authorization.py \
	tests/functional/test_bad_entries.py \
	tests/functional/test_bad_packets.py \
	tests/functional/test_bad_start.py \
	tests/functional/test_bootp.py \
	tests/functional/test_clients.py \
	tests/functional/test_concurrency.py \
	tests/functional/test_crash.py \
	tests/functional/test_ctl.py \
	tests/functional/test_detection.py \
	tests/functional/test_directory.py \
	tests/functional/test_discovery.py \
	tests/functional/test_documents.py \
	tests/functional/test_ds389.py \
	tests/functional/test_file_edits.py \
	tests/functional/test_kerberos.py \
	tests/functional/test_library.py \
	tests/functional/test_mirror.py \
	tests/functional/test_offers.py \
	tests/functional/test_orders.py \
	tests/functional/test_protection.py \
	tests/functional/test_rogue.py \
	tests/functional/test_samba.py \
	tests/functional/test_scopes.py \
	tests/functional/test_standalone.py \
	tests/functional/test_state.py
