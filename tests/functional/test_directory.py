# SPDX-License-Identifier: Apache-2.0
"""The directory's word: what it says is in force at once, and what happens while it says nothing."""
import functools
import os
import signal
import socket
import statistics
import time

import dhcp
from disk import HANG, Disk
from harness import expect, expect_equal, wait_until
from kdc import Kdc
from rawclient import RawClient
from scene import Scene
from slapd import LDAP_PORT, ROOT, SERVER, SITE, base_tree, sample_tree, scope_dn, scope_entry

SCOPE = scope_dn("10.77.0.0")
NOT_AUTHORIZED, UNREACHABLE, NO_DHCP_ROOT = 20039, 20040, 20071
STREAM = 200  # requests


def _expect_silence(scene, client, reason):
    """Let a client ask, and check that the server notices, counts it under @reason, and answers nothing."""
    before = scene.lessord.drops(reason)
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops(reason) > before, f"a packet is dropped for {reason}")
    expect(client.link.is_silent(), f"a client was answered in spite of {reason}")


def _fate(scene, client):
    """What becomes of a DISCOVER: its answer, or the reason for which it is dropped."""
    before, message = scene.lessord.status()["drops"], client.message(dhcp.DISCOVER)
    client.send(message)

    def told():
        while received := client.link.receive(0):
            if received[0].xid == message.xid:
                return received[0]
        return next((reason for reason, count in scene.lessord.status()["drops"].items() if count > before[reason]), None)
    return wait_until(told, "an effect")


def _latency(client, count=40):
    """The median time of a renewal."""
    times = []
    for _ in range(count):
        start = time.monotonic()
        client.renew()
        times.append(time.monotonic() - start)
    return statistics.median(times)


def test_option_change(lab):
    """An option changed in the directory is in the next ACK."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    for value in ("10.77.0.54", "10.77.0.55"):
        scene.slapd.replace(SITE, "lessorOption", f"domain-name-servers={value}")
        wait_until(lambda: client.renew().addresses(dhcp.DNS_SERVERS) == [value], f"{value} is in an ACK")
    scene.slapd.replace(SCOPE, "lessorLeaseTime", 3600)
    wait_until(lambda: client.renew().number(dhcp.LEASE_TIME) == 3600, "the new lease time is in an ACK")
    scene.slapd.replace(SITE, "lessorOption")
    wait_until(lambda: client.renew().option(dhcp.DNS_SERVERS) is None, "the option is gone from the ACK")
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that were restarted")


def test_scope_change(lab):
    """A scope added, disabled, enabled, withdrawn from the server or removed acts at once."""
    scene = Scene(lab, tree={"scopes": ()})
    scene.lessord.start()
    scene.lessord.wait_for_verdict("authorized")
    client = scene.client()
    _expect_silence(scene, client, "no_scope")

    def is_served():
        return isinstance(_fate(scene, client), dhcp.Message)

    def is_dropped_for(reason):
        return _fate(scene, client) == reason
    scene.slapd.add(scope_entry("10.77.0.0"))
    wait_until(is_served, "the added scope is served")
    scene.slapd.replace(SCOPE, "lessorState", "disabled")
    wait_until(lambda: is_dropped_for("scope_disabled"), "the disabled scope is not served")
    scene.slapd.replace(SCOPE, "lessorState", "enabled")
    wait_until(is_served, "the enabled scope is served")
    scene.slapd.replace(SCOPE, "lessorServedBy", "dhcp2.example.test")
    wait_until(lambda: is_dropped_for("no_scope"), "another server's scope is not served")
    scene.slapd.replace(SCOPE, "lessorServedBy", SERVER)
    wait_until(is_served, "the scope is served again")
    scene.slapd.delete(SCOPE)
    wait_until(lambda: is_dropped_for("no_scope"), "the removed scope is not served")


def test_withdrawal(lab):
    """A server withdrawn answers nobody and says 20039; authorized again, it resumes."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    for _ in range(2):
        scene.slapd.deauthorize()
        verdict = scene.lessord.wait_for_verdict("not-authorized")["verdict"]
        expect_equal(verdict["code"], NOT_AUTHORIZED, "the code")
        expect(SERVER in verdict["reason"], f"the reason does not name the server: {verdict['reason']!r}")
        _expect_silence(scene, client, "unauthorized")
        scene.slapd.authorize()
        renewal = client.renewing()
        wait_until(lambda: client.link.exchange([(client, renewal)], 0.2), "clients are answered")
        expect_equal(scene.lessord.status()["verdict"]["state"], "authorized", "the verdict")


