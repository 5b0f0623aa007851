# SPDX-License-Identifier: Apache-2.0
# Trees as text, and what makes one equal to another.
if HAVE_CMOCKA
FILES_TESTS = tests/unit/test_text tests/unit/test_ldif_write tests/unit/test_plan tests/unit/test_edit_sequences
check_PROGRAMS += $(FILES_TESTS)
TESTS += $(FILES_TESTS)

tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_LDADD = libbase.a $(CMOCKA_LIBS)
tests_unit_test_ldif_write_SOURCES = tests/unit/test_ldif_write.c
tests_unit_test_ldif_write_LDADD = libmodel.a libwire.a libbase.a $(CMOCKA_LIBS)
tests_unit_test_plan_CPPFLAGS = $(libadmin_a_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/support/plan_check.h
tests_unit_test_plan_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
tests_unit_test_edit_sequences_CPPFLAGS = $(libadmin_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_edit_sequences_SOURCES = tests/unit/test_edit_sequences.c
tests_unit_test_edit_sequences_LDADD = $(ADMIN_LIBS) $(CMOCKA_LIBS)
endif
