# SPDX-License-Identifier: Apache-2.0
"""Leases as files: lessorctl lease export and import, and the list of very many."""
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time

from harness import PATIENCE, SANITIZER_OPTIONS, expect, expect_equal, wait_until
from load import check_promises, start_load
from scene import Scene
from slapd import NOBODY, scope_dn, scope_entry

WIDE = "10.64.0.0"  # a scope of 2^17 addresses
HEADER = ["address", "scope", "state", "client", "hardwareType", "hardwareAddress", "hostName", "start", "changed", "expiry",
          "protocol", "relay"]
NEVER = 0


def _scene(lab, **arguments):
    """The usual scene, with a second scope that has room for very many leases, in force."""
    scene = Scene(lab, **arguments)
    scene.slapd.add(scope_entry(WIDE, lessorPrefixLength=15, lessorRange="10.64.0.1-10.65.255.254 both", lessorOption="routers=10.64.0.1"))
    # Else the sanitizer keeps what was freed, and memory grows with every call.
    scene.lessord.environment = scene.ctl.environment = {
        "ASAN_OPTIONS": SANITIZER_OPTIONS["ASAN_OPTIONS"] + ":quarantine_size_mb=1"}
    scene.start()
    wait_until(lambda: scene.lessord.status()["configuration"]["servedScopes"] == 2, "both scopes are served")
    _await_scope(scene)
    return scene


def _address(network, offset):
    octets = [int(part) for part in network.split(".")]
    number = (octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]) + offset
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def _row(network, offset, **members):
    """A lease of the @offset-th address of a scope, as a client of its own has it."""
    now = int(time.time())
    mac = "02:5e:" + ":".join(f"{offset >> shift & 255:02x}" for shift in (24, 16, 8, 0))
    return {"address": _address(network, offset), "scope": f"{network}/{15 if network == WIDE else 24}", "state": "active",
            "client": "0001" + mac.replace(":", ""), "hardwareType": 1, "hardwareAddress": mac, "hostName": f"host{offset}",
            "start": now - 100, "changed": now - 50, "expiry": now + 86400, "protocol": "dhcp", "relay": "", **members}