def test_withdrawal_in_a_stream(lab):
    """A withdrawal ends a stream of answers: once it has begun to act, not one more request is answered."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.slapd.deauthorize()
    withdrawn = time.monotonic()

    def is_refused():
        client.send(client.renewing())
        return scene.lessord.drops("unauthorized")
    wait_until(is_refused, "a request is not answered any more")
    lab.say(f"the first request is dropped {time.monotonic() - withdrawn:.3f} s after the withdrawal")
    later = [client.renewing() for _ in range(STREAM)]
    for message in later:
        client.send(message)
    wait_until(lambda: scene.lessord.drops("unauthorized") >= STREAM, "all are dropped")
    while received := client.link.receive(0):
        expect(received[0].xid not in {message.xid for message in later}, "one is answered all the same")


def test_never_before_verdict(lab):
    """Before the first verdict nobody is answered; a server that was never listed says so."""
    scene = Scene(lab, tree={"authorized": False})
    scene.lessord.start()
    expect_equal(scene.lessord.wait_for_verdict("not-authorized")["verdict"]["code"], NOT_AUTHORIZED, "the code")
    _expect_silence(scene, scene.client(), "unauthorized")


def test_authorized_by_address(lab):
    """An entry with the server's address authorizes it under whatever name."""
    scene = Scene(lab, tree={"authorized": False})
    scene.slapd.authorize("other-name.example.test", "10.77.0.1")
    scene.start()
    scene.client().obtain()
    scene.slapd.deauthorize("other-name.example.test")
    scene.lessord.wait_for_verdict("not-authorized")
    scene.slapd.authorize("other-name.example.test", "10.77.0.111")
    scene.slapd.authorize(SERVER, "255.0.0.1")
    scene.lessord.wait_for_verdict("authorized")


def test_dhcp_root_missing(lab):
    """Without the entry DhcpRoot no server is authorized, and the code says so."""
    scene = Scene(lab, tree={"dhcp_root": False})
    scene.lessord.start()
    status = scene.lessord.wait_for_verdict("not-authorized")
    expect_equal(status["verdict"]["code"], NO_DHCP_ROOT, "the code")
    expect("lessorctl init" in status["verdict"]["reason"], f"no advice in {status['verdict']['reason']!r}")


def _away(lab, take_away, bring_back):
    """Serve while the directory is away, as fast as before, and catch up when it returns."""
    scene = Scene(lab)
    scene.lessord.settings.update(probe_interval="1s", timeout="1s", retry_max="1s")
    scene.start()
    link = scene.link()
    client = RawClient(link)
    client.obtain()
    before = _latency(client)
    take_away(scene.slapd)

    def is_as_fast(when):
        latency = _latency(client)
        lab.say(f"median renewal: {before:.6f} s with the directory, {latency:.6f} s {when}")
        return latency < 5 * before + 0.005
    # Once more, if the machine had something else to do. What waits for the directory is slow each time.
    wait_until(lambda: is_as_fast("when it has gone"), "renewals are as fast without the directory")
    scene.lessord.wait_for_status(lambda status: not status["directory"]["connected"], "the loss is noticed")
    wait_until(lambda: is_as_fast("when that is known"), "renewals are as fast when the loss is known")
    RawClient(link).obtain()
    verdict = scene.lessord.wait_for_verdict("cached")["verdict"]
    expect(0 < verdict["remaining"] <= 259200, f"the verdict holds for {verdict['remaining']} s")
    bring_back(scene.slapd)
    scene.lessord.wait_for_verdict("authorized")
    scene.slapd.replace(SITE, "lessorOption", "domain-name-servers=10.77.0.99")
    wait_until(lambda: client.renew().addresses(dhcp.DNS_SERVERS) == ["10.77.0.99"], "a change acts again")
    return scene


