# SPDX-License-Identifier: Apache-2.0
"""lessorctl: every command, by success and by refusal."""
import json
import os
import re
import time

from harness import expect, expect_equal, wait_until
from kdc import Kdc
from rawclient import RawClient, obtain_all
from scene import Scene
from slapd import BASE, LDAP_PORT, NET_SERVICES, ROOT, SERVER, SITE, base_tree, ldif, person_dn, scope_dn, scope_entry

SCOPE = "10.77.0.0"
OTHER = "dhcp2.example.test"
UNKNOWN_SCOPE, UNKNOWN_SERVER = 20084, 20074


def _fresh(lab):
    """A directory with nothing of ours in it, and lessorctl."""
    scene = Scene(lab)
    scene.slapd.stop()
    scene.slapd.load(base_tree())
    scene.slapd.start()
    return scene, scene.ctl


def _sample(lab):
    scene = Scene(lab)
    return scene, scene.ctl


def test_from_nothing(lab):
    """init, site, server and scope add and server authorize make what a server needs; only init can be repeated."""
    scene, ctl = _fresh(lab)
    ctl.run("init")
    ctl.run("init")
    ctl.run("site", "add", "oslo")
    ctl.run("server", "add", SERVER, "--site", "oslo")
    ctl.run("scope", "add", "10.77.0.0/24", "--site", "oslo", "--server", SERVER, "--range", "10.77.0.100-10.77.0.150",
            "--range", "10.77.0.160-10.77.0.199", "--name", "Office", "--lease-time", "1h")
    ctl.run("server", "authorize", SERVER, "10.77.0.1")
    ctl.expect_error(20079, "server", "add", SERVER, "--site", "oslo")
    ctl.expect_error(20079, "server", "authorize", SERVER, "10.77.0.1", says=SERVER)
    ctl.expect_error(20082, "scope", "add", "10.77.0.0/24", "--site", "oslo", says="10.77.0.0")
    expect(ctl.run("site", "add", "oslo", status=1).stderr.startswith("lessorctl: "), "a site was made twice")
    tree = scene.slapd.search(BASE)
    for line in ("objectClass: lessorRoot", "objectClass: lessorSite", "objectClass: lessorServer",
                 "lessorPrefixLength: 24", f"lessorServedBy: {SERVER}", "lessorName: Office", "lessorLeaseTime: 3600",
                 "cn: DhcpRoot",
                 f"dhcpServers: i10.77.0.1$rcn={SERVER}$f0x00000000$s{SERVER}$"):
        expect(line in tree.splitlines(), f"{line!r} is not in the directory:\n{tree}")
    ctl.run("check")
    scene.start()
    scene.client().obtain()


def test_before_init(lab):
    """Before init the commands refuse and advise it."""
    _, ctl = _fresh(lab)
    for words in (["site", "add", "oslo"], ["server", "authorize", SERVER, "10.77.0.1"], ["check"]):
        result = ctl.run(*words, status=1)
        expect("init" in result.stderr + result.stdout, f"no advice in {result.stderr!r}")


def test_servers(lab):
    """server list, deauthorize and remove, site remove; what is not there or still in use is refused."""
    scene, ctl = _sample(lab)
    ctl.run("server", "authorize", OTHER, "10.77.0.2")
    expect_equal({row["name"]: row["address"] for row in ctl.json("server", "list")["servers"]},
                 {SERVER: "10.77.0.1", OTHER: "10.77.0.2"}, "the authorized servers")
    ctl.run("server", "deauthorize", OTHER)
    expect(OTHER not in ctl.run("server", "list").stdout, f"{OTHER} is still listed")
    ctl.expect_error(20080, "server", "deauthorize", OTHER, says=OTHER)
    ctl.expect_error(20081, "server", "deauthorize", SERVER, "10.77.0.99")
    ctl.expect_error(20124, "server", "authorize", "nowhere.invalid")
    ctl.expect_error(20007, "server", "remove", SERVER, says="10.77.0.0/24")
    ctl.run("site", "add", "bergen")
    ctl.run("server", "add", OTHER, "--site", "bergen")
    ctl.expect_error(20007, "site", "remove", "bergen", says=OTHER)
    ctl.run("server", "remove", OTHER)
    ctl.run("site", "remove", "bergen")
    expect_equal([row["name"] for row in ctl.json("site", "list")["sites"]], ["oslo"], "the sites that are left")
    scene.slapd.delete(f"cn=DhcpRoot,{NET_SERVICES}")
    ctl.run("init")
    expect("cn: DhcpRoot" in scene.slapd.search(NET_SERVICES), "init did not restore DhcpRoot")


