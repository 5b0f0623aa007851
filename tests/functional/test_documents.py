# SPDX-License-Identifier: Apache-2.0
"""What the documents tell people to type works as it stands there."""
import re
import shlex

from harness import Failure, expect, expect_equal
from lessor import Lessorctl
from slapd import BASE, Slapd, base_tree, documented_ldif, ldif, person_dn

SITE = f"cn=hq,cn=sites,cn=DHCP,{BASE}"
NET_SERVICES = f"cn=NetServices,cn=Services,cn=Configuration,{BASE}"
INSUFFICIENT_ACCESS = 50


def _rest_of_tree():
    """What the examples take for granted: containers, and people in groups."""
    containers = "".join(ldif(f"cn={name},{parent}", objectClass="applicationProcess", cn=name) for name, parent in (
        ("Configuration", BASE), ("Services", f"cn=Configuration,{BASE}"), ("NetServices", f"cn=Services,cn=Configuration,{BASE}")))
    folders = "".join(ldif(f"ou={name},{BASE}", objectClass="organizationalUnit", ou=name) for name in ("groups", "services"))
    groups = "".join(ldif(f"cn={group},ou=groups,{BASE}", objectClass="groupOfNames", cn=group, member=person_dn(person))
                     for group, person in (("hq-admins", "guest"), ("dhcp-admins", "admin"), ("dhcp-authorizers", "stranger")))
    return containers + folders + groups


def _documented_directory(lab, more=""):
    """A directory made of the examples, overlay, entries, daemon's identity, access rules, and of the entries @more."""
    slapd = Slapd(lab, lab.namespace("srv"), tree=base_tree() + _rest_of_tree(), syncprov=False)
    overlay = documented_ldif(lab, "olcOverlayConfig").split("\n\n")[-1]  # the module is loaded already
    slapd.modify(overlay)
    slapd.add(documented_ldif(lab, "lessorRoot"))
    slapd.add(documented_ldif(lab, "dHCPClass"))
    slapd.add(documented_ldif(lab, "simpleSecurityObject").replace("{SSHA}...", "lessord-password"))
    slapd.add(more or "\n")
    slapd.modify(documented_ldif(lab, "olcAccess"))
    return slapd


def _change_as(slapd, dn, password, change):
    """Make the LDIF @change as @dn; returns ldapmodify's exit status, which is LDAP's result."""
    return slapd.lab.run(["ldapmodify", "-x", "-H", slapd.ldap, "-D", dn, "-w", password], namespace=slapd.namespace,
                         stdin=change, status=None).returncode


def _expect_rights(slapd, person, allowed, refused):
    """Check which of the changes the access rules let @person make."""
    for changes, wanted in ((allowed, 0), (refused, INSUFFICIENT_ACCESS)):
        for change in changes:
            result = _change_as(slapd, person_dn(person), f"{person}-password", change)
            expect_equal(result, wanted, f"result for {person} of\n{change}")


def _describe(dn, text="changed"):
    return f"dn: {dn}\nchangetype: modify\nreplace: description\ndescription: {text}\n"


def _new_site(name):
    return ldif(f"cn={name},cn=sites,cn=DHCP,{BASE}", changetype="add", objectClass="lessorSite", cn=name)


def _new_scope(network, site=SITE):
    return ldif(f"cn={network},{site}", changetype="add", objectClass="lessorScope", cn=network, lessorPrefixLength=24)


def _new_server(name):
    return ldif(f"cn={name},{NET_SERVICES}", changetype="add", objectClass="dHCPClass", cn=name, dhcpUniqueKey=0, dhcpType=1,
                dhcpIdentification="DHCP Server Object", dhcpFlags=0)


def test_directory_delegation(lab):
    """The access rules of docs/directory.md give each administrator their part and no more."""
    slapd = _documented_directory(lab)
    root, delete = f"cn=DHCP,{BASE}", "dn: {}\nchangetype: delete\n"
    _expect_rights(slapd, "admin",
                   allowed=[_describe(root), _new_site("annex"), _describe(SITE)],
                   refused=[_new_server("dhcp2.example.org")])
    annex = f"cn=annex,cn=sites,{root}"
    _expect_rights(slapd, "guest",
                   allowed=[_describe(SITE), _new_scope("10.80.0.0"), _describe(f"cn=10.77.0.0,{SITE}"),
                            delete.format(f"cn=10.80.0.0,{SITE}")],
                   refused=[_describe(root), _new_site("mine"), _describe(annex), _new_scope("10.81.0.0", annex),
                            delete.format(SITE), f"dn: {SITE}\nchangetype: modrdn\nnewrdn: cn=renamed\ndeleteoldrdn: 1\n",
                            _new_server("dhcp2.example.org")])
    _expect_rights(slapd, "stranger",
                   allowed=[_new_server("dhcp2.example.org"), delete.format(f"cn=dhcp2.example.org,{NET_SERVICES}")],
                   refused=[_describe(root), _describe(SITE), _new_scope("10.80.0.0")])


