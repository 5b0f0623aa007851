# SPDX-License-Identifier: Apache-2.0
"""Several administrators at the same moment: of claims that contradict each other exactly one is there in the end."""
import concurrent.futures

from ds389 import Ds389
from harness import expect, expect_equal
from lessor import ERROR_LINE
from samba import DomainScene
from scene import Scene

ROUNDS = 25
SCOPE = "10.77.0.0"


def _at_once(ctl, *commands):
    """Run all of @commands at the same moment. Returns, for each, None if it was done, else the code of its refusal."""
    def run(words):
        result = ctl.run(*words, status=None)
        if result.returncode == 0:
            return None
        expect_equal(result.returncode, 1, f"the exit status of {words} ({result.stderr!r})")
        return int(ERROR_LINE.search(result.stderr).group(3))

    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(run, commands))


def _expect_one_winner(ctl, code, *commands):
    """Run @commands at the same moment: one is done, the others are refused with @code. Returns the place of the one."""
    results = _at_once(ctl, *commands)
    expect_equal(sorted(results, key=lambda result: result or 0), [None] + [code] * (len(commands) - 1),
                 f"what came of {commands}")
    return results.index(None)


def _networks(ctl):
    return {scope["network"] for scope in ctl.json("scope", "list")["scopes"]}


def _add_overlapping_scopes(ctl, rounds):
    for i in range(rounds):
        networks = [f"10.{100 + i}.0.0/16", f"10.{100 + i}.128.0/17"]
        winner = _expect_one_winner(ctl, 20082, *(["scope", "add", network, "--site", "oslo"] for network in networks))
        there = _networks(ctl)
        expect(networks[winner] in there and networks[1 - winner] not in there, f"which of {networks} is there: {there}")


def test_scopes(lab):
    """Of two overlapping scopes that are added at the same moment exactly one is there, the other is refused: 20082"""
    scene = Scene(lab)
    _add_overlapping_scopes(scene.ctl, ROUNDS)
    scene.ctl.run("check")


def test_scopes_samba(lab):
    """Also in Active Directory, whose change numbers are others"""
    scene = DomainScene(lab)
    scene.samba.load_schema()
    for words in (["init"], ["site", "add", "oslo"], ["server", "add", "dhcp1.example.test", "--site", "oslo"]):
        scene.ctl.run(*words)
    _add_overlapping_scopes(scene.ctl, 8)


def test_scopes_ds389(lab):
    """Also on 389 Directory Server, which tells of changes by the second only"""
    _add_overlapping_scopes(Scene(lab, kind=Ds389).ctl, 12)


def test_reservations(lab):
    """Of two reservations for one client, made or changed at the same moment, exactly one is there: 20086"""
    scene = Scene(lab)
    for i in range(ROUNDS):
        addresses = [f"10.77.0.{2 * i + 2}", f"10.77.0.{2 * i + 3}"]
        client = ["--hardware", f"02:00:00:00:00:{i:02x}"]
        winner = _expect_one_winner(scene.ctl, 20086, *(["reservation", "add", address, *client] for address in addresses))
        there = {row["address"] for row in scene.ctl.json("reservation", "list", SCOPE)["reservations"]}
        expect(addresses[winner] in there and addresses[1 - winner] not in there, f"which of {addresses} is there: {there}")
    scene.ctl.run("check")


def test_policies(lab):
    """Of two policies that want the same addresses, and of two classes for the same clients, exactly one is there: 20106, 20045"""
    scene = Scene(lab)
    for i in range(8):
        ranges = [f"10.77.0.{100 + 10 * i}-10.77.0.{105 + 10 * i}", f"10.77.0.{105 + 10 * i}-10.77.0.{109 + 10 * i}"]
        _expect_one_winner(scene.ctl, 20106, *(["policy", "add", f"{name}{i}", "--scope", SCOPE, "--condition", "mac is 02:*", "--range", addresses]
                                               for name, addresses in zip("ab", ranges)))
        _expect_one_winner(scene.ctl, 20045, *(["class", "add", f"{name}{i}", "--kind", "user", "--data", f"data{i}"] for name in "ab"))
    scene.ctl.run("check")


def test_four(lab):
    """Of four administrators who claim the same at the same moment one wins, too"""
    scene = Scene(lab)
    for i in range(5):
        _expect_one_winner(scene.ctl, 20082, *(["scope", "add", f"10.{96 + 8 * i}.0.0/{length}", "--site", "oslo"]
                                               for length in (13, 14, 15, 16)))


def test_different(lab):
    """Edits that do not contradict each other are all done, whoever else is at work"""
    scene = Scene(lab)
    for i in range(5):
        expect_equal(_at_once(scene.ctl, *(["scope", "add", f"10.{100 + 10 * i + j}.0.0/16", "--site", "oslo"] for j in range(4))),
                     [None] * 4, "what came of four scopes")
    expect_equal(len(_networks(scene.ctl)), 21, "how many scopes there are")
