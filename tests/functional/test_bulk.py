# SPDX-License-Identifier: Apache-2.0
"""The configuration as a file: export, apply and check, small and in the size of a public administration's."""
import json
import os
import re
import time

import dhcp
import profile_tree
from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import BASE, ROOT, SERVER, person_dn, scope_dn

SCOPE = scope_dn("10.77.0.0")
INVALID_RANGE, RESERVED, NO_PERMISSION, TOO_MANY_ERRORS, NO_FILE = 20023, 20086, 20121, 20073, 20000


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def _written(lab, name, tree):
    return lab.write(name, json.dumps(tree, indent=2))


def _export(scene, *words):
    """The tree that export prints as JSON."""
    return json.loads(scene.ctl.run("export", *words).stdout)


def _scopes(tree, site="oslo"):
    return tree["root"]["sites"][site]["scopes"]


def test_round_trip(lab):
    """What export writes, as JSON and LDIF, apply finds nothing to do about; it is the same text every time."""
    scene = Scene(lab)
    scene.ctl.run("reservation", "add", "10.77.0.9", "--hardware", "02:00:00:00:77:09", "--name", "Blåbær")
    for format in ("json", "ldif"):
        path = lab.path(f"tree.{format}")
        scene.ctl.run("export", path)
        expect_equal(scene.ctl.run("export", "--format", format).stdout, _read(path), f"the {format} text")
        expect("nothing to do" in scene.ctl.run("apply", path).stdout, f"apply of {format} has something to do")
        scene.ctl.run("check", path)
    before = scene.slapd.search(ROOT)
    scene.slapd.delete(f"cn=sites,{ROOT}")
    scene.ctl.run("apply", lab.path("tree.ldif"))
    expect_equal(sorted(scene.slapd.search(ROOT).split("\n")), sorted(before.split("\n")), "the tree that was put back")


def test_leases_of_what_goes(lab):
    """Before a scope goes, apply says how many addresses are leased in it."""
    scene = Scene(lab).start()
    tree = _export(scene)
    scene.client().obtain()
    path = _written(lab, "tree.json", tree)
    expect("nothing to do" in scene.ctl.run("apply", path).stdout, "the tree is not what was exported")
    del _scopes(tree)["10.77.0.0"]
    path = _written(lab, "tree.json", tree)
    for words in (["--dry-run"], []):
        said = scene.ctl.run("apply", path, *words).stdout
        expect("removes 1 entry, and 1 address is leased in the scopes that go" in said, f"the lease is not mentioned: {said}")


