# SPDX-License-Identifier: Apache-2.0
"""lessorctl reconcile: every kind of inconsistency made for real, told, and put right while clients come and go."""
import ipaddress
import time

import dhcp
from harness import expect, expect_equal, wait_until
from load import check_promises, start_load
from scene import Scene
from slapd import ldif, scope_dn
from store import FOR_EVER, Record, Store

BY_HARDWARE = b"\0\1"  # begins the name of a client that is known by its Ethernet address
RESERVED = {"10.77.0.50": ("02:00:00:00:00:50", "both"), "10.77.0.51": ("02:00:00:00:00:51", "bootp"),
            "10.77.0.52": ("02:00:00:00:00:52", "dhcp"), "10.77.0.53": ("02:00:00:00:00:53", "both")}


def _reserve(scene):
    for address, (mac, kind) in RESERVED.items():
        scene.slapd.add(ldif(f"cn={address},{scope_dn('10.77.0.0')}", objectClass="lessorReservation", cn=address,
                             lessorHardwareAddress=mac, lessorClientType=kind))


def _mac(number):
    return f"02:00:00:00:01:{number:02x}"


def _lease(mac, **fields):
    """The record of a client's lease, in force."""
    octets, now = dhcp.pack_mac(mac), int(time.time())
    return Record(**{"state": 1, "prefix_length": 24, "start": now, "changed": now, "expiry": now + 3600, "relay": 0,
                     "htype": 1, "hardware": octets, "client": BY_HARDWARE + octets, "rest": b"\0\0", "is_bootp": False,
                     **fields})


def _stopped(scene):
    """Stop the daemon, for its store to be changed."""
    scene.lessord.stop()
    return Store(scene.lessord.state_directory)


def _kinds(result, are_notes=False):
    return {kind["kind"]: kind["count"] for kind in result["kinds"] if (kind["mending"] == "nothing") == are_notes}


def _reconcile(scene, *words, status=0):
    """The result of lessorctl reconcile, which ends with @status."""
    return scene.ctl.json("--yes", "reconcile", *words, status=status)


def _found(result, kind):
    return {finding["address"]: (finding["found"], finding["expected"]) for finding in result["findings"]
            if finding["kind"] == kind}


def _damage_records(store):
    """Everything that contradicts the directory or another record, each filed as the daemon would have filed it."""
    client, now = dhcp.pack_mac(RESERVED["10.77.0.51"][0]), int(time.time())
    store.file("10.99.0.5", _lease(_mac(1), expiry=now - 60))
    store.file("10.77.0.110", _lease(_mac(2), prefix_length=16))
    store.file("10.77.0.51", _lease(_mac(3), is_bootp=True, expiry=FOR_EVER, hardware=b"10.77.0.51",
                                    client=BY_HARDWARE + client))
    store.file("10.77.0.52", _lease(RESERVED["10.77.0.52"][0], is_bootp=True, expiry=FOR_EVER))
    store.file("10.77.0.111", _lease(_mac(4), expiry=FOR_EVER))
    store.file("10.77.0.112", _lease(_mac(5), changed=now - 5))
    store.file("10.77.0.113", _lease(_mac(5)))
    store.put_record("10.77.0.114", b"\1\2")
    store.set_bit("10.77.0.114", True)


def _damage_indexes(store):
    """Rows that are missing, wrong, or of nothing."""
    lease = _lease(_mac(6))
    store.file("10.77.0.115", _lease(_mac(7)))
    store.file("10.77.0.116", lease)
    store.remove("clients", lease.scope_key("10.77.0.0") + lease.client)
    store.put("clients", lease.scope_key("10.77.0.0") + BY_HARDWARE + bytes(6), ipaddress.ip_address("10.77.0.115").packed)
    store.remove("expiries", lease.expiry_key("10.77.0.116"))
    store.put("expiries", lease.expiry_key("10.77.0.117"), b"")
    store.put("records", b"xyz", b"?")
    store.set_bit("10.77.0.115", False)
    store.set_bit("10.77.0.119", True)


def _run_out(store):
    """What is worth knowing, but no mistake."""
    store.file("10.77.0.50", _lease(_mac(20)))
    store.file("10.98.0.5", _lease(_mac(21)))
    store.file("10.77.0.20", _lease(_mac(22)))
    store.file("10.77.0.118", _lease(RESERVED["10.77.0.53"][0]))


