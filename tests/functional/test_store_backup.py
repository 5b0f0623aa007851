# SPDX-License-Identifier: Apache-2.0
"""Backups of the leases: made at an interval and on demand, kept in generations, verified, and restored."""
import os
import re
import shutil
import signal

from backups import (NAME, damage, directory, expect_leases, generations, make, names, restored, state_file,
                     wait_for_restore)
from disk import KILL, KILL_AFTER, Disk
from harness import expect, expect_equal, is_alive, wait_until
from lessor import expect_error
from load import check_promises, start_load, wide_scene
from scene import Scene
from slapd import NOBODY, ROOT


def _scene(lab, n_clients=3, **settings):
    """A scene that serves @n_clients, which have their leases."""
    scene = Scene(lab)
    scene.lessord.settings.update(settings)
    scene.start()
    clients = [scene.client() for _ in range(n_clients)]
    for client in clients:
        client.obtain()
    return scene, clients


def _wait_for_own_backup(scene, count=1):
    """Wait for the generation that the daemon makes by itself soon after a start."""
    wait_until(lambda: len(names(scene)) >= count if os.path.isdir(directory(scene)) else False,
               "a backup is made by itself")


def test_backup_on_demand(lab):
    """A backup that is asked for has all leases, is read back, and is told with its name, size and duration"""
    scene, _ = _scene(lab)
    result = scene.ctl.json("backup")
    expect(NAME.match(result["generation"]), f"the name in {result}")
    expect_equal((result["leases"], result["directory"]), (3, directory(scene)), "what is told")
    path = os.path.join(directory(scene), result["generation"])
    expect_equal(os.stat(path).st_size, result["bytes"], "octets")
    expect_equal(os.stat(path).st_mode & 0o777, 0o600, "rights of the file")
    expect_equal([(row["valid"], row["leases"]) for row in generations(scene).values()], [(True, 3)], "generations")
    text = scene.ctl.run("backup").stdout
    expect(re.search(r"has 3 leases in \d+ octets; it took \d+ ms", text), f"what a person reads: {text!r}")
    expect_equal(len(names(scene)), 2, "generations, perhaps of one second")
    expect_equal([name for name in os.listdir(scene.lessord.state_directory) if "new" in name], [], "what is left over")
    database = scene.lessord.get("/v1/database")
    expect_equal((database["backupDirectory"], database["backupInterval"]), (directory(scene), 60), "database")
    expect(database["lastBackup"] >= result["time"], f"time in {database}")
    expect("lessor_backups_total 2\n" in scene.lessord.get("/v1/metrics"), "the counter of backups")


def test_interval_and_pruning(lab):
    """A backup is made soon after a start and then when it is due; of more generations than are kept the oldest goes"""
    scene, _ = _scene(lab)
    scene.slapd.replace(ROOT, "lessorBackupGenerations", "2")
    _wait_for_own_backup(scene)
    wait_until(lambda: scene.lessord.get("/v1/backups")["keep"] == 2, "the setting is in force")
    first = names(scene)[0]
    foreign = os.path.join(directory(scene), "leases-20200101T000000Z.backup")
    with open(foreign, "w", encoding="ascii") as file:
        file.write("somebody's notes")
    kept = [make(scene) for _ in range(3)]
    expect_equal(set(names(scene)), {os.path.basename(foreign), *kept[-2:]}, "generations that are left")
    expect(first not in names(scene), "the oldest is gone")
    row = generations(scene)[os.path.basename(foreign)]
    expect_equal((row["valid"], row["reason"]), (False, "it is no backup of leases"), "what is said of the file that is none")
    scene.lessord.stop()
    scene.start()
    scene.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"], "it serves again")
    expect_equal(set(generations(scene)), {os.path.basename(foreign), *kept[-2:]}, "generations after a start")


def test_no_interval(lab):
    """With an interval of 0 backups are made only when they are asked for"""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorBackupInterval", "0")
    scene.start()
    scene.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"], "scopes")
    wait_until(lambda: scene.lessord.get("/v1/backups")["keep"] == 24, "the settings are known")
    expect_equal(scene.lessord.get("/v1/backups")["interval"], 0, "the interval")
    make(scene)
    expect_equal(len(names(scene)), 1, "generations")


