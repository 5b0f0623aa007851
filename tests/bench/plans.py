# SPDX-License-Identifier: Apache-2.0
"""What all servers are configured to do, said once: pools, options, reservations, classes. Each contestant says it in its
own language. And on which networks they do it."""
import dataclasses
import ipaddress

DOMAIN = "example.test"
NAME_SERVER = "192.0.2.53"
CLASSES = (("Telephones", "telephone", "boot1.example.test"), ("Kiosks", "kiosk", "boot2.example.test"))
N_SUBNETS, N_RESERVATIONS = 829, 14404
PUBLIC_BASE = ipaddress.IPv4Address("10.100.0.0")


@dataclasses.dataclass
class Subnet:
    """A subnet and what is in it; the router has its first address."""

    network: ipaddress.IPv4Network
    first: str
    last: str
    lease_time: int
    number: int = 1
    options: dict = dataclasses.field(default_factory=dict)
    reservations: list = dataclasses.field(default_factory=list)  # (address, hardware address, name)
    has_classes: bool = False

    @property
    def router(self):
        return str(self.network[1])


def one():
    """One subnet with room for a million clients."""
    network = ipaddress.IPv4Network("10.64.0.0/12")
    return [Subnet(network, "10.64.1.0", "10.79.255.254", 86400, options={"domain-name": DOMAIN, "domain-name-servers": NAME_SERVER})]


def huge():
    """One subnet with room for sixteen million."""
    subnet, = one()
    return [dataclasses.replace(subnet, network=ipaddress.IPv4Network("10.0.0.0/8"), first="10.0.1.0", last="10.255.255.254")]


def public():
    """829 subnets, 14,404 reservations, two classes per subnet: a public administration's."""
    return [_office(number) for number in range(N_SUBNETS)]


def _office(number):
    base = PUBLIC_BASE + 512 * number
    n_reservations = N_RESERVATIONS // N_SUBNETS + (number < N_RESERVATIONS % N_SUBNETS)
    reservations = [(str(base + host), "02:%02x:%02x:00:00:%02x" % (number >> 8, number & 255, host), f"device-{number}-{host}")
                    for host in range(10, 10 + n_reservations)]
    return Subnet(ipaddress.IPv4Network(f"{base}/23"), str(base + 40), str(base + 509), 3600 * (1 + number % 24), number + 1,
                  {"domain-name": f"net{number}.{DOMAIN}", "domain-name-servers": NAME_SERVER, "ntp-servers": str(base + 2)},
                  reservations, has_classes=True)


def leases(subnet, count):
    """@count leases of a subnet: (address, hardware address), in the order of addresses."""
    first = ipaddress.IPv4Address(subnet.first)
    for number in range(count):
        yield first + number, "06:00:%02x:%02x:%02x:%02x" % tuple(number.to_bytes(4, "big"))


@dataclasses.dataclass
class Scenery:
    """A plan and how clients come to the server: through relays, or (is_direct) on the server's own link."""

    subnets: list
    is_direct: bool = False

    @property
    def server(self):
        return "10.64.0.1" if self.is_direct else "192.0.2.1"

    @property
    def cover(self):
        """One network that covers all subnets."""
        return str(self.subnets[0].network) if len(self.subnets) == 1 else "10.96.0.0/11"

    def build(self, lab):
        """The two network namespaces, (server's, generator's), with a link between them."""
        server, generator = lab.namespace("server"), lab.namespace("generator")
        server.ip(f"link add eth0 type veth peer name eth0 netns {generator.name}")
        for namespace in (server, generator):
            lab.run(["ethtool", "-K", "eth0", "tx", "off"], namespace=namespace)
            namespace.ip("link set eth0 up")
        if self.is_direct:
            server.ip(f"addr add {self.server}/12 dev eth0")
        else:
            server.ip(f"addr add {self.server}/24 dev eth0")
            # All addresses of the cover are the generator's own: it is every relay, and every client that renews.
            generator.ip("addr add 192.0.2.2/24 dev eth0", f"route add local {self.cover} dev lo")
            generator.ip(f"addr add {self.subnets[0].router}/32 dev eth0")  # perfdhcp wants its address on a device
            server.ip(f"route add {self.cover} via 192.0.2.2")
        return server, generator

    @property
    def flood_words(self):
        """How the generator is told of all this."""
        if self.is_direct:
            return ["--server", self.server, "--device", "eth0"]
        words = ["--server", self.server, "--relay", self.subnets[0].router]
        return words if len(self.subnets) == 1 else [*words, "--subnets", len(self.subnets), "--classes"]
