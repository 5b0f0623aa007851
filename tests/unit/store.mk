# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
STORE_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(LMDB_CFLAGS) $(CMOCKA_CFLAGS)
STORE_TEST_LDADD = libstore.a libbase.a $(LMDB_LIBS) $(CMOCKA_LIBS) -lpthread

check_PROGRAMS += tests/unit/test_lease_apply tests/unit/test_lease_layers tests/unit/test_lease_memory tests/unit/test_lease_record tests/unit/test_lease_check tests/unit/test_lease_store tests/unit/test_directory_store tests/unit/test_sighting_store tests/unit/test_lease_build
TESTS += tests/unit/test_lease_apply tests/unit/test_lease_layers tests/unit/test_lease_memory tests/unit/test_lease_record tests/unit/test_lease_check tests/unit/test_lease_store tests/unit/test_directory_store tests/unit/test_sighting_store tests/unit/test_lease_build

tests_unit_test_lease_record_SOURCES = tests/unit/test_lease_record.c
tests_unit_test_lease_record_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lease_record_LDADD = $(STORE_TEST_LDADD)

tests_unit_test_lease_store_SOURCES = tests/unit/test_lease_store.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_lease_store_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lease_store_LDADD = $(STORE_TEST_LDADD)

tests_unit_test_lease_apply_SOURCES = tests/unit/test_lease_apply.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_lease_apply_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lease_apply_LDADD = $(STORE_TEST_LDADD)

tests_unit_test_lease_layers_SOURCES = tests/unit/test_lease_layers.c tests/support/memory_leases.c tests/support/memory_leases.h \
	tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_lease_layers_CPPFLAGS = $(STORE_TEST_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_lease_layers_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=db_next
tests_unit_test_lease_layers_LDADD = libstore.a libmodel.a libbase.a $(LMDB_LIBS) $(CMOCKA_LIBS) -lpthread

tests_unit_test_lease_memory_SOURCES = tests/unit/test_lease_memory.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_lease_memory_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lease_memory_LDADD = $(STORE_TEST_LDADD)

tests_unit_test_lease_build_SOURCES = tests/unit/test_lease_build.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_lease_build_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lease_build_LDADD = $(STORE_TEST_LDADD)

tests_unit_test_lease_check_SOURCES = tests/unit/test_lease_check.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_lease_check_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lease_check_LDADD = libstore.a librt.a libmodel.a libbase.a $(LMDB_LIBS) $(CMOCKA_LIBS) -lpthread

check_PROGRAMS += tests/unit/test_lease_reader
TESTS += tests/unit/test_lease_reader
tests_unit_test_lease_reader_SOURCES = tests/unit/test_lease_reader.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_lease_reader_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lease_reader_LDADD = $(STORE_TEST_LDADD)

check_PROGRAMS += tests/unit/test_restore
TESTS += tests/unit/test_restore
tests_unit_test_restore_SOURCES = tests/unit/test_restore.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_restore_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_restore_LDADD = $(STORE_TEST_LDADD)

check_PROGRAMS += tests/unit/test_backup_file
TESTS += tests/unit/test_backup_file
tests_unit_test_backup_file_SOURCES = tests/unit/test_backup_file.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_backup_file_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_backup_file_LDADD = $(STORE_TEST_LDADD)

tests_unit_test_directory_store_SOURCES = tests/unit/test_directory_store.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_directory_store_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_directory_store_LDADD = libstore.a libmodel.a libbase.a $(LMDB_LIBS) $(CMOCKA_LIBS) -lpthread

tests_unit_test_sighting_store_SOURCES = tests/unit/test_sighting_store.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_sighting_store_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_sighting_store_LDADD = $(STORE_TEST_LDADD)

check_PROGRAMS += tests/unit/test_journal tests/unit/test_journal_crash
TESTS += tests/unit/test_journal tests/unit/test_journal_crash

tests_unit_test_journal_SOURCES = tests/unit/test_journal.c tests/unit/journal_disk.c tests/unit/journal_disk.h
tests_unit_test_journal_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_journal_LDADD = $(STORE_TEST_LDADD)

tests_unit_test_journal_crash_SOURCES = tests/unit/test_journal_crash.c tests/unit/journal_disk.c tests/unit/journal_disk.h
tests_unit_test_journal_crash_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_journal_crash_LDADD = $(STORE_TEST_LDADD)
endif
