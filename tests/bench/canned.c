/* SPDX-License-Identifier: Apache-2.0 */
/* canned - the limit: answers every DISCOVER and REQUEST with the same prepared octets, in which it changes no more
 * than the transaction's id, the client's and the relay's address and the address that is given, counted up.
 *
 * With --sync FILE it does what no server can go without that keeps its promises: acknowledgements wait until a
 * record of each is in FILE and the file is synced, once for each batch of packets that is received together. Offers
 * do not wait.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

#define BATCH 256
#define RECORD_LEN 100
#define JOURNAL_LEN (64 << 20)
#define SOCKET_BUFFER (16 << 20)
#define LEASE_TIME 3600
#define ANSWER_LEN 300

struct canned {
	int fd, journal;
	off_t journal_at;
	uint32_t server, mask, next;
	uint8_t answer[ANSWER_LEN];
	struct mmsghdr in[BATCH], out[BATCH];
	struct iovec in_iov[BATCH], out_iov[BATCH];
	struct sockaddr_in to[BATCH];
	uint8_t in_octets[BATCH][MESSAGE_MAX], out_octets[BATCH][ANSWER_LEN], records[BATCH][RECORD_LEN];
};

static uint8_t *put(uint8_t *at, uint8_t code, uint32_t value) {
	at[0] = code;
	at[1] = 4;
	store_be32(at + 2, value);
	return at + 6;
}

static void prepare_answer(struct canned *canned) {
	static const char domain[] = "example.test";
	static const uint8_t head[] = { 0x63, 0x82, 0x53, 0x63, OPTION_MESSAGE_TYPE, 1, 0 };
	uint8_t *at = canned->answer + AT_MAGIC + sizeof(head);

	canned->answer[0] = 2;
	canned->answer[1] = 1;
	canned->answer[2] = HARDWARE_LEN;
	memcpy(canned->answer + AT_MAGIC, head, sizeof(head));
	at = put(at, OPTION_SERVER_ID, canned->server);
	at = put(at, OPTION_LEASE_TIME, LEASE_TIME);
	at = put(at, OPTION_SUBNET_MASK, canned->mask);
	at = put(at, OPTION_ROUTERS, canned->next);
	at = put(at, OPTION_DNS_SERVERS, canned->server);
	*at++ = OPTION_DOMAIN_NAME;
	*at++ = sizeof(domain) - 1;
	memcpy(at, domain, sizeof(domain) - 1);
	at[sizeof(domain) - 1] = OPTION_END;
}

static void open_socket(struct canned *canned) {
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(SERVER_PORT) };
	int size = SOCKET_BUFFER;

	canned->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (canned->fd < 0 || bind(canned->fd, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    setsockopt(canned->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		err(1, "port %d", SERVER_PORT);
	for (unsigned i = 0; i < BATCH; i++) {
		canned->in_iov[i] = (struct iovec){ canned->in_octets[i], MESSAGE_MAX };
		canned->in[i].msg_hdr = (struct msghdr){ .msg_iov = &canned->in_iov[i], .msg_iovlen = 1 };
		canned->out_iov[i] = (struct iovec){ canned->out_octets[i], ANSWER_LEN };
		canned->to[i].sin_family = AF_INET;
		canned->out[i].msg_hdr = (struct msghdr){ .msg_iov = &canned->out_iov[i],
							  .msg_iovlen = 1,
							  .msg_name = &canned->to[i],
							  .msg_namelen = sizeof(canned->to[i]) };
	}
}

/* Written out, not only reserved, so that a sync has nothing to do but this file's data. */
static void open_journal(struct canned *canned, const char *path) {
	static const uint8_t zeros[1 << 16];

	canned->journal = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	if (path && canned->journal < 0)
		err(1, "%s", path);
	for (off_t at = 0; path && at < JOURNAL_LEN; at += (off_t)sizeof(zeros))
		if (pwrite(canned->journal, zeros, sizeof(zeros), at) < 0)
			err(1, "%s", path);
	if (path && fsync(canned->journal) < 0)
		err(1, "%s", path);
}

