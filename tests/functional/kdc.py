# SPDX-License-Identifier: Apache-2.0
"""A real MIT Kerberos KDC on the loopback of a namespace."""
import glob
import os
import signal
import socket

from harness import Failure, wait_until

REALM = "EXAMPLE.TEST"
PORT = 8888
FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"


class Kdc:
    """The realm EXAMPLE.TEST: ldap/localhost for slapd, and a principal for each name in @people; each has a keytab.
    Tickets hold for @life."""

    CLIENT_CONFIG = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  kdc_timesync = {timesync}
  rdns = false
  udp_preference_limit = 1
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  localhost = {realm}
"""
    SERVER_CONFIG = """\
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {directory}/principal
    key_stash_file = {directory}/stash
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
    max_life = {life}
  }}
"""

    def __init__(self, lab, namespace, people=("lessord", "admin", "stranger"), life="10h"):
        self.lab, self.namespace = lab, namespace
        self.directory = lab.path("kdc")
        os.mkdir(self.directory)
        self._process = None
        self.config = self.write_config()
        profile = lab.write("kdc/kdc.conf", self.SERVER_CONFIG.format(port=PORT, realm=REALM, directory=self.directory,
                                                                      life=life))
        self._environment = {"KRB5_CONFIG": self.config, "KRB5_KDC_PROFILE": profile}
        lab.run(["kdb5_util", "create", "-s", "-r", REALM, "-P", "master"], env=self._environment)
        for principal, keytab in [("ldap/localhost", "slapd"), *((name, name) for name in people)]:
            self.admin(f"addprinc -randkey {principal}")
            self.export(principal, keytab)
        self.start()

    def write_config(self, has_timesync=True):
        """Write krb5.conf; returns its path. @has_timesync: whether clients set their clock by the KDC's."""
        return self.lab.write("kdc/krb5.conf", self.CLIENT_CONFIG.format(realm=REALM, port=PORT, timesync=int(has_timesync)))

    def admin(self, query):
        """Make a change with kadmin."""
        result = self.lab.run(["kadmin.local", "-r", REALM, "-q", query], env=self._environment)
        if "rror" in result.stderr or " while " in result.stderr:
            raise Failure(f"kadmin {query}: {result.stderr}")

    def export(self, principal, keytab=None):
        """Put the key that the KDC has into the principal's keytab, in place of what was there."""
        path = self.keytab(keytab or principal)
        self.admin(f"ktadd -norandkey -k {path}.new {principal}")
        os.chmod(f"{path}.new", 0o644)
        os.rename(f"{path}.new", path)

    def change_key(self, principal):
        """Let the KDC have another key than the keytab."""
        self.admin(f"cpw -randkey {principal}")

    def foreign_keytab(self, principal):
        """A keytab with a key of @principal that no KDC has made."""
        path = self.keytab("foreign")
        self.lab.run(["ktutil"], stdin=f"addent -password -p {principal} -k 1 -e aes256-cts-hmac-sha1-96\nsecret\n"
                     f"wkt {path}\nquit\n", env=self._environment)
        os.chmod(path, 0o644)
        return path

    def keytab(self, name):
        return os.path.join(self.directory, f"{name}.keytab")

    def start(self, clock=None):
        """Start it, and return when it accepts connections. @clock: how far its clock is off, such as "+1h"."""
        # For the KDC alone, and ended in order: libfaketime's shared memory goes with the program that made it.
        wrapper = ["env", f"LD_PRELOAD={glob.glob(FAKETIME)[0]}", f"FAKETIME={clock}"] if clock else []
        self._process = self.lab.start("krb5kdc", [*wrapper, "krb5kdc", "-n", "-r", REALM], namespace=self.namespace,
                                       env=self._environment)
        if clock:
            self.lab.defer(self._process.stop)
        wait_until(self._is_answering, "the KDC accepts connections")

    def _is_answering(self):
        with self.namespace.entered(), socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", PORT)) == 0

    def stop(self):
        self._process.stop()

    def freeze(self):
        """Let it accept connections and say nothing."""
        self._process.send(signal.SIGSTOP)

    def thaw(self):
        self._process.send(signal.SIGCONT)

    def server_environment(self):
        """What slapd needs to know."""
        return {"KRB5_CONFIG": self.config, "KRB5_KTNAME": f"FILE:{self.keytab('slapd')}", "KRB5RCACHENAME": "none:"}

    def client_environment(self, name=None):
        """What a client needs to know; with @name it has that person's ticket."""
        environment = {"KRB5_CONFIG": self.config}
        if name:
            environment["KRB5CCNAME"] = f"FILE:{self.directory}/{name}.ccache"
            self.lab.run(["kinit", "-k", "-t", self.keytab(name), name], namespace=self.namespace, env=environment)
        return environment
