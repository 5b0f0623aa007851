# SPDX-License-Identifier: Apache-2.0
"""A backup directory whose file system does not answer: clients do not notice, it is told, and it is over by itself."""
import os

from backups import directory, expect_leases, generations, make, names, restored
from disk import HANG, Disk
from harness import expect, expect_equal, wait_until
from load import Load, check_promises
from mounts import mount_ext4
from scene import Scene

HANGS = r"BACKUP_FAILED \[1016\].*DHCP_JET_ERROR \(20013\): .*has not answered for 30 seconds"


def _under_load(lab):
    scene = Scene(lab)
    scene.slapd.widen("10.77.0.0", 16, "10.77.1.0-10.77.250.255")
    scene.server.ip("addr add 10.77.0.1/16 dev eth0")
    disk = Disk.of(scene)
    scene.start()
    load = Load(scene.link("load"), limit=400)
    load.start()
    lab.defer(load.stop)
    load.wait_for_acks(32)
    return scene, disk, load


def test_directory_hangs(lab):
    """A backup directory that hangs is told (1016, 20013) and given up; leases go on, and backups again when it answers"""
    scene, disk, load = _under_load(lab)
    make(scene)
    fault = disk.fault("look", "backup*", HANG)
    scene.ctl.expect_error(20013, "backup", says="has not answered for 30 seconds, and what was being done there is given up")
    scene.lessord.process.wait_for_log(HANGS)
    expect("lessor_backup_failing 1\n" in scene.lessord.get("/v1/metrics"), "the metric")
    load.wait_for_acks(32)
    before = set(names(scene))
    fault.lift()
    scene.lessord.process.wait_for_log("BACKUP_RESUMED")
    expect(set(names(scene)) - before, "a backup was made by itself")
    expect(all(row["valid"] for row in generations(scene).values()), "every generation is valid")
    check_promises(scene.lessord, load.stop())
    log = scene.lessord.process.log()
    expect_equal(log.count("has not answered"), 1, f"times that it is told: {log}")


def _own_file_system(lab):
    """A directory on a disk of its own, which can be frozen."""
    path = lab.path("far")
    os.mkdir(path)
    mount_ext4(lab, path)
    return path


def _is_stuck(scene):
    """True while a process of the daemon waits in the kernel, where no signal reaches it."""
    for pid in scene.server.pids():
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                if file.read().rpartition(")")[2].split()[0] == "D":
                    return True
        except OSError:
            continue
    return False


def test_directory_frozen(lab):
    """Nor does one matter that holds its processes in the kernel: not to clients, to a stop or to a start; and no restore comes late"""
    path = _own_file_system(lab)
    scene = Scene(lab)
    scene.lessord.settings["backup_directory"] = os.path.join(path, "dhcp")
    scene.start()
    clients = [scene.client() for _ in range(3)]
    clients[0].obtain()
    name = make(scene)
    clients[1].obtain()
    lab.run(["fsfreeze", "-f", path])
    lab.defer(lambda: lab.run(["fsfreeze", "-u", path], status=None))
    status, answer = scene.lessord.request("/v1/backups", "POST")
    expect_equal(status, 200, f"HTTP status of {answer}")
    wait_until(lambda: _is_stuck(scene), "the backup waits in the kernel")
    clients[0].renew()
    scene.lessord.stop()
    scene.start()
    scene.lessord.wait_for_generation(lambda configuration: configuration["servedScopes"])
    clients[2].obtain()
    wait_until(lambda: scene.lessord.get("/v1/backups")["generations"], "the directory is looked through")
    scene.ctl.expect_error(20013, "restore", name, says="has not answered for 30 seconds")
    scene.lessord.process.wait_for_log(HANGS)
    scene.ctl.expect_error(20013, "restore", name, says="has not answered for 30 seconds")
    clients[0].renew()
    lab.run(["fsfreeze", "-u", path])
    wait_until(lambda: len(names(scene)) >= 2, "a backup is made by itself")
    expect_equal(restored(scene)["count"], 0, "restores")
    expect("leases.mdb.restore" not in os.listdir(scene.lessord.state_directory), "nothing is left of what was wanted")
    expect_leases(scene, clients, "those of now")
    expect(all(row["valid"] for row in generations(scene).values()), f"every generation in {directory(scene)} is valid")
