# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
RT_TEST_LDADD = librt.a libbase.a $(RT_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_audit tests/unit/test_config tests/unit/test_loop tests/unit/test_interfaces tests/unit/test_file \
	tests/unit/test_order_channel
TESTS += tests/unit/test_audit tests/unit/test_config tests/unit/test_loop tests/unit/test_interfaces tests/unit/test_file \
	tests/unit/test_order_channel

tests_unit_test_audit_SOURCES = tests/unit/test_audit.c
tests_unit_test_audit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_audit_LDADD = $(RT_TEST_LDADD)

check_PROGRAMS += tests/unit/test_backup_board
TESTS += tests/unit/test_backup_board
tests_unit_test_backup_board_SOURCES = tests/unit/test_backup_board.c
tests_unit_test_backup_board_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_backup_board_LDADD = $(RT_TEST_LDADD)

tests_unit_test_config_SOURCES = tests/unit/test_config.c
tests_unit_test_config_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_config_LDADD = $(RT_TEST_LDADD)

tests_unit_test_loop_SOURCES = tests/unit/test_loop.c
tests_unit_test_loop_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_loop_LDADD = $(RT_TEST_LDADD)

tests_unit_test_interfaces_SOURCES = tests/unit/test_interfaces.c
tests_unit_test_interfaces_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_interfaces_LDADD = $(RT_TEST_LDADD)

tests_unit_test_file_SOURCES = tests/unit/test_file.c
tests_unit_test_file_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_file_LDADD = $(RT_TEST_LDADD)

tests_unit_test_order_channel_SOURCES = tests/unit/test_order_channel.c
tests_unit_test_order_channel_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_order_channel_LDADD = $(RT_TEST_LDADD)
endif
