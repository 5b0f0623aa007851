# SPDX-License-Identifier: Apache-2.0
"""A real 389 Directory Server with Lessor's schema, made once per run and copied for each test."""
import fcntl
import glob
import os
import shutil
import socket

from harness import Failure, wait_until
from slapd import BASE, LDAP_PORT, LDAPS_PORT, Directory, documented_ldif, ldif, person_dn, sample_tree

INSTANCE = "test"
OWNER = "dirsrv"  # made by the package
ERRORS = "16384"  # what it prints: as much as it usually writes to its log of errors
CHANGE_LOG = "cn=Retro Changelog Plugin,cn=plugins,cn=config"
SYNC = "cn=Content Synchronization,cn=plugins,cn=config"

# An instance is always where it was made: what a test has is a copy that is mounted there for its own server alone, which
# also has the semaphores of a machine for itself.
WRAPPER = """\
mount -t tmpfs none /dev/shm
mount --bind "$0" "$1"
shift
exec setpriv --reuid=dirsrv --regid=dirsrv --clear-groups "$@"
"""

# dscreate waits until a server that it has ended is gone, so somebody must wait for that orphan: a shell as process 1.
REAPER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


class Ds389(Directory):
    """ns-slapd in @namespace, on localhost and a unix socket. @tree is what is in it (sample_tree() if None)."""

    SETUP = f"""\
[general]
config_version = 2
full_machine_name = localhost
strict_host_checking = False
selinux = False
systemd = False
start = False
[slapd]
instance_name = {INSTANCE}
port = {LDAP_PORT}
secure_port = {LDAPS_PORT}
root_password = root-password
self_sign_cert = True
[backend-userroot]
suffix = {BASE}
sample_entries = no
"""
    # Small caches, which start faster, and a limit that everybody meets who is not exempt from it.
    TUNING = """
dn: cn=config,cn=ldbm database,cn=plugins,cn=config
changetype: modify
replace: nsslapd-cache-autosize
nsslapd-cache-autosize: 0

dn: cn=config,cn=ldbm database,cn=plugins,cn=config
changetype: modify
replace: nsslapd-dbcachesize
nsslapd-dbcachesize: 1000000

dn: cn=config
changetype: modify
replace: nsslapd-sizelimit
nsslapd-sizelimit: 3
"""
    RIGHTS = (f'(targetattr="*")(version 3.0; acl "lessord"; allow (read, search, compare) '
              f'userdn="ldap:///{person_dn("lessord")}";)',
              f'(targetattr="*")(version 3.0; acl "admin"; allow (all) userdn="ldap:///{person_dn("admin")}";)')

    def __init__(self, lab, namespace, tree=None):
        self.lab, self.namespace = lab, namespace
        self.directory = lab.path("ds389")
        self._template = os.path.join(lab.shared, "ds389")
        self._process = None
        self._provision()
        self.start()
        self.add(sample_tree() if tree is None else tree)
        self.replace(BASE, "aci", *self.RIGHTS)
        self.replace(person_dn("lessord"), "nsSizeLimit", "-1")

    @property
    def socket(self):
        return f"{self.directory}/root/run/slapd-{INSTANCE}.socket"

    @property
    def ca_file(self):
        return self.lab.path("ds389-ca.pem")

    @property
    def ldap(self):
        return f"ldap://localhost:{LDAP_PORT}"

    def _as_owner(self, *words):
        """The command line @words, run by the server's account."""
        return ["unshare", "-m", "sh", "-ec", WRAPPER, self.directory, self._template, *words]

    def _provision(self):
        """Copy the instance that the first test of the run made."""
        with open(f"{self._template}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(f"{self._template}/ca.pem"):
                os.makedirs(self._template, exist_ok=True)
                os.mkdir(self.directory)
                shutil.chown(self.directory, OWNER, OWNER)
                self._make()
                os.rmdir(self._template)
                os.rename(self.directory, self._template)
        self.lab.run(["cp", "-a", self._template, self.directory])
        shutil.copyfile(f"{self._template}/ca.pem", self.ca_file)

    def _make(self):
        """Make the instance as an administrator does, but without systemd and in a folder of its own."""
        root, programs = f"{self._template}/root", f"{self._template}/bin"
        environment = {"HOME": self._template, "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"}

        def dscreate(*words):
            self.lab.run([*REAPER, *self._as_owner("sh", "-c", '"$@"; exit', "sh", "dscreate", *words)],
                         namespace=self.namespace, env=environment)
        dscreate("ds-root", root, programs)
        dscreate("from-file", self.lab.write("ds389.inf", self.SETUP))
        folder = f"{self.directory}/root/etc/dirsrv/slapd-{INSTANCE}"
        for path in glob.glob(os.path.join(self.lab.source, "ldap-schema", "*389ds.ldif")):
            shutil.copy(path, f"{folder}/schema")
        self.start()
        self.modify(documented_ldif(self.lab, SYNC) + self.TUNING)
        self.stop()
        for path in glob.glob(f"{self.directory}/root/var/lib/dirsrv/slapd-{INSTANCE}/db/__db.*"):
            os.unlink(path)  # the cache, which is large
        shutil.copy(f"{folder}/ca.crt", f"{self.directory}/ca.pem")

    def start(self):
        """Start it, and return when it accepts connections."""
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self._process = self.lab.start("ds389", self._as_owner(
            "ns-slapd", "-D", f"{self._template}/root/etc/dirsrv/slapd-{INSTANCE}",
            "-i", f"{self._template}/root/run/dirsrv/slapd-{INSTANCE}.pid", "-d", ERRORS), namespace=self.namespace)
        wait_until(self._is_answering, "ns-slapd accepts connections")

    def _is_answering(self):
        if not self._process.is_running():
            raise Failure(f"ns-slapd did not start:\n{self._process.log()}")
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.socket) == 0

    def complaints(self):
        """The lines of its log of errors that are more than notes."""
        return [line for line in self._process.log().splitlines() if " - INFO - " not in line]

    def first_change(self):
        """The number of the oldest change in its log."""
        return self._change("firstChangeNumber")

    def last_change(self):
        return self._change("lastChangeNumber")

    def _change(self, attribute):
        return int(self.search("", "-s", "base", attribute).split()[-1])
