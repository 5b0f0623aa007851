# SPDX-License-Identifier: Apache-2.0
"""Other DHCP servers on the network: who is met, how they are judged and shown."""
import os
import re
import select
import signal
import socket
import time

import dhcp
from harness import PATIENCE, Failure, expect, expect_equal, wait_until
from lessor import expect_error
from rawclient import ETH_ALL, Link, RawClient
from scene import Scene
from servers import start_dhcpd, start_dnsmasq
from slapd import SERVER, authorization_entry
from test_standalone import Workgroup

OTHER, OTHER_NAME = "10.77.0.8", "dhcp8.example.test"
DHCPD, DHCPD_NAME = "10.77.0.9", "dhcp9.example.test"
AGAIN = 10.0  # seconds after which it is tried again to ask a network that could not be asked


def _watching(lab, **settings):
    """A scene whose server watches, with these settings of its entry."""
    scene = Scene(lab)
    for name, value in settings.items():
        scene.slapd.replace(f"cn={SERVER},cn=oslo,cn=sites,cn=DHCP,dc=example,dc=test", name, value)
    return scene


def _dnsmasq(scene):
    host = scene.host("other", address=f"{OTHER}/24")
    return host, start_dnsmasq(scene.lab, host, "10.77.0.210,10.77.0.219")


def _rogues(scene, *words):
    return {server["address"]: server for server in scene.ctl.json("rogue", "list", *words)["servers"]}


def _wait_for_rogue(scene, address, state, deadline=PATIENCE, **wanted):
    """Wait until the server at @address is shown in @state, with these members."""
    def check():
        server = _rogues(scene, "--all").get(address)
        return server if server and server["state"] == state and \
            all(server[name] == value for name, value in wanted.items()) else None
    return wait_until(check, f"{address} is {state} {wanted}", deadline)


def _events(scene, name):
    return re.findall(rf"lessord serve: {name}\b.*", scene.lessord.process.log())


class Sniffer:
    """Everything that comes to, or leaves, a namespace's eth0 as UDP to port 67 or 68."""

    def __init__(self, namespace):
        with namespace.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
            self._socket.bind(("eth0", 0))

    def _messages(self, seconds, is_outgoing):
        end = time.monotonic() + seconds
        while select.select([self._socket], [], [], max(0, end - time.monotonic()))[0]:
            frame, (_, _, packet_type, *_) = self._socket.recvfrom(65535)
            parsed = dhcp.parse_frame(frame) if (packet_type == socket.PACKET_OUTGOING) == is_outgoing else None
            if parsed:
                yield dhcp.Message.decode(parsed[4]), parsed[2], parsed[3]

    def sent(self, seconds):
        """The messages that leave within @seconds: [(message, source, target)]."""
        return list(self._messages(seconds, True))

    def wait_for_question(self):
        """The next DHCPINFORM that comes in."""
        for message, _, _ in self._messages(PATIENCE, False):
            if message.op == 1 and message.type == dhcp.INFORM:
                return message
        raise Failure(f"no question came within {PATIENCE:g} s")


def _reply(address, kind, client_mac, **fields):
    """What a server at @address might say; @options precede its address."""
    options = fields.pop("options", [])
    return dhcp.Message(op=2, chaddr=client_mac, options=[
        (dhcp.MESSAGE_TYPE, bytes([kind])), *options, (dhcp.SERVER_ID, dhcp.pack_address(address))], **fields)


def _expect_questions(sent):
    """Nothing but questions to everybody: nobody is answered, named, or deprived of an address."""
    for message, _, target in sent:
        expect_equal(target, "255.255.255.255", f"whom {message} went to")
        expect(message.op == 1 and message.type in (dhcp.INFORM, dhcp.DISCOVER), f"{message} was sent")
        expect(message.option(dhcp.SERVER_ID) is None, f"{message} names a server")


