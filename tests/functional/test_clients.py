# SPDX-License-Identifier: Apache-2.0
"""Leases: what RFC 2131 promises to clients, real ones and exact ones."""
import dhcp
from clients import Dhclient, Dhcpcd, Udhcpc, live_through
from harness import expect, expect_equal, wait_until
from rawclient import Link, RawClient, obtain_all
from scene import RELAY_ADDRESS, SERVER_ADDRESS, Scene
from slapd import ldif, scope_dn

SCOPE = scope_dn("10.77.0.0")
SHORT_TIMES = ["routers=10.77.0.1", "dhcp-renewal-time=3", "dhcp-rebinding-time=5"]


def _serve(lab, **arguments):
    return Scene(lab, **arguments).start()


def _live(lab, kind, relay=False):
    """A real client's whole life, on the server's link or behind a relay."""
    scene = Scene(lab, relay=relay, tree={"scopes": ("10.77.0.0", "10.78.0.0")})
    network = "10.78.0" if relay else "10.77.0"
    scene.slapd.replace(scope_dn(f"{network}.0"), "lessorOption", f"routers={network}.1", *SHORT_TIMES[1:])
    scene.start()
    client = kind(lab, scene.host("client", switch=scene.far_switch))
    address = live_through(client, scene.lessord)
    expect(address.startswith(f"{network}."), f"{address} is not of the link's scope")
    expect_equal(scene.lessord.leases()[address]["relay"], f"{network}.1" if relay else None, "the relay of the lease")


def test_dhclient(lab):
    """dhclient obtains, renews, rebinds and releases."""
    _live(lab, Dhclient)


def test_dhcpcd(lab):
    """dhcpcd obtains, renews, rebinds and releases."""
    _live(lab, Dhcpcd)


def test_udhcpc(lab):
    """udhcpc obtains, renews, rebinds and releases."""
    _live(lab, Udhcpc)


def test_dhclient_relayed(lab):
    """dhclient does so from another subnet, through dhcrelay."""
    _live(lab, Dhclient, relay=True)


def test_dhcpcd_relayed(lab):
    """dhcpcd does so from another subnet, through dhcrelay."""
    _live(lab, Dhcpcd, relay=True)


def test_udhcpc_relayed(lab):
    """udhcpc does so from another subnet, through dhcrelay."""
    _live(lab, Udhcpc, relay=True)


def test_many(lab):
    """200 clients at once get 200 different addresses."""
    scene = Scene(lab)
    scene.slapd.replace(SCOPE, "lessorRange", "10.77.0.20-10.77.0.219")
    scene.start()
    link = scene.link()
    holders = obtain_all([RawClient(link) for _ in range(200)])
    expect_equal(len(holders), 200, "different addresses")
    leases = scene.lessord.leases()
    expect_equal(set(leases), set(holders), "the leases on record")
    late = RawClient(link)
    late.send(late.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("range_full"), "the 201st client is counted under range_full")
    expect(link.is_silent(), "the 201st client got an answer")


def test_options(lab):
    """Options come from root, site, scope and reservation, the nearest one first."""
    scene = _serve(lab)
    client = scene.client(mac="02:00:00:00:00:07")
    ack = client.obtain()
    expect_equal(ack.addresses(dhcp.SUBNET_MASK), ["255.255.255.0"], "subnet mask")
    expect_equal(ack.addresses(dhcp.ROUTERS), ["10.77.0.1"], "routers, of the scope")
    expect_equal(ack.addresses(dhcp.DNS_SERVERS), ["10.77.0.53"], "DNS servers, of the site")
    expect_equal(ack.text(dhcp.DOMAIN_NAME), "example.test", "domain name, of the root")
    expect_equal(ack.addresses(dhcp.SERVER_ID), [SERVER_ADDRESS], "server identifier")
    expect_equal(ack.number(dhcp.LEASE_TIME), 691200, "lease time, the default")
    expect_equal(ack.number(dhcp.RENEWAL_TIME), 345600, "renewal time")
    expect_equal(ack.number(dhcp.REBINDING_TIME), 604800, "rebinding time")
    scene.slapd.add(ldif(f"cn={client.address},{SCOPE}", objectClass="lessorReservation", cn=client.address,
                         lessorHardwareAddress="02:00:00:00:00:07", lessorOption="domain-name=own.test"))
    wait_until(lambda: client.renew().text(dhcp.DOMAIN_NAME) == "own.test", "domain name, of the reservation")


