# SPDX-License-Identifier: Apache-2.0
"""The audit files: what the daemon does about its authority, as programs for the Windows server's files read it."""
import csv
import os
import re
import time

import dhcp
from clients import Dhclient
from harness import Failure, expect, expect_equal, wait_until
from mounts import mount, mount_ext4
from scene import Scene
from slapd import ROOT, scope_dn
from test_standalone import Workgroup

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COLUMNS = 19
ID, DATE, TIME, DESCRIPTION, ADDRESS, HOST = range(6)
STARTED, STOPPED = "00", "01"
LOST, CONFIRMED, CACHED, REFUSED, AUTHORIZED, ENDED, UNREACHABLE = "50", "51", "53", "54", "55", "56", "60"
FOUND, ROGUE, DETECTION = "57", "62", "63"
FAILED = r"^<3>lessord (supervisor|serve|dir|api): AUDIT_FAILED \[1060\]: the audit file cannot be written: " \
         r"ERROR_ACCESS_DENIED \(5\): .*$"


def _rows(scene, cleanup=False):
    """All rows, those of the @cleanup soon after the start only if they are wanted, in the order in which they were written;
    a test that sees midnight has two files."""
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
    return [row for row in rows if cleanup or row[ID] not in ("24", "25")]


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
    group.lessord.wait_for_verdict("other-server")
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
    mount(lab, directory, "-t", "tmpfs", "-o", "size=64k", "none")
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


MAC, TRANSACTION, VENDOR_HEX, VENDOR, USER_HEX, USER, RELAY = 6, 8, 13, 14, 15, 16, 17
ASSIGN, RENEW, RELEASE, CONFLICT, FULL, DENIED, DELETED, PAUSED = "10", "11", "12", "13", "14", "15", "16", "02"


def _lease_rows(scene):
    return [row for row in _rows(scene) if row[ID] == PAUSED or "10" <= row[ID] < "30"]


def _wait_for_rows(scene, *wanted):
    """Wait until the rows about leases have these (code, address)."""
    def rows():
        return [(row[ID], row[ADDRESS]) for row in _lease_rows(scene)]
    try:
        wait_until(lambda: rows() == list(wanted), f"rows {wanted}")
    except Failure as failure:
        raise Failure(f"{failure}; there are {rows()}") from None
    return _lease_rows(scene)


def _message(client, kind, options, **fields):
    """A message of @client with @options and the options by which programs know clients."""
    return client.message(kind, [*options, (12, b"pc-17"), (60, b"MSFT 5.0"), (77, b"Kiosk,\"")], **fields)


def test_lease_rows(lab):
    """What becomes of a client's lease stands in the audit file with all that is known of the client"""
    scene = Scene(lab).start()
    client = scene.client()
    offer = client.ask(_message(client, dhcp.DISCOVER, []))
    request = _message(client, dhcp.REQUEST, [(dhcp.REQUESTED_ADDRESS, dhcp.pack_address(offer.yiaddr)),
                                              (dhcp.SERVER_ID, offer.option(dhcp.SERVER_ID))])
    client.ask(request)
    row, = _wait_for_rows(scene, (ASSIGN, "10.77.0.100"))
    expect_equal(row[DESCRIPTION:TRANSACTION + 2], ["Assign", "10.77.0.100", "pc-17", client.mac.hex().upper(), "",
                                                    str(request.xid), "0"], "the row up to the quarantine result")
    expect_equal(row[VENDOR_HEX:RELAY + 2], ["0x4D53465420352E30", "MSFT 5.0", "0x4B696F736B2C22", "Kiosk__", "", "0"],
                 "the row from the vendor class on")
    client.renew()
    client.ask(client.rebooting("10.77.0.199"))
    client.release()
    rows = [(ASSIGN, "10.77.0.100"), (RENEW, "10.77.0.100"), (DENIED, "10.77.0.199"), (RELEASE, "10.77.0.100")]
    _wait_for_rows(scene, *rows)
    client.obtain()
    client.decline()
    rows += [(ASSIGN, "10.77.0.100"), (CONFLICT, "10.77.0.100")]
    _wait_for_rows(scene, *rows)
    scene.lessord.request("/v1/leases", "POST", body={"hardwareAddress": "02:aa:00:00:00:01", "address": "10.77.0.150"})
    scene.lessord.request("/v1/leases/10.77.0.150", "DELETE")
    rows += [(ASSIGN, "10.77.0.150"), (DELETED, "10.77.0.150")]
    _wait_for_rows(scene, *rows)
    scene.slapd.replace(scope_dn("10.77.0.0"), "lessorRange", "10.77.0.100-10.77.0.100")
    scene.settle()
    client = scene.client()
    client.send(client.message(dhcp.DISCOVER))
    _wait_for_rows(scene, *rows, (FULL, ""))
    scene.lessord.stop()
    expect_equal(_codes(scene)[-1], STOPPED, "the last row of all")


def test_lease_rows_of_relayed_clients(lab):
    """A real client behind a real relay: the row has the relay agent information that the relay added"""
    scene = Scene(lab, relay=True, tree={"scopes": ("10.77.0.0", "10.78.0.0")})
    scene.start()
    client = Dhclient(lab, scene.host("behind", switch=scene.far_switch))
    address = client.start().wait_for_lease()
    row, = _wait_for_rows(scene, (ASSIGN, address))
    expect_equal(row[MAC], client.namespace.mac().replace(":", "").upper(), "the hardware address")
    expect(re.fullmatch(r"0x01[0-9A-F]+", row[RELAY]), f"the relay agent information {row[RELAY]}")
    client.wait_for_renewal()
    wait_until(lambda: [row[ID] for row in _lease_rows(scene)[:2]] == [ASSIGN, RENEW], "the row of the renewal")


