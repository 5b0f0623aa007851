# SPDX-License-Identifier: Apache-2.0
"""Disks that are full, fail or may not be written, and files that somebody takes away: what the daemon says, that it acknowledges
nothing that is not durable, and that it recovers by itself."""
import ctypes
import errno
import os
import shutil
import signal

import dhcp
from disk import TEAR, Disk, broken_promises
from disk_replay import Replay, read_log
from harness import PATIENCE, expect, expect_equal, wait_until
from lessor import expect_error
from load import check_promises, start_load, wide_scene
from mounts import mount, mount_ext4
from rawclient import RawClient
from scene import Scene
from test_power_loss import lose_power

STORE_CODE, OPEN_CODE = 20013, 20001
JOURNAL, LEASES = "leases.journal", "leases.mdb"
CLIENT = "02:aa:00:00:00:{:02x}"
ACKS = 60
CROWD = 128
UNUSED = "10.77.199.200"
TURN = 2.0  # seconds after which clients that are not answered give up


def finish(scene, load):
    """Check all promises, now and after a crash."""
    holders = load.stop()
    check_promises(scene.lessord, holders)
    scene.lessord.kill()
    scene.lessord.start()
    check_promises(scene.lessord, holders)


def expect_told(scene, event, code=STORE_CODE):
    """Wait for an event with its code."""
    scene.lessord.process.wait_for_log(rf"{event}.*\({code}\)")


def state_file(scene, *names):
    return os.path.join(scene.lessord.state_directory, *names)


def is_new_client_served(link):
    """Try once, as a client does that has no lease."""
    newcomer = RawClient(link)
    replies = link.exchange([(newcomer, newcomer.message(dhcp.DISCOVER))], TURN)
    if newcomer in replies:
        replies = link.exchange([(newcomer, newcomer.selecting(replies[newcomer]))], TURN)
    return newcomer.address


def expect_new_client_refused(scene, link):
    """A client that has no lease is not answered."""
    newcomer, before = RawClient(link), scene.lessord.drops("store_full")
    newcomer.send(newcomer.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("store_full") > before, "a new client is dropped")
    expect(link.is_silent(), "a new client is answered, though there is no room")


