# SPDX-License-Identifier: Apache-2.0
"""A real Active Directory domain (Samba): who may serve with its stock schema, and the configuration in it."""
import time

import dhcp
from harness import expect, expect_equal, wait_until
from samba import BASE, CONFIGURATION, DOMAIN, HOST, NET_SERVICES, PASSWORD, SERVER, DomainScene

SITE = f"CN=oslo,CN=sites,CN=DHCP,{BASE}"
ENTRY = f"CN={SERVER},{NET_SERVICES}"
NOT_AUTHORIZED, NO_DHCP_ROOT, SERVER_EXISTS, ACCESS_DENIED = 20039, 20071, 20079, 5
CONFLICT = 20041

# What Windows' own tools write ([MS-DHCPE] 7.3 to 7.5); instanceType is the server's own.
WINDOWS = {
    f"CN=DhcpRoot,{NET_SERVICES}": {
        "objectClass: top", "objectClass: dHCPClass", "cn: DhcpRoot", "instanceType: 4", "dhcpUniqueKey: 0", "dhcpType: 0",
        "dhcpIdentification: This is a server", "dhcpFlags: 0"},
    ENTRY: {
        "objectClass: top", "objectClass: dHCPClass", f"cn: {SERVER}", "instanceType: 4", "dhcpUniqueKey: 0", "dhcpType: 1",
        "dhcpIdentification: DHCP Server Object", "dhcpFlags: 0",
        f"dhcpServers: i10.77.0.1$rcn={SERVER}$f0x00000000$s{SERVER}$"},
}


def windows_ldif(dn):
    """What Windows writes, for ldapadd."""
    return f"dn: {dn}\n" + "\n".join(sorted(WINDOWS[dn], key=lambda line: line != "objectClass: top")) + "\n\n"


def _authorization_entries(scene):
    """The authorization entries by DN, each with its lines but for what the server adds by itself."""
    blocks = scene.samba.search(NET_SERVICES, "(objectClass=dHCPClass)", "objectClass", "cn", "instanceType",
                                "dhcpUniqueKey", "dhcpType", "dhcpIdentification", "dhcpFlags", "dhcpServers")
    entries = [block.splitlines() for block in blocks.split("\n\n") if block.startswith("dn: ")]
    return {lines[0].removeprefix("dn: "): set(lines[1:]) for lines in entries}


def _expect_silence(scene, client):
    before = scene.lessord.drops("unauthorized")
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("unauthorized") > before, "a packet is dropped")
    expect(client.link.is_silent(), "a client was answered without authorization")


def test_authorization(lab):
    """In a stock domain a server is authorized, withdrawn and authorized again by either side's tools"""
    scene = DomainScene(lab)
    scene.lessord.start()
    client = scene.client()
    expect_equal(scene.lessord.wait_for_verdict("not-authorized")["verdict"]["code"], NO_DHCP_ROOT, "code without DhcpRoot")
    scene.ctl.run("server", "authorize", SERVER, "10.77.0.1")
    scene.lessord.wait_for_verdict("authorized")
    expect_equal(_authorization_entries(scene), WINDOWS, "the entries")
    expect(SERVER in scene.ctl.run("server", "list").stdout, "the server is not in the list")
    scene.ctl.expect_error(SERVER_EXISTS, "server", "authorize", SERVER, "10.77.0.1")
    for _ in range(2):
        scene.samba.delete(ENTRY)
        verdict = scene.lessord.wait_for_verdict("not-authorized")["verdict"]
        expect_equal(verdict["code"], NOT_AUTHORIZED, "the code when it is not listed")
        _expect_silence(scene, client)
        scene.samba.add(windows_ldif(ENTRY))
        scene.lessord.wait_for_verdict("authorized")
    scene.ctl.run("server", "deauthorize", SERVER)
    scene.lessord.wait_for_verdict("not-authorized")