def test_delegated_commands(lab):
    """The administrator of one site edits what is below it with lessorctl; elsewhere the refusal is 20121 and names the entry."""
    annex = f"cn=annex,cn=sites,cn=DHCP,{BASE}"
    foreign = f"cn=10.81.0.0,{annex}"
    slapd = _documented_directory(lab, ldif(annex, objectClass="lessorSite", cn="annex")
                                  + ldif(foreign, objectClass="lessorScope", cn="10.81.0.0", lessorPrefixLength=24))
    ctl = Lessorctl(lab, slapd.namespace, slapd)
    ctl.words = ["-H", slapd.ldap, "-b", BASE, "--ca-file", slapd.ca_file, "-D", person_dn("guest"),
                 "-y", lab.write("guest.password", "guest-password\n")]
    ctl.run("scope", "set", "10.77.0.0", "--lease-time", "2h")
    ctl.run("scope", "add", "10.80.0.0/24", "--site", "hq", "--range", "10.80.0.10-10.80.0.20")
    ctl.run("reservation", "add", "10.80.0.15", "--hardware", "02:00:00:00:80:15")
    ctl.run("option", "set", "routers=10.80.0.1", "--scope", "10.80.0.0")
    ctl.expect_error(20121, "scope", "set", "10.81.0.0", "--lease-time", "2h", says=re.escape(foreign))
    ctl.expect_error(20121, "reservation", "add", "10.81.0.15", "--hardware", "02:00:00:00:81:15", says=re.escape(foreign))
    ctl.expect_error(20121, "option", "set", "domain-name=example.org", "--site", "annex", says=re.escape(annex))
    ctl.expect_error(20121, "site", "add", "mine", says="cn=mine,cn=sites")
    expect("lessorLeaseTime" not in slapd.search(foreign), "the other site's scope was changed")


def test_directory_daemon_reads(lab):
    """The daemons' identity of docs/directory.md reads everything that it needs, however much that is, and writes nothing."""
    networks = [f"10.{high}.{low}.0" for high in (98, 99) for low in range(256)]
    slapd = _documented_directory(lab, "".join(
        ldif(f"cn={network},{SITE}", objectClass="lessorScope", cn=network, lessorPrefixLength=24) for network in networks))
    slapd.replace("olcDatabase={-1}frontend,cn=config", "olcSizeLimit", 500)  # what slapd does unless told otherwise
    daemon = f"cn=lessord,ou=services,{BASE}"

    def count(base, *who):
        output = lab.run(["ldapsearch", "-x", "-LLL", "-H", slapd.ldap, *who, "-b", base, "1.1"], namespace=slapd.namespace,
                         status=None).stdout
        return len(re.findall("^dn:", output, re.MULTILINE))
    who = ["-D", daemon, "-w", "lessord-password"]
    expect(count(f"cn=DHCP,{BASE}", *who) > len(networks), "the daemon does not read the whole configuration")
    expect_equal(count(NET_SERVICES, *who), 2, "entries of the authorization that the daemon reads")
    expect_equal(count(f"cn=DHCP,{BASE}"), 0, "entries that nobody in particular reads")
    expect_equal(_change_as(slapd, daemon, "lessord-password", _describe(SITE)), INSUFFICIENT_ACCESS, "result of a change")


def _records(text):
    """The entries of an LDIF text: DN to its attribute lines. Passwords, comments and what the server adds are left out."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    records = (record.splitlines() for record in re.split(r"\n\n+", text.strip()))
    return {lines[0].lower(): sorted(lines[1:], key=str.lower) for lines in records}


def test_directory_objects(lab):
    """Classes, definitions, policies and lists, written by hand as docs/directory.md has them, are good entries."""
    slapd = Slapd(lab, lab.namespace("srv"), tree=base_tree())
    ctl = Lessorctl(lab, slapd.namespace, slapd)
    slapd.add(documented_ldif(lab, "lessorRoot"))
    slapd.add("".join(ldif(f"cn={name},cn=DHCP,{BASE}", objectClass="applicationProcess", cn=name) for name in ("classes", "options")))
    for example in ("lessorClassData", "lessorOptionCode", "lessorProcessingOrder"):
        slapd.add(documented_ldif(lab, example))
    for dn, example in ((f"cn=dhcp1.example.org,{SITE}", "lessorFilter:"), (f"cn=10.77.0.0,{SITE}", "lessorOption: [user:Kiosk]")):
        for line in documented_ldif(lab, example).splitlines():
            attribute = line.partition(":")[0]
            slapd.modify(f"dn: {dn}\nchangetype: modify\nadd: {attribute}\n{line}\n")
    found = ctl.json("check")
    expect_equal(found["findings"], [], "what is wrong with the examples")


def test_directory_commands(lab):
    """The commands of lessorctl in docs/directory.md make the entries that stand beside them."""
    slapd = Slapd(lab, lab.namespace("srv"), tree=base_tree())
    ctl = Lessorctl(lab, slapd.namespace, slapd)
    for example in (documented_ldif(lab, "lessorRoot"), documented_ldif(lab, "dHCPClass")):
        for command in re.findall(r"^# lessorctl (.*)$", example, re.MULTILINE):
            ctl.run(*shlex.split(command))
        wanted = _records(example)
        made = {}
        for base in (f"cn=DHCP,{BASE}", NET_SERVICES):
            made.update(_records(slapd.search(base)))
        for dn, lines in wanted.items():
            expect(dn in made, f"{dn} was not made, but {sorted(made)}")
            expect_equal([line.lower() for line in made[dn]], [line.lower() for line in lines], f"what {dn} says")
