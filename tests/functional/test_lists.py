# SPDX-License-Identifier: Apache-2.0
"""Superscopes, filters and boot files: each change by success, by its effect in the directory, by refusal."""
from harness import expect, expect_equal
from scene import Scene
from slapd import ROOT, SERVER, SITE, scope_dn

SCOPE = "10.77.0.0"
OTHER = "10.78.0.0"
BERGEN = f"cn=bergen,cn=sites,{ROOT}"


def _values(scene, attribute, dn):
    """The values of an attribute in the directory."""
    lines = scene.slapd.search(dn, "-s", "base", attribute).splitlines()
    return [line.partition(": ")[2] for line in lines if line.startswith(attribute)]


def _unchanged(scene, *refusals):
    """Each of (code, sentence, words...) is refused, and everything stays as it is."""
    before = scene.slapd.search(ROOT)
    for code, says, *words in refusals:
        scene.ctl.expect_error(code, *words, says=says)
    expect_equal(scene.slapd.search(ROOT), before, "the directory after refusals")


def _three_scopes(lab):
    """Two scopes at one site, one at another."""
    scene = Scene(lab, tree={"scopes": (SCOPE, OTHER)})
    scene.ctl.run("site", "add", "bergen")
    scene.ctl.run("scope", "add", "10.79.0.0/24", "--site", "bergen", "--server", SERVER)
    return scene


def test_superscopes(lab):
    """Scopes join a superscope, one is its default, it is renamed, and ends when the last one leaves."""
    scene = _three_scopes(lab)
    ctl = scene.ctl
    ctl.run("superscope", "add", "Campus", SCOPE)
    ctl.run("superscope", "add", "campus", OTHER)
    expect_equal(_values(scene, "lessorSuperscope", scope_dn(OTHER)), ["Campus"], "the name as it was written first")
    ctl.run("superscope", "default", "campus", OTHER)
    expect_equal(_values(scene, "lessorDefaultScope", scope_dn(OTHER)), ["on"], "the mark of the default scope")
    ctl.run("superscope", "default", "campus", OTHER)
    row, = ctl.json("superscope", "list")["superscopes"]
    expect_equal(row, {"name": "Campus", "site": "oslo", "scopes": ["10.77.0.0/24", "10.78.0.0/24"], "default": "10.78.0.0/24"}, "the list")
    expect_equal(ctl.json("scope", "show", SCOPE)["superscope"], "Campus", "what the scope says")
    ctl.run("superscope", "rename", "campus", "Library")
    for network in (SCOPE, OTHER):
        expect_equal(_values(scene, "lessorSuperscope", scope_dn(network)), ["Library"], "the new name")
    expect_equal(_values(scene, "lessorDefaultScope", scope_dn(OTHER)), ["on"], "the mark after the new name")
    ctl.run("superscope", "rename", "Library", "LIBRARY")
    ctl.run("superscope", "remove", "library", OTHER)
    expect_equal(_values(scene, "lessorDefaultScope", scope_dn(OTHER)), [], "the mark of a scope that left")
    ctl.run("check")
    ctl.run("superscope", "remove", "library")
    expect_equal(ctl.json("superscope", "list")["superscopes"], [], "what is left")


def test_superscopes_of_sites(lab):
    """Two sites may have superscopes of one name, and then the site must be named."""
    scene = _three_scopes(lab)
    ctl = scene.ctl
    ctl.run("superscope", "add", "campus", SCOPE)
    ctl.run("superscope", "add", "campus", "10.79.0.0")
    _unchanged(scene, (87, "--site", "superscope", "remove", "campus"), (87, "--site", "superscope", "rename", "campus", "x"),
               (2, "there is no superscope", "superscope", "remove", "harbour", "--site", "bergen"))
    ctl.run("superscope", "rename", "campus", "harbour", "--site", "bergen")
    expect_equal({(row["name"], row["site"]) for row in ctl.json("superscope", "list")["superscopes"]},
                 {("campus", "oslo"), ("harbour", "bergen")}, "the superscopes")