def test_every_kind(lab):
    """What was damaged in leases.mdb is told kind by kind, put right under load, and every promise is kept"""
    scene = Scene(lab)
    _reserve(scene)
    scene.start()
    with _stopped(scene) as store:
        _damage_records(store)
        _damage_indexes(store)
        _run_out(store)
    scene.start()
    before = _reconcile(scene, "--all", status=1)
    expect_equal(_kinds(before), {
        "unreadable-record": 1, "no-scope": 1, "other-scope": 1, "wrong-hardware": 1, "wrong-type": 1, "no-end": 2,
        "two-records": 1, "stray-record": 1, "client-row-missing": 1, "client-row-wrong": 1, "expiry-row-missing": 1,
        "expiry-row-wrong": 1, "bit-missing": 1, "bit-wrong": 1}, "what is wrong")
    expect_equal(_kinds(before, are_notes=True), {
        "scope-gone": 1, "reserved-for-other": 1, "reserved-elsewhere": 1, "not-in-range": 1, "inactive": 2}, "notes")
    expect_equal(_found(before, "wrong-hardware"), {"10.77.0.51": ("31:30:2e:37:37:2e:30:2e:35:31", "02:00:00:00:00:51")},
                 "the hardware address")
    expect_equal(_found(before, "other-scope"), {"10.77.0.110": ("10.77.0.0/16", "10.77.0.0/24")}, "the scope")
    expect_equal(_found(before, "two-records"), {"10.77.0.112": ("10.77.0.112, 10.77.0.113", "10.77.0.113")}, "the addresses")
    expect_equal(_found(before, "reserved-elsewhere"), {"10.77.0.118": ("10.77.0.118", "10.77.0.53")}, "the reserved address")
    expect_equal((before["remaining"], before["corrected"]), (before["inconsistencies"], 0), "what was done without --fix")
    load = start_load(scene, 64, limit=64)
    after = _reconcile(scene, "--fix")
    expect_equal((after["inconsistencies"], after["remaining"], after["rebuilt"]), (before["inconsistencies"], 0, True),
                 "what was put right")
    load.wait_for_acks(16)
    check_promises(scene.lessord, load.stop())
    expect_equal(_reconcile(scene)["inconsistencies"], 0, "what is wrong afterwards")
    leases = scene.lessord.leases()
    expect_equal(leases["10.77.0.51"]["hardwareAddress"], "02:00:00:00:00:51", "the hardware address afterwards")
    expect_equal((leases["10.77.0.51"]["protocol"], leases["10.77.0.51"]["expiry"]), ("bootp", 0), "the BOOTP client's lease")
    expect_equal(leases["10.77.0.52"]["protocol"], "dhcp", "the protocol afterwards")
    expect_equal((leases["10.77.0.110"]["scope"], leases["10.77.0.114"]["state"]), ("10.77.0.0/24", "declined"), "records")
    expect("10.77.0.112" not in leases and "10.99.0.5" not in leases, f"what had to go is there: {sorted(leases)}")
    expect_equal({address for address in ("10.77.0.20", "10.77.0.50", "10.77.0.113", "10.77.0.118", "10.98.0.5")} - set(leases),
                 set(), "leases in force that are gone")
    scene.lessord.process.wait_for_log(r"LEASES_MENDED: .*asked for by the user with number 0")
    scene.lessord.kill()
    scene.start()
    expect_equal(_reconcile(scene)["inconsistencies"], 0, "what is wrong after a crash")


def test_one_scope(lab):
    """A scope alone is compared and mended; an unknown one is refused, a question is asked, and no is no"""
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.78.0.0")}).start()
    with _stopped(scene) as store:
        store.file("10.77.0.150", _lease(_mac(1), expiry=FOR_EVER))
        store.file("10.78.0.150", _lease(_mac(2), expiry=FOR_EVER))
    scene.start()
    expect_equal(_reconcile(scene, status=1)["inconsistencies"], 2, "what is wrong in all scopes")
    expect_equal(_found(_reconcile(scene, "10.77.0.0", status=1), "no-end"), {"10.77.0.150": ("no end", None)}, "in one scope")
    status, shown = scene.ctl.at_terminal(b"n\n", "reconcile", "10.77.0.0", "--fix")
    expect_equal(status, 1, f"exit status after no: {shown}")
    expect("of which 1 contradict" in shown, f"the question does not say how many: {shown}")
    expect_equal(_reconcile(scene, status=1)["inconsistencies"], 2, "what is wrong after no")
    status, shown = scene.ctl.at_terminal(b"y\n", "reconcile", "10.77.0.0", "--fix")
    expect_equal(status, 0, f"exit status after yes: {shown}")
    expect("1 records corrected, 0 removed; nothing contradicts any more" in shown, f"what was done is not said: {shown}")
    expect_equal(list(_found(_reconcile(scene, status=1), "no-end")), ["10.78.0.150"], "what is wrong then")
    shown = scene.ctl.run("reconcile", status=1).stdout
    expect("no-end" in shown and "lessorctl reconcile --fix" in shown, f"neither kind nor remedy: {shown}")
    scene.ctl.expect_error(20005, "reconcile", "10.79.0.0", says="lessorctl scope list")
    scene.ctl.expect_error(87, "reconcile", "nonsense", says="not a network address")


def test_background(lab):
    """What contradicts in the lease store is found by itself, told once with what to do, counted, and left as it is"""
    scene = Scene(lab).start()
    with _stopped(scene) as store:
        for number in (1, 2, 3):
            lease = _lease(_mac(number))
            store.file(f"10.77.0.10{number}", lease)
            store.remove("clients", lease.scope_key("10.77.0.0") + lease.client)
    scene.start()
    scene.lessord.process.wait_for_log(r"STORE_DRIFT: .*client-row-missing, at 10\.77\.0\.101: .*lessorctl reconcile --fix")
    wait_until(lambda: scene.lessord.counter("store_drift") == 3, "all three are counted")
    expect_equal(scene.lessord.process.log().count("STORE_DRIFT"), 1, "how often it was told")
    expect_equal(_kinds(_reconcile(scene, status=1)), {"client-row-missing": 3}, "what is wrong afterwards")
    _reconcile(scene, "--fix")
