# SPDX-License-Identifier: Apache-2.0
"""The directory's list of authorized servers in all its forms: who is listed, and how lessorctl reads and mends it."""
import base64

import dhcp
from harness import PATIENCE, expect, expect_equal, wait_until
from scene import Scene
from servers import start_dnsmasq
from slapd import NET_SERVICES, ROOT, SERVER, authorization_dn, authorization_entry, ldif

OTHER = "dhcp2.example.test"
ADDRESS, OTHER_ADDRESS = "10.77.0.1", "10.77.0.2"
GUID = "8c2a7bd0-6f0e-4a8e-9f43-0123456789ab"
DHCP_ROOT = f"cn=DhcpRoot,{NET_SERVICES}"
NO_DIRECTORY, NO_ROOT, UNEXPECTED, NO_SERVER_ENTRY = 20070, 20071, 20072, 20074
LISTED, NOT_LISTED, MISMATCH, CONFLICT = 20079, 20080, 20081, 20041
NOT_AUTHORIZED = 20039


def value(name, address, rdn=None):
    """A value of dhcpServers, as Windows writes it."""
    return f"i{address}$rcn={rdn or name}$f0x00000000$s{name}$"


def conflict_dn(name):
    """How Active Directory calls the loser of a replication conflict about @name."""
    return f"cn={name}\\0ACNF:{GUID},{NET_SERVICES}"


def conflict_object(name, *values):
    cn = base64.b64encode(f"{name}\nCNF:{GUID}".encode()).decode()
    return (f"dn: {conflict_dn(name)}\nobjectClass: dHCPClass\ncn:: {cn}\ndhcpUniqueKey: 0\ndhcpType: 1\n"
            f"dhcpIdentification: DHCP Server Object\ndhcpFlags: 0\n"
            + "".join(f"dhcpServers: {one}\n" for one in values) + "\n")


def entry_of(name, *values):
    """An authorization entry with any values, or none."""
    return ldif(authorization_dn(name), objectClass="dHCPClass", cn=name, dhcpUniqueKey=0, dhcpType=1,
                dhcpIdentification="DHCP Server Object", dhcpFlags=0, dhcpServers=list(values))


def _scene(lab, *entries, root_values=(), **tree):
    """A directory with these entries in the place of the server's own."""
    scene = Scene(lab, tree={"authorized": False, **tree})
    if root_values:
        scene.slapd.replace(DHCP_ROOT, "dhcpServers", *root_values)
    for entry in entries:
        scene.slapd.add(entry)
    return scene, scene.ctl


def _values(scene, dn=NET_SERVICES):
    """The values of dhcpServers of an entry and those below it."""
    lines = scene.slapd.search(dn, "(dhcpServers=*)", "dhcpServers").splitlines()
    return sorted(line.removeprefix("dhcpServers: ") for line in lines if line.startswith("dhcpServers: "))


def _names(scene):
    """The cn of every authorization entry; of a conflict object as it is encoded."""
    lines = scene.slapd.search(NET_SERVICES, "(objectClass=dHCPClass)", "cn").splitlines()
    return sorted(line.split(": ")[1] for line in lines if line.startswith(("cn: ", "cn:: ")))


# ---------------------------------------------------------------- the daemon

def test_list_on_the_root(lab):
    """A value in a list on DhcpRoot authorizes, whatever else stands there, and its removal withdraws at once"""
    ours = value(SERVER.upper() + ".", ADDRESS, ADDRESS)
    others = ["nonsense", value(OTHER, OTHER_ADDRESS, OTHER_ADDRESS)]
    scene, _ = _scene(lab, root_values=[*others, ours])
    scene.start()
    scene.slapd.replace(DHCP_ROOT, "dhcpServers", *others)
    verdict = scene.lessord.wait_for_verdict("not-authorized")["verdict"]
    expect_equal(verdict["code"], NOT_AUTHORIZED, "the code")
    expect("1 value there cannot be read" in verdict["reason"], f"no word of the value in {verdict['reason']!r}")


def test_conflict_object_only(lab):
    """A replication conflict object authorizes nobody: 20041; lessorctl server authorize mends it"""
    scene, ctl = _scene(lab, conflict_object(SERVER, value(SERVER, ADDRESS)))
    scene.lessord.start()
    verdict = scene.lessord.wait_for_verdict("conflict")["verdict"]
    expect_equal(verdict["code"], CONFLICT, "the code")
    expect(f"lessorctl server authorize {SERVER} {ADDRESS}" in verdict["reason"], f"no advice in {verdict['reason']!r}")
    expect("CNF:" in verdict["reason"], f"no object named in {verdict['reason']!r}")
    text = ctl.run("server", "authorize", SERVER, ADDRESS).stdout
    expect("replication conflict" in text and "removed" in text, f"no word of the conflict object: {text!r}")
    scene.lessord.wait_for_verdict("authorized")
    expect_equal(_names(scene), ["DhcpRoot", SERVER], "the entries")


