# SPDX-License-Identifier: Apache-2.0
"""A real OpenLDAP server with Lessor's schema, its own certificate authority, and a tree to start from."""
import fcntl
import glob
import os
import re
import shutil
import signal
import socket
import urllib.parse

from harness import Failure, wait_until

BASE = "dc=example,dc=test"
DOCUMENTED_BASE = "dc=example,dc=org"
NET_SERVICES = f"cn=NetServices,cn=Services,cn=Configuration,{BASE}"
ROOT = f"cn=DHCP,{BASE}"
SITE = f"cn=oslo,cn=sites,{ROOT}"
SERVER = "dhcp1.example.test"
UID = 10389  # slapd's own; it needs no passwd entry
NOBODY = 65534  # whom the daemon's roles run as
PEER = "cn=peercred,cn=external,cn=auth"
LDAP_PORT, LDAPS_PORT = 3890, 6360


def scope_dn(network, site=SITE):
    return f"cn={network},{site}"


def person_dn(name):
    return f"uid={name},ou=people,{BASE}"


def authorization_dn(name=SERVER):
    return f"cn={name},{NET_SERVICES}"


def ldif(dn, **attributes):
    """One entry; an attribute's value is a text or a list of them."""
    lines = [f"dn: {dn}"]
    for name, values in attributes.items():
        lines += [f"{name}: {value}" for value in ([values] if isinstance(values, (str, int)) else values)]
    return "\n".join(lines) + "\n\n"


def authorization_entry(name=SERVER, address="10.77.0.1"):
    return ldif(authorization_dn(name), objectClass="dHCPClass", cn=name, dhcpUniqueKey=0, dhcpType=1,
                dhcpIdentification="DHCP Server Object", dhcpFlags=0,
                dhcpServers=f"i{address}$rcn={name}$f0x00000000$s{name}$")


def scope_entry(network, **attributes):
    prefix = network.rpartition(".")[0]
    return ldif(scope_dn(network), **{
        "objectClass": "lessorScope", "cn": network, "lessorPrefixLength": 24, "lessorServedBy": SERVER,
        "lessorRange": f"{prefix}.100-{prefix}.199 dhcp", "lessorOption": f"routers={prefix}.1", **attributes})


def documented_ldif(lab, containing):
    """The example of docs/directory.md that contains a text, made to fit this base."""
    with open(os.path.join(lab.source, "docs/directory.md"), encoding="utf-8") as file:
        for text in re.findall(r"```ldif\n(.*?)```", file.read(), re.DOTALL):
            if containing in text:
                return text.replace(DOCUMENTED_BASE, BASE)
    raise Failure(f"docs/directory.md has no example with {containing}")


def base_tree():
    """The naming context and the people in it; nothing of ours."""
    people = "".join(ldif(person_dn(name), objectClass=["account", "simpleSecurityObject"], uid=name,
                          userPassword=f"{name}-password") for name in ("lessord", "admin", "guest", "stranger"))
    return (ldif(BASE, objectClass=["dcObject", "organization"], dc="example", o="Example")
            + ldif(f"ou=people,{BASE}", objectClass="organizationalUnit", ou="people") + people)


def sample_tree(authorized=True, scopes=("10.77.0.0",), root=True, dhcp_root=True):
    """A site with one server and its scopes, as lessorctl makes them."""
    text = base_tree()
    for dn in (f"cn=Configuration,{BASE}", f"cn=Services,cn=Configuration,{BASE}", NET_SERVICES):
        text += ldif(dn, objectClass="applicationProcess", cn=dn.partition(",")[0].partition("=")[2])
    if dhcp_root:
        text += ldif(f"cn=DhcpRoot,{NET_SERVICES}", objectClass="dHCPClass", cn="DhcpRoot", dhcpUniqueKey=0, dhcpType=0,
                     dhcpIdentification="This is a server", dhcpFlags=0)
    if authorized:
        text += authorization_entry()
    if not root:
        return text
    text += ldif(ROOT, objectClass="lessorRoot", cn="DHCP", lessorOption="domain-name=example.test")
    text += ldif(f"cn=sites,{ROOT}", objectClass="applicationProcess", cn="sites")
    text += ldif(SITE, objectClass="lessorSite", cn="oslo", lessorOption="domain-name-servers=10.77.0.53")
    text += ldif(f"cn={SERVER},{SITE}", objectClass="lessorServer", cn=SERVER)
    return text + "".join(scope_entry(scope) for scope in scopes)