def test_edit(lab):
    """A changed file: dry-run shows each value and changes nothing, apply makes the directory equal, in force on the daemon."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    tree = _export(scene)
    scope = _scopes(tree)["10.77.0.0"]
    scope["option"] = ["routers=10.77.0.254"]
    scope["reservations"] = {"10.77.0.9": {"hardwareAddress": "02:00:00:00:77:09"}}
    _scopes(tree)["10.78.0.0"] = {"prefixLength": 24}
    path = _written(lab, "tree.json", tree)
    shown = scene.ctl.run("apply", path, "--dry-run").stdout
    for line in (f"~ {SCOPE}", "    - lessorOption: routers=10.77.0.1", "    + lessorOption: routers=10.77.0.254",
                 f"+ cn=10.77.0.9,{SCOPE}", f"+ {scope_dn('10.78.0.0')}"):
        expect(line in shown.splitlines(), f"{line!r} is not in the plan:\n{shown}")
    changes = scene.ctl.json("apply", path, "--dry-run")
    expect_equal((changes["added"], changes["changed"], changes["removed"]), (2, 1, 0), "the numbers of changes")
    expect("10.77.0.254" not in scene.slapd.search(ROOT), "a dry run has changed something")
    scene.ctl.run("apply", path)
    expect_equal(scene.ctl.run("export").stdout, scene.ctl.run("export").stdout, "two exports")
    expect("nothing to do" in scene.ctl.run("apply", path).stdout, "a second apply has something to do")
    wait_until(lambda: client.renew().addresses(dhcp.ROUTERS) == ["10.77.0.254"], "the router is in an ACK")
    del _scopes(tree)["10.78.0.0"]
    del scope["reservations"]
    result = scene.ctl.json("apply", _written(lab, "less.json", tree))
    expect_equal((result["added"], result["changed"], result["removed"]), (0, 0, 2), "the numbers of changes")
    expect("10.78.0.0" not in scene.slapd.search(ROOT), "the scope is still there")


def test_site_alone(lab):
    """A file of one site leaves the others alone, and so does one of the root without sites; with --keep nothing goes."""
    scene = Scene(lab)
    scene.ctl.run("site", "add", "bergen")
    site = _export(scene, "--site", "oslo")
    expect_equal(list(site), ["lessorTree", "sites"], "what a site's file holds")
    del site["sites"]["oslo"]["scopes"]
    path = _written(lab, "oslo.json", site)
    expect("nothing to do" in scene.ctl.run("apply", path, "--keep").stdout, "--keep has something to do")
    scene.ctl.run("apply", path)
    tree = scene.slapd.search(ROOT)
    expect("cn=bergen" in tree and SCOPE not in tree, f"not what the file says:\n{tree}")
    root = {"lessorTree": 1, "root": {"option": ["domain-name=new.test"]}}
    result = scene.ctl.json("apply", _written(lab, "root.json", root))
    expect_equal((result["changed"], result["removed"]), (1, 0), "the numbers of changes")
    classes = {"lessorTree": 1, "classes": {"Kiosk": {"classKind": "user", "classData": "kiosk"}}}
    scene.ctl.run("apply", _written(lab, "classes.json", classes))
    expect(f"cn=Kiosk,cn=classes,{ROOT}" in scene.slapd.search(ROOT), "the class was not made")


def test_refusals(lab):
    """Files that cannot be read, or would make mistakes, change nothing; each mistake is named with its DN and code."""
    scene = Scene(lab)
    tree = _export(scene)
    before = scene.slapd.search(ROOT)
    for text, says in (("", "holds no entry"), ("{", "JSON"), ('{"lessorTree": 1, "root": {"optoin": []}}', '"option"'),
                       (f"dn: cn=x,{ROOT}\nobjectClass: lessorSite\nlessorOptoin: x\n", "lessorOption"),
                       ("dn: cn=DHCP,dc=other\nobjectClass: lessorRoot\n", "--rebase")):
        scene.ctl.expect_error(NO_FILE, "apply", lab.write("bad", text), says=says)
    scene.ctl.expect_error(NO_FILE, "apply", lab.path("nowhere"), says="nowhere")
    _scopes(tree)["10.77.0.0"]["range"] = ["10.77.0.9-10.77.0.8"]
    _scopes(tree)["10.78.0.0"] = {"prefixLength": 24, "option": ["routers=nonsense"]}
    path = _written(lab, "wrong.json", tree)
    result = scene.ctl.run("apply", path, status=1)
    expect(f"({INVALID_RANGE})" in result.stderr and SCOPE in result.stdout and scope_dn("10.78.0.0") in result.stdout,
           f"the mistakes are not named: {result.stdout}{result.stderr}")
    result = scene.ctl.run("check", path, status=1, options=["--json"])
    found = {finding["dn"]: finding["code"] for finding in json.loads(result.stdout)["findings"]}
    expect_equal(len(found), 2, "the findings")
    expect_equal(scene.slapd.search(ROOT), before, "the tree behind it all")
    scene.ctl.expect_usage("apply")


def test_other_base(lab):
    """The LDIF of another directory's tree is put into this one with --rebase; a JSON file names no base."""
    scene = Scene(lab)
    scene.ctl.run("export", lab.path("here.ldif"))
    there = _read(lab.path("here.ldif")).replace(ROOT, "cn=Lessor,o=elsewhere")
    path = lab.write("there.ldif", there)
    scene.ctl.run("check", path)
    expect("nothing to do" in scene.ctl.run("apply", path, "--rebase").stdout, "the other tree is another")
    scene.slapd.delete(f"cn=sites,{ROOT}")
    scene.ctl.run("apply", path, "--rebase")
    expect("nothing to do" in scene.ctl.run("apply", lab.path("here.ldif")).stdout, "it was put elsewhere")