def fill(path):
    """Take all the room that is left on the disk of a file."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError as error:
                expect_equal(error.errno, errno.ENOSPC, "what the full disk says")


def use_up(scene, link, holders):
    """Let clients with long names come until there is no more room for them; those that got an address are added to @holders."""
    def is_short():
        clients = [RawClient(link, client_id=os.urandom(250), lease_time=3600) for _ in range(CROWD)]
        offers = link.exchange([(client, client.message(dhcp.DISCOVER)) for client in clients], TURN)
        link.exchange([(client, client.selecting(offer)) for client, offer in offers.items()], TURN)
        holders.update((client.address, client) for client in clients if client.address)
        return scene.lessord.status()["leases"]["short"]
    wait_until(is_short, "there is no more room for new leases", 5 * PATIENCE)


def full_disk(lab, mount_it):
    """The disk becomes full under load: who has a lease keeps and renews it, others get none, and it passes by itself."""
    scene = wide_scene(lab)
    mount_it(lab, scene.lessord.state_directory)
    scene.start()
    load = start_load(scene, ACKS, growth=600)
    link = scene.link("newcomers")
    holders = load.stop()
    filler = state_file(scene, "filler")
    fill(filler)
    use_up(scene, load.link, holders)
    expect_told(scene, "STORE_SHORT")
    lab.say(f"{len(holders)} clients had a lease when there was no more room")
    expect("lessor_lease_store_short 1" in scene.lessord.get("/v1/metrics"), "the metrics do not say that there is no room")
    expect_new_client_refused(scene, link)
    scene.ctl.expect_error(STORE_CODE, "lease", "add", UNUSED, "--hardware", CLIENT.format(1))
    clients = list(holders.values())
    for start in range(0, len(clients), CROWD):
        some = clients[start:start + CROWD]
        for client in some:
            client.lease_time += 600
        replies = load.link.exchange([(client, client.rebooting(client.address)) for client in some])
        expect_equal({reply.type for reply in replies.values()}, {dhcp.ACK}, "answers to renewals")
        expect_equal(len(replies), len(some), "clients that could renew")
    check_promises(scene.lessord, holders)
    os.unlink(filler)
    scene.lessord.process.wait_for_log("STORE_ROOM_AGAIN")
    wait_until(lambda: is_new_client_served(link), "a new client is served")
    scene.ctl.run("lease", "add", UNUSED, "--hardware", CLIENT.format(1))
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that crashed")
    scene.lessord.kill()
    scene.lessord.start()
    check_promises(scene.lessord, holders)


def test_full_disk(lab):
    """A disk that becomes full stops new leases (20013), but no renewals; once there is room, all is as before"""
    full_disk(lab, lambda lab, directory: mount_ext4(lab, directory, 160))


def test_full_memory(lab):
    """The same where the state directory is in memory"""
    full_disk(lab, lambda lab, directory: mount(lab, directory, "-t", "tmpfs", "-o", "size=160m", "none"))


def failing(lab, calls, pattern, **how):
    """The disk fails under load: nothing is acknowledged, and it is told; once it works again, so does the service. Whatever
    moment of that the power fails in, what was acknowledged is there."""
    scene = wide_scene(lab)
    disk = Disk.of(scene, is_recorded=True)
    scene.start()
    load = start_load(scene, ACKS, growth=600)
    fault = disk.fault(calls, pattern, **how)
    fault.wait(3)
    expect_told(scene, "STORE_FAILED")
    wait_until(lambda: scene.lessord.counter("commits_failed"), "the failure is counted")
    scene.lessord.wait_for_status(lambda status: status["leases"]["failing"], "leases cannot be stored")
    fault.lift()
    load.wait_for_acks(ACKS)
    scene.lessord.wait_for_status(lambda status: not status["leases"]["failing"], "leases can be stored")
    for _ in range(3):
        brief = disk.fault(calls, pattern, **how, count=2)
        brief.wait(2)
        load.wait_for_acks(ACKS)
    holders = load.stop()
    check_promises(scene.lessord, holders)
    scene.lessord.stop()
    lose_power(lab, scene, disk, points=20, starts=1, seed=1)


def test_sync_fails(lab):
    """A sync that fails (EIO): nothing is acknowledged that it was about, and nothing of it is counted on later"""
    failing(lab, "sync", "leases.*")


def test_write_fails(lab):
    """A write that fails (EIO), with half of it done"""
    failing(lab, "write", "leases.*", action=TEAR)


def test_write_without_room(lab):
    """A write that finds no room (ENOSPC), though there was some in reserve"""
    failing(lab, "write", "leases.*", code=errno.ENOSPC)


def test_read_only(lab):
    """A file system that becomes read-only under load: nothing is acknowledged, 20013; once it can be written, service resumes"""
    failing(lab, "write sync size open name", "leases*", code=errno.EROFS)


def test_read_only_at_start(lab):
    """A state directory that cannot be written is refused at the start with a sentence, and left as it is"""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    state = scene.lessord.state_directory
    lab.run(["mount", "--bind", state, state])
    lab.defer(lab.run, ["umount", "-l", state])
    lab.run(["mount", "-o", "remount,bind,ro", state])
    expect_error(scene.lessord.run(), "lessord", OPEN_CODE, "[Rr]ead-only")
    lab.run(["mount", "-o", "remount,bind,rw", state])
    scene.start()
    client.renew()


def test_file_system_aborted(lab):
    """A file system that the kernel makes read-only after an error: no acknowledgement, and service after a repair"""
    scene = wide_scene(lab)
    mount_ext4(lab, scene.lessord.state_directory, 160)
    scene.start()
    load = start_load(scene, ACKS)
    lab.run(["mount", "-o", "remount,abort", scene.lessord.state_directory], status=None)
    expect_told(scene, "STORE_FAILED")
    holders = load.stop()
    scene.lessord.kill("supervisor")
    wait_until(lambda: lab.run(["umount", scene.lessord.state_directory], status=None).returncode == 0, "nobody uses it")
    # A copy is repaired: a namespace that another test has just made may have kept the file system that failed alive.
    repaired = lab.path("repaired")
    lab.run(["cp", "--sparse=always", lab.path("image"), repaired])
    lab.run(["fsck.ext4", "-fy", repaired], status=None)
    lab.run(["mount", "-o", "loop", repaired, scene.lessord.state_directory])
    scene.start()
    check_promises(scene.lessord, holders)
    scene.client().obtain()


def test_checkpoint_fails(lab):
    """While leases.mdb cannot be written, the journal is enough: clients are served on, and it is told"""
    scene = wide_scene(lab)
    disk = Disk.of(scene)
    scene.start()
    load = start_load(scene, ACKS, growth=600)
    for calls in ("write", "sync"):
        fault = disk.fault(calls, LEASES)
        fault.wait()
        expect_told(scene, "CHECKPOINT_FAILED")
        load.wait_for_acks(ACKS)
        fault.lift()
        load.wait_for_acks(ACKS)
    finish(scene, load)


class Reader:
    """A program of somebody else's that reads the lease store, by its library: it begins a transaction and stays inside."""

    RDONLY, NOSUBDIR = 0x20000, 0x4000

    def __init__(self, path):
        ready, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.write(told, b"1" if self._begin(path) == 0 else b"0")
            signal.pause()
            os._exit(0)
        os.close(told)
        expect_equal(os.read(ready, 1), b"1", "whether the reader has begun")
        os.close(ready)

    def _begin(self, path):
        lmdb = ctypes.CDLL("liblmdb.so.0")
        environment, transaction = ctypes.c_void_p(), ctypes.c_void_p()
        return (lmdb.mdb_env_create(ctypes.byref(environment))
                or lmdb.mdb_env_open(environment, path.encode(), self.RDONLY | self.NOSUBDIR, 0o600)
                or lmdb.mdb_txn_begin(environment, None, self.RDONLY, ctypes.byref(transaction)))

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    @staticmethod
    def pids(path):
        """The readers that the store's lock file knows of."""
        lmdb = ctypes.CDLL("liblmdb.so.0")
        environment, lines = ctypes.c_void_p(), []
        heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda text, _: lines.append(text) or 0)
        expect_equal(lmdb.mdb_env_create(ctypes.byref(environment)), 0, "mdb_env_create")
        expect_equal(lmdb.mdb_env_open(environment, path.encode(), Reader.RDONLY | Reader.NOSUBDIR, 0o600), 0, "mdb_env_open")
        lmdb.mdb_reader_list(environment, heard, None)
        lmdb.mdb_env_close(environment)
        return [int(line.split()[0]) for line in lines if line.split()[0].isdigit()]