def test_full(lab):
    """Which ranges have no address left is reported: those of a policy, those beside policies, those of the scope"""
    scene = Scene(lab)
    scene.slapd.replace(SCOPE, "lessorRange", "10.77.0.100-10.77.0.101")
    scene.slapd.add(ldif(f"cn=Phones,{SCOPE}", objectClass="lessorPolicy", cn="Phones", lessorProcessingOrder=1,
                         lessorCondition="mac is 02:99:*", lessorRange="10.77.0.101"))
    scene.start()
    link = scene.link()
    phones = [RawClient(link, mac=f"02:99:00:00:00:0{i}") for i in (1, 2)]
    others = [RawClient(link) for _ in range(2)]
    expect_equal((phones[0].obtain().yiaddr, others[0].obtain().yiaddr), ("10.77.0.101", "10.77.0.100"), "addresses")
    for client, event in ((phones[1], r"POLICY_FULL \[1341\]: .*: 10\.77\.0\.0/24, policy Phones"),
                          (others[1], r"RESIDUAL_FULL \[1342\]: .*: 10\.77\.0\.0/24$")):
        client.send(client.message(dhcp.DISCOVER))
        scene.lessord.process.wait_for_log(event)
    scene.slapd.delete(f"cn=Phones,{SCOPE}")
    wait_until(lambda: others[1].send(others[1].message(dhcp.DISCOVER)) or "SCOPE_FULL [1063]" in scene.lessord.process.log(),
               "the full scope is reported")
    expect(link.is_silent(), "a client got an answer")


def test_same_address_again(lab):
    """A client that comes back after its lease has expired gets its old address."""
    scene = _serve(lab)
    link = scene.link()
    client = RawClient(link, lease_time=2)
    expect_equal(client.obtain().number(dhcp.LEASE_TIME), 2, "the lease time that was asked for")
    first = client.address
    others = obtain_all([RawClient(link) for _ in range(5)])
    wait_until(lambda: scene.lessord.leases()[first]["state"] == "expired", f"{first} expires")
    others.update(obtain_all([RawClient(link) for _ in range(5)]))
    expect(first not in others, f"{first} was given away though other addresses had never been used")
    client.obtain()
    expect_equal(client.address, first, "the address after expiry")


def test_released_address_again(lab):
    """A client that released its address gets it again, and a full scope gives it to the next one."""
    scene = Scene(lab)
    scene.slapd.replace(SCOPE, "lessorRange", "10.77.0.100-10.77.0.101")
    scene.start()
    link = scene.link()
    one, two, three = (RawClient(link) for _ in range(3))
    one.obtain()
    two.obtain()
    one.release()
    wait_until(lambda: scene.lessord.leases()[one.address]["state"] == "released", "the release is on record")
    one.obtain()
    expect_equal({one.address, two.address}, {"10.77.0.100", "10.77.0.101"}, "the two addresses")
    one.release()
    wait_until(lambda: scene.lessord.leases()[one.address]["state"] == "released", "the release is on record")
    three.obtain()
    expect_equal(three.address, one.address, "the only address that is free")


def test_exclusion(lab):
    """Excluded addresses are not leased."""
    scene = Scene(lab)
    scene.slapd.replace(SCOPE, "lessorRange", "10.77.0.100-10.77.0.105")
    scene.slapd.replace(SCOPE, "lessorExclusion", "10.77.0.100-10.77.0.102", "10.77.0.104")
    scene.start()
    link = scene.link()
    holders = obtain_all([RawClient(link) for _ in range(2)])
    expect_equal(set(holders), {"10.77.0.103", "10.77.0.105"}, "the addresses that were leased")


def test_reservations(lab):
    """Reservations by hardware address and by client identifier are kept for their clients."""
    scene = Scene(lab)
    client_id = bytes.fromhex("ff0000000100020003")
    for address, attributes in {"10.77.0.50": {"lessorHardwareAddress": "02:00:00:00:00:50"},
                                "10.77.0.100": {"lessorClientIdentifier": client_id.hex()}}.items():
        scene.slapd.add(ldif(f"cn={address},{SCOPE}", objectClass="lessorReservation", cn=address, **attributes))
    scene.start()
    link = scene.link()
    stranger = RawClient(link)
    stranger.obtain("10.77.0.100")
    expect(stranger.address not in ("10.77.0.50", "10.77.0.100"), f"a stranger got the reserved {stranger.address}")
    for client, address in ((RawClient(link, mac="02:00:00:00:00:50"), "10.77.0.50"),
                            (RawClient(link, client_id=client_id), "10.77.0.100")):
        client.obtain()
        expect_equal(client.address, address, "the reserved address")