def test_confirmation(lab):
    """At a terminal a removal says what is lost and asks; no is 1223 and changes nothing; --yes, or no terminal: it is done"""
    scene, ctl = _sample(lab)
    ctl.run("site", "add", "bergen")
    ctl.run("site", "add", "hamar")
    for answer in (b"n\n", b"\n", b"\x04", b"nope\n"):
        status, shown = ctl.at_terminal(answer, "site", "remove", "bergen")
        expect_equal(status, 1, f"the exit status after {answer}")
        expect("this removes site bergen" in shown and "ERROR_CANCELLED (1223)" in shown, f"what it showed: {shown!r}")
    expect_equal(len(ctl.json("site", "list")["sites"]), 3, "the sites when it was not to go on")
    status, shown = ctl.at_terminal(b"y\n", "site", "remove", "bergen")
    expect_equal(status, 0, f"the exit status after yes ({shown!r})")
    status, shown = ctl.at_terminal(b"n\n", "site", "remove", "hamar", "--yes")
    expect(status == 0 and "[y/N]" not in shown, f"asked in spite of --yes: {shown!r}")
    ctl.run("site", "add", "hamar")
    ctl.run("site", "remove", "hamar")
    expect_equal([site["name"] for site in ctl.json("site", "list")["sites"]], ["oslo"], "the sites at the end")


def test_scopes(lab):
    """scope list, show, set and remove act on the daemon at once; wrong ones are refused."""
    scene, ctl = _sample(lab)
    scene.start()
    client = scene.client()
    client.obtain()
    expect_equal([row["network"] for row in ctl.json("scope", "list")["scopes"]], ["10.77.0.0/24"], "the scopes")
    expect("10.77.0.100-10.77.0.199" in ctl.run("scope", "show", SCOPE).stdout, "the range is not shown")
    ctl.json("scope", "show", SCOPE)
    ctl.run("scope", "set", SCOPE, "--state", "disabled", "--name", "Closed", "--lease-time", "2h")
    attributes = scene.slapd.search(scope_dn(SCOPE), "-s", "base")
    for line in ("lessorState: disabled", "lessorName: Closed", "lessorLeaseTime: 7200"):
        expect(line in attributes.splitlines(), f"{line!r} is not in {attributes}")
    ctl.run("scope", "set", SCOPE, "--state", "enabled")
    wait_until(lambda: client.renew().number(51) == 7200, "the lease time is in force")
    ctl.expect_error(20082, "scope", "add", "10.77.0.128/25", "--site", "oslo", says="10.77.0.0")
    for words in (["show", "10.99.0.0"], ["set", "10.99.0.0", "--state", "enabled"], ["remove", "10.99.0.0"]):
        ctl.expect_error(UNKNOWN_SCOPE, "scope", *words, says="10.99.0.0")
    ctl.expect_error(UNKNOWN_SERVER, "scope", "add", "10.80.0.0/24", "--site", "oslo", "--server", "no.example.test")
    result = ctl.run("scope", "add", "10.80.0.0/24", "--site", "nowhere", status=1)
    expect("nowhere" in result.stderr, f"the unknown site is not named in {result.stderr!r}")
    ctl.expect_error(20052, "scope", "add", "224.1.0.0/16", "--site", "oslo", says="no client can have")
    ctl.expect_error(20007, "scope", "remove", SCOPE)
    ctl.run("server", "add", "dhcp2.example.test", "--site", "oslo")
    result = ctl.run("scope", "set", SCOPE, "--server", "dhcp2.example.test")
    expect("1 of its addresses" in result.stdout, f"nothing is said of the lease that stays behind: {result.stdout!r}")
    ctl.run("scope", "remove", SCOPE, "--force")
    expect_equal(ctl.json("scope", "list")["scopes"], [], "the scopes that are left")
    scene.lessord.wait_for_generation(lambda configuration: configuration["servedScopes"] == 0)


