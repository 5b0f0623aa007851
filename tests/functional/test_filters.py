# SPDX-License-Identifier: Apache-2.0
"""The lists of hardware addresses: who is let in, and who is kept out."""
import dhcp
from clients import Udhcpc
from harness import expect, expect_equal, wait_until
from rawclient import RawClient
from scene import Scene
from slapd import ROOT, SERVER, SITE, ldif, scope_dn

THIEF, FRIEND, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:11:00:00:00:03"


def _expect_refusal(scene, client, kind=dhcp.DISCOVER):
    before = scene.lessord.drops("filtered")
    client.send(client.message(kind))
    wait_until(lambda: scene.lessord.drops("filtered") > before, "the client is counted as filtered")
    expect(client.link.is_silent(), "a client on the deny list got an answer")


def _change(scene, dn, attribute, value):
    """Change an entry and wait until that is in force."""
    scene.slapd.replace(dn, attribute, value)
    scene.settle()


def test_order(lab):
    """Neither list, the deny list, both; deny goes before allow, and before a reservation"""
    scene = Scene(lab)
    scene.slapd.add(ldif(f"cn=10.77.0.50,{scope_dn('10.77.0.0')}", objectClass="lessorReservation", cn="10.77.0.50",
                         lessorHardwareAddress=THIEF))
    scene.slapd.replace(ROOT, "lessorFilter", f"deny {THIEF} stole a laptop", "allow 02:00:*")
    scene.start()
    link = scene.link()
    thief, friend, other = (RawClient(link, mac=mac) for mac in (THIEF, FRIEND, OTHER))
    expect_equal(thief.obtain().yiaddr, "10.77.0.50", "the address of the client on a list that is not in force")
    _change(scene, SITE, "lessorDenyList", "on")
    _expect_refusal(scene, thief)
    friend.obtain()
    other.obtain()
    _change(scene, f"cn={SERVER},{SITE}", "lessorAllowList", "on")
    _expect_refusal(scene, other)
    _expect_refusal(scene, thief)
    friend.renew()
    scene.lessord.process.wait_for_log(rf"not answered: {THIEF}, by lessorFilter of {ROOT}")
    scene.lessord.process.wait_for_log(rf"not on the allow list is not answered: {OTHER}")


def test_real_client(lab):
    """udhcpc gets its address once it is on the allow list, not before"""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorAllowList", "on")
    scene.start()
    host = scene.host("client")
    client = Udhcpc(lab, host).start()
    wait_until(lambda: scene.lessord.drops("filtered") > 2, "the client is refused")
    expect_equal(scene.lessord.leases(), {}, "leases")
    scene.slapd.replace(ROOT, "lessorFilter", f"allow {host.mac()}")
    client.wait_for_lease()


def test_rogue_detection(lab):
    """A server that asks whether the network belongs to a directory is answered, whatever the lists say"""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorAllowList", "on")
    scene.start()
    asker = scene.client(mac=OTHER)
    answer = asker.ask(asker.message(dhcp.INFORM, [(dhcp.VENDOR_INFORMATION, b"\x5e\0")]))
    expect_equal(answer.type, dhcp.ACK, "the answer to a server's question")
    _expect_refusal(scene, asker)