def test_unlisted(lab):
    """dnsmasq and ISC dhcpd, which the directory does not list, are reported once each, and as listed once they are"""
    scene = _watching(lab, lessorWatchInterval=10)
    other, _ = _dnsmasq(scene)
    # As between containers of one machine, where nobody fills in checksums that the kernel takes on trust.
    lab.run(["ethtool", "-K", "eth0", "tx", "on"], namespace=other)
    dhcpd_host = scene.host("dhcpd", address=f"{DHCPD}/24")
    dhcpd = start_dhcpd(lab, dhcpd_host, "10.77.0.0", "10.77.0.220 10.77.0.229")
    scene.start()

    wait_until(lambda: (_rogues(scene).get(OTHER) or {}).get("offered"), "it is known what dnsmasq offers")
    found = _wait_for_rogue(scene, OTHER, "unlisted")
    expect_equal(found["hardwareAddress"], other.mac(), "the hardware address of dnsmasq")
    expect(re.fullmatch(r"10\.77\.0\.21\d", found["offered"]), f"dnsmasq offered {found['offered']}")
    expect_equal((found["interface"], found["via"], found["gone"], found["known"]), ("eth0", None, False, False),
                 "what is told of dnsmasq")
    found = _wait_for_rogue(scene, DHCPD, "unlisted")
    expect_equal(found["hardwareAddress"], dhcpd_host.mac(), "the hardware address of dhcpd")
    for address, host in ((OTHER, other), (DHCPD, dhcpd_host)):
        lines = [line for line in _events(scene, "ROGUE_FOUND") if f": {address} " in line]
        expect_equal(len(lines), 1, f"events for {address}: {lines}")
        expect(host.mac() in lines[0] and "eth0" in lines[0], f"it says not who and where: {lines[0]}")
    table = scene.ctl.run("rogue", "list").stdout
    expect(re.search(rf"^{OTHER} +{other.mac()} +eth0 +unlisted +10\.77\.0\.21\d ", table, re.MULTILINE), table)
    expect("Other DHCP servers on the network: 2 unlisted, 0 foreign" in scene.ctl.run("status").stdout,
           "the status does not tell of them")
    metrics = scene.lessord.get("/v1/metrics")
    expect("\nlessor_rogue_servers 2\n" in metrics, "the metrics do not count two")

    scene.slapd.authorize(DHCPD_NAME, DHCPD)
    _wait_for_rogue(scene, DHCPD, "listed", known=True)
    expect(DHCPD not in _rogues(scene), "a listed server is shown among those that are not")
    scene.slapd.deauthorize(DHCPD_NAME)
    _wait_for_rogue(scene, DHCPD, "unlisted", known=False)
    expect_equal(len(_events(scene, "SERVER_FOUND")), 1, "events that it was listed")

    dhcpd.stop()
    _wait_for_rogue(scene, DHCPD, "unlisted", deadline=3 * PATIENCE, gone=True)  # after some rounds
    expect(f"{DHCPD} " in "".join(_events(scene, "ROGUE_GONE")), "no event says that it is gone")
    expect(re.search(rf"^{DHCPD} .* unlisted, gone ", scene.ctl.run("rogue", "list").stdout, re.MULTILINE),
           "the table does not say that it is gone")
    expect(not _rogues(scene)[OTHER]["gone"], "dnsmasq counts as gone")
    # What was known is known after a crash, and not reported again.
    scene.lessord.kill("serve")
    _wait_for_rogue(scene, OTHER, "unlisted", gone=False)
    scene.lessord.wait_for_verdict("authorized")
    expect_equal(len([line for line in _events(scene, "ROGUE_FOUND") if f": {OTHER} " in line]), 1, "events for dnsmasq")


def test_overheard(lab):
    """A server that is only heard talking to its clients is met, and one that a client is heard to choose"""
    scene = _watching(lab).start()
    wait_until(lambda: scene.lessord.status()["detection"]["outcome"] == "unopposed", "the first round has ended")
    client = scene.client()
    chosen = client.message(dhcp.REQUEST, [(dhcp.SERVER_ID, dhcp.pack_address("10.77.0.66")),
                                           (dhcp.REQUESTED_ADDRESS, dhcp.pack_address("10.77.0.166"))])
    client.send(chosen)
    found = _wait_for_rogue(scene, "10.77.0.66", "unlisted", overheard=True)
    expect_equal((found["hardwareAddress"], found["offered"]), ("", None), "what is known of a server not heard itself")
    offer = _reply("10.77.0.67", dhcp.OFFER, client.mac, xid=0x4711, yiaddr="10.77.0.167")
    client.link.send(offer, client.mac, source="10.77.0.67", ports=(67, 68))
    found = _wait_for_rogue(scene, "10.77.0.67", "unlisted", overheard=True)
    expect_equal(found["offered"], "10.77.0.167", "what it offered")
    expect_equal(found["hardwareAddress"], client.mac.hex(":"), "the hardware address of its frame")