def test_contradicting_entries(lab):
    """Our name at another address and our address under another name: 20041, until one of the two is taken off"""
    scene, ctl = _scene(lab, authorization_entry(SERVER, "10.77.0.99"), authorization_entry(OTHER, ADDRESS))
    scene.lessord.start()
    verdict = scene.lessord.wait_for_verdict("conflict")["verdict"]
    expect_equal(verdict["code"], CONFLICT, "the code")
    for word in (SERVER, OTHER, ADDRESS, "10.77.0.99"):
        expect(word in verdict["reason"], f"{word} is not in {verdict['reason']!r}")
    ctl.run("server", "deauthorize", OTHER, ADDRESS)
    scene.lessord.wait_for_verdict("authorized")
    ctl.run("server", "deauthorize", SERVER)
    scene.lessord.wait_for_verdict("not-authorized")


def test_another_server_at_the_listed_address(lab):
    """Another DHCP server at work at the address that the list gives us: 20041, until it is gone or the list is mended"""
    scene, ctl = _scene(lab, authorization_entry(SERVER, OTHER_ADDRESS))
    scene.slapd.replace(f"cn={SERVER},cn=oslo,cn=sites,{ROOT}", "lessorWatchInterval", 10)
    scene.start()
    dnsmasq = start_dnsmasq(lab, scene.host("other", address=f"{OTHER_ADDRESS}/24"), "10.77.0.210,10.77.0.219")
    verdict = scene.lessord.wait_for_verdict("conflict")["verdict"]
    expect_equal(verdict["code"], CONFLICT, "the code")
    for word in (f"deauthorize {SERVER} {OTHER_ADDRESS}", f"authorize {SERVER} {ADDRESS}"):
        expect(word in verdict["reason"], f"no {word!r} in {verdict['reason']!r}")
    ctl.run("server", "deauthorize", SERVER, OTHER_ADDRESS)
    scene.lessord.wait_for_verdict("not-authorized")
    ctl.run("server", "authorize", SERVER, ADDRESS)
    scene.lessord.wait_for_verdict("authorized")
    ctl.run("server", "deauthorize", SERVER)
    ctl.run("server", "authorize", SERVER, OTHER_ADDRESS)
    scene.lessord.wait_for_verdict("conflict")
    dnsmasq.stop()
    scene.lessord.wait_for_verdict("authorized", 3 * PATIENCE)  # some rounds without an answer


def test_a_client_cannot_stop_a_server(lab):
    """A client that pretends to choose a server at the address that the list gives us is not believed"""
    scene, ctl = _scene(lab, authorization_entry(SERVER, OTHER_ADDRESS))
    scene.start()
    client = scene.client()
    client.send(client.message(dhcp.REQUEST, [(dhcp.SERVER_ID, dhcp.pack_address(OTHER_ADDRESS)),
                                              (dhcp.REQUESTED_ADDRESS, dhcp.pack_address("10.77.0.166"))]))
    wait_until(lambda: [server for server in ctl.json("rogue", "list", "--all")["servers"]
                        if server["address"] == OTHER_ADDRESS], "the choice is noted")
    expect_equal(ctl.json("server", "recheck")["verdict"]["state"], "authorized", "the verdict")


# ---------------------------------------------------------------- codes of lessorctl

def test_no_directory(lab):
    """20070: no directory server can be reached"""
    scene, ctl = _scene(lab)
    scene.slapd.stop()
    for words in (("server", "list"), ("server", "authorize", SERVER, ADDRESS), ("server", "deauthorize", SERVER), ("check",)):
        ctl.expect_error(NO_DIRECTORY, *words)


def test_no_root(lab):
    """20071: without DhcpRoot there is no list; authorize starts one, without NetServices it cannot"""
    scene, ctl = _scene(lab, dhcp_root=False)
    ctl.expect_error(NO_ROOT, "server", "list", says="authorize")
    ctl.expect_error(NO_ROOT, "server", "deauthorize", SERVER, says="authorize")
    ctl.run("server", "authorize", SERVER, ADDRESS)
    expect_equal(_names(scene), ["DhcpRoot", SERVER], "the entries")
    scene.slapd.delete(NET_SERVICES)
    ctl.expect_error(NO_ROOT, "server", "authorize", SERVER, ADDRESS, says="init")


