# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
dir_pure_libs = libdir.a libengine.a libmodel.a libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_sync_control tests/unit/test_certificate tests/unit/test_listing tests/unit/test_acceptance \
	tests/unit/test_sync_cookie tests/unit/test_usn tests/unit/test_heard tests/unit/test_srv tests/unit/test_subnet
TESTS += tests/unit/test_sync_control tests/unit/test_certificate tests/unit/test_listing tests/unit/test_acceptance \
	tests/unit/test_sync_cookie tests/unit/test_usn tests/unit/test_heard tests/unit/test_srv tests/unit/test_subnet

check_PROGRAMS += tests/unit/test_ldif_tree tests/unit/test_detected
TESTS += tests/unit/test_ldif_tree tests/unit/test_detected

tests_unit_test_sync_control_SOURCES = tests/unit/test_sync_control.c
tests_unit_test_sync_control_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sync_control_LDADD = $(dir_pure_libs)

tests_unit_test_sync_cookie_SOURCES = tests/unit/test_sync_cookie.c
tests_unit_test_sync_cookie_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sync_cookie_LDADD = $(dir_pure_libs)

tests_unit_test_certificate_SOURCES = tests/unit/test_certificate.c
tests_unit_test_certificate_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_certificate_LDADD = $(dir_pure_libs)

tests_unit_test_listing_SOURCES = tests/unit/test_listing.c tests/support/entries.c tests/support/entries.h
tests_unit_test_listing_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_listing_LDADD = $(dir_pure_libs)

tests_unit_test_acceptance_SOURCES = tests/unit/test_acceptance.c tests/support/entries.c tests/support/entries.h
tests_unit_test_acceptance_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_acceptance_LDADD = $(dir_pure_libs)

tests_unit_test_subnet_SOURCES = tests/unit/test_subnet.c
tests_unit_test_subnet_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_subnet_LDADD = $(dir_pure_libs)

tests_unit_test_srv_SOURCES = tests/unit/test_srv.c
tests_unit_test_srv_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_srv_LDADD = $(dir_pure_libs)

tests_unit_test_usn_SOURCES = tests/unit/test_usn.c tests/support/entries.c tests/support/entries.h
tests_unit_test_usn_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
tests_unit_test_usn_LDADD = $(dir_pure_libs)

check_PROGRAMS += tests/unit/test_neighbours
TESTS += tests/unit/test_neighbours
tests_unit_test_neighbours_SOURCES = tests/unit/test_neighbours.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_neighbours_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_neighbours_LDADD = libdir.a libstore.a libmodel.a libwire.a libbase.a $(LMDB_LIBS) $(CMOCKA_LIBS) -lpthread
tests_unit_test_ldif_tree_SOURCES = tests/unit/test_ldif_tree.c
tests_unit_test_ldif_tree_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ldif_tree_LDADD = $(dir_pure_libs)

tests_unit_test_detected_SOURCES = tests/unit/test_detected.c
tests_unit_test_detected_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_detected_LDADD = $(dir_pure_libs)

tests_unit_test_heard_SOURCES = tests/unit/test_heard.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_heard_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_heard_LDADD = libdir.a libstore.a libmodel.a libbase.a $(LMDB_LIBS) $(CMOCKA_LIBS) -lpthread
endif
