# SPDX-License-Identifier: Apache-2.0
"""Q193819: what copied the backup directory disturbed the server, and got a backup that nobody could use."""
import contextlib
import os
import random
import shutil
import threading

from backups import directory, expect_leases, generations, make, names, state_file
from harness import expect, expect_equal, wait_until
from lessor import Lessord
from load import check_promises, start_load, wide_scene
from scene import Scene
from slapd import NOBODY


FIXED = "leases-20260101T000000Z.backup"


class Replicator(threading.Thread):
    """Copies the directory @source to @target again and again, as a replicator does that knows nothing of what it copies:
    each file is cut to nothing, or not, and written again in pieces, and any of them may be stopped in the middle. Under the
    name FIXED it keeps whatever is newest, in place of what it had there."""

    def __init__(self, source, target, seed=1):
        super().__init__(daemon=True)
        self.source, self.target = source, target
        self.rounds = 0
        self._random = random.Random(seed)
        self._stopping = threading.Event()

    def run(self):
        while not self._stopping.is_set():
            with contextlib.suppress(OSError):
                found = os.listdir(self.source)
                for name in found:
                    with contextlib.suppress(OSError):
                        self._copy(name, name)
                with contextlib.suppress(OSError, ValueError):
                    self._copy(max(found), FIXED)
            self.rounds += 1

    def _copy(self, name, to):
        with open(os.path.join(self.source, name), "rb") as file:
            octets = file.read()
        stop_at = len(octets) if self._random.random() < 0.5 else self._random.randrange(len(octets) + 1)
        path = os.path.join(self.target, to)
        with open(path, "r+b" if os.path.exists(path) and self._random.random() < 0.5 else "wb", buffering=0) as file:
            for at in range(0, stop_at, 4096):
                file.write(octets[at:min(at + 4096, stop_at)])

    def stop(self):
        self._stopping.set()
        self.join(30)


def _scene(lab):
    scene = wide_scene(lab).start()
    return scene, start_load(scene, 64, growth=1000, limit=400)


def _expect_unharmed(scene, load):
    load.wait_for_acks(32)
    log = scene.lessord.process.log()
    expect("ROLE_ENDED" not in log and "STORE_FAILED" not in log, f"nothing failed: {log}")


def _judge_copies(lab, scene, target):
    """Let a second server look at the copies in @target: what it says of each, by name."""
    host = lab.namespace("judge")
    state = lab.path("judge-state")
    shutil.rmtree(state, ignore_errors=True)
    judge = Lessord(lab, host, name="judge", backup_directory=target, **scene.external_bind())
    for folder, _, files in os.walk(target):
        os.chown(folder, NOBODY, NOBODY)
        for name in files:
            os.chown(os.path.join(folder, name), NOBODY, NOBODY)
    judge.start()
    number = judge.request("/v1/backups/look", "POST")[1]["request"]
    answer = wait_until(lambda: judge.get("/v1/backups")["done"] >= number and judge.get("/v1/backups"), "a look")
    expect(answer["failure"] is None, f"the look: {answer}")
    return judge, {row["generation"]: row for row in answer["generations"]}


