# SPDX-License-Identifier: Apache-2.0
# Schema files are made from src/model/schema.def and checked in, as administrators load them from the source tree too. Each
# is one line: file, format, set. "make update-schema" renews them and tests/checks/check-schema compares.
SCHEMA_FILES = \
	ldap-schema/dhcpclass.schema:openldap-schema:dhcpclass \
	ldap-schema/dhcpclass.ldif:openldap-ldif:dhcpclass \
	ldap-schema/lessor.schema:openldap-schema:lessor \
	ldap-schema/lessor.ldif:openldap-ldif:lessor \
	ldap-schema/60dhcpclass-389ds.ldif:389ds:dhcpclass \
	ldap-schema/61lessor-389ds.ldif:389ds:lessor \
	ldap-schema/lessor-ad.ldf:ad:lessor

dist_pkgdata_DATA += \
	ldap-schema/dhcpclass.schema \
	ldap-schema/dhcpclass.ldif \
	ldap-schema/lessor.schema \
	ldap-schema/lessor.ldif \
	ldap-schema/60dhcpclass-389ds.ldif \
	ldap-schema/61lessor-389ds.ldif \
	ldap-schema/lessor-ad.ldf

.PHONY: update-schema
update-schema: src/model/schema_gen$(EXEEXT)
	for row in $(SCHEMA_FILES); do \
		file=$${row%%:*}; rest=$${row#*:}; \
		src/model/schema_gen$(EXEEXT) $${rest%:*} $${rest#*:} > schema.tmp && cat schema.tmp > $(srcdir)/$$file || exit 1; \
	done; rm -f schema.tmp
