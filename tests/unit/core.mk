# SPDX-License-Identifier: Apache-2.0
# Engine, authority, and what the tests of several layers share.
test_support = \
	tests/support/entries.c \
	tests/support/entries.h \
	tests/support/memory_leases.c \
	tests/support/memory_leases.h
engine_support = tests/support/scenario.c tests/support/scenario.h tests/unit/engine_fixture.h tests/support/tree_text.h \
	$(test_support)
watch_support = tests/support/replies.c tests/support/replies.h tests/unit/watch_fixture.h
core_libs = libengine.a libmodel.a libwire.a libbase.a

if HAVE_CMOCKA
CORE_TESTS = tests/unit/test_engine tests/unit/test_engine_bootp tests/unit/test_engine_changes tests/unit/test_engine_probe \
	tests/unit/test_engine_rogue tests/unit/test_engine_filter tests/unit/test_engine_superscope tests/unit/test_order \
	tests/unit/test_cleanup tests/unit/test_probe_table tests/unit/test_authority tests/unit/test_authority_simulation
check_PROGRAMS += $(CORE_TESTS)
TESTS += $(CORE_TESTS)
tests_unit_test_engine_SOURCES = tests/unit/test_engine.c tests/support/scenario.c tests/support/scenario.h $(test_support)
tests_unit_test_engine_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_changes_SOURCES = tests/unit/test_engine_changes.c tests/support/scenario.c tests/support/scenario.h \
	$(test_support)
tests_unit_test_engine_changes_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_changes_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_bootp_SOURCES = tests/unit/test_engine_bootp.c tests/support/scenario.c tests/support/scenario.h \
	tests/support/tree_text.h $(test_support)
tests_unit_test_engine_bootp_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_bootp_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_probe_SOURCES = tests/unit/test_engine_probe.c tests/support/scenario.c tests/support/scenario.h \
	tests/support/tree_text.h $(test_support)
tests_unit_test_engine_probe_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_probe_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_rogue_SOURCES = tests/unit/test_engine_rogue.c tests/support/scenario.c tests/support/scenario.h \
	$(test_support)
tests_unit_test_engine_rogue_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_rogue_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_cleanup_SOURCES = tests/unit/test_cleanup.c tests/support/memory_leases.c tests/support/memory_leases.h
tests_unit_test_cleanup_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_cleanup_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_order_SOURCES = tests/unit/test_order.c tests/support/scenario.c tests/support/scenario.h $(test_support)
tests_unit_test_order_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_order_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_filter_SOURCES = tests/unit/test_engine_filter.c $(engine_support)
tests_unit_test_engine_filter_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_filter_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_engine_superscope_SOURCES = tests/unit/test_engine_superscope.c $(engine_support)
tests_unit_test_engine_superscope_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_engine_superscope_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_probe_table_SOURCES = tests/unit/test_probe_table.c
tests_unit_test_probe_table_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_probe_table_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_authority_SOURCES = tests/unit/test_authority.c
tests_unit_test_authority_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_authority_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_authority_simulation_SOURCES = tests/unit/test_authority_simulation.c tests/support/agenda.c \
	tests/support/agenda.h
tests_unit_test_authority_simulation_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_authority_simulation_LDADD = $(core_libs) $(CMOCKA_LIBS)

WATCH_TESTS = tests/unit/test_watch tests/unit/test_watch_table tests/unit/test_watch_simulation
check_PROGRAMS += $(WATCH_TESTS)
TESTS += $(WATCH_TESTS)
tests_unit_test_watch_SOURCES = tests/unit/test_watch.c $(watch_support)
tests_unit_test_watch_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_watch_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_watch_table_SOURCES = tests/unit/test_watch_table.c $(watch_support)
tests_unit_test_watch_table_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_watch_table_LDADD = $(core_libs) $(CMOCKA_LIBS)
tests_unit_test_watch_simulation_SOURCES = tests/unit/test_watch_simulation.c tests/support/agenda.c tests/support/agenda.h \
	$(watch_support)
tests_unit_test_watch_simulation_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_watch_simulation_LDADD = $(core_libs) $(CMOCKA_LIBS)
endif

EXTRA_DIST += tests/fuzz/corpus/engine tests/fuzz/corpus/probe_table tests/fuzz/corpus/watch
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_engine tests/fuzz/fuzz_probe_table tests/fuzz/fuzz_watch
tests_fuzz_fuzz_watch_SOURCES = tests/fuzz/fuzz_watch.c
tests_fuzz_fuzz_watch_LDADD = $(core_libs)
tests_fuzz_fuzz_watch_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_probe_table_SOURCES = tests/fuzz/fuzz_probe_table.c
tests_fuzz_fuzz_probe_table_LDADD = $(core_libs)
tests_fuzz_fuzz_probe_table_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_engine_SOURCES = tests/fuzz/fuzz_engine.c $(test_support)
tests_fuzz_fuzz_engine_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_engine_LDADD = $(core_libs)
tests_fuzz_fuzz_engine_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
