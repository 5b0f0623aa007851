# SPDX-License-Identifier: Apache-2.0
"""lessorctl class, definition and option: what is defined, the values that use it, and what clients get of it."""
from dhcp import PARAMETERS
from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import BASE, ROOT, SERVER, scope_dn

SCOPE = "10.77.0.0"
AT_SCOPE = ["--scope", SCOPE]
ROUTERS, VENDOR_SPECIFIC, VENDOR_CLASS, USER_CLASS = 3, 43, 60, 77
CLASSES, OPTIONS = f"cn=classes,{ROOT}", f"cn=options,{ROOT}"


def _sample(lab):
    scene = Scene(lab)
    return scene, scene.ctl


def _lines(scene, dn):
    return scene.slapd.search(dn, "-s", "base").splitlines()


def _values(scene, dn):
    return sorted(line.partition(": ")[2] for line in _lines(scene, dn) if line.startswith("lessorOption: "))


def _row(ctl, noun, name, *words):
    key = {"class": "classes", "definition": "definitions", "option": "options"}[noun]
    return next((row for row in ctl.json(noun, "list", *words)[key] if row["name"] == name), None)


def test_init(lab):
    """init makes the containers of classes and definitions; without them the first class or definition does."""
    scene, ctl = _sample(lab)
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    ctl.run("definition", "add", "phone-server", "--code", "224", "--type", "ip4-list")
    for dn in (CLASSES, OPTIONS):
        expect("objectClass: applicationProcess" in _lines(scene, dn), f"{dn} was not made")
        scene.slapd.delete(dn)
    created = ctl.json("init")["created"]
    expect_equal(sorted(created), sorted([CLASSES, OPTIONS]), "what init made")


def test_classes(lab):
    """class add, set, show, list and remove; wrong ones are refused."""
    scene, ctl = _sample(lab)
    ctl.run("class", "add", "Hall Kiosk", "--kind", "USER", "--data", "kiosk-1", "--description", "in the hall")
    for line in ("objectClass: lessorClass", "cn: Hall Kiosk", "lessorClassKind: user", "lessorClassData: kiosk-1",
                 "description: in the hall"):
        expect(line in _lines(scene, f"cn=Hall Kiosk,{CLASSES}"), f"{line!r} is not in the directory")
    ctl.run("class", "set", "hall kiosk", "--data", "hex:00ff", "--description", "")
    row = _row(ctl, "class", "Hall Kiosk")
    expect_equal((row["kind"], row["data"], row["builtIn"], row["description"]), ("user", "hex:00ff", False, None), "the class")
    builtin = _row(ctl, "class", "Microsoft Options", "--kind", "vendor")
    expect_equal((builtin["data"], builtin["builtIn"], builtin["dn"]), ("MSFT", True, None), "a built-in class")
    expect(not _row(ctl, "class", "Hall Kiosk", "--kind", "vendor"), "a user class is shown as a vendor class")
    expect_equal(ctl.json("class", "show", "microsoft options")["data"], "MSFT", "class show of a built-in one")
    expect("Hall Kiosk" in ctl.run("class", "list").stdout, "class list does not show it")
    for code, says, *words in (
            (20077, "already", "add", "HALL KIOSK", "--kind", "vendor", "--data", "other"),
            (20077, "already", "add", "microsoft options", "--kind", "user", "--data", "other"),
            (20045, "", "add", "Other", "--kind", "user", "--data", "hex:00FF"),
            (20045, "", "add", "Other", "--kind", "vendor", "--data", "MSFT 5.0"),
            (87, "user", "add", "Other", "--kind", "printer", "--data", "other"),
            (87, "", "add", "Other", "--kind", "user", "--data", ""),
            (87, "", "add", "Other", "--kind", "user", "--data", "hex:zz"),
            (87, "", "add", "Other", "--kind", "user", "--data", "x" * 256),
            (87, "", "add", "", "--kind", "user", "--data", "other"),
            (20078, "did you mean Hall Kiosk", "set", "Hall Kiosc", "--data", "x"),
            (20078, "class list", "show", "nobody at all"),
            (20048, "", "set", "Hall Kiosk", "--kind", "vendor"),
            (20089, "built in", "set", "Microsoft Options", "--data", "x"),
            (20089, "built in", "remove", "Microsoft Options")):
        ctl.expect_error(code, "class", *words, says=says)
    ctl.expect_usage("class", "add", "Other", "--kind", "user")
    ctl.expect_usage("class", "set", "Hall Kiosk")
    text = ctl.run("class", "remove", "Hall Kiosk").stdout
    expect("lessorctl class add 'Hall Kiosk' --kind user --data hex:00ff" in text, f"no undo in {text!r}")
    expect(not _row(ctl, "class", "Hall Kiosk"), "it was not removed")


