# SPDX-License-Identifier: Apache-2.0
"""What the running daemon does for its administrator: leases made and deleted, pause, statistics and what it knows."""
import contextlib
import http.client
import os
import re
import signal
import threading

import dhcp
from harness import PATIENCE, expect, expect_equal, wait_until
from load import start_load, wide_scene
from scene import Scene
from slapd import NOBODY, scope_dn

CLIENT = "02:aa:00:00:00:01"


def _create(scene, **members):
    """Ask for a lease: (HTTP status, body)."""
    return scene.lessord.request("/v1/leases", "POST", body={"hardwareAddress": CLIENT, **members})


def _delete(scene, address):
    return scene.lessord.request(f"/v1/leases/{address}", "DELETE")


def _expect_code(answer, status, code):
    expect_equal(answer[0], status, f"HTTP status ({answer[1]})")
    expect_equal(answer[1]["error"]["code"], code, "code")
    expect(answer[1]["error"]["message"], "no sentence")


def _reserve(scene, address, mac):
    """A reservation in the sample's scope, in force."""
    dn = f"cn={address},cn=10.77.0.0,cn=oslo,cn=sites,cn=DHCP,dc=example,dc=test"
    scene.slapd.add(f"dn: {dn}\nobjectClass: lessorReservation\ncn: {address}\nlessorHardwareAddress: {mac}\n")
    scene.settle()


def _created(scene, **lease):
    """The lease that is made, or None while serve does not have its scope yet."""
    status, answer = _create(scene, **lease)
    if status != 200:
        _expect_code((status, answer), 404, 20005)
    return answer if status == 200 else None


def test_create_and_delete(lab):
    """A lease that an administrator makes is its client's and nobody else's; one that he deletes is free at once"""
    scene = Scene(lab).start()
    lease = wait_until(lambda: _created(scene, address="10.77.0.150", hostName="printer", leaseTime=700), "serve has the scope")
    expect_equal((lease["address"], lease["hostName"]), ("10.77.0.150", "printer"), "the answer")
    expect_equal(lease["expiry"] - lease["start"], 700, "the lease time")
    stored = scene.lessord.get("/v1/leases/10.77.0.150")
    expect_equal({key: stored[key] for key in lease if key != "state"}, {key: lease[key] for key in lease if key != "state"},
                 "what is stored")
    other = scene.client()
    expect(other.discover("10.77.0.150").yiaddr != "10.77.0.150", "somebody else is offered the address")
    owner = scene.client(mac=CLIENT)
    expect_equal(owner.obtain().yiaddr, "10.77.0.150", "the client's own address")
    _expect_code(_create(scene, address="10.77.0.150"), 409, 20014)
    _expect_code(_create(scene, scope="10.77.0.0"), 409, 20014)
    expect_equal(_delete(scene, "10.77.0.150")[0], 200, "HTTP status of the deletion")
    _expect_code(_delete(scene, "10.77.0.150"), 404, 20016)
    expect_equal(scene.lessord.request("/v1/leases/10.77.0.150")[0], 404, "the lease's status")
    expect_equal(scene.client().obtain("10.77.0.150").yiaddr, "10.77.0.150", "the freed address")
    expect_equal(owner.ask(owner.renewing()).type, dhcp.NAK, "the answer to the former holder's renewal")
    status, lease = _create(scene, scope="10.77.0.0", hardwareAddress="02:aa:00:00:00:02")
    expect_equal(status, 200, f"HTTP status ({lease})")
    scene.lessord.process.wait_for_log(rf"LEASE_CREATED: .*{lease['address']}, asked for by the user with number 0")
    scene.lessord.process.wait_for_log(r"LEASE_DELETED: .*10\.77\.0\.150, asked for")
    expect_equal(scene.lessord.counter("orders"), 3, "orders that were done")


