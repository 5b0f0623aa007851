# SPDX-License-Identifier: Apache-2.0
"""What comes before an offer: the ping that shows whether somebody uses the address, and the delay."""
import itertools
import os
import select
import signal
import socket
import struct
import time

import dhcp
from clients import Dhclient
from harness import PATIENCE, expect, expect_equal, wait_until
from rawclient import Link, RawClient
from scene import Scene
from servers import start_dnsmasq
from slapd import SITE, scope_dn

SCOPE = scope_dn("10.77.0.0")
PING = 1.0  # seconds that somebody has to answer one
CROWD = 1100


def _scene(lab, addresses="10.77.0.100-10.77.0.101", **settings):
    """A scope of few addresses with these settings, served."""
    scene = Scene(lab)
    scene.slapd.replace(SCOPE, "lessorRange", addresses)
    for name, value in settings.items():
        scene.slapd.replace(SCOPE, name, value)
    return scene.start()


def _audit_rows(scene, code):
    """The rows of the audit file with this code."""
    found = []
    for entry in os.scandir(scene.lessord.settings["audit_directory"]):
        with open(entry, encoding="utf-8") as file:
            found += [line.split(",") for line in file if line.startswith(f"{code},")]
    return found


def _freeze(scene):
    """Stop the packet path where it is; returns what lets it go on."""
    pid = scene.lessord.role_pid("serve")
    os.kill(pid, signal.SIGSTOP)
    return lambda: os.kill(pid, signal.SIGCONT)


def test_used_address(lab):
    """An address that somebody uses is given to nobody, and the client gets another one"""
    scene = _scene(lab, lessorConflictDetection=2)
    scene.host("static", "10.77.0.100/24")
    client = Dhclient(lab, scene.host("client"))
    expect_equal(client.start().wait_for_lease(), "10.77.0.101", "the client's address")
    leases = scene.lessord.leases()
    expect_equal({address: lease["state"] for address, lease in leases.items()},
                 {"10.77.0.100": "declined", "10.77.0.101": "active"}, "the leases on record")
    log = scene.lessord.process.log()
    expect("ADDRESS_IN_USE: " in log and "ERROR_DHCP_IP_ADDRESS_IN_USE (20032): 10.77.0.100 answers" in log,
           "the conflict is not reported")
    expect_equal([row[3:5] for row in _audit_rows(scene, 13)], [["Conflict", "10.77.0.100"]], "the audit file's rows")
    expect_equal(scene.lessord.counter("addresses_in_use"), 1, "conflicts counted")
    late = scene.client()
    late.send(late.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("range_full"), "the next client finds the scope full")


def test_silent_address(lab):
    """An address that nobody uses is pinged as often as is set before it is offered, and once for a client that insists"""
    scene = _scene(lab, lessorConflictDetection=2)
    client = scene.client()
    first, second = client.message(dhcp.DISCOVER), client.message(dhcp.DISCOVER)
    asked = time.monotonic()
    client.send(first)
    client.send(second)
    reply = wait_until(lambda: client.link.receive(0), "the offer")[0]
    expect(time.monotonic() - asked >= 2 * PING, "the offer came while the address was pinged")
    expect_equal((reply.type, reply.xid, reply.yiaddr), (dhcp.OFFER, second.xid, "10.77.0.100"), "the offer")
    expect_equal(scene.lessord.counter("sent_offer"), 1, "offers")
    expect_equal(scene.lessord.counter("pings_sent"), 2, "pings")
    expect("10.77.0.100" in client.link.asked, "the address was not looked for on the link")
    client.note(reply, b"", b"", "", "")
    ack = client.ask(client.selecting(reply))
    expect_equal((ack.type, ack.yiaddr), (dhcp.ACK, "10.77.0.100"), "the answer to the request")
    client.discover()
    expect_equal(scene.lessord.counter("pings_sent"), 2, "pings once the client has the address")
    expect(client.link.is_silent(), "there was a second offer")
    expect_equal(scene.lessord.counter("received_discover"), 3, "messages counted")


def test_used_address_behind_relay(lab):
    """An address behind a relay is pinged through the network's routers"""
    scene = Scene(lab, relay=True, tree={"scopes": ("10.77.0.0", "10.78.0.0")})
    scene.slapd.replace(scope_dn("10.78.0.0"), "lessorRange", "10.78.0.100-10.78.0.101")
    scene.slapd.replace(SITE, "lessorConflictDetection", 1)
    scene.start()
    static = scene.host("static", "10.78.0.100/24", switch=scene.far_switch)
    static.ip("route add default via 10.78.0.1")
    client = Dhclient(lab, scene.host("client", switch=scene.far_switch))
    expect_equal(client.start().wait_for_lease(), "10.78.0.101", "the client's address")
    expect_equal(scene.lessord.leases()["10.78.0.100"]["state"], "declined", "the used address")