/* Write the answer to @message to place @i. */
static void answer(struct canned *canned, const struct message *message, unsigned i) {
	uint8_t *octets = canned->out_octets[i];
	uint32_t address = message->ciaddr ? message->ciaddr : message->requested;

	memcpy(octets, canned->answer, ANSWER_LEN);
	octets[AT_OPTIONS + 2] = message->type == MESSAGE_DISCOVER ? MESSAGE_OFFER : MESSAGE_ACK;
	store_be32(octets + AT_XID, message->xid);
	store_be32(octets + AT_YIADDR, message->type == MESSAGE_DISCOVER ? ++canned->next : address);
	store_be32(octets + AT_CIADDR, message->ciaddr);
	store_be32(octets + AT_GIADDR, message->giaddr);
	memcpy(octets + AT_CHADDR, message->chaddr, HARDWARE_LEN);
	canned->to[i].sin_port = htons(message->giaddr ? SERVER_PORT : CLIENT_PORT);
	canned->to[i].sin_addr.s_addr = htonl(message->giaddr ? message->giaddr : message->ciaddr);
}

static void send_from(struct canned *canned, unsigned from, unsigned to) {
	while (from < to) {
		int n = sendmmsg(canned->fd, canned->out + from, to - from, 0);
		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			err(1, "send");
		from += n < 0 ? 0 : (unsigned)n;
	}
}

static void keep(struct canned *canned, size_t n_records) {
	size_t len = n_records * RECORD_LEN;

	if (canned->journal < 0 || len == 0)
		return;
	if (canned->journal_at + (off_t)len > JOURNAL_LEN)
		canned->journal_at = 0;
	if (pwrite(canned->journal, canned->records, len, canned->journal_at) != (ssize_t)len ||
	    fdatasync(canned->journal) < 0)
		err(1, "journal");
	canned->journal_at += (off_t)len;
}

/* Answer what was received: offers from place 0 up, acknowledgements from the last place down. */
static void serve(struct canned *canned, unsigned n) {
	unsigned n_offers = 0, first_ack = BATCH;
	struct message message;

	for (unsigned i = 0; i < n; i++) {
		if (!message_read(canned->in_octets[i], canned->in[i].msg_len, &message))
			continue;
		if (message.type == MESSAGE_DISCOVER) {
			answer(canned, &message, n_offers++);
		} else if (message.type == MESSAGE_REQUEST) {
			memcpy(canned->records[BATCH - first_ack], canned->in_octets[i], RECORD_LEN);
			answer(canned, &message, --first_ack);
		}
	}
	send_from(canned, 0, n_offers);
	keep(canned, BATCH - first_ack);
	send_from(canned, first_ack, BATCH);
}

static void end(int number) {
	(void)number;
	_exit(0);
}

int main(int argc, char **argv) {
	struct canned *canned = calloc(1, sizeof(*canned));
	struct in_addr server, network;

	if (!canned)
		err(1, "memory");
	if (argc < 4 || inet_pton(AF_INET, argv[1], &server) != 1 || inet_pton(AF_INET, argv[2], &network) != 1)
		errx(2, "usage: canned SERVER NETWORK PREFIX-LENGTH [--sync FILE]");
	canned->server = ntohl(server.s_addr);
	canned->mask = UINT32_MAX << (32 - atoi(argv[3]));
	canned->next = ntohl(network.s_addr) + 255;
	signal(SIGTERM, end);
	open_journal(canned, argc > 5 ? argv[5] : NULL);
	prepare_answer(canned);
	open_socket(canned);
	for (;;) {
		int n = recvmmsg(canned->fd, canned->in, BATCH, MSG_WAITFORONE, NULL);
		if (n > 0)
			serve(canned, (unsigned)n);
	}
}