def _entries(scene):
    """What stands in the tree: the lines of each entry, in an order of their own."""
    return sorted(sorted(entry.splitlines()) for entry in scene.slapd.search(ROOT).split("\n\n"))


def test_undo(lab):
    """What scope, server and site remove take away comes back by the text that they give, as it was"""
    scene, ctl = _sample(lab)
    for words in (["site", "add", "bergen"], ["server", "add", OTHER, "--site", "bergen"],
                  ["setting", "set", "offer-time=2m", "--server", OTHER], ["option", "set", "domain-name=z\u00fcrich", "--site", "bergen"],
                  ["scope", "add", "10.80.0.0/24", "--site", "bergen", "--range", "10.80.0.10-10.80.0.20", "--name", " blanks "],
                  ["reservation", "add", "10.80.0.5", "--hardware", "02:00:00:00:00:50"],
                  ["option", "set", "routers=10.80.0.1", "--reservation", "10.80.0.5"]):
        ctl.run(*words)
    before = _entries(scene)
    undone = [ctl.json(*words)["undo"] for words in (["scope", "remove", "10.80.0.0", "--force"], ["server", "remove", OTHER],
                                                     ["site", "remove", "bergen"])]
    expect("bergen" not in scene.slapd.search(ROOT), "something was left behind")
    for text in reversed(undone):
        scene.slapd.add(text)
    expect_equal(_entries(scene), before, "the tree that was put together again")
    shown = ctl.at_terminal(b"y\n", "scope", "remove", "10.80.0.0", "--force")[1]
    expect("To bring it back" in shown and "lessorHardwareAddress: 02:00:00:00:00:50" in shown, f"what a terminal shows: {shown!r}")


def test_undo_of_settings(lab):
    """A setting that was removed comes back by the command that is given; a scope that nobody serves is said to be so."""
    _, ctl = _sample(lab)
    ctl.run("setting", "set", "offer-delay=100", "lease-time=2h", "--scope", SCOPE)
    for setting in ("offer-delay", "lease-time"):
        before = ctl.json("setting", "list", "--scope", SCOPE)
        said = ctl.run("setting", "remove", setting, "--scope", SCOPE).stdout
        ctl.run(*said.partition("undo with: lessorctl ")[2].split())
        expect_equal(ctl.json("setting", "list", "--scope", SCOPE), before, f"the settings after {said}")
    expect("nobody answers" in ctl.run("scope", "set", SCOPE, "--server", "").stdout, "an unserved scope is said to be served")


def test_ranges(lab):
    """range and exclusion add and remove; wrong ones are refused."""
    scene, ctl = _sample(lab)
    ctl.run("range", "add", SCOPE, "10.77.0.210-10.77.0.220")
    ctl.run("exclusion", "add", SCOPE, "10.77.0.110-10.77.0.119")
    attributes = scene.slapd.search(scope_dn(SCOPE), "-s", "base")
    expect("lessorExclusion: 10.77.0.110-10.77.0.119" in attributes, f"no exclusion in {attributes}")
    expect("10.77.0.210-10.77.0.220" in attributes, f"no range in {attributes}")
    ctl.expect_error(20087, "range", "add", SCOPE, "10.77.0.215-10.77.0.230")
    ctl.expect_error(20023, "range", "add", SCOPE, "10.77.0.230-10.77.0.225")
    ctl.expect_error(20023, "range", "add", SCOPE, "10.78.0.1-10.78.0.9")
    ctl.expect_error(20023, "exclusion", "add", SCOPE, "10.78.0.1-10.78.0.9")
    ctl.expect_error(20088, "range", "remove", SCOPE, "10.77.0.1-10.77.0.9")
    ctl.expect_error(20088, "exclusion", "remove", SCOPE, "10.77.0.1-10.77.0.9")
    ctl.run("range", "remove", SCOPE, "10.77.0.210-10.77.0.220")
    ctl.run("exclusion", "remove", SCOPE, "10.77.0.110-10.77.0.119")
    attributes = scene.slapd.search(scope_dn(SCOPE), "-s", "base")
    expect("lessorExclusion" not in attributes and "10.77.0.210" not in attributes, f"not removed: {attributes}")


