# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libserve.a
libserve_a_CFLAGS = $(AM_CFLAGS)
libserve_a_SOURCES = \
	src/serve/audit_rows.c \
	src/serve/audit_rows.h \
	src/serve/cleaner.c \
	src/serve/cleaner.h \
	src/serve/clock_file.c \
	src/serve/clock_file.h \
	src/serve/configuration.c \
	src/serve/configuration.h \
	src/serve/delay.c \
	src/serve/delay.h \
	src/serve/ear.c \
	src/serve/ear.h \
	src/serve/links.c \
	src/serve/links.h \
	src/serve/lookout.c \
	src/serve/lookout.h \
	src/serve/opening.c \
	src/serve/opening.h \
	src/serve/orders.c \
	src/serve/orders.h \
	src/serve/packet_io.c \
	src/serve/packet_io.h \
	src/serve/prober.c \
	src/serve/prober.h \
	src/serve/report.c \
	src/serve/report.h \
	src/serve/serve.c \
	src/serve/serve.h \
	src/serve/sighting_file.c \
	src/serve/sighting_file.h \
	src/serve/sighting_report.c \
	src/serve/sighting_report.h \
	src/serve/store_watch.c \
	src/serve/store_watch.h