def test_unexpected(lab):
    """20072: what stands in the way cannot be read; and the directory's own words where it answers strangely"""
    scene, ctl = _scene(lab, entry_of(SERVER, "nonsense"), entry_of(OTHER))
    for name, address in ((SERVER, ADDRESS), (OTHER, OTHER_ADDRESS)):
        ctl.expect_error(UNEXPECTED, "server", "authorize", name, address, says=f"server deauthorize {name}")
        ctl.run("server", "deauthorize", name)
        ctl.run("server", "authorize", name, address)
    expect_equal(_values(scene), [value(SERVER, ADDRESS), value(OTHER, OTHER_ADDRESS)], "the values")
    ctl.expect_error(UNEXPECTED, "server", "list", options=["--authorization-base", "no name"], says="DN")


def test_no_server_entry(lab):
    """20074: a server that has no entry below the sites cannot be removed, given options or a scope"""
    _, ctl = _scene(lab)
    for words in (("server", "remove", OTHER), ("option", "set", "routers=10.77.0.1", "--server", OTHER),
                  ("option", "list", "--server", OTHER), ("option", "remove", "routers", "--server", OTHER),
                  ("scope", "add", "10.80.0.0/24", "--site", "oslo", "--server", OTHER)):
        ctl.expect_error(NO_SERVER_ENTRY, *words, says=OTHER)


def test_listed_already(lab):
    """20079: whoever stands in an entry, or in a list on DhcpRoot, is listed; nothing is written"""
    scene, ctl = _scene(lab, authorization_entry(OTHER, OTHER_ADDRESS), root_values=[value(SERVER, ADDRESS, ADDRESS)])
    before = _values(scene)
    ctl.expect_error(LISTED, "server", "authorize", SERVER, ADDRESS, says="DhcpRoot")
    ctl.expect_error(LISTED, "server", "authorize", OTHER.upper() + ".", OTHER_ADDRESS)
    ctl.expect_error(LISTED, "server", "authorize", "DhcpRoot", "10.77.0.77", says="exists")
    expect_equal(_values(scene), before, "the values")


def test_not_listed(lab):
    """20080: who is not listed cannot be taken off"""
    _, ctl = _scene(lab, authorization_entry(OTHER, OTHER_ADDRESS))
    ctl.expect_error(NOT_LISTED, "server", "deauthorize", SERVER, says="server list")
    ctl.expect_error(NOT_LISTED, "server", "deauthorize", SERVER, ADDRESS)
    ctl.expect_error(NOT_LISTED, "server", "deauthorize", "example.test")
    ctl.expect_error(87, "server", "deauthorize", OTHER_ADDRESS, says="name first")


def test_mismatch(lab):
    """20081: a name with another address, an address with another name, in an entry or on DhcpRoot"""
    scene, ctl = _scene(lab, authorization_entry(SERVER, ADDRESS), root_values=[value(OTHER, OTHER_ADDRESS, OTHER_ADDRESS)])
    before = _values(scene)
    for name, address in ((SERVER, "10.77.0.99"), ("new.example.test", ADDRESS), (SERVER, OTHER_ADDRESS),
                          (OTHER, "10.77.0.99"), ("new.example.test", OTHER_ADDRESS)):
        ctl.expect_error(MISMATCH, "server", "authorize", name, address, says="deauthorize")
        ctl.expect_error(MISMATCH, "server", "deauthorize", name, address)
    expect_equal(_values(scene), before, "the values")


# ---------------------------------------------------------------- taking off

def test_deauthorize_leaves_the_others(lab):
    """A value goes from DhcpRoot and from an entry of several without harm to the others; an entry goes with its last"""
    kept = [value("a.example.test", "10.77.0.31"), "nonsense"]
    scene, ctl = _scene(lab, entry_of("list", value(SERVER, ADDRESS), value(OTHER, OTHER_ADDRESS)),
                        entry_of(ADDRESS, value(SERVER, "10.77.0.3", ADDRESS)),
                        root_values=[*kept, value(SERVER, ADDRESS, ADDRESS)])
    text = ctl.run("server", "deauthorize", SERVER, ADDRESS).stdout
    expect("still listed" in text and "10.77.0.3" in text, f"no word of the value that is left: {text!r}")
    expect_equal(_values(scene), sorted([*kept, value(OTHER, OTHER_ADDRESS), value(SERVER, "10.77.0.3", ADDRESS)]), "the values")
    expect_equal(_names(scene), [ADDRESS, "DhcpRoot", "list"], "the entries")
    ctl.run("server", "deauthorize", SERVER)
    expect_equal(_names(scene), ["DhcpRoot", "list"], "the entries, without the one called by an address")
    ctl.run("server", "deauthorize", OTHER)
    ctl.run("server", "deauthorize", "a.example.test")
    ctl.run("server", "deauthorize", "DhcpRoot")
    expect_equal((_names(scene), _values(scene)), (["DhcpRoot"], []), "what is left")


