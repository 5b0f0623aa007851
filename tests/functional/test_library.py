# SPDX-License-Identifier: Apache-2.0
"""liblessor as a program that is not ours finds it: installed, by pkg-config, against a real directory."""
import json
import os
import re
import subprocess

from harness import expect, expect_equal
from scene import Scene
from slapd import BASE

EXAMPLE = os.path.join(os.path.dirname(__file__), "..", "..", "contrib", "examples", "scopes.c")


def _makefile_value(lab, name):
    with open(os.path.join(lab.build, "Makefile"), encoding="utf-8") as file:
        return re.search(rf"^{name} = *(.*)$", file.read(), re.MULTILINE).group(1)


def _install(lab):
    """Install the library's part below the test's directory; returns the folder that stands for /."""
    root = lab.path("root")
    subprocess.run(["make", "-s", "-C", lab.build, "install-sharedexecDATA", "install-pkgconfigDATA",
                    "install-dist_include_lessorHEADERS", "install-exec-hook", f"DESTDIR={root}"], check=True)
    return root


def _compile(lab, root):
    """The example, as its first lines say, and with the sanitizers of this build, which both must have. Returns the words that
    run it."""
    prefix, libdir = (_makefile_value(lab, name) for name in ("prefix", "libdir"))
    libdir = root + libdir.replace("${exec_prefix}", "${prefix}").replace("${prefix}", prefix)
    found = lab.run(["pkg-config", "--cflags", "--libs", "lessor"], env={
        "PKG_CONFIG_PATH": os.path.join(libdir, "pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": root}).stdout.split()
    program = lab.path("scopes")
    lab.run([*_makefile_value(lab, "CC").split(), "-Wall", "-Wextra", "-Werror", *_makefile_value(lab, "HARDEN_CFLAGS").split(),
             EXAMPLE, "-o", program, *found])
    return ["env", f"LD_LIBRARY_PATH={libdir}", program], os.path.join(libdir, "liblessor.so")


def test_example(lab):
    """A program finds the library by pkg-config, adds and lists scopes, and gets a refusal's code; nothing else is exported"""
    scene = Scene(lab)
    program, library = _compile(lab, _install(lab))
    words = [*program, scene.slapd.ldapi, BASE]
    run = lambda *more, status=0: lab.run([*words, *more], namespace=scene.server, status=status)
    expect_equal([scope["network"] for scope in json.loads(run().stdout)["scopes"]], ["10.77.0.0/24"], "the scopes")
    networks = [scope["network"] for scope in json.loads(run("10.78.0.0/24", "oslo").stdout)["scopes"]]
    expect_equal(networks, ["10.77.0.0/24", "10.78.0.0/24"], "the scopes with the new one")
    refused = run("10.78.0.128/25", "oslo", status=1).stderr
    expect("in use already" in refused and "ERROR_DDS_SUBNET_EXISTS (20082)" in refused, f"no code in {refused!r}")
    expect("from an example" in scene.ctl.run("scope", "list").stdout, "the name is not there")
    exported = {line.split()[-1] for line in lab.run(["nm", "-D", "--defined-only", library]).stdout.splitlines()}
    others = {name for name in exported if not name.startswith(("lessor_", "__asan_", "__odr_asan", "__sanitizer"))}
    expect("lessor_call" in exported, f"no lessor_call among {exported}")
    expect_equal(others, set(), "what else is exported")
