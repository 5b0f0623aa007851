# SPDX-License-Identifier: Apache-2.0
"""Backups of the leases: made at an interval and on demand, kept in generations, verified, and restored."""
import os
import re

from harness import expect, expect_equal
from scene import Scene

NAME = re.compile(r"^leases-\d{8}T\d{6}Z(-\d+)?\.backup$")


def _file(scene, name):
    return os.path.join(scene.lessord.state_directory, name)


def _directory(scene):
    return scene.lessord.settings.get("backup_directory", _file(scene, "backup"))


def _names(scene):
    """The generations, the oldest first."""
    return sorted((name for name in os.listdir(_directory(scene)) if NAME.match(name)),
                  key=lambda name: (name[:23], len(name), name))


def _list(scene):
    return {row["generation"]: row for row in scene.ctl.json("backup", "list")["generations"]}


def test_backup_on_demand(lab):
    """A backup that is asked for has all leases, is read back, and is told with its name, size and duration"""
    scene = Scene(lab).start()
    clients = [scene.client() for _ in range(3)]
    for client in clients:
        client.obtain()
    result = scene.ctl.json("backup")
    expect(NAME.match(result["generation"]), f"the name in {result}")
    expect_equal((result["leases"], result["directory"]), (3, _directory(scene)), "what is told")
    path = os.path.join(_directory(scene), result["generation"])
    expect_equal(os.stat(path).st_size, result["bytes"], "octets")
    expect_equal(os.stat(path).st_mode & 0o777, 0o600, "rights of the file")
    rows = _list(scene)
    expect_equal([(row["valid"], row["leases"]) for row in rows.values()], [(True, 3)], "generations")
    text = scene.ctl.run("backup").stdout
    expect(re.search(r"has 3 leases in \d+ octets; it took \d+ ms", text), f"what a person reads: {text!r}")
    expect_equal(len(_names(scene)), 2, "generations, perhaps of one second")
    expect_equal([name for name in os.listdir(scene.lessord.state_directory) if "new" in name], [], "what is left over")
    database = scene.lessord.get("/v1/database")
    expect_equal((database["backupDirectory"], database["backupInterval"]), (_directory(scene), 60), "database")
    expect(database["lastBackup"] >= result["time"], f"time in {database}")