def _write(lab, name, rows):
    """A file of these rows; those that are texts stand in it as they are."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    for row in rows:
        if isinstance(row, str):
            text.write(row + "\r\n")
        else:
            writer.writerow(row)
    return lab.write(name, text.getvalue())


def _kinds(network):
    """One lease of each kind."""
    now = int(time.time())
    identifier = "01" + "ff" + bytes(range(254)).hex()
    return [
        _row(network, 120), _row(network, 121, hostName='a,"b",c', relay="10.77.0.2"),
        _row(network, 122, state="expired", expiry=now - 1000, changed=now - 5000, start=now - 9000),
        _row(network, 123, state="released", changed=now - 10),
        _row(network, 124, state="declined", client=""),
        _row(network, 125, state="expired", client="", expiry=now - 10),
        _row(network, 126, client=identifier), _row(network, 127, protocol="bootp", expiry=NEVER),
        _row(network, 128, hardwareType=6, hardwareAddress="02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11", client="01ff00"),
        _row(network, 129, hardwareType=0, hardwareAddress="", hostName="", client="01aa"),
    ]


def _wipe(scene):
    """The daemon begins again without leases."""
    scene.lessord.stop()
    for name in os.listdir(scene.lessord.state_directory):
        if name.startswith("leases"):
            scene.lab.run(["rm", "-r", os.path.join(scene.lessord.state_directory, name)])
    scene.start()
    expect_equal(scene.lessord.leases(), {}, "leases after their store was removed")


def _import(scene, path, *words, status=0):
    """What became of it, when serve has the scopes."""
    result = scene.ctl.run("--json", "lease", "import", path, *words, status=status)
    return json.loads(result.stdout)


def _await_scope(scene):
    """After a start, serve may have its scopes a moment later than the status, and soon clears ended leases away once, which is
    not to come between. Leaves a lease behind."""
    scene.lessord.process.wait_for_log("CLEANUP_DONE")
    path = _write(scene.lab, "await.csv", [_row(WIDE, 131000, start=1, changed=2, expiry=4102444800)])
    wait_until(lambda: scene.ctl.run("lease", "import", path, status=None).returncode == 0, "serve has the scope")


def test_round_trip(lab):
    """What is exported and imported is the same, every kind of lease, as CSV and as JSON; and a list, too, can be imported"""
    scene = _scene(lab)
    result = _import(scene, _write(lab, "kinds.csv", _kinds("10.77.0.0")))
    expect_equal((result["stored"], result["kept"], result["refused"], result["refusals"]), (10, 0, 0, []), "of ten kinds")
    expect_equal(result["message"], "10 leases are stored, 0 were there already, 0 are refused", "the message")
    stored = scene.lessord.leases()
    for row in _kinds("10.77.0.0"):
        for key in ("state", "client", "hardwareType", "hardwareAddress", "hostName", "protocol"):
            expect_equal(stored[row["address"]][key], row[key], f"{key} of {row['address']}")
        expect_equal(stored[row["address"]]["relay"] or "", row["relay"], "the relay")
    scene.lessord.process.wait_for_log(r"leases were imported.* 1[01] stored, 0 kept as they were, 0 refused")

    texts = {}
    for form, words in {"json": ["export", "--format", "json"], "list": ["list", "--json"]}.items():
        texts[form] = scene.ctl.run("lease", *words).stdout
    expect_equal(len(json.loads(texts["json"])["leases"]), 11, "leases in the JSON file")
    expect_equal(json.loads(texts["list"])["leases"], json.loads(texts["json"])["leases"], "list and export")
    path = lab.path("all.csv")
    expect_equal(scene.ctl.run("lease", "export", path).stdout, f"wrote 11 leases into {path}\n", "the message")
    with open(path, encoding="utf-8", newline="") as file:
        texts["csv"] = file.read()
    expect(texts["csv"].startswith(",".join(HEADER) + "\r\n"), "the header row")
    expect_equal(scene.ctl.run("lease", "export").stdout, texts["csv"].replace("\r\n", "\n"), "standard output and the file")
    for form, text in texts.items():
        _wipe(scene)
        _await_scope(scene)
        path = lab.write(f"back.{form}", text)
        words = ["--format", "json"] if form == "list" else []
        result = _import(scene, path, *words, "--overwrite", "--yes")
        expect_equal((result["stored"], result["refused"]), (11, 0), f"imported from {form}")
        expect_equal(scene.ctl.run("lease", "export").stdout, texts["csv"].replace("\r\n", "\n"), f"exported, imported as {form} and exported again")
        result = _import(scene, path, *words)
        expect_equal((result["stored"], result["kept"], result["refused"]), (0, 11, 0), "repeated")


def test_of_one_scope(lab):
    """A scope's leases alone are exported; of a scope that nobody knows there is nothing to say"""
    scene = _scene(lab)
    _import(scene, _write(lab, "leases.csv", [_row("10.77.0.0", 120), _row(WIDE, 5), _row(WIDE, 2000)]))
    rows = list(csv.DictReader(io.StringIO(scene.ctl.run("lease", "export", "-", "--scope", "10.77.0.0").stdout)))
    expect_equal([row["address"] for row in rows], ["10.77.0.120"], "of one scope")
    for word in ("10.77.0.0", "10.77.0.0/24"):
        scene.ctl.expect_error(87, "lease", "export", word, says="lease export FILE --scope 10.77.0.0")
    before = lab.write("before.csv", "what was there\n")
    scene.ctl.expect_error(20005, "lease", "export", before, "--scope", "10.99.0.0")
    with open(before, encoding="utf-8") as file:
        expect_equal(file.read(), "what was there\n", "a file after an export that failed")
    expect_equal([name for name in os.listdir(lab.path(".")) if "before.csv." in name], [], "what is left beside it")
    scene.ctl.expect_error(20005, "lease", "export", "--scope", "10.99.0.0")
    scene.ctl.expect_error(87, "lease", "export", "--scope", "ten")
    scene.ctl.expect_error(87, "lease", "export", "--format", "ldif")
    scene.ctl.expect_error(2, "lease", "export", lab.path("no", "such", "folder.csv"))
    # A scope that was taken away from the server keeps its leases, which stand far into the store.
    scene.slapd.delete(scope_dn("10.77.0.0"))
    scene.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"] == 1, "the scope is gone")
    rows = list(csv.DictReader(io.StringIO(scene.ctl.run("lease", "export", "--scope", "10.77.0.0").stdout)))
    expect_equal([row["address"] for row in rows], ["10.77.0.120"], "of a scope that is gone")


