# SPDX-License-Identifier: Apache-2.0
"""BOOTP: clients of RFC 951, exact ones and a real one, direct and through a real relay."""
import re
import shutil

import dhcp
from clients import Dhclient
from harness import Skip, expect, expect_equal, wait_until
from rawclient import Link, RawClient
from scene import SERVER_ADDRESS, Scene
from slapd import ROOT, ldif, scope_dn

MAC = "02:00:00:00:00:50"


def _reserve(scene, address, mac=MAC, kind="both", network="10.77.0.0"):
    scope = scope_dn(network)
    scene.slapd.add(ldif(f"cn={address},{scope}", objectClass="lessorReservation", cn=address, lessorHardwareAddress=mac,
                         lessorClientType=kind))


def _scene(lab, relay=False, ranges=("10.77.0.100-10.77.0.101 dhcp", "10.77.0.200-10.77.0.202 bootp")):
    scene = Scene(lab, relay=relay, tree={"scopes": ("10.77.0.0", "10.78.0.0")} if relay else None)
    scene.slapd.replace(scope_dn("10.77.0.0"), "lessorRange", *ranges)
    return scene


def test_reserved(lab):
    """A BOOTP client gets its reserved address for ever, and nobody else does"""
    scene = _scene(lab, ranges=("10.77.0.100-10.77.0.110",))
    _reserve(scene, "10.77.0.50")
    scene.start()
    client = scene.client(mac=MAC)
    reply = client.ask(client.bootp(secs=3, sname=b"", options=[(dhcp.HOST_NAME, b"printer")]))
    expect_equal((reply.type, reply.yiaddr, reply.siaddr, reply.secs), (0, "10.77.0.50", SERVER_ADDRESS, 3), "the reply")
    expect_equal({code for code, _ in reply.options}, {dhcp.SUBNET_MASK, dhcp.ROUTERS, dhcp.DNS_SERVERS, dhcp.DOMAIN_NAME},
                 "the options")
    expect_equal((client.target_mac, client.target), (client.mac, "10.77.0.50"), "where the reply went")
    lease = scene.lessord.leases()["10.77.0.50"]
    expect_equal((lease["state"], lease["protocol"], lease["expiry"], lease["hostName"]), ("active", "bootp", 0, "printer"),
                 "the lease on record")
    expect("never" in scene.ctl.run("lease", "list").stdout, "lessorctl does not show that it has no end")
    plain = client.ask(client.bootp(tail=bytes(64)))
    expect_equal((plain.yiaddr, plain.tail), ("10.77.0.50", bytes(64)), "the reply to a client without magic cookie")
    stranger = RawClient(client.link)
    stranger.send(stranger.bootp())
    wait_until(lambda: scene.lessord.drops("bootp"), "a client without reservation is dropped")
    expect(client.link.is_silent(), "a client without reservation got an answer")
    counters = scene.lessord.status()["counters"]
    expect_equal((counters["received_bootp"], counters["sent_bootp"], counters["sent_nak"]), (3, 2, 0), "the counters")


def test_range(lab):
    """BOOTP clients get addresses of ranges for them, as many as there may be, and keep them over a crash"""
    scene = _scene(lab)
    scene.slapd.replace(scope_dn("10.77.0.0"), "lessorMaxBootpClients", 2)
    scene.start()
    link = scene.link()
    clients = [RawClient(link) for _ in range(3)]
    expect_equal([client.ask(client.bootp()).yiaddr for client in clients[:2]], ["10.77.0.200", "10.77.0.201"], "addresses")
    clients[2].send(clients[2].bootp())
    wait_until(lambda: scene.lessord.drops("bootp_full"), "the third is one too many")
    scene.lessord.process.wait_for_log(r"BOOTP_FULL \[1064\]: .*: 10\.77\.0\.0/24")
    dhcp_client = RawClient(link)
    dhcp_client.obtain("10.77.0.202")
    expect_equal(dhcp_client.address, "10.77.0.100", "the address of a DHCP client")
    scene.lessord.kill("serve")
    expect_equal(clients[0].ask(clients[0].bootp()).yiaddr, "10.77.0.200", "the address after a crash")
    clients[2].send(clients[2].bootp())
    wait_until(lambda: scene.lessord.drops("bootp_full") == 2, "the third is one too many after a crash, too")
    lease = scene.lessord.leases()["10.77.0.200"]
    expect_equal(lease["expiry"] - lease["changed"], 2592000, "how long the address is kept")
    scene.slapd.replace(scope_dn("10.77.0.0"), "lessorMaxBootpClients", 3)
    scene.settle()
    expect_equal(clients[2].ask(clients[2].bootp()).yiaddr, "10.77.0.202", "the address of the third")


