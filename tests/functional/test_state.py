# SPDX-License-Identifier: Apache-2.0
"""The state directory: files that are removed, replaced or damaged behind the daemon's back."""
import os
import shutil

import dhcp
from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import NOBODY, scope_dn


def _file(scene, name):
    return os.path.join(scene.lessord.state_directory, name)


def _copy(scene, source, name):
    """Copy a file of the state directory, owned by the roles' user as one that was put back should be."""
    shutil.copy(_file(scene, source), _file(scene, name))
    shutil.chown(_file(scene, name), "nobody")


def _give_router(scene, client, address):
    """Change an option, and wait until the client is told."""
    scene.slapd.replace(scope_dn("10.77.0.0"), "lessorOption", f"routers={address}")
    wait_until(lambda: client.renew().addresses(dhcp.ROUTERS) == [address], f"{address} is in force")


def _expect_passed_over(scene, client):
    """Check that a client gets no answer."""
    before = scene.lessord.drops("unauthorized")
    client.send(client.renewing())
    wait_until(lambda: scene.lessord.drops("unauthorized") > before, "a request is dropped")


def _expect_withdrawn(scene, client):
    """Check that withdrawing the authorization makes it silent."""
    scene.slapd.deauthorize()
    scene.lessord.wait_for_verdict("not-authorized")
    _expect_passed_over(scene, client)


def test_copy_removed(lab):
    """directory.mdb removed while serving is made anew; changes act, and so does a withdrawal."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    os.unlink(_file(scene, "directory.mdb"))
    _give_router(scene, client, "10.77.0.9")
    os.unlink(_file(scene, "directory.mdb"))
    scene.lessord.kill("dir")
    scene.lessord.wait_for_verdict("authorized")
    _expect_withdrawn(scene, client)


def test_copy_damaged(lab):
    """A damaged directory.mdb is set aside and read again from the directory, at a start and while serving."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    scene.lessord.stop()
    with open(_file(scene, "directory.mdb"), "r+b") as file:
        file.write(b"This is no copy of a directory. " * 1024)
    scene.start()
    scene.lessord.process.wait_for_log("STORE_COPY_EMPTIED.*damaged")
    client.renew()
    _copy(scene, "directory.mdb.damaged", "new")
    os.rename(_file(scene, "new"), _file(scene, "directory.mdb"))
    _give_router(scene, client, "10.77.0.9")
    _expect_withdrawn(scene, client)


def test_leases_replaced(lab):
    """An older leases.mdb put in the place of the one in use is taken up at once; what was promised before and then lasts."""
    scene = Scene(lab).start()
    lessord = scene.lessord
    old, new = scene.client(), scene.client()
    old.obtain()
    _copy(scene, "leases.mdb", "older")
    for _ in range(20):
        new.obtain()
    os.rename(_file(scene, "older"), _file(scene, "leases.mdb"))
    old.renew()
    expect_equal(set(lessord.leases()), {old.address, new.address}, "leases of the older store and of the journal")
    new.renew()
    lessord.kill()
    lessord.start()
    expect_equal(set(lessord.leases()), {old.address, new.address}, "leases after a crash")


def test_leases_removed(lab):
    """leases.mdb removed while serving is missed before the next promise, and its loss is told."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    os.unlink(_file(scene, "leases.mdb"))
    client.renew()
    scene.lessord.process.wait_for_log("STORE_REPLACED")
    scene.lessord.process.wait_for_log("STORE_CREATED", count=2)
    scene.lessord.kill()
    scene.lessord.start()
    expect_equal(set(scene.lessord.leases()), {client.address}, "leases after a crash")


def test_copy_not_written(lab):
    """A withdrawal that cannot be written to directory.mdb acts all the same, also after dir has started anew."""
    scene = Scene(lab).start()
    client = scene.client()
    client.obtain()
    dir_pid = scene.lessord.role_pid("dir")
    size = os.stat(_file(scene, "directory.mdb")).st_size
    lab.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "prlimit", f"--pid={dir_pid}",
             "--fsize=8192"])
    expect(size > 8192, f"the file is too small for this test: {size}")
    scene.slapd.deauthorize()
    scene.lessord.wait_for_status(lambda status: status["verdict"]["code"] == 20013, "the verdict is void")
    _expect_passed_over(scene, client)
    scene.lessord.kill("dir")
    scene.lessord.wait_for_verdict("not-authorized")
    _expect_passed_over(scene, client)
    scene.slapd.authorize()
    scene.lessord.wait_for_verdict("authorized")
    client.renew()
