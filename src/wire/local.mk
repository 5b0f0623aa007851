# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libwire.a
libwire_a_CFLAGS = $(STRICT)
libwire_a_SOURCES = \
	src/wire/domain.c \
	src/wire/domain.h \
	src/wire/fqdn.c \
	src/wire/fqdn.h \
	src/wire/checksum.h \
	src/wire/frame.c \
	src/wire/frame.h \
	src/wire/icmp.c \
	src/wire/icmp.h \
	src/wire/option.c \
	src/wire/option.h \
	src/wire/option_value.c \
	src/wire/options.def \
	src/wire/packet.c \
	src/wire/packet.h \
	src/wire/packet_write.c \
	src/wire/rogue.c \
	src/wire/rogue.h
