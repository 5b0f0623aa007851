# SPDX-License-Identifier: Apache-2.0
"""Q216793: the server stopped leasing when another program held a file that it wanted to back up."""
import contextlib
import fcntl
import mmap
import os
import shutil
import threading

from backups import directory, generations, make, names, state_file
from harness import expect, expect_equal, wait_until
from load import check_promises, start_load, wide_scene
from slapd import NOBODY


class Scanner(threading.Thread):
    """What backup programs, virus scanners and curious people do to all files below @path, without an end: open them in
    each way there is, lock them, map them, read and copy them."""

    def __init__(self, path, copies):
        super().__init__(daemon=True)
        self.path, self.copies = path, copies
        self.rounds = 0
        self._stopping = threading.Event()
        self._held, self._maps = [], []  # a file that is being read is held for a while

    def run(self):
        while not self._stopping.is_set():
            for folder, _, files in os.walk(self.path):
                for name in files:
                    with contextlib.suppress(OSError, ValueError):
                        self._visit(os.path.join(folder, name))
            self.rounds += 1

    def _visit(self, path):
        file = open(path, "r+b")  # pylint: disable=consider-using-with
        self._held.append(file)
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with contextlib.suppress(OSError):
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        size = min(os.fstat(file.fileno()).st_size, 1 << 22)
        if size:  # mapped, but read by other means: a file that is cut short meanwhile would kill us
            self._maps.append(mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ))
        while len(self._maps) > 4:
            self._maps.pop(0).close()
        shutil.copy(path, self.copies)
        while len(self._held) > 8:
            self._held.pop(0).close()

    def stop(self):
        self._stopping.set()
        self.join(30)
        for file in self._held:
            file.close()


def _scene(lab, **settings):
    scene = wide_scene(lab, **settings).start()
    return scene, start_load(scene, 32, limit=600)


def test_files_held_by_others(lab):
    """Q216793: other programs hold, lock, map, copy and scan all files all the time; leases go on, backups succeed"""
    scene, load = _scene(lab)
    make(scene)
    os.mkdir(lab.path("copies"))
    scanners = [Scanner(scene.lessord.state_directory, lab.path("copies")) for _ in range(2)]
    for scanner in scanners:
        scanner.start()
        lab.defer(scanner.stop)
    for _ in range(5):
        before = scanners[0].rounds
        load.wait_for_acks(32)
        make(scene)
        wait_until(lambda start=before: scanners[0].rounds > start, "a round of the scanner")
    for scanner in scanners:
        scanner.stop()
    expect(all(row["valid"] for row in generations(scene).values()), "every generation is valid")
    check_promises(scene.lessord, load.stop())
    log = scene.lessord.process.log()
    expect("ROLE_ENDED" not in log and "STORE_FAILED" not in log and "BACKUP_FAILED" not in log, f"nothing failed: {log}")


def _expect_failing(scene, load, event, says):
    """Check that a backup is refused and told as @event with 20013, and that clients are served all the same."""
    scene.ctl.expect_error(20013, "backup", says=says)
    scene.lessord.process.wait_for_log(rf"lessord backup: {event}.*DHCP_JET_ERROR \(20013\): .*{says}")
    expect("lessor_backup_failing 1\n" in scene.lessord.get("/v1/metrics"), "the metric")
    load.wait_for_acks(32)


def _expect_succeeding(scene, load):
    """Check that backups succeed again without being asked for."""
    before = set(names(scene))
    wait_until(lambda: set(names(scene)) - before, "a backup is made by itself")
    scene.lessord.process.wait_for_log("BACKUP_RESUMED")
    load.wait_for_acks(32)
    expect(all(row["valid"] for row in generations(scene).values()), "every generation is valid")


def test_directory_unusable(lab):
    """Q216793: the backup directory made unreadable, or a file put in its place, is told (1061, 20013) and no more"""
    parent = lab.path("backups")
    os.mkdir(parent)
    os.chown(parent, NOBODY, NOBODY)
    scene, load = _scene(lab, backup_directory=os.path.join(parent, "dhcp"))
    make(scene)
    os.chmod(directory(scene), 0)
    _expect_failing(scene, load, r"BACKUP_PATH \[1061\]", "cannot be used: Permission denied")
    os.chmod(directory(scene), 0o500)
    _expect_failing(scene, load, r"BACKUP_PATH \[1061\]", "does not take the backup: Permission denied")
    os.chmod(directory(scene), 0o700)
    _expect_succeeding(scene, load)
    os.rename(directory(scene), lab.path("aside"))
    lab.write("backups/dhcp", "no directory")
    _expect_failing(scene, load, r"BACKUP_PATH \[1061\]", "cannot be used: Not a directory")
    os.unlink(directory(scene))
    os.symlink("/etc", directory(scene))
    _expect_failing(scene, load, r"BACKUP_PATH \[1061\]", "cannot be used: ")
    os.unlink(directory(scene))
    make(scene)
    expect_equal(len(names(scene)), 1, "generations in the directory that was made anew")
    check_promises(scene.lessord, load.stop())


def test_disk_full(lab):
    """Q216793: a full disk below the backup directory is told (1016, 20013); backups succeed once there is room"""
    path = lab.path("small")
    os.mkdir(path)
    lab.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "lessor-test", path])  # for some backups of all clients
    lab.defer(lab.run, ["umount", path])
    scene, load = _scene(lab, backup_directory=os.path.join(path, "dhcp"))
    make(scene)
    with open(os.path.join(path, "filler"), "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    _expect_failing(scene, load, r"BACKUP_FAILED \[1016\]", "No space left on device")
    wait_until(lambda: not [name for name in os.listdir(directory(scene)) if name.startswith(".")], "no half backup is left")
    os.unlink(os.path.join(path, "filler"))
    make(scene)
    scene.lessord.process.wait_for_log("BACKUP_RESUMED")
    expect(all(row["valid"] for row in generations(scene).values()), "every generation is valid")
    check_promises(scene.lessord, load.stop())
    expect(not os.path.exists(state_file(scene, "backup.new")), "nothing is left over")
    scene.lessord.stop()
