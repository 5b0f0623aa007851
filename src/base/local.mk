# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libbase.a
libbase_a_CFLAGS = $(STRICT)
libbase_a_SOURCES = \
	src/base/base64.c \
	src/base/base64.h \
	src/base/cursor.h \
	src/base/error.c \
	src/base/error.h \
	src/base/errors.def \
	src/base/arena.c \
	src/base/arena.h \
	src/base/mem.c \
	src/base/mem.h \
	src/base/text.c \
	src/base/text.h \
	src/base/ip4.c \
	src/base/ip4.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/event.c \
	src/base/event.h \
	src/base/event.def \
	src/base/counter.c \
	src/base/counter.h \
	src/base/counter.def \
	src/base/macros.h \
	src/base/span.h \
	src/base/wireint.h
