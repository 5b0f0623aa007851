# SPDX-License-Identifier: Apache-2.0
"""Answers for which all leases are walked through: nobody else waits for them."""
import contextlib
import signal

from caught import Caught, ask, children
from harness import PATIENCE, expect, expect_equal, wait_until
from scene import Scene

SCOPE = "10.77.0.0"


def test_held_up(lab):
    """One that does not come to its end holds up nobody but who waits for it; when it is ended, that one is told"""
    scene = Scene(lab).start()
    with contextlib.ExitStack() as stack:
        first = Caught(scene, stack, "statistics")
        expect_equal(scene.lessord.status()["server"], "dhcp1.example.test", "the status, meanwhile")
        expect_equal(scene.ctl.json("scope", "free", SCOPE)["addresses"], ["10.77.0.100"], "a free address, meanwhile")
        second = Caught(scene, stack, "scope", "free", SCOPE)
        third = ask(stack, first.command)
        expect_equal(scene.lessord.status()["server"], "dhcp1.example.test", "the status, with two of them under way")
        output, status = first.end(signal.SIGKILL)
        expect(status == 1 and "20013" in output and "ended before its time" in output, output)
        expect(SCOPE in third.communicate(timeout=PATIENCE)[0], "who has waited for its turn is not answered")
        output, status = second.end(signal.SIGCONT)
        expect(status == 0 and "10.77.0.100" in output, output)
    wait_until(lambda: not children(scene.lessord.role_pid("api")), "no child is left")


def test_daemon_ends(lab):
    """The daemon ends although one hangs"""
    scene = Scene(lab).start()
    with contextlib.ExitStack() as stack:
        caught = Caught(scene, stack, "statistics")
        scene.lessord.stop()
        expect_equal(caught.process.wait(PATIENCE), 1, "exit status of who has waited")
