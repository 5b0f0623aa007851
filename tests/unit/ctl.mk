# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
CTL_TESTS = tests/unit/test_ctl_arguments tests/unit/test_ctl_output
check_PROGRAMS += $(CTL_TESTS)
TESTS += $(CTL_TESTS)

tests_unit_test_ctl_arguments_CPPFLAGS = $(libctl_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ctl_arguments_SOURCES = tests/unit/test_ctl_arguments.c
tests_unit_test_ctl_arguments_LDADD = libctl.a $(ADMIN_LIBS) $(CMOCKA_LIBS)
tests_unit_test_ctl_output_CPPFLAGS = $(libctl_a_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ctl_output_SOURCES = tests/unit/test_ctl_output.c
tests_unit_test_ctl_output_LDADD = libctl.a libbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
