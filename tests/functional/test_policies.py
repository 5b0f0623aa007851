# SPDX-License-Identifier: Apache-2.0
"""lessorctl policy, and options and settings at a policy: what stands in the directory, its order, and what clients get of it."""
from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import ROOT, SERVER, SITE, scope_dn

SCOPE = "10.77.0.0"
AT_SCOPE = ["--scope", SCOPE]
LEVELS = ((["--root"], ROOT), (["--site", "oslo"], SITE), (["--server", SERVER], f"cn={SERVER},{SITE}"), (AT_SCOPE, scope_dn(SCOPE)))
ANY = "mac is 02:*"
ROUTERS, LEASE_TIME = 3, 51


def _sample(lab):
    scene = Scene(lab)
    return scene, scene.ctl


def _lines(scene, dn):
    return scene.slapd.search(dn, "-s", "base").splitlines()


def _order(ctl, *level):
    """The policies of a level, by the order in which they are shown, each with its number."""
    return [(row["name"], row["processingOrder"]) for row in ctl.json("policy", "list", *level)["policies"]]


def test_policies(lab):
    """policy add, set, show, list and remove at every level, with options and settings of its own."""
    scene, ctl = _sample(lab)
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    for level, dn in LEVELS:
        ctl.run("policy", "add", "phones", "--condition", "MAC is 02-00-5e-* and user-class is kiosk", "--description", "all phones",
                "--option", "3=10.77.0.9", "--option", "[user:Kiosk]domain-name=kiosk.test", "--lease-time", "1h", *level)
        for line in ("objectClass: lessorPolicy", "cn: phones", "lessorProcessingOrder: 1", "lessorLeaseTime: 3600",
                     "lessorCondition: mac is 02:00:5e:* and user-class is Kiosk", "lessorOption: routers=10.77.0.9",
                     "lessorOption: [user:Kiosk]domain-name=kiosk.test", "description: all phones"):
            expect(line in _lines(scene, f"cn=phones,{dn}"), f"{line!r} is not at {dn}")
        ctl.run("policy", "set", "PHONES", "--condition", "user-class is-not Kiosk", "--state", "disabled", "--lease-time", "",
                "--description", "", *level)
        row = ctl.json("policy", "show", "phones", *level)
        expect_equal((row["condition"], row["enabled"], row["leaseTime"], row["description"], row["processingOrder"]),
                     ("user-class is-not Kiosk", False, None, None, 1), f"the changed policy at {dn}")
        at_policy = ["--policy", "phones", *level]
        ctl.run("option", "set", "ntp-servers=10.77.0.3", *at_policy)
        ctl.run("option", "remove", "domain-name", "--user-class", "Kiosk", *at_policy)
        ctl.run("setting", "set", "lease-time=2h", *at_policy)
        row = ctl.json("policy", "show", "phones", *level)
        expect_equal(sorted(option["name"] for option in row["options"]), ["ntp-servers", "routers"], f"the options at {dn}")
        expect_equal(row["leaseTime"], 7200, f"the lease time at {dn}")
        expect_equal({row["name"]: row["value"] for row in ctl.json("setting", "list", *at_policy)["settings"]}, {"lease-time": 7200},
                     f"the settings at {dn}")
        expect("mac is" not in ctl.run("policy", "list", *level).stdout, f"the old condition is shown at {dn}")
    expect_equal([row["at"] for row in ctl.json("policy", "list")["policies"]],
                 ["the whole enterprise", "site oslo", "scope 10.77.0.0", f"server {SERVER}"], "where all policies stand")
    ctl.run("check")
    text = ctl.run("policy", "remove", "phones", *AT_SCOPE).stdout
    expect("lessorctl policy add phones --scope 10.77.0.0 --condition 'user-class is-not Kiosk' --order 1 --option "
           "routers=10.77.0.9" in text, f"no undo in {text!r}")
    expect_equal(_order(ctl, *AT_SCOPE), [], "the policies that are left")