def test_too_many_errors(lab):
    """After --max-errors entries that are refused apply stops with 20073; with fewer it ends with the first one's code."""
    scene = Scene(lab)
    scene.slapd.modify("dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nadd: olcAccess\n"
                       f"olcAccess: {{0}}to dn.subtree={SCOPE} by users read by * none\n")
    scene.ctl.words = ["-H", scene.slapd.ldap, "-b", BASE, "-D", person_dn("admin"), "-Z", "--ca-file", scene.slapd.ca_file,
                       "-y", lab.write("admin.password", "admin-password\n")]
    tree = _export(scene)
    _scopes(tree)["10.77.0.0"]["reservations"] = {
        f"10.77.0.{host}": {"hardwareAddress": f"02:00:00:00:77:{host:02x}"} for host in range(10, 30)}
    _scopes(tree)["10.78.0.0"] = {"prefixLength": 24}
    path = _written(lab, "tree.json", tree)
    scene.ctl.expect_error(TOO_MANY_ERRORS, "apply", path, "--max-errors", "5", says="stopped after")
    result = scene.ctl.run("apply", path, "--max-errors", "100", status=1)
    expect(f"({NO_PERMISSION})" in result.stderr and "20 failed" in result.stderr, f"not said: {result.stderr}")
    expect_equal(len(re.findall(rf"^cn=10\.77\.0\.\d+,{SCOPE}$", result.stdout, re.MULTILINE)), 20, "entries that are named")
    expect(f"dn: {scope_dn('10.78.0.0')}" in scene.slapd.search(ROOT), "what was allowed was not done")


def test_file_of_a_server(lab):
    """The file of a server without a directory: apply changes it at once and keeps what is not Lessor's, comments included."""
    scene = Scene(lab)
    path = lab.write("lessor.ldif", "# What holds everywhere\n" + scene.ctl.run("export", "--format", "ldif").stdout
                     .replace("cn: oslo\n", "cn: oslo\nseeAlso: cn=nobody\n"))
    scene.ctl.words = []
    scene.ctl.config = lab.write("standalone.conf", f"[server]\nname = {SERVER}\nmode = standalone\n[standalone]\nfile = {path}\n")
    tree = _export(scene)
    expect("nothing to do" in scene.ctl.run("apply", _written(lab, "same.json", tree)).stdout, "there is something to do")
    site = tree["root"]["sites"]["oslo"]
    site["option"] = ["domain-name-servers=10.77.0.54"]
    site["scopes"]["10.78.0.0"] = {"prefixLength": 24, "reservations": {"10.78.0.9": {"hardwareAddress": "02:00:00:00:77:09"}}}
    site["scopes"]["10.77.0.0"]["prefixLength"] = 23
    scene.ctl.run("apply", _written(lab, "more.json", tree))
    text = _read(path)
    expect(text.startswith("# What holds everywhere\n") and "seeAlso: cn=nobody" in text, f"not all was kept:\n{text}")
    expect_equal(_export(scene), tree, "the tree in the file")
    del site["scopes"]["10.78.0.0"]
    del site["scopes"]["10.77.0.0"]
    scene.ctl.run("apply", _written(lab, "less.json", tree))
    expect("10.7" not in _read(path).replace("10.77.0.54", ""), f"the scopes are still there:\n{_read(path)}")
    scene.ctl.run("check")


def test_document(lab):
    """The file that docs/gitops.md shows is what export writes; what it tells people to type works, and shows what it says."""
    with open(os.path.join(lab.source, "docs/gitops.md"), encoding="utf-8") as file:
        document = file.read().replace("dc=example,dc=org", BASE)
    shown = re.search(r"```json\n(.*?)```", document, re.DOTALL)[1]
    plan = re.search(r"```\n(~.*?)```", document, re.DOTALL)[1]
    scene = Scene(lab, tree={"scopes": ()})
    path = lab.write("hq.json", shown)
    result = scene.ctl.json("apply", path)
    expect(result["added"] == 4, f"not all was made: {result}")
    lines = re.findall(r"^lessorctl (.*)$", "\n".join(re.findall(r"```sh\n(.*?)```", document, re.DOTALL)), re.MULTILINE)
    expect_equal(len(lines), 4, "commands in the document")
    scene.ctl.run(*lines[0].replace("hq.json", path).split())
    expect_equal(_read(path), shown, "the site's file")
    tree = json.loads(shown)
    scope = tree["sites"]["hq"]["scopes"]["10.77.0.0"]
    scope["option"] = ["routers=10.77.0.254"]
    scope["reservations"]["10.77.0.11"] = {"hardwareAddress": "02:00:00:00:77:11"}
    _written(lab, "hq.json", tree)
    for line in lines[1:]:
        output = scene.ctl.run(*line.replace("hq.json", path).split()).stdout
        expect("--dry-run" not in line or output.startswith(plan), f"{line} shows:\n{output}")
    expect("nothing to do" in scene.ctl.run("apply", path).stdout, "there is something to do")


