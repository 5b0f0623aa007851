# SPDX-License-Identifier: Apache-2.0
"""File systems of a test's own, which can become full or hang."""
import os

from harness import Failure, Skip
from slapd import NOBODY


def mount(lab, directory, *words):
    """Mount something on a directory of the daemon's, until the test ends."""
    lab.run(["mount", *words, directory])
    lab.defer(lab.run, ["umount", "-l", directory])
    os.chown(directory, NOBODY, NOBODY)
    os.chmod(directory, 0o700)


def mount_ext4(lab, directory, megabytes=64):
    """Give a directory of the daemon's an ext4 of its own, on a disk that is a file, until the test ends."""
    image = lab.path("image")
    with open(image, "wb") as file:
        file.truncate(megabytes << 20)
    try:
        lab.run(["mkfs.ext4", "-q", "-m", "0", image])
        mount(lab, directory, "-o", "loop", image)
    except (Failure, FileNotFoundError) as error:
        raise Skip(f"no file system of its own can be mounted here: {error}") from None
