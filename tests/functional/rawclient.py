# SPDX-License-Identifier: Apache-2.0
"""Clients that say exactly what a test wants, any number of them on one link."""
import collections
import itertools
import select
import socket
import struct
import time

import dhcp
from dhcp import Message
from harness import PATIENCE, Failure, expect, expect_equal

ETH_ALL, ETH_ARP = 0x0003, 0x0806
# Nothing gets lost here unless the server is away or has more to do than its socket holds: then many ask again soon. One that
# asks again while the server is merely slow changes what tests count.
RETRANSMIT, RETRANSMIT_MANY = 5.0, 1.0
_xids = itertools.count(0x10000001)
_macs = itertools.count(1)


class Link:
    """A packet socket on a device of a namespace. It answers ARP for the addresses that its clients hold."""

    def __init__(self, namespace, device="eth0"):
        self.namespace = namespace
        with namespace.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            self._socket.bind((device, 0))
        self._socket.setblocking(False)
        self.owners = {}
        self._sent = collections.Counter()  # how often each xid was sent by exchange()
        self._surplus = {}  # of those that were answered: how many more answers their retransmissions may bring
        self.asked = []  # for which addresses it was asked by ARP

    def send(self, message, mac, **where):
        """Send a message, or octets; @where are arguments of dhcp.build_frame."""
        payload = message if isinstance(message, bytes) else message.encode()
        self._socket.send(dhcp.build_frame(payload, mac, **where))

    def receive(self, deadline):
        """The next reply of a server before @deadline: (message, source MAC, target MAC, source, target), or None. One to what
        exchange() sent again, although the answer was on its way, is passed over."""
        while (received := self._receive(deadline)) and self._surplus.get(received[0].xid):
            self._surplus[received[0].xid] -= 1
        return received

    def _receive(self, deadline):
        while True:
            timeout = deadline - time.monotonic()
            if not select.select([self._socket], [], [], max(0, timeout))[0]:
                return None
            frame, (_, _, packet_type, *_) = self._socket.recvfrom(65535)
            if packet_type == socket.PACKET_OUTGOING:
                continue
            if frame[12:14] == struct.pack("!H", ETH_ARP):
                self._answer_arp(frame)
                continue
            parsed = dhcp.parse_frame(frame)
            if parsed and parsed[4][:1] == b"\x02":
                return Message.decode(parsed[4]), *parsed[:4]

    def _answer_arp(self, frame):
        operation, sender_mac, sender, _, target = struct.unpack("!6xH6s4s6s4s", frame[14:42])
        mac = self.owners.get(target)
        self.asked += [dhcp.unpack_address(target)] if operation == 1 else []
        if operation == 1 and mac:
            reply = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + mac + target + sender_mac + sender
            self._socket.send(sender_mac + mac + struct.pack("!H", ETH_ARP) + reply)

    def exchange(self, requests, deadline=PATIENCE, heard=None):
        """Send all @requests [(client, message)] at once and again, as clients do, while there is no answer; @heard(client, reply)
        is called for each. Returns {client: reply}, of those that were answered before @deadline seconds are over."""
        again = RETRANSMIT if len(requests) == 1 else RETRANSMIT_MANY
        waiting = {message.xid: (client, message) for client, message in requests}
        replies, end, resend = {}, time.monotonic() + deadline, 0.0
        while waiting and time.monotonic() < end:
            if time.monotonic() >= resend:
                self._sent.update(waiting.keys())
                for client, message in list(waiting.values()):
                    client.send(message)
                resend = time.monotonic() + again
            received = self.receive(min(end, resend))
            if received and received[0].xid in waiting:
                xid = received[0].xid
                client, _ = waiting.pop(xid)
                replies[client], self._surplus[xid] = received[0], self._sent[xid] - 1
                client.note(*received)
                if heard:
                    heard(client, received[0])
        return replies

    def is_silent(self):
        """True if nothing from a server is waiting to be received."""
        return self.receive(time.monotonic()) is None