def _mix(target, versions):
    """Put files into @target that begin as one of two @versions and go on as the other."""
    old, new = versions
    for turn, at in enumerate((100, 4096, len(new) // 2, len(new) - 30)):
        with open(os.path.join(target, f"leases-2025010{turn + 1}T000000Z.backup"), "wb") as file:
            file.write(new[:at] + old[at:])


def test_copied_at_any_moment(lab):
    """Q193819: copies taken at any moment by cp, rsync and a replicator are valid, or said to be invalid, never wrong"""
    scene, load = _scene(lab)
    make(scene)
    target = lab.path("replica")
    os.mkdir(target)
    replicator = Replicator(directory(scene), target)
    replicator.start()
    lab.defer(replicator.stop)
    tools = [["cp", "-a"], ["rsync", "-a", "--inplace"], ["rsync", "-a"]]
    for turn in range(12):
        load.wait_for_acks(16)
        before = replicator.rounds
        make(scene)
        copy = lab.path(f"copy{turn}")
        lab.run([*tools[turn % 3], directory(scene) + "/", copy])
        for name in names(scene):
            shutil.copy(os.path.join(copy, name), os.path.join(target, "leases-2020" + name[11:]))
        wait_until(lambda start=before: replicator.rounds > start, "a round of the replicator")
    replicator.stop()
    _expect_unharmed(scene, load)
    truth = {}
    for name in names(scene):
        with open(os.path.join(directory(scene), name), "rb") as file:
            truth[name] = file.read()
    _mix(target, sorted(truth.values(), key=len)[-2:])
    judge, rows = _judge_copies(lab, scene, target)
    for name, row in rows.items():
        with open(os.path.join(target, name), "rb") as file:
            octets = file.read()
        is_whole = octets in truth.values()
        expect_equal(row["valid"], is_whole, f"whether {name} is valid ({row})")
        expect(row["valid"] or row["reason"].startswith("it "), f"why {name} is not: {row}")
    expect(any(row["valid"] for row in rows.values()), f"some copies are whole: {rows}")
    check_promises(scene.lessord, load.stop())
    judge.stop()


def test_written_into(lab):
    """Q193819: a replicator that writes into the backup directory itself spoils what it writes, and nothing else"""
    scene, load = _scene(lab)
    first = make(scene)
    store = lab.path("older")
    shutil.copytree(directory(scene), store)
    for number in range(3):
        with open(os.path.join(store, f"leases-2026020{number + 1}T000000Z.backup"), "wb") as file:
            file.write(os.urandom(1000 * number))
    replicator = Replicator(store, directory(scene), seed=7)
    replicator.start()
    lab.defer(replicator.stop)
    made = []
    for _ in range(6):
        before = replicator.rounds
        load.wait_for_acks(16)
        made.append(make(scene))
        wait_until(lambda start=before: replicator.rounds > start, "a round of the replicator")
    replicator.stop()
    _expect_unharmed(scene, load)
    rows = generations(scene)
    expect(all(rows[name]["valid"] for name in made), f"what the server made is valid: {rows}")
    for number in range(3):
        expect(not rows[f"leases-2026020{number + 1}T000000Z.backup"]["valid"], "what is no backup is not valid")
    path = os.path.join(directory(scene), first)
    os.truncate(path, 100)
    expect_equal(generations(scene)[first]["reason"], "it is cut short; it was not copied to its end, or is being written",
                 "what is said of one that was cut")
    scene.lessord.process.wait_for_log(f"BACKUP_INVALID.*{first}")
    shutil.copy(os.path.join(store, first), path)
    expect(generations(scene)[first]["valid"], "one that was mended is valid")
    holders = load.stop()
    check_promises(scene.lessord, holders)
    last = make(scene)
    scene.ctl.run("restore")
    scene.lessord.process.wait_for_log("STORE_RESTORED")
    check_promises(scene.lessord, holders)
    expect(last in names(scene), "the generation that was restored")


def test_restored_copy(lab):
    """Q193819: a copy of the backup directory, taken while it is written, brings back the leases on another machine"""
    scene = Scene(lab).start()
    clients = [scene.client() for _ in range(3)]
    for client in clients:
        client.obtain()
    name = make(scene)
    copy = lab.path("copy")
    lab.run(["rsync", "-a", directory(scene) + "/", copy])
    scene.lessord.stop()
    shutil.rmtree(scene.lessord.state_directory)
    os.mkdir(scene.lessord.state_directory, 0o700)
    os.chown(scene.lessord.state_directory, NOBODY, NOBODY)
    shutil.copytree(copy, state_file(scene, "backup"))
    for path in (state_file(scene, "backup"), os.path.join(state_file(scene, "backup"), name)):
        os.chown(path, NOBODY, NOBODY)
    scene.start()
    scene.ctl.run("restore", name)
    expect_leases(scene, clients, "leases on the other machine")