def rebase(tree, base):
    """The LDIF @tree below another naming context, dc=...,dc=test."""
    name = base.partition(",")[0].partition("=")[2]
    return tree.replace(BASE, base).replace("dc: example", f"dc: {name}")


class Authority:
    """A certificate authority, made once per run: ca.pem, server.pem, expired.pem and server.key for both."""

    CONFIG = """
        [ca]
        default_ca = test
        [test]
        new_certs_dir = {0}
        database = {0}/index
        serial = {0}/serial
        default_md = sha256
        policy = any
        x509_extensions = server
        [any]
        commonName = supplied
        [server]
        basicConstraints = CA:FALSE
        extendedKeyUsage = serverAuth, clientAuth
        subjectAltName = IP:127.0.0.1, DNS:localhost, DNS:*.example.test, DNS:{1}
        """
    VALIDITY = {"server": ("20200101000000Z", "20491231000000Z"), "expired": ("20200101000000Z", "20200201000000Z")}

    def __init__(self, lab):
        self.directory = os.path.join(lab.shared, "tls")
        with open(os.path.join(lab.shared, "tls.lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.isdir(self.directory):
                self._make(lab)

    def path(self, name):
        return os.path.join(self.directory, name)

    def _make(self, lab):
        folder = self.directory + ".new"
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)

        def make(name, text=""):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)

        def openssl(*words):
            lab.run(["openssl", *(word.replace("@", folder + "/") for word in words)])
        make("index")
        make("index.attr", "unique_subject = no\n")
        make("serial", "1000\n")
        make("config", self.CONFIG.format(folder, socket.gethostname()))
        for key in ("@ca.key", "@server.key"):
            openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", key)
        openssl("req", "-x509", "-new", "-key", "@ca.key", "-sha256", "-days", "3650", "-subj", "/CN=Test CA",
                "-out", "@ca.pem", "-addext", "basicConstraints=critical,CA:TRUE",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", "-new", "-key", "@server.key", "-subj", "/CN=localhost", "-out", "@server.csr")
        for name, (start, end) in self.VALIDITY.items():
            openssl("ca", "-batch", "-notext", "-config", "@config", "-cert", "@ca.pem", "-keyfile", "@ca.key",
                    "-startdate", start, "-enddate", end, "-in", "@server.csr", "-out", f"@{name}.pem")
        for file in os.listdir(folder):
            os.chmod(os.path.join(folder, file), 0o644)
        os.rename(folder, self.directory)


class Directory:
    """What tests do with a directory server in which root on its unix socket is the administrator. A kind of server has
    @lab, @socket and, while it runs, @_process."""

    @property
    def ldapi(self):
        return "ldapi://" + urllib.parse.quote(self.socket, safe="")

    @property
    def admin_words(self):
        """By which lessorctl comes to it as its administrator: as root on the unix socket."""
        return ["-H", self.ldapi, "-b", BASE]

    def stop(self):
        self._process.stop()

    def kill(self):
        self._process.kill()

    def freeze(self):
        """Let it be there and say nothing."""
        self._process.send(signal.SIGSTOP)

    def thaw(self):
        self._process.send(signal.SIGCONT)

    def ldap_tool(self, tool, *words, stdin=None, status=0):
        """Run one of the OpenLDAP tools as root on the unix socket."""
        return self.lab.run([tool, "-Q", "-Y", "EXTERNAL", "-H", self.ldapi, *words], stdin=stdin, status=status)

    def modify(self, text):
        """Make the changes of an LDIF text."""
        self.ldap_tool("ldapmodify", stdin=text)

    def add(self, text):
        """Add the entries of an LDIF text."""
        self.ldap_tool("ldapadd", stdin=text)

    def delete(self, dn):
        self.ldap_tool("ldapdelete", "-r", dn)

    def rename(self, dn, name):
        """Give an entry another name, and so everything below it."""
        self.modify(f"dn: {dn}\nchangetype: modrdn\nnewrdn: {name}\ndeleteoldrdn: 1\n")

    def replace(self, dn, attribute, *values):
        """Give @attribute of the entry @dn these values and no others."""
        lines = "".join(f"{attribute}: {value}\n" for value in values)
        self.modify(f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{lines}")

    def widen(self, network, prefix_length, addresses):
        """Make the sample's scope @network larger."""
        self.modify(f"dn: {scope_dn(network)}\nchangetype: modify\n"
                    f"replace: lessorPrefixLength\nlessorPrefixLength: {prefix_length}\n-\n"
                    f"replace: lessorRange\nlessorRange: {addresses}\n")

    def authorize(self, name=SERVER, address="10.77.0.1"):
        self.add(authorization_entry(name, address))

    def deauthorize(self, name=SERVER):
        self.delete(authorization_dn(name))

    def search(self, base, *words):
        """What ldapsearch prints of @base and everything below it."""
        return self.ldap_tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base, *words).stdout


class Slapd(Directory):
    """slapd in @namespace, on 127.0.0.1 and a unix socket. @tree is the LDIF it starts with (sample_tree() if None).

    With @node, 1 or 2, it is that one of two providers that copy each other's changes (mirror mode); the second one starts
    empty, and gets what the first one has. With @base it is the directory of another enterprise."""

    CONFIG = """\
dn: cn=config
objectClass: olcGlobal
cn: config
olcLogLevel: none
olcTLSCACertificateFile: {tls}/ca.pem
olcTLSCertificateFile: {tls}/{certificate}.pem
olcTLSCertificateKeyFile: {tls}/server.key
olcTLSVerifyClient: never
{server_id}olcSaslHost: localhost
olcAuthzRegexp: {{0}}uid=([^,]+),cn=gssapi,cn=auth uid=$1,ou=people,{base}
olcAuthzRegexp: {{1}}uid=([^,]+),cn=[^,]+,cn=gssapi,cn=auth uid=$1,ou=people,{base}

dn: cn=module{{0}},cn=config
objectClass: olcModuleList
cn: module{{0}}
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb.so
olcModuleLoad: syncprov.so

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif
include: file:///etc/ldap/schema/cosine.ldif
{schema}
dn: olcDatabase={{-1}}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {{-1}}frontend
olcSizeLimit: unlimited

dn: olcDatabase={{0}}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {{0}}config
olcAccess: {{0}}to * by dn.exact=gidNumber=0+uidNumber=0,{peer} manage by * none

dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {{1}}mdb
olcDbDirectory: {directory}/db
olcDbMaxSize: 1073741824
olcDbNoSync: TRUE
olcSuffix: {base}
olcRootDN: cn=root,{base}
olcDbIndex: objectClass eq
olcDbIndex: entryUUID,entryCSN eq
olcAccess: {{0}}to attrs=userPassword by dn.exact=gidNumber=0+uidNumber=0,{peer} manage by anonymous auth by * none
olcAccess: {{1}}to * by dn.exact=gidNumber=0+uidNumber=0,{peer} manage
  by dn.exact=uid=admin,ou=people,{base} write
  by dn.exact=uid=stranger,ou=people,{base} none
  by dn.exact=gidNumber={nobody}+uidNumber={nobody},{peer} read
  by users read by * none
"""
    MIRROR = """\
olcRootPW: root-password
olcSyncRepl: rid={peer:03} provider=ldap://127.0.0.1:{port} bindmethod=simple binddn=cn=root,{base}
  credentials=root-password searchbase={base} type=refreshAndPersist retry="1 +" network-timeout=2 timeout=3
  starttls=critical tls_cacert={tls}/ca.pem tls_reqcert=demand
olcMultiProvider: TRUE
"""
    SYNCPROV = """
dn: olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcSyncProvConfig
olcOverlay: {0}syncprov
olcSpSessionLog: 1000
"""

    def __init__(self, lab, namespace, tree=None, certificate="server", syncprov=True, kdc=None, node=None,
                 base=BASE):
        self.lab, self.namespace, self.node, self.base = lab, namespace, node, base
        self.name = f"slapd{node or ''}" if base == BASE else "slapd-other"
        self.directory = lab.path(self.name)
        self.tls = Authority(lab)
        self.ca_file = self.tls.path("ca.pem")
        self._environment = kdc.server_environment() if kdc else {}
        self._process = None
        for folder in ("config", "db", "run"):
            os.makedirs(os.path.join(self.directory, folder))
        schema = "".join(f"include: file://{path}\n" for path in self._schema_files())
        config = self.CONFIG.format(tls=self.tls.directory, certificate=certificate, base=base, schema=schema,
                                    peer=PEER, directory=self.directory, nobody=NOBODY,
                                    server_id=f"olcServerID: {node}\n" if node else "")
        if node:
            config += self.MIRROR.format(peer=3 - node, port=self._port(LDAP_PORT, 3 - node), base=base,
                                         tls=self.tls.directory)
        if syncprov:
            config += self.SYNCPROV
        config_dir = os.path.join(self.directory, "config")
        lab.run(["slapadd", "-n0", "-F", config_dir, "-l", lab.write(f"{self.name}-config.ldif", config)])
        self.load(rebase(sample_tree() if tree is None else tree, base))
        self.start()

    @staticmethod
    def _port(port, node):
        return port + (node or 1) - 1

    def load(self, tree):
        """While it is stopped: replace everything in it by the LDIF @tree."""
        database = os.path.join(self.directory, "db")
        shutil.rmtree(database)
        os.mkdir(database)
        as_node = ["-S", self.node, "-w"] if self.node else []
        if self.node != 2:
            self.lab.run(["slapadd", "-q", *as_node, "-F", os.path.join(self.directory, "config"), "-b", self.base,
                          "-l", self.lab.write(f"{self.name}-tree.ldif", tree)])
        for folder, _, files in os.walk(self.directory):
            for path in [folder] + [os.path.join(folder, file) for file in files]:
                os.chown(path, UID, UID)

    def _schema_files(self):
        """The generated schema files for cn=config."""
        found = []
        for path in sorted(glob.glob(os.path.join(self.lab.source, "ldap-schema", "**", "*.ldif"), recursive=True)):
            with open(path, encoding="utf-8") as file:
                if "olcAttributeTypes" in file.read():
                    found.append(path)
        if not found:
            raise Failure("no schema for slapd below ldap-schema/")
        return found

    @property
    def socket(self):
        return os.path.join(self.directory, "run", "ldapi")

    @property
    def ldap(self):
        return f"ldap://127.0.0.1:{self._port(LDAP_PORT, self.node)}"

    @property
    def ldaps(self):
        return f"ldaps://127.0.0.1:{self._port(LDAPS_PORT, self.node)}"

    def start(self):
        """Start it, and return when it accepts connections."""
        listeners = f"{self.ldap} {self.ldaps} {self.ldapi}"
        self._process = self.lab.start(self.name, [
            "setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "slapd", "-h", listeners,
            "-F", os.path.join(self.directory, "config"), "-d", "0"], namespace=self.namespace, env=self._environment)
        wait_until(self._is_answering, "slapd accepts connections")

    def _is_answering(self):
        if not self._process.is_running():
            raise Failure(f"slapd did not start:\n{self._process.log()}")
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.socket) == 0