def test_restore_on_demand(lab):
    """A generation is put in the place of the leases; how they were is kept; newer clients' addresses are protected"""
    scene, clients = _scene(lab)
    name = make(scene)
    late = scene.client()
    late.obtain()
    status, text = scene.ctl.at_terminal(b"n\n", "restore")
    expect(status != 0 and re.search(r"up to [1-4] leases were granted or changed since, and that is lost", text), f"the question: {text!r}")
    expect_leases(scene, [*clients, late], "nothing is lost by a no")
    result = scene.ctl.json("restore", name)
    expect_equal((result["generation"], result["leases"]), (name, 3), "what is told")
    expect_leases(scene, clients, "the leases of the generation")
    scene.lessord.process.wait_for_log(r"STORE_RESTORED \[1040\].*with 3 leases")
    expect(result["doubtfulUntil"] > result["time"] + 600000, f"a lease time of protection: {result}")
    wait_until(lambda: len(names(scene)) >= 3, "what is in force now is backed up again")
    for client in clients:
        client.renew()
    scene.ctl.json("restore", result["before"])
    expect_leases(scene, [*clients, late], "back again")
    late.renew()
    expect_equal(len([name for name in os.listdir(scene.lessord.state_directory) if "replaced" in name]), 2,
                 "stores that were replaced are kept")


def test_restore_with_one_generation(lab):
    """However few generations are kept, what a restore has replaced stays until the next backup"""
    scene, clients = _scene(lab)
    scene.slapd.replace(ROOT, "lessorBackupGenerations", "1")
    wait_until(lambda: scene.lessord.get("/v1/backups")["keep"] == 1, "the setting is in force")
    _wait_for_own_backup(scene)
    name = make(scene)
    late = scene.client()
    late.obtain()
    result = scene.ctl.json("restore", os.path.join(directory(scene), name))
    expect_equal(result["generation"], name, "the generation that a path names")
    wait_until(lambda: len(set(names(scene)) - {name, result["before"]}) == 1, "what is in force now is backed up")
    expect(result["before"] in names(scene), f"{result['before']} is gone")
    scene.ctl.json("restore", result["before"])
    expect_leases(scene, [*clients, late], "back again")


def test_restore_without_a_way_back(lab):
    """Where the leases of now cannot be kept, nothing is restored, and who looks is told why no backup can be made"""
    scene, clients = _scene(lab)
    name = make(scene)
    late = scene.client()
    late.obtain()
    os.chmod(directory(scene), 0o500)
    scene.ctl.expect_error(20013, "restore", name, says="nothing was restored.*Permission denied")
    expect_equal(restored(scene)["count"], 0, "restores")
    expect_leases(scene, [*clients, late], "nothing is lost")
    for command in (("database", "show"), ("database", "stat"), ("status",)):
        expect("does not take the backup: Permission denied" in scene.ctl.run(*command).stdout, f"what {command} says")
    os.chmod(directory(scene), 0o700)
    scene.ctl.run("restore", name)
    expect_leases(scene, clients, "the leases of the generation")
    scene.lessord.stop()
    scene.start()
    wait_until(lambda: scene.lessord.get("/v1/database")["lastBackup"], "the last backup is known after a start")
    expect("Backups fail" not in scene.ctl.run("database", "show").stdout, "it is said that backups fail")


def test_restore_refused(lab):
    """What is no valid generation is refused by name and reason, and nothing changes"""
    scene, clients = _scene(lab)
    name = make(scene)
    copy = os.path.join(directory(scene), "leases-20990101T000000Z.backup")
    shutil.copy(os.path.join(directory(scene), name), copy)
    os.chown(copy, NOBODY, NOBODY)
    damage(copy, 40, b"?")
    scene.ctl.expect_error(20013, "restore", "leases-20990101T000000Z.backup", says="it was changed after it was written")
    scene.ctl.expect_error(2, "restore", "leases-20990101T000001Z.backup", says="there is no generation")
    scene.ctl.expect_error(2, "restore", "../../etc/passwd", says="there is no generation")
    scene.ctl.run("restore")
    scene.lessord.process.wait_for_log("STORE_RESTORED")
    expect_leases(scene, clients, "those of the newest valid one")


