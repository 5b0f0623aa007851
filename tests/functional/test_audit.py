# SPDX-License-Identifier: Apache-2.0
"""The audit files: what the daemon does about its authority, as programs for the Windows server's files read it."""
import csv
import os
import re
import time

import dhcp
from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import NOBODY, ROOT
from test_standalone import Workgroup

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COLUMNS = 19
ID, DATE, TIME, DESCRIPTION, ADDRESS, HOST = range(6)
STARTED, STOPPED = "00", "01"
LOST, CONFIRMED, CACHED, REFUSED, AUTHORIZED, ENDED, UNREACHABLE = "50", "51", "53", "54", "55", "56", "60"
FOUND, ROGUE, DETECTION = "57", "62", "63"
FAILED = r"^<3>lessord (supervisor|serve|dir|api): AUDIT_FAILED \[1060\]: the audit file cannot be written: " \
         r"ERROR_ACCESS_DENIED \(5\): .*$"


def _rows(scene):
    """All rows in the order in which they were written; a test that sees midnight has two files."""
    directory = scene.lessord.settings["audit_directory"]
    names = sorted(os.listdir(directory), key=lambda name: os.stat(os.path.join(directory, name)).st_mtime)
    rows = []
    for name in names:
        expect(name in {f"DhcpSrvLog-{day}.log" for day in DAYS}, f"a file is called {name}")
        with open(os.path.join(directory, name), encoding="ascii", newline="") as file:
            header, columns, body = file.read().partition("RelayAgentInformation,DnsRegError.\n")
        if not header:  # made this moment
            continue
        expect(header.startswith("\t\tMicrosoft DHCP Service Activity Log\n") and columns, f"the header {header!r}")
        rows += list(csv.reader(body.splitlines()))
    for row in rows:
        expect_equal(len(row), COLUMNS, f"number of columns of {row}")
        expect(re.fullmatch(r"\d\d", row[ID]) and re.fullmatch(r"\d\d/\d\d/\d\d", row[DATE]) and
               re.fullmatch(r"\d\d:\d\d:\d\d", row[TIME]), f"code, date and time of {row}")
    return rows


def _codes(scene):
    return [row[ID] for row in _rows(scene)]


def _wait_for_codes(scene, *wanted):
    """Wait until there are files, and they end with these codes."""
    directory = scene.lessord.settings["audit_directory"]
    wait_until(lambda: os.listdir(directory) and _codes(scene)[-len(wanted):] == list(wanted),
               f"the last rows have the codes {wanted}")


def test_rows(lab):
    """Authority refused, granted, withdrawn, cached, confirmed and expired makes one row each, with the domain's name"""
    scene = Scene(lab, tree={"authorized": False})
    scene.lessord.settings.update(retry_max="1s", log_level="error")  # which is about the journal alone
    scene.lessord.start()
    scene.lessord.wait_for_verdict("not-authorized")
    wait_until(lambda: sorted(_codes(scene)) == [STARTED, REFUSED], "the rows of the start")
    scene.slapd.authorize()
    _wait_for_codes(scene, AUTHORIZED)
    scene.slapd.deauthorize()
    _wait_for_codes(scene, AUTHORIZED, ENDED)
    scene.slapd.authorize()
    _wait_for_codes(scene, ENDED, AUTHORIZED)
    scene.slapd.kill()
    wait_until(lambda: {LOST, CACHED} <= set(_codes(scene)[5:]), "rows for the lost directory")
    scene.slapd.start()
    _wait_for_codes(scene, CONFIRMED)
    scene.slapd.replace(ROOT, "lessorAuthorityHold", 5)
    scene.lessord.wait_for_status(lambda status: 0 < status["verdict"]["validUntil"] - time.time() < 60, "a short hold")
    scene.slapd.kill()
    _wait_for_codes(scene, ENDED)
    scene.lessord.stop()
    _wait_for_codes(scene, STOPPED)
    for row in _rows(scene):
        expect_equal(row[HOST], "" if row[ID] in (STARTED, STOPPED) else "example.test", f"the domain's name in {row}")
        expect_equal(row[ADDRESS], "", f"another server's address in {row}")
        expect(row[DESCRIPTION], f"no description in {row}")


def _offer(client, address):
    """What a server at @address might offer to @client."""
    return dhcp.Message(op=2, xid=0x4711, chaddr=client.mac, yiaddr="10.77.0.167", options=[
        (dhcp.MESSAGE_TYPE, bytes([dhcp.OFFER])), (dhcp.SERVER_ID, dhcp.pack_address(address))])


