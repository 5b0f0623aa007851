# SPDX-License-Identifier: Apache-2.0
"""Scopes, their ranges and exclusions, reservations: each change by success, by its effect in the directory, by refusal."""
import re

from harness import expect, expect_equal
from scene import Scene
from slapd import SERVER, ldif, scope_dn

SCOPE = "10.77.0.0"
RANGE = "10.77.0.100-10.77.0.199"
OTHER = "dhcp2.example.test"


def _values(scene, attribute, dn=scope_dn(SCOPE)):
    """The values of an attribute in the directory."""
    lines = scene.slapd.search(dn, "-s", "base", attribute).splitlines()
    return [line.partition(": ")[2] for line in lines if line.startswith(attribute)]


def _unchanged(scene, *refusals):
    """Each of (code, sentence, words...) is refused, and the scope stays as it is."""
    before = scene.slapd.search(scope_dn(SCOPE))
    for code, says, *words in refusals:
        scene.ctl.expect_error(code, *words, says=says)
    expect_equal(scene.slapd.search(scope_dn(SCOPE)), before, "the scope after refusals")


def _warned(result, code):
    expect(f" ({code}): " in result.stderr, f"{code} is not said: {result.stderr!r}")


def test_fields(lab):
    """Every field of a scope is set, shown and cleared."""
    scene = Scene(lab)
    ctl, new = scene.ctl, scope_dn("10.80.0.0")
    ctl.run("scope", "add", "10.80.0.0/16", "--site", "oslo", "--name", "Lab", "--description", "second floor", "--state",
            "disabled", "--lease-time", "2h", "--delay", "250", "--superscope", "Campus", "--range", "10.80.0.5-10.80.1.4")
    for attribute, value in (("lessorName", "Lab"), ("description", "second floor"), ("lessorState", "disabled"),
                             ("lessorLeaseTime", "7200"), ("lessorOfferDelay", "250"), ("lessorSuperscope", "Campus"),
                             ("lessorRange", "10.80.0.5-10.80.1.4"), ("lessorServedBy", SERVER)):
        expect_equal(_values(scene, attribute, new), [value], attribute)
    shown = ctl.json("scope", "show", "10.80.0.0")
    expect_equal({key: shown[key] for key in ("name", "description", "state", "superscope", "leaseTime", "delay",
                                              "activatePolicies", "maxBootpClients")},
                 {"name": "Lab", "description": "second floor", "state": "disabled", "superscope": "Campus", "leaseTime": 7200,
                  "delay": 250, "activatePolicies": True, "maxBootpClients": 4294967295}, "what is shown")
    text = ctl.run("scope", "show", "10.80.0.0").stdout
    for pattern in ("second floor", "Campus", "offer-delay +250 ", "lease-time +2h ", "max-bootp-clients +4294967295 "):
        expect(re.search(pattern, text), f"{pattern!r} is not in {text}")
    listed = {row["network"]: row for row in ctl.json("scope", "list")["scopes"]}
    expect_equal(listed["10.80.0.0/16"]["description"], "second floor", "what is listed")
    ctl.run("scope", "set", "10.80.0.0", "--name", "", "--description", "", "--state", "enabled", "--lease-time", "", "--delay", "0")
    for attribute in ("lessorName", "description", "lessorLeaseTime"):
        expect_equal(_values(scene, attribute, new), [], attribute)
    expect_equal(_values(scene, "lessorOfferDelay", new), ["0"], "the delay")
    expect_equal(_values(scene, "lessorState", new), ["enabled"], "the state")
    ctl.run("check")


def test_fields_refused(lab):
    """A field that cannot be is refused before anything else is looked at, and nothing is changed."""
    scene = Scene(lab)
    _unchanged(scene,
               (20092, "0 to 1000", "scope", "set", "10.99.0.0", "--delay", "1001"),
               (20092, "0 to 1000", "scope", "set", SCOPE, "--delay", "-1"),
               (20084, "10.99.0.0", "scope", "set", "10.99.0.0", "--delay", "1000"),
               (87, "enabled or disabled", "scope", "set", SCOPE, "--state", "asleep"),
               (87, "write a time", "scope", "set", SCOPE, "--lease-time", "soon"),
               (20046, "at most 256", "scope", "set", SCOPE, "--name", "x" * 257),
               (20030, "at most 256", "scope", "add", "10.81.0.0/24", "--site", "oslo", "--superscope", "x" * 257),
               (20052, "did you mean the network 10.81.0.0/24", "scope", "add", "10.81.0.7/24", "--site", "oslo"),
               (87, "with its length", "scope", "add", "10.81.0.0", "--site", "oslo"),
               (20020, "of the network itself", "scope", "add", "10.81.0.0/24", "--site", "oslo", "--range", "10.81.0.0"))
    scene.ctl.run("scope", "set", SCOPE, "--name", "x" * 256, "--server", "")
    scene.ctl.expect_error(20006, "scope", "set", SCOPE, "--state", "enabled", says="--server")
    scene.ctl.run("scope", "set", SCOPE, "--state", "enabled", "--server", SERVER)
    scene.ctl.expect_usage("scope", "set", SCOPE)


