# SPDX-License-Identifier: Apache-2.0
"""389 Directory Server: its schema and access rules, its way of telling of changes, and what it does not tell."""
import re

import dhcp
from ds389 import CHANGE_LOG, SYNC, Ds389
from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import BASE, NET_SERVICES, ROOT, SERVER, SITE, documented_ldif, ldif, person_dn, scope_dn

NOT_AUTHORIZED, NO_DHCP_ROOT = 20039, 20071
INSUFFICIENT_ACCESS = 50
ALL, CHANGES = "all there is", "what had changed"
REFRESHED = re.compile(r"DIRECTORY_REFRESHED: .*: \S+, (.*): (\d+) entries sent, (\d+) only named$", re.MULTILINE)


def _feed(scene):
    return scene.lessord.status()["directory"]["feed"]


def _refreshes(scene):
    """What was sent after each connecting: (what, number of entries, number of mere names)."""
    return [(what, int(entries), int(names)) for what, entries, names in REFRESHED.findall(scene.lessord.process.log())]


def _wait_for_refresh(scene, *wanted):
    """Wait until the refreshes of the present run of the daemon are those @wanted."""
    wait_until(lambda: len(_refreshes(scene)) >= len(wanted), f"{len(wanted)} refreshes")
    expect_equal(_refreshes(scene), list(wanted), "refreshes")


def _wait_in_force(client, value):
    wait_until(lambda: client.renew().addresses(dhcp.DNS_SERVERS) == [value], f"{value} is in an ACK")


def _set_option(scene, value, site=SITE):
    scene.slapd.replace(site, "lessorOption", f"domain-name-servers={value}")


def _settle(scene, **wanted):
    """Wait until the configuration is as @wanted."""
    scene.lessord.wait_for_generation(lambda configuration: wanted.items() <= configuration.items())


def test_by_lessorctl(lab):
    """Its schema loads, lessorctl sets up all as elsewhere, and the daemon follows each change and withdrawal at once."""
    scene = Scene(lab, kind=Ds389, tree={"root": False})
    scene.slapd.delete(f"cn=Configuration,{BASE}")
    expect_equal(scene.slapd.complaints(), [], "the server's complaints")
    scene.lessord.settings["poll_interval"] = "1s"
    scene.lessord.start()
    client, reserved = scene.client(), scene.client(mac="02:00:00:00:77:01")
    expect_equal(scene.lessord.wait_for_verdict("not-authorized")["verdict"]["code"], NO_DHCP_ROOT, "the code")
    for words in ("init", "init", f"server authorize {SERVER} 10.77.0.1", "site add oslo", f"server add {SERVER} --site oslo",
                  f"scope add 10.77.0.0/24 --site oslo --server {SERVER} --range 10.77.0.100-10.77.0.199",
                  f"scope add 10.78.0.0/24 --site oslo --server {SERVER} --range 10.78.0.100-10.78.0.199",
                  "option set domain-name-servers=10.77.0.53 --site oslo",
                  "reservation add 10.77.0.20 --hardware 02:00:00:00:77:01"):
        scene.ctl.run(*words.split())
    scene.lessord.wait_for_verdict("authorized")
    _settle(scene, entries=9, scopes=2)
    expect_equal(_feed(scene), "syncrepl", "the feed")
    expect_equal(client.obtain().addresses(dhcp.DNS_SERVERS), ["10.77.0.53"], "the name servers")
    expect_equal(reserved.obtain().yiaddr, "10.77.0.20", "the reserved address")
    scene.ctl.run("option", "set", "domain-name-servers=10.77.0.54", "--site", "oslo")
    _wait_in_force(client, "10.77.0.54")
    scene.ctl.run("scope", "remove", "10.78.0.0")
    _settle(scene, entries=8, scopes=1)
    _withdraw(scene, client)
    expect_equal(scene.lessord.counter("role_restarts"), 0, "roles that were restarted")


def _withdraw(scene, client):
    """Withdraw the authorization and give it back, by what Windows writes and by lessorctl."""
    scene.slapd.deauthorize()
    for authorize in (scene.slapd.authorize, lambda: scene.ctl.run("server", "authorize", SERVER, "10.77.0.1")):
        verdict = scene.lessord.wait_for_verdict("not-authorized")["verdict"]
        expect_equal(verdict["code"], NOT_AUTHORIZED, "the code when it is not listed")
        before = scene.lessord.drops("unauthorized")
        client.send(client.renewing())
        wait_until(lambda: scene.lessord.drops("unauthorized") > before, "a packet is dropped")
        expect(client.link.is_silent(), "a client was answered without authorization")
        authorize()
        scene.lessord.wait_for_verdict("authorized")
        client.renew()
        scene.ctl.run("server", "deauthorize", SERVER)


