# SPDX-License-Identifier: Apache-2.0
"""A server without a directory: a file says what to serve, and the network whether it may."""
import os
import re

import dhcp
from harness import Failure, expect, expect_equal, wait_until
from lessor import Lessord, expect_error
from rawclient import Link, RawClient
from scene import SERVER_ADDRESS, Scene
from slapd import NOBODY

NAME = "dhcp1.example.org"  # as the document calls it
BROKEN = "dn: cn=DHCP,dc=example,dc=org\nobjectClass: lessorRoot\nlessorOption domain-name=no\n"


def documented_file(lab):
    """The example of docs/standalone.md."""
    with open(os.path.join(lab.source, "docs/standalone.md"), encoding="utf-8") as file:
        found = re.search(r"```ldif\n(.*?)```", file.read(), re.DOTALL)
    if not found:
        raise Failure("docs/standalone.md has no example")
    return found[1]


class Workgroup:
    """A standalone server with the documented file, not started yet, in a namespace at 10.77.0.1, and its clients."""

    def __init__(self, lab, **settings):
        self.lab = lab
        self.switch = lab.switch("sw")
        self.server = lab.namespace("srv")
        self.server.plug(self.switch, address=f"{SERVER_ADDRESS}/24")
        os.mkdir(lab.path("conf"), 0o755)
        self.path = lab.path("conf/lessor.ldif")
        self.text = documented_file(lab)
        self.lessord = Lessord(lab, self.server, mode="standalone", file=self.path, **settings)
        self.lessord.settings["name"] = NAME

    def write(self, text=None):
        """Write the file in its place; without @text, as it was meant."""
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text if text is not None else self.text)

    def rename(self, text):
        """Rename a new file over it."""
        self.lab.write("conf/new", text)
        os.rename(self.lab.path("conf/new"), self.path)

    def start(self):
        self.write()
        self.lessord.start()
        self.lessord.wait_for_verdict("standalone")
        return self

    def client(self):
        self._clients = getattr(self, "_clients", 0) + 1
        namespace = self.lab.namespace(f"raw{self._clients}")
        namespace.plug(self.switch)
        return RawClient(Link(namespace))

    def wait_for_file(self, code, says=""):
        """Wait until the status says so of the file."""
        def check(status):
            file = status["directory"]
            return file["connected"] == (code is None) and (file["code"] or None) == code and re.search(says, file["reason"] or "")
        return self.lessord.wait_for_status(check, f"the file is {code} {says}")["directory"]

    def page(self):
        """What lessorctl status prints."""
        return self.lab.run([self.lab.program("lessorctl"), "--socket", self.lessord.settings["api_socket"], "status"],
                            namespace=self.server).stdout

    def expect_page(self, pattern):
        page = self.page()
        expect(re.search(pattern, page), f"{pattern!r} does not match {page}")

    def events(self, name):
        return re.findall(rf"lessord \w+: {name}\b.*", self.lessord.process.log())


def _lease(client):
    """Get a lease, and return its ACK."""
    reply = client.ask(client.selecting(client.discover()))
    expect_equal(reply.type, dhcp.ACK, "the answer to a REQUEST")
    return reply


def _expect_silence_before_the_end(group, client):
    """Check that a client is dropped while the first round is under way."""
    before = group.lessord.drops("unauthorized")
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: group.lessord.drops("unauthorized") > before, "a client that comes early is dropped")
    expect(client.link.is_silent(), "a client was answered too early")


def _domain(reply):
    return reply.option(dhcp.DOMAIN_NAME).decode()


def _wait_for_domain(client, domain):
    """Wait until the ACKs of renewals say @domain."""
    wait_until(lambda: _domain(client.ask(client.renewing())) == domain, f"an ACK says {domain}")


