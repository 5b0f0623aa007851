# SPDX-License-Identifier: Apache-2.0
"""Real DHCP clients and a real relay, each in a namespace. A hook notes every event that a client reports."""
import contextlib
import os
import shutil
import signal

from harness import PATIENCE, expect, expect_equal, wait_until

HOOK = """\
#!/bin/sh
# Called by the client at each event: the event's name, then its environment, then an empty line.
event=${{reason:-$1}}
address=${{new_ip_address:-$ip}}
case $event in
deconfig | PREINIT | RELEASE | EXPIRE) {configure} ip -4 addr flush dev eth0 ;;
BOUND | RENEW | REBIND | REBOOT | bound | renew)
	[ -z "$address" ] || {configure} ip -4 addr replace "$address/24" dev eth0
	router=${{new_routers:-$router}}
	[ -z "$router" ] || {configure} ip route replace default via "${{router%% *}}" || :
	;;
esac
{{ echo "event=$event"; env; echo; }} >>{log}
"""


class Client:
    """What all clients have in common. A subclass says how it is started, how it releases and how it names events."""

    LEASE_TIME = None  # the shortest that the program accepts
    BOUND = RENEWED = REBOUND = RELEASED = None
    CONFIGURES = False  # the program sets the address by itself

    def __init__(self, lab, namespace, lease_time=None, vendor_class=None, user_class=None):
        self.lab, self.namespace = lab, namespace
        self.vendor_class, self.user_class = vendor_class, user_class
        self.lease_time = lease_time or self.LEASE_TIME
        self.name = f"{type(self).__name__.lower()}-{namespace.name.rpartition('-')[2]}"
        self.directory = lab.path(self.name)
        os.makedirs(self.directory, exist_ok=True)
        self.events_path = os.path.join(self.directory, "events")
        self.hook = lab.write(f"{self.name}/hook", HOOK.format(log=self.events_path,
                                                               configure=":" if self.CONFIGURES else ""), 0o755)
        self.process = None

    def command(self):
        raise NotImplementedError

    def start(self):
        self.process = self.lab.start(self.name, self.command(), namespace=self.namespace)
        return self

    def events(self):
        """What the client has reported so far: a dictionary for each event."""
        with contextlib.suppress(FileNotFoundError), open(self.events_path, encoding="utf-8", errors="replace") as file:
            blocks = file.read().split("\n\n")[:-1]
            return [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]
        return []

    def wait_for_event(self, name, count=1, deadline=PATIENCE):
        """Wait for the @count-th event called @name."""
        def check():
            found = [event for event in self.events() if event["event"] == name]
            return found[count - 1] if len(found) >= count else None
        return wait_until(check, f"{self.name} reports {name} ({count})", deadline)

    def count(self, name):
        return sum(event["event"] == name for event in self.events())

    def wait_for_lease(self, deadline=PATIENCE):
        """Wait until it has an address, which is returned."""
        event = self.wait_for_event(self.BOUND, deadline=deadline)
        address = event.get("new_ip_address") or event["ip"]
        wait_until(lambda: address in self.namespace.addresses(), f"{address} is on eth0")
        return address

    def wait_for_renewal(self):
        """Wait until it gets more time from its server; returns the event."""
        return self.wait_for_event(self.RENEWED, self.count(self.RENEWED) + 1)

    def wait_for_rebinding(self):
        """Cut the way to the server that the client knows, and wait until it asks all servers and gets more time."""
        event = self.events()[-1]
        server = event.get("new_dhcp_server_identifier") or event["serverid"]
        before = self.count(self.REBOUND)
        self.namespace.ip(f"route add prohibit {server}/32")
        event = self.wait_for_event(self.REBOUND, before + 1)
        self.namespace.ip(f"route del prohibit {server}/32")
        return event

    def release(self):
        raise NotImplementedError


