# SPDX-License-Identifier: Apache-2.0
# Tests on real directories, clients and relays: run by tests/run, since they need root.
EXTRA_DIST += \
	tests/functional/run.py \
	tests/functional/harness.py \
	tests/functional/slapd.py \
	tests/functional/kdc.py \
	tests/functional/lessor.py \
	tests/functional/scene.py \
	tests/functional/clients.py \
	tests/functional/dhcp.py \
	tests/functional/rawclient.py \
	tests/functional/test_documents.py