def test_resume(lab):
    """After a loss of the connection, and after a restart of either side, only what had changed is sent."""
    scene = Scene(lab, kind=Ds389, tree={"scopes": ("10.77.0.0", "10.78.0.0", "10.79.0.0")})
    scene.lessord.settings["retry_max"] = "1s"
    scene.start()
    client = scene.client()
    client.obtain()
    _wait_for_refresh(scene, (ALL, 7, 0))
    scene.slapd.kill()
    scene.lessord.wait_for_verdict("cached")
    scene.slapd.start()
    _wait_for_refresh(scene, (ALL, 7, 0), (CHANGES, 0, 0))
    _set_option(scene, "10.77.0.54")
    _wait_in_force(client, "10.77.0.54")
    scene.slapd.delete(scope_dn("10.78.0.0"))
    _settle(scene, scopes=2)

    scene.slapd.rename(SITE, "cn=bergen")
    _set_option(scene, "10.77.0.55", SITE.replace("oslo", "bergen"))
    _wait_in_force(client, "10.77.0.55")
    scene.lessord.stop()
    scene.slapd.rename(SITE.replace("oslo", "bergen"), "cn=oslo")
    _set_option(scene, "10.77.0.56")
    scene.slapd.delete(scope_dn("10.79.0.0"))
    scene.lessord.start()
    _wait_for_refresh(scene, (CHANGES, 1, 1))
    _wait_in_force(client, "10.77.0.56")
    _settle(scene, scopes=1)
    expect_equal(scene.lessord.get("/v1/quarantine")["entries"], [], "entries in quarantine")


def test_other_identity(lab):
    """The server refuses a cookie of another identity, and everything is read anew."""
    scene = Scene(lab, kind=Ds389, tree={"scopes": ("10.77.0.0", "10.78.0.0")}).start()
    _wait_for_refresh(scene, (ALL, 6, 0))
    scene.lessord.stop()
    scene.slapd.delete(scope_dn("10.78.0.0"))
    scene.slapd.replace(person_dn("admin"), "nsSizeLimit", "-1")
    scene.use(scene.simple_bind("admin"))
    scene.lessord.start()
    _wait_for_refresh(scene, (ALL, 5, 0))
    _settle(scene, scopes=1)


def test_log_trimmed(lab):
    """A daemon that was away for longer than the server logs changes notices it, and misses no removal."""
    scene = Scene(lab, kind=Ds389, tree={"scopes": ("10.77.0.0", "10.78.0.0")}).start()
    _settle(scene, scopes=2)
    scene.lessord.stop()
    scene.slapd.delete(scope_dn("10.78.0.0"))
    removed = scene.slapd.last_change()
    _set_option(scene, "10.77.0.54")
    scene.slapd.replace(CHANGE_LOG, "nsslapd-changelogmaxage", "1s")
    scene.slapd.replace(CHANGE_LOG, "nsslapd-changelog-trim-interval", "1")
    scene.slapd.kill()
    scene.slapd.start()
    _set_option(scene, "10.77.0.55")
    wait_until(lambda: scene.slapd.first_change() > removed, "the log is trimmed")
    scene.start()
    _wait_for_refresh(scene, (ALL, 5, 0))
    _settle(scene, scopes=1)


def _bad_scope_in_force(scene):
    return [entry["dn"] for entry in scene.lessord.get("/v1/quarantine")["entries"]] == [scope_dn("10.77.0.0")] and \
        scene.lessord.status()["configuration"]["servedScopes"] == 1


def test_polling(lab):
    """Without the plugin, and where it allows no further search, the daemon polls; an entry stays the one that it was."""
    scene = Scene(lab, kind=Ds389)
    scene.lessord.settings.update(retry_max="1s", poll_interval="1s")
    scene.start()
    client = scene.client()
    client.obtain()
    scene.slapd.replace(scope_dn("10.77.0.0"), "lessorRange", "nonsense")
    wait_until(lambda: _bad_scope_in_force(scene), "the last good version is in force")
    for setting, value, feed in (("nsslapd-pluginarg0", "0", "poll"), ("nsslapd-pluginEnabled", "off", "poll"),
                                 ("nsslapd-pluginarg0", "100", "poll"), ("nsslapd-pluginEnabled", "on", "syncrepl")):
        scene.slapd.replace(SYNC, setting, value)
        scene.slapd.kill()
        scene.slapd.start()
        scene.lessord.wait_for_status(lambda status: status["directory"]["feed"] == feed, f"the feed is {feed}")
        scene.lessord.wait_for_verdict("authorized")
        address = f"10.77.1.{len(setting + value)}"
        _set_option(scene, address)
        _wait_in_force(client, address)
        expect(_bad_scope_in_force(scene), "the last good version is lost")
    scene.slapd.deauthorize()
    scene.lessord.wait_for_verdict("not-authorized")


