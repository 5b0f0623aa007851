# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/fuzz/corpus/packet tests/fuzz/corpus/option
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_packet tests/fuzz/fuzz_option
tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c
tests_fuzz_fuzz_packet_LDADD = libwire.a libbase.a
tests_fuzz_fuzz_packet_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_option_SOURCES = tests/fuzz/fuzz_option.c
tests_fuzz_fuzz_option_LDADD = libwire.a libbase.a
tests_fuzz_fuzz_option_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
