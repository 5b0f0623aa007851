# SPDX-License-Identifier: Apache-2.0
"""A wall clock that somebody sets: what becomes of clients and their leases."""
import glob
import os
import time

import dhcp
from backups import make, names
from harness import SANITIZER_OPTIONS, Skip, expect, expect_equal, wait_until
from scene import Scene
from slapd import ROOT, scope_dn

YEAR = 365 * 86400


def _library():
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not found:
        raise Skip("libfaketime is not installed")
    return found[0]


class Clock:
    """The wall clock of @scene's daemon, which this sets; the one that runs since boot stays as it is."""

    def __init__(self, scene):
        self.path = scene.lab.path("clock")
        self.set(0)
        scene.lessord.environment |= {"LD_PRELOAD": _library(), "FAKETIME_TIMESTAMP_FILE": self.path,
                                      "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                                      "FAKETIME_DISABLE_SHM": "1",
                                      "ASAN_OPTIONS": SANITIZER_OPTIONS["ASAN_OPTIONS"] + ":verify_asan_link_order=0",
                                      # The library waits for conditions in the sanitizer's place, which sees races then.
                                      "TSAN_OPTIONS": SANITIZER_OPTIONS["TSAN_OPTIONS"] + ":report_bugs=0"}

    def set(self, seconds):
        """Set it to so many seconds ahead of the real one."""
        with open(f"{self.path}.new", "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.chmod(f"{self.path}.new", 0o644)
        os.rename(f"{self.path}.new", self.path)


def _scene(lab):
    """A scene with three addresses, and a clock that can be set. Certificates are none that it could end."""
    scene = Scene(lab)
    scene.slapd.replace(scope_dn("10.77.0.0"), "lessorRange", "10.77.0.10-10.77.0.12")
    scene.use(scene.external_bind())
    clock = Clock(scene)
    return scene.start(), clock


def _gauge(scene, name):
    lines = [line.split(" ") for line in scene.lessord.get("/v1/metrics").splitlines() if line.startswith(f"{name} ")]
    return float(lines[0][1])


def _expect_full(scene, client):
    """Check that nothing is free for @client."""
    before = scene.lessord.drops("range_full")

    def is_turned_away():
        client.send(client.message(dhcp.DISCOVER))
        return scene.lessord.drops("range_full") > before
    wait_until(is_turned_away, "the client is offered no address")
    expect(client.link.is_silent(), "it was answered")


def _expect_kept(client):
    """Check that @client has its address still."""
    address = client.address
    reply = client.ask(client.rebooting(address))
    expect_equal((reply.type, reply.yiaddr), (dhcp.ACK, address), "the answer to a client that remembers its address")


def test_clock_ahead(lab):
    """A clock that is set a year ahead takes no address from anybody, and clients go on renewing"""
    scene, clock = _scene(lab)
    clients = [scene.client() for _ in range(3)]
    for client in clients:
        client.obtain()
    newcomer = scene.client()
    clock.set(YEAR)
    scene.lessord.process.wait_for_log("CLOCK_SET_AHEAD")
    wait_until(lambda: _gauge(scene, "lessor_clock_ahead_seconds") > YEAR - 3600, "the metric tells of it")
    _expect_full(scene, newcomer)
    clients[0].renew()
    _expect_kept(clients[1])
    scene.lessord.kill("serve")
    wait_until(lambda: scene.lessord.counter("role_restarts"), "serve runs again")
    _expect_full(scene, newcomer)
    clock.set(0)
    scene.lessord.process.wait_for_log("CLOCK_SET_BACK")
    wait_until(lambda: _gauge(scene, "lessor_clock_ahead_seconds") == 0, "the metric says that it is not ahead")
    for client in clients:
        _expect_kept(client)
    _expect_full(scene, newcomer)


def test_clock_back(lab):
    """A clock that is set back a year keeps every lease, and clients go on obtaining and renewing"""
    scene, clock = _scene(lab)
    first, second = scene.client(), scene.client()
    first.obtain()
    clock.set(-YEAR)
    scene.lessord.process.wait_for_log("CLOCK_SET_BACK")
    wait_until(lambda: scene.lessord.counter("clock_jumps") == 1, "one jump is counted")
    expect(second.obtain().yiaddr != first.address, "the first client's address was given to another")
    _expect_kept(first)
    second.renew()


def _restart(scene, clock, seconds, is_new_boot=False):
    """Stop the daemon, set its clock while it does not run, and start it; after a boot, as far as it can know."""
    scene.lessord.stop()
    path = os.path.join(scene.lessord.state_directory, "clock")
    if is_new_boot:
        with open(path, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            file.write(b"-")  # the end of that boot's name
    clock.set(seconds)
    scene.lessord.start()
    scene.lessord.wait_for_verdict("authorized")


def test_clock_set_while_stopped(lab):
    """A clock that is set a year ahead while the daemon does not run takes no address from anybody either"""
    scene, clock = _scene(lab)
    clients = [scene.client() for _ in range(3)]
    for client in clients:
        client.obtain()
    _restart(scene, clock, YEAR)
    scene.lessord.process.wait_for_log("CLOCK_SET_AHEAD")
    _expect_full(scene, scene.client())
    _expect_kept(clients[0])
    _restart(scene, clock, YEAR)
    wait_until(lambda: _gauge(scene, "lessor_clock_ahead_seconds") > YEAR - 3600, "the next life knows of it")
    _expect_full(scene, scene.client())
    _restart(scene, clock, 0)
    scene.lessord.process.wait_for_log("CLOCK_SET_BACK")
    wait_until(lambda: _gauge(scene, "lessor_clock_ahead_seconds") == 0, "the metric says that it is not ahead")
    for client in clients:
        _expect_kept(client)


def test_clock_without_battery(lab):
    """A host that starts in 1970 and is put right later keeps all leases, also those that were granted in between"""
    scene, clock = _scene(lab)
    clients = [scene.client() for _ in range(3)]
    for client in clients[:2]:
        client.obtain()
    _restart(scene, clock, 3600 - int(time.time()), is_new_boot=True)
    scene.lessord.process.wait_for_log("CLOCK_SET_BACK.* since this server ran last")
    clients[2].obtain()
    _expect_kept(clients[0])
    clients[1].renew()
    clock.set(0)
    scene.lessord.process.wait_for_log("CLOCK_SET_AHEAD")
    wait_until(lambda: _gauge(scene, "lessor_clock_ahead_seconds") == 0, "the metric says that it is not ahead")
    _expect_full(scene, scene.client())
    for client in clients:
        _expect_kept(client)


def test_backup_of_the_future(lab):
    """A backup that a clock of later time made counts as the oldest once the clock is right"""
    scene, clock = _scene(lab)
    scene.slapd.replace(ROOT, "lessorBackupInterval", "0")
    wait_until(lambda: scene.lessord.get("/v1/backups")["interval"] == 0, "no backup is made by itself")
    clock.set(YEAR)
    wait_until(lambda: scene.lessord.counter("clock_jumps") == 1, "the jump is noticed")
    wrong = make(scene)
    clock.set(0)
    wait_until(lambda: scene.lessord.counter("clock_jumps") == 2, "that it is over is noticed")
    right = make(scene)
    expect(wrong > right, f"{wrong} is not of a later time than {right}")
    listed = [row["generation"] for row in scene.ctl.json("backup", "list")["generations"]]
    expect_equal((listed[0], listed[-1]), (right, wrong), "first and last of the list")
    expect_equal(scene.ctl.json("restore")["generation"], right, "the generation that is taken if none is named")
    scene.slapd.replace(ROOT, "lessorBackupGenerations", "1")
    wait_until(lambda: scene.lessord.get("/v1/backups")["keep"] == 1, "the setting is in force")
    last = make(scene)
    expect(wrong not in names(scene) and last in names(scene), f"generations that are left: {names(scene)}")
