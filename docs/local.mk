# SPDX-License-Identifier: Apache-2.0
# Man pages are made from templates, whose tables come from the program's own (.def files). For Markdown and the public header
# the result is checked in, as that is how they are read; "make update-docs" renews it and tests/checks/check-generated compares.
include_lessordir = $(includedir)/lessor
dist_include_lessor_HEADERS = include/lessor/errors.h include/lessor/lessor.h

noinst_PROGRAMS += docs/manual_gen
docs_manual_gen_SOURCES = src/app/manual_gen.c src/app/manual_authority.c src/app/manual_authority.h \
	src/app/manual_decision.c src/app/manual_decision.h
docs_manual_gen_LDADD = libmodel.a libwire.a libbase.a

MANUALS = docs/man/lessor-errors.7 docs/man/lessord.8 docs/man/lessord.conf.5 docs/man/lessorctl.1
man_MANS += $(MANUALS)
CLEANFILES += $(MANUALS)
EXTRA_DIST += $(MANUALS:=.in)

.PRECIOUS: $(MANUALS)
docs/man/%: $(srcdir)/docs/man/%.in docs/manual_gen$(EXEEXT)
	@$(MKDIR_P) docs/man
	$(AM_V_GEN)docs/manual_gen$(EXEEXT) $< > $@.tmp && \
	$(SED) -e 's|@VERSION[@]|$(VERSION)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' $@.tmp > $@ && rm -f $@.tmp

FILLED = include/lessor/errors.h docs/authority.md docs/directory.md docs/errors.md docs/events.md docs/json.md docs/liblessor.md \
	docs/precedence.md docs/reconcile.md
EXTRA_DIST += .clang-format .editorconfig docs/authority.md docs/backup.md docs/bootp.md docs/directory.md docs/standalone.md docs/errors.md docs/events.md docs/gitops.md docs/rfc2131.md docs/architecture.md docs/dependencies.md docs/json.md docs/lease-store.md docs/liblessor.md docs/parity.md docs/performance.md docs/precedence.md docs/reconcile.md docs/style.md

.PHONY: update-docs
update-docs: docs/manual_gen$(EXEEXT)
	for file in $(FILLED); do \
		docs/manual_gen$(EXEEXT) $(srcdir)/$$file > docs/filled.tmp && cat docs/filled.tmp > $(srcdir)/$$file || exit 1; \
	done; rm -f docs/filled.tmp