def test_refused_rows(lab):
    """Each row that cannot be stored is named with its line, code and reason; the others are stored"""
    scene = _scene(lab)
    scene.ctl.run("reservation", "add", "10.77.0.150", "--hardware", "02:00:00:00:77:50")
    scene.settle()
    held = scene.client().obtain().yiaddr
    taken = _row("10.77.0.0", 130)
    _import(scene, _write(lab, "first.csv", [taken, _row("10.77.0.0", 131, state="declined", client=""),
                                             _row("10.77.0.0", 132, state="expired", expiry=1000, changed=900, start=800)]))
    rows = [
        (_row("10.99.0.0", 5), 20005), (_row("10.77.0.0", 133, scope="10.64.0.0/15"), 87), (_row("10.77.0.0", 1), 20011),
        (_row("10.77.0.0", 255), 20011), (_row("10.77.0.0", 150), 20022), (_row("10.77.0.0", 134, address=held), 20014),
        (_row("10.77.0.0", 135, address=taken["address"]), 20014), (_row("10.77.0.0", 131), 20011),
        (_row("10.77.0.0", 140, address="10.77.0.132"), 20014), (_row("10.77.0.0", 136, client=taken["client"]), 20014),
        (_row("10.77.0.0", 137, address="10.77.0"), 87), (_row("10.77.0.0", 137, state="lost"), 87),
        (_row("10.77.0.0", 137, client="xy"), 87), (_row("10.77.0.0", 137, expiry=""), 87), (_row("10.77.0.0", 137, expiry="soon"), 87),
        (_row("10.77.0.0", 137, hostName="zürich"), 87), (_row("10.77.0.0", 137, hostName="x" * 64), 87),
        ("10.77.0.137,too,few", 87), ('10.77.0.137,"',  None),
    ]
    refused = [row for row in rows if row[1]]
    good = [_row("10.77.0.0", 138), _row("10.77.0.0", 139)]
    path = _write(lab, "mixed.csv", [good[0], *(row for row, code in refused), good[1]])
    result = _import(scene, path, status=1)
    expect_equal((result["stored"], result["kept"], result["refused"]), (2, 0, len(refused)), "stored, kept and refused")
    expect_equal([(item["line"], item["code"]) for item in result["refusals"]],
                 [(3 + i, code) for i, (row, code) in enumerate(refused)], "the refused rows")
    for item in result["refusals"]:
        expect(item["name"].startswith("ERROR_") and len(item["message"]) > 20, f"{item} says little")
    shown = scene.ctl.run("lease", "import", path, status=1).stdout
    expect(re.search(r"^ *LINE +CODE +NAME +WHY\n +3 +20005 +ERROR_DHCP_SUBNET_NOT_PRESENT +10\.99\.0\.5 lies", shown), shown)
    expect(shown.endswith(f"\n0 leases are stored, 2 were there already, {len(refused)} are refused\n"), shown)


