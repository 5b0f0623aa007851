# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libctl.a
libctl_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libctl_a_CFLAGS = $(AM_CFLAGS)
libctl_a_SOURCES = \
	src/app/ctl/arguments.c \
	src/app/ctl/arguments.h \
	src/app/ctl/command.c \
	src/app/ctl/command.h \
	src/app/ctl/complete.c \
	src/app/ctl/complete.def \
	src/app/ctl/complete.h \
	src/app/ctl/flag.def \
	src/app/ctl/output.c \
	src/app/ctl/output.h \
	src/app/ctl/page.c \
	src/app/ctl/page.h \
	src/app/ctl/page_daemon.c \
	src/app/ctl/page_reconcile.c \
	src/app/ctl/page_explain.c \
	src/app/ctl/page_status.c \
	src/app/ctl/pieces.c \
	src/app/ctl/pieces.h \
	src/app/ctl/terminal.c \
	src/app/ctl/terminal.h \
	src/app/ctl/view.c \
	src/app/ctl/view.def \
	src/app/ctl/view.h

bin_PROGRAMS += lessorctl
lessorctl_CPPFLAGS = $(libctl_a_CPPFLAGS)
lessorctl_CFLAGS = $(AM_CFLAGS)
lessorctl_SOURCES = src/app/ctl/main.c
lessorctl_LDADD = libctl.a $(ADMIN_LIBS)
