# SPDX-License-Identifier: Apache-2.0
"""Bad circumstances: each gets its code, one sentence and an exit status, and does no harm."""
import os
import socket

import dhcp
from harness import expect, expect_equal, wait_until
from kdc import Kdc
from lessor import Lessord, expect_error
from scene import Scene
from slapd import LDAP_PORT, ROOT, SERVER, person_dn

BAD_CONFIG, BAD_STORE, NO_SOCKET, NO_NETWORK = 20000, 20001, 20002, 20003
REFUSED, NO_DHCP_ROOT = 20037, 20071


def _refused_by_directory(lab, change, says, state="undetermined", code=REFUSED, **arguments):
    """The directory does not let us in, or has nothing for us: the status says so with @code and a sentence."""
    scene = Scene(lab, **arguments)
    change(scene)
    scene.lessord.settings["retry_max"] = "1s"
    scene.lessord.start()
    status = scene.lessord.wait_for_verdict(state)
    expect_equal(status["verdict"]["code"], code, "the code")
    reasons = status["verdict"]["reason"] + "\n" + status["directory"]["reason"]
    expect(any(word in reasons for word in says.split("|")), f"none of {says!r} in {reasons!r}")
    client = scene.client()
    before = scene.lessord.drops("unauthorized")
    client.send(client.message(dhcp.DISCOVER))
    wait_until(lambda: scene.lessord.drops("unauthorized") > before, "a client is not answered")
    return scene


def test_wrong_password(lab):
    """A wrong password is told apart (20037), and mending it is enough."""
    scene = _refused_by_directory(lab, lambda scene: lab.write("lessord.password", "wrong\n"), "password|credentials")
    scene.slapd.replace(person_dn("lessord"), "userPassword", "wrong")
    scene.lessord.wait_for_verdict("authorized")


def test_expired_certificate(lab):
    """An expired certificate is told apart (20037)."""
    _refused_by_directory(lab, lambda scene: None, "expired", directory={"certificate": "expired"})


def test_unknown_authority(lab):
    """A certificate of an authority that is not trusted is told apart (20037)."""
    _refused_by_directory(lab, lambda scene: scene.lessord.settings.update(
        tls_ca_file="/etc/ssl/certs/ca-certificates.crt" if os.path.exists("/etc/ssl/certs/ca-certificates.crt")
        else scene.slapd.tls.path("server.pem")), "certificate")


def test_no_rights(lab):
    """An identity without read access sees no container (20071); the sentence names the right to read."""
    _refused_by_directory(lab, lambda scene: scene.use(scene.simple_bind("stranger")), "right to read",
                          state="not-authorized", code=NO_DHCP_ROOT)


def test_unreadable_keytab(lab):
    """A keytab that is missing or cannot be read is told apart (20037)."""
    _refused_by_directory(lab, lambda scene: scene.use(
        {"uri": f"ldap://localhost:{LDAP_PORT}", "bind": "gssapi", "keytab": "/nonexistent/lessord.keytab"}), "keytab")


def test_kdc_away(lab):
    """A KDC that does not answer is told apart (20037), and service begins when it does."""
    scene = Scene(lab, kdc=Kdc)
    scene.use({"uri": f"ldap://localhost:{LDAP_PORT}", "bind": "gssapi", "keytab": scene.kdc.keytab("lessord"),
               "retry_max": "1s"})
    scene.lessord.environment = scene.kdc.client_environment()
    scene.kdc.stop()
    scene.lessord.start()
    status = scene.lessord.wait_for_verdict("undetermined")
    expect_equal(status["verdict"]["code"], REFUSED, "the code")
    expect("KDC" in status["verdict"]["reason"], f"the KDC is not named in {status['verdict']['reason']!r}")
    scene.kdc.start()
    scene.lessord.wait_for_verdict("authorized")


def test_wrong_base(lab):
    """A base that does not exist is told apart."""
    scene = Scene(lab)
    scene.lessord.settings["base"] = "dc=elsewhere,dc=test"
    scene.lessord.start()
    status = scene.lessord.wait_for_status(
        lambda status: status["verdict"]["state"] not in ("start", "checking"), "a verdict")
    expect(status["verdict"]["code"] in (NO_DHCP_ROOT, REFUSED), f"code {status['verdict']['code']}")
    reasons = status["verdict"]["reason"] + status["directory"]["reason"]
    expect("dc=elsewhere,dc=test" in reasons, f"the base is not named in {reasons!r}")
    expect("correct base or" in status["verdict"]["reason"], f"{reasons!r} does not name the setting")


def test_missing_root(lab):
    """Without cn=DHCP an authorized server has nothing to serve, and says what is missing."""
    scene = Scene(lab, tree={"root": False})
    scene.lessord.start()
    status = scene.lessord.wait_for_verdict("authorized")
    expect_equal(status["configuration"]["servedScopes"], 0, "scopes served")
    status = scene.lessord.wait_for_status(lambda status: status["directory"]["reason"], "a reason")
    reason = status["directory"]["reason"]
    expect(ROOT.lower() in reason.lower() and "lessorctl init" in reason, f"{reason!r} does not help")