def test_relayed(lab):
    """A server that a client behind a relay chooses is shown with the relay"""
    scene = Scene(lab, relay=True, tree={"scopes": ("10.77.0.0", "10.78.0.0")}).start()
    client = RawClient(Link(scene.host("remote", switch=scene.far_switch)))
    client.send(client.message(dhcp.REQUEST, [(dhcp.SERVER_ID, dhcp.pack_address("10.78.0.66")),
                                              (dhcp.REQUESTED_ADDRESS, dhcp.pack_address("10.78.0.166"))]))
    _wait_for_rogue(scene, "10.78.0.66", "unlisted", via="10.78.0.1", hardwareAddress="", overheard=True)
    expect(re.search(r"^10\.78\.0\.66 +- +via 10\.78\.0\.1 +unlisted ", scene.ctl.run("rogue", "list").stdout,
                     re.MULTILINE), "the table does not show the relay")
    expect("behind the relay agent 10.78.0.1" in "".join(_events(scene, "ROGUE_FOUND")), "the event does not name it")


def test_foreign(lab):
    """A server that another organisation's directory has authorized is reported as such, once, and ignored"""
    scene = _watching(lab, lessorWatchInterval=10)
    client = scene.client()
    sniffer = Sniffer(client.link.namespace)
    scene.start()
    name = b"corp.other.test\0"
    for _ in range(2):
        question = sniffer.wait_for_question()
        answer = _reply("10.77.0.44", dhcp.ACK, question.chaddr, xid=question.xid, ciaddr=question.ciaddr,
                        options=[(dhcp.VENDOR_INFORMATION, bytes([95, len(name)]) + name)])
        client.link.send(answer, client.mac, source="10.77.0.44", ports=(67, 68))
        found = _wait_for_rogue(scene, "10.77.0.44", "foreign", known=False)
    expect_equal((found["enterprise"], found["answer"]), ("corp.other.test", "directory"), "what it answered")
    lines = _events(scene, "ROGUE_FOREIGN")
    expect_equal(len(lines), 1, f"events: {lines}")
    expect("(20042)" in lines[0] and "corp.other.test" in lines[0] and client.mac.hex(":") in lines[0], lines[0])
    expect(re.search(r"^10\.77\.0\.44 .* foreign .* corp\.other\.test$", scene.ctl.run("rogue", "list").stdout,
                     re.MULTILINE), "the table does not show its directory")
    scene.client().obtain()


def test_objection_at_once(lab):
    """An objection to a server without a directory counts while dir is frozen and the store cannot be written"""
    group = Workgroup(lab).start()
    client = group.client()
    client.obtain()
    sniffer = Sniffer(client.link.namespace)
    frozen = group.lessord.role_pid("dir")
    os.kill(frozen, signal.SIGSTOP)
    lab.defer(os.kill, frozen, signal.SIGCONT)
    store = f"{group.lessord.state_directory}/sightings.mdb"
    lab.run(["rm", store, f"{store}-lock"])
    lab.run(["mkdir", store])
    group.lessord.request("/v1/recheck", "POST")
    name = b"corp.example.test\0"
    question = sniffer.wait_for_question()
    client.link.send(_reply("10.77.0.44", dhcp.ACK, question.chaddr, xid=question.xid, ciaddr=question.ciaddr,
                            options=[(dhcp.VENDOR_INFORMATION, bytes([95, len(name)]) + name)]),
                     client.mac, source="10.77.0.44", ports=(67, 68))
    group.lessord.process.wait_for_log("SERVER_UNJUDGED.*10.77.0.44")
    expect_equal(group.lessord.status()["verdict"]["state"], "standalone", "the verdict, which dir cannot change")
    late = group.client()
    late.send(late.message(dhcp.DISCOVER))
    wait_until(lambda: group.lessord.drops("unauthorized"), "the DISCOVER is dropped")
    expect(late.link.is_silent(), "a client was answered in spite of the objection")


