# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/support/tree_text.h tests/unit/snapshot_fixture.h
dist_check_SCRIPTS += tests/checks/check-schema
TESTS += tests/checks/check-schema
AM_TESTS_ENVIRONMENT += LESSOR_SCHEMA_FILES='$(SCHEMA_FILES)'; export LESSOR_SCHEMA_FILES;
if HAVE_CMOCKA
MODEL_TESTS = tests/unit/test_schema tests/unit/test_entry tests/unit/test_dn tests/unit/test_dhcpservers \
	tests/unit/test_verdict tests/unit/test_findings tests/unit/test_snapshot tests/unit/test_sighting \
	tests/unit/test_server_list tests/unit/test_ldif tests/unit/test_filter tests/unit/test_snapshot_lists \
	tests/unit/test_condition tests/unit/test_assignment tests/unit/test_snapshot_policies
MODEL_TEST_LIBS = libmodel.a libwire.a libbase.a $(CMOCKA_LIBS)
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c
tests_unit_test_schema_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_entry_SOURCES = tests/unit/test_entry.c
tests_unit_test_entry_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_dn_SOURCES = tests/unit/test_dn.c
tests_unit_test_dn_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_dhcpservers_SOURCES = tests/unit/test_dhcpservers.c
tests_unit_test_dhcpservers_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_server_list_SOURCES = tests/unit/test_server_list.c tests/support/entries.c tests/support/entries.h
tests_unit_test_server_list_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_server_list_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c
tests_unit_test_verdict_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_findings_SOURCES = tests/unit/test_findings.c
tests_unit_test_findings_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sighting_SOURCES = tests/unit/test_sighting.c
tests_unit_test_sighting_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c
tests_unit_test_filter_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_snapshot_lists_SOURCES = tests/unit/test_snapshot_lists.c
tests_unit_test_snapshot_lists_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_assignment_SOURCES = tests/unit/test_assignment.c
tests_unit_test_assignment_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_snapshot_policies_SOURCES = tests/unit/test_snapshot_policies.c
tests_unit_test_snapshot_policies_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_ldif_SOURCES = tests/unit/test_ldif.c
tests_unit_test_ldif_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_condition_SOURCES = tests/unit/test_condition.c
tests_unit_test_condition_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_snapshot_SOURCES = tests/unit/test_snapshot.c
tests_unit_test_snapshot_LDADD = $(MODEL_TEST_LIBS)
endif