def test_ranges(lab):
    """Ranges of each kind are added, grow, shrink, change their kind, and are listed."""
    scene = Scene(lab)
    ctl = scene.ctl
    ctl.run("range", "add", SCOPE, "10.77.0.10-10.77.0.19", "--kind", "bootp")
    ctl.run("range", "add", SCOPE, "10.77.0.20-10.77.0.29", "--kind", "BOTH")
    expect_equal(_values(scene, "lessorRange"), [f"{RANGE} dhcp", "10.77.0.10-10.77.0.19 bootp", "10.77.0.20-10.77.0.29 both"],
                 "the ranges in the directory")
    ctl.run("range", "set", SCOPE, RANGE, "10.77.0.90-10.77.0.210")
    ctl.run("range", "set", SCOPE, "10.77.0.90-10.77.0.210", "10.77.0.101-10.77.0.120", "--kind", "both")
    ctl.run("range", "set", SCOPE, "10.77.0.20-10.77.0.29", "--kind", "dhcp")
    ctl.run("range", "extend", SCOPE, "10.77.0.101-10.77.0.120", "64")
    result = ctl.run("range", "extend", SCOPE, "10.77.0.101-10.77.0.184", "-96")
    _warned(result, 20026)
    expect_equal(ctl.json("range", "list", SCOPE)["ranges"],
                 [{"first": "10.77.0.10", "last": "10.77.0.19", "type": "bootp", "addresses": 10},
                  {"first": "10.77.0.20", "last": "10.77.0.29", "type": "dhcp", "addresses": 10},
                  {"first": "10.77.0.37", "last": "10.77.0.184", "type": "both", "addresses": 148}], "the ranges")
    expect("10.77.0.37" in ctl.run("range", "list", SCOPE).stdout, "a range is not shown")
    ctl.run("check")
    expect_equal(ctl.json("range", "set", SCOPE, "10.77.0.10-10.77.0.19", "--kind", "bootp").get("warnings"), None, "warnings of no change")
    for addresses in ("10.77.0.10-10.77.0.19", "10.77.0.20-10.77.0.29", "10.77.0.37-10.77.0.184"):
        ctl.run("range", "remove", SCOPE, addresses)
    expect_equal(ctl.json("range", "list", SCOPE)["ranges"], [], "what is left")


def test_ranges_refused(lab):
    """Ranges that cannot be are refused, each with its own code, and nothing is changed."""
    scene = Scene(lab)
    scene.ctl.run("range", "add", SCOPE, "10.77.0.210-10.77.0.219")
    _unchanged(scene,
               (20021, "has the range", "range", "add", SCOPE, RANGE, "--kind", "bootp"),
               (20087, f"overlaps {RANGE}", "range", "add", SCOPE, "10.77.0.150-10.77.0.205"),
               (20024, "range extend", "range", "add", SCOPE, "10.77.0.200-10.77.0.205"),
               (20020, "no client", "range", "add", SCOPE, "10.77.0.255"),
               (20023, "broadcast", "range", "add", SCOPE, "10.77.0.240-10.77.0.255"),
               (20023, "ends before", "range", "add", SCOPE, "10.77.0.9-10.77.0.8"),
               (20084, "10.99.0.0", "range", "add", "10.99.0.0", "10.99.0.1"),
               (87, "dhcp, bootp, both", "range", "add", SCOPE, "10.77.0.5", "--kind", "token-ring"),
               (20023, "grow or shrink", "range", "set", SCOPE, RANGE, "10.77.0.110-10.77.0.205"),
               (20087, "overlaps", "range", "set", SCOPE, RANGE, "10.77.0.100-10.77.0.210"),
               (20088, "is not there", "range", "set", SCOPE, "10.77.0.100-10.77.0.198", "10.77.0.100"),
               (20088, "is not there", "range", "remove", SCOPE, "10.77.0.1"),
               (20025, "multiple", "range", "extend", SCOPE, RANGE, "5"),
               (20025, "multiple", "range", "extend", SCOPE, RANGE, "0"),
               (20087, "only 10 addresses", "range", "extend", SCOPE, RANGE, "32"),
               (20023, "subnet ends", "range", "extend", SCOPE, "10.77.0.210-10.77.0.219", "64"),
               (20025, "only 10 addresses", "range", "extend", SCOPE, "10.77.0.210-10.77.0.219", "-32"),
               (87, "number of addresses", "range", "extend", SCOPE, RANGE, "some"))
    scene.ctl.expect_usage("range", "set", SCOPE, RANGE)


