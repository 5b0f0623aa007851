# SPDX-License-Identifier: Apache-2.0
"""A real name server (dnsmasq) on the loopback of a namespace."""
import os
import signal

from harness import wait_until

DOMAIN = "example.test"
ADDRESS = "127.0.0.1"
HOSTS = ("ldap1", "ldap2", "ldap3")

# A program sees this resolv.conf in the place of the machine's own, and no file with the names of hosts.
WRAPPER = """\
mount --bind "$0" /etc/resolv.conf
mount --bind /dev/null /etc/hosts
exec "$@"
"""


class Dns:
    """The name server of the domain example.test, in which ldap1, ldap2 and ldap3 are names of the loopback itself.

    @servers are its SRV records for _ldap._tcp: (NAME, PORT, PRIORITY), or with a fourth word, a site's."""

    def __init__(self, lab, namespace, *servers):
        self.lab, self.namespace = lab, namespace
        self._process = None
        self._resolver = lab.write("resolv.conf", f"nameserver {ADDRESS}\noptions timeout:30 attempts:4\n")  # who lets it wait, waits
        self.start(*servers)

    def wrapper(self):
        """What stands before a command line for it to ask this name server."""
        return ["unshare", "-m", "sh", "-c", WRAPPER, self._resolver]

    @staticmethod
    def _record(host, port, priority, site=None):
        name = f"_ldap._tcp.{f'{site}._sites.' if site else ''}{DOMAIN}"
        return f"--srv-host={name},{host}.{DOMAIN},{port},{priority},100"

    def start(self, *servers, options=()):
        """Start it, with these SRV records, and further options of dnsmasq."""
        self._process = self.lab.start("dnsmasq", [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-hosts", "--no-resolv",
            f"--listen-address={ADDRESS}", "--bind-interfaces", "--log-facility=-", "--local=/test/",
            *(f"--host-record={host}.{DOMAIN},127.0.0.1" for host in HOSTS),
            *(self._record(*server) for server in servers), *options], namespace=self.namespace)
        self._process.wait_for_log("started")

    def restart(self, *servers, options=()):
        """Let it have other records."""
        self.stop()
        self.start(*servers, options=options)

    def stop(self):
        self._process.stop()

    def freeze(self):
        """Let it be there and say nothing."""
        self._process.send(signal.SIGSTOP)

    def thaw(self):
        self._process.send(signal.SIGCONT)
