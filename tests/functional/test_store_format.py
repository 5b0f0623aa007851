# SPDX-License-Identifier: Apache-2.0
"""Formats of the lease store: an older one is refused until it is converted, and nothing of it is lost.

tests/data/leases-format-1.mdb was written by lessord 0.1.0 before format 2, which also said what is in it (leases-format-1.json):
leases of every state in four scopes, of clients with and without an identifier, some of BOOTP, some without an end."""
import json
import os
import re
import shutil
import struct
import time

from disk import KILL, Disk
from harness import expect, expect_equal
from lessor import expect_error
from scene import Scene
from test_store_clock import Clock

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data")
MAGIC = struct.pack(">I", 0x4C53524C)  # of a lease store; its format follows
REFUSED = r"leases\.mdb has format 1.*lessorctl database convert"
KEPT = "leases.mdb.format-1"
SEEN_AT = 1763710000  # a time at which the fixture's leases are as leases-format-1.json says


def _path(scene, name="leases.mdb"):
    return os.path.join(scene.lessord.state_directory, name)


def _old_scene(lab, **settings):
    """A server that is about to start on the store of an earlier one."""
    scene = Scene(lab)
    scene.lessord.settings.update(settings)
    scene.lessord.write_config()
    scene.use(scene.external_bind())
    Clock(scene).set(SEEN_AT - int(time.time()))  # so that no lease ended so long ago that it would be forgotten
    shutil.copy(os.path.join(DATA, "leases-format-1.mdb"), _path(scene))
    shutil.chown(_path(scene), "nobody", "nogroup")
    return scene


def _contents(path):
    with open(path, "rb") as file:
        return file.read()


def _write_format(scene, number):
    """Let the store say that it has the format @number."""
    contents = _contents(_path(scene))
    expect(MAGIC in contents, "the store says its format")
    with open(_path(scene), "wb") as file:
        file.write(contents.replace(MAGIC + struct.pack(">I", 1), MAGIC + struct.pack(">I", number)))


def _expect_refused(scene, code, says):
    """Check that the daemon does not start, and says why."""
    expect_error(scene.lessord.run(status=1), "lessord", code, says, lines=(1, 2))


def _convert(scene, status=0, wrapper=()):
    return scene.lab.run([*wrapper, scene.lab.program("lessorctl"), "-c", scene.lessord.config_path, "database", "convert", "--json"],
                         namespace=scene.server, status=status)


def _is_killed(scene, disk, step):
    """Convert, and kill what converts before that step of it; False if there is no such step, and it is done."""
    fault = disk.fault("write sync name", "*leases.mdb*", KILL, skip=step, count=1)
    result = _convert(scene, status=None, wrapper=("env", *(f"{name}={value}" for name, value in disk.environment.items())))
    fault.lift()
    if fault.hits:
        expect_error(result, "lessorctl", 20013, "ended before it was done")
    else:
        expect_equal(result.returncode, 0, f"exit status of lessorctl, which printed {result.stderr!r}")
    return fault.hits > 0


def _expect_all_leases(scene):
    """Check that the daemon has the leases of the fixture, each with all that was known of it."""
    with open(os.path.join(DATA, "leases-format-1.json"), encoding="ascii") as file:
        wanted = {lease["address"]: lease for lease in json.load(file)}
    found = scene.lessord.leases()
    expect_equal(set(found), set(wanted), "addresses of leases")
    for address, lease in wanted.items():
        expect_equal({key: found[address].get(key) for key in lease}, lease, f"the lease of {address}")


def test_older_refused_then_converted(lab):
    """A store of format 1 is refused with 20027; lessorctl database convert makes it one of the present, every lease is there"""
    scene = _old_scene(lab)
    before = _contents(_path(scene))
    _expect_refused(scene, 20027, REFUSED)
    expect_equal(_contents(_path(scene)), before, "the refused store")
    result = json.loads(_convert(scene).stdout)
    expect_equal([result["from"], result["format"], result["leases"], result["unreadable"], result["kept"]],
                 [1, 2, 204, 0, KEPT], "what was done")
    expect_equal(_contents(_path(scene, KEPT)), before, "the old store")
    scene.start()
    _expect_all_leases(scene)
    expect_equal(scene.lessord.get("/v1/database")["format"], 2, "the format")
    client = scene.client()
    client.obtain()
    expect(client.address not in ("10.77.0.50", "10.77.0.51"), f"an address in use was given: {client.address}")


