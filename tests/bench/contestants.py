# SPDX-License-Identifier: Apache-2.0
"""The servers that are measured: how each is configured, started and found in /proc."""
import contextlib
import ipaddress
import json
import os
import re
import shutil
import signal
import subprocess
import time

import plans
from harness import Failure, wait_until
from lessor import Lessord
from slapd import SERVER, SITE, Slapd, authorization_entry, ldif, sample_tree, scope_dn


def package_version(name):
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False)
    return shown.stdout or "not installed"


def _family(pid):
    """A process and everything it started."""
    parents = {}
    for entry in os.listdir("/proc"):
        with contextlib.suppress(ValueError, FileNotFoundError, ProcessLookupError):
            with open(f"/proc/{int(entry)}/stat", encoding="ascii", errors="replace") as file:
                parents.setdefault(int(file.read().rpartition(")")[2].split()[1]), []).append(int(entry))
    found = [pid]
    for parent in found:
        found += parents.get(parent, [])
    return found


class Contestant:
    """A server in @scenery, whose files are in the lab's directory, on a disk."""

    name = package = ""
    sceneries = ("relayed", "direct", "public", "million", "traced")
    every = 1  # it has its turn in each so many rounds
    is_small = False  # room for few clients only: it is started anew for each row
    skips = ()  # rows that it is not measured in

    def __init__(self, lab, scenery, namespace):
        self.lab, self.scenery, self.namespace = lab, scenery, namespace
        self.process = None
        self.wrapper = []  # what stands before its command line

    @classmethod
    def version(cls, _):
        return f"{cls.package} {package_version(cls.package)}"

    def prepare(self):
        """Everything that does not count as starting."""

    @classmethod
    def make_leases(cls, build, subnet, count, folder):
        """Write what it would have on disk with @count leases into @folder."""
        raise NotImplementedError

    def put_leases(self, folder):
        """Let it have that at its next start."""
        for name in os.listdir(folder):
            shutil.copy(os.path.join(folder, name), self.lab.path(name))

    def start(self):
        """Start it; it need not be ready yet."""
        raise NotImplementedError

    def launch(self, *argv, **environment):
        """Start its program."""
        self.process = self.lab.start(self.name, [*self.wrapper, *argv], namespace=self.namespace, env=environment)

    def stop(self):
        """Ask it to end, and wait until it has."""
        for pid in _family(self.process.pid)[len(self.wrapper) > 0:][:1]:
            os.kill(pid, signal.SIGTERM)
        self.process.wait(60)

    def pids(self):
        return _family(self.process.pid)

    def cpu(self):
        """Nanoseconds of CPU that its processes have used, all threads, user and system."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                        total += int(file.read().split()[0])
        return total

    def memory(self):
        """(resident, proportional) octets of its processes."""
        rss = pss = 0
        for pid in self.pids():
            text = self._smaps(pid)
            if not text:
                continue
            rss += 1024 * int(re.search(r"^Rss: +(\d+)", text, re.MULTILINE)[1])
            pss += 1024 * int(re.search(r"^Pss: +(\d+)", text, re.MULTILINE)[1])
        return rss, pss

    @staticmethod
    def _smaps(pid):
        """What the kernel says of a process's memory; nothing of one that has ended meanwhile."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return file.read()

    def counters(self):
        """What it counts itself: {name: number}."""
        return {}


class Canned(Contestant):
    """The limit: a responder that decides nothing and keeps nothing."""

    name = "canned"
    sceneries = ("relayed", "traced")
    words = ()

    @classmethod
    def version(cls, _):
        return "tests/bench/canned"

    def start(self):
        network = self.scenery.subnets[0].network
        words = [os.path.join(self.lab.build, "tests/bench/canned"), self.scenery.server, network.network_address, network.prefixlen]
        self.launch(*words, *(word.replace("@", self.lab.directory) for word in self.words))


