# SPDX-License-Identifier: Apache-2.0
"""The directory's servers are found by DNS: by priority, by site, anew at each round; and what if they are not."""
import re
import time

from dns import DOMAIN, Dns
from harness import expect, expect_equal, wait_until
from lessor import expect_error
from scene import Scene
from slapd import BASE, LDAP_PORT, SERVER, Slapd, person_dn

UNREACHABLE, NO_SERVER = 20040, 20070
STOP = 30.0  # seconds; far below what a resolver may wait
FIRST, SECOND = ("ldap1", LDAP_PORT, 10), ("ldap2", LDAP_PORT + 1, 20)
NOT_FOUND = re.compile(r"DIRECTORY_NOT_FOUND \[1049\]: .* for the configuration, (.*)$", re.MULTILINE)


def uri_of(server):
    return f"ldap://{server[0]}.{DOMAIN}:{server[1]}"


class Found:
    """A daemon that finds its directory by @servers in the DNS; @settings are further ones."""

    def __init__(self, lab, *servers, mirror=False, **settings):
        self.scene = Scene(lab, directory={"node": 1} if mirror else {})
        self.slapd, self.lessord = self.scene.slapd, self.scene.lessord
        self.other = Slapd(lab, self.scene.server, node=2) if mirror else None
        self.dns = Dns(lab, self.scene.server, *servers)
        self.lessord.wrapper = self.dns.wrapper()
        for key in ("uri", "base"):
            self.lessord.settings.pop(key)
        self.lessord.settings |= {"domain": DOMAIN, "timeout": "1s", "retry_max": "1s", "probe_interval": "1s", **settings}

    def wait_for_server(self, server):
        """Wait until the daemon is connected with @server."""
        self.lessord.wait_for_status(
            lambda status: status["directory"]["connected"] and status["directory"]["uri"] == uri_of(server),
            f"connected with {uri_of(server)}")
        self.lessord.wait_for_verdict("authorized")

    def expect_nowhere(self, *words):
        """Check that the status tells with @words why no server is found (20070), and that this is why nobody is served."""
        def check():
            self.lessord.request("/v1/recheck", "POST")
            status = self.lessord.status()
            return status["verdict"]["code"] == UNREACHABLE and all(
                word in status[part]["reason"] for word in words for part in ("directory", "verdict")) and status
        status = wait_until(check, f"a reason with {words}")
        self.scene.lab.say(status["directory"]["reason"])
        expect_equal(status["directory"]["code"], NO_SERVER, "the directory's code")

    def remarks(self):
        """What was reported about finding servers, for one of the two connections."""
        return NOT_FOUND.findall(self.lessord.process.log())


def test_priorities(lab):
    """Of two servers in the DNS the first is used; when it dies the second is, and a change of the DNS is followed"""
    found = Found(lab, SECOND, FIRST, mirror=True)
    found.scene.start()
    found.wait_for_server(FIRST)
    found.slapd.kill()
    found.wait_for_server(SECOND)
    found.slapd.start()
    renamed = ("ldap3", LDAP_PORT, 0)
    found.dns.restart(renamed)
    found.other.kill()
    found.wait_for_server(renamed)
    expect_equal(found.remarks(), [], "remarks")


def test_dns_away_at_start(lab):
    """Without a name server nothing is found (20070, 20040) and said so once; the daemon stops at once and recovers by itself"""
    found = Found(lab, FIRST)
    found.dns.stop()
    found.lessord.start()
    found.expect_nowhere(f"domain {DOMAIN}", "the DNS does not answer", "/etc/resolv.conf")
    expect_equal(found.lessord.status()["directory"]["uri"], "", "the server in use")
    found.lessord.stop()
    found.dns.start(FIRST)
    found.dns.freeze()
    found.lessord.start()
    found.expect_nowhere(f"domain {DOMAIN}", "the DNS does not answer", "/etc/resolv.conf")
    start = time.monotonic()
    found.lessord.stop()
    expect(time.monotonic() - start < STOP, "a silent name server held up the end")
    found.lessord.start()
    found.expect_nowhere("the DNS does not answer")
    wait_until(found.remarks, "a report")
    found.dns.thaw()
    found.wait_for_server(FIRST)
    expect_equal(len(found.remarks()), 1, "reports")


def test_dns_away_later(lab):
    """A name server that is away or silent later does not matter: the servers and addresses that were known are used"""
    found = Found(lab, FIRST)
    found.scene.start()
    found.wait_for_server(FIRST)
    for fail, mend in ((found.dns.freeze, found.dns.thaw), (found.dns.stop, lambda: found.dns.start(FIRST))):
        fail()
        for _ in range(2):
            found.slapd.kill()
            found.lessord.wait_for_verdict("cached")
            found.slapd.start()
            found.wait_for_server(FIRST)
        mend()
        found.slapd.kill()
        found.lessord.wait_for_verdict("cached")
        found.slapd.start()
        found.wait_for_server(FIRST)
    expect_equal([("those found before are tried" in remark) for remark in found.remarks()], [True] * 2, "remarks")


def test_no_servers(lab):
    """No such domain, no such records, or a domain without directory: each has its sentence, and a record is enough"""
    found = Found(lab)
    found.lessord.start()
    found.expect_nowhere("the DNS has no name _ldap._tcp.example.test", "check 'domain'")
    found.dns.restart(options=["--srv-host=_ldap._tcp.example.test"])
    found.expect_nowhere("says that there is no such service", "check 'domain'")
    found.dns.restart(options=["--txt-record=_ldap._tcp.example.test,nothing"])
    found.expect_nowhere("no SRV record at _ldap._tcp.example.test", "check 'domain'")
    found.dns.restart(FIRST)
    found.wait_for_server(FIRST)


def test_site(lab):
    """The servers of the site come first, whatever their priority; the domain's others come after them"""
    found = Found(lab, FIRST, (*SECOND, "oslo"), mirror=True, site="oslo")
    found.scene.start()
    found.wait_for_server(SECOND)
    found.other.kill()
    found.wait_for_server(FIRST)
    expect_equal(found.remarks(), [], "remarks")
    found.lessord.stop()
    found.lessord.settings["site"] = "bergen"
    found.lessord.start()
    found.wait_for_server(FIRST)
    expect(all("the site bergen has no directory server" in remark for remark in found.remarks()) and len(found.remarks()) == 1,
           f"not one remark about the site: {found.remarks()}")


def test_commands(lab):
    """lessorctl and lessord --check find the directory as the daemon does, and say what they do not find"""
    found = Found(lab, FIRST)
    checked = found.lessord.run("--check", status=0)
    expect(uri_of(FIRST) in checked.stdout and BASE in checked.stdout, f"not what was found: {checked.stdout!r}")
    expect("'domain'" not in checked.stderr, f"a warning: {checked.stderr!r}")
    words = [lab.program("lessorctl"), "-c", found.lessord.config_path, "-D", person_dn("admin"), "-y",
             lab.write("admin.password", "admin-password\n"), "server", "list"]
    listed = lab.run([*found.dns.wrapper(), *words], namespace=found.scene.server)
    expect(SERVER in listed.stdout, f"the server is not in the list {listed.stdout!r}")
    found.dns.stop()
    refused = lab.run([*found.dns.wrapper(), *words], namespace=found.scene.server, status=None)
    expect_error(refused, "lessorctl", NO_SERVER, "the DNS does not answer.*'uri'")
    checked = found.lessord.run("--check", status=0)
    expect("warning: 'domain': no directory server of the domain example.test" in checked.stderr, f"{checked.stderr!r}")
