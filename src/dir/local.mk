# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libdir.a
libdir_a_CFLAGS = $(AM_CFLAGS)
libdir_a_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS) $(SASL_CFLAGS) $(KRB5_CFLAGS)
libdir_a_SOURCES = \
	src/dir/acceptance.c \
	src/dir/acceptance.h \
	src/dir/bind.c \
	src/dir/bind.h \
	src/dir/certificate.c \
	src/dir/certificate.h \
	src/dir/change.c \
	src/dir/change.h \
	src/dir/connection.c \
	src/dir/connection.h \
	src/dir/copy.c \
	src/dir/copy.h \
	src/dir/deadline.h \
	src/dir/descent.c \
	src/dir/descent.h \
	src/dir/dir.c \
	src/dir/dir.h \
	src/dir/endpoint.c \
	src/dir/endpoint.h \
	src/dir/entry_copy.c \
	src/dir/entry_copy.h \
	src/dir/entry_table.c \
	src/dir/entry_table.h \
	src/dir/feed.c \
	src/dir/feed.h \
	src/dir/heard.c \
	src/dir/heard.h \
	src/dir/host.c \
	src/dir/host.h \
	src/dir/keeper.c \
	src/dir/keeper.h \
	src/dir/kerberos.c \
	src/dir/kerberos.def \
	src/dir/kerberos.h \
	src/dir/link.c \
	src/dir/link.h \
	src/dir/listing.c \
	src/dir/listing.h \
	src/dir/lookup.c \
	src/dir/lookup.h \
	src/dir/message.c \
	src/dir/message.h \
	src/dir/opener.c \
	src/dir/opener.h \
	src/dir/opening.h \
	src/dir/record.c \
	src/dir/record.h \
	src/dir/search.c \
	src/dir/search.h \
	src/dir/session.c \
	src/dir/session.h \
	src/dir/sync_control.c \
	src/dir/sync_control.h \
	src/dir/sync_cookie.c \
	src/dir/sync_cookie.h \
	src/dir/tls.c \
	src/dir/tls.h \
	src/dir/tlv.c \
	src/dir/tlv.h \
	src/dir/usn.c \
	src/dir/usn.h \
	src/dir/watchdog.c \
	src/dir/watchdog.h
