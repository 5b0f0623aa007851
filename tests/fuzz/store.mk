# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/fuzz/corpus/journal tests/fuzz/corpus/lease_record tests/fuzz/corpus/directory_record tests/fuzz/corpus/sighting_record tests/fuzz/corpus/api_request
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_lease_record tests/fuzz/fuzz_directory_record tests/fuzz/fuzz_sighting_record tests/fuzz/fuzz_api_request
tests_fuzz_fuzz_lease_record_SOURCES = tests/fuzz/fuzz_lease_record.c
tests_fuzz_fuzz_lease_record_LDADD = libstore.a libbase.a
tests_fuzz_fuzz_lease_record_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_directory_record_SOURCES = tests/fuzz/fuzz_directory_record.c
tests_fuzz_fuzz_directory_record_LDADD = libstore.a libbase.a
tests_fuzz_fuzz_directory_record_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_sighting_record_SOURCES = tests/fuzz/fuzz_sighting_record.c
tests_fuzz_fuzz_sighting_record_LDADD = libstore.a libbase.a
tests_fuzz_fuzz_sighting_record_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_api_request_SOURCES = tests/fuzz/fuzz_api_request.c
tests_fuzz_fuzz_api_request_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_api_request_LDADD = libapi.a libjson.a libstore.a libengine.a libmodel.a librt.a libwire.a libbase.a $(JANSSON_LIBS) $(LMDB_LIBS) $(RT_LIBS) -lpthread
tests_fuzz_fuzz_api_request_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
noinst_PROGRAMS += tests/fuzz/fuzz_journal
tests_fuzz_fuzz_journal_SOURCES = tests/fuzz/fuzz_journal.c
tests_fuzz_fuzz_journal_LDADD = libstore.a libbase.a
tests_fuzz_fuzz_journal_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
EXTRA_DIST += tests/fuzz/corpus/backup
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_backup
tests_fuzz_fuzz_backup_SOURCES = tests/fuzz/fuzz_backup.c
tests_fuzz_fuzz_backup_LDADD = libstore.a libbase.a
tests_fuzz_fuzz_backup_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
