# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/unit/wire_support.h
if HAVE_CMOCKA
WIRE_TESTS = tests/unit/test_option tests/unit/test_packet tests/unit/test_frame tests/unit/test_icmp tests/unit/test_rogue
check_PROGRAMS += $(WIRE_TESTS)
TESTS += $(WIRE_TESTS)
tests_unit_test_option_SOURCES = tests/unit/test_option.c
tests_unit_test_option_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)
tests_unit_test_packet_SOURCES = tests/unit/test_packet.c
tests_unit_test_packet_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)
tests_unit_test_frame_SOURCES = tests/unit/test_frame.c
tests_unit_test_frame_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)
tests_unit_test_icmp_SOURCES = tests/unit/test_icmp.c
tests_unit_test_icmp_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)
tests_unit_test_rogue_SOURCES = tests/unit/test_rogue.c
tests_unit_test_rogue_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)
endif