def test_storm(lab):
    """Thousands of servers that do not exist, and rubbish, fill neither the log nor the store, and delay no client"""
    scene = _watching(lab, lessorWatchInterval=10).start()
    liar = scene.client()
    for number in range(3000):
        address = f"10.{number >> 8}.{number & 255}.1"
        offer = _reply(address, dhcp.OFFER, liar.mac, yiaddr="10.77.0.9")
        liar.link.send(offer, liar.mac, source=address, ports=(67, 68))
        if number % 10 == 0:
            rubbish = _reply(address, dhcp.ACK, liar.mac).encode()[:number % 300]
            liar.link.send(rubbish, liar.mac, source=address, ports=(67, 68))
            chosen = dhcp.pack_address(f"11.{number >> 8}.{number & 255}.1")
            liar.send(liar.message(dhcp.REQUEST, [(dhcp.SERVER_ID, chosen)]))
        if number % 1000 == 999:
            scene.client().obtain()
    wait_until(lambda: len(_rogues(scene)) >= 200, "many were noted")
    expect(len(_rogues(scene)) <= 256, "more are kept than there is room for")
    expect(len(_events(scene, "ROGUE_FOUND")) <= 256, "each of thousands is in the log")
    scene.client().obtain()


def test_behind_a_storm(lab):
    """What a server says behind thousands of other replies is heard, though the role was busy meanwhile"""
    scene = _watching(lab).start()
    client, serve = scene.client(), scene.lessord.role_pid("serve")

    def offer(server):
        message = dhcp.Message(op=2, xid=0x4711, yiaddr="10.77.0.167", chaddr=client.mac, options=[
            (dhcp.MESSAGE_TYPE, bytes([dhcp.OFFER])), (dhcp.SERVER_ID, dhcp.pack_address(server))])
        client.link.send(message, client.mac, source=server, ports=(67, 68))

    os.kill(serve, signal.SIGSTOP)
    for _ in range(3000):
        offer("10.77.0.66")
    offer("10.77.0.67")
    os.kill(serve, signal.SIGCONT)
    _wait_for_rogue(scene, "10.77.0.67", "unlisted")


def test_inventions(lab):
    """Clients who name servers that are not there hide no other one, and it is told, once, that there is no room for all"""
    scene = _watching(lab, lessorWatchInterval=10).start()
    client = scene.client()
    for number in range(300):
        server = dhcp.pack_address(f"10.77.{1 + number // 250}.{1 + number % 250}")
        client.send(client.message(dhcp.REQUEST, [(dhcp.SERVER_ID, server),
                                                  (dhcp.REQUESTED_ADDRESS, dhcp.pack_address("10.77.0.166"))]))
    wait_until(lambda: scene.lessord.counter("servers_unrecorded") == 300 - 128, "what is beyond half of the room is counted")
    scene.lessord.process.wait_for_log("SIGHTINGS_FULL")
    _dnsmasq(scene)
    _wait_for_rogue(scene, OTHER, "unlisted")
    expect_equal(len(_events(scene, "SIGHTINGS_FULL")), 1, "events that there is no room")


def test_watch_off(lab):
    """With the watch off nothing is asked and nothing noted; switched on, it is at once, only by broadcast, and off again"""
    scene = _watching(lab, lessorWatch="off", lessorWatchInterval=10)
    sniffer = Sniffer(scene.server)
    _, dnsmasq = _dnsmasq(scene)
    scene.start()
    expect_equal(sniffer.sent(3), [], "what leaves the server while the watch is off")
    scene.ctl.run("setting", "set", "watch=on", "--server", SERVER)
    _wait_for_rogue(scene, OTHER, "unlisted")
    sent = sniffer.sent(11)
    expect(sent, "nothing was asked")
    _expect_questions(sent)
    expect_equal(dnsmasq.log().count("DHCPREQUEST") + dnsmasq.log().count("DHCPDECLINE"), 0,
                 "addresses taken from dnsmasq")
    generation = scene.lessord.status()["configuration"]["generation"]
    scene.ctl.run("setting", "set", "watch=off", "--server", SERVER)
    scene.lessord.wait_for_generation(lambda configuration: configuration["generation"] > generation)
    sniffer.sent(1)  # what left before
    expect_equal(sniffer.sent(11), [], "what leaves the server after the watch is switched off")