def test_serves(lab):
    """The documented file is good, and serves clients after the first round"""
    group = Workgroup(lab)
    group.write()
    result = group.lessord.run("--check", status=0)
    expect("6 entries from cn=DHCP,dc=example,dc=org down; 1 scope(s), of which "
           f"{NAME} serves 1" in result.stdout, result.stdout)
    expect_equal(result.stderr, "", "complaints about the documented file")
    group.lessord.start()
    status = group.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"], "the file is read")
    expect_equal(status["verdict"]["state"], "checking", "the verdict before the first round has ended")
    group.expect_page(r"no client is answered\n  The first check since the start is under way; .* takes ten seconds\n"
                      r"  Last checked: never\n  Next check: within moments, or when an interface changes\n")
    client = group.client()
    _expect_silence_before_the_end(group, client)

    status = group.lessord.wait_for_verdict("standalone")
    expect_equal((status["directory"]["uri"], status["directory"]["feed"], status["directory"]["connected"], status["mode"]),
                 (f"file://{group.path}", "file", True, "standalone"), "what the status says of the file")
    expect(7200 < status["verdict"]["remaining"] <= 7260, f"it holds for {status['verdict']['remaining']} s")
    reply = _lease(client)
    expect_equal((_domain(reply), reply.addresses(dhcp.ROUTERS)), ("example.org", ["10.77.0.1"]), "what the client is told")
    group.expect_page(r"clients are answered\n  Last checked: [-\d]+ [:\d]+ \(\d+s ago\); valid for 2h(1m)?, until [-\d]+ [:\d]+\n"
                      r"  Next check: [-\d]+ [:\d]+ \(in (59m|1h)\), or when an interface changes\n\n"
                      r"No directory: the network decides\n  Last round of rogue detection: [-\d]+ [:\d]+ \(\d+s ago\), unopposed\n"
                      rf"Configuration file: {re.escape(group.path)}\n")


def test_follows_file(lab):
    """A change of the file reaches the next ACK, however it is made; a broken one changes nothing and is named"""
    group = Workgroup(lab).start()
    client = group.client()
    expect_equal(_domain(_lease(client)), "example.org", "the domain before")
    group.write(group.text.replace("domain-name=example.org", "domain-name=two.example"))
    _wait_for_domain(client, "two.example")
    group.rename(group.text.replace("domain-name=example.org", "domain-name=three.example"))
    _wait_for_domain(client, "three.example")

    group.rename(BROKEN)  # as a whole: what is half written is refused, too
    group.wait_for_file(20000, re.escape(f'{group.path}:3: "lessorOption domain-name=no" is neither'))
    _wait_for_domain(client, "three.example")
    expect_equal(len(group.events("FILE_REFUSED")), 1, "events")
    os.unlink(group.path)
    group.wait_for_file(20000, "there is no file")
    group.write()
    group.wait_for_file(None)
    _wait_for_domain(client, "example.org")
    expect_equal(len(group.events("FILE_MENDED")), 1, "events")

    # One bad entry is left out alone; its last good version stays.
    group.write(group.text.replace("10.77.0.50-10.77.0.200", "10.77.0.50-ten").replace("=example.org", "=four.example"))
    _wait_for_domain(client, "four.example")
    expect(any("lessorRange" in event for event in group.events("ENTRY_QUARANTINED")), "no event names the bad range")
    _lease(group.client())
    result = group.lessord.run("--check")
    expect_error(result, "lessord", 20023, rf"lessor\.ldif:\d+: cn=10\.77\.0\.0,.*lessorRange")
    expect_equal(group.lessord.status()["verdict"]["state"], "standalone", "the verdict, which the file has no part in")


def test_link_switched(lab):
    """A symbolic link that is switched, as container platforms do, is followed"""
    group = Workgroup(lab)
    for name, domain in (("1", "example.org"), ("2", "two.example")):
        os.mkdir(lab.path(f"conf/..{name}"), 0o755)
        lab.write(f"conf/..{name}/lessor.ldif", group.text.replace("=example.org", f"={domain}"))
    os.symlink("..1", lab.path("conf/..data"))
    os.symlink("..data/lessor.ldif", group.path)
    group.lessord.start()
    group.lessord.wait_for_verdict("standalone")
    client = group.client()
    expect_equal(_domain(_lease(client)), "example.org", "the domain before")
    os.symlink("..2", lab.path("conf/..new"))
    os.rename(lab.path("conf/..new"), lab.path("conf/..data"))
    _wait_for_domain(client, "two.example")


