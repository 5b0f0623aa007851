# SPDX-License-Identifier: Apache-2.0
"""A daemon's disk that is watched, and that fails when it is told to (tests/support/disk.h)."""
import errno
import mmap
import os
import shutil
import struct
import subprocess

from disk_replay import Chance
from harness import PATIENCE, Failure, SANITIZER_OPTIONS, SANITIZER_REPORT, expect, wait_until
from slapd import SERVER

FAULT = struct.Struct("=IIiiiI104s")
FAULTS_MAX = 32
CALLS = {"write": 1, "sync": 2, "open": 4, "size": 8, "name": 16, "look": 32}
FAIL, TEAR, SHORT, HANG, KILL, KILL_AFTER = range(6)
ACTIVE = 1
SLACK = 60  # seconds by which a renewal may be the last one's and still be called the same


def built(lab, name):
    """A file of tests/support that was built."""
    path = os.path.join(lab.build, "tests/support", name)
    if not os.path.exists(path):
        raise Failure(f"{path} is missing: make check makes it")
    return path


class Fault:
    """An order to the disk, in force until it is lifted or has hit often enough."""

    def __init__(self, area, number):
        self._area, self._at = area, number * FAULT.size

    def order(self, calls, pattern, action, code, skip, count):
        mask = sum(CALLS[call] for call in calls)
        self._area[self._at:self._at + FAULT.size] = FAULT.pack(0, action, code, skip, count, 0, pattern.encode())
        self._area[self._at:self._at + 4] = struct.pack("=I", mask)

    @property
    def hits(self):
        return FAULT.unpack(self._area[self._at:self._at + FAULT.size])[5]

    def skipped(self, ordered):
        """How many calls were let through, of those that it was ordered to skip."""
        return ordered - FAULT.unpack(self._area[self._at:self._at + FAULT.size])[3]

    def wait(self, hits=1, deadline=PATIENCE):
        """Wait until it has hit so often."""
        wait_until(lambda: self.hits >= hits, f"the disk fails {hits} times", deadline)

    def lift(self):
        self._area[self._at:self._at + 4] = bytes(4)


class Disk:
    """The disk below @directory. With @is_recorded all that is done to it is written down. Programs know of it that are run with
    its environment."""

    def __init__(self, lab, directory, is_recorded=False):
        self.directory = os.path.realpath(directory)
        self.log_path = lab.path("disk.log")
        self._n_faults = 0
        self._area = self._make_area(lab.path("disk.faults"))
        library = shutil.copy(built(lab, "disk.so"), lab.path("disk.so"))
        os.chmod(library, 0o755)
        self.environment = {"LD_PRELOAD": library, "LESSOR_TEST_DISK_DIR": self.directory,
                            "LESSOR_TEST_DISK_FAULTS": lab.path("disk.faults"),
                            "ASAN_OPTIONS": SANITIZER_OPTIONS["ASAN_OPTIONS"] + ":verify_asan_link_order=0"}
        if is_recorded:
            lab.write("disk.log", "", 0o666)
            self.environment["LESSOR_TEST_DISK_LOG"] = self.log_path

    @classmethod
    def of(cls, scene, is_recorded=False):
        """That of the state directory of a daemon which has not been started yet."""
        disk = cls(scene.lab, scene.lessord.state_directory, is_recorded)
        scene.lessord.wrapper = ["env", *(f"{name}={value}" for name, value in disk.environment.items())]
        return disk

    @staticmethod
    def _make_area(path):
        with open(path, "w+b") as file:
            file.write(bytes(FAULTS_MAX * FAULT.size))
            file.flush()
            os.chmod(path, 0o666)
            return mmap.mmap(file.fileno(), FAULTS_MAX * FAULT.size)

    def fault(self, calls, pattern, action=FAIL, code=errno.EIO, skip=0, count=-1):
        """Order a fault: of @calls, such as "write sync", on files whose names below the directory match @pattern."""
        fault = Fault(self._area, self._n_faults % FAULTS_MAX)
        self._n_faults += 1
        fault.order(calls.split(), pattern, action, code, skip, count)
        return fault


def list_leases(lab, directory, server=SERVER):
    """What tests/support/lease_list finds in a state directory: {address: (hardware address, state, expiry)}. It must not tell of
    a loss."""
    result = subprocess.run([built(lab, "lease_list"), directory, server], capture_output=True, text=True, check=False,
                            env=lab.environment(), timeout=5 * PATIENCE)
    if result.returncode != 0 or SANITIZER_REPORT.search(result.stderr):
        raise Failure(f"lease_list ended with status {result.returncode}: {result.stderr.strip()}")
    expect("DAMAGED" not in result.stderr, f"a loss that was none is told: {result.stderr.strip()}")
    leases = {}
    for line in result.stdout.splitlines():
        address, hardware, state, expiry, *_ = line.split(" ")
        leases[address] = (hardware, int(state), int(expiry))
    return leases


def broken_promises(leases, owed, epoch=None):
    """What is wrong with @leases, to whose clients @owed was promised, as a list of sentences. Lease times count from @epoch, or
    from when they were promised."""
    problems = []
    for address, promise in owed.items():
        hardware, state, expiry = leases.get(address, (None, None, None))
        wanted = (promise.at - SLACK if epoch is None else epoch) + promise.lease_time
        if hardware is None:
            problems.append(f"{address} was acknowledged to {promise.hardware} and is lost")
        elif hardware != promise.hardware:
            problems.append(f"{address} was acknowledged to {promise.hardware} and is {hardware}'s")
        elif state != ACTIVE:
            problems.append(f"{address} was acknowledged to {promise.hardware} and has the state {state}")
        elif expiry < wanted:
            problems.append(f"{address} was acknowledged until {wanted} and ends at {expiry}")
    return problems


def check_power_loss(lab, replay, seed, directory, epoch=None):
    """Let the power fail at this point of @replay, and check that the store opens and holds what was promised. @directory is made
    as the failure left it; it is gone afterwards, unless something is wrong."""
    replay.restore(directory, Chance(seed))
    owed = replay.owed()
    try:
        problems = broken_promises(list_leases(lab, directory), owed, epoch)
    except Failure as error:
        problems = [str(error)]
    expect(not problems, f"power loss {seed} after {sum(replay.counts.values())} records, {len(owed)} promises: "
                         f"{problems[:3]} and {max(0, len(problems) - 3)} more")
    shutil.rmtree(directory)