def test_refusals(lab):
    """Orders that cannot be done are refused with the code that says why, and change nothing"""
    scene = Scene(lab)
    scene.slapd.replace("cn=10.77.0.0,cn=oslo,cn=sites,cn=DHCP,dc=example,dc=test", "lessorRange", "10.77.0.100-10.77.0.102")
    scene.slapd.replace("cn=10.77.0.0,cn=oslo,cn=sites,cn=DHCP,dc=example,dc=test", "lessorExclusion", "10.77.0.101")
    scene.start()
    wait_until(lambda: _create(scene, address="10.77.0.101")[0] != 404, "serve has the scope")
    _expect_code(_create(scene, address="10.99.0.5"), 404, 20005)
    _expect_code(_create(scene, scope="10.99.0.0"), 404, 20005)
    _expect_code(_create(scene, address="10.77.0.101"), 409, 20011)
    _expect_code(_create(scene, address="10.77.0.103"), 409, 20011)
    _expect_code(_create(scene), 400, 87)
    _reserve(scene, "10.77.0.60", "02:bb:00:00:00:01")
    _expect_code(_create(scene, address="10.77.0.60"), 409, 20022)
    client = scene.client(mac="02:bb:00:00:00:01")
    expect_equal(client.obtain().yiaddr, "10.77.0.60", "the reserved address")
    _expect_code(_delete(scene, "10.77.0.60"), 409, 20019)
    for number in (1, 2):
        expect_equal(_create(scene, scope="10.77.0.0", hardwareAddress=f"02:cc:00:00:00:{number:02}")[0], 200, "a lease")
    _expect_code(_create(scene, scope="10.77.0.0"), 503, 20012)
    leases = scene.lessord.leases()
    expect_equal(sorted(leases), ["10.77.0.100", "10.77.0.102", "10.77.0.60"], "the leases in the end")


def _settled_acks(scene, load):
    """How many acknowledgements have come, if none comes while ten more packets are dropped."""
    acks, dropped = load.acks, scene.lessord.drops("paused")
    scene.lessord.wait_for_status(lambda status: status["drops"]["paused"] > dropped + 10, "more are dropped")
    return acks if load.acks == acks else None


def test_pause(lab):
    """A paused server answers nobody and loses nothing; it goes on when it is resumed, whatever restarted meanwhile."""
    scene = wide_scene(lab).start()
    load = start_load(scene, 50)
    expect_equal(scene.lessord.request("/v1/pause", "POST"), (200, {"paused": True}), "the answer")
    scene.lessord.process.wait_for_log("SERVICE_PAUSED")
    scene.lessord.wait_for_status(lambda status: status["paused"] and status["drops"]["paused"] > 10, "clients are dropped")
    before = wait_until(lambda: _settled_acks(scene, load), "what was acknowledged before has arrived")
    scene.lessord.kill("serve")
    dropped = scene.lessord.drops("paused")
    scene.lessord.wait_for_status(lambda status: status["drops"]["paused"] > dropped + 10, "the new serve is paused, too")
    expect_equal(load.acks, before, "acknowledgements while paused")
    expect_equal(scene.lessord.status()["verdict"]["state"], "authorized", "the verdict")
    _expect_code(_create(scene, scope="10.77.0.0"), 503, 20017)
    scene.lessord.kill("api")
    expect(scene.lessord.status()["paused"], "a new api has forgotten the pause")
    expect_equal(scene.lessord.request("/v1/resume", "POST"), (200, {"paused": False}), "the answer")
    scene.lessord.process.wait_for_log("SERVICE_RESUMED")
    load.wait_for_acks(50)
    load.stop()


def test_orders_while_serve_dies(lab):
    """kill -9 of serve between orders: each gets one answer, what was confirmed is done, and the channel goes on."""
    scene = Scene(lab).start()
    answers = {}

    def ask(number):
        answers[number] = _create(scene, address=f"10.77.0.{100 + number}", hardwareAddress=f"02:aa:00:00:00:{number:02}")
    for turn in range(3):
        askers = [threading.Thread(target=ask, args=(turn * 20 + number,)) for number in range(20)]
        old = scene.lessord.role_pid("serve")
        for place, asker in enumerate(askers):
            asker.start()
            if place == 10:
                os.kill(old, signal.SIGKILL)
        for asker in askers:
            asker.join(PATIENCE)
        wait_until(lambda: scene.lessord.find_role("serve") not in (None, old), "serve runs again")
    expect_equal(len(answers), 60, "answers")
    for number, (status, body) in answers.items():
        expect(status == 200 or body["error"]["code"] in (20122, 20005), f"the answer {status} {body}")
        if status == 200:
            expect_equal(scene.lessord.get(f"/v1/leases/{body['address']}")["state"], "active", f"order {number}")
    expect_equal(_create(scene, address="10.77.0.199", hardwareAddress="02:dd:00:00:00:01")[0], 200, "an order afterwards")


