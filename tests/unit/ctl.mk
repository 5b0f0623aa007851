# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
CTL_TESTS = tests/unit/test_ctl_arguments tests/unit/test_ctl_output tests/unit/test_ctl_edit
check_PROGRAMS += $(CTL_TESTS)
TESTS += $(CTL_TESTS)

tests_unit_test_ctl_arguments_CPPFLAGS = $(libctl_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ctl_arguments_SOURCES = tests/unit/test_ctl_arguments.c
tests_unit_test_ctl_arguments_LDADD = $(CTL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_ctl_output_CPPFLAGS = $(libctl_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ctl_output_SOURCES = tests/unit/test_ctl_output.c
tests_unit_test_ctl_output_LDADD = $(CTL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_ctl_edit_CPPFLAGS = $(libctl_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ctl_edit_SOURCES = tests/unit/test_ctl_edit.c
tests_unit_test_ctl_edit_LDADD = $(CTL_LIBS) $(CMOCKA_LIBS)
endif
