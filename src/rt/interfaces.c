/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define READ_ATTEMPTS 10 /* the kernel says when a list changed while it was told */
#define DUMP_SIZE 32768 /* what the kernel fills at most at a time */
#define CLEAR_ROUNDS 1000

DEFINE_CLEANUP(netlink, struct mnl_socket *, mnl_socket_close)

struct reading {
	struct interface_list list;
	size_t capacity;
};

/* The kernel's numbers for kinds of hardware are those of ARP, and so of DHCP, as far as they fit an octet. */
static uint8_t htype_of(unsigned type) {
	return type <= UINT8_MAX ? (uint8_t)type : 0;
}

static void parse_link_attribute(const struct nlattr *attribute, struct interface *interface) {
	size_t len = mnl_attr_get_payload_len(attribute);

	if (mnl_attr_get_type(attribute) == IFLA_IFNAME && mnl_attr_validate(attribute, MNL_TYPE_STRING) == 0)
		strncpy(interface->name, mnl_attr_get_str(attribute), sizeof interface->name - 1);
	if (mnl_attr_get_type(attribute) == IFLA_ADDRESS && len <= sizeof interface->hardware) {
		interface->hlen = (uint8_t)len;
		memcpy(interface->hardware, mnl_attr_get_payload(attribute), len);
	}
}

static int parse_link(const struct nlmsghdr *message, void *context) {
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const unsigned up = IFF_UP | IFF_RUNNING;
	struct reading *reading = context;
	struct interface *interface;
	const struct nlattr *attribute;

	reading->list.items = mem_grow(reading->list.items, &reading->capacity, reading->list.n_items + 1,
				       sizeof *reading->list.items);
	interface = &reading->list.items[reading->list.n_items++];
	*interface = (struct interface){
		.index = (unsigned)info->ifi_index,
		.is_up = (info->ifi_flags & up) == up,
		.is_loopback = info->ifi_flags & IFF_LOOPBACK,
		.htype = htype_of(info->ifi_type),
	};
	mnl_attr_for_each(attribute, message, sizeof *info)
		parse_link_attribute(attribute, interface);
	return MNL_CB_OK;
}

static struct interface *find_interface(struct interface_list *list, unsigned index) {
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i].index == index)
			return &list->items[i];
	return NULL;
}

static int parse_address(const struct nlmsghdr *message, void *context) {
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct reading *reading = context;
	struct interface *interface = find_interface(&reading->list, info->ifa_index);
	const struct nlattr *attribute;
	uint32_t local = 0, peer = 0;

	if (!interface || info->ifa_family != AF_INET || interface->n_addresses == INTERFACE_ADDRESSES_MAX)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof *info) {
		if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
			continue;
		if (mnl_attr_get_type(attribute) == IFA_LOCAL)
			local = mnl_attr_get_u32(attribute);
		else if (mnl_attr_get_type(attribute) == IFA_ADDRESS)
			peer = mnl_attr_get_u32(attribute);
	}
	/* On a point-to-point link IFA_ADDRESS is the other end. */
	interface->addresses[interface->n_addresses].address.value = ntohl(local ? local : peer);
	interface->addresses[interface->n_addresses].prefix_length = info->ifa_prefixlen;
	interface->n_addresses++;
	return MNL_CB_OK;
}

/* Ask for the whole list of @type and hand each row to @parse. 0 or -1 with errno; EINTR: it changed meanwhile. */
static int dump(struct mnl_socket *netlink, uint16_t type, mnl_cb_t parse, struct reading *reading) {
	char buffer[DUMP_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *family = mnl_nlmsg_put_extra_header(message, sizeof *family);
	int verdict = MNL_CB_OK;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = type;
	family->rtgen_family = type == RTM_GETADDR ? AF_INET : AF_UNSPEC;
	if (mnl_socket_sendto(netlink, message, message->nlmsg_len) < 0)
		return -1;
	while (verdict == MNL_CB_OK) {
		ssize_t len = mnl_socket_recvfrom(netlink, buffer, sizeof buffer);

		if (len < 0)
			return -1;
		verdict = mnl_cb_run(buffer, (size_t)len, type, mnl_socket_get_portid(netlink), parse, reading);
	}
	return verdict == MNL_CB_STOP ? 0 : -1;
}

/* One attempt, with a socket of its own: after an interrupted list, rows of it may still be on their way. */
static int read_once(struct reading *reading) {
	struct mnl_socket *netlink CLEANUP(cleanup_netlink) = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	reading->list.n_items = 0;
	if (!netlink || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		return -1;
	if (dump(netlink, RTM_GETLINK, parse_link, reading) < 0)
		return -1;
	return dump(netlink, RTM_GETADDR, parse_address, reading);
}

int interfaces_read(struct interface_list *ret_list, struct error *reterr_error) {
	struct reading reading = { 0 };
	int r = -1;

	for (int attempt = 0; attempt < READ_ATTEMPTS && r < 0; attempt++) {
		r = read_once(&reading);
		if (r < 0 && errno != EINTR)
			break;
	}
	if (r < 0) {
		free(reading.list.items);
		return error_set(reterr_error, E_DHCP_NETWORK_INIT_FAILED,
				 "the kernel does not tell the network interfaces: %s", strerror(errno));
	}
	*ret_list = reading.list;
	return 0;
}

int interfaces_watch_open(struct error *reterr_error) {
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	error_set(reterr_error, E_DHCP_NETWORK_INIT_FAILED, "network interfaces cannot be watched: %s",
		  strerror(errno));
	if (fd >= 0)
		close(fd);
	return -E_DHCP_NETWORK_INIT_FAILED;
}

int interfaces_watch_clear(int fd) {
	char buffer[1];
	int result = 0;

	/* Bounded, so that a storm of changes does not hold up everything else: what is left makes @fd readable
	 * again. */
	for (int i = 0; i < CLEAR_ROUNDS; i++) {
		if (recv(fd, buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC) >= 0 || errno == EINTR)
			continue;
		if (errno != ENOBUFS)
			break;
		result = -E_DHCP_SERVER_INTERFACE_NOTIFICATION_EVENT;
	}
	return result;
}

bool is_interface_choice_fixed(const struct interface_choice *choice) {
	return choice->names && choice->names[0];
}

bool is_interface_chosen(const struct interface *interface, const struct interface_choice *choice) {
	if (!is_interface_choice_fixed(choice)) {
		for (size_t i = 0; i < choice->n_unbound; i++)
			if (strcmp(choice->unbound[i], interface->name) == 0)
				return false;
		return !interface->is_loopback;
	}
	for (char *const *name = choice->names; *name; name++)
		if (strcmp(*name, interface->name) == 0)
			return true;
	return false;
}
