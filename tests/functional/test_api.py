# SPDX-License-Identifier: Apache-2.0
"""The management socket: who may ask, and what becomes of bad requests."""
import grp
import json
import os
import socket

from harness import PATIENCE, expect, expect_equal
from scene import Scene


STRANGER = 12345
ASK = """
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
connection.sendall(b"GET /v1/status HTTP/1.0\\r\\n\\r\\n")
sys.stdout.write(connection.makefile().read())
"""


def _ask(scene, group):
    """What somebody without rights, but a member of @group, gets to read."""
    return scene.lab.run(["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", f"--groups={group}",
                          "/usr/bin/python3", "-c", ASK, scene.lessord.settings["api_socket"]], status=None)


def test_api_rights(lab):
    """Root and the members of api-group may ask; anybody else is told so (403, 20121) or does not get that far."""
    scene = Scene(lab)
    group = grp.getgrnam("daemon").gr_gid
    scene.lessord.settings["api_group"] = "daemon"
    scene.start()
    answer = json.loads(_ask(scene, group).stdout.rpartition("\n\n")[2])
    expect_equal(answer["verdict"]["state"], "authorized", "a member's view")
    expect("PermissionError" in _ask(scene, STRANGER).stderr, "a stranger came through to the socket")
    os.chmod(scene.lessord.settings["api_socket"], 0o666)
    answer = _ask(scene, STRANGER).stdout
    expect(" 403 " in answer.splitlines()[0], f"the answer to a stranger: {answer!r}")
    expect_equal(json.loads(answer.rpartition("\n\n")[2])["error"]["code"], 20121, "the code")


def test_api_requests(lab):
    """Bad requests to the management socket get the right status, and the socket goes on."""
    scene = Scene(lab).start()
    lessord = scene.lessord
    for path, method, status, code in (
            ("/v1/nothing", "GET", 404, None), ("/v1/leases/10.77.0.99", "GET", 404, 20016),
            ("/v1/leases/not-an-address", "GET", 400, None), ("/v1/leases?scope=everything", "GET", 400, None),
            ("/v1/leases?limit=-1", "GET", 400, None), ("/v1/status", "DELETE", 405, 50)):
        got, body = lessord.request(path, method)
        expect_equal(got, status, f"HTTP status of {method} {path} ({body})")
        expect(body["error"]["name"] and body["error"]["message"], f"no sentence in {body}")
        if code:
            expect_equal(body["error"]["code"], code, f"code of {method} {path}")
    for octets in (b"\r\n\r\n", b"GET\r\n\r\n", b"\0" * 100 + b"\r\n\r\n",
                   b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                   b"POST /v1/recheck HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(lessord.settings["api_socket"])
            try:
                connection.sendall(octets)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(65536)
            except ConnectionError:
                pass
    expect_equal(lessord.request("/v1/recheck", "POST")[0], 200, "HTTP status of a re-check")
    expect("# EOF" in lessord.get("/v1/metrics"), "no end mark in the metrics")
    expect_equal(lessord.counter("role_restarts"), 0, "roles that crashed")