def test_missing_at_start(lab):
    """Without its file the server starts, says so, and takes the file when it comes"""
    group = Workgroup(lab)
    result = group.lessord.run("--check")
    expect_error(result, "lessord", 20000, "cannot read .*lessor.ldif")
    os.mkfifo(group.path, 0o666)
    os.chmod(group.path, 0o666)
    expect_error(group.lessord.run("--check"), "lessord", 20000, "it is not a file")
    os.unlink(group.path)
    group.lessord.start()
    group.wait_for_file(20000, "there is no file")
    expect_equal(group.lessord.status()["configuration"]["scopes"], 0, "scopes")
    group.lessord.wait_for_verdict("standalone")
    group.expect_page("standalone, but there is no scope that this server serves\n")
    group.write()
    group.wait_for_file(None)
    _lease(group.client())
    os.chmod(group.path, 0o600)
    group.wait_for_file(20000, "Permission denied")
    os.chown(group.path, NOBODY, NOBODY)
    group.wait_for_file(None)


def test_restart(lab):
    """After a restart nobody is answered before a new round has ended; a role's crash does not even interrupt service"""
    group = Workgroup(lab).start()
    client = group.client()
    _lease(client)
    until = group.lessord.status()["verdict"]["validUntil"]
    for life in range(2, 5):  # each time it comes back later, so that there is a difference to see
        group.lessord.kill("dir")
        group.lessord.process.wait_for_log("lessord dir: AUTHORITY_STANDALONE", count=life)
    status = group.lessord.wait_for_verdict("standalone")
    expect_equal(status["verdict"]["validUntil"], until, "the limit, which a restart of dir must not move")
    client.ask(client.renewing())

    group.write(BROKEN)
    group.wait_for_file(20000)
    group.lessord.stop()
    group.lessord.start()
    status = group.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"], "what was in force is there")
    expect_equal(status["verdict"]["state"], "checking", "the verdict after a restart")
    expect_equal((status["nextDetection"], status["verdict"]["nextCheck"]), (0, 0), "the next round, while the first is under way")
    other = group.client()
    _expect_silence_before_the_end(group, other)
    group.lessord.wait_for_verdict("standalone")
    _lease(other)
    group.wait_for_file(20000, ":3: ")


def test_modes(lab):
    """Going from directory to file and back empties the copy and keeps the leases; what the mode does not use is refused"""
    scene = Scene(lab).start()
    client = scene.client()
    _lease(client)
    scene.lessord.stop()
    directory = dict(scene.lessord.settings)
    path = lab.write("lessor.ldif", documented_file(lab).replace("dhcp1.example.org", directory["name"]))
    expect_error(scene.ctl.lab.run([lab.program("lessord"), "-c", lab.write(
        "both.conf", "[server]\nmode = standalone\n[directory]\nuri = ldap://a.example.org\n"), "--check"], status=None),
        "lessord", 20000, "both.conf:4: 'uri' is only used with mode = directory")

    scene.lessord.settings = {key: value for key, value in directory.items() if key in Lessord.SERVER_KEYS}
    scene.lessord.settings |= {"mode": "standalone", "file": path}
    scene.lessord.start()
    scene.lessord.wait_for_status(lambda status: status["directory"]["connected"], "the file is read")
    expect("STORE_COPY_EMPTIED" in scene.lessord.process.log(), "no event says that the copy starts anew")
    expect_equal(scene.lessord.status()["configuration"]["entries"], 6, "entries")
    ctl = [lab.program("lessorctl"), "-c", scene.lessord.config_path]
    expect("10.77.0.0/24" in lab.run([*ctl, "scope", "list"], namespace=scene.server).stdout, "the file's scope is not shown")
    expect_error(lab.run([*ctl, "server", "list"], namespace=scene.server, status=None), "lessorctl", 50,
                 "lessor.ldif is the file of a server without a directory")
    scene.lessord.wait_for_verdict("standalone")
    reply = client.ask(client.renewing())
    expect_equal((reply.yiaddr, _domain(reply)), (client.address, "example.org"), "the lease after the change of mode")
    scene.lessord.stop()

    scene.lessord.settings = directory
    scene.start()
    client.ask(client.renewing())