def test_directory_killed(lab):
    """slapd killed while serving: leases go on as fast as before, and changes act when it is back."""
    _away(lab, lambda slapd: slapd.kill(), lambda slapd: slapd.start())


def test_directory_frozen(lab):
    """slapd frozen while serving: it is noticed, leases go on as fast as before, and changes act when it thaws."""
    _away(lab, lambda slapd: slapd.freeze(), lambda slapd: slapd.thaw())


def test_changes_while_away(lab):
    """Changes and deletions made while the daemon is disconnected or stopped are in force afterwards."""
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.78.0.0", "10.79.0.0")}).start()
    lessord = scene.lessord
    expect_equal(lessord.status()["configuration"]["scopes"], 3, "scopes")
    lessord.stop()
    scene.slapd.delete(scope_dn("10.78.0.0"))
    lessord.start()
    lessord.wait_for_generation(lambda configuration: configuration["scopes"] == 2)
    scene.slapd.kill()
    lessord.wait_for_status(lambda status: not status["directory"]["connected"], "disconnected")
    scene.slapd.start()
    scene.slapd.delete(scope_dn("10.79.0.0"))
    lessord.wait_for_generation(lambda configuration: configuration["scopes"] == 1)


def test_rename(lab):
    """A site is renamed while the daemon runs, and while it is stopped: what stands below it stays in force."""
    scene = Scene(lab).start()
    client, lessord = scene.client(), scene.lessord
    client.obtain()
    scene.slapd.rename(SITE, "cn=bergen")
    scene.slapd.replace(SITE.replace("oslo", "bergen"), "lessorOption", "domain-name-servers=10.77.0.99")
    wait_until(lambda: client.renew().addresses(dhcp.DNS_SERVERS) == ["10.77.0.99"], "the renamed site's option")
    lessord.stop()
    scene.slapd.rename(SITE.replace("oslo", "bergen"), "cn=oslo")
    lessord.start()
    scene.slapd.replace(SITE, "lessorOption", "domain-name-servers=10.77.0.98")
    wait_until(lambda: client.renew().addresses(dhcp.DNS_SERVERS) == ["10.77.0.98"], "the option after a restart")
    expect_equal(lessord.get("/v1/quarantine")["entries"], [], "entries in quarantine")


def test_other_directory(lab):
    """A directory restored from an old backup replaces the local copy, though its cookie is older."""
    scene = Scene(lab).start()
    scene.slapd.add(scope_entry("10.80.0.0"))
    scene.lessord.wait_for_generation(lambda configuration: configuration["scopes"] == 2)
    scene.slapd.kill()
    scene.slapd.load(sample_tree())
    scene.slapd.start()
    scene.lessord.wait_for_generation(lambda configuration: configuration["scopes"] == 1)
    scene.lessord.wait_for_verdict("authorized")
    scene.client().obtain()


def test_start_without_directory(lab):
    """Started without a directory and without a verdict it serves nobody, says 20040, and recovers by itself."""
    scene = Scene(lab)
    scene.lessord.settings["retry_max"] = "1s"
    scene.slapd.stop()
    scene.lessord.start()
    status = scene.lessord.wait_for_verdict("unreachable")
    expect_equal(status["verdict"]["code"], UNREACHABLE, "the code")
    client = scene.client()
    _expect_silence(scene, client, "unauthorized")
    scene.slapd.start()
    scene.lessord.wait_for_verdict("authorized")
    client.obtain()


def test_start_with_frozen_directory(lab):
    """Started with a directory that accepts and says nothing, it says 20040 too, and recovers by itself."""
    scene = Scene(lab)
    scene.lessord.settings.update(timeout="1s", retry_max="1s")
    scene.slapd.freeze()
    scene.lessord.start()
    expect_equal(scene.lessord.wait_for_verdict("unreachable")["verdict"]["code"], UNREACHABLE, "the code")
    scene.slapd.thaw()
    scene.lessord.wait_for_verdict("authorized")
    scene.client().obtain()


