# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/fuzz/corpus/ldif_text tests/fuzz/corpus/tree_json tests/fuzz/corpus/plan tests/fuzz/corpus/lease_csv
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_ldif_text tests/fuzz/fuzz_tree_json tests/fuzz/fuzz_plan tests/fuzz/fuzz_lease_csv
tests_fuzz_fuzz_ldif_text_SOURCES = tests/fuzz/fuzz_ldif_text.c
tests_fuzz_fuzz_ldif_text_CPPFLAGS = $(libadmin_a_CPPFLAGS)
tests_fuzz_fuzz_ldif_text_LDADD = $(ADMIN_LIBS)
tests_fuzz_fuzz_ldif_text_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_tree_json_SOURCES = tests/fuzz/fuzz_tree_json.c
tests_fuzz_fuzz_tree_json_CPPFLAGS = $(libadmin_a_CPPFLAGS)
tests_fuzz_fuzz_tree_json_LDADD = $(ADMIN_LIBS)
tests_fuzz_fuzz_tree_json_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_plan_SOURCES = tests/fuzz/fuzz_plan.c tests/support/plan_check.h tests/support/tree_text.h
tests_fuzz_fuzz_plan_CPPFLAGS = $(libadmin_a_CPPFLAGS) -I$(top_srcdir)/tests
tests_fuzz_fuzz_plan_LDADD = $(ADMIN_LIBS)
tests_fuzz_fuzz_plan_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_lease_csv_SOURCES = tests/fuzz/fuzz_lease_csv.c
tests_fuzz_fuzz_lease_csv_CPPFLAGS = $(libadmin_a_CPPFLAGS)
tests_fuzz_fuzz_lease_csv_LDADD = $(ADMIN_LIBS)
tests_fuzz_fuzz_lease_csv_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