def test_definitions(lab):
    """definition add, set, show, list, remove and types; wrong ones are refused."""
    scene, ctl = _sample(lab)
    ctl.run("class", "add", "Phones", "--kind", "vendor", "--data", "phone")
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    ctl.run("definition", "add", "phone-server", "--code", "224", "--type", "IP4-list", "--default", "10.77.0.9")
    ctl.run("definition", "add", "ring", "--code", "1", "--type", "text", "--vendor-class", "phones", "--description", "a tune")
    for line in ("objectClass: lessorOptionDefinition", "lessorOptionCode: 1", "lessorOptionType: text",
                 "lessorVendorClass: Phones", "description: a tune"):
        expect(line in _lines(scene, f"cn=ring,{OPTIONS}"), f"{line!r} is not in the directory")
    row = _row(ctl, "definition", "phone-server")
    expect_equal((row["code"], row["type"], row["vendorClass"], row["defaultValue"], row["builtIn"]),
                 (224, "ip4-list", None, "10.77.0.9", False), "the definition")
    expect_equal((_row(ctl, "definition", "routers")["code"], _row(ctl, "definition", "routers")["builtIn"]), (3, True), "a standard one")
    expect_equal([row["name"] for row in ctl.json("definition", "list", "--vendor-class", "Phones")["definitions"]], ["ring"],
                 "those of a class")
    expect_equal(ctl.json("definition", "show", "disable-netbios", "--vendor-class", "Microsoft Options")["code"], 1, "a built-in one")
    types = {row["name"]: row["example"] for row in ctl.json("definition", "types")["types"]}
    expect("ip4-list" in types and types["routes"], f"the types are {types}")
    for code, says, *words in (
            (20009, "", "add", "mine", "--code", "3", "--type", "ip4-list"),
            (20009, "", "add", "mine", "--code", "224", "--type", "u8"),
            (20009, "", "add", "mine", "--code", "1", "--type", "u8", "--vendor-class", "Phones"),
            (20075, "already", "add", "RING", "--code", "9", "--type", "u8", "--vendor-class", "Phones"),
            (20044, "did you mean Phones", "add", "mine", "--code", "9", "--type", "u8", "--vendor-class", "Fones"),
            (20044, "vendor", "add", "mine", "--code", "9", "--type", "u8", "--vendor-class", "Kiosk"),
            (87, "254", "add", "mine", "--code", "255", "--type", "u8"),
            (87, "254", "add", "mine", "--code", "0", "--type", "u8"),
            (87, "ip4-list", "add", "mine", "--code", "225", "--type", "address"),
            (20103, "", "add", "mine", "--code", "225", "--type", "u8", "--default", "300"),
            (20048, "", "set", "ring", "--code", "2"),
            (20103, "", "set", "phone-server", "--type", "u8"),
            (20076, "did you mean phone-server", "set", "phone-servers", "--default", ""),
            (20076, "built in", "remove", "routers"),
            (20076, "Phones", "remove", "phone-server", "--vendor-class", "Phones")):
        ctl.expect_error(code, "definition", *words, says=says)
    ctl.expect_usage("definition", "set", "ring")
    ctl.run("definition", "set", "phone-server", "--default", "", "--type", "u16", "--description", "no list any more")
    row = ctl.json("definition", "show", "phone-server")
    expect_equal((row["type"], row["defaultValue"], row["description"]), ("u16", None, "no list any more"), "the changed one")
    text = ctl.run("definition", "remove", "ring", "--vendor-class", "Phones").stdout
    expect("definition add ring --code 1 --type text --vendor-class Phones --description 'a tune'" in text, f"no undo in {text!r}")


