# SPDX-License-Identifier: Apache-2.0
"""A restore that is ended in the middle, by kill -9 or by the power: nothing is lost, and it is done or can be asked for again.

Each step runs as a program of its own (tests/support/lease_restore.c), killed in front of one call after the other that changes
a file; then what is left is opened as the daemon opens it."""
import os
import random
import shutil
import subprocess

from disk import KILL, Disk, built, list_leases
from disk_replay import Chance, Replay, read_log
from harness import PATIENCE, SANITIZER_REPORT, Failure, expect, expect_equal
from slapd import SERVER

KILLED = -9
BATCHES = 60
CALLS = "write sync size open name"
STEPS_SHORT = 6  # of each kind, where not all are tried
POINTS = 8


class Stage:
    """A state directory with a backup, and what its leases are: in the backup, and now."""

    def __init__(self, lab, seed, name="stage", is_recorded=False):
        self.lab, self.directory = lab, lab.path(name)
        os.mkdir(self.directory, 0o700)
        self.disk = Disk(lab, self.directory, is_recorded)
        self._use(seed)
        self.run("backup")
        self.old = self.leases()
        self._use(seed + 1)
        self.now = self.leases()
        expect(self.old != self.now, "nothing changed after the backup")

    def _use(self, seed):
        self._execute("lease_load", self.directory, SERVER, seed, BATCHES, 200)

    def _execute(self, program, *words, statuses=(0,)):
        result = subprocess.run([built(self.lab, program), *map(str, words)], capture_output=True, text=True, check=False,
                                env=self.lab.environment(self.disk.environment), timeout=5 * PATIENCE)
        if SANITIZER_REPORT.search(result.stderr) or result.returncode not in statuses:
            raise Failure(f"{program} {words} ended with status {result.returncode}: {result.stderr}")
        return result

    def run(self, step, directory=None, statuses=(0,)):
        """One step: its exit status, and the first word of what it says."""
        result = self._execute("lease_restore", step, directory or self.directory, SERVER, statuses=statuses)
        return result.returncode, result.stdout.partition(" ")[0]

    def leases(self, directory=None):
        """What is in there, by a copy, since looking writes."""
        copy = shutil.copytree(directory or self.directory, self.lab.path("copy"))
        try:
            return list_leases(self.lab, copy)
        finally:
            shutil.rmtree(copy)

    def reset(self, kept):
        """Begin again with the copy @kept, under the same name."""
        shutil.rmtree(self.directory)
        shutil.copytree(kept, self.directory)


def _kill_at_each(stage, step, check, chance=None):
    """Run @step from how things are now, killed in front of its first call, then of its second, and so on, or of some of them, and
    let check() say what holds then. Returns how many times."""
    kept = shutil.copytree(stage.directory, stage.lab.path("kept"))
    total = _count_calls(stage, step)
    moments = range(total) if chance is None else sorted(chance.sample(range(total), min(STEPS_SHORT, total)))
    for moment in moments:
        stage.reset(kept)
        fault = stage.disk.fault(CALLS, "*", KILL, 0, skip=moment, count=1)
        status, _ = stage.run(step, statuses=(0, KILLED))
        fault.lift()
        # A child that only looks may be who was killed.
        expect(status == KILLED or not fault.hits, f"{step} was not killed in front of call {moment} of {total}")
        check(moment)
    stage.reset(kept)
    shutil.rmtree(kept)
    return len(moments)


def _count_calls(stage, step):
    fault = stage.disk.fault(CALLS, "*", KILL, 0, skip=1 << 30, count=1)
    stage.run(step)
    fault.lift()
    expect(fault.skipped(1 << 30) > 3, f"{step} does not change files")
    return fault.skipped(1 << 30)


def _expect_now(stage, wanted, what):
    found = stage.leases()
    expect(found == wanted, f"{what}: {len(found)} leases, and {len(wanted)} should be there; "
                            f"{len(set(wanted.items()) ^ set(found.items()))} differences")


