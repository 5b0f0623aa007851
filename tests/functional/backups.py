# SPDX-License-Identifier: Apache-2.0
"""Helpers for tests of backups: the backup directory of a scene, and damage."""
import os
import re

from harness import expect_equal, wait_until

NAME = re.compile(r"^leases-\d{8}T\d{6}Z(-\d+)?\.backup$")


def state_file(scene, name):
    return os.path.join(scene.lessord.state_directory, name)


def directory(scene):
    return scene.lessord.settings.get("backup_directory", state_file(scene, "backup"))


def names(scene):
    """The names of the generations, the oldest first."""
    found = [name for name in os.listdir(directory(scene)) if NAME.match(name)]
    return sorted(found, key=lambda name: (name[:23], len(name), name))


def generations(scene):
    """What is said of each generation, by its name."""
    return {row["generation"]: row for row in scene.ctl.json("backup", "list")["generations"]}


def make(scene):
    """Make a generation; its name."""
    return scene.ctl.json("backup")["generation"]


def damage(path, at=0, octets=b"This is no page of any store. " * 400):
    """Write into the file @path, from its end with a negative @at."""
    with open(path, "r+b") as file:
        file.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
        file.write(octets)


def restored(scene):
    """What the last restore did."""
    return scene.lessord.get("/v1/backups")["restored"]


def wait_for_restore(scene, count=1):
    return wait_until(lambda: restored(scene)["count"] >= count and restored(scene), "the leases are restored")


def expect_leases(scene, clients, what):
    """Check that the daemon knows just the leases of @clients."""
    wait_until(lambda: len(scene.lessord.leases()) == len(clients), what)
    expect_equal(set(scene.lessord.leases()), {client.address for client in clients}, what)
