# SPDX-License-Identifier: Apache-2.0
# What the engine makes of classes, policies and so on (the variables are core.mk's).
if HAVE_CMOCKA
ENGINE_TESTS = tests/unit/test_engine_classes tests/unit/test_engine_policies tests/unit/test_engine_trace \
	tests/unit/test_engine_store tests/unit/test_clock_watch tests/unit/test_reconcile tests/unit/test_import
check_PROGRAMS += $(ENGINE_TESTS)
TESTS += $(ENGINE_TESTS)
tests_unit_test_engine_classes_SOURCES = tests/unit/test_engine_classes.c $(engine_support)
tests_unit_test_engine_classes_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_classes_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_policies_SOURCES = tests/unit/test_engine_policies.c $(engine_support)
tests_unit_test_engine_policies_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_policies_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_trace_SOURCES = tests/unit/test_engine_trace.c $(engine_support)
tests_unit_test_engine_trace_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_trace_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_reconcile_SOURCES = tests/unit/test_reconcile.c $(engine_support)
tests_unit_test_reconcile_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_reconcile_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_store_SOURCES = tests/unit/test_engine_store.c $(engine_support)
tests_unit_test_engine_store_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_store_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_clock_watch_SOURCES = tests/unit/test_clock_watch.c
tests_unit_test_clock_watch_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_clock_watch_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_import_SOURCES = tests/unit/test_import.c $(engine_support)
tests_unit_test_import_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_import_LDADD = $(core_libs) $(CMOCKA_LIBS)
endif