def test_values(lab):
    """option set, list and remove for classes, with names, numbers and default values; each has its own value."""
    scene, ctl = _sample(lab)
    ctl.run("class", "add", "Phones", "--kind", "vendor", "--data", "phone")
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    ctl.run("definition", "add", "ring", "--code", "1", "--type", "u16", "--vendor-class", "Phones", "--default", "7")
    ctl.run("definition", "add", "phone-server", "--code", "224", "--type", "ip4-list")
    ctl.run("option", "set", "3=10.77.0.9", "--user-class", "kiosk", *AT_SCOPE)
    ctl.run("option", "set", "ring", "--vendor-class", "Phones", *AT_SCOPE)
    ctl.run("option", "set", "1=8", "--vendor-class", "Phones", "--user-class", "Kiosk", *AT_SCOPE)
    ctl.run("option", "set", "phone-server=10.77.0.4", *AT_SCOPE)
    expect_equal(_values(scene, scope_dn(SCOPE)),
                 ["[user:Kiosk]routers=10.77.0.9", "[vendor:Phones][user:Kiosk]ring=8", "[vendor:Phones]ring=7",
                  "phone-server=10.77.0.4", "routers=10.77.0.1"], "what stands there")
    ctl.run("option", "set", "RING=9", "--vendor-class", "phones", *AT_SCOPE)
    ctl.run("option", "set", "224=10.77.0.5", *AT_SCOPE)
    rows = {(row["name"], row["vendorClass"], row["userClass"]): (row["code"], row["value"])
            for row in ctl.json("option", "list", *AT_SCOPE)["options"]}
    expect_equal(rows, {("routers", None, "Kiosk"): (3, "10.77.0.9"), ("ring", "Phones", None): (1, "9"),
                        ("ring", "Phones", "Kiosk"): (1, "8"), ("phone-server", None, None): (224, "10.77.0.5"),
                        ("routers", None, None): (3, "10.77.0.1")}, "the values")
    text = ctl.run("option", "list", *AT_SCOPE).stdout
    expect("USER CLASS" in text and "Phones" in text, f"the classes are not in {text!r}")
    for code, says, *words in (
            (20044, "did you mean", "set", "routers=10.77.0.1", "--user-class", "Kiosc", *AT_SCOPE),
            (20044, "", "set", "routers=10.77.0.1", "--user-class", "Phones", *AT_SCOPE),
            (20044, "", "set", "routers=10.77.0.1", "--user-class", "nobody", "--scope", "10.99.0.0"),
            (20010, "did you mean", "set", "ringg=1", "--vendor-class", "Phones", *AT_SCOPE),
            (20010, "did you mean", "set", "router=10.77.0.1", *AT_SCOPE),
            (20103, "65535", "set", "ring=loud", "--vendor-class", "Phones", *AT_SCOPE),
            (87, "default value", "set", "routers", *AT_SCOPE),
            (20044, "", "remove", "routers", "--user-class", "nobody", *AT_SCOPE),
            (20076, "", "remove", "ring", "--vendor-class", "Phones", "--root"),
            (20010, "", "remove", "no-such-thing", *AT_SCOPE)):
        ctl.expect_error(code, "option", *words, says=says)
    text = ctl.run("option", "remove", "ring", "--vendor-class", "Phones", "--user-class", "Kiosk", *AT_SCOPE).stdout
    expect(f"lessorctl option set '[vendor:Phones][user:Kiosk]ring=8' --scope {SCOPE}" in text, f"no undo in {text!r}")
    ctl.run("option", "set", "[vendor:Phones][user:Kiosk]ring=8", *AT_SCOPE)
    ctl.run("option", "remove", "3", "--user-class", "Kiosk", *AT_SCOPE)
    expect_equal(_values(scene, scope_dn(SCOPE)), ["[vendor:Phones][user:Kiosk]ring=8", "[vendor:Phones]ring=9",
                                                   "phone-server=10.77.0.5", "routers=10.77.0.1"], "what is left")


def test_values_in_force(lab):
    """option list --effective shows what may be in force in the order in which it wins, and from where."""
    scene, ctl = _sample(lab)
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    ctl.run("reservation", "add", "10.77.0.50", "--hardware", "02:00:00:00:00:50")
    for level in (["--root"], ["--site", "oslo"], ["--server", SERVER], AT_SCOPE, ["--reservation", "10.77.0.50"]):
        ctl.run("option", "set", "ntp-servers=10.77.0.7", *level)
    for level in (["--root"], ["--server", SERVER]):
        ctl.run("option", "set", "ntp-servers=10.77.0.8", "--user-class", "Kiosk", *level)

    def rows(*words):
        return [(row["level"], row["userClass"]) for row in ctl.json("option", "list", *words, "--effective")["options"]
                if row["name"] == "ntp-servers"]
    expect_equal(rows("--reservation", "10.77.0.50"), [("server", "Kiosk"), ("reservation", None)], "at the reservation")
    expect_equal(rows(*AT_SCOPE), [("server", "Kiosk"), ("scope", None)], "at the scope")
    expect_equal(rows("--site", "oslo"), [("root", "Kiosk"), ("site", None)], "at the site")
    ctl.run("option", "remove", "ntp-servers", *AT_SCOPE)
    expect_equal(rows(*AT_SCOPE), [("server", "Kiosk"), ("server", None)], "inherited by the scope")
    shown = {(row["level"], row["userClass"]) for row in ctl.json("scope", "show", SCOPE)["options"] if row["name"] == "ntp-servers"}
    expect_equal(shown, {("server", "Kiosk"), ("server", None)}, "scope show")
    source = _row(ctl, "option", "domain-name", *AT_SCOPE, "--effective")["source"]
    expect_equal(source.lower(), ROOT.lower(), "where the domain name comes from")