def test_odd_lists(lab):
    """A list on DhcpRoot, as Windows 2000 had it, and replication conflict objects: who is listed, and how it is mended"""
    scene = DomainScene(lab)
    other, root = f"dhcp2.{DOMAIN}", f"CN=DhcpRoot,{NET_SERVICES}"
    ours, theirs = (f"i{address}$rcn={address}$f0x00000000$s{name}$"
                    for name, address in ((SERVER.upper(), "10.77.0.1"), (other, "10.77.0.2")))
    conflict = f"CN={SERVER}\\0ACNF:8c2a7bd0-6f0e-4a8e-9f43-0123456789ab,{NET_SERVICES}"
    scene.samba.add(windows_ldif(root))
    scene.samba.replace(root, "dhcpServers", theirs, ours, "nonsense")
    scene.lessord.start()
    scene.lessord.wait_for_verdict("authorized")
    for name, address in ((SERVER, "10.77.0.1"), (other, "10.77.0.2")):
        scene.ctl.expect_error(SERVER_EXISTS, "server", "authorize", name, address, says="DhcpRoot")
    scene.ctl.run("server", "deauthorize", SERVER)
    scene.lessord.wait_for_verdict("not-authorized")
    expect_equal({line for line in _authorization_entries(scene)[root] if line.startswith("dhcpServers: ")},
                 {f"dhcpServers: {theirs}", "dhcpServers: nonsense"}, "the values that are left")
    scene.samba.add(windows_ldif(ENTRY).replace(f"dn: {ENTRY}", f"dn: {conflict}").replace(f"cn: {SERVER}\n", ""))
    verdict = scene.lessord.wait_for_verdict("conflict")["verdict"]
    expect_equal(verdict["code"], CONFLICT, "the code")
    expect(conflict in verdict["reason"], f"the object is not named in {verdict['reason']!r}")
    rows = {row["dn"]: row for row in scene.ctl.json("server", "list")["servers"]}
    expect("conflict" in rows[conflict]["note"], f"no note on the conflict object: {rows}")
    scene.ctl.run("server", "authorize", SERVER, "10.77.0.1")
    scene.lessord.wait_for_verdict("authorized")
    expect_equal(set(_authorization_entries(scene)), {root, ENTRY}, "the entries that are left")


def test_refused_credentials(lab):
    """A domain tells the server what is wrong with its key, and the key changed back lets it in again"""
    scene = DomainScene(lab, retry_max="1s")
    for dn in WINDOWS:
        scene.samba.add(windows_ldif(dn))
    scene.samba.set_password("another-" + PASSWORD)
    scene.lessord.start()
    status = scene.lessord.wait_for_status(lambda status: status["directory"]["reason"], "the domain refuses the server")
    expect("stale" in status["directory"]["reason"], f"no word of the key in {status['directory']['reason']!r}")
    expect_equal(status["directory"]["code"], ACCESS_DENIED, "the code of the directory")
    scene.samba.export_keytab()
    scene.lessord.wait_for_verdict("authorized")


def _latency(lab, what, change, condition):
    """Make a change, and say how long it takes until @condition holds."""
    change()
    start = time.monotonic()
    wait_until(condition, what)
    lab.say(f"{what}: {time.monotonic() - start:.2f} s after the change")


def _feed(scene):
    return scene.lessord.status()["directory"]["feed"]


def _objects_of_each_class():
    """A class, a definition, and a policy wherever one may stand."""
    root = f"CN=DHCP,{BASE}"
    policies = "".join(f"dn: CN=kiosks,{parent}\nobjectClass: lessorPolicy\nlessorProcessingOrder: 1\n"
                       "lessorCondition: user-class is Kiosk\nlessorLeaseTime: 600\n\n"
                       for parent in (root, f"CN={SERVER},{SITE}", f"CN=10.77.0.0,{SITE}"))
    return (f"dn: CN=Kiosk,CN=classes,{root}\nobjectClass: lessorClass\nlessorClassKind: user\nlessorClassData: kiosk\n\n"
            f"dn: CN=pin,CN=options,{root}\nobjectClass: lessorOptionDefinition\nlessorOptionCode: 230\nlessorOptionType: u16\n"
            f"lessorDefaultValue: 1234\n\n{policies}")


