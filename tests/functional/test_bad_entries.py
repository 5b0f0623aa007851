# SPDX-License-Identifier: Apache-2.0
"""Malformed entries: each is quarantined with its reason, and its last good version stays in force."""
import os
import re

import dhcp
from harness import expect, expect_equal, wait_until
from rawclient import RawClient
from scene import Scene
from slapd import ROOT, SERVER, SITE, ldif, scope_dn, scope_entry

SCOPE = scope_dn("10.77.0.0")
BAD_ENTRIES = [
    (SCOPE, "lessorRange", "10.77.0.200-10.77.0.100"),
    (SCOPE, "lessorRange", "10.78.0.100-10.78.0.199"),
    (SCOPE, "lessorRange", "ten to twenty"),
    (SCOPE, "lessorPrefixLength", "33"),
    (SCOPE, "lessorState", "sleeping"),
    (SCOPE, "lessorOption", "routers=not-an-address"),
    (SCOPE, "lessorOption", "no-such-option=1"),
    (SCOPE, "lessorLeaseTime", "5"),
    (SCOPE, "lessorExclusion", "10.77.0.1-"),
    (SITE, "lessorOption", "domain-name-servers=10.77.0.53,300.1.1.1"),
    (ROOT, "lessorAuthorityHold", "-1"),
    (ROOT, "lessorStartWithoutDirectory", "perhaps"),
]


def test_malformed_entries(lab):
    """A malformed entry is quarantined with DN, attribute, code and reason; its last good version stays in force."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    for dn, attribute, value in BAD_ENTRIES:
        before = _attribute(scene, dn, attribute)
        scene.slapd.replace(dn, attribute, value)
        scene.lessord.wait_for_generation(lambda configuration: configuration["quarantined"] == 1)
        entry, = scene.lessord.get("/v1/quarantine")["entries"]
        expect_equal((entry["dn"].lower(), entry["attribute"]), (dn.lower(), attribute), f"where {value!r} is wrong")
        expect(entry["code"] and entry["name"] and entry["reason"], f"no reason for {value!r}: {entry}")
        ack = client.renew()
        expect_equal((ack.addresses(dhcp.ROUTERS), ack.addresses(dhcp.DNS_SERVERS), ack.number(dhcp.LEASE_TIME)),
                     (["10.77.0.1"], ["10.77.0.53"], 691200), f"what is in force while {attribute} is {value!r}")
        result = scene.ctl.run("check", status=1)
        expect(dn in result.stdout + result.stderr and attribute in result.stdout + result.stderr,
               f"lessorctl check does not name {attribute} of {dn}: {result.stdout}{result.stderr}")
        scene.slapd.replace(dn, attribute, *before)
        scene.lessord.wait_for_generation(lambda configuration: configuration["quarantined"] == 0)
    scene.ctl.run("check")


def _attribute(scene, dn, attribute):
    text = scene.slapd.search(dn, "-s", "base", attribute)
    return [line.partition(": ")[2] for line in text.splitlines() if line.startswith(f"{attribute}: ")]


def test_malformed_survives_restart(lab):
    """The last good version of a malformed entry is in force after a restart too; without one it serves nobody."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.slapd.replace(SCOPE, "lessorRange", "nonsense")
    scene.slapd.add(scope_entry("10.79.0.0", lessorRange="nonsense"))
    scene.lessord.wait_for_generation(lambda configuration: configuration["quarantined"] == 2)
    scene.lessord.stop()
    scene.lessord.start()
    client.renew()
    RawClient(client.link).obtain()
    configuration = scene.lessord.wait_for_generation()["configuration"]
    expect_equal((configuration["quarantined"], configuration["servedScopes"]), (2, 1), "quarantined, served")


def test_removed_class(lab):
    """A class that is removed takes its values with it and nothing else: now, after a restart, for a daemon that starts anew."""
    scene = Scene(lab)
    kiosk = f"cn=Kiosk,{ROOT}"
    scene.slapd.add(ldif(kiosk, objectClass="lessorClass", cn="Kiosk", lessorClassKind="user", lessorClassData="kiosk"))
    scene.slapd.replace(SCOPE, "lessorOption", "routers=10.77.0.1", "[user:Kiosk]routers=10.77.0.9")
    scene.start()
    client = scene.client()
    client.obtain()
    scene.slapd.delete(kiosk)
    wait_until(lambda: re.search(r"VALUE_LEFT_OUT.*20044.*Kiosk", scene.lessord.process.log()), "an event says what is left out, and why")
    for forget in (False, True):
        scene.lessord.stop()
        if forget:
            os.unlink(os.path.join(scene.lessord.state_directory, "directory.mdb"))
        scene.start()
        expect_equal(client.renew().addresses(dhcp.ROUTERS), ["10.77.0.1"], "what is told without the class")
    result = scene.ctl.run("check", status=1)
    expect("20044" in result.stdout + result.stderr, f"lessorctl check does not tell of the value: {result.stdout}{result.stderr}")


def test_two_servers(lab):
    """A scope of two servers needs a failover relationship: it is refused with 20116."""
    scene = Scene(lab).start()
    scene.slapd.add(scope_entry("10.79.0.0", lessorServedBy=[SERVER, "dhcp2.example.test"]))
    scene.lessord.wait_for_generation(lambda configuration: configuration["quarantined"] == 1)
    entry, = scene.lessord.get("/v1/quarantine")["entries"]
    expect_equal((entry["code"], entry["attribute"]), (20116, "lessorServedBy"), "the finding")


def test_overlapping_scopes(lab):
    """Of two scopes that overlap one is quarantined, and the other one goes on."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.slapd.add(scope_entry("10.77.0.128", lessorPrefixLength=25, lessorRange="10.77.0.130-10.77.0.140",
                                lessorOption="routers=10.77.0.129"))
    scene.lessord.wait_for_generation(lambda configuration: configuration["quarantined"] == 1)
    expect_equal(client.renew().addresses(dhcp.ROUTERS), ["10.77.0.1"], "the routers in force")
