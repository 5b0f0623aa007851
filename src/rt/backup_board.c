/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/backup_board.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define N_KEPT 4        /* of each part: the one that its number names is in force, the next one is written elsewhere */
#define READ_TRIES 1000 /* each of them fails only if a part is written over and over meanwhile */

/* So a writer that is killed in the middle, or waits for a processor there, keeps nobody from what was there before. */
#define PART(type)                                                                                                     \
	struct {                                                                                                       \
		_Atomic uint64_t number;                                                                               \
		type values[N_KEPT];                                                                                   \
	}

struct board {
	PART(struct backup_plan) plan;
	PART(struct backup_request) request;
	PART(struct backup_state) state;
	PART(struct backup_hang) hang;
	PART(struct backup_restored) restored;
};

static struct board private_board;
static struct board *board = &private_board;

int backup_board_create(void) {
	int fd = memfd_create("lessor-backup", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, sizeof(struct board)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void backup_board_attach(int fd) {
	void *memory = MAP_FAILED;

	if (fd >= 0)
		memory = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory != MAP_FAILED)
		board = memory;
}

static void part_write(_Atomic uint64_t *number, void *values, const void *value, size_t size) {
	uint64_t next = atomic_load_explicit(number, memory_order_relaxed) + 1;

	/* The numbers before it are seen before what is written there now. */
	atomic_thread_fence(memory_order_release);
	memcpy((uint8_t *)values + next % N_KEPT * size, value, size);
	atomic_store_explicit(number, next, memory_order_release);
}

/* What cannot be read is as if it had not been written yet. */
static void part_read(_Atomic uint64_t *number, const void *values, void *ret_value, size_t size) {
	for (unsigned i = 0; i < READ_TRIES; i++) {
		uint64_t before = atomic_load_explicit(number, memory_order_acquire);

		memcpy(ret_value, (const uint8_t *)values + before % N_KEPT * size, size);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(number, memory_order_relaxed) - before < N_KEPT - 1)
			return;
	}
	memset(ret_value, 0, size);
}

#define PUT(part, pointer) part_write(&board->part.number, board->part.values, (pointer), sizeof board->part.values[0])
#define GET(part, pointer) part_read(&board->part.number, board->part.values, (pointer), sizeof board->part.values[0])

void backup_board_set_plan(const struct backup_plan *plan) {
	PUT(plan, plan);
}

struct backup_plan backup_board_plan(void) {
	struct backup_plan plan;

	GET(plan, &plan);
	return plan;
}

struct backup_request backup_board_request(void) {
	struct backup_request request;

	GET(request, &request);
	return request;
}

/* One number needs no copy of the whole. */
static uint64_t n_requests_begun(void) {
	uint64_t number = atomic_load_explicit(&board->state.number, memory_order_acquire);

	return board->state.values[number % N_KEPT].n_begun;
}

int backup_board_ask(const struct backup_request *request, uint64_t *ret_number, struct error *reterr_error) {
	struct backup_request before = backup_board_request(), now = *request;
	uint64_t n_begun = n_requests_begun();
	bool is_waiting = before.number > n_begun;
	struct backup_hang hang = backup_board_hang();

	if (hang.at && request->wish != BACKUP_WISH_LOOK)
		return error_set(reterr_error, (enum error_code)hang.error.code, "%s", hang.error.text);
	if (is_waiting && (request->wish == BACKUP_WISH_RESTORE || before.wish == BACKUP_WISH_RESTORE))
		return error_set(reterr_error, E_DHCP_SERVER_NOT_REACHABLE,
				 "the role that makes backups has not begun yet with what was asked before; try again, or see \"lessorctl backup list\"");
	if (is_waiting && before.wish > now.wish)
		now.wish = before.wish;
	now.number = before.number + 1;
	PUT(request, &now);
	*ret_number = now.number;
	return 0;
}

void backup_board_publish(const struct backup_state *state) {
	PUT(state, state);
}

void backup_board_read(struct backup_state *ret_state) {
	GET(state, ret_state);
}

void backup_board_set_hang(const struct backup_hang *hang) {
	PUT(hang, hang);
}

struct backup_hang backup_board_hang(void) {
	struct backup_hang hang;

	GET(hang, &hang);
	return hang;
}

void backup_board_note_restore(const struct backup_restored *restored) {
	struct backup_restored now = *restored;

	now.count = backup_board_restored().count + 1;
	PUT(restored, &now);
}

struct backup_restored backup_board_restored(void) {
	struct backup_restored restored;

	GET(restored, &restored);
	return restored;
}
