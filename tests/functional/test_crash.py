# SPDX-License-Identifier: Apache-2.0
"""Crashes and restarts under load: an acknowledgement is a promise."""
import os
import random
import re
import signal
import time

import dhcp
from harness import expect, expect_equal, is_alive, wait_until
from lessor import ROLES
from load import check_promises, start_load, wide_scene
from rawclient import RawClient, obtain_all
from scene import Scene

ROUNDS = 3
ACKS = 150
KILLS = 12
KEEP = 2000  # clients of a long run


def _under_load(lab):
    """A scene with a scope of many addresses, and clients at work."""
    scene = wide_scene(lab).start()
    return scene, start_load(scene, ACKS)


def _finish(scene, load):
    """Check all promises, on record and by asking once more."""
    holders = load.stop()
    check_promises(scene.lessord, holders)
    clients = list(holders.values())
    replies = load.link.exchange([(client, client.rebooting(client.address)) for client in clients[::7]])
    expect_equal(len(replies), len(clients[::7]), "clients that were answered afterwards")
    expect_equal({reply.yiaddr for reply in replies.values()}, {client.address for client in clients[::7]}, "addresses")


def _role_killed(lab, role):
    scene, load = _under_load(lab)
    for count in range(1, ROUNDS + 1):
        old = scene.lessord.role_pid(role)
        scene.lessord.kill(role)
        wait_until(lambda: scene.lessord.find_role(role) not in (None, old), f"{role} runs again")
        load.wait_for_acks(ACKS)
        wait_until(lambda: scene.lessord.counter("role_restarts") >= count, "the restart is counted")
    scene.lessord.wait_for_verdict("authorized")
    _finish(scene, load)


def test_kill_serve(lab):
    """kill -9 of serve under load: it is started again, and no acknowledged lease is lost or given to another."""
    _role_killed(lab, "serve")


def test_kill_dir(lab):
    """kill -9 of dir under load: it is started again, and leasing goes on."""
    _role_killed(lab, "dir")


def test_kill_api(lab):
    """kill -9 of api under load: it is started again, and no client notices."""
    _role_killed(lab, "api")


def test_kill_supervisor(lab):
    """kill -9 of the supervisor under load: its roles end with it, and a new start goes on where it ended."""
    scene, load = _under_load(lab)
    for _ in range(ROUNDS):
        pids = [scene.lessord.role_pid(role) for role in ("serve", "dir", "api")]
        scene.lessord.kill("supervisor")
        wait_until(lambda: not set(pids) & set(scene.server.pids()), "the roles end with their supervisor")
        scene.lessord.start()
        load.wait_for_acks(ACKS)
    _finish(scene, load)


def test_service_manager_stuck(lab):
    """A service manager that reads nothing any more keeps the supervisor neither from restarting roles nor from stopping."""
    scene = Scene(lab).start()
    scene.lessord.fill_notify_socket()
    for role in ("serve", "dir", "api"):
        scene.lessord.kill(role)
    wait_until(lambda: all(scene.lessord.find_role(role) for role in ("serve", "dir", "api")), "all roles run again")
    scene.lessord.wait_for_verdict("authorized")
    scene.client().obtain()


def test_kill_all(lab):
    """kill -9 of everything at once under load: after a new start no acknowledged lease is lost or given to another."""
    scene, load = _under_load(lab)
    for _ in range(ROUNDS):
        scene.lessord.kill()
        scene.lessord.start()
        load.wait_for_acks(ACKS)
    _finish(scene, load)


def test_kill_all_at_first_start(lab):
    """kill -9 of everything during the first seconds leaves a state that can be used."""
    scene = Scene(lab)
    for _ in range(5):
        scene.lessord.start(wait=False)
        wait_until(lambda: scene.lessord.find_role("serve"), "serve runs")
        scene.lessord.kill("supervisor")
        wait_until(lambda: not [pid for pid in scene.server.pids() if _is_lessord(pid)], "everything has ended")
    scene.start()
    scene.client().obtain()


def test_kills_at_random(lab, kills=KILLS, seed=1):
    """kill -9 at random moments under load, of serve, of the supervisor or of everything: no acknowledged lease is lost"""
    chance = random.Random(seed)
    scene = wide_scene(lab).start()
    load = start_load(scene, growth=600, limit=KEEP)
    for count in range(1, kills + 1):
        load.wait_for_acks(chance.randrange(1, 80))
        _kill_once(scene, chance)
        if count % max(1, kills // 20) == 0:
            load.wait_for_acks(1)
            check_promises(scene.lessord, dict(load.holders))
            lab.say(f"{count} kills, {load.acks} acknowledgements, {len(load.holders)} clients")
    _finish(scene, load)


def _kill_once(scene, chance):
    """Kill somebody and see to it that all run again."""
    whom = chance.choice(("serve", "serve", "supervisor", "everything"))
    if whom == "serve":
        old = scene.lessord.role_pid("serve")
        scene.lessord.kill("serve")
        wait_until(lambda: scene.lessord.find_role("serve") not in (None, old), "serve runs again")
        return
    pids = list(filter(None, map(scene.lessord.find_role, ROLES)))
    scene.lessord.kill(*(["supervisor"] if whom == "supervisor" else []))
    wait_until(lambda: not any(is_alive(pid) for pid in pids), "the roles end with their supervisor")
    scene.lessord.start()


def _is_lessord(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"lessord" in file.read().partition(b"\0")[0]
    except OSError:
        return False


def _stop_full_hands(scene, link, clients):
    """Ask a daemon to stop that has messages of all @clients to read. True if it has answered them all."""
    pid = scene.lessord.role_pid("serve")
    os.kill(pid, signal.SIGSTOP)
    waiting = {}
    for client in clients:
        message = client.rebooting(client.address)
        client.send(message)
        waiting[message.xid] = client
    scene.lessord.process.send(signal.SIGTERM)
    wait_until(lambda: not scene.lessord.find_role("api"), "the other roles end")
    os.kill(pid, signal.SIGCONT)
    expect_equal(scene.lessord.process.wait(), 0, "exit status")
    while waiting and (received := link.receive(time.monotonic())):
        client = waiting.pop(received[0].xid, None)
        expect(not client or (received[0].type, received[0].yiaddr) == (dhcp.ACK, client.address), "another answer")
    expect(not re.search("ROLE_KILLED.*: serve", scene.lessord.process.log()), "serve had to be killed")
    scene.lab.say(f"{len(waiting)} clients were not answered")
    return not waiting


def test_stop_answers(lab):
    """Asked to stop, the daemon answers what it has received, more than a batch of it, and ends at once"""
    scene = Scene(lab)
    scene.slapd.widen("10.77.0.0", 16, "10.77.1.0-10.77.199.255")
    scene.start()
    link = scene.link()
    clients = [RawClient(link) for _ in range(600)]
    obtain_all(clients)

    def are_all_answered():
        if not scene.lessord.process.is_running():
            scene.start()
        return _stop_full_hands(scene, link, clients)
    # It gives itself a fifth of a second for them, in which a machine that is busy may not get to the last ones.
    wait_until(are_all_answered, "all are answered")


def test_restart(lab):
    """Clean stop and immediate restart under load, again and again."""
    scene, load = _under_load(lab)
    for _ in range(6):
        scene.lessord.stop()
        scene.lessord.start()
        load.wait_for_acks(ACKS // 3)
    _finish(scene, load)
    log = scene.lessord.process.log()
    expect("20003" not in log and "20001" not in log, "a restart met the remains of its predecessor")