def test_serve_hangs(lab):
    """Orders to a serve that hangs are refused in time (20122), also many at once, and not done later; the rest of the API
    goes on"""
    scene = Scene(lab).start()
    serve = scene.lessord.role_pid("serve")
    os.kill(serve, signal.SIGSTOP)
    lab.defer(os.kill, serve, signal.SIGCONT)
    answers = []

    def ask(number):
        answers.append(_create(scene, address=f"10.77.0.{100 + number}", hardwareAddress=f"02:ab:00:00:00:{number:02}"))
    askers = [threading.Thread(target=ask, args=(number,)) for number in range(80)]
    for asker in askers:
        asker.start()
    expect_equal(scene.lessord.status()["verdict"]["state"], "authorized", "the status meanwhile")
    for asker in askers:
        asker.join(PATIENCE)
    expect_equal(len(answers), 80, "answers")
    for answer in answers:
        _expect_code(answer, 503, 20122)
    os.kill(serve, signal.SIGCONT)
    expect_equal(_create(scene, address="10.77.0.199")[0], 200, "an order afterwards")
    expect_equal(sorted(scene.lessord.leases()), ["10.77.0.199"], "leases, of which none was confirmed but one")
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that crashed")


def test_answers_of_another_life(lab):
    """An answer to what an api asked that was killed is not taken for one to its successor's question"""
    scene = Scene(lab).start()
    serve = scene.lessord.role_pid("serve")
    api = scene.lessord.role_pid("api")
    os.kill(serve, signal.SIGSTOP)
    lab.defer(os.kill, serve, signal.SIGCONT)

    def ask_in_vain():
        with contextlib.suppress(OSError, http.client.HTTPException):
            _create(scene, address="10.77.0.150")
    n_before = len(os.listdir(f"/proc/{api}/fd"))
    first = threading.Thread(target=ask_in_vain)
    first.start()
    wait_until(lambda: len(os.listdir(f"/proc/{api}/fd")) > n_before and scene.lessord.status(), "api has the first question")
    scene.lessord.kill("api")
    first.join(PATIENCE)
    scene.lessord.status()
    answers = []
    second = threading.Thread(target=lambda: answers.append(_delete(scene, "10.77.0.99")))
    second.start()
    scene.lessord.status()
    os.kill(serve, signal.SIGCONT)
    second.join(PATIENCE)
    _expect_code(answers[0], 404, 20016)


def test_statistics(lab):
    """The statistics count messages and addresses, offers that are waiting, and start with the daemon"""
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.99.0.0")}).start()
    client = scene.client()
    client.obtain()
    scene.client().discover()
    client.renew()
    statistics = scene.lessord.get("/v1/statistics")
    expect_equal({key: statistics[key] for key in ("discovers", "offers", "requests", "acks", "naks", "total", "inUse", "free")},
                 {"discovers": 2, "offers": 2, "requests": 2, "acks": 2, "naks": 0, "total": 200, "inUse": 1, "free": 199},
                 "the sums")
    ours, other = statistics["scopes"]
    expect_equal((ours["scope"], ours["leases"], ours["inUse"], ours["free"], ours["pendingOffers"]),
                 ("10.77.0.0/24", 1, 1, 99, 1), "the scope")
    expect_equal((other["inUse"], other["percentInUse"], other["pendingOffers"]), (0, 0, 0), "the other scope")
    expect_equal(statistics["superscopes"], [], "superscopes")
    for scope in ("10.77.0.0", "10.99.0.0"):
        scene.slapd.replace(scope_dn(scope), "lessorSuperscope", "campus")
    campus = wait_until(lambda: [row for row in scene.lessord.get("/v1/statistics")["superscopes"] if row["scopes"] == 2],
                        "both are in it")[0]
    expect_equal((campus["name"], campus["total"], campus["inUse"]), ("campus", 200, 1), "the superscope")
    started = statistics["startTime"]
    scene.lessord.kill("serve")
    client.renew()
    expect_equal(scene.lessord.get("/v1/statistics")["startTime"], started, "the start after serve's")
    one = scene.lessord.get("/v1/statistics?scope=10.99.0.0")
    expect_equal((len(one["scopes"]), one.get("acks")), (1, None), "what is said of one scope")
    _expect_code(scene.lessord.request("/v1/statistics?scope=10.98.0.0"), 404, 20005)


def test_free_addresses(lab):
    """Free addresses are those that nobody has; with fewer than asked for, they come with 20126"""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    free = scene.lessord.get("/v1/free?scope=10.77.0.0&count=3")["addresses"]
    expect_equal(free, ["10.77.0.101", "10.77.0.102", "10.77.0.103"], "free addresses")
    status, body = scene.lessord.request("/v1/free?scope=10.77.0.0&count=1024")
    expect_equal((status, body["error"]["code"], len(body["addresses"])), (404, 20126, 99), "the answer to too much")
    client.release()
    wait_until(lambda: scene.lessord.get("/v1/leases/10.77.0.100")["state"] == "released", "it is released")
    expect_equal(scene.lessord.request("/v1/free?scope=10.77.0.0&count=101")[1]["addresses"][-1], "10.77.0.100",
                 "what was somebody's comes last")


