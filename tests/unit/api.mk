# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
API_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(LMDB_CFLAGS) $(CMOCKA_CFLAGS)
API_TEST_LDADD = libapi.a libjson.a libstore.a libengine.a libmodel.a librt.a libwire.a libbase.a $(JANSSON_LIBS) $(LMDB_LIBS) $(RT_LIBS) $(CMOCKA_LIBS) -lpthread

API_TESTS = tests/unit/test_api_request tests/unit/test_api_answer tests/unit/test_census tests/unit/test_lease_row
check_PROGRAMS += $(API_TESTS)
TESTS += $(API_TESTS)

tests_unit_test_api_request_SOURCES = tests/unit/test_api_request.c
tests_unit_test_api_request_CPPFLAGS = $(API_TEST_CPPFLAGS)
tests_unit_test_api_request_LDADD = $(API_TEST_LDADD)

tests_unit_test_lease_row_SOURCES = tests/unit/test_lease_row.c
tests_unit_test_lease_row_CPPFLAGS = $(API_TEST_CPPFLAGS)
tests_unit_test_lease_row_LDADD = $(API_TEST_LDADD)

tests_unit_test_census_SOURCES = tests/unit/test_census.c tests/unit/snapshot_fixture.h tests/support/tree_text.h \
	tests/support/entries.c tests/support/entries.h
tests_unit_test_census_CPPFLAGS = $(API_TEST_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_census_LDADD = $(API_TEST_LDADD)

tests_unit_test_api_answer_SOURCES = tests/unit/test_api_answer.c tests/unit/store_fixture.c tests/unit/store_fixture.h \
	tests/support/entries.c tests/support/entries.h
tests_unit_test_api_answer_CPPFLAGS = $(API_TEST_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_api_answer_LDADD = $(API_TEST_LDADD)
endif
