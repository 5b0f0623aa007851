# SPDX-License-Identifier: Apache-2.0
# What tests/bench/run measures with.
BENCH_TOOLS = tests/bench/flood tests/bench/canned tests/bench/fill tests/bench/store_bench tests/bench/journal_bench
check_PROGRAMS += $(BENCH_TOOLS)
EXTRA_DIST += tests/bench/run tests/bench/bench.py tests/bench/contestants.py tests/bench/plans.py tests/bench/report.py

tests_bench_flood_SOURCES = \
	tests/bench/flood.c tests/bench/histogram.h tests/bench/link.c tests/bench/link.h tests/bench/message.c \
	tests/bench/message.h tests/bench/mill.c tests/bench/mill.h
tests_bench_canned_SOURCES = tests/bench/canned.c tests/bench/message.c tests/bench/message.h
tests_bench_fill_SOURCES = tests/bench/fill.c tests/bench/sample_lease.c tests/bench/sample_lease.h
tests_bench_fill_LDADD = libstore.a libmodel.a libbase.a $(LMDB_LIBS) -lpthread

STORE_LOAD = tests/bench/store_load.c tests/bench/store_load.h tests/bench/sample_lease.c tests/bench/sample_lease.h
tests_bench_store_bench_SOURCES = tests/bench/store_bench.c $(STORE_LOAD)
tests_bench_store_bench_LDADD = $(tests_bench_fill_LDADD)
tests_bench_journal_bench_SOURCES = tests/bench/journal_bench.c $(STORE_LOAD)
tests_bench_journal_bench_LDADD = $(tests_bench_fill_LDADD)

.PHONY: bench-tools
bench-tools: $(BENCH_TOOLS)
