# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libdir.a
libdir_a_CFLAGS = $(AM_CFLAGS)
libdir_a_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS) $(SASL_CFLAGS) $(KRB5_CFLAGS)
libdir_a_SOURCES = \
	src/dir/bind.c \
	src/dir/bind.h \
	src/dir/certificate.c \
	src/dir/certificate.h \
	src/dir/connection.c \
	src/dir/connection.h \
	src/dir/deadline.h \
	src/dir/endpoint.c \
	src/dir/endpoint.h \
	src/dir/kerberos.c \
	src/dir/kerberos.def \
	src/dir/kerberos.h \
	src/dir/opening.h \
	src/dir/tls.c \
	src/dir/tls.h \
	src/dir/watchdog.c \
	src/dir/watchdog.h
