# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libadmin.a
libadmin_a_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS) -DSYSCONFDIR='"$(sysconfdir)"'
libadmin_a_CFLAGS = $(AM_CFLAGS)
libadmin_a_SOURCES = \
	src/admin/apply.c \
	src/admin/authorization.c \
	src/admin/authorization.h \
	src/admin/backup.c \
	src/admin/bootfile.c \
	src/admin/call.c \
	src/admin/call.h \
	src/admin/canonical.c \
	src/admin/canonical.h \
	src/admin/check.c \
	src/admin/class.c \
	src/admin/csv.c \
	src/admin/csv.h \
	src/admin/convert.c \
	src/admin/daemon.c \
	src/admin/daemon.h \
	src/admin/daemon_show.c \
	src/admin/database.c \
	src/admin/definition.c \
	src/admin/definition.h \
	src/admin/definition_show.c \
	src/admin/directory.c \
	src/admin/directory.h \
	src/admin/directory_open.c \
	src/admin/directory_priv.h \
	src/admin/directory_write.c \
	src/admin/draft.c \
	src/admin/draft.h \
	src/admin/edit.c \
	src/admin/edit.h \
	src/admin/errors.c \
	src/admin/explain.c \
	src/admin/fields.c \
	src/admin/fields.h \
	src/admin/file_edit.c \
	src/admin/file_edit.h \
	src/admin/filter.c \
	src/admin/export.c \
	src/admin/init.c \
	src/admin/ldif_file.c \
	src/admin/ldif_file.h \
	src/admin/ldif_text.c \
	src/admin/ldif_text.h \
	src/admin/lease.c \
	src/admin/lease.h \
	src/admin/lease_csv.c \
	src/admin/lease_csv.h \
	src/admin/lease_export.c \
	src/admin/lease_import.c \
	src/admin/lease_reader.c \
	src/admin/lease_reader.h \
	src/admin/level.c \
	src/admin/level.h \
	src/admin/operation.c \
	src/admin/operation.def \
	src/admin/operation.h \
	src/admin/option.c \
	src/admin/option_edit.c \
	src/admin/option_edit.h \
	src/admin/option_show.c \
	src/admin/orphans.c \
	src/admin/orphans.h \
	src/admin/parameter.def \
	src/admin/password.c \
	src/admin/password.h \
	src/admin/plan.c \
	src/admin/plan.h \
	src/admin/plan_order.c \
	src/admin/plan_order.h \
	src/admin/question.c \
	src/admin/question.h \
	src/admin/plan_text.c \
	src/admin/plan_text.h \
	src/admin/policy.c \
	src/admin/policy.h \
	src/admin/policy_order.c \
	src/admin/policy_order.h \
	src/admin/policy_range.c \
	src/admin/policy_show.c \
	src/admin/range.c \
	src/admin/reconcile.c \
	src/admin/ranges.c \
	src/admin/ranges.h \
	src/admin/removed.c \
	src/admin/removed.h \
	src/admin/reservation.c \
	src/admin/reservation_show.c \
	src/admin/result.c \
	src/admin/result.h \
	src/admin/rogue.c \
	src/admin/scope.c \
	src/admin/scope_remove.c \
	src/admin/scope_show.c \
	src/admin/server.c \
	src/admin/server_recheck.c \
	src/admin/session.c \
	src/admin/session.h \
	src/admin/setting.c \
	src/admin/show.c \
	src/admin/show.h \
	src/admin/site.c \
	src/admin/status.c \
	src/admin/superscope.c \
	src/admin/target.c \
	src/admin/target.h \
	src/admin/tree.c \
	src/admin/tree.h \
	src/admin/tree_file.c \
	src/admin/tree_file.h \
	src/admin/tree_json.c \
	src/admin/tree_json.h \
	src/admin/tree_json_priv.h \
	src/admin/tree_json_write.c \
	src/admin/undo.c \
	src/admin/undo.h \
	src/admin/usage.c \
	src/admin/usage.h \
	src/admin/verify.c \
	src/admin/verify.h

# What a program needs that uses libadmin.a, from the top down.
ADMIN_LIBS = libadmin.a libdir.a libjson.a libengine.a libstore.a libmodel.a libwire.a librt.a libbase.a \
	$(LDAP_LIBS) $(JANSSON_LIBS) $(CURL_LIBS) $(KRB5_LIBS) $(SASL_LIBS) $(INIH_LIBS) $(LMDB_LIBS)

# The same objects as a shared library. The soname's number changes when lessor/lessor.h changes in a way that a program
# notices; libtool would add a wrapper around every compilation for the one line that links it.
LIBLESSOR_SONAME = liblessor.so.0
LIBLESSOR = $(LIBLESSOR_SONAME).1.0
sharedexecdir = $(libdir)
sharedexec_DATA = $(LIBLESSOR)
CLEANFILES += $(LIBLESSOR) liblessor.so $(LIBLESSOR_SONAME)
$(LIBLESSOR): libadmin.a libdir.a libjson.a libengine.a libstore.a libmodel.a libwire.a librt.a libbase.a
	$(AM_V_CCLD)$(CCLD) $(AM_CFLAGS) $(CFLAGS) -shared -Wl,-soname,$(LIBLESSOR_SONAME) $(SHARED_LDFLAGS) $(AM_LDFLAGS) $(LDFLAGS) \
		-o $@ -Wl,--whole-archive libadmin.a -Wl,--no-whole-archive $(ADMIN_LIBS) $(LIBS)

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = src/admin/lessor.pc

install-exec-hook:
	cd $(DESTDIR)$(libdir) && $(LN_S) -f $(LIBLESSOR) $(LIBLESSOR_SONAME) && $(LN_S) -f $(LIBLESSOR_SONAME) liblessor.so
uninstall-hook:
	cd $(DESTDIR)$(libdir) && rm -f $(LIBLESSOR_SONAME) liblessor.so
