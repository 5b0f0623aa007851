# SPDX-License-Identifier: Apache-2.0
"""The long runs of the crash tests, by hand; tests/run has short ones.

kills: kill -9 of serve, of the supervisor or of everything, at random moments under load (default: 1000 times).
restarts: SIGTERM under load and a start at once, over and over (1000 times).
power-loss: random moments of recorded runs under load, each with the writes lost that no sync had made durable (200 moments
in four runs, a tenth of them also met by the daemon).
store: the lease store alone, on a disk that fails, kills and loses power (20 rounds).
restores: a restore, killed in front of each call that changes a file, and with the power lost in the middle (3 rounds).

The last line says what was done and whether it went well; the exit status is 0 only if it did. Needs root.
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/functional"))

# pylint: disable=wrong-import-position
import harness
import test_crash
import test_power_loss
import test_q264492
import test_restore_killed
import test_store_crash

POWER_LOSS_RUNS = 4
POWER_LOSS_ACKS = 4000
RESTORE_POINTS = 60


def kills(arguments):
    """One run with all of them."""
    in_lab(arguments, lambda lab: test_crash.test_kills_at_random(lab, arguments.count, arguments.seed))


def restarts(arguments):
    """One run with all of them."""
    in_lab(arguments, lambda lab: test_q264492.test_q264492(lab, arguments.count, arguments.seed))


def power_loss(arguments):
    """A few recorded runs, since each lasts as long as its log can be held in memory."""
    share = -(-arguments.count // POWER_LOSS_RUNS)
    for number in range(POWER_LOSS_RUNS):
        in_lab(arguments, lambda lab, seed=arguments.seed + number: test_power_loss.test_power_loss(
            lab, share, max(1, share // 10), POWER_LOSS_ACKS, seed))


def store(arguments):
    """Rounds of all its tests."""
    for number in range(arguments.count):
        for test in (test_store_crash.test_store_power_loss, test_store_crash.test_store_faults_and_power_loss,
                     test_store_crash.test_store_killed):
            in_lab(arguments, lambda lab, test=test, seed=arguments.seed + number: test(lab, seed=seed))


def restores(arguments):
    """Rounds of all its tests."""
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        in_lab(arguments, lambda lab, seed=seed: test_restore_killed.test_restore_by_itself_killed(lab, seed, is_whole=True))
        in_lab(arguments, lambda lab, seed=seed: test_restore_killed.test_restore_on_demand_killed(lab, seed, is_whole=True))
        in_lab(arguments, lambda lab, seed=seed: test_restore_killed.test_restore_power_loss(lab, seed, RESTORE_POINTS))


RUNS = {"store": (store, 20), "restores": (restores, 3), "kills": (kills, 1000), "restarts": (restarts, 1000), "power-loss": (power_loss, 200)}


def in_lab(arguments, function):
    """Run @function(lab), and clean up."""
    shared = tempfile.mkdtemp(prefix="lsr-run-")
    os.chmod(shared, 0o755)
    lab = harness.Lab(arguments.build, TOP, shared)
    try:
        function(lab)
    except BaseException:
        traceback.print_exc()
        lab.show_logs()
        arguments.failed += 1
    problems = lab.close(arguments.keep)
    shutil.rmtree(shared, ignore_errors=True)
    if problems:
        print(problems)
        arguments.failed += 1
    if arguments.keep:
        print(f"the files are in {lab.directory}")


def main():
    parser = argparse.ArgumentParser(prog="tests/crash/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=RUNS)
    parser.add_argument("count", nargs="?", type=int, help="how many kills, restarts or moments")
    parser.add_argument("--build", default=os.path.join(TOP, "build", "test"), help="where the programs were built")
    parser.add_argument("--seed", type=int, help="of what is random; told at the end, so that a run can be repeated")
    parser.add_argument("--keep", action="store_true", help="keep the files below /tmp")
    arguments = parser.parse_args()
    arguments.build, arguments.failed = os.path.abspath(arguments.build), 0
    function, usual = RUNS[arguments.what]
    arguments.count = arguments.count or usual
    arguments.seed = random.randrange(1 << 30) if arguments.seed is None else arguments.seed
    harness.main_guard()
    harness.adopt_orphans()
    started = time.monotonic()
    function(arguments)
    print(f"{arguments.what}: {arguments.count}, seed {arguments.seed}, {time.monotonic() - started:.0f} s: "
          f"{'FAILED' if arguments.failed else 'nothing lost'}")
    return 1 if arguments.failed else 0


if __name__ == "__main__":
    sys.exit(main())
