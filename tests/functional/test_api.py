# SPDX-License-Identifier: Apache-2.0
"""The management socket: who may ask, and what becomes of bad requests."""
import json
import socket

from harness import expect, expect_equal
from scene import Scene


def test_api_rights(lab):
    """A peer without rights is told so (403, 20121)."""
    scene = Scene(lab).start()
    script = ("import socket,sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
              "s.sendall(b'GET /v1/status HTTP/1.0\\r\\n\\r\\n'); sys.stdout.write(s.makefile().read())")
    result = lab.run(["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "/usr/bin/python3", "-c", script,
                      scene.lessord.settings["api_socket"]], status=None)
    if result.returncode == 0:
        expect(" 403 " in result.stdout.splitlines()[0], f"the answer to a stranger: {result.stdout!r}")
        expect_equal(json.loads(result.stdout.rpartition("\n\n")[2])["error"]["code"], 20121, "the code")
    else:
        expect("PermissionError" in result.stderr, f"a stranger got {result.stderr!r}")


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
            connection.settimeout(5)
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