def test_decline(lab):
    """A declined address is given to nobody; its client gets another one."""
    scene = _serve(lab)
    client = scene.client()
    client.obtain()
    declined = client.address
    client.decline()
    wait_until(lambda: scene.lessord.leases()[declined]["state"] == "declined", "the address is in quarantine")
    client.obtain(declined)
    expect(client.address != declined, f"the declined {declined} was given out again")
    others = obtain_all([RawClient(client.link) for _ in range(98)])
    expect(declined not in others, f"the declined {declined} was given to another client")


def test_inform(lab):
    """DHCPINFORM is answered with options and leaves no lease."""
    scene = _serve(lab)
    client = scene.client()
    client.link.owners[dhcp.pack_address("10.77.0.9")] = client.mac
    ack = client.ask(client.message(dhcp.INFORM, ciaddr="10.77.0.9", flags=dhcp.BROADCAST_FLAG))
    expect_equal(ack.type, dhcp.ACK, "the answer to an INFORM")
    expect_equal(ack.yiaddr, "0.0.0.0", "yiaddr")
    expect_equal(ack.number(dhcp.LEASE_TIME), None, "lease time")
    expect_equal(ack.addresses(dhcp.DNS_SERVERS), ["10.77.0.53"], "DNS servers")
    expect_equal(scene.lessord.leases(), {}, "leases")


def test_rogue_request(lab):
    """A server that asks whether the network belongs to a directory is answered, with and without an address."""
    scene = _serve(lab)
    other = scene.client()
    other.link.owners[dhcp.pack_address("10.77.0.9")] = other.mac
    for ciaddr in ("10.77.0.9", "0.0.0.0"):
        ack = other.ask(other.message(dhcp.INFORM, [(dhcp.VENDOR_INFORMATION, b"\x5e\x00")], ciaddr=ciaddr))
        answer = ack.option(dhcp.VENDOR_INFORMATION)
        expect_equal(ack.type, dhcp.ACK, f"the answer to {ciaddr}")
        expect_equal((answer[0], answer[1], answer[-1]), (0x5f, len(answer) - 2, 0), "sub-option 95, with its NUL")
        expect_equal(ack.addresses(dhcp.DNS_SERVERS), [], "DNS servers")
    expect_equal(other.target, "255.255.255.255", "where the answer to nobody's address was sent")
    expect_equal(scene.lessord.counter("rogue_requests"), 2, "questions counted")
    expect_equal(scene.lessord.leases(), {}, "leases")


def test_reboot(lab):
    """A client that restarts has its address confirmed, or is told that it is on the wrong network."""
    scene = _serve(lab)
    client = scene.client()
    address = client.obtain().yiaddr
    ack = client.ask(client.rebooting(address))
    expect_equal((ack.type, ack.yiaddr), (dhcp.ACK, address), "the answer on the right network")
    expect_equal(client.ask(client.rebooting("10.99.0.5")).type, dhcp.NAK, "the answer on the wrong network")
    expect_equal(client.target, "255.255.255.255", "where the NAK was sent")
    expect_equal(client.ask(client.rebooting("10.77.0.150")).type, dhcp.NAK, "the answer to another address")
    unknown = RawClient(client.link)
    unknown.send(unknown.rebooting("10.77.0.160"))
    wait_until(lambda: scene.lessord.drops("no_record"), "a client without record is left to other servers")
    expect(client.link.is_silent(), "a client without record got an answer")


def test_other_server(lab):
    """A client that chose another server is left alone, and its offer is free again."""
    scene = Scene(lab)
    scene.slapd.replace(SCOPE, "lessorRange", "10.77.0.100")
    scene.start()
    link = scene.link()
    one, two = RawClient(link), RawClient(link)
    offer = one.discover()
    one.send(one.message(dhcp.REQUEST, [(dhcp.REQUESTED_ADDRESS, dhcp.pack_address("10.77.0.9")),
                                        (dhcp.SERVER_ID, dhcp.pack_address("10.77.0.9"))]))
    wait_until(lambda: scene.lessord.drops("other_server"), "the choice is noticed")
    two.obtain()
    expect_equal(two.address, offer.yiaddr, "the only address")