def test_reservations(lab):
    """reservation add, list and remove; wrong ones are refused."""
    scene, ctl = _sample(lab)
    scene.start()
    ctl.run("reservation", "add", "10.77.0.50", "--hardware", "02:00:00:00:00:50", "--name", "printer")
    ctl.run("reservation", "add", "10.77.0.51", "--client-id", "ff00112233")
    rows = {row["address"]: row for row in ctl.json("reservation", "list", SCOPE)["reservations"]}
    expect_equal(set(rows), {"10.77.0.50", "10.77.0.51"}, "the reservations")
    expect("printer" in ctl.run("reservation", "list").stdout, "the name is not shown")
    scene.settle()
    client = scene.client(mac="02:00:00:00:00:50")
    client.obtain()
    expect_equal(client.address, "10.77.0.50", "the reserved address")
    ctl.expect_error(20086, "reservation", "add", "10.77.0.50", "--hardware", "02:00:00:00:00:99")
    ctl.expect_error(20086, "reservation", "add", "10.77.0.60", "--hardware", "02:00:00:00:00:50")
    ctl.expect_error(UNKNOWN_SCOPE, "reservation", "add", "10.99.0.5", "--hardware", "02:00:00:00:00:01")
    ctl.expect_error(20085, "reservation", "remove", "10.77.0.99")
    ctl.expect_usage("reservation", "add", "10.77.0.70")
    ctl.run("reservation", "remove", "10.77.0.50")
    rows = ctl.json("reservation", "list")["reservations"]
    expect_equal([row["address"] for row in rows], ["10.77.0.51"], "what is left")


def test_options(lab):
    """option set, list and remove at every level; wrong ones are refused."""
    _, ctl = _sample(lab)
    ctl.run("reservation", "add", "10.77.0.50", "--hardware", "02:00:00:00:00:50")
    for level in (["--root"], ["--site", "oslo"], ["--server", SERVER], ["--scope", SCOPE],
                  ["--reservation", "10.77.0.50"]):
        ctl.run("option", "set", "ntp-servers=10.77.0.7,10.77.0.8", "tftp-server-name=boot.example.test", *level)
        values = {row["name"]: row["value"] for row in ctl.json("option", "list", *level)["options"]}
        expect_equal(values["ntp-servers"].replace(" ", ""), "10.77.0.7,10.77.0.8", f"the value at {level}")
        ctl.run("option", "set", "ntp-servers=10.77.0.9", *level)
        values = {row["name"]: row["value"] for row in ctl.json("option", "list", *level)["options"]}
        expect_equal(values["ntp-servers"], "10.77.0.9", f"the new value at {level}")
        expect_equal(values["tftp-server-name"], "boot.example.test", f"the other value at {level}")
        ctl.run("option", "remove", "ntp-servers", *level)
        ctl.run("option", "remove", "66", *level)
        ctl.expect_error(20076, "option", "remove", "ntp-servers", *level)
        expect("ntp-servers" not in ctl.run("option", "list", *level).stdout, f"not removed at {level}")
    for value in ("routers=nowhere", "no-such-option=1", "routers", "subnet-mask=10", "dhcp-message-type=1"):
        expect(ctl.run("option", "set", value, "--root", status=None).returncode in (1, 2), f"{value} was accepted")
    ctl.expect_error(UNKNOWN_SCOPE, "option", "set", "routers=10.0.0.1", "--scope", "10.99.0.0")
    ctl.expect_usage("option", "set", "routers=10.0.0.1")


