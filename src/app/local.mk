# SPDX-License-Identifier: Apache-2.0
sbin_PROGRAMS += lessord
lessord_CPPFLAGS = $(AM_CPPFLAGS) -DSYSCONFDIR='"$(sysconfdir)"' $(SYSTEMD_CFLAGS)
lessord_SOURCES = \
	src/app/check.c \
	src/app/check.h \
	src/app/check_tree.c \
	src/app/check_tree.h \
	src/app/heritage.c \
	src/app/heritage.h \
	src/app/lessord.c \
	src/app/notify.c \
	src/app/notify.h \
	src/app/port_holder.c \
	src/app/port_holder.h \
	src/app/sockets.c \
	src/app/sockets.h \
	src/app/spawn.c \
	src/app/spawn.h \
	src/app/state_directory.c \
	src/app/state_directory.h \
	src/app/supervisor.c \
	src/app/supervisor.h
# From the top layer down: a call upward does not link.
lessord_LDADD = libserve.a libdir.a libapi.a libbackup.a libjson.a libstore.a libengine.a libmodel.a librt.a libwire.a libbase.a \
	$(RT_LIBS) $(LMDB_LIBS) $(LDAP_LIBS) $(SASL_LIBS) $(KRB5_LIBS) $(JANSSON_LIBS) $(SYSTEMD_LIBS)