def test_impossible(lab):
    """A network that cannot be asked is told once, and looked at once it can"""
    scene = _watching(lab)
    _dnsmasq(scene)
    scene.server.plug(scene.switch, "eth1")
    scene.lessord.settings["interfaces"] = "eth1"

    def is_asked_at_once():
        begun = time.monotonic()
        scene.lessord.start()
        scene.lessord.wait_for_status(lambda status: status["detection"]["outcome"] == "impossible", "nothing to ask on")
        expect("IPv4 address" in scene.lessord.status()["detection"]["reason"], "the status does not say why")
        expect_equal(len(_events(scene, "DETECTION_IMPOSSIBLE")), 1, "events that it is impossible")
        scene.server.ip("addr add 10.77.0.2/24 dev eth1")
        _wait_for_rogue(scene, OTHER, "unlisted")
        if time.monotonic() - begun < AGAIN:
            return True
        scene.server.ip("addr del 10.77.0.2/24 dev eth1")  # too slow to tell: once more
        scene.lessord.stop()
        os.unlink(f"{scene.lessord.state_directory}/sightings.mdb")
        return False
    wait_until(is_asked_at_once, "the network is asked before it would have been without the change", 3 * PATIENCE)
    scene.lessord.wait_for_status(lambda status: status["detection"]["outcome"] == "unopposed", "asked")
    scene.server.ip("link set eth1 down")
    scene.lessord.process.wait_for_log("DETECTION_IMPOSSIBLE", count=2)
    expect("eth1 (down)" in "".join(_events(scene, "INTERFACES_CHANGED")), "no event says that eth1 is down")


def test_store_trouble(lab):
    """A store of sightings that is removed or cannot be written disturbs nobody"""
    scene = _watching(lab, lessorWatchInterval=10)
    _dnsmasq(scene)
    scene.start()
    _wait_for_rogue(scene, OTHER, "unlisted")
    store = f"{scene.lessord.state_directory}/sightings.mdb"
    serve = scene.lessord.role_pid("serve")
    lab.run(["rm", store])
    scene.client().obtain()
    _wait_for_rogue(scene, OTHER, "unlisted")
    lab.run(["rm", store, f"{store}-lock"])
    lab.run(["mkdir", store])
    scene.lessord.process.wait_for_log("SIGHTINGS_FAILED")
    _expect_questions(Sniffer(scene.server).sent(2.5))  # meanwhile it tries to store again
    scene.client().obtain()
    expect_equal(scene.lessord.request("/v1/rogues")[0], 500, "HTTP status while the store cannot be read")
    scene.lessord.wait_for_verdict("authorized")
    lab.run(["rmdir", store])
    _wait_for_rogue(scene, OTHER, "unlisted")
    expect_equal(len(_events(scene, "SIGHTINGS_FAILED")), 1, "reports of the failing store")
    expect_equal(scene.lessord.role_pid("serve"), serve, "the process that serves")


def test_without_daemon(lab):
    """rogue list and server recheck say that there is no daemon; rogue list says that nobody was met"""
    scene = _watching(lab)
    for words in (("rogue", "list"), ("server", "recheck")):
        expect_error(scene.ctl.run(*words, status=None), "lessorctl", 20123, "no lessord listens")
    scene.start()
    expect_equal(scene.ctl.run("rogue", "list").stdout,
                 "no DHCP server was met on this server's networks that the directory does not list\n", "an empty list")
    expect(scene.ctl.run("rogue", "list", "--all").stdout.startswith("no other DHCP server was met"), "an empty list")


def test_recheck(lab):
    """server recheck waits for a verdict of now, and fails with its code when the server may not serve"""
    scene = _watching(lab).start()
    before = scene.lessord.status()["verdict"]["checkedAt"]
    expect_equal(scene.ctl.run("server", "recheck").stdout, f"server {SERVER}: authorized, clients are answered\n",
                 "the answer")
    expect(scene.lessord.status()["verdict"]["checkedAt"] > before, "it was not checked again")
    expect_equal(scene.ctl.json("server", "recheck")["verdict"]["state"], "authorized", "the verdict as JSON")
    scene.slapd.deauthorize()
    scene.lessord.wait_for_verdict("not-authorized")
    for _ in range(2):
        before = scene.lessord.status()["verdict"]["checkedAt"]
        expect_error(scene.ctl.run("server", "recheck", status=None), "lessorctl", 20039)
        expect(scene.lessord.status()["verdict"]["checkedAt"] > before, "it was not checked again")
    scene.slapd.add(authorization_entry())
    expect_equal(scene.ctl.run("server", "recheck").returncode, 0, "exit status once it is listed again")
    scene.slapd.stop()
    expect_error(scene.ctl.run("server", "recheck", status=None), "lessorctl", 20040, "no directory server")

