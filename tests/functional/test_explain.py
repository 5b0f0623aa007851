# SPDX-License-Identifier: Apache-2.0
"""lessorctl explain: the daemon's own decision, shown with what it rests on."""
from harness import expect, expect_equal
from lessor import expect_error
from scene import Scene
from slapd import ROOT, SERVER, ldif, scope_dn, scope_entry

MAC = "02:00:00:00:77:31"


def _explain(scene, *words):
    return scene.ctl.json("explain", "--hardware", MAC, "--link", "10.77.0.1/24", *words)


def _steps(answer, step):
    return [found for found in answer["steps"] if found["step"] == step]


def test_like_the_daemon(lab):
    """What is explained is what a client gets then: address, options, and where each comes from."""
    scene = Scene(lab)
    scene.slapd.add(ldif(f"cn=10.77.0.130,{scope_dn('10.77.0.0')}", objectClass="lessorReservation", cn="10.77.0.130",
                         lessorHardwareAddress=MAC, lessorOption="domain-name=here.example"))
    scene.slapd.replace(ROOT, "lessorOption", "ntp-servers=10.0.0.123")
    answer = _explain(scene)
    expect_equal(answer["reply"], "DHCPOFFER", "the reply")
    expect_equal(answer["address"], "10.77.0.130", "the reserved address")
    expect_equal(answer["scope"], scope_dn("10.77.0.0"), "the scope's entry")
    expect(not answer["leasesKnown"], "without a daemon its leases are not known")
    options = {step["subject"]: step for step in _steps(answer, "option") if step["applied"]}
    expect_equal((options["domain-name"]["level"], options["domain-name"]["dn"]),
                 ("reservation", f"cn=10.77.0.130,{scope_dn('10.77.0.0')}"), "where the reservation's option comes from")
    expect_equal((options["ntp-servers"]["level"], options["ntp-servers"]["dn"]), ("root", ROOT),
                 "where the enterprise's option comes from")
    said = _steps(_explain(scene, "--option", "user-class=hex:6b696f736b"), "packet")[0]["text"]
    expect('user class "kiosk"' in said, f"what the client sends is not as it was given: {said}")
    scene.start()
    client = scene.client(mac=MAC)
    client.obtain()
    expect_equal(client.address, answer["address"], "what the client gets")


def test_offline(lab):
    """With the daemon's copy and leases, no directory is needed; an address in use is not explained to another."""
    scene = Scene(lab)
    scene.start()
    client = scene.client()
    client.obtain()
    scene.slapd.stop()
    words = ("--offline", "--server", SERVER, "--state-directory", scene.lessord.state_directory)
    answer = _explain(scene, *words, "--address", client.address)
    expect_equal((answer["source"], answer["leasesKnown"]), ("copy", True), "what the answer rests on")
    expect(answer["address"] and answer["address"] != client.address, f"the leased address is explained to another: {answer}")
    again = scene.ctl.json("explain", "--hardware", client.mac.hex(":"), "--link", "10.77.0.1/24", *words)
    expect_equal(again["address"], client.address, "the client's own address")


def test_packets(lab):
    """A packet from a file; one that is none is named so."""
    scene = Scene(lab)
    message = bytearray(240)
    message[0:3] = b"\x01\x01\x06"
    message[24:28] = bytes([10, 77, 0, 2])
    message[28:34] = bytes.fromhex(MAC.replace(":", ""))
    message[236:240] = bytes.fromhex("63825363")
    message += bytes([53, 1, 1, 255])
    path = lab.path("packet")
    for content in (bytes(message), message.hex(":").encode() + b"\n"):
        with open(path, "wb") as file:
            file.write(content)
        expect_equal(scene.ctl.json("explain", "--packet", path)["reply"], "DHCPOFFER", "the reply")
    with open(path, "wb") as file:
        file.write(b"no packet")
    scene.ctl.expect_error(20015, "explain", "--packet", path, says="no message of a DHCP client")
    scene.ctl.expect_error(2, "explain", "--packet", path + ".missing")
    scene.ctl.expect_usage("explain", "--hardware", MAC)
    scene.ctl.expect_error(20034, "explain", "--hardware", MAC, "--relay", "10.99.0.1", says=SERVER)


def test_no_answer(lab):
    """A client that would get no answer: exit status 1, the reason, and the steps up to there."""
    scene = Scene(lab, tree={"scopes": ()})
    scene.slapd.add(scope_entry("10.77.0.0", lessorRange="10.77.0.100", lessorExclusion="10.77.0.100"))
    result = scene.ctl.run("explain", "--hardware", MAC, "--link", "10.77.0.1/24", status=1)
    expect("no free address" in result.stdout, f"the reason is not shown: {result.stdout}")
    expect(scope_dn("10.77.0.0") in result.stdout, f"the scope is not shown: {result.stdout}")
    result = scene.ctl.run("explain", "--hardware", "nonsense", "--link", "10.77.0.1", status=None)
    expect_error(result, "lessorctl", 87, "hardware address")