def test_deauthorize_conflict_objects(lab):
    """A server's conflict objects go with it, or alone when they are all there is; authorize removes them, too"""
    scene, ctl = _scene(lab, authorization_entry(), conflict_object(SERVER, value(SERVER, "10.77.0.99")))
    text = ctl.run("server", "authorize", SERVER, ADDRESS).stdout
    expect("removed" in text, f"no word of the conflict object: {text!r}")
    expect_equal(_names(scene), ["DhcpRoot", SERVER], "the entries")
    ctl.expect_error(LISTED, "server", "authorize", SERVER, ADDRESS)
    for entries in ([authorization_entry(), conflict_object(SERVER, value(SERVER, ADDRESS))],
                    [conflict_object(SERVER, value(SERVER, ADDRESS))]):
        ctl.run("server", "deauthorize", SERVER, status=None)
        for entry in entries:
            scene.slapd.add(entry)
        ctl.run("server", "deauthorize", SERVER)
        expect_equal(_names(scene), ["DhcpRoot"], "the entries")
    scene.slapd.add(conflict_object("DhcpRoot"))
    ctl.expect_error(LISTED, "server", "authorize", "DhcpRoot", ADDRESS, says="exists")
    ctl.run("server", "deauthorize", "DhcpRoot")
    expect_equal(_names(scene), ["DhcpRoot"], "the entries, without the root's double")
    scene.slapd.add(entry_of("nameless", "i10.77.0.50$"))
    ctl.run("server", "deauthorize", "10.77.0.50")
    expect_equal(_names(scene), ["DhcpRoot"], "the entries, without the nameless one")


# ---------------------------------------------------------------- seeing it

def test_list_and_check(lab):
    """server list shows what authorizes nobody; check names it, and what contradicts itself, each with its remedy"""
    scene, ctl = _scene(lab, authorization_entry(OTHER, ADDRESS), conflict_object(SERVER, value(SERVER, "10.77.0.3")),
                        entry_of("broken", "nonsense"), entry_of("empty"),
                        root_values=[value(SERVER, ADDRESS, ADDRESS), value(OTHER, "10.77.0.4")])
    rows = {(row["name"], row["address"]): row for row in ctl.json("server", "list")["servers"]}
    expect_equal({key for key, row in rows.items() if row["authorized"]},
                 {(OTHER, ADDRESS), (SERVER, ADDRESS), (OTHER, "10.77.0.4")}, "who is authorized")
    expect_equal(rows[(SERVER, "10.77.0.3")]["dn"], conflict_dn(SERVER), "the conflict object's DN")
    for key, word in (((SERVER, "10.77.0.3"), "conflict"), (("broken", None), "read"), (("empty", None), "nobody")):
        expect(word in rows[key]["note"], f"the note of {key} is {rows[key]['note']!r}")
    expect_equal(rows[(SERVER, ADDRESS)]["entry"], "DhcpRoot", "the entry")
    expect_equal((rows[(SERVER, ADDRESS)]["site"], rows[(SERVER, ADDRESS)]["configured"]), ("oslo", True), "site and entry")
    table = ctl.run("server", "list").stdout
    for word in ("ENTRY", "NOTE", "cannot be read", f"{SERVER}\\0ACNF:{GUID}"):
        expect(word in table, f"{word} is not in\n{table}")
    result = ctl.run("check", status=1)
    for word in (f"mistake in {conflict_dn(SERVER)}", f"({CONFLICT})", f"mistake in cn=broken,{NET_SERVICES}",
                 f"mistake in cn=empty,{NET_SERVICES}", f"({UNEXPECTED})", f"({MISMATCH})",
                 f"the address {ADDRESS}", "4 mistakes", "with another in"):
        expect(word in result.stdout, f"{word!r} is not in\n{result.stdout}")
    for name in ("broken", "empty", OTHER):
        ctl.run("server", "deauthorize", name)
    ctl.run("server", "authorize", SERVER, ADDRESS)
    result = ctl.run("check")
    expect("0 mistakes, 0 notes" in result.stdout, f"something is left to be mended:\n{result.stdout}")
    scene.slapd.add(authorization_entry(OTHER, OTHER_ADDRESS))
    ctl.run("server", "deauthorize", SERVER)
    notes = ctl.run("check").stdout
    for word in (f"note on {authorization_dn(OTHER)}", f"note on cn={SERVER},cn=oslo,cn=sites,{ROOT}", "2 notes"):
        expect(word in notes, f"{word!r} is not in\n{notes}")