def test_other_servers(lab):
    """Other servers, listed or not, stand in the audit file with their addresses"""
    scene = Scene(lab)
    scene.slapd.authorize("dhcp9.example.test", "10.77.0.9")
    scene.start()
    client = scene.client()
    for address in ("10.77.0.8", "10.77.0.9"):
        client.link.send(_offer(client, address), client.mac, source=address, ports=(67, 68))

    def other_servers():
        return {tuple(row[column] for column in (ID, ADDRESS, HOST)) for row in _rows(scene) if row[ADDRESS]}
    wanted = {(FOUND, "10.77.0.9", "example.test"), (ROGUE, "10.77.0.8", "example.test")}
    wait_until(lambda: other_servers() == wanted, f"the rows {wanted}")


def test_standalone(lab):
    """A server without a directory says in the audit file to whom it yields"""
    group = Workgroup(lab)
    group.text = group.text.replace("cn: DHCP\n", "cn: DHCP\nlessorStandaloneRule: alone\n")
    group.start()
    wait_until(lambda: {DETECTION, AUTHORIZED} <= set(_codes(group)), "the rows of the first round")
    client = group.client()
    client.link.send(_offer(client, "10.77.0.8"), client.mac, source="10.77.0.8", ports=(67, 68))
    group.lessord.wait_for_verdict("other-server", 20)
    wait_until(lambda: any(row[ID] == ROGUE and row[ADDRESS] == "10.77.0.8" for row in _rows(group)), "the row")


def test_start_without_directory(lab):
    """A server that finds no directory says so in the audit file, under the name of the domain it looks for."""
    scene = Scene(lab)
    scene.slapd.stop()
    scene.lessord.start()
    scene.lessord.wait_for_verdict("unreachable")
    rows = wait_until(lambda: [row for row in _rows(scene) if row[ID] == UNREACHABLE], "a row of code 60")
    expect_equal([row[HOST] for row in rows], ["example.test"], "the domain's name")


def test_unwritable(lab):
    """Audit files that cannot be written are reported once by each process (1060), and service goes on untouched."""
    scene = Scene(lab)
    directory = scene.lessord.settings["audit_directory"]
    os.mkdir(directory)
    lab.write(os.path.join(os.path.basename(directory), "somebodys"), "file")
    scene.start()
    log = scene.lessord.process.wait_for_log(FAILED)
    expect("'audit-directory'" in log.group(0), f"no advice in {log.group(0)!r}")
    scene.client().obtain()
    scene.slapd.deauthorize()
    scene.lessord.wait_for_verdict("not-authorized")
    scene.slapd.authorize()
    scene.lessord.wait_for_verdict("authorized")
    said = re.findall(FAILED, scene.lessord.process.log(), re.MULTILINE)
    expect_equal(len(said), len(set(said)), f"how often each process says it ({said})")
    os.unlink(os.path.join(directory, "somebodys"))
    os.chmod(directory, 0o777)  # mended while it runs
    scene.slapd.deauthorize()
    _wait_for_codes(scene, ENDED)


def test_full_disk(lab):
    """A full disk costs the rows, not the service; when there is room again, they are written."""
    scene = Scene(lab)
    directory = scene.lessord.settings["audit_directory"]
    os.mkdir(directory)
    lab.run(["mount", "-t", "tmpfs", "-o", f"size=64k,mode=700,uid={NOBODY},gid={NOBODY}", "none", directory])
    lab.defer(lab.run, ["umount", "-l", directory])
    filler = lab.write(f"{os.path.basename(directory)}/filler", "x" * 65536)
    scene.start()
    scene.lessord.process.wait_for_log(FAILED)
    scene.client().obtain()
    os.unlink(filler)
    scene.slapd.deauthorize()
    _wait_for_codes(scene, ENDED)


def test_switched_off(lab):
    """Without a directory for them there are no audit files, and nobody complains."""
    scene = Scene(lab)
    directory = scene.lessord.settings["audit_directory"]
    scene.lessord.settings["audit_directory"] = ""
    scene.start()
    scene.lessord.stop()
    expect(not os.path.exists(directory), "there is a directory")
    expect("AUDIT_FAILED" not in scene.lessord.process.log(), "it is reported as a failure")


def test_path_too_long(lab):
    """A path that Windows would refuse is refused with the same code (20033)."""
    scene = Scene(lab)
    scene.lessord.settings["audit_directory"] = "/" + 247 * "a"
    result = scene.lessord.run()
    expect_equal(result.returncode, 1, "exit status")
    expect(re.search(r"^lessord: ERROR_DHCP_LOG_FILE_PATH_TOO_LONG \(20033\): .*:\d+: 'audit-directory' is too long",
                     result.stderr, re.MULTILINE), f"it says {result.stderr!r}")