class CannedSync(Canned):
    """The limit of those who keep promises: one sync for each batch."""

    name = "canned+sync"
    words = ("--sync", "@/journal")


class Lessor(Contestant):
    """Lessor, on the authority of an slapd of its own."""

    name = "lessor"
    sceneries = (*Contestant.sceneries, "ten-million")

    @classmethod
    def version(cls, build):
        return subprocess.run([os.path.join(build, "lessord"), "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]

    def prepare(self):
        self.slapd = Slapd(self.lab, self.namespace, tree=self._tree())
        self.lessord = Lessord(self.lab, self.namespace, uri=self.slapd.ldapi, bind="external", log_level="info")

    def _tree(self):
        tree = sample_tree(authorized=False, scopes=()) + authorization_entry(address=self.scenery.server)
        if any(subnet.has_classes for subnet in self.scenery.subnets):
            root = SITE.partition(",")[2].partition(",")[2]
            tree += ldif(f"cn=classes,{root}", objectClass="applicationProcess", cn="classes")
            tree += "".join(ldif(f"cn={name},cn=classes,{root}", objectClass="lessorClass", cn=name, lessorClassKind="user", lessorClassData=data)
                            for name, data, _ in plans.CLASSES)
        return tree + "".join(map(self._scope, self.scenery.subnets))

    @staticmethod
    def _scope(subnet):
        network = str(subnet.network.network_address)
        dn = scope_dn(network)
        options = {"routers": subnet.router, **subnet.options}
        text = ldif(dn, objectClass="lessorScope", cn=network, lessorPrefixLength=subnet.network.prefixlen, lessorServedBy=SERVER,
                    lessorRange=f"{subnet.first}-{subnet.last}", lessorLeaseTime=subnet.lease_time,
                    lessorOption=[f"{name}={value}" for name, value in options.items()])
        for address, hardware, name in subnet.reservations:
            text += ldif(f"cn={address},{dn}", objectClass="lessorReservation", cn=address, lessorHardwareAddress=hardware, lessorName=name)
        for order, (name, _, boot) in enumerate(plans.CLASSES if subnet.has_classes else (), 1):
            text += ldif(f"cn={name},{dn}", objectClass="lessorPolicy", cn=name, lessorProcessingOrder=order,
                         lessorCondition=f'user-class is "{name}"', lessorOption=f"tftp-server-name={boot}")
        return text

    @classmethod
    def make_leases(cls, build, subnet, count, folder):
        state = os.path.join(folder, "state")
        os.mkdir(state, 0o700)
        subprocess.run([os.path.join(build, "tests/bench/fill"), state, SERVER, str(subnet.network), subnet.first, str(count)], check=True)

    def put_leases(self, folder):
        self.lab.run(["cp", "-r", "--sparse=always", os.path.join(folder, "state/."), self.lessord.state_directory])
        self.lab.run(["chown", "-R", "nobody:nogroup", self.lessord.state_directory])
        # Like the others' configuration, the copy of the directory is there when a server starts again.
        self.lessord.start()
        wait_until(self._is_serving, "the copy of the directory is there")
        self.lessord.stop()

    def _is_serving(self):
        with contextlib.suppress(Failure):
            return self.lessord.status()["configuration"]["servedScopes"]

    def start(self):
        self.lessord.wrapper = self.wrapper
        self.lessord.start(wait=False)
        self.process = self.lessord.process

    def counters(self):
        return self.lessord.status()["counters"]


class Kea(Contestant):
    """Kea as Debian has it, with its threads; its lease file is never synced."""

    name = "kea"
    package = "kea-dhcp4-server"
    sockets = {}

    def prepare(self):
        self.lab.write("kea.json", json.dumps(self._config()))

    def _config(self):
        classes = [{"name": name, "test": f"substring(option[77].hex,0,{len(data)}) == '{data}'", "only-if-required": True,
                    "option-data": [{"name": "tftp-server-name", "data": boot}]} for name, data, boot in plans.CLASSES]
        has_classes = any(subnet.has_classes for subnet in self.scenery.subnets)
        return {"Dhcp4": {
            "interfaces-config": {"interfaces": ["eth0"], **self.sockets},
            "lease-database": {"type": "memfile", "persist": True, "name": self.lab.path("leases.csv")},
            "multi-threading": {"enable-multi-threading": True},
            **({"client-classes": classes} if has_classes else {}),
            "subnet4": [self._subnet(subnet) for subnet in self.scenery.subnets],
            "loggers": [{"name": "kea-dhcp4", "severity": "WARN", "output_options": [{"output": self.lab.path("kea4.log")}]}]}}

    @staticmethod
    def _subnet(subnet):
        options = {"routers": subnet.router, **subnet.options}
        return {"id": subnet.number, "subnet": str(subnet.network), "valid-lifetime": subnet.lease_time,
                "pools": [{"pool": f"{subnet.first}-{subnet.last}"}],
                "option-data": [{"name": name, "data": value} for name, value in options.items()],
                "reservations": [{"ip-address": address, "hw-address": hardware, "hostname": name}
                                 for address, hardware, name in subnet.reservations],
                **({"require-client-classes": [name for name, _, _ in plans.CLASSES]} if subnet.has_classes else {})}

    @classmethod
    def make_leases(cls, build, subnet, count, folder):
        end = int(time.time()) + subnet.lease_time
        with open(os.path.join(folder, "leases.csv"), "w", encoding="ascii") as file:
            file.write("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n")
            file.writelines(f"{address},{hardware},,{subnet.lease_time},{end},{subnet.number},0,0,,0,\n"
                            for address, hardware in plans.leases(subnet, count))

    def start(self):
        self.launch("kea-dhcp4", "-c", self.lab.path("kea.json"), KEA_PIDFILE_DIR=self.lab.directory, KEA_LOCKFILE_DIR=self.lab.directory)


class Dhcpd(Contestant):
    """ISC dhcpd, which syncs its lease file before each acknowledgement. It keeps a subnet's free addresses in a list that it
    walks for each lease; with a million of them it cannot serve ten clients a second, so it is given fewer."""

    name = "dhcpd"
    package = "isc-dhcp-server"
    acknowledging = ""
    every = 3
    is_small = True
    skips = ("search", "renew-search")  # which would need more addresses
    n_addresses = 16384

    def prepare(self):
        self._write_config()
        self.lab.write("dhcpd.leases", "")

    def _write_config(self):
        text = f"{self.acknowledging}authoritative; ddns-update-style none; ping-check false; max-lease-time 691200;\n"
        if not self.scenery.is_direct:
            text += "subnet 192.0.2.0 netmask 255.255.255.0 { }\n"
        self.lab.write("dhcpd.conf", text + "".join(map(self._subnet, self.scenery.subnets)))

    @classmethod
    def make_leases(cls, build, subnet, count, folder):
        start = time.time()
        starts, ends = (time.strftime("%w %Y/%m/%d %H:%M:%S", time.gmtime(at)) for at in (start, start + subnet.lease_time))
        with open(os.path.join(folder, "dhcpd.leases"), "w", encoding="ascii") as file:
            file.write("authoring-byte-order little-endian;\n")
            file.writelines(f"lease {address} {{\n  starts {starts};\n  ends {ends};\n  cltt {starts};\n  binding state active;\n"
                            f"  next binding state free;\n  rewind binding state free;\n  hardware ethernet {hardware};\n}}\n"
                            for address, hardware in plans.leases(subnet, count))

    def put_leases(self, folder):
        super().put_leases(folder)
        self.n_addresses = 1 << 20
        self._write_config()

    def _subnet(self, subnet):
        options = {"routers": subnet.router, **subnet.options}
        last = min(ipaddress.IPv4Address(subnet.last), ipaddress.IPv4Address(subnet.first) + self.n_addresses - 1)
        lines = [f"subnet {subnet.network.network_address} netmask {subnet.network.netmask} {{",
                 f"range {subnet.first} {last}; default-lease-time {subnet.lease_time};"]
        lines += [f'option {name} "{value}";' if name == "domain-name" else f"option {name} {value};" for name, value in options.items()]
        for _, data, boot in plans.CLASSES if subnet.has_classes else ():
            lines.append(f'if option user-class = "{data}" {{ option tftp-server-name "{boot}"; }}')
        lines += [f"host {name} {{ hardware ethernet {hardware}; fixed-address {address}; }}" for address, hardware, name in subnet.reservations]
        return "\n".join([*lines, "}\n"])

    def start(self):
        path = self.lab.path
        self.launch("dhcpd", "-4", "-f", "-q", "--no-pid", "-cf", path("dhcpd.conf"), "-lf", path("dhcpd.leases"), "eth0")


class DhcpdDelayed(Dhcpd):
    """ISC dhcpd with acknowledgements gathered for a common sync."""

    name = "dhcpd+delay"
    sceneries = ("relayed", "direct", "public", "traced")
    acknowledging = "delayed-ack 1000; max-ack-delay 2000;\n"


class Dnsmasq(Contestant):
    """dnsmasq, which writes its lease file anew whenever something changed."""

    name = "dnsmasq"
    package = "dnsmasq-base"
    every = 3
    skips = ("search", "renew-search", "perfdhcp", "public-512")  # long before any of these it is at its end
    sceneries = ("relayed", "direct", "public", "traced")  # it does not read a million leases within a minute

    def prepare(self):
        lines = ["port=0", "no-ping", "dhcp-authoritative", "dhcp-lease-max=2000000", f"dhcp-leasefile={self.lab.path('dnsmasq.leases')}",
                 "user=root", "pid-file", "interface=eth0"]
        if any(subnet.has_classes for subnet in self.scenery.subnets):
            lines += [line for name, data, boot in plans.CLASSES for line in (
                f"dhcp-userclass=set:{name},{data}", f"dhcp-option=tag:{name},option:tftp-server,{boot}")]
        for subnet in self.scenery.subnets:
            lines += self._subnet(subnet)
        self.lab.write("dnsmasq.conf", "\n".join(lines) + "\n")

    @classmethod
    def make_leases(cls, build, subnet, count, folder):
        end = int(time.time()) + subnet.lease_time
        with open(os.path.join(folder, "dnsmasq.leases"), "w", encoding="ascii") as file:
            file.writelines(f"{end} {hardware} {address} * *\n" for address, hardware in plans.leases(subnet, count))

    @staticmethod
    def _subnet(subnet):
        tag = f"s{subnet.number}"
        options = {"router": subnet.router, "domain-name": subnet.options["domain-name"], "dns-server": subnet.options["domain-name-servers"],
                   **({"ntp-server": subnet.options["ntp-servers"]} if "ntp-servers" in subnet.options else {})}
        return [f"dhcp-range=set:{tag},{subnet.first},{subnet.last},{subnet.network.netmask},{subnet.lease_time}",
                *(f"dhcp-option=tag:{tag},option:{name},{value}" for name, value in options.items()),
                *(f"dhcp-host={hardware},{address},{name}" for address, hardware, name in subnet.reservations)]

    def start(self):
        self.launch("dnsmasq", "-k", "-C", self.lab.path("dnsmasq.conf"))


class KeaUdp(Kea):
    """Kea with UDP sockets, which its manual recommends where all clients are behind relays."""

    name = "kea-udp"
    sockets = {"dhcp-socket-type": "udp"}


ALL = {kind.name: kind for kind in (Lessor, Kea, KeaUdp, CannedSync, Canned, Dhcpd, DhcpdDelayed, Dnsmasq)}
USUAL = [name for name in ALL if name != KeaUdp.name]
QUICK = [kind.name for kind in (Lessor, Kea, CannedSync, Canned)]