def test_superscopes_refused(lab):
    """A scope is in one superscope, which is of one site and has one default."""
    scene = _three_scopes(lab)
    for words in (["add", "one", SCOPE, OTHER], ["default", "one", SCOPE]):
        scene.ctl.run("superscope", *words)
    scene.ctl.run("scope", "add", "10.80.0.0/24", "--site", "oslo", "--superscope", "two")
    _unchanged(scene,
               (20004, "in the superscope one already", "superscope", "add", "ONE", SCOPE),
               (20083, "superscope remove one 10.77.0.0", "superscope", "add", "two", SCOPE),
               (20083, "10.80.0.0", "superscope", "rename", "one", "two"),
               (20030, "at most 256", "superscope", "rename", "one", "x" * 257),
               (20047, "scope 10.77.0.0/24 is the default", "superscope", "default", "one", OTHER),
               (87, "scopes of one site", "superscope", "add", "three", "10.79.0.0", "10.80.0.0"),
               (20084, "10.99.0.0", "superscope", "add", "three", "10.79.0.0", "10.99.0.0"),
               (2, "superscope add one 10.80.0.0", "superscope", "default", "one", "10.80.0.0"),
               (2, "not in the superscope", "superscope", "remove", "one", SCOPE, "10.80.0.0"),
               (2, "superscope list", "superscope", "default", "four", SCOPE))


def test_filters(lab):
    """Filters of each list are set at each level, shown with what they are for, and removed."""
    scene = Scene(lab)
    ctl = scene.ctl
    result = ctl.run("filter", "add", "deny", "02-00-5E-00-00-01", "--comment", "a stolen phone")
    expect("deny-list=on" in result.stdout, f"that the list is off is not said: {result.stdout!r}")
    ctl.run("setting", "set", "allow-list=on", "--root")
    result = ctl.run("filter", "add", "allow", "02:00:5f:*", "--site", "oslo")
    expect("=on" not in result.stdout, f"the list is on: {result.stdout!r}")
    ctl.run("filter", "add", "EXEMPT", "6", "--server", SERVER)
    for dn, value in ((ROOT, "deny 02:00:5e:00:00:01 a stolen phone"), (SITE, "allow 02:00:5f:*"), (f"cn={SERVER},{SITE}", "exempt 6")):
        expect_equal(_values(scene, "lessorFilter", dn), [value], f"the value at {dn}")
    expect_equal([(row["list"], row["pattern"], row["comment"], row["source"].lower()) for row in ctl.json("filter", "list")["filters"]],
                 [("deny", "02:00:5e:00:00:01", "a stolen phone", ROOT.lower()), ("allow", "02:00:5f:*", None, SITE.lower()),
                  ("exempt", "6", None, f"cn={SERVER},{SITE}".lower())], "the filters")
    expect_equal(len(ctl.json("filter", "list", "--site", "oslo")["filters"]), 1, "those of the site")
    expect("the whole enterprise" in ctl.run("filter", "list").stdout, "the level is not shown")
    _unchanged(scene,
               (20093, "deny 02:00:5e:00:00:01. stands on " + ROOT, "filter", "add", "allow", "02:00:5e:00:00:01"),
               (20093, "remove that one first", "filter", "add", "allow", "02005E000001", "--site", "oslo"),
               (20101, "exempt 6", "filter", "add", "exempt", "6", "--server", SERVER),
               (20095, "it stands at site oslo", "filter", "remove", "02:00:5f:*"),
               (20095, "no filter", "filter", "remove", "02:*"),
               (20102, "it stands at server", "filter", "remove", "6"),
               (87, "first one to five", "filter", "add", "deny", "02:00"),
               (87, "first one to five", "filter", "add", "deny", "*"),
               (87, "is not a filter", "filter", "add", "exempt", "1"),
               (87, "is not a filter", "filter", "add", "exempt", "256"),
               (87, "is not a filter", "filter", "add", "maybe", "02:*"),
               (87, "longer than 127", "filter", "add", "deny", "02:00:5e:00:00:02", "--comment", "x" * 128),
               (87, "behind --comment", "filter", "add", "deny", "02:00:5e:00:00:02 phone"))
    ctl.run("check")
    ctl.run("filter", "remove", "02:00:5e:00:00:01")
    ctl.run("filter", "remove", "02:00:5F:*", "--site", "oslo")
    ctl.run("filter", "remove", "6", "--server", SERVER)
    expect_equal(ctl.json("filter", "list")["filters"], [], "what is left")


