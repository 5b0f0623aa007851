# SPDX-License-Identifier: Apache-2.0
"""Two directory servers that copy each other: which of them answers makes no difference, and moving costs nothing."""
import re

import dhcp
from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import BASE, SITE, Slapd, scope_dn, scope_entry

ALL, CHANGES = "all there is", "what had changed"
NO_SUCH_OBJECT = 32
REFRESHED = re.compile(r"DIRECTORY_REFRESHED: .*: (\S+), (.*): (\d+) entries sent, (\d+) only named$", re.MULTILINE)


class Pair:
    """Two providers, first and second, and a daemon at work that prefers the first one, and gives up one that has said
    nothing for @timeout."""

    def __init__(self, lab, timeout="30s"):
        self.scene = Scene(lab, directory={"node": 1})
        self.first, self.second = self.scene.slapd, Slapd(lab, self.scene.server, node=2)
        self.wait_for_copy()
        self.lessord = self.scene.lessord
        self.lessord.settings.update(uri=[self.first.ldap, self.second.ldap], probe_interval="1s", timeout=timeout,
                                     retry_max="1s")
        self.scene.start()
        self.client = self.scene.client()
        self.client.obtain()
        self._values = iter(range(1, 255))
        for slapd in (self.second, self.first):
            self.wait_in_force(self.write(slapd))

    def wait_for_copy(self):
        """Wait until both have the same, as their CSNs tell."""
        wait_until(lambda: self._state(self.first) == self._state(self.second), "both directories have the same")

    @staticmethod
    def _state(slapd):
        """Its CSNs; None while it has nothing at all, as the second one at first."""
        found = slapd.ldap_tool("ldapsearch", "-LLL", "-b", BASE, "-s", "base", "contextCSN", status=None)
        expect(found.returncode in (0, NO_SUCH_OBJECT), f"{slapd.name}: {found.stderr}")
        return sorted(found.stdout.splitlines()) if found.returncode == 0 else None

    def write(self, slapd):
        """Make a change on one of them; returns the value that clients are to get."""
        value = f"10.77.9.{next(self._values)}"
        slapd.replace(SITE, "lessorOption", f"domain-name-servers={value}")
        return value

    def wait_in_force(self, value):
        wait_until(lambda: self.client.renew().addresses(dhcp.DNS_SERVERS) == [value], f"{value} is in an ACK")

    def wait_for_move(self, slapd):
        """Wait until the daemon is connected with @slapd; it serves meanwhile."""
        def has_moved():
            self.client.renew()
            directory = self.lessord.status()["directory"]
            return directory["connected"] and directory["uri"] == slapd.ldap
        wait_until(has_moved, f"connected with {slapd.ldap}")
        self.lessord.wait_for_verdict("authorized")

    def restart(self, slapd):
        """Start one of them again and wait until it has caught up."""
        slapd.start()
        self.wait_for_copy()

    def refreshes(self):
        """What was sent after each connecting: (URI, what, number of entries, number of mere names)."""
        return [(uri, what, int(entries), int(names)) for uri, what, entries, names in REFRESHED.findall(self.lessord.process.log())]

    def wait_for_refresh(self, count):
        return wait_until(lambda: self.refreshes()[count - 1:count], f"refresh number {count}")[0]


def test_one_after_the_other(lab):
    """One of two directory servers dies, comes back, the other dies: the daemon moves, serves, and reads no entry twice."""
    pair = Pair(lab)
    expect_equal(pair.wait_for_refresh(1), (pair.first.ldap, ALL, 5, 0), "the first refresh")
    pair.first.kill()
    pair.wait_for_move(pair.second)
    expect_equal(pair.wait_for_refresh(2), (pair.second.ldap, CHANGES, 0, 0), "the refresh after the move")
    pair.wait_in_force(pair.write(pair.second))
    pair.restart(pair.first)
    for slapd in (pair.first, pair.second, pair.first):
        pair.wait_in_force(pair.write(slapd))
    pair.wait_for_copy()
    pair.second.kill()
    pair.wait_for_move(pair.first)
    expect_equal(pair.wait_for_refresh(3), (pair.first.ldap, CHANGES, 0, 0), "the refresh after moving back")
    pair.wait_in_force(pair.write(pair.first))
    expect_equal(len(pair.refreshes()), 3, "refreshes")


def test_both_away(lab):
    """Both directory servers die: leases go on by the verdict, and whichever comes back first is taken."""
    pair = Pair(lab)
    pair.first.kill()
    pair.second.kill()
    verdict = pair.lessord.wait_for_verdict("cached")["verdict"]
    expect(verdict["remaining"] > 0, "the verdict has no time left")
    pair.client.renew()
    pair.scene.client().obtain()
    pair.second.start()
    pair.wait_for_move(pair.second)
    expect_equal(pair.wait_for_refresh(2), (pair.second.ldap, CHANGES, 0, 0), "the refresh")
    pair.wait_in_force(pair.write(pair.second))
    pair.restart(pair.first)
    pair.wait_in_force(pair.write(pair.first))


def test_changes_before_move(lab):
    """What was written on either server while the daemon did not hear it is in force after a move, deletions included."""
    pair = Pair(lab)
    pair.first.add(scope_entry("10.78.0.0") + scope_entry("10.79.0.0"))
    pair.lessord.wait_for_generation(lambda configuration: configuration["scopes"] == 3)
    pair.lessord.stop()
    value = pair.write(pair.first)
    pair.first.delete(scope_dn("10.78.0.0"))
    pair.wait_for_copy()
    pair.second.delete(scope_dn("10.79.0.0"))
    pair.first.kill()
    pair.lessord.start()
    pair.wait_for_move(pair.second)
    pair.lessord.wait_for_generation(lambda configuration: configuration["scopes"] == 1)
    pair.wait_in_force(value)
    expect_equal(pair.wait_for_refresh(1), (pair.second.ldap, CHANGES, 1, 2), "the refresh after a change and two removals")


def test_frozen_before_move(lab):
    """A directory server that says nothing any more is left, and what was written on the other meanwhile is in force."""
    pair = Pair(lab, timeout="1s")
    pair.first.freeze()
    value = pair.write(pair.second)
    pair.wait_for_move(pair.second)
    pair.wait_in_force(value)
    pair.first.thaw()
    pair.wait_for_copy()
    pair.wait_in_force(pair.write(pair.first))


def test_withdrawal_on_the_other(lab):
    """A withdrawal written on the server that the daemon is not connected with acts as well."""
    pair = Pair(lab)
    for slapd, other in ((pair.first, pair.second), (pair.second, pair.first)):
        pair.wait_for_move(slapd)
        other.deauthorize()
        pair.lessord.wait_for_verdict("not-authorized")
        other.authorize()
        pair.lessord.wait_for_verdict("authorized")
        if slapd is pair.first:
            pair.first.kill()
            pair.wait_for_move(pair.second)
            pair.restart(pair.first)
            pair.wait_in_force(pair.write(pair.first))