def _settings(ctl, *words):
    return {row["name"]: row["value"] for row in ctl.json("setting", "list", *words)["settings"]}


def test_settings(lab):
    """setting set, list and remove at every level; the nearest level's value is in force for a client."""
    scene, ctl = _sample(lab)
    scene.start()
    client = scene.client()
    client.obtain()
    ctl.run("reservation", "add", "10.77.0.50", "--hardware", "02:00:00:00:00:50")
    levels = ((["--root"], ROOT), (["--site", "oslo"], SITE), (["--server", SERVER], f"cn={SERVER},{SITE}"),
              (["--scope", SCOPE], scope_dn(SCOPE)), (["--reservation", "10.77.0.50"], scope_dn("10.77.0.50", scope_dn(SCOPE))))
    for hours, (level, dn) in enumerate(levels, 1):
        expect("lease-time" not in _settings(ctl, *level), f"it is set at {level} already")
        ctl.run("setting", "set", f"lease-time={hours}h30m", *level)
        lease_time = hours * 3600 + 1800
        expect_equal(_settings(ctl, *level)["lease-time"], lease_time, f"the value at {level}")
        expect(f"lessorLeaseTime: {lease_time}" in scene.slapd.search(dn, "-s", "base").splitlines(), f"it is not in {dn}")
        row = next(row for row in ctl.json("setting", "list", *level, "--effective")["settings"] if row["name"] == "lease-time")
        expect_equal((row["attribute"], row["value"], row["source"].lower()), ("lessorLeaseTime", lease_time, dn.lower()),
                     f"what is in force at {level}")
        if level[0] != "--reservation":
            expect_equal(_settings(ctl, "--scope", SCOPE, "--effective")["lease-time"], lease_time, f"inherited from {level}")
            expect_equal(ctl.json("scope", "show", SCOPE)["leaseTime"], lease_time, f"scope show with that of {level}")
            scene.settle()
            expect_equal(client.renew().number(51), lease_time, f"the lease time with that of {level}")
    for level, _ in reversed(levels):
        ctl.run("setting", "remove", "LESSORLEASETIME", *level)
        ctl.expect_error(2, "setting", "remove", "lease-time", *level, says="not set")
    for name, value in (("lease-time", 691200), ("decline-time", 86400), ("offer-time", 60)):
        expect_equal(_settings(ctl, "--scope", SCOPE, "--effective")[name], value, f"{name} by default")
    expect("--effective" in ctl.run("setting", "list", "--site", "oslo").stdout, "no advice where nothing is set")


def test_setting_names(lab):
    """A setting is found by each form of its name, several are set at once, and all may stand on root, site and server."""
    scene, ctl = _sample(lab)
    for level in (["--root"], ["--site", "oslo"], ["--server", SERVER]):
        ctl.run("setting", "set", "authority-hold=3d", "RecheckInterval=600", "lessorWatch=OFF", "lessorwatchinterval=1m",
                "start-without-directory=refuse", "standalone-rule=alone", *level)
        expect_equal(_settings(ctl, *level), {"authority-hold": 259200, "recheck-interval": 600, "watch": "off",
                     "watch-interval": 60, "start-without-directory": "refuse", "standalone-rule": "alone"}, f"at {level}")
        ctl.run("setting", "remove", "watch", *level)
        expect("watch" not in _settings(ctl, *level), f"watch is still set at {level}")
    text = ctl.run("setting", "list", "--server", SERVER, "--effective").stdout
    for pattern in (rf"authority-hold +3d +cn={SERVER}", "watch +on +default", "lease-time +1w1d +default"):
        expect(re.search(pattern, text), f"{pattern!r} is not in {text}")
    ctl.run("check")
    scene.slapd.replace(ROOT, "lessorAuthorityHold", 3)
    expect_equal(_settings(ctl, "--root")["authority-hold"], "3", "a value that cannot be")
    expect_equal(_settings(ctl, "--root", "--effective")["authority-hold"], 259200, "what is in force in its place")
    ctl.run("setting", "set", "authority-hold=1d", "--root")
    ctl.run("check")