def test_stale_reader(lab):
    """A reader that was killed inside a transaction is cleared away, and one that stays inside hinders nobody"""
    scene = wide_scene(lab)
    scene.start()
    load = start_load(scene, ACKS, growth=600)
    dead, living = Reader(state_file(scene, LEASES)), Reader(state_file(scene, LEASES))
    lab.defer(living.kill)
    dead.kill()
    expect(dead.pid in Reader.pids(state_file(scene, LEASES)), "the dead reader is not in the table")
    wait_until(lambda: dead.pid not in Reader.pids(state_file(scene, LEASES)), "the dead reader is cleared away")
    expect(living.pid in Reader.pids(state_file(scene, LEASES)), "the living reader was cleared away, too")
    load.wait_for_acks(ACKS)
    finish(scene, load)


def test_other_servers_journal(lab):
    """The journal of another server is refused (20001), and left as it is"""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    own = scene.lessord.settings["name"]
    other = os.path.join(lab.directory, "other")
    shutil.copytree(state_file(scene, JOURNAL), other)
    for name in os.listdir(scene.lessord.state_directory):
        if ".mdb" in name:
            os.unlink(state_file(scene, name))
    scene.lessord.settings["name"] = "dhcp2.example.test"
    expect_error(scene.lessord.run(), "lessord", OPEN_CODE, f"{JOURNAL} belongs to the server {own}")
    scene.lessord.settings["name"] = own
    for name in os.listdir(other):
        with open(os.path.join(other, name), "rb") as before, open(state_file(scene, JOURNAL, name), "rb") as after:
            expect(before.read() == after.read(), f"{name} was changed")