def _fails_to_start(lessord, code, says, lines=(1,)):
    result = lessord.run(status=1)
    expect_error(result, "lessord", code, says, lines)


def test_other_servers_state(lab):
    """The state directory of another server is refused (20001), and left as it is."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    scene.lessord.settings["name"] = "dhcp2.example.test"
    _fails_to_start(scene.lessord, BAD_STORE, SERVER, lines=(1, 2))  # of leases.mdb and of directory.mdb
    scene.slapd.stop()
    scene.lessord.settings["name"] = SERVER
    scene.lessord.start()
    scene.lessord.wait_for_verdict("cached")
    client.renew()


def test_second_daemon(lab):
    """A second daemon on the same state directory is refused (20001), and the first goes on."""
    scene = Scene(lab).start()
    second = Lessord(lab, scene.host("srv2", "10.77.0.3/24"))
    second.settings = scene.lessord.settings | {"api_socket": lab.path("second.sock")}
    _fails_to_start(second, BAD_STORE, "another|already|second")
    scene.client().obtain()


def test_busy_port(lab):
    """A port that another program has is refused (20003)."""
    scene = Scene(lab)
    with scene.server.entered():
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        other.bind(("0.0.0.0", 67))
    _fails_to_start(scene.lessord, NO_NETWORK, "67")
    other.close()
    scene.start()


def test_bad_socket(lab):
    """A management socket that cannot be made is refused (20002)."""
    scene = Scene(lab)
    scene.lessord.settings["api_socket"] = "/nonexistent/folder/api.sock"
    _fails_to_start(scene.lessord, NO_SOCKET, "/nonexistent/folder")


def test_not_root(lab):
    """Started by anybody but root it says why it cannot (20003)."""
    scene = Scene(lab)
    scene.lessord.write_config()
    result = lab.run(["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", lab.program("lessord"),
                      "-c", scene.lessord.config_path], namespace=scene.server, status=None)
    expect_error(result, "lessord", NO_NETWORK, "root")


BAD_SETTINGS = [
    ("[server]\nname = dhcp1.example.test\n[directory]\nbase = dc=example,dc=test\n", "uri"),
    ("[directory]\nuri = http://x\nbase = dc=example,dc=test\n", "uri"),
    ("[directory]\nuri = ldap://x\nbase = dc=example,dc=test\nbind = simple\n", "bind-dn"),
    ("[directory]\nuri = ldap://x\nbase = dc=example,dc=test\nbind = magic\n", "bind"),
    ("[directory]\nuri = ldap://x\nbase = dc=example,dc=test\ntimeout = soon\n", "timeout"),
    ("[directory]\nuri = ldap://x\nbase = dc=example,dc=test\ncolour = blue\n", "colour"),
    ("[kitchen]\nsink = yes\n", "kitchen"),
    ("[directory]\nuri = ldap://x\nbase = dc=example,dc=test\n[server]\nuser = nobody-at-all\n", "nobody-at-all"),
    ("not a setting\n", ":1"),
]


def test_bad_config(lab):
    """A bad configuration file is refused (20000) with file, line and setting; lessord --check says the same."""
    scene = Scene(lab)
    path = lab.path("bad.conf")
    for text, says in BAD_SETTINGS:
        lab.write("bad.conf", text)
        for words in ([], ["--check"]):
            result = lab.run([lab.program("lessord"), "-c", path, *words], namespace=scene.server, status=None)
            expect_error(result, "lessord", BAD_CONFIG, says)
    result = lab.run([lab.program("lessord"), "-c", "/nonexistent/lessord.conf"], namespace=scene.server, status=None)
    expect_error(result, "lessord", BAD_CONFIG, "/nonexistent/lessord.conf")
    for words in (["--colour"], ["-c"], ["surplus"]):
        result = lab.run([lab.program("lessord"), *words], namespace=scene.server, status=2)
        expect("lessord: " in result.stderr and "--help" in result.stderr, f"usage: {result.stderr!r}")
    scene.lessord.run("--check", status=0)


def test_check_of_directories(lab):
    """lessord --check lets an empty directory of root's pass, which is given away at the start, and no other"""
    path = lab.path("theirs")
    os.mkdir(path, 0o755)
    scene = Scene(lab)
    own = scene.lessord.settings["state_directory"] = path
    scene.lessord.run("--check", status=0)
    with open(os.path.join(path, "notes"), "w", encoding="ascii") as file:
        file.write("somebody's")
    expect_error(scene.lessord.run("--check"), "lessord", BAD_CONFIG, f"cannot use {own}: Permission denied")