def test_settings_refused(lab):
    """A setting that is not one, at a level that it has not, with a value that it cannot have, changes nothing."""
    scene, ctl = _sample(lab)
    before = scene.slapd.search(ROOT)
    for says, *words in (("did you mean authority-hold", "lessorAutorityHold=3d", "--root"),
                         ("offer-time, authority-hold, ", "colour=red", "--root"),
                         ("NAME=VALUE", "watch", "--root"),
                         ("from 5s to 52w1d", "authority-hold=2s", "--root"),
                         ("from 5s to 52w1d", "authority-hold=99w", "--site", "oslo"),
                         ("from 5s to 52w1d", "authority-hold=soon", "--server", SERVER),
                         ("from 5s to 52w1d", "authority-hold=", "--root"),
                         ("write off or on", "watch=maybe", "--root"),
                         ("yield or alone or report", "standalone-rule=retreat", "--root"),
                         ("--root, --site SITE, --server FQDN$", "watch=off", "--scope", SCOPE),
                         ("from 10s", "watch=off", "watch-interval=9s", "--root")):
        ctl.expect_error(87, "setting", "set", *words, says=says)
    ctl.expect_error(87, "setting", "remove", "wach", "--root", says="did you mean watch")
    ctl.expect_error(UNKNOWN_SCOPE, "setting", "set", "lease-time=1h", "--scope", "10.99.0.0")
    ctl.expect_usage("setting", "set", "watch=off")
    ctl.expect_usage("setting", "list", "--root", "--site", "oslo")
    expect_equal(scene.slapd.search(ROOT), before, "the directory")


def test_leases(lab):
    """lease list and show; status of a daemon that runs and of one that does not."""
    scene, ctl = _sample(lab)
    scene.start()
    client = scene.client()
    address = client.obtain().yiaddr
    for words in ([], [SCOPE]):
        row, = ctl.json("lease", "list", *words)["leases"]
        expect_equal((row["address"], row["state"]), (address, "active"), "the lease")
        expect_equal(row["hardwareAddress"], client.mac.hex(":"), "whose it is")
    expect(client.mac.hex(":") in ctl.run("lease", "show", address).stdout, "the hardware address is not shown")
    expect_equal(ctl.json("lease", "show", address)["address"], address, "lease show")
    ctl.expect_error(20016, "lease", "show", "10.77.0.150", says="10.77.0.150")
    expect_equal(ctl.json("status")["verdict"]["state"], "authorized", "status")
    text = ctl.run("status").stdout
    expect(f"{SERVER} (lessord " in text and "): authorized, clients are answered\n" in text, text)
    moment = r"[-\d]+ [:\d]+"
    expect(re.search(rf"^  Last checked: {moment} \(\d+s ago\); valid without the directory for \w+, until {moment}\n"
                     rf"  Next check: {moment} \(in (59m|1h)\), or when the directory tells of a change\n", text, re.MULTILINE), text)
    expect("not looked for" not in text, text)
    entry = f"cn={SERVER},cn=oslo,cn=sites,cn=DHCP,dc=example,dc=test"
    scene.slapd.replace(entry, "lessorRecheckInterval", 300)
    scene.lessord.wait_for_status(lambda status: 240 < status["verdict"]["nextCheck"] - time.time() <= 300, "a sooner check")
    scene.slapd.replace(entry, "lessorWatch", "off")
    scene.lessord.wait_for_status(lambda status: not status["watch"], "the watch is off")
    expect("not looked for (lessorWatch: off)\n" in ctl.run("status").stdout, "the status does not say so")
    scene.slapd.stop()
    status = scene.lessord.wait_for_status(lambda status: status["directory"]["nextAttempt"], "an attempt is set")
    expect_equal(status["verdict"]["nextCheck"], status["directory"]["nextAttempt"], "the next check without a directory")
    scene.lessord.stop()
    ctl.expect_error(20123, "status")
    ctl.expect_error(20123, "lease", "list")