def test_broken_files(lab):
    """A file that is no list of leases is refused as a whole; what stands before a place that cannot be read is stored"""
    scene = _scene(lab)
    for name, text, says in (("empty.csv", "", "first line"), ("other.csv", "address,colour\r\n", "first line"),
                             ("twice.csv", "address,address\r\n", "first line"), ("no.json", "{\"entries\": []}", "list of leases"),
                             ("word.json", "leases", "list of leases"), ("cut.json", "[", "ends on line 1")):
        scene.ctl.expect_error(87, "lease", "import", lab.write(name, text), says=says)
    scene.ctl.expect_error(2, "lease", "import", lab.path("nothing.csv"))
    scene.ctl.expect_error(87, "lease", "import", "-", "--format", "xml")
    scene.ctl.expect_usage("lease", "import")
    good = _row("10.77.0.0", 120)
    text = json.dumps([good, _row("10.77.0.0", 121)])
    scene.ctl.expect_error(87, "lease", "import", lab.write("half.json", text[:-20]), says="line 1 begins")
    expect("10.77.0.120" in scene.lessord.leases(), "what stands before the broken place is not stored")
    with open(_write(lab, "open.csv", [good]), "a", encoding="utf-8") as file:
        file.write('"10.77.0.121' + "\n" * 9000)
    scene.ctl.expect_error(87, "lease", "import", file.name, says="line 3 is longer")
    result = scene.ctl.run("--json", "lease", "import", lab.write("empty.json", "[]"))
    expect_equal(json.loads(result.stdout)["stored"], 0, "of an empty list")


def test_overwrite(lab):
    """Records are kept unless they are to be overwritten; what was promised to a client is never taken back"""
    scene = _scene(lab)
    now = int(time.time())
    ended = {"state": "expired", "start": 100, "changed": 200, "expiry": 300}
    present = [_row("10.77.0.0", 120, **ended), _row("10.77.0.0", 121, **ended), _row("10.77.0.0", 122), _row("10.77.0.0", 123)]
    _import(scene, _write(lab, "present.csv", present))
    later = [_row("10.77.0.0", 120, hostName="later"), _row("10.77.0.0", 140, address="10.77.0.121"),
             _row("10.77.0.0", 122, expiry=now + 100000, hostName="longer"), _row("10.77.0.0", 123, expiry=now + 10)]
    path = _write(lab, "later.csv", later)
    result = _import(scene, path, status=1)
    expect_equal((result["stored"], result["kept"], [item["line"] for item in result["refusals"]]), (0, 3, [3]), "without --overwrite")
    expect_equal(scene.lessord.leases()["10.77.0.120"]["hostName"], "host120", "what is kept")
    result = _import(scene, path, "--overwrite", "--yes", status=1)
    expect_equal((result["stored"], result["kept"], [item["line"] for item in result["refusals"]]), (3, 0, [5]), "with --overwrite")
    leases = scene.lessord.leases()
    expect_equal([leases[f"10.77.0.{last}"]["hostName"] for last in (120, 121, 122)], ["later", "host140", "longer"], "overwritten")
    expect(leases["10.77.0.123"]["expiry"] > now + 80000, "a lease was shortened")
    status, shown = scene.ctl.at_terminal(b"n\n", "lease", "import", path, "--overwrite")
    expect(status == 1 and "replace what the server remembers" in shown, f"nobody was asked: {shown}")