def test_policies(lab):
    """A range does not shrink below what a policy of the scope has of it."""
    scene = Scene(lab)
    scene.slapd.add(ldif(f"cn=first,{scope_dn(SCOPE)}", objectClass="lessorPolicy", cn="first", lessorProcessingOrder=1,
                         lessorCondition="mac is 02:*", lessorRange="10.77.0.120-10.77.0.129"))
    says = "policy first has the range 10.77.0.120-10.77.0.129"
    _unchanged(scene,
               (20112, says, "range", "set", SCOPE, RANGE, "10.77.0.121-10.77.0.199"),
               (20112, says, "range", "set", SCOPE, RANGE, "10.77.0.130-10.77.0.220"),
               (20112, says, "range", "remove", SCOPE, RANGE, "--force"))
    scene.ctl.run("range", "set", SCOPE, RANGE, "10.77.0.120-10.77.0.129")
    scene.slapd.delete(f"cn=first,{scope_dn(SCOPE)}")
    scene.ctl.run("range", "remove", SCOPE, "10.77.0.120-10.77.0.129")


def test_exclusions(lab):
    """Exclusions may overlap, but not be the same; they are listed and removed."""
    scene = Scene(lab)
    ctl = scene.ctl
    ctl.run("exclusion", "add", SCOPE, "10.77.0.110-10.77.0.119")
    ctl.run("exclusion", "add", SCOPE, "10.77.0.115-10.77.0.129")
    ctl.run("exclusion", "add", SCOPE, "10.77.0.9")
    expect_equal(ctl.json("exclusion", "list", SCOPE)["exclusions"],
                 [{"first": "10.77.0.9", "last": "10.77.0.9", "addresses": 1},
                  {"first": "10.77.0.110", "last": "10.77.0.119", "addresses": 10},
                  {"first": "10.77.0.115", "last": "10.77.0.129", "addresses": 15}], "the exclusions")
    _unchanged(scene,
               (20087, "excluded already", "exclusion", "add", SCOPE, "10.77.0.110-10.77.0.119"),
               (20023, "does not lie within", "exclusion", "add", SCOPE, "10.78.0.1"),
               (20088, "is not there", "exclusion", "remove", SCOPE, "10.77.0.110"),
               (20084, "10.99.0.0", "exclusion", "list", "10.99.0.0"))
    ctl.run("exclusion", "remove", SCOPE, "10.77.0.9")
    expect_equal(_values(scene, "lessorExclusion"), ["10.77.0.110-10.77.0.119", "10.77.0.115-10.77.0.129"], "what is left")


def test_in_use(lab):
    """What clients use is removed, or kept from their kind, only by force, or with a warning where the daemon cannot be asked."""
    scene = Scene(lab).start()
    ctl = scene.ctl
    ctl.run("range", "add", SCOPE, "10.77.0.210-10.77.0.219")
    scene.client().obtain()
    _unchanged(scene,
               (20007, "1 address is leased", "scope", "remove", SCOPE),
               (20007, "1 address is leased", "range", "remove", SCOPE, RANGE),
               (20049, "1 of the range's addresses is leased to DHCP clients;", "range", "set", SCOPE, RANGE, "--kind", "bootp"))
    result = ctl.run("range", "set", SCOPE, RANGE, "10.77.0.150-10.77.0.199")
    expect("1 address that it does not hold any more is leased" in result.stdout, f"the lost lease is not named: {result.stdout!r}")
    ctl.run("range", "set", SCOPE, "10.77.0.150-10.77.0.199", RANGE)
    result = ctl.run("range", "set", SCOPE, RANGE, "--kind", "both")
    expect_equal(result.stderr, "", "what is said of a range for more clients")
    expect_equal(ctl.run("range", "remove", SCOPE, "10.77.0.210-10.77.0.219").stderr, "", "what is said of an unused range")
    ctl.run("range", "remove", SCOPE, RANGE, "--force")
    expect_equal(_values(scene, "lessorRange"), [], "the ranges")
    ctl.run("range", "add", SCOPE, RANGE)
    ctl.run("server", "add", OTHER, "--site", "oslo")
    ctl.run("scope", "set", SCOPE, "--server", OTHER)
    _warned(ctl.run("range", "remove", SCOPE, RANGE, "--force"), 20122)
    ctl.run("scope", "set", SCOPE, "--server", SERVER)
    ctl.run("range", "add", SCOPE, RANGE)
    scene.lessord.stop()
    warning, = ctl.json("range", "set", SCOPE, RANGE, "10.77.0.150-10.77.0.199")["warnings"]
    expect_equal(warning["code"], 20123, "the warning")
    ctl.run("range", "set", SCOPE, "10.77.0.150-10.77.0.199", RANGE)
    warning, = ctl.json("range", "remove", SCOPE, RANGE)["warnings"]
    expect_equal((warning["code"], warning["name"]), (20123, "ERROR_DHCP_SERVER_NOT_RUNNING"), "the warning")
    expect(SERVER in warning["message"], f"the server is not named in {warning['message']!r}")
    _warned(ctl.run("scope", "remove", SCOPE), 20123)
    expect_equal(ctl.json("scope", "list")["scopes"], [], "the scopes")


