# SPDX-License-Identifier: Apache-2.0
"""Superscopes: several subnets on one link."""
import dhcp
from clients import Udhcpc
from harness import expect_equal, wait_until
from rawclient import Link, RawClient, obtain_all
from scene import SERVER_ADDRESS, Scene
from slapd import ldif, scope_dn

FIRST, SECOND = scope_dn("10.77.0.0"), scope_dn("10.79.0.0")


def _scene(lab, first="10.77.0.100-10.77.0.101", second="10.79.0.100-10.79.0.101"):
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.79.0.0")})
    scene.server.ip("addr add 10.79.0.1/24 dev eth0")
    for dn, addresses in ((FIRST, first), (SECOND, second)):
        scene.slapd.replace(dn, "lessorRange", addresses)
        scene.slapd.replace(dn, "lessorSuperscope", "campus")
    return scene


def test_overflow(lab):
    """When the first member is full, clients get addresses, masks, routers and times of the next"""
    scene = _scene(lab)
    scene.slapd.replace(SECOND, "lessorLeaseTime", 3600)
    scene.start()
    link = scene.link()
    clients = [RawClient(link) for _ in range(5)]
    acks = [client.obtain() for client in clients[:4]]
    expect_equal([ack.yiaddr for ack in acks], ["10.77.0.100", "10.77.0.101", "10.79.0.100", "10.79.0.101"], "addresses")
    expect_equal(acks[2].addresses(dhcp.ROUTERS), ["10.79.0.1"], "routers, of the second member")
    expect_equal((acks[1].number(dhcp.LEASE_TIME), acks[2].number(dhcp.LEASE_TIME)), (691200, 3600), "lease times")
    clients[4].send(clients[4].message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("range_full"), "the fifth client finds no address")
    for client in clients[1:3]:
        client.renew()
        expect_equal(client.ask(client.rebinding()).type, dhcp.ACK, "the answer to a rebinding")
        expect_equal(client.ask(client.rebooting(client.address)).type, dhcp.ACK, "the answer after a reboot")
    clients[2].release()
    wait_until(lambda: scene.lessord.leases()["10.79.0.100"]["state"] == "released", "the release is on record")
    expect_equal(clients[4].obtain().yiaddr, "10.79.0.100", "the address that was given back")


def test_default_member(lab):
    """The member that is marked as the default is filled first"""
    scene = _scene(lab)
    scene.slapd.replace(SECOND, "lessorDefaultScope", "on")
    scene.start()
    link = scene.link()
    holders = obtain_all([RawClient(link) for _ in range(2)])
    expect_equal(set(holders), {"10.79.0.100", "10.79.0.101"}, "the addresses of the first two clients")
    expect_equal(RawClient(link).obtain().yiaddr, "10.77.0.100", "the address of the third")


def test_reservation(lab):
    """A client is at home in the member that has its reservation"""
    scene = _scene(lab)
    scene.start()
    client = RawClient(scene.link(), mac="02:00:00:00:00:50")
    expect_equal(client.obtain().yiaddr, "10.77.0.100", "the address before there is a reservation")
    scene.slapd.add(ldif(f"cn=10.79.0.50,{SECOND}", objectClass="lessorReservation", cn="10.79.0.50",
                         lessorHardwareAddress="02:00:00:00:00:50"))
    wait_until(lambda: client.ask(client.renewing()).type == dhcp.NAK, "the old address is refused")
    expect_equal(client.obtain().yiaddr, "10.79.0.50", "the reserved address")


def test_real_client(lab):
    """udhcpc gets, renews and releases an address of the second member"""
    scene = _scene(lab, first="10.77.0.100")
    for dn, router in ((FIRST, SERVER_ADDRESS), (SECOND, "10.79.0.1")):
        scene.slapd.replace(dn, "lessorOption", f"routers={router}", "dhcp-renewal-time=2")
    scene.start()
    RawClient(Link(scene.host("first"))).obtain()
    client = Udhcpc(lab, scene.host("client")).start()
    expect_equal(client.wait_for_lease(), "10.79.0.100", "the address in the second member")
    client.wait_for_renewal()
    client.release()
    wait_until(lambda: scene.lessord.leases()["10.79.0.100"]["state"] == "released", "the release is on record")
