# SPDX-License-Identifier: Apache-2.0
"""Microsoft's article Q184344: after the lease database was deleted and reconciled, reservations came back with wrong
hardware addresses, and BOOTP clients got no address any more."""
import os
import re
import shutil
import time

import dhcp
from harness import Skip, expect, expect_equal, wait_until
from rawclient import RawClient
from scene import Scene
from slapd import ldif, scope_dn
from store import FOR_EVER, Record, Store

DHCP_MAC, BOTH_MAC = "02:00:00:00:00:52", "02:00:00:00:00:53"


def _reserve(scene, address, mac, kind):
    scene.slapd.add(ldif(f"cn={address},{scope_dn('10.77.0.0')}", objectClass="lessorReservation", cn=address,
                         lessorHardwareAddress=mac, lessorClientType=kind))


def _bootpc(lab, namespace, status=0):
    """The address that a real BOOTP client gets; None if it is to get none."""
    program = shutil.which("bootpc", path="/usr/sbin:/sbin")
    if not program:
        raise Skip("bootpc is not installed")
    argv = [program, "--dev", "eth0", "--serverbcast", "--timeoutwait", "60" if status == 0 else "2", "--returniffail"]
    found = re.search(r"^IPADDR='?([^'\n]*)", lab.run(argv, namespace=namespace, status=status).stdout, re.MULTILINE)
    return found and found.group(1)


class _Site:
    """A machine that speaks BOOTP, with a reservation for it, and two that speak DHCP."""

    def __init__(self, lab):
        self.lab, self.scene = lab, Scene(lab)
        self.machine = self.scene.host("machine")
        self.machine.ip("route add default dev eth0")  # bootpc sends its broadcasts by the usual way
        for address, mac, kind in (("10.77.0.51", self.machine.mac(), "bootp"), ("10.77.0.52", DHCP_MAC, "dhcp"),
                                   ("10.77.0.53", BOTH_MAC, "both")):
            _reserve(self.scene, address, mac, kind)
        self.reserved = {"10.77.0.51": (self.machine.mac(), "bootp"), "10.77.0.52": (DHCP_MAC, "dhcp"),
                         "10.77.0.53": (BOTH_MAC, "both")}
        self.scene.start()
        self.clients = [self.scene.client(mac=mac) for mac in (DHCP_MAC, BOTH_MAC)]
        self.expect_served()

    def expect_served(self):
        """Each has its reserved address, and the records say so."""
        expect_equal(_bootpc(self.lab, self.machine), "10.77.0.51", "the BOOTP client's address")
        for client in self.clients:
            client.obtain()
        expect_equal([client.address for client in self.clients], ["10.77.0.52", "10.77.0.53"], "the DHCP clients' addresses")
        leases = {lease["address"]: (lease["hardwareAddress"], lease["protocol"])
                  for lease in self.scene.ctl.json("lease", "list")["leases"] if lease["address"] in self.reserved}
        expect_equal(leases, {"10.77.0.51": (self.machine.mac(), "bootp"), "10.77.0.52": (DHCP_MAC, "dhcp"),
                              "10.77.0.53": (BOTH_MAC, "dhcp")}, "the leases on record")

    def expect_reserved(self):
        """The reservations are what they were."""
        shown = {item["address"]: (item["hardwareAddress"], item["type"])
                 for item in self.scene.ctl.json("reservation", "list", "10.77.0.0")["reservations"]}
        expect_equal(shown, self.reserved, "the reservations")
        shown = self.scene.ctl.json("reservation", "show", "10.77.0.51")
        expect_equal((shown["hardwareAddress"], shown["type"]), self.reserved["10.77.0.51"], "the BOOTP client's reservation")

    def expect_strangers_refused(self):
        """Nobody else gets the reserved addresses."""
        scene = self.scene
        before = scene.lessord.drops("bootp")
        stranger = scene.client()
        stranger.send(stranger.bootp())
        stranger.send(stranger.bootp(ciaddr="10.77.0.51"))
        wait_until(lambda: scene.lessord.drops("bootp") >= before + 2, "another BOOTP client is dropped")
        expect(stranger.link.is_silent(), "another BOOTP client got an answer")
        expect(scene.client().obtain("10.77.0.51").yiaddr != "10.77.0.51", "a stranger got the reserved address")

    def reconcile(self, status, *words):
        return self.scene.ctl.json("--yes", "reconcile", *words, status=status)


def test_store_deleted(lab):
    """The store is deleted and reconciled: reservations keep hardware addresses and types, BOOTP clients their addresses"""
    site = _Site(lab)
    lessord = site.scene.lessord
    lessord.stop()
    for name in os.listdir(lessord.state_directory):
        if name.startswith("leases"):
            path = os.path.join(lessord.state_directory, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    site.scene.start()
    expect_equal(lessord.leases(), {}, "leases of the new store")
    result = site.reconcile(0, "--fix", "--all")
    expect_equal((result["inconsistencies"], result["remaining"]), (0, 0), "what contradicts")
    inactive = {finding["address"]: finding["expected"] for finding in result["findings"]}
    expect_equal(inactive, {address: mac for address, (mac, _) in site.reserved.items()}, "reservations without a lease")
    site.expect_reserved()
    site.expect_strangers_refused()
    site.expect_served()
    result = site.reconcile(0, "--all")
    expect_equal([kind["kind"] for kind in result["kinds"]], [], "what there is to tell afterwards")


def test_addresses_as_text(lab):
    """Records whose hardware address is their address as text are put right from the reservations"""
    site = _Site(lab)
    site.scene.lessord.stop()
    with Store(site.scene.lessord.state_directory) as store:
        now = int(time.time())
        for address, (mac, _) in site.reserved.items():
            store.file(address, Record(state=1, prefix_length=24, start=now, changed=now, expiry=FOR_EVER, relay=0, htype=1,
                                       hardware=address.encode(), client=b"\0\1" + dhcp.pack_mac(mac), rest=b"\0\0",
                                       is_bootp=False))
    site.scene.start()
    expect_equal(site.reconcile(1)["inconsistencies"], 6, "what contradicts: the hardware addresses, types and ends")
    result = site.reconcile(0, "--fix")
    expect_equal((result["corrected"], result["remaining"]), (3, 0), "what was put right")
    leases = {address: lease["hardwareAddress"] for address, lease in site.scene.lessord.leases().items()}
    expect_equal(leases, {address: mac for address, (mac, _) in site.reserved.items()}, "hardware addresses on record")
    site.expect_reserved()
    site.expect_strangers_refused()
    site.expect_served()
