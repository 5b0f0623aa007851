# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libengine.a
libengine_a_CFLAGS = $(STRICT)
libengine_a_SOURCES = \
	src/engine/allocate.c \
	src/engine/boot_file.c \
	src/engine/bootp.c \
	src/engine/authority.c \
	src/engine/authority.def \
	src/engine/authority.h \
	src/engine/client.c \
	src/engine/clock_watch.c \
	src/engine/clock_watch.h \
	src/engine/cleanup.c \
	src/engine/cleanup.h \
	src/engine/drop.c \
	src/engine/drop.def \
	src/engine/drop.h \
	src/engine/engine.c \
	src/engine/engine.h \
	src/engine/filter.c \
	src/engine/import.c \
	src/engine/link.c \
	src/engine/messages.c \
	src/engine/note.c \
	src/engine/offers.c \
	src/engine/offers.h \
	src/engine/options.c \
	src/engine/order.c \
	src/engine/precedence.c \
	src/engine/precedence.def \
	src/engine/probe.c \
	src/engine/probe_table.c \
	src/engine/probe_table.h \
	src/engine/reconcile.c \
	src/engine/reconcile.h \
	src/engine/reconcile_order.c \
	src/engine/reply.c \
	src/engine/request.h \
	src/engine/rogue.c \
	src/engine/search.c \
	src/engine/trace.c \
	src/engine/trace.def \
	src/engine/trace.h \
	src/engine/watch.c \
	src/engine/watch.h \
	src/engine/watch_question.c \
	src/engine/watch_table.c \
	src/engine/watch_table.h
