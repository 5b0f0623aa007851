# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libapi.a
libapi_a_CFLAGS = $(AM_CFLAGS)
libapi_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS) $(JANSSON_CFLAGS) $(LMDB_CFLAGS)
libapi_a_SOURCES = \
	src/api/answer.c \
	src/api/answer.h \
	src/api/api.c \
	src/api/aside.c \
	src/api/aside.h \
	src/api/asking.c \
	src/api/asking.h \
	src/api/backups.c \
	src/api/backups.h \
	src/api/bindings.c \
	src/api/bindings.h \
	src/api/body.c \
	src/api/body.h \
	src/api/api.h \
	src/api/census.c \
	src/api/census.h \
	src/api/gauge.def \
	src/api/import.c \
	src/api/import.h \
	src/api/json.c \
	src/api/json.h \
	src/api/lease_row.c \
	src/api/lease_row.h \
	src/api/peer.c \
	src/api/peer.h \
	src/api/reconcile.c \
	src/api/reconcile.h \
	src/api/reconcile_place.c \
	src/api/reconcile_place.h \
	src/api/reconcile_text.c \
	src/api/reconcile_text.h \
	src/api/request.c \
	src/api/request.h \
	src/api/route.def \
	src/api/sources.c \
	src/api/sources.h \
	src/api/sources_census.c \
	src/api/sources_priv.h \
	src/api/statistics.c \
	src/api/statistics.h \
	src/api/survey.c \
	src/api/survey.h \
	src/api/status.c \
	src/api/status.h
# What a program needs that is linked with the library.
API_LIBS = $(EVENT_LIBS) $(JANSSON_LIBS)
