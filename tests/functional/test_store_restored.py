# SPDX-License-Identifier: Apache-2.0
"""Clients whose leases were granted after the copy that the leases were restored from."""
import time

from backups import expect_leases, make
from harness import expect, expect_equal, wait_until
from scene import Scene


def test_lost_leases(lab):
    """Clients that renew, rebind or remember a lease which the restored store does not know are given it again"""
    scene = Scene(lab).start()
    known = scene.client()
    known.obtain()
    name = make(scene)
    renewing, rebinding, rebooting = clients = [scene.client() for _ in range(3)]
    for client in clients:
        client.obtain()
    scene.ctl.run("restore", name)
    expect_leases(scene, [known], "leases of the copy")
    expect(scene.lessord.status()["leases"]["doubtfulUntil"] > time.time(), "the status does not tell of it")
    expect("some may be missing" in scene.ctl.run("status").stdout, "lessorctl status does not tell of it")
    wait_until(lambda: scene.lessord.status()["configuration"]["servedScopes"], "scopes are served")
    renewing.renew()
    for client, message in ((rebinding, rebinding.rebinding()), (rebooting, rebooting.rebooting(rebooting.address))):
        address = client.address
        expect_equal(client.ask(message).yiaddr, address, "the address that the client gets")
    expect_equal(scene.lessord.counter("pings_sent"), 1, "pings: only the client that does not use its address was no proof")
    expect_leases(scene, [known, *clients], "leases")