def test_many_leases(lab):
    """lease list shows all leases, however many pages of the API they are."""
    scene, ctl = _sample(lab)
    scene.slapd.widen(SCOPE, 16, "10.77.1.0-10.77.9.255")
    scene.start()
    link = scene.link()
    holders = obtain_all([RawClient(link) for _ in range(1200)])
    addresses = [row["address"] for row in ctl.json("lease", "list")["leases"]]
    expect_equal(sorted(addresses), sorted(holders), "the leases that are listed")


def test_status_explains(lab):
    """status of a server that may not serve gives code, name and sentence."""
    scene, ctl = _sample(lab)
    scene.slapd.deauthorize()
    scene.lessord.start()
    scene.lessord.wait_for_verdict("not-authorized")
    result = ctl.run("status", status=None)
    expect("20039" in result.stdout and "DHCP_ROGUE_NOT_AUTHORIZED" in result.stdout, f"status says {result.stdout!r}")
    expect_equal(ctl.json("status")["verdict"]["code"], 20039, "the code")


def test_errors(lab):
    """errors prints the table, one code or one name, and refuses what is not in it."""
    _, ctl = _sample(lab)
    text = ctl.run("errors").stdout
    expect(all(code in text for code in ("20000", "20039", "20052", "20132")), "codes are missing in the table")
    for word in ("20039", "DHCP_ROGUE_NOT_AUTHORIZED", "ERROR_DHCP_ROGUE_NOT_AUTHORIZED"):
        expect("20039" in ctl.run("errors", word).stdout, f"errors {word}")
    both = ctl.run("errors", "DHCP_SUBNET_EXISTS").stdout
    expect("20004" in both and "20052" in both, f"the name that stands twice: {both!r}")
    expect(len(ctl.json("errors")["errors"]) > 100, "the table as JSON")
    expect(ctl.run("errors", "NO_SUCH_NAME", status=None).returncode in (1, 2), "an unknown name was accepted")


def test_check(lab):
    """check names every malformed entry, and exits with status 1 if there is one."""
    scene, ctl = _sample(lab)
    expect_equal(ctl.run("check").stderr, "", "what check complains of")
    scene.slapd.replace(scope_dn(SCOPE), "lessorRange", "10.77.0.9-10.77.0.1")
    scene.slapd.add(scope_entry("10.79.0.0", lessorServedBy=[SERVER, OTHER]))
    text = ctl.run("check", status=1)
    for words in (scope_dn(SCOPE), "lessorRange", "20023", scope_dn("10.79.0.0"), "20116"):
        expect(words in text.stdout + text.stderr, f"{words!r} is not in {text.stdout!r} {text.stderr!r}")
    scene.slapd.add("".join(ldif(scope_dn(address, scope_dn(SCOPE)), objectClass="lessorReservation", cn=address,
                                 lessorHardwareAddress=f"02:00:00:00:00:{number:02x}")
                            for number, address in enumerate(("10.77.0.10", "10.77.0.11", "10.77.0.12"))))
    text = ctl.run("check", status=1).stdout
    expect("2 mistakes" in text and "3 entries are good but left out" in text, f"not told apart: {text!r}")
    expect("10.77.0.11" not in text, f"a good entry is named: {text!r}")


def test_json_errors(lab):
    """With --json an error is an object with code, name and message."""
    _, ctl = _sample(lab)
    result = ctl.run("scope", "show", "10.99.0.0", options=["--json"], status=1)
    error = json.loads(result.stdout or result.stderr)["error"]
    expect_equal((error["code"], error["name"]), (UNKNOWN_SCOPE, "ERROR_DDS_SUBNET_NOT_PRESENT"), "the error")
    expect(error["message"], "no sentence")


