# SPDX-License-Identifier: Apache-2.0
"""Policies: what clients that meet a condition get."""
import dhcp
from clients import Dhclient, Udhcpc
from harness import expect, expect_equal, wait_until
from rawclient import RawClient
from scene import Scene
from slapd import SERVER, SITE, ldif, scope_dn
from test_classes import class_scene

SCOPE = scope_dn("10.77.0.0")
PHONE = [(dhcp.VENDOR_CLASS, b"phone")]


def _add_policy(scene, name, order, condition, parent=SCOPE, **attributes):
    scene.slapd.add(ldif(f"cn={name},{parent}", objectClass="lessorPolicy", cn=name, lessorProcessingOrder=order,
                         lessorCondition=condition, **attributes))


def _scene(lab, ranges="10.77.0.100-10.77.0.109"):
    scene = class_scene(lab)
    scene.slapd.replace(SCOPE, "lessorRange", ranges)
    scene.slapd.replace(SCOPE, "lessorOption", "routers=10.77.0.1")
    return scene


def _expect_full(scene, client, reason):
    before = scene.lessord.drops(reason)
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops(reason) > before, f"a client is dropped for {reason}")
    expect(client.link.is_silent(), f"a client was answered in spite of {reason}")


def test_ranges(lab):
    """Clients of policies get addresses of their ranges in order, all others what is left"""
    scene = _scene(lab, "10.77.0.100-10.77.0.104")
    _add_policy(scene, "phones", 1, "vendor-class is Phones", lessorRange="10.77.0.101")
    _add_policy(scene, "lab", 2, "mac is 02:00:00:00:00:01 or client-id is ff:*", lessorRange="10.77.0.103-10.77.0.104")
    scene.start()
    link = scene.link()

    def obtain(**arguments):
        return RawClient(link, **arguments).obtain().yiaddr
    expect_equal(obtain(shows=PHONE), "10.77.0.101", "the address of a phone")
    _expect_full(scene, RawClient(link, shows=PHONE), "policy_full")
    expect_equal(obtain(mac="02:00:00:00:00:01", shows=PHONE), "10.77.0.103", "of a phone in the lab")
    expect_equal([obtain(), obtain()], ["10.77.0.100", "10.77.0.102"], "the addresses of others")
    _expect_full(scene, RawClient(link), "range_full")
    expect_equal(obtain(client_id=b"\xff\1"), "10.77.0.104", "the last address of the lab")
    scene.lessord.process.wait_for_log(r"POLICY_FULL .*10\.77\.0\.0/24, policy phones")
    scene.lessord.process.wait_for_log(r"RESIDUAL_FULL .*10\.77\.0\.0/24")


def test_new_policy_moves_clients(lab):
    """A client whose address its policies no longer allow is refused when it renews, and gets another one"""
    scene = _scene(lab).start()
    link = scene.link()
    phone, other = RawClient(link, shows=PHONE), RawClient(link)
    expect_equal([phone.obtain().yiaddr, other.obtain().yiaddr], ["10.77.0.100", "10.77.0.101"], "the first addresses")
    _add_policy(scene, "phones", 1, "vendor-class is Phones", lessorRange="10.77.0.108-10.77.0.109")
    wait_until(lambda: phone.ask(phone.renewing()).type == dhcp.NAK, "the phone is refused its old address")
    expect_equal(phone.obtain().yiaddr, "10.77.0.108", "its new address")
    other.renew()


def test_values_in_order(lab):
    """Options and lease time: the first policy that has one; then server, site and root; off when switched off"""
    scene = _scene(lab)
    _add_policy(scene, "one", 2, "mac is 02:*", lessorOption=["domain-name=one.test", "host-name=one"], lessorLeaseTime=600)
    _add_policy(scene, "two", 1, "user-class is Kiosk", lessorOption="domain-name=two.test")
    _add_policy(scene, "all", 1, "mac is 02:*", parent=f"cn={SERVER},{SITE}", lessorLeaseTime=700,
                lessorOption=["host-name=server", "interface-mtu=1400"])
    scene.start()
    client = scene.client(parameters=bytes([dhcp.DOMAIN_NAME, dhcp.HOST_NAME, 26]))

    def values(ack):
        return ack.text(dhcp.DOMAIN_NAME), ack.text(dhcp.HOST_NAME), ack.number(26), ack.number(dhcp.LEASE_TIME)
    expect_equal(values(client.obtain()), ("one.test", "one", 1400, 600), "values without a class")
    client.shows = [(dhcp.USER_CLASS, b"kiosk")]
    expect_equal(values(client.renew()), ("two.test", "one", 1400, 600), "values for the class")
    scene.slapd.replace(f"cn=two,{SCOPE}", "lessorState", "disabled")
    wait_until(lambda: values(client.renew())[0] == "one.test", "a disabled policy is left out")
    scene.slapd.replace(SCOPE, "lessorPolicies", "off")
    wait_until(lambda: values(client.renew()) == ("example.test", None, None, 691200), "no policy is applied")


def test_relay_agent(lab):
    """A policy can go by what the relay adds"""
    scene = _scene(lab)
    _add_policy(scene, "port", 1, 'circuit-id is "eth0/7" and remote-id is ff:*', lessorLeaseTime=600)
    scene.start()
    link = scene.link()
    near = RawClient(link, shows=[(dhcp.RELAY_AGENT, b"\1\6eth0/7\2\2\xff\1")])
    far = RawClient(link, shows=[(dhcp.RELAY_AGENT, b"\1\6eth0/8\2\2\xff\1")])
    expect_equal(near.obtain().number(dhcp.LEASE_TIME), 600, "the lease time behind the port")
    expect_equal(far.obtain().number(dhcp.LEASE_TIME), 691200, "the lease time elsewhere")


def _expect_range(lab, kind):
    scene = _scene(lab)
    _add_policy(scene, "phones", 1, "vendor-class is Phones", lessorRange="10.77.0.105-10.77.0.106")
    scene.start()
    client = kind(lab, scene.host("client"), vendor_class="phone").start()
    expect_equal(client.wait_for_lease(), "10.77.0.105", "the address of a phone")


def test_dhclient(lab):
    """dhclient with the vendor class of a policy gets an address of its range"""
    _expect_range(lab, Dhclient)


def test_udhcpc(lab):
    """udhcpc does, too"""
    _expect_range(lab, Udhcpc)
