# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
ADMIN_TESTS = tests/unit/test_admin_call tests/unit/test_admin_edit tests/unit/test_admin_ranges tests/unit/test_ldif_text tests/unit/test_csv
check_PROGRAMS += $(ADMIN_TESTS)
TESTS += $(ADMIN_TESTS)

tests_unit_test_admin_call_CPPFLAGS = $(libadmin_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_admin_call_SOURCES = tests/unit/test_admin_call.c
tests_unit_test_admin_call_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
tests_unit_test_admin_edit_CPPFLAGS = $(libadmin_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_admin_edit_SOURCES = tests/unit/test_admin_edit.c
tests_unit_test_admin_edit_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
tests_unit_test_admin_ranges_CPPFLAGS = $(libadmin_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_admin_ranges_SOURCES = tests/unit/test_admin_ranges.c
tests_unit_test_admin_ranges_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
tests_unit_test_ldif_text_CPPFLAGS = $(libadmin_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ldif_text_SOURCES = tests/unit/test_ldif_text.c
tests_unit_test_ldif_text_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
tests_unit_test_csv_CPPFLAGS = $(libadmin_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_csv_SOURCES = tests/unit/test_csv.c
tests_unit_test_csv_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
endif
