# SPDX-License-Identifier: Apache-2.0
"""How a connection by Kerberos is protected: what is agreed on is reported, and who wants more than there is says so."""
import re

from harness import expect_equal, wait_until
from kdc import Kdc
from scene import Scene
from slapd import LDAP_PORT, LDAPS_PORT

REFUSED = 20037
LDAP, LDAPS = f"ldap://localhost:{LDAP_PORT}", f"ldaps://localhost:{LDAPS_PORT}"
# Libraries lose four octets when client and server do not agree about a layer, and twelve with each tls-unique.
LEAKS = "leak:gss_krb5int_unseal_token_v3\nleak:gnutls_session_channel_binding\n"


class Protected:
    """A directory with a KDC whose demands are changed, and a daemon whose settings are."""

    def __init__(self, lab):
        self.scene = Scene(lab, kdc=Kdc)
        self.kdc, self.slapd, self.lessord = self.scene.kdc, self.scene.slapd, self.scene.lessord
        self.lessord.environment = self.kdc.client_environment() | {
            "LSAN_OPTIONS": f"print_suppressions=0:suppressions={lab.write('leaks', LEAKS)}"}
        self._settings = self.lessord.settings

    def demand(self, **demands):
        """Let the directory demand this, and nothing else."""
        lines = {"olcSaslSecProps": "noplain,noanonymous", "olcSecurity": "ssf=0", "olcSaslCBinding": "none"} | demands
        self.slapd.modify("dn: cn=config\nchangetype: modify\n" + "-\n".join(
            f"replace: {attribute}\n{attribute}: {value}\n" for attribute, value in lines.items()))

    def start(self, settings):
        self.lessord.settings = dict(self._settings)
        self.scene.use({"uri": LDAP, "bind": "gssapi", "keytab": self.kdc.keytab("lessord"), "timeout": "2s",
                        "tls_ca_file": self.slapd.ca_file, **settings})
        self.lessord.start()

    def expect_connected(self, protection, **settings):
        """Check that with @settings both connections are protected as reported by @protection."""
        self.start(settings)
        self.lessord.process.wait_for_log("DIRECTORY_CONNECTED", count=2)
        found = re.findall(r"DIRECTORY_CONNECTED: .*: for [^,]*, \S+, (.*)$", self.lessord.process.log(), re.MULTILINE)
        expect_equal(found, [protection] * 2, f"the protection with {settings}")
        self.lessord.wait_for_verdict("authorized")
        self.lessord.stop()

    def expect_refused(self, words, **settings):
        """Check that with @settings the directory's refusal (20037) is told with @words."""
        self.start(settings)
        def check():
            self.lessord.request("/v1/recheck", "POST")
            verdict = self.lessord.status()["verdict"]
            return verdict["code"] == REFUSED and words in verdict["reason"] and verdict
        self.scene.lab.say(wait_until(check, f"a reason with {words!r} with {settings}")["reason"])
        self.lessord.stop()


def test_layers(lab):
    """The layer that is agreed on is reported, and what either side wants in vain has its sentence"""
    protected = Protected(lab)
    for choice in ("auto", "sign", "seal"):
        protected.expect_connected("signed and sealed, 256 bits", sasl_security=choice)
    protected.expect_connected("not protected", sasl_security="none")
    protected.expect_connected("TLS", uri=LDAPS)
    protected.expect_connected("TLS", start_tls="yes")
    for demand in ({"olcSaslSecProps": "noplain,noanonymous,minssf=56"}, {"olcSecurity": "ssf=56"}):
        protected.demand(**demand)
        protected.expect_refused("set sasl-security = auto", sasl_security="none")
        protected.expect_connected("signed and sealed, 256 bits")
        protected.expect_connected("TLS", uri=LDAPS)
    protected.demand(olcSaslSecProps="noplain,noanonymous,maxssf=0")
    protected.expect_refused("the server offers less protection than sasl-security asks for")
    protected.expect_refused("the server offers less protection than sasl-security asks for", sasl_security="seal")
    protected.demand(olcSecurity="tls=56")
    protected.expect_refused("the server wants more protection than Kerberos gives: use start-tls = yes or ldaps://")
    protected.expect_connected("TLS", uri=LDAPS)


def test_channel_binding(lab):
    """A bind is tied to its TLS connection where the directory knows how; of another kind it is refused"""
    protected = Protected(lab)
    protected.demand(olcTLSCipherSuite="NORMAL:-VERS-TLS1.3")  # which has no tls-unique
    for ours in ("none", "tls-unique", "tls-endpoint"):
        for theirs in ("none", "tls-unique", "tls-endpoint"):
            protected.demand(olcSaslCBinding=theirs)
            settings = {"uri": LDAPS} if ours == "tls-endpoint" else {"uri": LDAPS, "channel_binding": ours}
            if "none" in (ours, theirs) or ours == theirs:
                protected.expect_connected("TLS", **settings)
            else:
                protected.expect_refused("wants another channel-binding", **settings)