def test_filters_and_reservations(lab):
    """Who has a reservation is shut out only by force, and then with a warning."""
    scene = Scene(lab)
    ctl = scene.ctl
    ctl.run("reservation", "add", "10.77.0.50", "--hardware", "02:00:5e:00:00:50")
    ctl.run("reservation", "add", "10.77.0.51", "--hardware", "02:00:5e:00:00:51")
    ctl.run("site", "add", "bergen")
    ctl.run("filter", "add", "deny", "02:00:5e:*", "--site", "bergen")
    ctl.run("filter", "add", "allow", "02:00:5e:00:00:50")
    _unchanged(scene,
               (20094, "cn=10.77.0.51,", "filter", "add", "deny", "02:00:5e:00:00:51"),
               (20094, "cn=10.77.0.50,.* and 1 more", "filter", "add", "deny", "02:00:5e:*", "--server", SERVER),
               (20094, "cn=10.77.0.50,", "filter", "remove", "02:00:5e:00:00:50"))
    warning, = ctl.json("filter", "remove", "02:00:5e:00:00:50", "--force")["warnings"]
    expect_equal(warning["code"], 20094, "the warning")
    ctl.run("filter", "add", "deny", "02:00:5e:*", "--force")
    expect_equal(_values(scene, "lessorFilter", ROOT), ["deny 02:00:5e:*"], "the filters")


def test_boot_files(lab):
    """Rows of the table of boot files are set at each level, shown, and removed."""
    scene = Scene(lab)
    ctl = scene.ctl
    ctl.run("bootfile", "add", "pxe,10.77.0.9,/boot/pxe.0", "--root")
    ctl.run("bootfile", "add", "pxe,10.77.0.8,/boot/oslo.0", "--site", "oslo")
    ctl.run("bootfile", "add", ",,/boot/default", "--server", SERVER)
    expect_equal(_values(scene, "lessorBootFile", ROOT), ["pxe,10.77.0.9,/boot/pxe.0"], "the row of the root")
    expect_equal([(row["requested"], row["server"], row["file"]) for row in ctl.json("bootfile", "list")["bootFiles"]],
                 [("pxe", "10.77.0.9", "/boot/pxe.0"), ("pxe", "10.77.0.8", "/boot/oslo.0"), ("", "", "/boot/default")], "the table")
    expect_equal(len(ctl.json("bootfile", "list", "--server", SERVER)["bootFiles"]), 1, "the rows of the server")
    _unchanged(scene,
               (20028, "REQUESTED,SERVER,FILE", "bootfile", "add", "pxe,/boot/pxe.0", "--root"),
               (20028, "does not fit", "bootfile", "add", "other,," + "x" * 128, "--root"),
               (20028, "has the row", "bootfile", "add", "pxe,10.77.0.7,/boot/other.0", "--root"),
               (20029, "clients that ask for no file", "bootfile", "remove", "", "--root"),
               (20029, "clients that ask for other", "bootfile", "remove", "other", "--site", "oslo"))
    ctl.expect_usage("bootfile", "add", "pxe,,x")
    ctl.run("check")
    ctl.run("bootfile", "remove", "pxe", "--root")
    ctl.run("bootfile", "remove", "pxe", "--site", "oslo")
    ctl.run("bootfile", "remove", "", "--server", SERVER)
    expect_equal(ctl.json("bootfile", "list")["bootFiles"], [], "what is left")