def test_configuration(lab):
    """With the schema loaded the configuration is in the domain: the daemon serves by it and follows its changes"""
    scene = DomainScene(lab)
    scene.samba.load_schema()
    scene.lessord.start()
    client, reserved = scene.client(), scene.client(mac="02:00:00:00:77:01")
    for words in ("init", "init", f"server authorize {SERVER} 10.77.0.1", "site add oslo", f"server add {SERVER} --site oslo",
                  f"scope add 10.77.0.0/24 --site oslo --server {SERVER} --range 10.77.0.100-10.77.0.199",
                  "option set domain-name-servers=10.77.0.53 --site oslo",
                  "reservation add 10.77.0.20 --hardware 02:00:00:00:77:01"):
        scene.ctl.run(*words.split())
    scene.lessord.wait_for_verdict("authorized")
    scene.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"], "the scope is served")
    expect_equal(_feed(scene), "usn", "the feed")
    wait_until(lambda: scene.lessord.status()["configuration"]["entries"] == 8, "all entries are there")
    expect_equal(client.obtain().addresses(dhcp.DNS_SERVERS), ["10.77.0.53"], "the name servers")
    expect_equal(reserved.obtain().yiaddr, "10.77.0.20", "the reserved address")

    def name_servers():
        return client.renew().addresses(dhcp.DNS_SERVERS)
    _latency(lab, "an option changed by lessorctl",
             lambda: scene.ctl.run("option", "set", "domain-name-servers=10.77.0.54", "--site", "oslo"),
             lambda: name_servers() == ["10.77.0.54"])
    _latency(lab, "an option changed by ldapmodify",
             lambda: scene.samba.replace(SITE, "lessorOption", "domain-name-servers=10.77.0.55"),
             lambda: name_servers() == ["10.77.0.55"])
    _latency(lab, "a reservation removed by Samba's tool",
             lambda: scene.samba.delete(f"CN=10.77.0.20,CN=10.77.0.0,{SITE}"),
             lambda: scene.lessord.status()["configuration"]["entries"] == 7)
    scene.samba.add(_objects_of_each_class())
    wait_until(lambda: scene.lessord.status()["configuration"]["entries"] == 12, "a class, a definition and policies are there")
    expect_equal(scene.lessord.get("/v1/quarantine")["entries"], [], "what is wrong with these")
    scene.samba.add(f"dn: CN=10.78.0.0,{SITE}\nobjectClass: lessorScope\nlessorPrefixLength: 24\nlessorRange: nonsense\n")

    def quarantine():
        return [entry["dn"] for entry in scene.lessord.get("/v1/quarantine")["entries"]]
    _latency(lab, "a bad entry added", lambda: None, lambda: quarantine() == [f"CN=10.78.0.0,{SITE}"])
    # The number of an entry below a renamed one stays as it was; its name does not.
    _latency(lab, "a site renamed", lambda: scene.samba.modify(
        f"dn: {SITE}\nchangetype: modrdn\nnewrdn: CN=bergen\ndeleteoldrdn: 1\n"),
        lambda: quarantine() == [f"CN=10.78.0.0,{SITE}".replace("oslo", "bergen")])
    expect_equal(client.renew().addresses(dhcp.DNS_SERVERS), ["10.77.0.55"], "the name servers after that")
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that were restarted")


def test_found_by_dns(lab):
    """The domain's own DNS leads to its controller, and its subnets tell the site, which counts from the next round on"""
    scene = DomainScene(lab, domain=DOMAIN, retry_max="1s")
    for setting in ("uri", "base"):
        scene.lessord.settings.pop(setting)
    for dn in WINDOWS:
        scene.samba.add(windows_ldif(dn))
    scene.lessord.start()
    scene.lessord.wait_for_verdict("authorized")
    status = scene.lessord.wait_for_status(lambda status: status["directory"]["uri"], "connected")
    expect_equal(status["directory"]["uri"].lower(), f"ldap://{HOST}", "the server in use")
    connected = scene.lessord.process.wait_for_log("DIRECTORY_CONNECTED: .*, signed and sealed, [0-9]+ bits(.*)$")
    expect_equal(connected[1], "", "what is known of the site")
    for length, site in ((16, "Bergen"), (24, "Default-First-Site-Name")):
        if length == 16:
            scene.samba.add(f"dn: CN={site},CN=Sites,{CONFIGURATION}\nobjectClass: site\n")
        scene.samba.add(f"dn: CN=10.77.0.0/{length},CN=Subnets,CN=Sites,{CONFIGURATION}\nobjectClass: subnet\n"
                        f"siteObject: CN={site},CN=Sites,{CONFIGURATION}\n")
    scene.samba.stop()
    scene.lessord.wait_for_verdict("cached")
    scene.samba.start()
    scene.lessord.process.wait_for_log("DIRECTORY_CONNECTED: .*, our site is Default-First-Site-Name$", count=2)
    scene.lessord.wait_for_verdict("authorized")
    expect("DIRECTORY_NOT_FOUND" in scene.lessord.process.log(), "the domain's only name server was away, which was not reported")
