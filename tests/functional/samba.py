# SPDX-License-Identifier: Apache-2.0
"""A real Active Directory domain controller: Samba, provisioned once per run and copied for each test."""
import fcntl
import os
import re
import shutil

from harness import Failure, wait_until
from lessor import Lessorctl, Lessord
from rawclient import Link, RawClient

DOMAIN = "ad.example.test"
REALM = DOMAIN.upper()
BASE = "DC=ad,DC=example,DC=test"
CONFIGURATION = f"CN=Configuration,{BASE}"
NET_SERVICES = f"CN=NetServices,CN=Services,{CONFIGURATION}"
HOST = f"dc1.{DOMAIN}"
ADDRESS = "10.77.0.10"
SERVER = f"dhcp1.{DOMAIN}"
PASSWORD = "Passw0rd!x"
PORTS = (88, 389)
TEMPLATE = "samba"  # the folder of the provisioned state among what tests share

# A program sees the files named before "--" in the places of the machine's own, a host name of its own, and empty folders
# where Samba keeps what is common to a machine.
WRAPPER = """\
hostname "$0"
for folder in /run /var/lib/samba /var/cache/samba /var/log/samba; do mount -t tmpfs none $folder; done
mkdir /run/samba
while [ "$1" != -- ]; do mount --bind "$1" "/etc/${1##*/}"; shift; done
shift
exec "$@"
"""


