# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libctl.a
libctl_a_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS) -DSYSCONFDIR='"$(sysconfdir)"'
libctl_a_CFLAGS = $(AM_CFLAGS)
libctl_a_SOURCES = \
	src/app/ctl/admin_init.c \
	src/app/ctl/admin_option.c \
	src/app/ctl/admin_range.c \
	src/app/ctl/admin_reservation.c \
	src/app/ctl/admin_scope.c \
	src/app/ctl/admin_server.c \
	src/app/ctl/admin_setting.c \
	src/app/ctl/admin_site.c \
	src/app/ctl/arguments.c \
	src/app/ctl/arguments.h \
	src/app/ctl/authorization.c \
	src/app/ctl/authorization.h \
	src/app/ctl/check.c \
	src/app/ctl/command.c \
	src/app/ctl/command.def \
	src/app/ctl/command.h \
	src/app/ctl/ctl.c \
	src/app/ctl/ctl.h \
	src/app/ctl/daemon.c \
	src/app/ctl/daemon.h \
	src/app/ctl/directory.c \
	src/app/ctl/directory.h \
	src/app/ctl/directory_open.c \
	src/app/ctl/directory_priv.h \
	src/app/ctl/edit.c \
	src/app/ctl/edit.h \
	src/app/ctl/errors.c \
	src/app/ctl/flag.def \
	src/app/ctl/lease.c \
	src/app/ctl/level.c \
	src/app/ctl/level.h \
	src/app/ctl/output.c \
	src/app/ctl/output.h \
	src/app/ctl/password.c \
	src/app/ctl/password.h \
	src/app/ctl/ranges.c \
	src/app/ctl/ranges.h \
	src/app/ctl/recheck.c \
	src/app/ctl/rogue.c \
	src/app/ctl/scope_show.c \
	src/app/ctl/status.c \
	src/app/ctl/tree.c \
	src/app/ctl/tree.h

# What a program needs that uses libctl.a, from the top down.
CTL_LIBS = libctl.a libdir.a libmodel.a libwire.a librt.a libbase.a \
	$(LDAP_LIBS) $(JANSSON_LIBS) $(CURL_LIBS) $(KRB5_LIBS) $(SASL_LIBS) $(INIH_LIBS)

bin_PROGRAMS += lessorctl
lessorctl_CPPFLAGS = $(libctl_a_CPPFLAGS)
lessorctl_CFLAGS = $(AM_CFLAGS)
lessorctl_SOURCES = src/app/ctl/main.c
lessorctl_LDADD = $(CTL_LIBS)
