# SPDX-License-Identifier: Apache-2.0
"""lessorctl database stat and check: what is in the lease store and whether it is sound, beside the daemon and without it."""
import contextlib
import os
import shutil
import signal

from caught import Caught, children
from harness import expect, expect_equal, wait_until
from load import start_load
from scene import Scene


def _store(scene):
    return os.path.join(scene.lessord.state_directory, "leases.mdb")


def _damage(path, offset=None):
    """Write nonsense into the pages in the middle of a file, where its rows are."""
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        for page in range(2 * 4096, size, 4096) if offset is None else [offset]:
            file.seek(page)
            file.write(b"\xff" * 64)


def _leased(lab, count=24):
    """A scene whose clients have some leases, which stand in leases.mdb when the daemon has ended."""
    scene = Scene(lab).start()
    return scene, start_load(scene, count)


def test_stat(lab):
    """The numbers of the store are shown while it works"""
    scene, load = _leased(lab)
    stat = scene.ctl.json("database", "stat")
    expect(stat["records"] >= 1 and stat["leases"] >= 1 and stat["syncs"] >= 1, f"{stat} says little")
    expect(stat["mapSize"] > stat["bytesUsed"] > 0 and stat["short"] is False and stat["doubtfulUntil"] == 0, str(stat))
    expect(stat["bytesOnDisk"] >= stat["bytesReserved"] >= 0 and stat["journalSegments"] >= 1, f"{stat} does not add up")
    expect(stat["journalBytes"] >= stat["journalSegments"] << 22, f"{stat} has less journal than segments")
    shown = scene.ctl.run("database", "stat").stdout
    expect("Journal frames not in it yet:" in shown and "Leases in force:" in shown, shown)
    expect_equal(scene.ctl.json("database", "show")["path"], _store(scene), "the path")
    load.stop()


def test_check_beside_the_daemon(lab):
    """A check looks through all of the store while clients are served, and says what it has found"""
    scene, load = _leased(lab)
    check = scene.ctl.json("database", "check")
    expect_equal((check["sound"], check["damaged"], check["findings"], check["code"]), (True, False, [], 0), "of a sound store")
    expect(check["records"] >= check["leases"] > 0, str(check))
    load.wait_for_acks(8)
    load.stop()
    shown = scene.ctl.run("database", "check").stdout
    expect(shown.endswith("\nthe lease store is sound\n") and "Rows compared:" in shown, shown)
    expect_equal(children(scene.lessord.role_pid("api")), [], "children of the management role")


def test_check_without_the_daemon(lab):
    """The files of a stopped daemon, and copies of them, are checked as well, and read only"""
    scene, load = _leased(lab)
    load.stop()
    scene.lessord.stop()
    scene.ctl.config = scene.lessord.config_path
    state = scene.lessord.state_directory
    expect_equal(scene.ctl.json("database", "check")["sound"], True, "by the configuration's state directory")
    records = scene.ctl.json("database", "check", "--state-directory", state)["records"]
    expect(records > 0, "no records in the files")
    copy = lab.path("copy")
    shutil.copytree(state, copy)
    before = {name: os.path.getsize(os.path.join(copy, name)) for name in os.listdir(copy) if name.endswith(".mdb")}
    expect_equal(scene.ctl.json("database", "check", "--state-directory", copy)["records"], records, "records of the copy")
    after = {name: os.path.getsize(os.path.join(copy, name)) for name in os.listdir(copy) if name.endswith(".mdb")}
    expect_equal(after, before, "the copy's files")
    scene.ctl.expect_error(2, "database", "check", "--state-directory", lab.path("nowhere"))


def test_damage(lab):
    """A damaged store is found out, whether a page is overwritten or the file cut short"""
    scene, load = _leased(lab)
    wait_until(lambda: scene.ctl.json("database", "stat")["checkpoints"] > 0, "leases.mdb has some of them")
    load.stop()
    scene.lessord.stop()
    state = scene.lessord.state_directory
    for name in ("overwritten", "cut"):
        copy = lab.path(name)
        shutil.copytree(state, copy)
        path = os.path.join(copy, "leases.mdb")
        if name == "cut":
            os.truncate(path, 3 * 4096)
        else:
            _damage(path)
        result = scene.ctl.run("--json", "database", "check", "--state-directory", copy, status=1)
        expect('"sound": false' in result.stdout and '"damaged": true' in result.stdout, result.stdout + result.stderr)
        shown = scene.ctl.run("database", "check", "--state-directory", copy, status=1).stdout
        expect(shown.endswith("the lease store is damaged; go back to a backup: lessorctl restore, or, if lessord does not run, start it\n"), shown)


def test_a_check_that_hangs(lab):
    """A check that does not come to its end holds nobody up but who waits for it; one that is ended says so"""
    scene, load = _leased(lab)
    load.stop()
    with contextlib.ExitStack() as stack:
        caught = Caught(scene, stack, "database", "check")
        expect_equal(scene.lessord.status()["server"], "dhcp1.example.test", "the status, meanwhile")
        expect(scene.ctl.json("database", "stat")["records"] > 0, "the numbers, meanwhile")
        output, status = caught.end(signal.SIGKILL)
        expect_equal(status, 1, f"exit status ({output})")
        expect("20013" in output and "ended by signal 9" in output, output)
    expect_equal(scene.ctl.json("database", "check")["sound"], True, "the next check")