class Dhclient(Client):
    """ISC dhclient, which calls a rebinding a renewal."""

    LEASE_TIME = 12
    BOUND, RENEWED, REBOUND, RELEASED = "BOUND", "RENEW", "RENEW", "RELEASE"

    def __init__(self, lab, namespace, **arguments):
        super().__init__(lab, namespace, **arguments)
        # Its AppArmor profile goes by path and allows no hook but its own.
        self._program = shutil.copy("/sbin/dhclient", os.path.join(self.directory, "dhclient"))
        self._config = lab.write(f"{self.name}/conf", f"send dhcp-lease-time {self.lease_time};\ninitial-interval 1;\n"
                                 "backoff-cutoff 2;\nreboot 3;\nretry 3;\n" + self._classes())

    def _classes(self):
        """A user class as RFC 3004 has it: with its length in front."""
        text = f'send vendor-class-identifier "{self.vendor_class}";\n' if self.vendor_class else ""
        if self.user_class:
            text += f'send user-class "\\{len(self.user_class):03o}{self.user_class}";\n'
        return text

    def _words(self, *more):
        return [self._program, "-4", "-v", *more, "-cf", self._config, "-lf", self.directory + "/leases",
                "-pf", self.directory + "/pid", "-sf", self.hook, "eth0"]

    def command(self):
        return self._words("-1", "-d")

    def release(self):
        self.process.kill()
        self.lab.run(self._words("-r"), namespace=self.namespace)
        self.wait_for_event(self.RELEASED)


class Dhcpcd(Client):
    """dhcpcd, which sets addresses by itself."""

    LEASE_TIME = 20
    BOUND, RENEWED, REBOUND, RELEASED = "BOUND", "RENEW", "REBIND", "STOPPED"
    CONFIGURES = True

    def __init__(self, lab, namespace, **arguments):
        super().__init__(lab, namespace, **arguments)
        self._config = lab.write(f"{self.name}/conf", f"leasetime {self.lease_time}\nnoarp\nnoipv4ll\nnoipv6\n"
                                 "option routers\noption domain_name_servers, domain_name\n")

    def command(self):
        # Its state has fixed places, which are the machine's own: it gets others there, and leaves nothing behind.
        inner = ["dhcpcd", "-4", "-B", "-d", "-f", self._config, "-c", self.hook, "eth0"]
        mounts = "for d in /var/lib/dhcpcd /run; do mount -t tmpfs none $d; done; mkdir /run/dhcpcd"
        return ["unshare", "-m", "sh", "-c", f"{mounts}; exec \"$@\"", "sh", *inner]

    def release(self):
        self.process.send(signal.SIGALRM)  # its own word for "release and end"
        self.process.wait()
        self.wait_for_event(self.RELEASED)


class Udhcpc(Client):
    """The client of BusyBox."""

    LEASE_TIME = 16
    BOUND, RENEWED, REBOUND, RELEASED = "bound", "renew", "renew", "deconfig"

    def command(self):
        words = ["busybox", "udhcpc", "-f", "-t", "5", "-T", "1", "-A", "1", "-i", "eth0", "-s", self.hook,
                 "-O", "dns", "-O", "domain", "-x", f"0x33:{self.lease_time:08x}"]
        words += ["-V", self.vendor_class] if self.vendor_class else []
        return words + (["-x", f"0x4d:{self.user_class.encode().hex()}"] if self.user_class else [])

    def release(self):
        before = self.count(self.RELEASED)
        self.process.send(signal.SIGUSR2)
        self.wait_for_event(self.RELEASED, before + 1)
        self.process.stop()


CLIENTS = (Dhclient, Dhcpcd, Udhcpc)


def start_relay(lab, namespace, server, inside="eth1", outside="eth0"):
    """ISC dhcrelay in @namespace, for clients at @inside and a server at @outside."""
    relay = lab.start("dhcrelay", ["dhcrelay", "-4", "-d", "-a", "-id", inside, "-iu", outside, server],
                      namespace=namespace)
    relay.wait_for_log("Sending on +Socket/fallback")
    return relay


def live_through(client, lessord=None):
    """Let a client obtain, renew, rebind and release its lease, and check each step with the server."""
    def held(state):
        lease = lessord.leases().get(address) if lessord else None
        return not lessord or (lease is not None and lease["state"] == state)
    address = client.start().wait_for_lease()
    wait_until(lambda: held("active"), f"{address} is active")
    event = client.wait_for_renewal()
    expect_equal(event.get("new_ip_address") or event["ip"], address, "the address after the renewal")
    event = client.wait_for_rebinding()
    expect_equal(event.get("new_ip_address") or event["ip"], address, "the address after the rebinding")
    client.release()
    wait_until(lambda: held("released"), f"{address} is released")
    expect(address not in client.namespace.addresses(), f"{address} is still on eth0")
    return address
