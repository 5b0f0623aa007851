# SPDX-License-Identifier: Apache-2.0
"""The benchmark's generator: it loads a daemon, checks what it is told, and notices a server that does wrong."""
import json
import os
import re
import socket
import threading

import dhcp
from dhcp import Message
from harness import expect, expect_equal
from scene import SERVER_ADDRESS, Scene

N_LEASES = 60
PATIENCE = 60000  # milliseconds: nothing is lost because the machine is busy
WRONG = "10.77.0.100"


def _flood(lab, namespace, *words, status=0):
    program = os.path.join(lab.build, "tests/bench/flood")
    return json.loads(lab.run([program, "--server", SERVER_ADDRESS, "--timeout", PATIENCE, *words], namespace=namespace, status=status).stdout)


def test_load(lab):
    """Clients on the link get leases and renew them; every answer fits, no address is given twice."""
    scene = Scene(lab).start()
    clients = scene.host("clients")
    # The addresses that they get are theirs, and the server is their neighbour.
    clients.ip("route add local 10.77.0.64/26 dev lo", "route add local 10.77.0.128/25 dev lo", "route add 10.77.0.0/24 dev eth0")
    leases = lab.path("leases")
    found = _flood(lab, clients, "--device", "eth0", "--closed", 8, "--count", N_LEASES, "--save", leases)
    expect_equal((found["exchanges"], found["all"]["doubles"], found["all"]["mismatches"]), (N_LEASES, 0, 0), "leases, doubles, mismatches")
    expect(0 < found["p50"] <= found["p99"] <= found["max"], f"no sensible latency: {found}")
    expect_equal(len(scene.lessord.leases()), N_LEASES, "leases on record")
    found = _flood(lab, clients, "--renew", leases, "--open", 500, "--count", 3 * N_LEASES)
    expect_equal((found["exchanges"], found["all"]["refused"], found["all"]["mismatches"]), (3 * N_LEASES, 0, 0), "renewals")
    expect_equal(scene.lessord.counter("sent_ack"), 4 * N_LEASES, "acknowledgements that the daemon counts")


def test_command(lab):
    """The benchmark itself runs from the servers' start to the table, and keeps what it has measured."""
    result = lab.path("result.json")
    shown = lab.run(["/usr/bin/python3", "-B", os.path.join(lab.source, "tests/bench/bench.py"), "--build", lab.build, "--directory", lab.build,
                     "--rounds", 2, "--seconds", 1, "--rows", "dora-64", "--only", "lessor", "canned+sync", "--json", result]).stdout
    with open(result, encoding="utf-8") as file:
        found = json.load(file)
    expect_equal(found["wrong"], {"lessor": 0, "canned+sync": 0}, "wrong answers")
    for name in ("lessor", "canned+sync"):
        samples = found["samples"]["dora-64"][name]
        expect(len(samples) == 2 and all(sample["perSecond"] > 0 and sample["cpu"] > 0 for sample in samples), f"{name}: {samples}")
    expect("| DORA, 64 outstanding, relayed " in shown and re.search(r"lessor/canned\+sync is [\d.]+, wanted at least 0.8", shown), f"shown:\n{shown}")


class _BadServer(threading.Thread):
    """Gives every client the same address."""

    def __init__(self, namespace):
        super().__init__(daemon=True)
        with namespace.entered():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((SERVER_ADDRESS, 67))

    def run(self):
        while True:
            octets, sender = self._socket.recvfrom(1500)
            question = Message.decode(octets)
            kind = dhcp.OFFER if question.type == dhcp.DISCOVER else dhcp.ACK
            numbers = ((dhcp.SERVER_ID, SERVER_ADDRESS), (dhcp.SUBNET_MASK, "255.255.255.0"), (dhcp.LEASE_TIME, "0.0.0.60"))
            answer = Message(op=2, xid=question.xid, chaddr=question.chaddr, giaddr=question.giaddr, yiaddr=WRONG, options=[
                (dhcp.MESSAGE_TYPE, bytes([kind])), *((code, dhcp.pack_address(text)) for code, text in numbers)])
            self._socket.sendto(answer.encode(), sender)


def test_wrong_answers(lab):
    """A server that gives an address twice, or one of another subnet, is found out."""
    switch = lab.switch("sw")
    server, relay = lab.namespace("srv"), lab.namespace("relay")
    server.plug(switch, address=f"{SERVER_ADDRESS}/24")
    relay.plug(switch, address="10.77.0.2/24")
    relay.ip("addr add 10.78.0.2/32 dev eth0")
    server.ip("route add 10.78.0.0/24 via 10.77.0.2")
    _BadServer(server).start()
    found = _flood(lab, relay, "--relay", "10.77.0.2", "--closed", 1, "--count", 3, status=1)
    expect_equal((found["exchanges"], found["all"]["doubles"], found["all"]["mismatches"]), (3, 2, 0), "leases, doubles, mismatches")
    found = _flood(lab, relay, "--relay", "10.78.0.2", "--closed", 1, "--count", 1, "--timeout", 5000, status=1)
    expect_equal((found["exchanges"], found["lost"], found["all"]["mismatches"]), (0, 1, 1), "leases, lost, mismatches")
    expect("another subnet" in found["all"]["mismatch"], f"not said: {found}")