def test_cut_short(lab):
    """lessorctl can be killed amid an import, and serve, too; repeated, all is there"""
    scene = _scene(lab)
    rows = [_row(WIDE, 2 + i) for i in range(20000)]
    path = _write(lab, "many.csv", rows)
    words = [lab.program("lessorctl"), "-c", "/dev/null", "--socket", scene.lessord.settings["api_socket"], "lease", "import", path]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        wait_until(lambda: scene.lessord.counter("leases_imported") > 2000, "some are stored")
        process.send_signal(signal.SIGKILL)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        stored = scene.lessord.counter("leases_imported")
        wait_until(lambda: scene.lessord.counter("leases_imported") > stored, "it goes on")
        scene.lessord.kill("serve")
        process.communicate()
    result = _import(scene, path)
    expect_equal((result["stored"] + result["kept"], result["refused"]), (20000, 0), "repeated")
    size = os.path.getsize(path)
    for words, says in ((["import", path], rf"\d+ of {size} \(\d+%\): octets"),
                        (["export", lab.path("shown.csv")], r"\d+ of 20001 \(\d+%\): leases")):
        status, shown = scene.ctl.at_terminal(b"", "lease", *words)
        expect(status == 0 and re.search(says, shown), f"no progress is shown: {shown!r}")
    expect_equal(len(scene.lessord.leases()), 20001, "leases")


def test_under_load(lab):
    """Clients are served while leases are imported and exported, and no promise is lost"""
    scene = _scene(lab)
    load = start_load(scene, 8)
    path = _write(lab, "many.csv", [_row(WIDE, 2 + i) for i in range(30000)])
    words = [lab.program("lessorctl"), "-c", "/dev/null", "--socket", scene.lessord.settings["api_socket"]]
    with subprocess.Popen([*words, "lease", "import", path], stdout=subprocess.PIPE, text=True) as process:
        wait_until(lambda: scene.lessord.counter("leases_imported") > 1, "the import has begun")
        load.wait_for_acks(8)
        expect(process.wait(5 * PATIENCE) == 0, process.stdout.read())
    exported = lab.run([*words, "lease", "export"]).stdout
    load.wait_for_acks(8)
    holders = load.stop()
    rows = {row["address"]: row for row in csv.DictReader(io.StringIO(exported))}
    expect(len(rows) >= 30000, f"{len(rows)} leases are exported")
    check_promises(scene.lessord, holders)


def _peak(lab, scene, name, words):
    """Run lessorctl with its output in a file; its greatest memory in kilobytes."""
    script = ("import os, resource, subprocess, sys\n"
              "status = subprocess.call(sys.argv[2:], stdout=open(sys.argv[1], 'w'))\n"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
              "sys.exit(status)\n")
    argv = [sys.executable, "-S", "-c", script, lab.path(name), lab.program("lessorctl"), "-c", "/dev/null",
            "--socket", scene.lessord.settings["api_socket"], *words]
    return int(lab.run(argv, env=scene.ctl.environment).stdout)


def _role_memory(scene, role):
    """Kilobytes of its own; the pages of the store that it has looked at are the system's to take back."""
    with open(f"/proc/{scene.lessord.role_pid(role)}/status", encoding="ascii") as file:
        return int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1))


def test_memory(lab):
    """A hundred thousand leases need no more memory than ten thousand, in lessorctl and in the daemon's management"""
    scene = _scene(lab)
    peaks = {}
    for count in (10000, 100000):
        path = _write(lab, "many.csv", [_row(WIDE, 2 + i) for i in range(count)])
        peaks[count] = {
            "import": _peak(lab, scene, "import.out", ["lease", "import", path]),
            "export": _peak(lab, scene, "export.csv", ["lease", "export"]),
            "list": _peak(lab, scene, "list.out", ["lease", "list"]),
            "json": _peak(lab, scene, "list.json", ["lease", "list", "--json"]),
            "api": _role_memory(scene, "api"),
        }
        with open(lab.path("list.json"), encoding="utf-8") as file:
            expect_equal(len(json.load(file)["leases"]), count + 1, "leases in the list")
        with open(lab.path("export.csv"), encoding="utf-8") as file:
            expect_equal(sum(1 for line in file), count + 2, "lines of the file")
    lab.say(f"peaks in kilobytes: {peaks}")
    grown = {name: peaks[100000][name] - peaks[10000][name] for name in peaks[10000]}
    expect(max(grown.values()) < 8 << 10, f"memory grows with the leases: {grown} kB")