class RawClient:
    """A client with its own hardware address on @link; @lease_time is what it asks for, @shows are options of all its
    messages, @parameters the codes that it wants."""

    def __init__(self, link, mac=None, client_id=None, lease_time=None, shows=(), parameters=dhcp.USUAL_PARAMETERS):
        self.link, self.shows, self.parameters = link, list(shows), parameters
        self.mac = dhcp.pack_mac(mac) if mac else b"\x02\x77" + struct.pack("!I", next(_macs))
        self.client_id, self.lease_time = client_id, lease_time
        self.address = self.server = self.server_mac = self.reply = None

    def message(self, kind, options=(), **fields):
        """A message of this client; @options precede those that every message has."""
        extra = [(dhcp.CLIENT_ID, self.client_id)] if self.client_id else []
        if self.lease_time and kind in (dhcp.DISCOVER, dhcp.REQUEST):
            extra.append((dhcp.LEASE_TIME, struct.pack("!I", self.lease_time)))
        if kind in (dhcp.DISCOVER, dhcp.REQUEST, dhcp.INFORM):
            extra.append((dhcp.PARAMETERS, self.parameters))
        return Message(xid=next(_xids), chaddr=self.mac, **fields,
                       options=[(dhcp.MESSAGE_TYPE, bytes([kind])), *options, *self.shows, *extra])

    def bootp(self, **fields):
        """A BOOTP request of this client."""
        return Message(xid=next(_xids), chaddr=self.mac, **fields)

    def send(self, message):
        """Send it the way its kind is sent: from our address if it has one, to the server's if it was heard of."""
        if isinstance(message, Message) and message.ciaddr != "0.0.0.0" and self.server_mac and not message.flags:
            self.link.owners[dhcp.pack_address(message.ciaddr)] = self.mac
            self.link.send(message, self.mac, source=message.ciaddr, target=self.server, target_mac=self.server_mac)
        else:
            self.link.send(message, self.mac)

    def note(self, reply, source_mac, target_mac, source, target):
        """Learn from a reply. An address that was acknowledged is ours: we answer ARP for it."""
        self.reply, self.server_mac = reply, source_mac
        self.target_mac, self.target = target_mac, target
        if reply.type == dhcp.ACK and reply.yiaddr != "0.0.0.0":
            self.address, self.server = reply.yiaddr, reply.addresses(dhcp.SERVER_ID)[0]
            self.link.owners[dhcp.pack_address(self.address)] = self.mac

    def ask(self, message, deadline=PATIENCE):
        """Send a message and return its answer; fails without one."""
        replies = self.link.exchange([(self, message)], deadline)
        if self not in replies:
            raise Failure(f"no answer to {message} within {deadline:g} s")
        return replies[self]

    def discover(self, address=None, deadline=PATIENCE):
        options = [(dhcp.REQUESTED_ADDRESS, dhcp.pack_address(address))] if address else []
        reply = self.ask(self.message(dhcp.DISCOVER, options), deadline)
        expect_equal(reply.type, dhcp.OFFER, "the answer to a DISCOVER")
        return reply

    def selecting(self, offer):
        """The REQUEST that takes @offer."""
        return self.message(dhcp.REQUEST, [(dhcp.REQUESTED_ADDRESS, dhcp.pack_address(offer.yiaddr)),
                                           (dhcp.SERVER_ID, offer.option(dhcp.SERVER_ID))])

    def rebooting(self, address):
        """The REQUEST of a client that remembers @address (INIT-REBOOT)."""
        return self.message(dhcp.REQUEST, [(dhcp.REQUESTED_ADDRESS, dhcp.pack_address(address))])

    def renewing(self):
        """The REQUEST for more time, to the server itself."""
        return self.message(dhcp.REQUEST, ciaddr=self.address)

    def rebinding(self):
        """The REQUEST for more time, to any server: like renewing, but broadcast."""
        return self.message(dhcp.REQUEST, ciaddr=self.address, flags=dhcp.BROADCAST_FLAG)

    def obtain(self, address=None):
        """DISCOVER, REQUEST: get a lease; returns the ACK."""
        offer = self.discover(address)
        ack = self.ask(self.selecting(offer))
        expect_equal(ack.type, dhcp.ACK, "the answer to a REQUEST")
        expect_equal(ack.yiaddr, offer.yiaddr, "the acknowledged address")
        return ack

    def renew(self, deadline=PATIENCE):
        ack = self.ask(self.renewing(), deadline)
        expect_equal(ack.type, dhcp.ACK, "the answer to a renewal")
        expect_equal(ack.yiaddr, self.address, "the renewed address")
        return ack

    def release(self):
        self.send(self.message(dhcp.RELEASE, [(dhcp.SERVER_ID, dhcp.pack_address(self.server))], ciaddr=self.address))

    def decline(self):
        self.send(self.message(dhcp.DECLINE, [(dhcp.SERVER_ID, dhcp.pack_address(self.server)),
                                              (dhcp.REQUESTED_ADDRESS, dhcp.pack_address(self.address))]))


def obtain_all(clients, deadline=PATIENCE):
    """Let all clients of one link get a lease at the same time; returns {address: client}."""
    link = clients[0].link
    offers = link.exchange([(client, client.message(dhcp.DISCOVER)) for client in clients], deadline)
    expect_equal(len(offers), len(clients), "clients that were offered an address")
    acks = link.exchange([(client, client.selecting(offer)) for client, offer in offers.items()], deadline)
    expect(all(ack.type == dhcp.ACK for ack in acks.values()), "a client was refused the address that it was offered")
    expect_equal(len(acks), len(clients), "clients that got an address")
    return {client.address: client for client in clients}