def test_refused(lab):
    """What cannot be a policy is refused, and nothing is changed."""
    scene, ctl = _sample(lab)
    ctl.run("policy", "add", "phones", "--condition", ANY, "--range", "10.77.0.120-10.77.0.129", *AT_SCOPE)
    before = scene.slapd.search(ROOT)
    ctl.run("reservation", "list")
    for code, says, *words in (
            (20105, "Phones", "add", "Phones", "--condition", ANY, *AT_SCOPE),
            (20109, "", "add", "other", "--condition", "colour is red", *AT_SCOPE),
            (20104, "", "add", "other", "--condition", f"({ANY}", *AT_SCOPE),
            (20044, "", "add", "other", "--condition", "vendor-class is Nobody", *AT_SCOPE),
            (20107, "ends before", "add", "other", "--condition", ANY, "--range", "10.77.0.140-10.77.0.130", *AT_SCOPE),
            (20107, "", "add", "other", "--condition", ANY, "--range", "10.77.0.1-10.77.0.9", *AT_SCOPE),
            (20106, "", "add", "other", "--condition", ANY, "--range", "10.77.0.129-10.77.0.139", *AT_SCOPE),
            (20108, "", "add", "other", "--condition", ANY, "--range", "10.77.0.130-10.77.0.139", "--site", "oslo"),
            (20110, "from 1 to 2", "add", "other", "--condition", ANY, "--order", "3", *AT_SCOPE),
            (20110, "", "add", "other", "--condition", ANY, "--order", "0", *AT_SCOPE),
            (87, "number", "add", "other", "--condition", ANY, "--order", "first", *AT_SCOPE),
            (87, "enabled", "add", "other", "--condition", ANY, "--state", "on", *AT_SCOPE),
            (87, "", "add", "other", "--condition", ANY, "--lease-time", "soon", *AT_SCOPE),
            (87, "", "add", "", "--condition", ANY, *AT_SCOPE),
            (87, "", "add", "x" * 65, "--condition", ANY, *AT_SCOPE),
            (20010, "did you mean", "add", "other", "--condition", ANY, "--option", "router=10.77.0.1", *AT_SCOPE),
            (20103, "", "add", "other", "--condition", ANY, "--option", "routers=here", *AT_SCOPE),
            (20135, "", "add", "other", "--condition", "fqdn is single-label", "--range", "10.77.0.130", *AT_SCOPE),
            (20136, "", "add", "other", "--condition", "fqdn is single-label", "--option", "routers=10.77.0.1", *AT_SCOPE),
            (20084, "", "add", "other", "--condition", ANY, "--scope", "10.99.0.0"),
            (20111, "did you mean phones", "set", "phone", "--state", "disabled", *AT_SCOPE),
            (20111, "", "show", "phones", "--root"),
            (20110, "", "set", "phones", "--order", "3", *AT_SCOPE),
            (20135, "", "set", "phones", "--condition", "fqdn is single-label", *AT_SCOPE),
            (20107, "overlap", "add-range", "phones", "10.77.0.125-10.77.0.135", *AT_SCOPE),
            (20107, "", "add-range", "phones", "10.77.0.200-10.77.0.209", *AT_SCOPE),
            (20107, "10.77.0.120-10.77.0.129 is", "remove-range", "phones", "10.77.0.120-10.77.0.125", *AT_SCOPE)):
        ctl.expect_error(code, "policy", *words, says=says)
    ctl.expect_error(20111, "option", "set", "routers=10.77.0.1", "--policy", "nobody", *AT_SCOPE)
    ctl.expect_error(87, "setting", "set", "offer-time=30", "--policy", "phones", *AT_SCOPE, says="--scope NETWORK")
    ctl.expect_usage("policy", "add", "other", "--condition", ANY)
    ctl.expect_usage("policy", "add", "other", *AT_SCOPE)
    ctl.expect_usage("policy", "set", "phones", *AT_SCOPE)
    ctl.expect_usage("option", "set", "routers=10.77.0.1", "--policy", "phones")
    ctl.expect_usage("option", "set", "routers=10.77.0.1", "--policy", "phones", "--reservation", "10.77.0.50")
    expect_equal(scene.slapd.search(ROOT), before, "the directory")


def test_order(lab):
    """A new policy goes last or where it is put; the others make way, and close the gap that one leaves."""
    scene, ctl = _sample(lab)
    for name in ("a", "b", "c"):
        ctl.run("policy", "add", name, "--condition", ANY, *AT_SCOPE)
    ctl.run("policy", "add", "other", "--condition", ANY, "--root")
    expect_equal(_order(ctl, *AT_SCOPE), [("a", 1), ("b", 2), ("c", 3)], "one behind the other")
    ctl.run("policy", "add", "d", "--condition", ANY, "--order", "2", *AT_SCOPE)
    expect_equal(_order(ctl, *AT_SCOPE), [("a", 1), ("d", 2), ("b", 3), ("c", 4)], "with one in between")
    ctl.run("policy", "set", "c", "--order", "1", *AT_SCOPE)
    expect_equal(_order(ctl, *AT_SCOPE), [("c", 1), ("a", 2), ("d", 3), ("b", 4)], "with the last one first")
    ctl.run("policy", "set", "a", "--order", "5", *AT_SCOPE)
    expect_equal(_order(ctl, *AT_SCOPE), [("c", 1), ("d", 2), ("b", 3), ("a", 4)], "with the second one last")
    ctl.run("policy", "set", "d", "--order", "3", *AT_SCOPE)
    expect_equal(_order(ctl, *AT_SCOPE), [("c", 1), ("b", 2), ("d", 3), ("a", 4)], "with neighbours exchanged")
    ctl.run("policy", "set", "d", "--order", "3", *AT_SCOPE)
    ctl.run("policy", "remove", "b", *AT_SCOPE)
    expect_equal(_order(ctl, *AT_SCOPE), [("c", 1), ("d", 2), ("a", 3)], "without the second one")
    scene.slapd.replace(f"cn=a,{scope_dn(SCOPE)}", "lessorProcessingOrder", 7)
    ctl.run("policy", "add", "b", "--condition", ANY, "--order", "3", *AT_SCOPE)
    expect_equal(_order(ctl, *AT_SCOPE), [("c", 1), ("d", 2), ("b", 3), ("a", 7)], "a gap that was there needs no room")
    expect_equal(_order(ctl, "--root"), [("other", 1)], "the policies of another level")


