# SPDX-License-Identifier: Apache-2.0
"""The usual scene of a test: a directory and a server in one namespace, and links with clients."""
import itertools

from clients import start_relay
from harness import wait_until
from lessor import Lessorctl, Lessord
from rawclient import Link, RawClient
from slapd import ROOT, Slapd, person_dn, sample_tree

SERVER_ADDRESS = "10.77.0.1"
RELAY_ADDRESS = "10.77.0.2"
_marks = itertools.count(5000000)


class Scene:
    """slapd, or a directory of another @kind, and lessord (not started yet) in the namespace srv at 10.77.0.1, with clients
    on the link; with @relay also a second link, 10.78.0.0/24, behind a relay. @tree and @directory are arguments of
    sample_tree and of @kind."""

    def __init__(self, lab, relay=False, kdc=None, tree=None, directory=None, kind=Slapd, **settings):
        self.lab = lab
        self.switch = lab.switch("sw")
        self.server = self.host("srv", address=f"{SERVER_ADDRESS}/24")
        self.kdc = kdc(lab, self.server) if kdc else None
        if self.kdc:
            directory = {"kdc": self.kdc, **(directory or {})}
        self.slapd = kind(lab, self.server, tree=sample_tree(**(tree or {})), **(directory or {}))
        self.lessord = Lessord(lab, self.server, **(settings or self.simple_bind()))
        self.ctl = Lessorctl(lab, self.server, self.slapd, self.lessord)
        self.far_switch = None
        if relay:
            self._add_relay()

    def simple_bind(self, person="lessord", uri=None):
        """Settings for a simple bind over StartTLS, which is how most sites will run it."""
        password = self.lab.write(f"{person}.password", f"{person}-password\n")
        return {"uri": uri or self.slapd.ldap, "tls_ca_file": self.slapd.ca_file,
                "bind": "simple", "bind_dn": person_dn(person), "password_file": password}

    def external_bind(self):
        """Settings for the unix socket, by which the operating system vouches for us."""
        return {"uri": self.slapd.ldapi, "bind": "external"}

    def use(self, settings):
        """Let the daemon come to the directory with these settings and no others."""
        ours = {key: value for key, value in self.lessord.settings.items() if key not in self.simple_bind()}
        self.lessord.settings = ours | settings

    def host(self, name, address=None, switch=None):
        """A new namespace on the link."""
        namespace = self.lab.namespace(name)
        namespace.plug(switch or self.switch, address=address)
        return namespace

    def link(self, name="raw"):
        """A new namespace on the link, for raw clients."""
        return Link(self.host(name))

    def client(self, **arguments):
        """A raw client on a link of its own."""
        self._raw = getattr(self, "_raw", 0) + 1
        return RawClient(self.link(f"raw{self._raw}"), **arguments)

    def _add_relay(self):
        self.far_switch = self.lab.switch("far")
        self.relay = self.host("relay", address=f"{RELAY_ADDRESS}/24")
        self.relay.plug(self.far_switch, "eth1", "10.78.0.1/24")
        with self.relay.entered(), open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as file:
            file.write("1")
        self.server.ip(f"route add 10.78.0.0/24 via {RELAY_ADDRESS}")
        start_relay(self.lab, self.relay, SERVER_ADDRESS)

    def settle(self):
        """Wait until the packet path goes by all that was written into the directory so far: changes come in their order, so
        one more that can be recognized is the last. (It sets for how long ended leases are remembered, some two months.)"""
        mark = next(_marks)
        self.slapd.replace(ROOT, "lessorLeaseMemory", mark)
        wait_until(lambda: self.lessord.get("/v1/database")["leaseMemory"] == mark, "the last change has come")
        self.lessord.wait_for_serve(self.lessord.status()["configuration"]["generation"])

    def start(self):
        """Start the daemon and return when it may serve."""
        self.lessord.start()
        self.lessord.wait_for_verdict("authorized")
        status = self.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"], "scopes are served")
        self.lessord.wait_for_serve(status["configuration"]["generation"])
        return self