def test_relayed(lab):
    """A BOOTP client behind dhcrelay gets its address, by broadcast if it wants that"""
    scene = _scene(lab, relay=True)
    _reserve(scene, "10.78.0.50", network="10.78.0.0")
    scene.start()
    client = RawClient(Link(scene.host("client", switch=scene.far_switch)), mac=MAC)
    reply = client.ask(client.bootp(flags=dhcp.BROADCAST_FLAG))
    expect_equal((reply.yiaddr, reply.giaddr, client.target), ("10.78.0.50", "10.78.0.1", "255.255.255.255"), "the reply")
    reply = client.ask(client.bootp())
    expect_equal((reply.yiaddr, client.target_mac), ("10.78.0.50", client.mac), "the reply to the client alone")
    expect_equal(scene.lessord.leases()["10.78.0.50"]["relay"], "10.78.0.1", "the relay on record")


def _bootpc(lab, namespace, *words):
    """What a real client says that it got."""
    program = shutil.which("bootpc", path="/usr/sbin:/sbin")
    if not program:
        raise Skip("bootpc is not installed")
    output = lab.run([program, "--dev", "eth0", "--serverbcast", "--timeoutwait", "60", "--returniffail", *words], namespace=namespace).stdout
    return dict(re.findall(r"^(\w+)='?([^'\n]*)", output, re.MULTILINE))


def test_bootpc(lab):
    """bootpc gets a reserved address, and one of a range, with their options"""
    scene = _scene(lab)
    scene.slapd.replace(ROOT, "lessorBootFile", "pxe,10.0.0.9,/tftp/pxe.0")
    scene.start()
    host = scene.host("client")
    host.ip("route add default dev eth0")  # it sends its broadcasts by the usual way
    got = _bootpc(lab, host, "--bootfile", "pxe")
    expect_equal((got["IPADDR"], got["SERVER"], got["BOOTFILE"]), ("10.77.0.200", "10.0.0.9", "/tftp/pxe.0"), "what it got")
    expect_equal((got["NETMASK"], got["GATEWAYS"], got["DOMAIN"]), ("255.255.255.0", "10.77.0.1", "example.test"), "its options")
    _reserve(scene, "10.77.0.51", host.mac(), "bootp")
    wait_until(lambda: _bootpc(lab, host)["IPADDR"] == "10.77.0.51", "the reserved address")


def test_boot_files(lab):
    """The nearest row of the table of boot files counts, for clients of either protocol; an unknown name is reported"""
    scene = _scene(lab)
    scene.slapd.replace(ROOT, "lessorBootFile", "pxe,10.0.0.9,/root", "other,boot.example.test,/other")
    scene.slapd.replace(scope_dn("10.77.0.0").partition(",")[2], "lessorBootFile", "pxe,10.0.0.10,/site")
    scene.start()
    client = scene.client()
    reply = client.ask(client.bootp(file=b"pxe"))
    expect_equal((reply.siaddr, reply.file), ("10.0.0.10", b"/site"), "the row of the site")
    reply = client.ask(client.message(dhcp.DISCOVER, file=b"other"))
    expect_equal((reply.type, reply.sname, reply.file), (dhcp.OFFER, b"boot.example.test", b"/other"), "the row of the root")
    reply = client.ask(client.bootp(file=b"no\x1bthing"))
    expect_equal((reply.yiaddr, reply.file), ("10.77.0.200", b""), "the reply without a row")
    client.ask(client.bootp(file=b"no\x1bthing"))
    reports = re.findall(r"BOOT_FILE_UNKNOWN \[1026\].*", scene.lessord.process.log())
    expect_equal(len(reports), 1, "reports of the unknown name")
    expect('ERROR_DHCP_SERVER_UNKNOWN_BOOT_FILE_NAME (20029): "no\\x1bthing", in 10.77.0.0/24' in reports[0],
           f"neither code nor name in {reports[0]!r}")


def test_both(lab):
    """A machine whose boot loader speaks BOOTP and whose system speaks DHCP has one reserved address"""
    scene = _scene(lab, ranges=("10.77.0.100-10.77.0.110",))
    host = scene.host("client")
    _reserve(scene, "10.77.0.50", host.mac())
    scene.start()
    loader = RawClient(Link(host), mac=host.mac())
    expect_equal(loader.ask(loader.bootp()).yiaddr, "10.77.0.50", "the boot loader's address")
    system = Dhclient(lab, host)
    expect_equal(system.start().wait_for_lease(), "10.77.0.50", "the system's address")
    lease = scene.lessord.leases()["10.77.0.50"]
    expect_equal((lease["protocol"], lease["expiry"] - lease["changed"]), ("dhcp", system.lease_time), "the lease on record")
    system.process.kill()
    expect_equal(loader.ask(loader.bootp()).yiaddr, "10.77.0.50", "the boot loader's address again")
    expect_equal(scene.lessord.leases()["10.77.0.50"]["protocol"], "bootp", "the lease on record")


def test_named_server(lab):
    """A BOOTP client that names a server is answered by that one alone"""
    scene = _scene(lab).start()
    client = scene.client()
    expect_equal(client.ask(client.bootp(sname=b"dhcp1")).yiaddr, "10.77.0.200", "the reply to who names us")
    client.send(client.bootp(sname=b"somebody"))
    wait_until(lambda: scene.lessord.drops("other_server"), "who names another is left alone")
    expect(client.link.is_silent(), "who names another got an answer")