def test_restore_by_itself_killed(lab, seed=1, is_whole=False):
    """kill -9 in the middle of the restore of a damaged store: the next start does it, with all that the journal has"""
    stage = Stage(lab, seed)
    stage.run("damage")

    def check(moment):
        stage.run("open")
        _expect_now(stage, stage.now, f"after a kill in front of call {moment}")
        expect_equal(stage.run("open"), (0, "opened"), "a further start")
        kept = [name for name in os.listdir(stage.directory) if name.startswith("leases.mdb.")]
        expect_equal(kept, ["leases.mdb.damaged"], "what is kept and left over")
    count = _kill_at_each(stage, "open", check, None if is_whole else random.Random(seed))
    lab.say(f"killed {count} times")


def test_restore_on_demand_killed(lab, seed=1, is_whole=False):
    """kill -9 in the middle of a restore that was asked for: the leases are those of now or those of the backup, whole"""
    chance = None if is_whole else random.Random(seed)
    stage = Stage(lab, seed)

    def check_prepared(moment):
        _, said = stage.run("open")
        _expect_now(stage, stage.old if said == "restored" else stage.now, f"after a kill in front of call {moment}, {said}")
        stage.run("prepare")
        check_opened(moment)

    def check_opened(moment):
        stage.run("open")
        _expect_now(stage, stage.old, f"after a kill in front of call {moment}")
        expect_equal(stage.run("open"), (0, "opened"), "a further start")
        expect("leases.mdb.replaced" in os.listdir(stage.directory), "the store that was replaced is kept")
    count = _kill_at_each(stage, "prepare", check_prepared, chance)
    stage.run("prepare")
    count += _kill_at_each(stage, "open", check_opened, chance)
    lab.say(f"killed {count} times")


def test_check_killed(lab):
    """A store whose look was killed before it came to an end is not taken for a damaged one"""
    stage = Stage(lab, 1)
    fault = stage.disk.fault("look", "leases.mdb", KILL, 0, count=1)
    expect_equal(stage.run("open"), (0, "opened"), "what became of the store")
    expect_equal(fault.hits, 1, "processes that were killed")


def _lose_power(stage, seed, first, points, check):
    """Let the power fail at @points moments of what was recorded from record @first on, and let check(directory) say what holds."""
    records = list(read_log(stage.disk.log_path))
    chance = random.Random(seed)
    moments = set(chance.sample(range(first, len(records)), min(points, len(records) - first)))
    replay, directory = Replay(seed), stage.lab.path("loss")
    for number, item in enumerate(records):
        if number in moments:
            replay.restore(directory, Chance(seed * 1000003 + number))
            check(directory, f"after power loss {number} of seed {seed}")
            shutil.rmtree(directory)
        replay.take(item)


def _count_records(stage):
    return sum(1 for _ in read_log(stage.disk.log_path))


def test_restore_power_loss(lab, seed=1, points=POINTS):
    """After a power failure in the middle of a restore the leases are those of now or those of the backup, whole"""
    for way in ("damage", "prepare"):
        stage = Stage(lab, seed, way, is_recorded=True)
        if way == "damage":
            stage.run("damage")
        first = _count_records(stage)
        if way == "prepare":
            stage.run("prepare")
        stage.run("open")

        def check(directory, when, stage=stage, way=way):
            _, said = stage.run("open", directory)
            wanted = [stage.now] if way == "damage" else [stage.old, stage.now]
            expect(stage.leases(directory) in wanted, f"{way}, {when}: other leases ({said})")
            if way == "prepare":
                stage.run("prepare", directory)
                stage.run("open", directory)
                expect(stage.leases(directory) == stage.old, f"{way}, {when}: the restore was repeated in vain")
        _lose_power(stage, seed, first, points, check)
        lab.say(f"{way}: {_count_records(stage) - first} records")