def _break_and_start(lab, breaking, n_late=1):
    """Serve clients, make a backup, serve @n_late more, end, do @breaking(scene), and start. The scene and both."""
    scene, clients = _scene(lab)
    make(scene)
    late = [scene.client() for _ in range(n_late)]
    for client in late:
        client.obtain()
    scene.lessord.stop()
    breaking(scene)
    scene.start()
    return scene, clients, late


def _expect_recovered(scene, clients, late, has_journal=True):
    """Check that the damaged store was replaced, and that no address is given twice. With the journal nothing is lost."""
    scene.lessord.process.wait_for_log(r"STORE_DAMAGED \[1014\]")
    scene.lessord.process.wait_for_log(r"STORE_RESTORED \[1040\]")
    report = wait_for_restore(scene)
    expect(NAME.match(report["generation"]), f"the generation in {report}")
    expect(os.path.exists(state_file(scene, "leases.mdb.damaged")), "the damaged store is kept")
    known = set(scene.lessord.leases())
    wanted = {client.address for client in [*clients, *late]} if has_journal else {client.address for client in clients}
    expect_equal(known, wanted, f"leases at once ({report})")
    expect_equal(report["changes"] > 0, has_journal, f"whether the journal had something ({report})")
    for client in [*clients, *late]:
        client.renew()
    expect_leases(scene, [*clients, *late], "leases after all have renewed")


def test_damaged_header(lab):
    """A store whose first pages are overwritten is set aside at the start, and the backup takes its place"""
    scene, clients, late = _break_and_start(lab, lambda scene: damage(state_file(scene, "leases.mdb")))
    said = scene.lessord.notified
    expect(any("EXTEND_TIMEOUT_USEC=" in text for text in said), f"the service manager is asked to wait: {said}")
    _expect_recovered(scene, clients, late)


def test_truncated_store(lab):
    """So is one that was cut short"""
    _expect_recovered(*_break_and_start(lab, lambda scene: os.truncate(state_file(scene, "leases.mdb"), 8192)))


def _break_with_journal(scene):
    damage(state_file(scene, "leases.mdb"))
    shutil.rmtree(state_file(scene, "leases.journal"))


def test_damaged_store_without_journal(lab):
    """Without the journal the leases after the backup are lost, which is told, and their clients get them back"""
    scene, clients, late = _break_and_start(lab, _break_with_journal)
    _expect_recovered(scene, clients, late, has_journal=False)


def _spoil_journal(scene):
    damage(state_file(scene, "leases.mdb"))
    for name in os.listdir(state_file(scene, "leases.journal")):
        damage(state_file(scene, f"leases.journal/{name}"), 0, b"?" * 65536)


def test_damaged_store_and_journal(lab):
    """A journal that is damaged, too, does not keep the daemon from starting with the backup"""
    scene, clients, late = _break_and_start(lab, _spoil_journal)
    _expect_recovered(scene, clients, late, has_journal=False)