class Liar(Link):
    """Has the address @victim as far as ARP goes, and answers pings to it with others' words."""

    def __init__(self, namespace, victim):
        super().__init__(namespace)
        self.mac = dhcp.pack_mac(namespace.mac())
        self.owners[dhcp.pack_address(victim)] = self.mac

    def lie(self, deadline):
        """Answer the next ping, but not in its own words. True once that is done."""
        while self._socket in select.select([self._socket], [], [], max(0, deadline - time.monotonic()))[0]:
            frame = self._socket.recv(65535)
            if frame[12:14] == b"\x08\x06":
                self._answer_arp(frame)
            elif frame[12:14] == b"\x08\x00" and frame[23] == socket.IPPROTO_ICMP and frame[34] == 8:
                self._answer(frame, bytes(8))
                self._answer(frame, frame[42:50] + b"\0")
                self._answer(frame, frame[42:49])
                self._answer(frame, frame[42:50], identifier=bytes(2))
                return True
        return False

    def _answer(self, ping, token, identifier=None):
        body = (identifier or ping[38:40]) + ping[40:42] + token
        icmp = struct.pack("!HH", 0, dhcp.checksum(bytes(4) + body)) + body
        header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 0, 0, 64, socket.IPPROTO_ICMP, 0) + ping[30:34] + ping[26:30]
        header = header[:10] + struct.pack("!H", dhcp.checksum(header)) + header[12:]
        self._socket.send(ping[6:12] + self.mac + b"\x08\x00" + header + icmp)


def test_forged_answers(lab):
    """An answer that does not repeat the ping's own words takes no address from anybody"""
    scene = _scene(lab, "10.77.0.100", lessorConflictDetection=1)
    liar = Liar(scene.host("liar"), "10.77.0.100")
    client = scene.client()
    client.send(client.message(dhcp.DISCOVER))
    expect(liar.lie(time.monotonic() + PATIENCE), "the address was not pinged")
    reply = wait_until(lambda: client.link.receive(0), "the offer")[0]
    expect_equal((reply.type, reply.yiaddr), (dhcp.OFFER, "10.77.0.100"), "the offer")
    expect_equal(scene.lessord.counter("addresses_in_use"), 0, "conflicts")


def test_network_that_takes_no_ping(lab):
    """An address that cannot be pinged is leased all the same, and that is said once"""
    scene = _scene(lab, lessorConflictDetection=5)
    scene.server.ip("route add unreachable 10.77.0.100/32", "route add prohibit 10.77.0.101/32")
    link = scene.link()
    expect_equal(RawClient(link).discover().yiaddr, "10.77.0.100", "the first offer")
    expect_equal(RawClient(link).discover().yiaddr, "10.77.0.101", "the second offer")
    expect_equal(scene.lessord.process.log().count("PING_FAILED [1029]"), 1, "reports")
    expect_equal(scene.lessord.counter("pings_failed"), 2, "failures counted")


def _send_many(link):
    """Let a crowd of new clients ask at once."""
    for _ in range(CROWD):
        client = RawClient(link)
        client.send(client.message(dhcp.DISCOVER))


def test_many_pings(lab):
    """Clients beyond those whose addresses are being pinged are offered addresses without a ping"""
    scene = Scene(lab)
    scene.slapd.widen("10.77.0.0", 16, "10.77.1.0-10.77.20.255")
    scene.slapd.replace(SCOPE, "lessorConflictDetection", 5)
    scene.lessord.settings["log_level"] = "info"
    scene.server.ip("route add 10.77.0.0/16 dev eth0")
    scene.start()
    link = scene.link()
    go_on = _freeze(scene)
    _send_many(link)
    go_on()
    wait_until(lambda: scene.lessord.counter("received_discover") == CROWD, "all messages are received")
    wait_until(lambda: scene.lessord.counter("sent_offer") == CROWD, "all of them are answered")
    expect(scene.lessord.counter("pings_omitted") > 0, "more addresses were pinged at once than there is room for")
    expect(scene.lessord.counter("pings_sent") > 1024, "addresses were not pinged")


def _delayed(lab, milliseconds=1000):
    scene = Scene(lab)
    scene.slapd.replace(SCOPE, "lessorOfferDelay", milliseconds)
    return scene.start()


def test_delayed_server_loses(lab):
    """A client takes the offer of a server without delay, and of the delayed one where it is alone"""
    scene = _delayed(lab)
    other = start_dnsmasq(lab, scene.host("other", "10.77.0.2/24"), "10.77.0.10,10.77.0.20")
    client = Dhclient(lab, scene.host("client"))
    address = client.start().wait_for_lease()
    expect(int(address.rpartition(".")[2]) <= 20, f"{address} is of the delayed server")
    wait_until(lambda: scene.lessord.counter("offers_delayed"), "the offer is delayed")
    wait_until(lambda: scene.lessord.drops("other_server"), "the client's choice is heard")
    other.stop()
    late = Dhclient(lab, scene.host("late"))
    address = late.start().wait_for_lease()
    expect(int(address.rpartition(".")[2]) >= 100, f"{address} is not of the delayed server")
    expect_equal(scene.lessord.counter("sent_ack"), 1, "acknowledgements, which are not delayed")


