# SPDX-License-Identifier: Apache-2.0
# For crash tests: a disk that writes down what is done to it, and a reader of what is left.
check_PROGRAMS += tests/support/disk.so tests/support/lease_list tests/support/lease_load tests/support/lease_restore

# It goes into programs of others, too: no sanitizer, which they would have to have.
tests_support_disk_so_SOURCES = tests/support/disk.c tests/support/disk.h
tests_support_disk_so_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_support_disk_so_CFLAGS = -std=gnu11 -g $(WARN_CFLAGS) $(SHARED_CFLAGS)
tests_support_disk_so_LDFLAGS = -shared

tests_support_lease_list_SOURCES = tests/support/lease_list.c
tests_support_lease_list_CPPFLAGS = $(AM_CPPFLAGS) $(LMDB_CFLAGS)
tests_support_lease_list_LDADD = libstore.a libmodel.a librt.a libwire.a libbase.a $(LMDB_LIBS) -lpthread

tests_support_lease_load_SOURCES = tests/support/lease_load.c
tests_support_lease_load_CPPFLAGS = $(tests_support_lease_list_CPPFLAGS)
tests_support_lease_load_LDADD = $(tests_support_lease_list_LDADD)

tests_support_lease_restore_SOURCES = tests/support/lease_restore.c
tests_support_lease_restore_CPPFLAGS = $(tests_support_lease_list_CPPFLAGS)
tests_support_lease_restore_LDADD = $(tests_support_lease_list_LDADD)