def _orphan(scene, ctl):
    """A class and a definition that are in use."""
    ctl.run("class", "add", "Phones", "--kind", "vendor", "--data", "phone")
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    ctl.run("definition", "add", "ring", "--code", "1", "--type", "u16", "--vendor-class", "Phones")
    ctl.run("option", "set", "ring=77", "--vendor-class", "Phones", *AT_SCOPE)
    ctl.run("option", "set", "routers=10.77.0.9", "--user-class", "Kiosk", *AT_SCOPE)
    ctl.run("option", "set", "ring=5", "--vendor-class", "Phones", "--user-class", "Kiosk", "--root")
    scene.values = [_values(scene, dn) for dn in (scope_dn(SCOPE), ROOT)]


def test_in_use(lab):
    """A class or definition in use is not removed without --force, which removes what uses it and nothing else; a type that
    would make values wrong is refused."""
    scene, ctl = _sample(lab)
    _orphan(scene, ctl)
    scope = scope_dn(SCOPE)
    expect_equal([dn.lower() for dn in ctl.json("class", "show", "Kiosk")["usedBy"]], [ROOT.lower(), scope.lower()], "who uses the class")
    ctl.expect_error(20007, "class", "remove", "Kiosk", says="--force")
    ctl.expect_error(20007, "class", "remove", "Phones", says="cn=ring")
    ctl.expect_error(20007, "definition", "remove", "ring", says=scope)
    ctl.expect_error(20103, "definition", "set", "ring", "--type", "flag", says=scope)
    expect_equal([_values(scene, dn) for dn in (scope, ROOT)], scene.values, "the values after all that was refused")
    text = ctl.run("class", "remove", "Kiosk", "--force").stdout
    for value in ("[user:Kiosk]routers=10.77.0.9", "[vendor:Phones][user:Kiosk]ring=5"):
        expect(value in text, f"it is not said that {value} went: {text!r}")
    expect_equal(_values(scene, scope), ["[vendor:Phones]ring=77", "routers=10.77.0.1"], "the scope's values without the user class")
    expect_equal(_values(scene, ROOT), ["domain-name=example.test"], "those of the root")
    removed = ctl.json("class", "remove", "Phones", "--force")["removed"]
    expect_equal([(row["dn"].lower(), row["value"]) for row in removed],
                 [(scope.lower(), "[vendor:Phones]ring=77"), (f"cn=ring,{OPTIONS}".lower(), None)], "what went with the vendor class")
    expect_equal(_values(scene, scope), ["routers=10.77.0.1"], "the scope's values without the vendor class")
    expect("cn: ring" not in scene.slapd.search(BASE), "the definition of the removed class is still there")
    ctl.run("check")


def test_on_the_wire(lab):
    """A value for a user class and an option of a vendor class reach the clients of the class at once, and no others."""
    scene, ctl = _sample(lab)
    scene.start()
    client = scene.client()
    client.obtain()
    ctl.run("class", "add", "Phones", "--kind", "vendor", "--data", "phone")
    ctl.run("class", "add", "Kiosk", "--kind", "user", "--data", "kiosk")
    ctl.run("definition", "add", "ring", "--code", "1", "--type", "u16", "--vendor-class", "Phones")
    ctl.run("option", "set", "routers=10.77.0.9", "--user-class", "Kiosk", *AT_SCOPE)
    ctl.run("option", "set", "ring=258", "--vendor-class", "Phones", *AT_SCOPE)

    def told(code, *shown):
        """What a client that shows these options is told in option @code."""
        message = client.renewing()
        message.options = [(number, value + bytes([VENDOR_SPECIFIC]) if number == PARAMETERS else value)
                           for number, value in message.options] + list(shown)
        return client.ask(message).option(code)
    wait_until(lambda: told(ROUTERS, (USER_CLASS, b"kiosk")) == bytes([10, 77, 0, 9]), "the router of the class")
    expect_equal(told(ROUTERS), bytes([10, 77, 0, 1]), "the router of other clients")
    wait_until(lambda: told(VENDOR_SPECIFIC, (VENDOR_CLASS, b"phone")) == bytes([1, 2, 1, 2]), "option 43 of the class")
    expect(not told(VENDOR_SPECIFIC), "other clients get option 43")
    ctl.run("class", "remove", "Kiosk", "--force")
    wait_until(lambda: told(ROUTERS, (USER_CLASS, b"kiosk")) == bytes([10, 77, 0, 1]), "the router without the class")
