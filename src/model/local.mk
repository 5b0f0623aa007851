# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmodel.a
libmodel_a_CFLAGS = $(STRICT)
libmodel_a_SOURCES = \
	src/model/assignment.c \
	src/model/assignment.h \
	src/model/boot_file.c \
	src/model/boot_file.h \
	src/model/class.def \
	src/model/class_data.c \
	src/model/class_data.h \
	src/model/client_class.c \
	src/model/client_class.h \
	src/model/condition.c \
	src/model/condition.def \
	src/model/condition.h \
	src/model/condition_parse.c \
	src/model/condition_priv.h \
	src/model/dhcpservers.c \
	src/model/dhcpservers.h \
	src/model/dn.c \
	src/model/dn.h \
	src/model/entry.c \
	src/model/entry.h \
	src/model/filter.c \
	src/model/filter.h \
	src/model/import.def \
	src/model/inconsistency.c \
	src/model/inconsistency.def \
	src/model/inconsistency.h \
	src/model/ldif.c \
	src/model/ldif.h \
	src/model/ldif_write.c \
	src/model/ldif_write.h \
	src/model/lease.c \
	src/model/lease.h \
	src/model/lease_member.def \
	src/model/map.c \
	src/model/map_lists.c \
	src/model/map_option.c \
	src/model/map_policy.c \
	src/model/map_priv.h \
	src/model/map_vocabulary.c \
	src/model/order.c \
	src/model/order.h \
	src/model/quote_priv.h \
	src/model/schema.c \
	src/model/schema.def \
	src/model/schema.h \
	src/model/server_list.c \
	src/model/server_list.h \
	src/model/sighting.c \
	src/model/sighting.def \
	src/model/sighting.h \
	src/model/snapshot.c \
	src/model/snapshot.h \
	src/model/snapshot_build.c \
	src/model/snapshot_inherit.c \
	src/model/snapshot_judge.c \
	src/model/snapshot_lists.c \
	src/model/snapshot_policy.c \
	src/model/snapshot_superscope.c \
	src/model/snapshot_tree.c \
	src/model/snapshot_vocabulary.c \
	src/model/vendor_option.def \
	src/model/verdict.c \
	src/model/verdict.def \
	src/model/verdict.h

noinst_PROGRAMS += src/model/schema_gen
src_model_schema_gen_SOURCES = src/model/schema_gen.c
src_model_schema_gen_LDADD = libmodel.a libwire.a libbase.a
