# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/fuzz/corpus/packet tests/fuzz/corpus/option tests/fuzz/corpus/frame tests/fuzz/corpus/icmp tests/fuzz/corpus/rogue
if ENABLE_FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_packet tests/fuzz/fuzz_option tests/fuzz/fuzz_frame tests/fuzz/fuzz_icmp tests/fuzz/fuzz_rogue
tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c
tests_fuzz_fuzz_packet_LDADD = libwire.a libbase.a
tests_fuzz_fuzz_packet_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_option_SOURCES = tests/fuzz/fuzz_option.c
tests_fuzz_fuzz_option_LDADD = libwire.a libbase.a
tests_fuzz_fuzz_option_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz_frame.c
tests_fuzz_fuzz_frame_LDADD = libwire.a libbase.a
tests_fuzz_fuzz_frame_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_icmp_SOURCES = tests/fuzz/fuzz_icmp.c
tests_fuzz_fuzz_icmp_LDADD = libwire.a libbase.a
tests_fuzz_fuzz_icmp_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_rogue_SOURCES = tests/fuzz/fuzz_rogue.c
tests_fuzz_fuzz_rogue_LDADD = libwire.a libbase.a
tests_fuzz_fuzz_rogue_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
