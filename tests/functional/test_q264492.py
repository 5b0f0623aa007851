# SPDX-License-Identifier: Apache-2.0
"""Q264492: the DHCP service of Windows NT 4.0 corrupted its heap, hung or crashed when it was stopped and started again at once.

The sanitizers of the build look for what corrupts a heap; the harness fails a test in which one has spoken."""
import random
import re
import time

from harness import expect, expect_equal
from load import check_promises, start_load, wide_scene

RESTARTS = 20
CHECKS = 10  # how often in between all promises are checked
KEEP = 2000  # clients


def test_q264492(lab, restarts=RESTARTS, seed=1):
    """Stopped under load and started again at once, over and over: a clean end each time, no lease lost, no port refused"""
    chance = random.Random(seed)
    scene = wide_scene(lab).start()
    load = start_load(scene, limit=KEEP)
    longest = 0.0
    for count in range(1, restarts + 1):
        load.wait_for_acks(chance.choice((1, 2, 5, 20, 60)))
        begun = time.monotonic()
        scene.lessord.stop()
        longest = max(longest, time.monotonic() - begun)
        expect_clean(scene.lessord.process.log())
        scene.lessord.start()
        if count % max(1, restarts // CHECKS) == 0:
            load.wait_for_acks(1)
            check_promises(scene.lessord, dict(load.holders))
            lab.say(f"{count} restarts, {load.acks} acknowledgements, {len(load.holders)} clients; the longest stop took {longest:.3f} s")
    check_promises(scene.lessord, load.stop())
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that crashed")


def expect_clean(log):
    """Check that a daemon that has ended met nothing of its predecessor, and that serve did not have to be killed. dir may be: it
    waits for nobody while it is inside libldap."""
    for sign in ("ROLE_KILLED.*: serve", "ROLE_ENDED", "20003", "20001", "STORE_FAILED", "DAMAGED"):
        expect(not re.search(sign, log), f"{sign} in the log of a daemon that was stopped: {log[-2000:]}")
