# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/fuzz/corpus/sync_control tests/fuzz/corpus/sync_cookie tests/fuzz/corpus/certificate tests/fuzz/corpus/ldif tests/fuzz/corpus/srv
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_ldif tests/fuzz/fuzz_sync_control tests/fuzz/fuzz_sync_cookie tests/fuzz/fuzz_certificate tests/fuzz/fuzz_srv
tests_fuzz_fuzz_sync_control_SOURCES = tests/fuzz/fuzz_sync_control.c
tests_fuzz_fuzz_sync_control_LDADD = libdir.a libmodel.a libbase.a
tests_fuzz_fuzz_sync_control_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_sync_cookie_SOURCES = tests/fuzz/fuzz_sync_cookie.c
tests_fuzz_fuzz_sync_cookie_LDADD = libdir.a libmodel.a libbase.a
tests_fuzz_fuzz_sync_cookie_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_certificate_SOURCES = tests/fuzz/fuzz_certificate.c
tests_fuzz_fuzz_certificate_LDADD = libdir.a libmodel.a libbase.a
tests_fuzz_fuzz_certificate_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_srv_SOURCES = tests/fuzz/fuzz_srv.c
tests_fuzz_fuzz_srv_LDADD = libdir.a libbase.a
tests_fuzz_fuzz_srv_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_ldif_SOURCES = tests/fuzz/fuzz_ldif.c
tests_fuzz_fuzz_ldif_LDADD = libdir.a libmodel.a libwire.a libbase.a
tests_fuzz_fuzz_ldif_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