def test_taken_address(lab):
    """An address that is leased is refused to everybody else."""
    scene = _serve(lab)
    link = scene.link()
    owner, thief = RawClient(link), RawClient(link)
    owner.obtain()
    thief.discover(owner.address)
    expect(thief.reply.yiaddr != owner.address, "a leased address was offered")
    thief.reply.yiaddr = owner.address
    expect_equal(thief.ask(thief.selecting(thief.reply)).type, dhcp.NAK, "the answer to a request for a leased address")


def test_broadcast_flag(lab):
    """A reply is broadcast for a client that asks for that, and goes to its hardware address otherwise."""
    scene = _serve(lab)
    client = scene.client()
    client.ask(client.message(dhcp.DISCOVER, flags=dhcp.BROADCAST_FLAG))
    expect_equal((client.target_mac, client.target), (b"\xff" * 6, "255.255.255.255"), "where a broadcast offer goes")
    client.ask(client.message(dhcp.DISCOVER))
    expect_equal((client.target_mac, client.target), (client.mac, client.reply.yiaddr), "where an offer goes")


def test_directed_broadcast(lab):
    """A broadcast to the subnet is one, and not a message to the server alone."""
    scene = _serve(lab)
    client = scene.client()
    client.obtain()
    stranger = RawClient(client.link)
    message = stranger.message(dhcp.REQUEST, ciaddr="10.77.0.160")
    client.link.send(message, stranger.mac, source="10.77.0.160", target="10.77.0.255")
    wait_until(lambda: scene.lessord.drops("no_record"), "the broadcast is left to other servers")
    client.link.send(client.rebinding(), client.mac, source=client.address, target="10.77.0.255")
    reply = wait_until(lambda: client.link.receive(0), "the broadcast is answered")[0]
    expect_equal((reply.type, reply.addresses(dhcp.SERVER_ID)), (dhcp.ACK, [SERVER_ADDRESS]), "answer and server identifier")


def test_two_links(lab):
    """A server on two links gives each link addresses of its own scope."""
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.79.0.0")})
    other = lab.switch("other")
    scene.server.plug(other, "eth1", "10.79.0.1/24")
    scene.start()
    near = scene.client()
    far = RawClient(Link(scene.host("far", switch=other)))
    near.obtain()
    far.obtain()
    expect(near.address.startswith("10.77.0."), f"{near.address} on the first link")
    expect(far.address.startswith("10.79.0."), f"{far.address} on the second link")
    expect_equal(far.server, "10.79.0.1", "server identifier on the second link")


def test_interfaces(lab):
    """Only the interfaces of the setting are served; one that is missing is named, and served once it appears."""
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.79.0.0", "10.80.0.0")})
    links = {}
    for device in ("eth1", "eth2"):
        links[device] = lab.switch(device)
    scene.lessord.settings["interfaces"] = ["eth0", "eth2"]
    scene.server.plug(links["eth1"], "eth1", "10.79.0.1/24")
    scene.start()
    scene.client().obtain()
    expect("INTERFACE_MISSING: an interface that is to be served does not exist: eth2" in scene.lessord.process.log(),
           "the missing interface is not named")
    ignored = RawClient(Link(scene.host("on1", switch=links["eth1"])))
    ignored.send(ignored.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("link"), "a packet on another interface is dropped")
    expect(ignored.link.is_silent(), "a client on another interface got an answer")
    scene.server.plug(links["eth2"], "eth2", "10.80.0.1/24")
    late = RawClient(Link(scene.host("on2", switch=links["eth2"])))
    late.obtain()
    expect(late.address.startswith("10.80.0."), f"{late.address} on the interface that appeared")


def test_relay_information(lab):
    """Relay agent information comes back as it was, as the last option, to the relay."""
    scene = Scene(lab, relay=True, tree={"scopes": ("10.78.0.0",)}).start()
    relay = RawClient(Link(scene.relay))
    circuit = b"\x01\x04eth1"
    message = relay.message(dhcp.DISCOVER, giaddr="10.78.0.1", hops=1)
    message.options.append((dhcp.RELAY_AGENT, circuit))
    relay.link.send(message, dhcp.pack_mac(scene.relay.mac()), source=RELAY_ADDRESS, target=SERVER_ADDRESS,
                    target_mac=dhcp.pack_mac(scene.server.mac()), ports=(67, 67))
    reply, _, _, _, target = wait_until(lambda: relay.link.receive(0), "the relay gets an answer")
    expect_equal(target, "10.78.0.1", "where the reply goes")
    expect_equal(reply.options[-1], (dhcp.RELAY_AGENT, circuit), "the last option")
    expect(reply.yiaddr.startswith("10.78.0."), f"{reply.yiaddr} is not of the relay's subnet")
