# SPDX-License-Identifier: Apache-2.0
"""What the checks share: the tree's files, C without comments, and how findings are told."""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path.cwd()
FOLDERS = ("src", "include", "tests", "docs", "contrib", "ldap-schema", ".ci")
TOP_FILES = ("Makefile.am", "configure.ac", "bootstrap", "README.md", "CONTRIBUTING.md", ".editorconfig", ".clang-format", ".gitignore")
SKIPPED_FOLDERS = {".deps", "__pycache__", "corpus", ".libs"}
MADE = re.compile(r".*(\.(o|a|log|trs|la|lo|pyc|gcno|gcda|swp|orig|rej)|~)$|.*/\.dirstamp$")

_findings = 0


def files(*patterns, under=FOLDERS):
    """Paths of the tree's files whose name matches one of the glob patterns, in order."""
    found = []
    for folder in under:
        for where, folders, names in os.walk(ROOT / folder):
            folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
            for name in sorted(names):
                path = pathlib.Path(where) / name
                if not MADE.match(str(path)) and any(path.match(p) for p in patterns):
                    found.append(path)
    return found


def top_files():
    """The files at the top of the tree that are there (a release has fewer than the repository)."""
    return [ROOT / name for name in TOP_FILES if (ROOT / name).exists()]


def is_program(path):
    """True for a file that was built into the source tree."""
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def text(path):
    return path.read_text(encoding="utf-8", errors="replace")


def without_comments(source, keep_strings=True):
    """C text whose comments (and strings) are blanked out, so that offsets and line numbers stay."""

    def blank(match):
        piece = match.group(0)
        if piece[0] == "/" or not keep_strings:
            return re.sub(r"[^\n]", " ", piece) if piece[0] == "/" else piece[0] + re.sub(r"[^\n]", "_", piece[1:-1]) + piece[-1]
        return piece

    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, source, flags=re.S)


def line_of(source, offset):
    return source.count("\n", 0, offset) + 1


def finding(path, line, what):
    global _findings
    _findings += 1
    try:
        path = path.relative_to(ROOT)
    except ValueError:
        pass
    print(f"{path}:{line}: {what}")


def finish(summary):
    """Tell the result and end: 0 if nothing was found, else 1."""
    print(f"{'FAIL' if _findings else 'PASS'}: {summary}, {_findings} findings")
    sys.exit(1 if _findings else 0)
