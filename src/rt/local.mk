# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += librt.a
librt_a_CFLAGS = $(AM_CFLAGS)
librt_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS) $(INIH_CFLAGS) $(MNL_CFLAGS) $(CAPNG_CFLAGS) $(SECCOMP_CFLAGS)
librt_a_SOURCES = \
	src/rt/audit.c \
	src/rt/audit.h \
	src/rt/audit.def \
	src/rt/audit_process.c \
	src/rt/audit_queue.c \
	src/rt/audit_queue.h \
	src/rt/audit_row.c \
	src/rt/audit_row.h \
	src/rt/backup_board.c \
	src/rt/backup_board.h \
	src/rt/child.c \
	src/rt/child.h \
	src/rt/config.c \
	src/rt/config.h \
	src/rt/config.def \
	src/rt/config_check.c \
	src/rt/config_priv.h \
	src/rt/file.c \
	src/rt/file.h \
	src/rt/file_priv.h \
	src/rt/file_read.c \
	src/rt/interfaces.c \
	src/rt/interfaces.h \
	src/rt/loop.c \
	src/rt/loop.h \
	src/rt/order.c \
	src/rt/order.h \
	src/rt/privilege.c \
	src/rt/privilege.h \
	src/rt/role.c \
	src/rt/role.h \
	src/rt/role.def \
	src/rt/state_lock.c \
	src/rt/state_lock.h \
	src/rt/worker.c \
	src/rt/worker.h
# What a program needs that is linked with the library.
RT_LIBS = $(EVENT_LIBS) $(INIH_LIBS) $(MNL_LIBS) $(CAPNG_LIBS) $(SECCOMP_LIBS)
