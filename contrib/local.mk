# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	contrib/examples/scopes.c \
	contrib/packages \
	contrib/quickstart

# Where the shells look for completions.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completion/lessorctl.bash
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = contrib/completion/_lessorctl
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = contrib/completion/lessorctl.fish

# For systemd, and a file to start from.
systemdsystemunit_DATA = contrib/lessord.service
dist_doc_DATA = contrib/lessord.conf.example
sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = contrib/sysusers.d/lessor.conf
CLEANFILES += contrib/lessord.service
EXTRA_DIST += contrib/lessord.service.in
contrib/lessord.service: $(srcdir)/contrib/lessord.service.in Makefile
	@$(MKDIR_P) contrib
	$(AM_V_GEN)$(SED) -e 's|@sbindir[@]|$(sbindir)|g' $< > $@
