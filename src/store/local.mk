# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libstore.a
libstore_a_CFLAGS = $(AM_CFLAGS) -pthread
libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(LMDB_CFLAGS) $(XXHASH_CFLAGS)
libstore_a_SOURCES = \
	src/store/backup_file.c \
	src/store/backup_file.h \
	src/store/checkpoint.c \
	src/store/checkpoint.h \
	src/store/db.c \
	src/store/db.h \
	src/store/db_check.c \
	src/store/db_check.h \
	src/store/db_file.c \
	src/store/db_file.h \
	src/store/directory_record.c \
	src/store/directory_record.h \
	src/store/directory_store.c \
	src/store/directory_store.h \
	src/store/directory_store_priv.h \
	src/store/directory_write.c \
	src/store/journal.c \
	src/store/journal.h \
	src/store/journal_frame.c \
	src/store/journal_frame.h \
	src/store/journal_reader.c \
	src/store/journal_segment.c \
	src/store/journal_segment.h \
	src/store/journal_walk.c \
	src/store/journal_walk.h \
	src/store/generation.c \
	src/store/generation.h \
	src/store/lease_build.c \
	src/store/lease_build.h \
	src/store/lease_check.c \
	src/store/lease_check.h \
	src/store/lease_apply.c \
	src/store/lease_apply.h \
	src/store/lease_layers.c \
	src/store/lease_layers.h \
	src/store/lease_memory.c \
	src/store/lease_memory.h \
	src/store/lease_reader.c \
	src/store/lease_convert.c \
	src/store/lease_convert.h \
	src/store/lease_record.c \
	src/store/lease_record.h \
	src/store/lease_reindex.c \
	src/store/lease_reindex.h \
	src/store/lease_store.c \
	src/store/lease_store.h \
	src/store/lease_store_priv.h \
	src/store/lease_survey.c \
	src/store/lease_survey.h \
	src/store/survey_number.def \
	src/store/lease_table.c \
	src/store/lease_table.h \
	src/store/restore.c \
	src/store/restore.h \
	src/store/lease_upkeep.c \
	src/store/sighting_record.c \
	src/store/sighting_record.h \
	src/store/sighting_store.c \
	src/store/sighting_store.h \
	src/store/sighting_store_priv.h