def _hold(scene):
    """A client whose offer is held back, by a packet path that stands still; and what lets it go on."""
    def is_held():
        client, before = scene.client(), scene.lessord.status()["counters"]
        client.send(client.message(dhcp.DISCOVER))
        wait_until(lambda: scene.lessord.counter("offers_delayed") > before["offers_delayed"], "the offer is delayed")
        go_on = _freeze(scene)
        if scene.lessord.counter("sent_offer") == before["sent_offer"]:
            return client, go_on
        go_on()  # too late: once more
        return None
    return wait_until(is_held, "the packet path stands still before an offer leaves")


def test_held_offer_and_pause(lab):
    """An offer that is held back does not leave once the service is paused"""
    scene = _delayed(lab)
    client, go_on = _hold(scene)
    expect_equal(scene.lessord.request("/v1/pause", "POST")[0], 200, "HTTP status of the pause")
    go_on()
    wait_until(lambda: scene.lessord.drops("paused"), "the offer is dropped")
    expect(client.link.is_silent(), "the offer left")
    scene.lessord.request("/v1/resume", "POST")
    client.obtain()


def test_held_offer_and_authority(lab):
    """An offer that is held back does not leave once the server is not authorized any more"""
    scene = _delayed(lab)
    client, go_on = _hold(scene)
    scene.slapd.deauthorize()
    scene.lessord.wait_for_verdict("not-authorized")
    go_on()
    wait_until(lambda: scene.lessord.drops("unauthorized"), "the offer is dropped")
    expect(client.link.is_silent(), "the offer left")


def test_held_back_too_many(lab):
    """At most 1000 offers are held back; that it begins and ends is reported"""
    scene = Scene(lab)
    scene.slapd.widen("10.77.0.0", 16, "10.77.1.0-10.77.20.255")
    scene.slapd.replace(SCOPE, "lessorOfferDelay", 1000)
    scene.lessord.settings["log_level"] = "info"
    scene.start()
    link, crowds = scene.link(), itertools.count(1)

    def are_too_many():
        go_on, sent = _freeze(scene), CROWD * next(crowds)
        _send_many(link)
        go_on()
        wait_until(lambda: scene.lessord.counter("received_discover") == sent, "all messages are received")
        wait_until(lambda: scene.lessord.counter("sent_offer") + scene.lessord.drops("delay_full") == sent, "all offers are due")
        return scene.lessord.drops("delay_full")
    # The first offers leave after a second, in which a machine that is busy may not get to the last ones: then once more.
    wait_until(are_too_many, "more than 1000 offers are held back")
    scene.lessord.process.wait_for_log(r"OFFERS_SUSPENDED \[1338\]")
    scene.lessord.process.wait_for_log(r"OFFERS_RESUMED \[1339\]")
    expect_equal(scene.lessord.counter("offers_delayed"), scene.lessord.counter("sent_offer"), "offers delayed and sent")
    expect("lessor_offers_held 0" in scene.lessord.get("/v1/metrics"), "the gauge of offers held back")


def test_killed_while_they_wait(lab):
    """What waits for a ping or a delay is lost with the packet path, and its client gets an address all the same"""
    scene = _scene(lab, "10.77.0.100-10.77.0.110", lessorConflictDetection=1, lessorOfferDelay=1000)
    client = scene.client()
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.counter("pings_sent"), "the address is pinged")
    scene.lessord.kill("serve")
    scene.lessord.process.wait_for_log("in force: .* 1 scopes", count=2)
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.counter("offers_delayed"), "the offer is delayed")
    scene.lessord.kill("serve")
    wait_until(lambda: "lessor_offers_held 0" in scene.lessord.get("/v1/metrics"), "no offer is held back")
    client.obtain()
    expect_equal(set(scene.lessord.leases()), {client.address}, "the leases on record")


def test_settings_changed(lab):
    """Without either setting nothing waits; a change acts on the next message"""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    counters = scene.lessord.status()["counters"]
    expect_equal((counters["pings_sent"], counters["offers_delayed"]), (0, 0), "pings and delayed offers")
    scene.slapd.replace(SCOPE, "lessorOfferDelay", 1)
    wait_until(lambda: client.discover() and scene.lessord.counter("offers_delayed"), "the delay acts")
    scene.slapd.replace(SCOPE, "lessorConflictDetection", 1)

    def is_pinged():
        other = RawClient(client.link)
        other.discover()
        return scene.lessord.counter("pings_sent")
    wait_until(is_pinged, "the ping acts")