def test_start_with_cached_verdict(lab):
    """Restarted without a directory it serves on its cached verdict, with the configuration it had."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    scene.slapd.stop()
    scene.lessord.start()
    client.renew()
    status = scene.lessord.wait_for_verdict("cached")
    expect(status["verdict"]["remaining"] > 0, "the verdict has no time left")
    scene.lessord.wait_for_status(lambda status: status["verdict"]["state"] == "cached" and status["verdict"]["reason"],
                                  "the status says why the verdict is a cached one")


def test_start_refuse(lab):
    """With lessorStartWithoutDirectory: refuse a cached verdict is not enough at a start."""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorStartWithoutDirectory", "refuse")
    scene.start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    scene.slapd.stop()
    scene.lessord.start()
    expect_equal(scene.lessord.wait_for_verdict("unreachable")["verdict"]["code"], UNREACHABLE, "the code")
    _expect_silence(scene, client, "unauthorized")


def test_start_before_dir(lab):
    """What an earlier life of the daemon has stored lets nobody be answered before dir has judged it"""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorStartWithoutDirectory", "refuse")
    scene.start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    disk = Disk.of(scene)
    stuck = disk.fault("write sync", "directory.mdb", HANG)  # dir, which alone writes it, cannot say what it thinks
    scene.lessord.start(wait=False)
    stuck.wait()
    wait_until(lambda: scene.lessord.counter("snapshots"), "there is a configuration")
    _expect_silence(scene, client, "unauthorized")
    expect_equal(scene.lessord.status()["verdict"]["state"], "start", "what the status says")
    stuck.lift()
    scene.lessord.wait_for_verdict("authorized")
    client.renew()


def test_verdict_expires(lab):
    """Without a directory the verdict ends at its time limit, and with it the service."""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorAuthorityHold", 5)
    scene.lessord.settings.update(retry_max="1s")
    scene.start()
    client = scene.client()
    client.obtain()
    scene.slapd.kill()
    status = scene.lessord.wait_for_verdict("unreachable")
    expect_equal(status["verdict"]["code"], UNREACHABLE, "the code")
    _expect_silence(scene, client, "unauthorized")
    scene.slapd.start()
    scene.lessord.wait_for_verdict("authorized")
    client.renew()


def test_verdict_expires_by_itself(lab):
    """While the process that renews it stands still, the verdict ends and says so; afterwards it is sought at once."""
    scene = Scene(lab)
    scene.slapd.replace(ROOT, "lessorAuthorityHold", 5)
    scene.start()
    client = scene.client()
    client.obtain()
    frozen = scene.lessord.role_pid("dir")
    os.kill(frozen, signal.SIGSTOP)
    status = scene.lessord.wait_for_verdict("unreachable")
    expect_equal(status["verdict"]["code"], UNREACHABLE, "the code")
    expect_equal(status["verdict"]["nextCheck"], 0, "the next check, which is due")
    _expect_silence(scene, client, "unauthorized")
    os.kill(frozen, signal.SIGCONT)
    scene.lessord.wait_for_verdict("authorized")
    client.renew()


def test_polling(lab):
    """A directory without change feed is read at an interval, and changes and deletions act all the same."""
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.78.0.0")}, directory={"syncprov": False})
    scene.lessord.settings["poll_interval"] = "1s"
    scene.start()
    expect_equal(scene.lessord.status()["directory"]["feed"], "poll", "the feed")
    scene.lessord.wait_for_status(lambda status: abs(status["verdict"]["nextCheck"] - time.time()) < 3, "a check in moments")
    client = scene.client()
    client.obtain()
    scene.slapd.replace(SITE, "lessorOption", "domain-name-servers=10.77.0.77")
    wait_until(lambda: client.renew().addresses(dhcp.DNS_SERVERS) == ["10.77.0.77"], "the change is in an ACK")
    scene.slapd.delete(scope_dn("10.78.0.0"))
    scene.lessord.wait_for_generation(lambda configuration: configuration["scopes"] == 1)
    scene.slapd.deauthorize()
    scene.lessord.wait_for_verdict("not-authorized")


def test_several_uris(lab):
    """Of several URIs the first that answers is used; one that refuses or says nothing does not stop the others."""
    scene = Scene(lab)
    with scene.server.entered():
        silent = socket.create_server(("127.0.0.1", LDAP_PORT + 1))
    scene.lessord.settings.update(timeout="1s", uri=["ldap://127.0.0.1:1", f"ldap://127.0.0.1:{LDAP_PORT + 1}",
                                                     f"ldaps://127.0.0.1:{LDAP_PORT + 1}", scene.slapd.ldap])
    scene.start()
    expect_equal(scene.lessord.status()["directory"]["uri"], scene.slapd.ldap, "the URI in use")
    silent.close()


def _binds(lab, settings, **arguments):
    """Serve and follow changes with these settings of [directory]."""
    scene = Scene(lab, **arguments)
    scene.use(settings(scene))
    if scene.kdc:
        scene.lessord.environment = scene.kdc.client_environment()
    scene.start()
    client = scene.client()
    client.obtain()
    scene.slapd.replace(SITE, "lessorOption", "domain-name-servers=10.77.0.56")
    wait_until(lambda: client.renew().addresses(dhcp.DNS_SERVERS) == ["10.77.0.56"], "a change is in an ACK")
    expect_equal(scene.lessord.status()["directory"]["feed"], "syncrepl", "the feed")


def test_bind_starttls(lab):
    """StartTLS with a simple bind works."""
    _binds(lab, lambda scene: scene.simple_bind() | {"start_tls": "yes"})


def test_bind_ldaps(lab):
    """ldaps:// with a simple bind works."""
    _binds(lab, lambda scene: scene.simple_bind(uri=scene.slapd.ldaps))