def test_order_interrupted(lab):
    """What keeps one of several policies from being renumbered leaves them in their order, and the new one out."""
    scene, ctl = _sample(lab)
    for name in ("c", "b", "a"):
        ctl.run("policy", "add", name, "--condition", ANY, *AT_SCOPE)
    frozen = f'to dn.exact="cn=b,{scope_dn(SCOPE)}" by * read'
    scene.slapd.modify(f"dn: olcDatabase={{1}}mdb,cn=config\nchangetype: modify\nadd: olcAccess\nolcAccess: {{0}}{frozen}\n")
    ctl.expect_error(20121, "policy", "add", "d", "--condition", ANY, "--order", "1", *AT_SCOPE, says="cn=b")
    expect_equal([name for name, _ in _order(ctl, *AT_SCOPE)], ["c", "b", "a"], "the order after that")
    scene.slapd.modify("dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\ndelete: olcAccess\nolcAccess: {0}\n")
    ctl.run("policy", "add", "d", "--condition", ANY, "--order", "1", *AT_SCOPE)
    expect_equal([name for name, _ in _order(ctl, *AT_SCOPE)], ["d", "c", "b", "a"], "the order in the end")


def test_removed_with_its_level(lab):
    """A server's entry and a site go with the policies that stand there."""
    scene, ctl = _sample(lab)
    ctl.run("site", "add", "bergen")
    ctl.run("server", "add", "dhcp2.example.test", "--site", "bergen")
    ctl.run("policy", "add", "all", "--condition", ANY, "--site", "bergen")
    ctl.run("policy", "add", "all", "--condition", ANY, "--server", "dhcp2.example.test")
    ctl.run("server", "remove", "dhcp2.example.test")
    ctl.run("site", "remove", "bergen")
    expect("lessorPolicy" not in scene.slapd.search(ROOT), "a policy is left")


def test_classes_in_conditions(lab):
    """A class that a condition names cannot be removed, not even by force."""
    _, ctl = _sample(lab)
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    ctl.run("policy", "add", "kiosks", "--condition", "user-class is Kiosk", *AT_SCOPE)
    ctl.expect_error(20007, "class", "remove", "Kiosk", "--force", says="cn=kiosks")
    ctl.run("policy", "remove", "kiosks", *AT_SCOPE)
    ctl.run("class", "remove", "Kiosk")


def test_values_in_force(lab):
    """option list --effective shows the values of policies where they come in, and only if policies are applied."""
    _, ctl = _sample(lab)
    ctl.run("option", "set", "ntp-servers=10.77.0.7", *AT_SCOPE)
    for name, level in (("second", AT_SCOPE), ("first", ["--order", "1", *AT_SCOPE]), ("wide", ["--root"])):
        ctl.run("policy", "add", name, "--condition", ANY, "--option", "ntp-servers=10.77.0.8", *level)

    def rows(*words):
        return [row["policy"] or row["level"] for row in ctl.json("option", "list", *words, "--effective")["options"]
                if row["name"] == "ntp-servers"]
    expect_equal(rows(*AT_SCOPE), ["first", "second", "wide", "scope"], "at the scope")
    expect_equal(rows("--policy", "second", *AT_SCOPE), ["policy"], "for the clients of a policy")
    ctl.run("policy", "set", "first", "--state", "disabled", *AT_SCOPE)
    expect_equal(rows(*AT_SCOPE), ["second", "wide", "scope"], "without the disabled one")
    ctl.run("setting", "set", "policies=off", "--server", SERVER)
    expect_equal(rows(*AT_SCOPE), ["scope"], "with policies off")


def test_on_the_wire(lab):
    """A policy with a range, an option and a lease time is in force for the clients that meet it at once."""
    scene, ctl = _sample(lab)
    scene.start()
    ctl.run("policy", "add", "phones", "--condition", "mac is 02:00:5e:*", "--range", "10.77.0.190-10.77.0.199",
            "--option", "routers=10.77.0.9", "--lease-time", "1h", *AT_SCOPE)

    def is_phone_served():
        offer = scene.client(mac="02:00:5e:00:00:01").discover()
        return offer.yiaddr.startswith("10.77.0.19") and offer.option(ROUTERS) == bytes([10, 77, 0, 9]) and offer.number(LEASE_TIME) == 3600
    wait_until(is_phone_served, "the policy is in force")
    offer = scene.client(mac="02:00:5f:00:00:01").discover()
    expect(not offer.yiaddr.startswith("10.77.0.19"), f"another client got {offer.yiaddr}")
    expect_equal(offer.option(ROUTERS), bytes([10, 77, 0, 1]), "the router of another client")
    ctl.run("policy", "remove", "phones", *AT_SCOPE)
    wait_until(lambda: scene.client(mac="02:00:5e:00:00:02").discover().option(ROUTERS) == bytes([10, 77, 0, 1]), "it is gone")
