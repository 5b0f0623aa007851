# SPDX-License-Identifier: Apache-2.0
"""Power failures under load, simulated: the disk has what was synced, and anything of the rest (disk_replay.py)."""
import random

from disk import KILL, KILL_AFTER, Disk, broken_promises, check_power_loss
from disk_replay import Chance, Replay, differences, read_log
from harness import expect, expect_equal
from load import start_load, wide_scene
from slapd import NOBODY

POINTS = 30
STARTS = 3  # so many of the points are also met by the daemon
ACKS = 600
GROWTH = 600


def start_under_load(lab, acks):
    """A daemon on a disk that is watched, and clients at work that have been given so many acknowledgements."""
    scene = wide_scene(lab)
    disk = Disk.of(scene, is_recorded=True)
    scene.start()
    return scene, disk, start_load(scene, acks, growth=GROWTH)


def record(lab, acks, seed):
    """Run a daemon under load, over some ends of a role, to a clean end."""
    chance = random.Random(seed)
    scene, disk, load = start_under_load(lab, acks // 4)
    for action in (KILL, KILL_AFTER, KILL):
        disk.fault("write sync", "leases*", action, skip=chance.randrange(20), count=1).wait()
        load.wait_for_acks(acks // 4)
    load.stop()
    scene.lessord.stop()
    return scene, disk


def _start_on(scene, replay, seed, directory):
    """Let the daemon begin with what a power failure left, and check its promises as clients see them."""
    replay.restore(directory, Chance(seed), NOBODY)
    lessord, owed = scene.lessord, replay.owed()
    lessord.settings["state_directory"], lessord.wrapper = directory, []
    scene.start()
    leases = {address: (lease["hardwareAddress"].replace(":", ""), 1 if lease["state"] == "active" else 0, 1 << 62)
              for address, lease in lessord.leases().items()}
    expect_equal(broken_promises(leases, owed), [], f"promises that the daemon broke after power loss {seed}")
    newcomer = scene.client(mac="02:99:00:00:00:01")
    newcomer.obtain()
    expect(newcomer.address not in owed, f"{newcomer.address} was given away, though promised")
    lessord.stop()


def lose_power(lab, scene, disk, points, starts, seed):
    """Check @points random moments of what was recorded, @starts of them with the daemon itself. Returns the replay, at its
    end."""
    chance = random.Random(seed)
    records = list(read_log(disk.log_path))
    moments = sorted(chance.sample(range(len(records)), points))
    for_daemon = set(chance.sample(moments, starts))
    replay = Replay(seed)
    for number, item in enumerate(records):
        if number in moments:
            check_power_loss(lab, replay, seed * 1000003 + number, lab.path(f"loss-{seed}-{number}"))
        if number in for_daemon:
            _start_on(scene, replay, seed * 1000003 + number, lab.path(f"start-{seed}-{number}"))
        replay.take(item)
    return replay


def test_power_loss(lab, points=POINTS, starts=STARTS, acks=ACKS, seed=1):
    """After a power failure at any moment under load the store opens, with every lease that was acknowledged"""
    scene, disk = record(lab, acks, seed)
    replay = lose_power(lab, scene, disk, points, starts, seed)
    # A role other than serve may be killed when it does not end at once, in the middle of a call.
    overlooked = [path for path in differences(disk.directory, replay) if path.startswith("leases")]
    expect_equal(overlooked, [], "files that were changed in a way that was not recorded")
    lab.say(f"{points} power losses in {sum(replay.counts.values())} records, {len(replay.owed())} promises at the end")
