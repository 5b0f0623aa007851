# SPDX-License-Identifier: Apache-2.0
"""Whatever is tried with lessorctl, in whatever order: what it accepts leaves no mistake, and the daemon takes all of it."""
import json
import os
import random

from harness import expect, expect_equal, wait_until
from scene import Scene
from slapd import SERVER

EDITS = 200
PLACES = {
    "site": ["oslo", "bergen"],
    "server": [SERVER, "dhcp2.example.test"],
    "network": ["10.77.0.0", "10.78.0.0", "10.78.0.128", "10.79.0.0", "10.80.4.0"],
    "length": ["24", "25", "23"],
    "range": ["10.77.0.100-10.77.0.150", "10.77.0.20-10.77.0.40", "10.78.0.10-10.78.0.50", "10.78.0.40-10.78.0.60",
              "10.79.0.9-10.79.0.8", "10.79.0.10-10.79.0.19"],
    "address": ["10.77.0.9", "10.77.0.120", "10.78.0.20", "10.78.0.200", "10.79.0.12"],
    "hardware": ["02:00:00:00:77:01", "02:00:00:00:77:02", "02:00:00:00:77:03"],
    "kind": ["dhcp", "bootp", "both"],
    "type": ["dhcp", "bootp", "both"],
    "switch": ["enabled", "disabled"],
    "superscope": ["Campus", "Hall"],
    "class": ["Kiosk", "Telephone", "Microsoft Options"],
    "data": ["kiosk", "telephone", "MSFT"],
    "definition": ["fancy", "plain"],
    "code": ["224", "225", "3"],
    "value": ["ip4", "text", "u8"],
    "assignment": ["routers=10.77.0.1", "domain-name=example.test", "fancy=10.0.0.1", "plain=text", "routers=nonsense",
                   "time-offset=3600"],
    "option": ["routers", "domain-name", "fancy", "plain", "time-offset"],
    "policy": ["first", "second"],
    "condition": ["mac is 02:*", "user-class is Kiosk", "vendor-class is Telephone and mac is-not 02:00:*", "mac is"],
    "order": ["1", "2"],
    "setting": ["lease-time=1h", "offer-delay=500", "policies=off", "lease-time=1s"],
    "pattern": ["02:00:5e:*", "02:00:00:00:77:01", "02:*"],
    "list": ["allow", "deny"],
    "row": ["a,10.77.0.1,b", ",10.77.0.1,c", "nonsense"],
}
LEVELS = ("--root", "--site {site}", "--server {server}", "--scope {network}", "--reservation {address}")
HOLDERS = ("--root", "--site {site}", "--server {server}", "--scope {network}")
# As a person would type them; a name in braces is one of its row above, LEVEL and HOLDER one of those.
COMMANDS = (
    "site add {site}", "site remove {site}", "server add {server} --site {site}", "server remove {server}",
    "scope add {network}/{length} --site {site} --server {server}", "scope add {network}/{length} --site {site} --range {range}",
    "scope set {network} --state {switch}", "scope set {network} --server {server}", "scope remove {network}",
    "scope remove {network} --force", "range add {network} {range} --kind {kind}", "range remove {network} {range} --force",
    "range set {network} {range} {range}", "range extend {network} {range} 32", "exclusion add {network} {range}",
    "exclusion remove {network} {range}", "reservation add {address} --hardware {hardware} --type {type}",
    "reservation set {address} --hardware {hardware}", "reservation remove {address}",
    "superscope add {superscope} {network} {network}", "superscope remove {superscope}", "superscope default {superscope} {network}",
    "superscope rename {superscope} {superscope}", "class add {class} --kind user --data {data}",
    "class add {class} --kind vendor --data {data}", "class set {class} --data {data}", "class remove {class}",
    "class remove {class} --force", "definition add {definition} --code {code} --type {value}",
    "definition add {definition} --code {code} --type {value} --vendor-class {class}", "definition set {definition} --type {value}",
    "definition remove {definition}", "definition remove {definition} --force", "option set {assignment} LEVEL",
    "option set {assignment} --user-class {class} LEVEL", "option set {assignment} --vendor-class {class} LEVEL",
    "option remove {option} LEVEL", "policy add {policy} --condition {condition} --order {order} HOLDER",
    "policy add {policy} --condition {condition} --range {range} --scope {network}", "policy set {policy} --order {order} HOLDER",
    "policy remove {policy} HOLDER", "policy add-range {policy} {range} --scope {network}",
    "policy remove-range {policy} {range} --scope {network}", "setting set {setting} LEVEL", "filter add {list} {pattern} --root",
    "filter add {list} {pattern} --site {site} --force", "filter remove {pattern} --root", "bootfile add {row} --site {site}",
    "bootfile remove a --site {site}")


# What there is to begin with, so that most commands have something to act on.
BEGINNING = (
    "server add dhcp2.example.test --site oslo", "scope add 10.78.0.0/24 --site oslo --server dhcp2.example.test --range 10.78.0.10-10.78.0.50",
    f"scope add 10.79.0.0/24 --site oslo --server {SERVER}", "class add Kiosk --kind user --data kiosk",
    "class add Telephone --kind vendor --data telephone", "definition add fancy --code 1 --type ip4 --vendor-class Telephone")


def _words(chance):
    """The words of any command."""
    template = chance.choice(COMMANDS).replace("LEVEL", chance.choice(LEVELS)).replace("HOLDER", chance.choice(HOLDERS))

    def fill(word):
        for name, values in PLACES.items():
            word = word.replace("{" + name + "}", chance.choice(values))
        return word
    return [fill(word) for word in template.split()]


def test_any_sequence_of_edits(lab):
    """After any sequence of accepted edits, check finds no mistake and the daemon has nothing in quarantine."""
    seed = int(os.environ.get("LESSOR_TEST_SEED") or random.randrange(1 << 30))
    lab.say(f"LESSOR_TEST_SEED={seed}")
    chance = random.Random(seed)
    scene = Scene(lab).start()
    accepted = 0
    for line in BEGINNING:
        scene.ctl.run(*line.split())
    for number in range(EDITS):
        words = _words(chance)
        result = scene.ctl.run(*words, status=None)
        accepted += result.returncode == 0
        lab.say(f"{number}: {' '.join(words)}: {result.returncode} {result.stderr.strip()}")
        expect(result.returncode in (0, 1), f"exit status {result.returncode} of {' '.join(words)}: {result.stderr}")
        if number % 50 == 49:
            result = scene.ctl.run("check", status=None, options=["--json"])
            expect_equal((result.returncode, json.loads(result.stdout)["findings"]), (0, []), f"what check finds (seed {seed})")
    expect(accepted > EDITS // 10, f"only {accepted} of {EDITS} edits were accepted")
    entries = json.loads(scene.ctl.run("check", options=["--json"]).stdout)["entries"]
    wait_until(lambda: scene.lessord.status()["configuration"]["entries"] >= entries - 4, "the daemon has read it all")
    expect_equal(scene.lessord.status()["configuration"]["quarantined"], 0, f"entries in quarantine (seed {seed})")
    expect("ENTRY_QUARANTINED" not in scene.lessord.process.log(), f"an entry was in quarantine for a while (seed {seed})")
    lab.say(f"{accepted} of {EDITS} accepted")
