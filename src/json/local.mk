# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libjson.a
libjson_a_CFLAGS = $(AM_CFLAGS)
libjson_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libjson_a_SOURCES = \
	src/json/json.c \
	src/json/json.h \
	src/json/survey.c \
	src/json/survey.h
