# SPDX-License-Identifier: Apache-2.0
"""What an administrator changes with lessorctl acts on the wire at once."""
import dhcp
from harness import expect, expect_equal, wait_until
from rawclient import RawClient
from scene import Scene

SCOPE = "10.77.0.0"
RANGE = "10.77.0.100-10.77.0.199"
TURN = 0.2  # seconds after which a client asks once more


def _becomes(condition, what):
    return wait_until(condition, what)


def _answer(client, message):
    """What the client hears when it asks until it is answered."""
    return _becomes(lambda: client.link.exchange([(client, message)], TURN).get(client), f"an answer to {message}")


def _expect_no_bootp(scene, client):
    """Check that a BOOTP client is passed over."""
    before = scene.lessord.drops("bootp")
    client.send(client.bootp())
    _becomes(lambda: scene.lessord.drops("bootp") > before, "the BOOTP client is dropped")
    expect(client.link.is_silent(), "the BOOTP client is answered")


def _network(address):
    return address.rpartition(".")[0]


def test_range_kind(lab):
    """A range is for BOOTP clients, for DHCP clients or for both, as its kind says."""
    scene = Scene(lab).start()
    link = scene.link()
    _expect_no_bootp(scene, RawClient(link))
    scene.ctl.run("range", "set", SCOPE, RANGE, "--kind", "both")
    client = RawClient(link)
    reply = _answer(client, client.bootp())
    expect_equal(_network(reply.yiaddr), "10.77.0", "the network of a BOOTP client's address")
    lease = scene.lessord.leases()[reply.yiaddr]
    expect_equal((lease["protocol"], lease["hardwareAddress"]), ("bootp", client.mac.hex(":")), "the BOOTP client's lease")
    scene.ctl.expect_error(20049, "range", "set", SCOPE, RANGE, "--kind", "dhcp", says="leased to BOOTP clients;")
    scene.ctl.run("range", "set", SCOPE, RANGE, "--kind", "bootp")
    before = scene.lessord.drops("range_full")

    def is_refused():
        fresh = RawClient(link)
        fresh.send(fresh.message(dhcp.DISCOVER))
        return scene.lessord.drops("range_full") > before
    _becomes(is_refused, "a DHCP client gets none")


def test_reservation_type(lab):
    """A reservation is for the protocols that its type says."""
    scene = Scene(lab).start()
    client = scene.client()
    scene.ctl.run("reservation", "add", "10.77.0.50", "--hardware", client.mac.hex(":"), "--type", "bootp")
    reply = _answer(client, client.bootp())
    expect_equal(reply.yiaddr, "10.77.0.50", "what a BOOTP client gets")
    expect(client.discover().yiaddr != "10.77.0.50", "a DHCP client was offered what is reserved for BOOTP")
    scene.ctl.run("reservation", "set", "10.77.0.50", "--type", "dhcp")
    _becomes(lambda: client.discover().yiaddr == "10.77.0.50", "the reservation of a DHCP client")
    _expect_no_bootp(scene, client)


def test_superscope(lab):
    """Scopes that are joined serve one link; new clients get addresses of the default one."""
    scene = Scene(lab).start()
    link = scene.link()
    scene.ctl.run("scope", "add", "10.78.0.0/24", "--site", "oslo", "--range", "10.78.0.10-10.78.0.99")
    expect_equal(_network(RawClient(link).discover().yiaddr), "10.77.0", "the network before")
    scene.ctl.run("superscope", "add", "campus", SCOPE, "10.78.0.0")
    scene.ctl.run("superscope", "default", "campus", "10.78.0.0")
    _becomes(lambda: _network(RawClient(link).discover().yiaddr) == "10.78.0", "new clients are in the default scope")
    scene.ctl.run("superscope", "default", "campus", "none")
    scene.ctl.run("range", "remove", SCOPE, RANGE)
    _becomes(lambda: _network(RawClient(link).discover().yiaddr) == "10.78.0", "new clients are where there is room")
    scene.ctl.run("range", "add", SCOPE, RANGE)
    scene.ctl.run("superscope", "remove", "campus")
    _becomes(lambda: _network(RawClient(link).discover().yiaddr) == "10.77.0", "the scopes stand alone again")


def test_filter(lab):
    """A client on the deny list is not answered while the list is enforced."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.ctl.run("setting", "set", "deny-list=on", "--root")
    before = scene.lessord.drops("filtered")

    def is_refused():
        client.send(client.message(dhcp.DISCOVER))
        return scene.lessord.drops("filtered") > before
    for pattern in (client.mac.hex(":"), client.mac.hex(":")[:8] + ":*"):
        scene.ctl.run("filter", "add", "deny", pattern, "--site", "oslo")
        _becomes(is_refused, f"the client is kept out by {pattern}")
        scene.ctl.run("filter", "remove", pattern, "--site", "oslo")
        _answer(client, client.message(dhcp.DISCOVER))
        before = scene.lessord.drops("filtered")


def test_boot_file(lab):
    """A client that asks for a file of the table gets what the nearest level's row says."""
    scene = Scene(lab).start()
    client = scene.client()

    def boot():
        reply = client.ask(client.message(dhcp.DISCOVER, file=b"pxe"))
        return reply.file.rstrip(b"\0")
    expect_equal(boot(), b"", "the boot file without a table")
    scene.ctl.run("bootfile", "add", "pxe,10.77.0.9,/boot/all.0", "--root")
    _becomes(lambda: boot() == b"/boot/all.0", "the row of the root")
    scene.ctl.run("bootfile", "add", "pxe,10.77.0.9,/boot/oslo.0", "--site", "oslo")
    _becomes(lambda: boot() == b"/boot/oslo.0", "the row of the site")
    scene.ctl.run("bootfile", "remove", "pxe", "--site", "oslo")
    _becomes(lambda: boot() == b"/boot/all.0", "the row of the root again")