def test_bindings_and_database(lab):
    """The interfaces and the lease store are shown as they are"""
    scene = Scene(lab).start()
    scene.server.ip("link add idle type veth peer name idle1", "addr add 10.5.0.1/24 dev idle", "link set idle up")
    interfaces = {interface["name"]: interface for interface in scene.lessord.get("/v1/bindings")["interfaces"]}
    expect_equal(sorted(interfaces), ["eth0", "idle", "idle1"], "interfaces")
    expect_equal((interfaces["eth0"]["addresses"], interfaces["eth0"]["served"], interfaces["eth0"]["fixed"]),
                 (["10.77.0.1/24"], True, False), "eth0")
    scene.client().obtain()
    database = scene.lessord.get("/v1/database")
    path = os.path.join(scene.lessord.state_directory, "leases.mdb")
    expect_equal((database["path"], database["records"], database["leases"]), (path, 1, 1), "the lease store")
    expect(database["bytesOnDisk"] >= database["bytesUsed"] > 0, f"sizes in {database}")
    scene.lessord.stop()
    scene.lessord.settings["interfaces"] = "eth0"
    scene.start()
    fixed = {interface["name"]: (interface["served"], interface["fixed"])
             for interface in scene.lessord.get("/v1/bindings")["interfaces"]}
    expect_equal(fixed, {"eth0": (True, True), "idle": (False, True), "idle1": (False, True)}, "interfaces that lessord.conf names")


def test_ctl_leases(lab):
    """lessorctl makes, pages through and deletes leases, and shows free addresses"""
    scene = Scene(lab).start()
    ctl = scene.ctl
    result = ctl.run("lease", "add", "10.77.0.150", "--hardware", CLIENT, "--host-name", "printer", "--lease-time", "2h")
    expect("10.77.0.150 is leased" in result.stdout, f"it says {result.stdout!r}")
    lease = ctl.json("lease", "show", "10.77.0.150")
    expect_equal((lease["hostName"], lease["expiry"] - lease["start"]), ("printer", 7200), "the lease")
    for number in range(2, 6):
        lease = ctl.json("lease", "add", "--scope", "10.77.0.0", "--hardware", f"02:aa:00:00:00:{number:02}")
        expect_equal(lease["address"], f"10.77.0.{98 + number}", "the next free address")
    page = ctl.json("lease", "list", "--limit", "2")
    expect_equal(([lease["address"] for lease in page["leases"]], page["next"]),
                 (["10.77.0.100", "10.77.0.101"], "10.77.0.101"), "the first page")
    expect("go on with --after 10.77.0.101" in ctl.run("lease", "list", "--limit", "2").stdout, "nothing says how to go on")
    page = ctl.json("lease", "list", "10.77.0.0", "--after", page["next"])
    expect_equal(([lease["address"] for lease in page["leases"]], page["next"]),
                 (["10.77.0.102", "10.77.0.103", "10.77.0.150"], None), "the rest")
    ctl.run("lease", "remove", "10.77.0.100", "10.77.0.150")
    expect_equal(ctl.json("scope", "free", "10.77.0.0", "--count", "2")["addresses"], ["10.77.0.100", "10.77.0.104"], "free")
    expect_equal(ctl.run("scope", "free", "10.77.0.0", "--from", "10.77.0.110", "--to", "10.77.0.110").stdout,
                 "10.77.0.110\n", "what is printed")
    result = ctl.run("scope", "free", "10.77.0.0", "--count", "100", status=1)
    expect_equal(len(result.stdout.splitlines()), 97, "addresses with the warning")
    expect("ERROR_DHCP_REACHED_END_OF_SELECTION (20126)" in result.stderr, f"it says {result.stderr!r}")
    ctl.expect_error(20016, "lease", "remove", "10.77.0.150")
    ctl.expect_error(20014, "lease", "add", "10.77.0.101", "--hardware", CLIENT)
    ctl.expect_error(20011, "lease", "add", "10.77.0.99", "--hardware", CLIENT)
    ctl.expect_error(20005, "lease", "add", "10.99.0.5", "--hardware", CLIENT)
    ctl.expect_error(20005, "lease", "list", "10.99.0.0")
    ctl.expect_error(20005, "scope", "free", "10.99.0.0")
    ctl.expect_error(87, "scope", "free", "10.77.0.0", "--count", "1025")
    ctl.expect_error(87, "scope", "free", "10.77.0.0", "--from", "10.77.0.1&count=3")
    ctl.expect_error(87, "lease", "list", "--limit", "0")
    ctl.expect_usage("lease", "add", "10.77.0.160")
    ctl.expect_usage("lease", "add", "--hardware", CLIENT)


