# SPDX-License-Identifier: Apache-2.0
"""A server that shows the directory who it is by Kerberos: keys, tickets, clocks and the KDC may all fail it."""
import functools
import time

import dhcp
from harness import expect, expect_equal, wait_until
from kdc import REALM, Kdc
from scene import Scene
from slapd import LDAP_PORT, SITE

REFUSED = 20037
SECOND = 1.0
TICKET_LIFE = 4


class Realm:
    """A directory with a KDC, and a daemon that has a keytab; @settings are further ones of lessord.conf."""

    def __init__(self, lab, life="10h", **settings):
        self.scene = Scene(lab, kdc=functools.partial(Kdc, life=life))
        self.kdc, self.slapd, self.lessord = self.scene.kdc, self.scene.slapd, self.scene.lessord
        self.scene.use({"uri": f"ldap://localhost:{LDAP_PORT}", "bind": "gssapi", "keytab": self.kdc.keytab("lessord"),
                        "timeout": "1s", "retry_max": "1s", **settings})
        self.lessord.environment = self.kdc.client_environment()
        self.client = None
        self._values = iter(range(1, 255))

    def serve(self):
        """Start the daemon and let it serve a client."""
        self.scene.start()
        self.client = self.scene.client()
        self.client.obtain()
        return self

    def reconnect(self):
        """Have the daemon bind anew."""
        self.slapd.kill()
        self.lessord.wait_for_status(lambda status: not status["directory"]["connected"], "the loss is noticed")
        self.slapd.start()

    def expect_change_in_force(self):
        """Check that a change of the directory acts."""
        value = f"10.77.9.{next(self._values)}"
        self.slapd.replace(SITE, "lessorOption", f"domain-name-servers={value}")
        wait_until(lambda: self.client.renew().addresses(dhcp.DNS_SERVERS) == [value], f"{value} is in an ACK")

    def expect_recovery(self):
        """Check that the daemon serves and follows changes again, without having been touched."""
        self.lessord.wait_for_verdict("authorized")
        self.lessord.wait_for_status(lambda status: status["directory"]["connected"], "connected")
        if not self.client:
            self.client = self.scene.client()
            self.client.obtain()
        self.expect_change_in_force()
        expect_equal(self.lessord.counter("role_restarts"), 0, "roles that were restarted")

    def expect_refused(self, *words):
        """Check that the verdict becomes 20037 with @words in its reason; returns the status."""
        def check():
            self.lessord.request("/v1/recheck", "POST")
            verdict = self.lessord.status()["verdict"]
            return verdict["code"] == REFUSED and all(word in verdict["reason"] for word in words) and verdict
        verdict = wait_until(check, f"a reason with {words}")
        self.scene.lab.say(verdict["reason"])
        return verdict

    def expect_refused_at_start(self, *words):
        """Check that without an earlier verdict nobody is served, and that the reason has @words."""
        expect_equal(self.expect_refused(*words)["state"], "undetermined", "the verdict")

    def expect_refused_later(self, *words):
        """Check that service goes on though the directory does not let us in, and that the reason has @words."""
        verdict = self.expect_refused(*words)
        expect_equal(verdict["state"], "cached", "the verdict")
        expect(verdict["remaining"] > 0, "the verdict has no time left")
        self.client.renew()
        self.scene.client().obtain()


def test_ticket_expires(lab):
    """A ticket that expires disturbs nothing, and a new one is got when the directory's connection breaks afterwards."""
    realm = Realm(lab, life=f"{TICKET_LIFE}s").serve()
    end = time.monotonic() + TICKET_LIFE + SECOND
    since = realm.lessord.status()["directory"]["since"]
    wait_until(lambda: realm.client.renew() and time.monotonic() > end, "the ticket has expired")
    realm.expect_change_in_force()
    expect_equal(realm.lessord.status()["directory"]["since"], since, "when the connection was made")
    realm.reconnect()
    realm.expect_recovery()
    end = time.monotonic() + TICKET_LIFE + SECOND
    wait_until(lambda: time.monotonic() > end, "the second ticket has expired, too")
    realm.kdc.stop()
    realm.expect_change_in_force()
    realm.reconnect()
    realm.expect_refused_later("the KDC cannot be reached", REALM)
    realm.kdc.start()
    realm.expect_recovery()


def test_keytab_rotated(lab):
    """A new key at the KDC: the old keytab is called stale while service goes on, and the new one is taken in place."""
    realm = Realm(lab).serve()
    realm.kdc.change_key("lessord")
    realm.expect_change_in_force()
    realm.reconnect()
    realm.expect_refused_later("the key in the keytab is stale", realm.kdc.keytab("lessord"))
    realm.kdc.export("lessord")
    realm.expect_recovery()


