/* SPDX-License-Identifier: Apache-2.0 */
/* journal_bench DIR: records of renewals into a journal in DIR, which is released every 4 MiB; nothing else. */
#include <stdio.h>
#include <stdlib.h>

#include "store/journal.h"
#include "store/lease_record.h"
#include "store_load.h"

#define RELEASE_OCTETS ((uint64_t)4 << 20)

static uint64_t octets_released;

static int visit_nothing(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	return 0;
}

static int put_batch(void *context, unsigned batch_size) {
	static uint32_t renewal;
	struct journal *journal = context;
	struct journal_stat stat;
	uint64_t sequence;
	int r;

	renewal++;
	for (unsigned i = 0; i < batch_size; i++) {
		struct lease lease = load_lease(load_random(LOAD_CLIENTS), renewal);
		uint8_t record[LEASE_RECORD_MAX];
		size_t len = lease_record_encode(&lease, record);

		journal_put(journal, lease.address, span_of(record, len));
	}
	r = journal_commit(journal, &sequence, NULL);
	stat = journal_stat(journal);
	if (stat.n_octets_written - octets_released >= RELEASE_OCTETS) {
		octets_released = stat.n_octets_written;
		journal_release(journal, stat.last);
	}
	return r;
}

int main(int argc, char **argv) {
	struct journal *journal;
	struct error error;
	int r;

	if (argc != 2 || journal_open(argv[1], "bench.example.net", 0, visit_nothing, NULL, &journal, &error) < 0) {
		fprintf(stderr, "journal_bench: %s\n", argc == 2 ? error.text : "say in which directory");
		return 2;
	}
	r = journal_prepare(journal, &error);
	if (r == 0)
		r = load_run("journal", put_batch, journal);
	journal_close(journal);
	return r < 0;
}