def damaged_journal(lab, damage):
    """@damage(segment's path) is done to a journal while nobody uses it. What it does not hold is lost, and told, and who has it
    keeps it; what stands in leases.mdb and in the rest is there, and the daemon serves."""
    scene = Scene(lab).start()
    first, second = scene.client(), scene.client()
    first.obtain()
    wait_until(lambda: scene.lessord.counter("checkpoints"), "leases.mdb is written")
    second.obtain()
    scene.lessord.kill()
    for name in os.listdir(state_file(scene, JOURNAL)):
        damage(state_file(scene, JOURNAL, name))
    scene.start()
    scene.lessord.process.wait_for_log("STORE_JOURNAL_DAMAGED")
    expect(first.address in scene.lessord.leases(), "a lease that stands in leases.mdb is lost")
    wait_until(lambda: scene.lessord.status()["configuration"]["servedScopes"], "scopes are served")
    second.renew()
    expect(second.address in scene.lessord.leases(), "a lease that was lost is not given back to its client")
    newcomer = scene.client()
    newcomer.obtain()
    expect(scene.lessord.counter("pings_sent") > 0, "an address that may be in use was offered without a ping")
    scene.lessord.kill()
    scene.start()
    expect(newcomer.address in scene.lessord.leases(), "a lease that was acknowledged afterwards is lost")


def _write_garbage(path):
    with open(path, "r+b") as file:
        file.write(os.urandom(os.stat(path).st_size))


def test_journal_garbage(lab):
    """A journal full of garbage at the start: what it held is lost, and told; the daemon serves"""
    damaged_journal(lab, _write_garbage)


def test_journal_removed_at_start(lab):
    """A journal whose files are gone at the start"""
    damaged_journal(lab, os.unlink)


def test_journal_cut_at_start(lab):
    """A journal whose files were cut short"""
    damaged_journal(lab, lambda path: os.truncate(path, 100))


def disturbed_journal(lab, disturb):
    """@disturb(journal's directory) is done while the daemon uses it under load: no acknowledged lease is lost."""
    scene = wide_scene(lab)
    scene.start()
    load = start_load(scene, ACKS, growth=600)
    for _ in range(3):
        disturb(state_file(scene, JOURNAL))
        load.wait_for_acks(3 * ACKS)
    wait_until(lambda: scene.lessord.find_role("serve"), "serve runs")
    check_promises(scene.lessord, dict(load.holders))
    finish(scene, load)


def test_journal_removed(lab):
    """The journal is removed while it is in use: it is noticed, and no acknowledged lease is lost"""
    disturbed_journal(lab, shutil.rmtree)


def test_journal_renamed(lab):
    """The journal is moved away while it is in use"""
    disturbed_journal(lab, lambda path: os.rename(path, f"{path}.{len(os.listdir(os.path.dirname(path)))}"))


def _remove_segments(path):
    for name in os.listdir(path):
        os.unlink(os.path.join(path, name))


def test_segments_removed(lab):
    """The journal's files are removed while they are in use, their directory is left"""
    disturbed_journal(lab, _remove_segments)


def _cut_segments(path):
    for name in os.listdir(path):
        os.truncate(os.path.join(path, name), 4096)


def test_segments_cut(lab):
    """The journal's files are cut short while they are in use: what was acknowledged is in memory, and comes to leases.mdb"""
    disturbed_journal(lab, _cut_segments)