def test_reservations(lab):
    """A reservation's client, type, name and description are set, shown and cleared."""
    scene = Scene(lab)
    ctl, dn = scene.ctl, scope_dn("10.77.0.50", scope_dn(SCOPE))
    ctl.run("reservation", "add", "10.77.0.50", "--hardware", "02-00-00-00-00-50", "--type", "bootp", "--name", "printer",
            "--description", "by the window")
    for attribute, value in (("lessorHardwareAddress", "02:00:00:00:00:50"), ("lessorClientType", "bootp"),
                             ("lessorName", "printer"), ("description", "by the window")):
        expect_equal(_values(scene, attribute, dn), [value], attribute)
    ctl.run("option", "set", "ntp-servers=10.77.0.7", "--reservation", "10.77.0.50")
    shown = ctl.json("reservation", "show", "10.77.0.50")
    expect_equal({key: shown[key] for key in ("address", "scope", "hardwareAddress", "clientIdentifier", "type", "name", "description")},
                 {"address": "10.77.0.50", "scope": "10.77.0.0/24", "hardwareAddress": "02:00:00:00:00:50",
                  "clientIdentifier": None, "type": "bootp", "name": "printer", "description": "by the window"}, "what is shown")
    levels = {row["name"]: row["level"] for row in shown["options"]}
    expect_equal((levels["ntp-servers"], levels["routers"], levels["domain-name"]), ("reservation", "scope", "root"), "where options come from")
    expect("by the window" in ctl.run("reservation", "show", "10.77.0.50").stdout, "the description is not shown")
    ctl.run("reservation", "set", "10.77.0.50", "--client-id", "ff0011", "--hardware", "", "--type", "", "--name", "", "--description", "")
    for attribute, values in (("lessorHardwareAddress", []), ("lessorClientIdentifier", ["ff:00:11"]), ("lessorClientType", []),
                              ("lessorName", []), ("description", [])):
        expect_equal(_values(scene, attribute, dn), values, attribute)
    row, = ctl.json("reservation", "list")["reservations"]
    expect_equal((row["type"], row["clientIdentifier"]), ("both", "ff:00:11"), "what is listed")
    ctl.run("check")
    before = _values(scene, "lessorOption", dn)
    scene.slapd.add(ctl.json("reservation", "remove", "10.77.0.50")["undo"])
    expect_equal(_values(scene, "lessorOption", dn), before, "what was brought back")


def test_reservations_refused(lab):
    """Reservations that contradict others, or are none, are refused, and nothing is changed."""
    scene = Scene(lab)
    for address, client in (("10.77.0.50", "02:00:00:00:00:50"), ("10.77.0.51", "02:00:00:00:00:51")):
        scene.ctl.run("reservation", "add", address, "--hardware", client)
    _unchanged(scene,
               (20086, "reserved already", "reservation", "add", "10.77.0.50", "--hardware", "02:00:00:00:00:60"),
               (20086, "cn=10.77.0.50,cn=10.77.0.0,", "reservation", "add", "10.77.0.60", "--hardware", "02-00-00-00-00-50"),
               (20086, "cn=10.77.0.51,cn=10.77.0.0,", "reservation", "set", "10.77.0.50", "--hardware", "02:00:00:00:00:51"),
               (20018, "not an address for a client", "reservation", "add", "10.77.0.255", "--hardware", "02:00:00:00:00:60"),
               (20018, "not an address for a client", "reservation", "add", "10.77.0.0", "--hardware", "02:00:00:00:00:50"),
               (87, "dhcp, bootp or both", "reservation", "set", "10.77.0.50", "--type", "fax"),
               (87, "whose it is", "reservation", "set", "10.77.0.50", "--hardware", ""),
               (87, "hardware address such as", "reservation", "set", "10.77.0.50", "--hardware", "printer"),
               (20046, "at most 256", "reservation", "set", "10.77.0.50", "--name", "x" * 257),
               (20085, "10.77.0.99", "reservation", "set", "10.77.0.99", "--name", "x"),
               (20085, "10.77.0.99", "reservation", "show", "10.77.0.99"),
               (20084, "lies in no scope", "reservation", "add", "10.99.0.1", "--hardware", "02:00:00:00:00:60"))
    scene.ctl.expect_usage("reservation", "set", "10.77.0.50")
