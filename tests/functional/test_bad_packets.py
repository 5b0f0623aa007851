# SPDX-License-Identifier: Apache-2.0
"""Bad packets: each is dropped and counted under its reason, and none does harm."""
import random
import socket

import dhcp
from dhcp import END, MAGIC, Message
from harness import expect, expect_equal, wait_until
from rawclient import RawClient
from scene import SERVER_ADDRESS, Scene

DISCOVER = (dhcp.MESSAGE_TYPE, bytes([dhcp.DISCOVER]))


def _with_tail(tail, **fields):
    """A DISCOVER with these octets where the options should be."""
    return Message(xid=7, chaddr=b"\x02\x66\0\0\0\x01", tail=tail, **fields)


def _with_options(*options, **fields):
    return Message(xid=7, chaddr=b"\x02\x66\0\0\0\x01", options=list(options), **fields)


TYPE = bytes([53, 1, 1])
BAD_PACKETS = [
    ("an empty datagram", b"", "truncated"),
    ("200 octets", _with_options(DISCOVER).encode()[:200], "truncated"),
    ("a header without the magic cookie", _with_options(DISCOVER).encode()[:236], "truncated"),
    ("a wrong magic cookie", _with_tail(b"\x63\x82\x53\x62" + TYPE + bytes([END])), "magic"),
    ("a reply", _with_options(DISCOVER, op=2), "not_request"),
    ("an unknown operation", _with_options(DISCOVER, op=0), "not_request"),
    ("hlen 17", _with_options(DISCOVER, hlen=17), "hlen"),
    ("hlen 255", _with_options(DISCOVER, hlen=255), "hlen"),
    ("no hardware address and no identifier", _with_options(DISCOVER, hlen=0), "no_identity"),
    ("an option that runs past the end", _with_tail(MAGIC + TYPE + bytes([12, 200, 65])), "option_length"),
    ("an option without length", _with_tail(MAGIC + TYPE + bytes([12])), "option_length"),
    ("an overload of everything that names itself again", _with_options(
        DISCOVER, (dhcp.OVERLOAD, b"\x03"), file=bytes([52, 1, 3, END]), sname=bytes([52, 1, 3, END])), "overload"),
    ("an overload that does not exist", _with_options(DISCOVER, (dhcp.OVERLOAD, b"\x07")), "overload"),
    ("two overloads", _with_options(DISCOVER, (dhcp.OVERLOAD, b"\x01"), (dhcp.OVERLOAD, b"\x02")), "overload"),
    ("an overloaded field whose option runs past its end", _with_options(
        DISCOVER, (dhcp.OVERLOAD, b"\x02"), sname=bytes([12, 90])), "option_length"),
    ("a message type of no octets", _with_options((dhcp.MESSAGE_TYPE, b"")), "field_length"),
    ("a client identifier of no octets", _with_options(DISCOVER, (dhcp.CLIENT_ID, b"")), "field_length"),
    ("a server identifier of three octets", _with_options(DISCOVER, (dhcp.SERVER_ID, b"\x0a\x4d\x00")), "field_length"),
    ("a requested address of five octets", _with_options(DISCOVER, (dhcp.REQUESTED_ADDRESS, bytes(5))), "field_length"),
    ("a message that only servers send", _with_options((dhcp.MESSAGE_TYPE, bytes([dhcp.OFFER]))), "message_type"),
    ("message type 0", _with_options((dhcp.MESSAGE_TYPE, b"\0")), "message_type"),
    ("message type 255", _with_options((dhcp.MESSAGE_TYPE, b"\xff")), "message_type"),
    ("plain BOOTP", _with_tail(MAGIC + bytes([END])), "bootp"),
    ("a relay that is not ours", _with_options(DISCOVER, giaddr="172.16.9.9"), "no_scope"),
    ("a request that asks for nothing", _with_options((dhcp.MESSAGE_TYPE, bytes([dhcp.REQUEST]))), "contradictory"),
    ("a request for two addresses", _with_options(
        (dhcp.MESSAGE_TYPE, bytes([dhcp.REQUEST])), (dhcp.REQUESTED_ADDRESS, dhcp.pack_address("10.77.0.120")),
        ciaddr="10.77.0.121"), "contradictory"),
    ("an INFORM without address", _with_options((dhcp.MESSAGE_TYPE, bytes([dhcp.INFORM]))), "contradictory"),
    ("a release of an address that it does not hold", _with_options(
        (dhcp.MESSAGE_TYPE, bytes([dhcp.RELEASE])), ciaddr="10.77.0.122"), "not_owner"),
    ("a decline of an address that it does not hold", _with_options(
        (dhcp.MESSAGE_TYPE, bytes([dhcp.DECLINE])), (dhcp.REQUESTED_ADDRESS, dhcp.pack_address("10.77.0.123"))),
     "not_owner"),
]


def test_packets(lab):
    """Each kind of bad packet is dropped and counted under its reason, and service goes on."""
    scene = Scene(lab).start()
    client = scene.client()
    expected = {}
    for what, packet, reason in BAD_PACKETS:
        expected[reason] = expected.get(reason, 0) + 1
        client.link.send(packet, client.mac)
        wait_until(lambda: scene.lessord.drops(reason) >= expected[reason], f"{what} is counted under {reason}")
    expect(client.link.is_silent(), "a bad packet was answered")
    got = {reason: count for reason, count in scene.lessord.status()["drops"].items() if count}
    expect_equal(got, expected, "the counts of dropped packets")
    client.obtain()
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that crashed")


def test_large_packets(lab):
    """A datagram longer than any DHCP message and one of nothing but split options are dropped with their reasons."""
    scene = Scene(lab).start()
    with scene.host("big", "10.77.0.9/24").entered():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fixed = _with_options(DISCOVER).encode()[:240]
    for tail, reason in ((TYPE + bytes(6000), "oversized"), (TYPE + b"\x0c\x01A\x0d\x01B" * 600, "too_much")):
        sender.sendto(fixed + tail, (SERVER_ADDRESS, 67))
        wait_until(lambda: scene.lessord.drops(reason) == 1, f"{len(tail)} octets are counted under {reason}")
    sender.close()
    scene.client().obtain()


def test_noise(lab):
    """Thousands of packets damaged at random do no harm."""
    scene = Scene(lab)
    scene.lessord.settings["log_level"] = "info"
    scene.start()
    client = scene.client()
    good = client.obtain()
    source = random.Random(1)
    seeds = [message.encode() for message in (
        client.message(dhcp.DISCOVER), client.selecting(good), client.rebooting(client.address), client.renewing(),
        client.message(dhcp.INFORM, ciaddr="10.77.0.9"), client.message(dhcp.DISCOVER, giaddr="10.77.0.2"))]
    for _ in range(4000):
        octets = bytearray(source.choice(seeds))
        for _ in range(source.randrange(1, 6)):
            octets[source.randrange(len(octets))] = source.choice((0, 1, 52, 53, 61, 82, 255, source.randrange(256)))
        del octets[source.randrange(200, len(octets) * 2):]
        client.link.send(bytes(octets), client.mac)
        client.link.is_silent()
    RawClient(client.link).obtain()
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that crashed")