def test_leases_not_audited(lab):
    """With lessorAuditLog off leases make no rows; authority still does"""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorAuditLog", "off")
    scene.start()
    scene.client().obtain()
    scene.slapd.deauthorize()
    _wait_for_codes(scene, ENDED)
    expect_equal(_lease_rows(scene), [], "rows about leases")


def test_audit_disk_full(lab):
    """A disk with less space than lessorAuditMinSpace: a last row says so, service goes on, and rows come back with space"""
    scene = Scene(lab)
    directory = scene.lessord.settings["audit_directory"]
    os.mkdir(directory)
    mount(lab, directory, "-t", "tmpfs", "-o", "size=4m", "none")
    scene.slapd.replace(ROOT, "lessorAuditMinSpace", 2)
    scene.slapd.replace(ROOT, "lessorAuditCheckInterval", 1)
    scene.start()
    scene.client().obtain()
    _wait_for_rows(scene, (ASSIGN, "10.77.0.100"))
    with open(os.path.join(directory, "filler"), "wb") as file:
        file.write(b"x" * (3 << 20))
    scene.client().obtain()
    scene.client().obtain()
    scene.lessord.process.wait_for_log("AUDIT_PAUSED")
    os.unlink(os.path.join(directory, "filler"))
    scene.client().obtain()
    rows = [(ASSIGN, "10.77.0.100"), (PAUSED, ""), (ASSIGN, "10.77.0.103")]
    # Rows are written behind: when there was room again, that of the third client may have been waiting still.
    wanted = (rows, rows[:2] + [(ASSIGN, "10.77.0.102")] + rows[2:])
    wait_until(lambda: [(row[ID], row[ADDRESS]) for row in _lease_rows(scene)] in wanted, f"one of these rows: {wanted}")
    expect_equal(len(re.findall("AUDIT_PAUSED", scene.lessord.process.log())), 1, "how often it is told")


def test_audit_file_full(lab):
    """A file of a seventh of lessorAuditMaxSize takes no more rows, whoever writes them"""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorAuditMaxSize", 7)
    scene.slapd.replace(ROOT, "lessorAuditCheckInterval", 1)
    scene.start()
    scene.client().obtain()
    _wait_for_rows(scene, (ASSIGN, "10.77.0.100"))
    directory = scene.lessord.settings["audit_directory"]
    path, = [os.path.join(directory, name) for name in os.listdir(directory)]
    row = _lease_rows(scene)[0]
    with open(path, "a", encoding="ascii") as file:
        file.write((",".join(row) + "\n") * ((1 << 20) // len(",".join(row))))
    scene.client().obtain()
    wait_until(lambda: _codes(scene)[-1] == PAUSED, "the row that says it is full")
    size = os.stat(path).st_size
    for _ in range(3):
        scene.client().obtain()
    scene.lessord.stop()
    expect(os.stat(path).st_size - size < 200, "rows after the last one, but for another process's that says the same")


def test_audit_disk_hangs(lab):
    """A disk that hangs holds no packet up: clients are served on, and the rows come when it goes on"""
    scene = Scene(lab)
    directory = scene.lessord.settings["audit_directory"]
    os.mkdir(directory)
    mount_ext4(lab, directory)
    os.rmdir(os.path.join(directory, "lost+found"))
    scene.start()
    scene.client().obtain()
    lab.run(["fsfreeze", "-f", directory])
    lab.defer(lambda: lab.run(["fsfreeze", "-u", directory], status=None))
    for _ in range(20):
        scene.client().obtain()
    lab.run(["fsfreeze", "-u", directory])
    _wait_for_rows(scene, *[(ASSIGN, f"10.77.0.{100 + number}") for number in range(21)])


def test_cleanup(lab):
    """Ended leases are told of once and forgotten after lessorLeaseMemory, with rows and events as Windows has them"""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorLeaseMemory", 86400)
    scene.start()
    brief, lasting = scene.client(lease_time=1), scene.client()
    brief.obtain()
    lasting.obtain()
    wait_until(lambda: scene.lessord.leases()["10.77.0.100"]["state"] == "expired", "the brief lease ends")
    done = r"CLEANUP_DONE \[1038\]: .*: {} leases expired and {} leases deleted"
    scene.slapd.replace(ROOT, "lessorLeaseMemory", 86399)  # it is looked at once more
    scene.lessord.process.wait_for_log(done.format(1, 0))
    expect("10.77.0.100" in scene.lessord.leases(), "an ended lease is forgotten too early")
    client = scene.client(mac=":".join(f"{octet:02x}" for octet in brief.mac))
    expect_equal(client.discover().yiaddr, "10.77.0.100", "what its client finds again")
    scene.slapd.replace(ROOT, "lessorLeaseMemory", 0)
    scene.lessord.process.wait_for_log(done.format(0, 1))
    expect_equal(sorted(scene.lessord.leases()), ["10.77.0.101"], "the leases that are left")
    wait_until(lambda: "0 leases expired and 1 leases deleted" in _rows(scene, True)[-1], "the last row of the cleanup")
    rows = [[row[ID], row[DESCRIPTION], row[ADDRESS]] for row in _rows(scene, True)]
    expect_equal(rows.count(["17", "Expired", "10.77.0.100"]), 1, f"rows for the lease that has ended, in {rows}")
    expect_equal(rows[-3:], [["24", "Database Cleanup Begin", ""], ["16", "Deleted", "10.77.0.100"],
                             ["25", "0 leases expired and 1 leases deleted", ""]], "the rows of the last cleanup")
    database = scene.lessord.get("/v1/database")
    expect(abs(database["lastCleanup"] - time.time()) < 60 and database["leaseMemory"] == 0, f"what is said in {database}")