def test_kdc_away_later(lab):
    """Without a KDC service goes on, and a ticket that still holds is enough to connect again."""
    realm = Realm(lab).serve()
    realm.kdc.stop()
    realm.expect_change_in_force()
    realm.reconnect()
    realm.expect_recovery()


def test_kdc_silent_at_start(lab):
    """A KDC that says nothing is told apart (20037) in time, and does not hold up the recovery when it speaks again."""
    realm = Realm(lab)
    realm.kdc.freeze()
    realm.lessord.start()
    realm.expect_refused_at_start("the KDC does not answer", REALM)
    realm.kdc.thaw()
    realm.expect_recovery()


def test_kdc_silent_later(lab):
    """A KDC that says nothing does not keep a ticket that still holds from being used."""
    realm = Realm(lab).serve()
    realm.kdc.freeze()
    realm.expect_change_in_force()
    realm.reconnect()
    realm.expect_recovery()
    realm.kdc.thaw()


def test_service_ticket_expires(lab):
    """Of the tickets that are kept for the time without a KDC the one that expires first decides."""
    realm = Realm(lab)
    realm.kdc.admin(f"modprinc -maxlife {TICKET_LIFE}seconds ldap/localhost")
    realm.serve()
    end = time.monotonic() + TICKET_LIFE + SECOND
    wait_until(lambda: realm.client.renew() and time.monotonic() > end, "the service ticket has expired")
    realm.kdc.freeze()
    realm.reconnect()
    realm.expect_refused_later("the KDC does not answer", REALM)
    realm.kdc.thaw()
    realm.expect_recovery()


def test_principals(lab):
    """Whatever is wrong with the principal at the KDC has its own sentence (20037), and mending it is enough."""
    realm = Realm(lab)
    realm.kdc.change_key("ldap/localhost")
    realm.lessord.start()
    realm.expect_refused_at_start("GSSAPI", "the key of its service principal")
    realm.kdc.admin("modprinc -allow_tix lessord")
    realm.expect_refused_at_start("locked or disabled this principal")
    realm.kdc.admin("modprinc +allow_tix -expire yesterday lessord")
    realm.expect_refused_at_start("this principal has expired")
    realm.kdc.admin("modprinc -expire never -pwexpire yesterday lessord")
    realm.expect_refused_at_start("this principal's key has expired")
    realm.kdc.admin("modprinc -pwexpire never +requires_preauth lessord")
    realm.kdc.change_key("lessord")
    realm.expect_refused_at_start("the key in the keytab is stale")
    realm.kdc.admin("delprinc -force lessord")
    realm.expect_refused_at_start("the KDC does not know this principal")
    realm.kdc.admin("addprinc -randkey lessord")
    realm.kdc.export("lessord")
    realm.kdc.admin("delprinc -force ldap/localhost")
    realm.expect_refused_at_start("the KDC does not know the directory server's service principal")
    realm.kdc.admin("addprinc -randkey ldap/localhost")
    realm.kdc.export("ldap/localhost", "slapd")
    realm.expect_recovery()


def test_wrong_names(lab):
    """A principal that the keytab does not hold, or of another realm, is told apart (20037)."""
    realm = Realm(lab)
    right = dict(realm.lessord.settings)
    for settings, words in [
            ({"principal": "lessor"}, ("holds no key of this principal", "lessor")),
            ({"keytab": realm.kdc.foreign_keytab("lessord@ELSEWHERE.TEST")}, ("no KDC is known", "ELSEWHERE.TEST")),
            ({"uri": f"ldap://127.0.0.1:{LDAP_PORT}"}, ("name the host in the URI", "ldap/127.0.0.1"))]:
        realm.lessord.settings = right | settings
        realm.lessord.start()
        realm.expect_refused_at_start(*words)
        realm.lessord.stop()


def test_clock_skew(lab):
    """Clocks of server, directory and KDC that differ too much are told apart (20037)."""
    realm = Realm(lab)
    realm.kdc.stop()
    realm.kdc.start(clock="+1h")
    realm.kdc.write_config(has_timesync=False)
    realm.lessord.start()
    realm.expect_refused_at_start("the clocks of this machine and the KDC differ")
    realm.kdc.write_config()
    realm.expect_refused_at_start("the clocks agree")
    realm.kdc.stop()
    realm.kdc.start()
    realm.expect_recovery()