def test_somebody_else(lab):
    """An entry that somebody else changes between reading and writing is not overwritten; asked at a terminal, one may say no."""
    scene = Scene(lab)
    tree = _export(scene)
    _scopes(tree)["10.77.0.0"]["option"] = ["routers=10.77.0.254"]
    path = _written(lab, "tree.json", tree)

    def interfere():
        scene.slapd.replace(SCOPE, "lessorName", "changed meanwhile")
        return b"y\n"
    for answer, wanted in ((b"n\n", "1223"), (interfere, "somebody else changed")):
        status, shown = scene.ctl.at_terminal(answer, "apply", path)
        expect(status == 1 and wanted in shown, f"status {status}, shown:\n{shown}")
        expect("+ lessorOption: routers=10.77.0.254" in shown and "Go on?" in shown, f"the plan is not shown:\n{shown}")
    text = scene.slapd.search(SCOPE)
    expect("changed meanwhile" in text and "10.77.0.254" not in text, f"it was overwritten:\n{text}")
    _scopes(tree)["10.77.0.0"]["name"] = "changed meanwhile"
    _scopes(tree)["10.77.0.0"]["reservations"] = {
        f"10.77.0.{host}": {"hardwareAddress": f"02:00:00:00:77:{host:02x}"} for host in range(10, 60)}
    status, shown = scene.ctl.at_terminal(b"", "--yes", "apply", _written(lab, "more.json", tree))
    expect(status == 0 and re.search(r"\d+ of 51 \(\d+%\)", shown), f"status {status}, no progress in:\n{shown}")


class _Watch:
    """Says how long each step takes."""

    def __init__(self, lab):
        self.lab = lab

    def __call__(self, what, function):
        start = time.monotonic()
        result = function()
        self.lab.say(f"{what}: {time.monotonic() - start:.2f} s")
        return result


def _memory(pid):
    """The resident memory of a process, in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) // 1024


def test_public_administration(lab):
    """1,000 scopes, 20,000 reservations and 5,000 option values from one file; then one edit after the other is in force."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    watch = _Watch(lab)
    here = _export(scene)["root"]["sites"]["oslo"]
    tree = profile_tree.make(first=("oslo", SERVER, here["scopes"]))
    path = _written(lab, "profile.json", tree)
    result = watch("check of the file", lambda: scene.ctl.json("check", path))
    expect_equal(len(result["findings"]), 0, "mistakes in the file")
    result = watch("apply", lambda: scene.ctl.json("apply", path))
    expect(result["added"] > 23000, f"too little was added: {result}")
    watch("the daemon has it all", lambda: wait_until(
        lambda: scene.lessord.status()["configuration"]["entries"] > 23000, "the daemon has read it"))
    result = watch("apply again", lambda: scene.ctl.json("apply", path))
    expect_equal((result["added"], result["changed"], result["removed"]), (0, 0, 0), "what a second apply does")
    first = watch("export", lambda: scene.ctl.run("export")).stdout
    expect_equal(json.loads(first), tree, "what is exported")
    watch("check", lambda: scene.ctl.run("check"))
    for role in ("dir", "serve", "api"):
        lab.say(f"{role}: {_memory(scene.lessord.role_pid(role))} MiB")
    for value in ("10.77.0.253", "10.77.0.252"):
        tree["root"]["sites"]["oslo"]["scopes"]["10.77.0.0"]["option"] = [f"routers={value}"]
        edited = _written(lab, "edited.json", tree)
        watch("apply of one edit", lambda: scene.ctl.run("apply", edited))
        watch("in force", lambda: wait_until(lambda: client.renew().addresses(dhcp.ROUTERS) == [value], f"{value} is in an ACK"))
    scene.slapd.replace(SCOPE, "lessorOption", "routers=10.77.0.251")
    watch("one edit in force", lambda: wait_until(
        lambda: client.renew().addresses(dhcp.ROUTERS) == ["10.77.0.251"], "the router is in an ACK"))
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that were restarted")
