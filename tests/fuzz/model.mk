# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/fuzz/corpus/condition tests/fuzz/corpus/entry tests/fuzz/corpus/map tests/fuzz/corpus/server_list
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_condition tests/fuzz/fuzz_entry tests/fuzz/fuzz_map tests/fuzz/fuzz_server_list
tests_fuzz_fuzz_condition_SOURCES = tests/fuzz/fuzz_condition.c
tests_fuzz_fuzz_condition_LDADD = libmodel.a libwire.a libbase.a
tests_fuzz_fuzz_condition_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_entry_SOURCES = tests/fuzz/fuzz_entry.c
tests_fuzz_fuzz_entry_LDADD = libmodel.a libwire.a libbase.a
tests_fuzz_fuzz_entry_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_map_SOURCES = tests/fuzz/fuzz_map.c
tests_fuzz_fuzz_map_LDADD = libmodel.a libwire.a libbase.a
tests_fuzz_fuzz_map_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_server_list_SOURCES = tests/fuzz/fuzz_server_list.c
tests_fuzz_fuzz_server_list_LDADD = libmodel.a libwire.a libbase.a
tests_fuzz_fuzz_server_list_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
