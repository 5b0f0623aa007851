# SPDX-License-Identifier: Apache-2.0
"""Two lessord on one bridge: each outcome of authorization and of rogue detection, with real packets."""
import os
import signal
import time

import dhcp
from harness import expect, expect_equal, wait_until
from lessor import Lessord
from scene import SERVER_ADDRESS, Scene
from slapd import ROOT, SERVER, Slapd, sample_tree

OTHER, OTHER_ADDRESS = "dhcp2.example.test", "10.77.0.2"
FOREIGN_BASE = "dc=contoso,dc=test"
ASK = [(dhcp.VENDOR_INFORMATION, b"\x5e\x00")]  # rogue detection's question


class Bridge:
    """A scene with dhcp1, which its directory lists, and a place for dhcp2 on the same link. Nobody runs at first."""

    def __init__(self, lab):
        self.lab, self.scene = lab, Scene(lab)
        self.slapd, self.first = self.scene.slapd, self.scene.lessord
        self.host = self.scene.host("other", f"{OTHER_ADDRESS}/24")
        self.second = Lessord(lab, self.host, name="other", uri=self.slapd.ldapi, bind="external")
        self.second.settings["name"] = OTHER

    def make_standalone(self, lessord, rule=None, **settings):
        """Let @lessord be a server without a directory, with a scope of its own."""
        tree = sample_tree().replace(SERVER, lessord.settings["name"])
        tree = tree[tree.index(f"dn: {ROOT}\n"):]
        if rule:
            tree = tree.replace("objectClass: lessorRoot\n", f"objectClass: lessorRoot\nlessorStandaloneRule: {rule}\n")
        own = {key: value for key, value in lessord.settings.items() if key in Lessord.SERVER_KEYS}
        file = self.lab.write(f"{lessord.name}.ldif", tree)
        lessord.settings = {**own, "mode": "standalone", "file": file, **settings}

    def question(self):
        """Ask as a server does that checks itself: (who answers first, its option 43)."""
        asking = self.scene.client()
        asking.link.owners[dhcp.pack_address("10.77.0.9")] = asking.mac
        reply = asking.ask(asking.message(dhcp.INFORM, ASK, ciaddr="10.77.0.9"))
        return reply.addresses(dhcp.SERVER_ID)[0], reply.option(dhcp.VENDOR_INFORMATION)

    def wait_for_code(self, code, state, has_reason=True):
        """Wait until dhcp2 has the verdict @state because of @code, and see that it answers nobody then, neither client
        nor server; returns its sentence."""
        status = self.second.wait_for_status(
            lambda status: (status["verdict"]["state"], status["verdict"]["code"]) == (state, code),
            f"{state} ({code})")
        client, before = self.scene.client(), self.second.drops("unauthorized")
        client.send(client.message(dhcp.DISCOVER))
        client.send(client.message(dhcp.INFORM, ASK, ciaddr="10.77.0.9"))
        wait_until(lambda: self.second.drops("unauthorized") >= before + 2, "dhcp2 has passed over both")
        while (received := client.link.receive(time.monotonic())) is not None:
            expect(received[0].addresses(dhcp.SERVER_ID) != [OTHER_ADDRESS], "dhcp2 has answered")
        expect_equal(bool(status["verdict"]["reason"].strip()), has_reason, "whether there is a sentence")
        return status["verdict"]["reason"]

    def recheck(self):
        status, _ = self.second.request("/v1/recheck", "POST")
        expect_equal(status, 200, "HTTP status of a recheck")


def answer(enterprise):
    """What a server answers that the directory of @enterprise has authorized; "": one without a directory."""
    return b"\x5f" + bytes([len(enterprise) + 1]) + enterprise.encode() + b"\0"


def test_cannot_be_determined(lab):
    """20037: without an interface nobody can be asked; when there is one, the server serves."""
    bridge = Bridge(lab)
    bridge.make_standalone(bridge.second, interfaces="late0")
    bridge.second.start()
    reason = bridge.second.wait_for_status(lambda status: status["verdict"]["code"] == 20037, "20037")["verdict"]["reason"]
    expect("interface" in reason, f"{reason!r} does not name what is missing")
    bridge.host.plug(bridge.scene.switch, "late0", "10.77.0.3/24")
    bridge.second.wait_for_verdict("standalone")
    expect_equal(bridge.question(), ("10.77.0.3", answer("")), "the answer of a server without a directory")


def test_must_be_alone(lab):
    """20038: a server that may only run alone stops for any other one, and goes on when that one is gone."""
    bridge = Bridge(lab)
    third = Lessord(lab, bridge.scene.host("third", "10.77.0.3/24"), name="third")
    bridge.make_standalone(third)
    bridge.make_standalone(bridge.second, "alone")
    third.start()
    third.wait_for_verdict("standalone")
    bridge.second.start()
    expect("10.77.0.3" in bridge.wait_for_code(20038, "other-server"), "the sentence does not say which server")
    expect_equal(third.status()["verdict"]["state"], "standalone", "the verdict of the one that was there first")
    third.stop()
    bridge.recheck()
    bridge.second.wait_for_verdict("standalone")


