# SPDX-License-Identifier: Apache-2.0
# Rules of the tree that a machine can check; each says what it checks in its first lines. Break one and it says where.
CHECKS = \
	tests/checks/check-layers \
	tests/checks/check-calls \
	tests/checks/check-headers \
	tests/checks/check-docs \
	tests/checks/check-shape \
	tests/checks/check-symbols \
	tests/checks/check-sleep \
	tests/checks/check-files \
	tests/checks/check-links \
	tests/checks/check-generated \
	tests/checks/check-tables
EXTRA_DIST += src/LAYERS tests/checks/tree.py
dist_check_SCRIPTS += $(CHECKS)
TESTS += $(CHECKS)
AM_TESTS_ENVIRONMENT = \
	LESSOR_CC='$(CC)'; \
	LESSOR_CPPFLAGS='$(LDAP_CFLAGS) $(LMDB_CFLAGS) $(EVENT_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)'; \
	LESSOR_FILLED='$(FILLED)'; \
	PYTHONDONTWRITEBYTECODE=1; \
	export LESSOR_CC LESSOR_CPPFLAGS LESSOR_FILLED PYTHONDONTWRITEBYTECODE;
