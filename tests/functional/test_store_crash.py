# SPDX-License-Identifier: Apache-2.0
"""The lease store alone, used hard (tests/support/lease_load.c) on a disk that loses power, fails or ends its user."""
import errno
import os
import random
import re
import shutil
import subprocess

from disk import FAIL, KILL, KILL_AFTER, SHORT, TEAR, Disk, broken_promises, built, check_power_loss, list_leases
from disk_replay import Replay, differences, read_log
from harness import PATIENCE, SANITIZER_REPORT, Failure, expect, expect_equal
from slapd import SERVER

EPOCH = 1000000000  # of lease_load
POINTS = 40
BATCHES = 600
ADDRESSES = 1500
KILLED = -9


class Store:
    """A state directory on a disk that is watched, and who uses it."""

    def __init__(self, lab):
        self.lab, self.directory = lab, lab.path("store")
        os.mkdir(self.directory, 0o700)
        self.disk = Disk(lab, self.directory, is_recorded=True)

    def use(self, seed, batches=BATCHES, addresses=ADDRESSES, size=None, is_refusal_allowed=False):
        """One run of lease_load. Returns its exit status and what it printed."""
        words = [self.directory, SERVER, seed, batches, addresses] + ([size] if size else [])
        result = subprocess.run([built(self.lab, "lease_load"), *map(str, words)], env=self.lab.environment(self.disk.environment),
                                capture_output=True, text=True, check=False, timeout=5 * PATIENCE)
        self.lab.say(f"{result.returncode} {result.stdout.strip()} {result.stderr.strip()[-300:]}")
        if SANITIZER_REPORT.search(result.stderr):
            raise Failure(result.stderr)
        is_refused = is_refusal_allowed and "cannot be opened" in result.stderr
        expect(result.returncode in (0, KILLED) or is_refused, f"lease_load {seed} ended with status {result.returncode}: {result.stderr}")
        return result.returncode, result.stdout

    def replay(self, seed, points=0):
        """Go through what was recorded, and let the power fail at so many random points."""
        records = list(read_log(self.disk.log_path))
        moments = set(random.Random(seed).sample(range(len(records)), min(points, len(records))))
        replay = Replay(seed)
        for number, item in enumerate(records):
            if number in moments:
                check_power_loss(self.lab, replay, seed * 1000003 + number, self.lab.path(f"loss-{seed}-{number}"), EPOCH)
            replay.take(item)
        return replay

    def check(self, replay, has_failed=False):
        """Check that what is there now is as it was recorded, and holds what was promised. After a sync that @has_failed the system
        remembers what the disk perhaps has not."""
        if not has_failed:
            expect_equal(differences(self.directory, replay), [], "files that were changed in a way that was not recorded")
        copy = shutil.copytree(self.directory, self.lab.path("copy"))  # listing writes, too
        expect_equal(broken_promises(list_leases(self.lab, copy), replay.owed(), EPOCH), [], "broken promises")
        shutil.rmtree(copy)


def test_store_power_loss(lab, points=POINTS, seed=1):
    """After a power failure at any moment of hard use the store opens, with every lease that was called durable"""
    store = Store(lab)
    store.use(seed)
    store.use(seed + 1)
    store.check(store.replay(seed, points))


def _random_fault(disk, chance):
    """An order for the disk that hits some time, and then passes."""
    calls = chance.choice(("write", "sync", "write sync", "size", "open", "name", "write sync size open name"))
    action = chance.choice((FAIL, FAIL, TEAR, SHORT)) if "write" in calls else FAIL
    pattern = chance.choice(("*", "leases.mdb", "leases.journal/*"))
    code = chance.choice((errno.EIO, errno.ENOSPC))
    return disk.fault(calls, pattern, action, code, skip=chance.randrange(0, 400), count=chance.choice((1, 1, 2, 5, 30)))


def test_store_faults_and_power_loss(lab, points=POINTS // 2, seed=1, rounds=3):
    """With writes and syncs that fail now and then, the store says no other than what is durable, and goes on"""
    chance = random.Random(seed)
    store = Store(lab)
    store.use(seed, 50)
    for number in range(rounds):
        faults = [_random_fault(store.disk, chance) for _ in range(4)]
        status, said = store.use(seed + 1 + number, is_refusal_allowed=True)
        expect(status or re.search(r"[1-9]\d* promises", said), f"nothing was promised: {said}")
        for fault in faults:
            fault.lift()
    store.use(seed + 100, 50)
    store.check(store.replay(seed, points), has_failed=True)


def test_store_killed(lab, kills=15, seed=1):
    """Killed in front of or behind any call that changes a file, the store opens again with every lease that was called durable"""
    chance = random.Random(seed)
    store = Store(lab)
    for number in range(kills):
        fault = store.disk.fault("write sync size open name", "*", chance.choice((KILL, KILL_AFTER)), 0,
                                 skip=chance.choice((chance.randrange(30), chance.randrange(600))), count=1)
        status, _ = store.use(seed + number, BATCHES // 2)
        fault.lift()
        expect(status == KILLED or not fault.hits, "the order to kill was not obeyed")
        if number % 3 == 0:
            store.check(store.replay(seed))
    store.use(seed + kills, 20)
    store.check(store.replay(seed, 10))


def test_store_map_full(lab, points=POINTS // 2, seed=1):
    """A map that is too small for leases.mdb grows by itself, and no promise is broken over it"""
    store = Store(lab)
    _, said = store.use(seed, addresses=4 * ADDRESSES, size=1 << 18)
    expect(" 0 failed" in said, f"batches failed: {said}")
    store.use(seed + 1, addresses=4 * ADDRESSES, size=1 << 18)
    store.check(store.replay(seed, points))