def test_not_listed(lab):
    """20039: of two servers on a link the one that the directory does not list says nothing, not even to servers."""
    bridge = Bridge(lab)
    bridge.scene.start()
    bridge.second.start()
    bridge.wait_for_code(20039, "not-authorized")
    expect_equal(bridge.question(), (SERVER_ADDRESS, answer("example.test")), "the answer of the listed one")
    bridge.slapd.authorize(OTHER, OTHER_ADDRESS)
    bridge.second.wait_for_verdict("authorized")


def test_unreachable(lab):
    """20040: without a directory a server waits, whatever another one on its link may do."""
    bridge = Bridge(lab)
    bridge.scene.start()
    bridge.slapd.authorize(OTHER, OTHER_ADDRESS)
    bridge.second.settings["uri"] = bridge.slapd.ldapi + "-away"
    bridge.second.start()
    bridge.wait_for_code(20040, "unreachable")
    expect_equal(bridge.question()[0], SERVER_ADDRESS, "who answers")


def test_conflict(lab):
    """20041: a name that the directory gives to a living server belongs to that one; when it is gone, to the other."""
    bridge = Bridge(lab)
    bridge.scene.start()
    bridge.slapd.authorize(OTHER, SERVER_ADDRESS)
    bridge.second.start()
    reason = bridge.wait_for_code(20041, "conflict")
    expect(SERVER_ADDRESS in reason and OTHER in reason, f"{reason!r} does not say what contradicts what")
    bridge.slapd.deauthorize(OTHER)
    bridge.slapd.authorize(OTHER, OTHER_ADDRESS)
    bridge.second.wait_for_verdict("authorized")


def wait_for_foreign(lessord, address, name):
    """Wait until @lessord shows the server of another enterprise as such: it was an unlisted one until it said so."""
    def is_shown():
        return any((item["address"], item["state"], item["enterprise"]) == (address, "foreign", name)
                   for item in lessord.get("/v1/rogues")["servers"])
    wait_until(is_shown, f"{address} is in the list as of {name}")


def test_foreign(lab):
    """20042: servers of two enterprises on one link report each other, and both serve."""
    bridge = Bridge(lab)
    tree = sample_tree().replace(SERVER, OTHER).replace("i10.77.0.1$", f"i{OTHER_ADDRESS}$")
    other = Slapd(lab, bridge.host, tree=tree, base=FOREIGN_BASE)
    bridge.second.settings.update(uri=other.ldapi, base=FOREIGN_BASE)
    bridge.scene.start()
    bridge.second.start()
    for lessord, address, name in ((bridge.first, OTHER_ADDRESS, "contoso.test"),
                                   (bridge.second, SERVER_ADDRESS, "example.test")):
        lessord.process.wait_for_log(r"ROGUE_FOREIGN \[1042\].*20042")
        wait_for_foreign(lessord, address, name)
        expect_equal(lessord.status()["verdict"]["state"], "authorized", "the verdict")


def test_objection_outlives_serve(lab):
    """An objection that nobody could store holds until a round has ended without one, also if serve crashes."""
    bridge = Bridge(lab)
    bridge.make_standalone(bridge.second)
    bridge.second.start()
    bridge.second.wait_for_verdict("standalone")
    bridge.scene.start()
    keeper = bridge.second.role_pid("dir")
    os.kill(keeper, signal.SIGSTOP)
    bridge.recheck()
    bridge.second.wait_for_status(lambda status: status["detection"]["outcome"] == "directory-met", "the objection")
    bridge.first.stop()
    serve = bridge.second.role_pid("serve")
    bridge.second.kill("serve")
    wait_until(lambda: bridge.second.find_role("serve") not in (None, serve), "serve runs again")
    bridge.wait_for_code(0, "standalone", has_reason=False)
    os.kill(keeper, signal.SIGCONT)
    bridge.second.wait_for_status(lambda status: status["verdict"]["remaining"] > 0, "it serves after a round")
    bridge.scene.client().obtain()


def test_standalone_in_directory(lab):
    """20043: a server without a directory stops for one that a directory has authorized, at once and for good."""
    bridge = Bridge(lab)
    bridge.make_standalone(bridge.second)
    bridge.second.start()
    bridge.second.wait_for_verdict("standalone")
    bridge.scene.start()
    # Whoever keeps the verdict hangs: nobody is answered all the same, and the status does not say otherwise.
    keeper = bridge.second.role_pid("dir")
    os.kill(keeper, signal.SIGSTOP)
    bridge.recheck()
    bridge.second.wait_for_status(lambda status: status["detection"]["outcome"] == "directory-met", "the objection")
    bridge.wait_for_code(0, "standalone", has_reason=False)
    page = lab.run([lab.program("lessorctl"), "--socket", bridge.second.settings["api_socket"], "status"]).stdout
    expect(f"standalone, no client is answered\n  The server {SERVER_ADDRESS} objects" in page, page)
    os.kill(keeper, signal.SIGCONT)
    reason = bridge.wait_for_code(20043, "standalone-in-directory")
    expect(SERVER_ADDRESS in reason and "example.test" in reason, f"{reason!r} does not say who objects")
    bridge.first.stop()
    bridge.recheck()
    bridge.second.wait_for_verdict("standalone")