def test_damaged_in_the_middle(lab):
    """A page somewhere in a store that seems sound is found when the whole is looked through, and a backup put in its place"""
    scene = wide_scene(lab).start()
    holders = start_load(scene, 600, limit=400).stop()
    wait_until(lambda: scene.lessord.counter("checkpoints"), "leases are written into leases.mdb")
    make(scene)
    size = os.stat(state_file(scene, "leases.mdb")).st_size
    scene.lessord.stop()
    damage(state_file(scene, "leases.mdb"), size // 3 // 4096 * 4096, b"?" * (size // 3))
    scene.start()
    if not restored(scene)["count"]:
        os.kill(scene.lessord.role_pid("serve"), signal.SIGABRT)
    wait_for_restore(scene)
    check_promises(scene.lessord, holders)


def test_damaged_store_without_backup(lab):
    """Without a valid generation the daemon does not start, says what to do, and leaves everything as it is"""
    scene, _ = _scene(lab)
    name = make(scene)
    scene.lessord.stop()
    damage(state_file(scene, "leases.mdb"))
    damage(os.path.join(directory(scene), name), 30, b"?")
    with open(state_file(scene, "leases.mdb"), "rb") as file:
        before = file.read()
    scene.lessord.start(wait=False)
    expect_equal(scene.lessord.process.wait(), 1, "exit status")
    log = scene.lessord.process.log()
    expect("RESTORE_FAILED [1018]" in log and "there is no valid generation" in log, f"what is said: {log}")
    expect(re.search(r"BACKUP_INVALID.*leases-.*it was changed", log), f"why not: {log}")
    with open(state_file(scene, "leases.mdb"), "rb") as file:
        expect(file.read() == before, "the damaged store is as it was")


def test_damage_while_serving(lab):
    """A role that dies of what it reads has the whole store looked through, and a backup put in its place"""
    scene, clients = _scene(lab)
    make(scene)
    pid = scene.lessord.role_pid("serve")
    damage(state_file(scene, "leases.mdb"))
    os.kill(pid, signal.SIGABRT)
    wait_for_restore(scene)
    expect_leases(scene, clients, "leases of the backup")
    for client in clients:
        client.renew()


def test_killed_maker(lab):
    """kill -9 of the role while it makes a backup leaves no half generation, and the next one succeeds"""
    scene, _ = _scene(lab)
    scene.slapd.replace(ROOT, "lessorBackupGenerations", "100")
    make(scene)
    for _ in range(3):
        before = len(names(scene))
        status, answer = scene.lessord.request("/v1/backups", "POST")
        expect_equal(status, 200, f"HTTP status of {answer}")
        scene.lessord.kill("backup")
        wait_until(lambda number=answer["request"]: scene.lessord.get("/v1/backups")["done"] >= number, "what was asked is done")
        expect(len(names(scene)) > before, "it was done indeed")
    for path in (os.path.join(directory(scene), ".leases-20260101T000000Z.backup.new"), state_file(scene, "backup.new")):
        lab.write(path, "half a backup")
    make(scene)
    rows = generations(scene)
    expect(all(row["valid"] for row in rows.values()), f"every generation is valid: {rows}")
    left = [name for path in (directory(scene), scene.lessord.state_directory) for name in os.listdir(path)
            if name.endswith(".new")]
    expect_equal(left, [], "what is left over")


def _restart_serve(scene):
    """kill -9 of serve; a wish that was left behind would come true now."""
    old = scene.lessord.role_pid("serve")
    scene.lessord.kill("serve")
    wait_until(lambda: scene.lessord.find_role("serve") not in (None, old), "serve runs again")


def test_killed_restore(lab):
    """kill -9 in the middle of a restore: who prepares it has it fail, and nothing comes of it; serve does it at its next start"""
    scene = Scene(lab)
    disk = Disk.of(scene)
    scene.start()
    clients = [scene.client() for _ in range(3)]
    for client in clients:
        client.obtain()
    name = make(scene)
    late = scene.client()
    late.obtain()
    for calls, action in (("write", KILL), ("name", KILL_AFTER)):
        fault = disk.fault(calls, "leases.mdb.restore.new", action, count=1)
        scene.ctl.expect_error(20013, "restore", name, says="was ended by signal 9")
        fault.lift()
        _restart_serve(scene)
        expect_leases(scene, [*clients, late], "nothing has changed")
        expect("leases.mdb.restore" not in os.listdir(scene.lessord.state_directory), "the wish was taken back")
    for number, (calls, pattern, action) in enumerate([("write", "leases.mdb.restore", KILL), ("name", "leases.mdb", KILL_AFTER)], 1):
        fault = disk.fault(calls, pattern, action, count=1)
        result = scene.ctl.json("restore", name)
        expect_equal((fault.hits, result["leases"]), (1, 3), "kills, and what is told")
        fault.lift()
        expect_leases(scene, clients, "the leases of the generation")
        late.obtain()
        _restart_serve(scene)
        expect_leases(scene, [*clients, late], "what came after the restore stays")
        expect_equal(restored(scene)["count"], number, "restores")


def test_frozen_role(lab):
    """While the role that makes backups hangs, clients are served, and the daemon stops at once"""
    scene, clients = _scene(lab)
    pid = scene.lessord.role_pid("backup")
    os.kill(pid, signal.SIGSTOP)
    for client in clients:
        client.renew()
    late = scene.client()
    late.obtain()
    warned = scene.ctl.json("backup", "list")
    expect_equal(warned["warnings"][0]["code"], 20122, f"what is said of it: {warned}")
    scene.lessord.process.send(signal.SIGTERM)
    expect_equal(scene.lessord.process.wait(), 0, "exit status")
    expect(not is_alive(pid), "the frozen role is gone")


def test_own_directory(lab):
    """A backup directory elsewhere is made by the start and given to the daemon's user; a path too long is refused"""
    path = lab.path("far")
    os.mkdir(path, 0o755)
    scene, _ = _scene(lab, backup_directory=os.path.join(path, "backups"))
    name = make(scene)
    info = os.stat(directory(scene))
    expect_equal((info.st_uid, info.st_mode & 0o777), (NOBODY, 0o700), "owner and rights of the directory")
    expect(name in names(scene), f"{name} is not in the directory")
    scene.lessord.stop()
    scene.lessord.settings["backup_directory"] = "/" + "x" * 247
    result = scene.lessord.run("--check")
    expect_error(result, "lessord", 20000, "backup-directory.*is too long: it may have 247")


def test_moved_server(lab):
    """A generation brought to a machine without leases is restored there; one of another server is refused"""
    scene, clients = _scene(lab)
    name = make(scene)
    scene.lessord.stop()
    path = lab.path(name)
    shutil.copy(os.path.join(directory(scene), name), path)
    for entry in os.listdir(scene.lessord.state_directory):
        entry = state_file(scene, entry)
        shutil.rmtree(entry) if os.path.isdir(entry) else os.unlink(entry)
    scene.start()
    expect_equal(scene.lessord.leases(), {}, "leases of the new machine")
    wait_until(lambda: os.path.isdir(directory(scene)), "the backup directory is made")
    shutil.copy(path, directory(scene))
    os.chown(os.path.join(directory(scene), name), NOBODY, NOBODY)
    scene.ctl.run("restore", name)
    expect_leases(scene, clients, "leases of the old machine")
    scene.lessord.stop()
    scene.slapd.authorize("other.example.test", "10.77.0.1")
    scene.lessord.settings.update(name="other.example.test", state_directory=lab.path("other-state"))
    os.mkdir(lab.path("other-state"), 0o700)
    os.chown(lab.path("other-state"), NOBODY, NOBODY)
    scene.lessord.start()
    wait_until(lambda: os.path.isdir(directory(scene)), "the other server's backup directory is made")
    shutil.copy(path, directory(scene))
    os.chown(os.path.join(directory(scene), name), NOBODY, NOBODY)
    scene.ctl.expect_error(20013, "restore", name, says="it is of the server dhcp1.example.test")
    expect_equal(restored(scene)["count"], 0, "restores of the other server")


def test_unknown_clients_are_protected(lab):
    """After a restore an address that a client unknown to the store uses is pinged, and given to nobody"""
    scene, _ = _scene(lab)
    name = make(scene)
    late = scene.client()
    late.obtain()
    scene.ctl.run("restore", name)
    scene.host("holder", address=f"{late.address}/24")
    new = scene.client()
    new.obtain()
    expect(new.address != late.address, f"{late.address} is in use, and was given to another client")
    expect_equal(scene.lessord.leases()[late.address]["state"], "declined", "the address that answered the ping")
    expect(scene.lessord.counter("pings_sent") >= 1, "pings")