def test_conversion_shows_progress(lab):
    """At a terminal the conversion shows how far it is"""
    scene = _old_scene(lab)
    status, shown = scene.ctl.at_terminal(b"", "database", "convert", "--state-directory", scene.lessord.state_directory)
    expect(status == 0 and re.search(r"\d+ of 204 \(\d+%\): leases", shown), f"no progress is shown: {shown!r}")
    expect("204 leases converted" in shown, f"what was done: {shown!r}")


def test_converted_at_start(lab):
    """With convert-store = yes the daemon converts the store itself, once, and says so"""
    scene = _old_scene(lab, convert_store="yes").start()
    said = scene.lessord.notified
    expect(any("EXTEND_TIMEOUT_USEC=" in text for text in said), f"the service manager is asked to wait: {said}")
    expect(any(re.search(r"STATUS=Waiting for serve \(\d+% ", text) for text in said), f"and told for what: {said}")
    scene.lessord.process.wait_for_log(r"STORE_CONVERTED.*from format 1 to 2, 204 leases, 0 unreadable.*" + KEPT)
    _expect_all_leases(scene)
    scene.lessord.kill()
    scene.lessord.start()
    _expect_all_leases(scene)
    expect("STORE_CONVERTED" not in scene.lessord.process.log(), "it is converted once")


def test_convert_refused_while_serving(lab):
    """The store of a running daemon is not touched: 20001 names the process"""
    scene = Scene(lab).start()
    before = os.stat(_path(scene)).st_ino
    expect_error(_convert(scene, status=1), "lessorctl", 20001, r"the daemon runs on .* \(process \d+\); stop it first")
    expect_equal(os.stat(_path(scene)).st_ino, before, "the store")


def test_nothing_to_convert(lab):
    """A store of the present format is left as it is; where there is none, that is said"""
    scene = Scene(lab)
    scene.lessord.write_config()
    expect_error(_convert(scene, status=1), "lessorctl", 2, "leases.mdb is not there yet")
    scene.start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    before = os.stat(_path(scene)).st_ino
    result = json.loads(_convert(scene).stdout)
    expect(result["message"].startswith("nothing to do"), result["message"])
    expect_equal(os.stat(_path(scene)).st_ino, before, "the store")
    scene.lessord.start()
    expect_equal(set(scene.lessord.leases()), {client.address}, "leases")


def test_old_file_is_never_overwritten(lab):
    """Where another file has the name that the old store would get, nothing is converted (20027)"""
    scene = _old_scene(lab)
    before = _contents(_path(scene))
    shutil.copy(_path(scene), _path(scene, KEPT))
    expect_error(_convert(scene, status=1), "lessorctl", 20027, f"{KEPT} stands where.*move it away")
    expect_equal(_contents(_path(scene)), before, "the store")


def test_newer_and_oldest_refused(lab):
    """A format of a later program is refused with 20001, one from before the first with 20036, by the daemon and by convert"""
    for number, code, says in ((3, 20001, "newer"), (0, 20036, "format 0.*knows none before 1")):
        scene = _old_scene(lab, convert_store="yes") if number == 3 else scene
        shutil.copy(os.path.join(DATA, "leases-format-1.mdb"), _path(scene))
        shutil.chown(_path(scene), "nobody", "nogroup")
        _write_format(scene, number)
        before = _contents(_path(scene))
        _expect_refused(scene, code, says)
        expect_error(_convert(scene, status=1), "lessorctl", code, says)
        expect_equal(_contents(_path(scene)), before, "the store")


def test_killed_while_converting(lab):
    """kill -9 at any write, sync or rename of a conversion: the old store is as it was or the new one is there, and it can go on"""
    scene = _old_scene(lab)
    before = _contents(_path(scene))
    disk = Disk(lab, scene.lessord.state_directory)
    at = 0
    while _is_killed(scene, disk, at):
        at += 1
        if not os.path.exists(_path(scene, KEPT)):
            expect_equal(_contents(_path(scene)), before, f"the store after a kill at step {at}")
    expect(at > 3, f"only {at} steps were seen")
    scene.start()
    _expect_all_leases(scene)
