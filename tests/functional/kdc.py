# SPDX-License-Identifier: Apache-2.0
"""A real MIT Kerberos KDC on the loopback of a namespace."""
import os
import socket

from harness import wait_until

REALM = "EXAMPLE.TEST"
PORT = 8888


class Kdc:
    """The realm EXAMPLE.TEST: ldap/localhost for slapd, and a principal for each name in @people; each has a keytab."""

    CLIENT_CONFIG = f"""\
[libdefaults]
  default_realm = {REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {REALM} = {{
    kdc = 127.0.0.1:{PORT}
  }}
[domain_realm]
  localhost = {REALM}
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
  }}
"""

    def __init__(self, lab, namespace, people=("lessord", "admin", "stranger")):
        self.lab, self.namespace = lab, namespace
        self.directory = lab.path("kdc")
        os.mkdir(self.directory)
        self._process = None
        self.config = lab.write("kdc/krb5.conf", self.CLIENT_CONFIG)
        profile = lab.write("kdc/kdc.conf", self.SERVER_CONFIG.format(port=PORT, realm=REALM, directory=self.directory))
        self._environment = {"KRB5_CONFIG": self.config, "KRB5_KDC_PROFILE": profile}
        lab.run(["kdb5_util", "create", "-s", "-r", REALM, "-P", "master"], env=self._environment)
        for principal, keytab in [("ldap/localhost", "slapd"), *((name, name) for name in people)]:
            self._admin(f"addprinc -randkey {principal}")
            self._admin(f"ktadd -k {self.keytab(keytab)} {principal}")
            os.chmod(self.keytab(keytab), 0o644)
        self.start()

    def _admin(self, query):
        self.lab.run(["kadmin.local", "-r", REALM, "-q", query], env=self._environment)

    def keytab(self, name):
        return os.path.join(self.directory, f"{name}.keytab")

    def start(self):
        self._process = self.lab.start("krb5kdc", ["krb5kdc", "-n", "-r", REALM], namespace=self.namespace,
                                       env=self._environment)
        wait_until(self._is_answering, "the KDC accepts connections")

    def stop(self):
        self._process.stop()

    def _is_answering(self):
        with self.namespace.entered(), socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", PORT)) == 0

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