def test_ctl_daemon(lab):
    """lessorctl pauses and resumes the service, and shows its statistics, lease store and audit file"""
    scene = Scene(lab).start()
    ctl = scene.ctl
    scene.client().obtain()
    expect("server resume" in ctl.run("server", "pause").stdout, "nothing says how to go on")
    expect("paused" in ctl.run("status").stdout.splitlines()[0], "the status does not say so")
    ctl.expect_error(20017, "lease", "add", "10.77.0.160", "--hardware", CLIENT)
    ctl.run("server", "resume")
    scene.client().obtain()
    output = ctl.run("statistics").stdout
    for pattern in (r"^Acks: +2$", r"^10\.77\.0\.0/24 +enabled +100 +2 +98 +2 "):
        expect(re.search(pattern, output, re.MULTILINE), f"no {pattern} in {output}")
    expect("Acks" not in ctl.run("statistics", "10.77.0.0").stdout, "the server's numbers for one scope")
    ctl.expect_error(20005, "statistics", "10.99.0.0")
    output = ctl.run("database", "show").stdout
    expect(re.search(r"^Leases in force: +2$", output, re.MULTILINE) and "leases.mdb" in output, f"the database: {output}")
    audit = ctl.json("audit", "show")
    expect(audit["enabled"] and audit["leases"], f"the audit file: {audit}")
    wait_until(lambda: ctl.json("audit", "show")["bytes"] == os.stat(audit["file"]).st_size, "the audit file's size is shown")


def test_ctl_bindings(lab):
    """An interface that the directory has left alone is not served; one that lessord.conf names, or that is not there, is
    refused"""
    scene = Scene(lab).start()
    ctl = scene.ctl
    client = scene.client()
    client.obtain()
    ctl.run("binding", "set", "eth0", "off")
    wait_until(lambda: not ctl.json("binding", "list")["interfaces"][0]["served"], "eth0 is not served")
    dropped = scene.lessord.drops("link")
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("link") > dropped, "its packets are dropped")
    expect("not served already" in ctl.run("binding", "set", "eth0", "off").stdout, "it is off already")
    ctl.run("binding", "set", "eth0", "on")
    client.obtain()
    ctl.expect_error(20050, "binding", "set", "eth9", "off")
    ctl.expect_error(87, "binding", "set", "eth0", "maybe")
    scene.lessord.stop()
    scene.lessord.settings["interfaces"] = "eth0"
    scene.start()
    ctl.expect_error(20051, "binding", "set", "eth0", "off")
    ctl.run("binding", "set", "eth0", "on")


def _limit_files(scene, size):
    """Let files that serve writes become no larger than @size octets, or any size again."""
    scene.lab.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "prlimit",
                   f"--pid={scene.lessord.role_pid('serve')}", f"--fsize={size}"])


def test_store_fails(lab):
    """What cannot be stored is refused (20013) and not done; once it can, it is done"""
    scene = Scene(lab).start()
    scene.ctl.run("lease", "add", "10.77.0.150", "--hardware", CLIENT)
    _limit_files(scene, "0:")
    scene.ctl.expect_error(20013, "lease", "add", "10.77.0.151", "--hardware", "02:aa:00:00:00:02")
    scene.ctl.expect_error(20013, "lease", "remove", "10.77.0.150")
    scene.lessord.wait_for_status(lambda status: status["leases"]["failing"], "leases cannot be stored")
    expect_equal(sorted(scene.lessord.leases()), ["10.77.0.150"], "the leases")
    _limit_files(scene, "unlimited:")
    words = ("lease", "add", "10.77.0.151", "--hardware", "02:aa:00:00:00:02")
    wait_until(lambda: scene.ctl.run(*words, status=None).returncode == 0, "leases can be stored again")
    scene.ctl.run("lease", "remove", "10.77.0.150")
    expect_equal(sorted(scene.lessord.leases()), ["10.77.0.151"], "the leases in the end")
    scene.lessord.wait_for_status(lambda status: not status["leases"]["failing"], "the store works again")