def test_bind_external(lab):
    """ldapi:// with SASL EXTERNAL works."""
    _binds(lab, lambda scene: scene.external_bind())


def test_bind_gssapi(lab):
    """SASL GSSAPI with a keytab works."""
    _binds(lab, lambda scene: {"uri": f"ldap://localhost:{LDAP_PORT}", "bind": "gssapi",
                               "keytab": scene.kdc.keytab("lessord")}, kdc=Kdc)


def test_ticket_renewal(lab):
    """Before a Kerberos ticket expires another connection takes the place of the one that was made with it"""
    scene = Scene(lab, kdc=functools.partial(Kdc, life="15s"))
    scene.use({"uri": f"ldap://localhost:{LDAP_PORT}", "bind": "gssapi", "keytab": scene.kdc.keytab("lessord")})
    scene.lessord.environment = scene.kdc.client_environment()
    scene.start()
    since = scene.lessord.status()["directory"]["since"]
    for count in (2, 4):  # each of the two connections
        scene.lessord.process.wait_for_log("DIRECTORY_RENEWED", count=count)
    scene.lessord.wait_for_status(lambda status: status["directory"]["feed"] == "syncrepl", "the feed goes on")
    scene.slapd.deauthorize()
    scene.lessord.wait_for_verdict("not-authorized")
    expect_equal(scene.lessord.status()["directory"]["since"], since, "the time since which it is connected")
    expect("DIRECTORY_LOST" not in scene.lessord.process.log(), "a connection was lost")


def test_init_while_running(lab):
    """A daemon that starts with an empty directory serves as soon as lessorctl has made what it needs."""
    scene = Scene(lab, tree=None)
    scene.slapd.stop()
    scene.slapd.load(base_tree())
    scene.slapd.start()
    scene.lessord.start()
    scene.lessord.wait_for_verdict("not-authorized")
    for words in (["init"], ["site", "add", "oslo"], ["server", "add", SERVER, "--site", "oslo"],
                  ["scope", "add", "10.77.0.0/24", "--site", "oslo", "--server", SERVER,
                   "--range", "10.77.0.100-10.77.0.199"],
                  ["server", "authorize", SERVER, "10.77.0.1"]):
        scene.ctl.run(*words)
    scene.client().obtain()