def test_identities(lab):
    """Simple bind over TLS and GSSAPI work; without rights, with a wrong password and without a server it says so."""
    scene = Scene(lab, kdc=Kdc)
    ctl = scene.ctl
    password = lab.write("password", "admin-password\n")
    wrong = lab.write("wrong", "wrong\n")
    guest = lab.write("guest", "guest-password\n")
    tls = ["-H", scene.slapd.ldap, "-b", BASE, "--ca-file", scene.slapd.ca_file]
    simple = [*tls, "-Z", "-D", person_dn("admin"), "-y", password]
    ctl.words = []
    ctl.run("site", "add", "bergen", options=simple)
    ctl.run("site", "list", options=["-H", scene.slapd.ldaps, *tls[2:], "-D", person_dn("admin"), "-y", password])
    ctl.expect_error(5, "site", "list", options=[*tls, "-D", person_dn("admin"), "-y", wrong])
    ctl.expect_error(20121, "site", "add", "trondheim", options=[*tls, "-D", person_dn("guest"), "-y", guest])
    ctl.expect_error(20070, "site", "list", options=["-H", "ldap://127.0.0.1:1", "-b", BASE, "--bind", "anonymous"])
    ctl.environment = scene.kdc.client_environment("admin")
    gssapi = ["-H", f"ldap://localhost:{LDAP_PORT}", "-b", BASE]
    ctl.run("site", "add", "trondheim", options=gssapi)
    ctl.environment = scene.kdc.client_environment()
    ctl.expect_error(5, "site", "list", options=gssapi)
    ctl.words = ["-H", scene.slapd.ldapi, "-b", BASE]
    names = {row["name"] for row in ctl.json("site", "list")["sites"]}
    expect_equal(names, {"oslo", "bergen", "trondheim"}, "the sites")


def test_settings_from_file(lab):
    """lessord.conf gives lessorctl its defaults."""
    scene = Scene(lab).start()
    scene.lessord.settings.update(uri=scene.slapd.ldapi)
    scene.lessord.write_config()
    program = lab.program("lessorctl")
    for words in (["site", "list"], ["status"], ["lease", "list"]):
        lab.run([program, "-c", scene.lessord.config_path, *words])


def test_names(lab):
    """A name that nobody could type, or that is too long, is refused before it is written; one with blanks is quoted in advice."""
    _, ctl = _sample(lab)
    for words in (["site", "add"], ["server", "add", "--site", "oslo"], ["class", "add", "--kind", "user", "--data", "x"],
                  ["definition", "add", "--code", "224", "--type", "text"], ["policy", "add", "--root", "--condition", "mac is 02:*"]):
        for code, name in ((87, ""), (87, "two\nlines"), (87, "\x1b[31m"), (87, os.fsdecode(b"\xff")), (20046, "x" * 257)):
            ctl.expect_error(code, *words, name)
    expect("--site 'two words'" in ctl.run("site", "add", "two words").stdout, "the name in the advice is not quoted")


def test_control_characters(lab):
    """Nothing that stands in the directory or in a word commands the terminal, or passes for a line of lessorctl's."""
    scene, ctl = _sample(lab)
    path = lab.path("tree.json")
    ctl.run("export", path)
    scene.slapd.replace(SITE, "description", "\x1b[31m")
    for result in (ctl.run("apply", path, "--dry-run"), ctl.run("lease", "show", "\x1b[31m\nlessorctl:", status=1)):
        expect("?[31m" in result.stdout + result.stderr, f"the text is not shown: {result.stdout}{result.stderr}")
        expect("\x1b" not in result.stdout + result.stderr, "a control character is printed")
    expect_equal(result.stderr.count("\n"), 1, "lines of the refusal")


def test_usage(lab):
    """Wrong usage exits with status 2 and advice; --help and --version with 0."""
    _, ctl = _sample(lab)
    for words in ([], ["nonsense"], ["scope"], ["scope", "nonsense"], ["scope", "add"],
                  ["scope", "show", SCOPE, "surplus"], ["--no-such-flag"], ["scope", "list", "--range"],
                  ["server", "add", "x.example.test"]):
        ctl.expect_usage(*words)
    advice = ctl.run("bootfile", "add", "a,10.0.0.1,b", status=2).stderr.splitlines()[0]
    expect(advice.endswith("--root, --site SITE, --server FQDN"), f"levels that it does not take are proposed: {advice}")
    expect(all(noun in ctl.run("--help").stdout for noun in ("server", "scope", "option")), "--help lists no commands")
    expect("0." in ctl.run("--version").stdout, "--version")
