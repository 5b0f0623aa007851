# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libbackup.a
libbackup_a_CFLAGS = $(AM_CFLAGS)
libbackup_a_CPPFLAGS = $(AM_CPPFLAGS)
libbackup_a_SOURCES = \
	src/backup/backup.c \
	src/backup/backup.h \
	src/backup/catalog.c \
	src/backup/catalog.h \
	src/backup/drift.c \
	src/backup/drift.h \
	src/backup/maker.c \
	src/backup/maker.h
