# SPDX-License-Identifier: Apache-2.0
"""What a person at a terminal meets: completion in three shells, wide tables."""
import os

from harness import expect, expect_equal
from scene import Scene
from slapd import SERVER

BASH = """
source "$1/contrib/completion/lessorctl.bash"
COMP_LINE=$2 COMP_POINT=${#2}
_lessorctl
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
fpath=($1/contrib/completion $fpath)
compadd() { shift; print -rl -- "${(@P)1}" }
compdef() { }
_files() { print files }
source $1/contrib/completion/_lessorctl
words=("${(@s: :)2}") CURRENT=$#words
_lessorctl
"""
FISH = """
source $argv[1]/contrib/completion/lessorctl.fish
complete -C $argv[2]
"""


def _complete(lab, scene, shell, line):
    """What @shell offers in place of the last word of @line, behind the options that every command needs here."""
    script = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell]
    first = {"bash": ["-c", script, "bash"], "zsh": ["-f", "-c", script, "zsh"], "fish": ["--no-config", "-c", script]}[shell]
    typed = " ".join(["lessorctl", "-c", "/dev/null", *scene.ctl.words, line])
    path = f"{os.path.dirname(lab.program('lessorctl'))}:/usr/sbin:/usr/bin:/sbin:/bin"
    result = lab.run([shell, *first, lab.source, typed], namespace=scene.server, env={"PATH": path, "HOME": lab.directory})
    expect_equal(result.stderr, "", f"what {shell} complains of")
    return sorted(line for line in result.stdout.splitlines() if line)


def test_completion(lab):
    """Every shell offers nouns, verbs, options, words, and the names of objects in the directory."""
    scene = Scene(lab, tree={"scopes": ("10.77.0.0", "10.78.0.0")})
    for shell in ("bash", "zsh", "fish"):
        expect_equal(_complete(lab, scene, shell, "expl"), ["explain"], f"{shell}: nouns")
        expect_equal(_complete(lab, scene, shell, "scope sh"), ["show"], f"{shell}: verbs")
        expect_equal(_complete(lab, scene, shell, "scope show 10.7"), ["10.77.0.0/24", "10.78.0.0/24"], f"{shell}: scopes")
        expect_equal(_complete(lab, scene, shell, f"scope add 10.9.0.0/24 --server {SERVER[:3]}"), [SERVER], f"{shell}: servers")
        expect_equal(_complete(lab, scene, shell, "scope set 10.77.0.0 --state d"), ["disabled"], f"{shell}: words")
        for line, names in (("range add 10.77.0.0 10.77.0.9 --kind bo", ["bootp", "both"]), ("class add x --kind u", ["user"]),
                            ("binding set eth0 o", ["off", "on"]), ("definition add x --type ip4-", ["ip4-list", "ip4-pairs"]),
                            ("definition show ntp", ["ntp-servers"]),
                            ("option remove time-s", ["time-servers"])):
            expect_equal(_complete(lab, scene, shell, line), names, f"{shell}: {line}")
        expect("--lease-time" in _complete(lab, scene, shell, "scope set 10.77.0.0 --le"), f"{shell}: options")


def test_completion_without_directory(lab):
    """Where nobody can be asked nothing is offered, nothing is said and nobody is asked for a password."""
    scene = Scene(lab)
    scene.slapd.stop()
    result = lab.run([lab.program("lessorctl"), "--complete", *scene.ctl.words, "scope", "show", ""], namespace=scene.server)
    expect_equal((result.stdout, result.stderr), ("", ""), "what is said")


def test_wide(lab):
    """-o wide has more columns than the table, -o json is --json, another word is refused."""
    scene = Scene(lab).start()
    scene.client().obtain()
    narrow = scene.ctl.run("lease", "list").stdout.splitlines()[0].split()
    wide = scene.ctl.run("lease", "list", "-o", "wide").stdout.splitlines()[0].split()
    expect_equal(wide[:len(narrow)], narrow, "the first columns")
    expect("RELAY" in wide and "RELAY" not in narrow, f"{wide} is not wider than {narrow}")
    expect_equal(scene.ctl.run("lease", "list", "-o", "json").stdout, scene.ctl.run("lease", "list", "--json").stdout, "JSON")
    scene.ctl.expect_usage("lease", "list", "-o", "xml")