class Samba:
    """The domain AD.EXAMPLE.TEST in @namespace, which has eth0 at 10.77.0.10, with the account DHCP1$ of the server.
    Administrators work from the namespace @client."""

    CLIENT_CONFIG = f"""\
[libdefaults]
  default_realm = {REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  {REALM} = {{
    kdc = {ADDRESS}
  }}
[domain_realm]
  .{DOMAIN} = {REALM}
  {DOMAIN} = {REALM}
"""

    def __init__(self, lab, namespace, client):
        self.lab, self.namespace, self.client = lab, namespace, client
        self.directory = lab.path("samba")
        os.mkdir(self.directory)
        self._process = None
        self._hosts = lab.write("samba/hosts", f"127.0.0.1 localhost\n{ADDRESS} {HOST} dc1\n10.77.0.1 {SERVER} dhcp1\n")
        self._resolver = lab.write("samba/resolv.conf", f"search {DOMAIN}\nnameserver {ADDRESS}\n")
        self.krb5_config = lab.write("samba/krb5.conf", self.CLIENT_CONFIG)
        self._provision()
        self.start()

    @property
    def folder(self):
        """Where its state is."""
        return os.path.join(self.directory, "dc")

    @property
    def admin_words(self):
        """By which lessorctl comes to it as its administrator: with the ticket of environment()."""
        return ["-H", self.uri]

    @property
    def uri(self):
        return f"ldap://{HOST}"

    @property
    def keytab(self):
        """The key of the account DHCP1$, by which the server binds."""
        return os.path.join(self.folder, "dhcp1.keytab")

    def wrapper(self, host="dhcp1"):
        """What stands before a command line for it to find the domain by name."""
        return ["unshare", "-mu", "sh", "-c", WRAPPER, host, self._hosts, self._resolver, "--"]

    def _tool(self, folder, *words, **arguments):
        return self.lab.run([*self.wrapper("dc1"), "samba-tool", *words, *(["-s", f"{folder}/etc/smb.conf"] if folder else [])],
                            namespace=self.namespace, **arguments)

    def _provision(self):
        """Copy the state that the first test of the run made, to where this test's own paths are in force."""
        template = os.path.join(self.lab.shared, TEMPLATE)
        with open(f"{template}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.isdir(template):
                shutil.rmtree(f"{template}.new", ignore_errors=True)
                self._make(f"{template}.new")
                self._relocate(f"{template}.new", f"{template}.new", template)
                os.rename(f"{template}.new", template)
        self.lab.run(["cp", "-a", template, self.folder])
        self._relocate(self.folder, template, self.folder)

    @staticmethod
    def _relocate(folder, before, after):
        """Change the paths in the configuration files of @folder."""
        for name in ("etc/smb.conf", "private/krb5.conf"):
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(re.sub(re.escape(before) + r"(?=/|$)", after, text, flags=re.MULTILINE))

    def _make(self, folder):
        self._tool(None, "domain", "provision", f"--realm={REALM}", "--domain=EXAMPLE", "--host-name=dc1", "--server-role=dc",
                   "--dns-backend=SAMBA_INTERNAL", f"--host-ip={ADDRESS}", f"--adminpass={PASSWORD}", f"--targetdir={folder}",
                   "--option=interfaces=lo eth0", "--option=bind interfaces only=yes", "--option=tls enabled=no",
                   "--option=server services=ldap cldap kdc dns", "--option=dsdb:schema update allowed=yes",
                   "--option=acl_xattr:security_acl_name=user.NTACL")
        self._tool(folder, "spn", "add", f"ldap/{HOST}", "dc1$")  # which Samba does itself, but only some time after its start
        self._tool(folder, "computer", "create", "dhcp1")
        self._tool(folder, "spn", "add", f"DHCP/{SERVER}", "dhcp1$")
        self.set_password(f"{PASSWORD}-of-dhcp1", folder)
        self.export_keytab(folder)

    def set_password(self, password, folder=None):
        """Give the server's account another password."""
        self._tool(folder or self.folder, "user", "setpassword", "dhcp1$", f"--newpassword={password}")

    def export_keytab(self, folder=None):
        """Write the keytab anew, with the account's present key."""
        path = f"{folder or self.folder}/dhcp1.keytab"
        if os.path.exists(path):
            os.unlink(path)
        self._tool(folder or self.folder, "domain", "exportkeytab", path, "--principal=dhcp1$")
        os.chmod(path, 0o644)

    def start(self):
        """Start it, and return when it answers."""
        self._process = self.lab.start(
            "samba", [*self.wrapper("dc1"), "samba", "-i", "-M", "single", "-s", f"{self.folder}/etc/smb.conf",
                      "-d", "1"], namespace=self.namespace)
        self.lab.defer(self.stop)
        wait_until(lambda: self._is_answering(), "Samba answers")

    def _is_answering(self):
        if not self._process.is_running():
            raise Failure(f"Samba did not start:\n{self._process.log()}")
        return self.run_tool("kinit", "administrator", stdin=f"{PASSWORD}\n", status=None).returncode == 0 and \
            self.ldap_tool("ldapsearch", "-s", "base", "-b", "", "1.1", status=None).returncode == 0

    def stop(self):
        if self._process.is_running():
            self._process.stop()

    def environment(self, keytab=None):
        """What a Kerberos client needs to know: the domain's administrator, or who @keytab says."""
        who = {"KRB5_CLIENT_KTNAME": keytab, "KRB5CCNAME": "MEMORY:x"} if keytab else \
            {"KRB5CCNAME": f"FILE:{self.directory}/administrator.ccache"}
        return {"KRB5_CONFIG": self.krb5_config, **who}

    def run_tool(self, *words, stdin=None, status=0):
        """Run a program as the domain's administrator."""
        return self.lab.run([*self.wrapper(), *words], namespace=self.client, env=self.environment(), stdin=stdin,
                            status=status)

    def ldap_tool(self, tool, *words, stdin=None, status=0):
        """Run one of the OpenLDAP tools as the domain's administrator."""
        return self.run_tool(tool, "-Q", "-Y", "GSSAPI", "-N", "-H", self.uri, *words, stdin=stdin, status=status)

    def load_schema(self):
        """Load the classes and attributes of the configuration, as docs/directory.md says."""
        with open(os.path.join(self.lab.source, "ldap-schema", "lessor-ad.ldf"), encoding="utf-8") as file:
            self.modify(file.read().replace("DC=X", BASE))

    def modify(self, text):
        """Make the changes of an LDIF text."""
        self.ldap_tool("ldapmodify", stdin=text)

    def add(self, text):
        """Add the entries of an LDIF text."""
        self.ldap_tool("ldapadd", stdin=text)

    def replace(self, dn, attribute, *values):
        """Give @attribute of the entry @dn these values and no others."""
        lines = "".join(f"{attribute}: {value}\n" for value in values)
        self.modify(f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{lines}")

    def delete(self, dn):
        """Remove an entry by Samba's own tool."""
        self.run_tool("ldbdel", "--use-kerberos=required", f"--configfile={self.folder}/etc/smb.conf", "-H", self.uri, dn)

    def search(self, base, *words):
        """What ldapsearch prints of @base and everything below it."""
        return self.ldap_tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base, *words).stdout


class DomainScene:
    """A domain controller at 10.77.0.10, and lessord (not started yet) in the namespace srv at 10.77.0.1, which binds with
    the key of its computer account."""

    def __init__(self, lab, **settings):
        self.lab = lab
        self.switch = lab.switch("sw")
        self.controller = self.host("dc", f"{ADDRESS}/24")
        self.server = self.host("srv", "10.77.0.1/24")
        self.samba = Samba(lab, self.controller, self.server)
        self.lessord = Lessord(lab, self.server, **{
            "uri": self.samba.uri, "base": BASE, "bind": "gssapi", "keytab": self.samba.keytab,
            "poll_interval": "1s", **settings})
        self.lessord.settings["name"] = SERVER
        self.ctl = Lessorctl(lab, self.server, self.samba, self.lessord)
        self.lessord.environment = {"KRB5_CONFIG": self.samba.krb5_config}
        self.ctl.environment = self.samba.environment()
        self.lessord.wrapper = self.ctl.wrapper = self.samba.wrapper()

    def host(self, name, address=None):
        """A new namespace on the link."""
        namespace = self.lab.namespace(name)
        namespace.plug(self.switch, address=address)
        return namespace

    def client(self, **arguments):
        """A raw client on a link of its own."""
        self._raw = getattr(self, "_raw", 0) + 1
        return RawClient(Link(self.host(f"raw{self._raw}")), **arguments)