def test_no_right_to_read(lab):
    """A server that may not read is shown nothing and no error: the configuration stays in force, and the code says why."""
    scene = Scene(lab, kind=Ds389)
    scene.lessord.settings["retry_max"] = "1s"
    scene.slapd.replace(SYNC, "nsslapd-pluginEnabled", "off")
    scene.slapd.kill()
    scene.slapd.start()
    scene.lessord.settings["poll_interval"] = "1s"
    scene.start()
    client = scene.client()
    client.obtain()
    scene.slapd.replace(ROOT, "aci", f'(targetattr="*")(version 3.0; acl "no"; deny (all) userdn="ldap:///{person_dn("lessord")}";)')
    status = scene.lessord.wait_for_status(lambda status: status["directory"]["code"], "the right is missed")
    expect_equal(status["directory"]["code"], NO_DHCP_ROOT, "the code")
    client.renew()
    scene.slapd.replace(SYNC, "nsslapd-pluginEnabled", "on")
    scene.slapd.kill()
    scene.slapd.start()
    scene.lessord.wait_for_status(lambda status: status["directory"]["connected"] and status["directory"]["feed"] == "syncrepl"
                                  and status["directory"]["code"], "the right is missed by the other feed, too")
    client.renew()
    scene.slapd.replace(ROOT, "aci")
    scene.lessord.wait_for_status(lambda status: not status["directory"]["code"], "the right is back")
    _set_option(scene, "10.77.0.99")
    _wait_in_force(client, "10.77.0.99")


def _change_as(slapd, person, change):
    """Make the LDIF @change as @person; returns how ldapmodify ended, whose exit status is LDAP's result."""
    return slapd.lab.run(["ldapmodify", "-x", "-H", slapd.ldapi, "-D", person_dn(person), "-w", f"{person}-password"],
                         stdin=change, status=None)


def test_documented_rights(lab):
    """The access control instructions of docs/directory.md let the daemon read, and each administrator do their part."""
    scene = Scene(lab, kind=Ds389)
    slapd = scene.slapd
    slapd.replace(BASE, "aci")
    for name in ("groups", "services"):
        slapd.add(ldif(f"ou={name},{BASE}", objectClass="organizationalUnit", ou=name))
    slapd.add(documented_ldif(lab, "simpleSecurityObject").replace("{SSHA}...", "lessord-password"))
    for group, person in (("hq-admins", "guest"), ("dhcp-admins", "admin"), ("dhcp-authorizers", "stranger")):
        slapd.add(ldif(f"cn={group},ou=groups,{BASE}", objectClass="groupOfNames", cn=group, member=person_dn(person)))
    slapd.rename(SITE, "cn=hq")
    slapd.modify(documented_ldif(lab, "nsSizeLimit"))
    slapd.modify(documented_ldif(lab, "Site: change"))
    scene.lessord.settings["bind_dn"] = f"cn=lessord,ou=services,{BASE}"
    scene.start()
    expect_equal(_feed(scene), "syncrepl", "the feed")

    site, other = SITE.replace("oslo", "hq"), SITE.replace("oslo", "bergen")

    def describe(dn):
        return f"dn: {dn}\nchangetype: modify\nreplace: description\ndescription: changed\n"

    def added(dn, **attributes):
        return ldif(dn, changetype="add", **attributes)
    new_site = added(other, objectClass="lessorSite", cn="bergen")
    scope = added(scope_dn("10.80.0.0", site), objectClass="lessorScope", cn="10.80.0.0", lessorPrefixLength=24)
    server = f"cn=dhcp2.example.test,{NET_SERVICES}"
    authorization = added(server, objectClass="dHCPClass", cn="dhcp2.example.test", dhcpUniqueKey=0, dhcpType=1,
                          dhcpIdentification="x", dhcpFlags=0)
    remove = "dn: {}\nchangetype: delete\n".format
    rename = f"dn: {site}\nchangetype: modrdn\nnewrdn: cn=bergen\ndeleteoldrdn: 1\n"
    grant = f"dn: {site}\nchangetype: modify\nadd: aci\naci: (version 3.0; acl \"x\"; allow (all) userdn=\"ldap:///all\";)\n"
    for person, allowed, refused in (
            ("guest", (describe(site), scope, describe(scope_dn("10.80.0.0", site)), remove(scope_dn("10.80.0.0", site))),
             (describe(ROOT), new_site, remove(site), rename, grant, authorization)),
            ("admin", (describe(ROOT), new_site, describe(other), remove(other)), (authorization,)),
            ("stranger", (authorization, remove(server)), (describe(ROOT), new_site, describe(site)))):
        for changes, wanted in ((allowed, 0), (refused, INSUFFICIENT_ACCESS)):
            for change in changes:
                result = _change_as(slapd, person, change)
                expect_equal(result.returncode, wanted, f"result for {person} of\n{change}{result.stderr}")
