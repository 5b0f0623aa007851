# SPDX-License-Identifier: Apache-2.0
"""Every error code of the management API that has a row here is what an administrator gets who does what the row says.

A row's commands are those of lessorctl; {net} is a scope of the row's own, 10.100.N.0, whose range is {ip}.10 to {ip}.200,
and {n} is N, so that no row is in another's way. docs/errors.md names the tests of the codes that have no row."""
import os
import re
import shlex

from harness import Failure, expect, expect_equal
from lessor import expect_error
from scene import Scene
from slapd import SERVER, SITE, scope_entry

SITE_NAME = SITE.partition(",")[0].partition("=")[2]


class Row:
    """@command gets @code after the commands of @before have succeeded. @status: the exit status; @is_warning: there is a
    result, too.
    @asks_daemon: the daemon is to take over first what @before did."""

    def __init__(self, code, command, before=(), says="", status=1, is_warning=None, asks_daemon=False):
        self.code, self.command, self.before = code, command, before
        self.says, self.status, self.asks_daemon = says, status, asks_daemon
        self.is_warning = status == 0 if is_warning is None else is_warning


LONG_NAME = "x" * 257
SUPERSCOPE = "superscope add campus{n} {net}"
POLICY = "policy add first --scope {net} --condition 'mac is 02:00:00:00:00:01'"
RANGED_POLICY = POLICY + " --range {ip}.20-{ip}.29"
RESERVATION = "reservation add {ip}.15 --hardware 02:00:00:{n:02x}:00:15"
LEASE = "lease add {ip}.50 --hardware 02:00:00:{n:02x}:00:50"
CLASS = "class add class{n} --kind user --data data{n}"
VENDOR = "class add vendor{n} --kind vendor --data vendordata{n}"
DEFINITION = "definition add custom{n} --code {n} --type u16 --vendor-class vendor{n}"

ROWS = [
    Row(20004, SUPERSCOPE, [SUPERSCOPE]),
    Row(20005, "lease list 10.99.0.0", asks_daemon=True),
    Row(20005, "statistics 10.99.0.0", asks_daemon=True),
    Row(20006, "scope set {net} --state enabled", ["scope set {net} --state disabled", "scope set {net} --server ''"]),
    Row(20007, "scope remove {net}", [LEASE], asks_daemon=True),
    Row(20007, "range remove {net} {ip}.10-{ip}.200", [LEASE], asks_daemon=True),
    Row(20009, "definition add mine{n} --code 3 --type ip4-list"),
    Row(20010, "option set no-such-option=1 --scope {net}"),
    Row(20010, "option set --vendor-class vendor{n} no-such=1 --scope {net}", [VENDOR]),
    Row(20011, "lease add {ip}.60 --hardware 02:00:00:00:00:60", ["exclusion add {net} {ip}.60-{ip}.69"], asks_daemon=True),
    Row(20011, "lease add {ip}.230 --hardware 02:00:00:00:00:60", asks_daemon=True),
    Row(20012, "lease add --scope {net} --hardware 02:00:00:00:00:61", ["exclusion add {net} {ip}.10-{ip}.200"], asks_daemon=True),
    Row(20014, "lease add {ip}.50 --hardware 02:00:00:00:00:62", [LEASE], asks_daemon=True),
    Row(20014, "lease add {ip}.51 --hardware 02:00:00:{n:02x}:00:50", [LEASE], asks_daemon=True),
    Row(20016, "lease show {ip}.99", asks_daemon=True),
    Row(20016, "lease remove {ip}.99", asks_daemon=True),
    Row(20018, "reservation add {ip}.0 --hardware 02:00:00:00:00:63"),
    Row(20019, "lease remove {ip}.15", [RESERVATION, "lease add {ip}.15 --hardware 02:00:00:{n:02x}:00:15"], asks_daemon=True),
    Row(20020, "range add {net} {ip}.255"),
    Row(20021, "range add {net} {ip}.10-{ip}.200"),
    Row(20022, "lease add {ip}.15 --hardware 02:00:00:00:00:64", [RESERVATION], asks_daemon=True),
    Row(20023, "range add {net} {ip}.220-{ip}.210"),
    Row(20023, "exclusion add {net} 10.99.0.1-10.99.0.2"),
    Row(20023, "range set {net} {ip}.10-{ip}.200 {ip}.50-{ip}.210"),
    Row(20024, "range add {net} {ip}.201-{ip}.210"),
    Row(20025, "range extend {net} {ip}.10-{ip}.200 5"),
    Row(20026, "range extend {net} {ip}.100-{ip}.120 -128",
        ["range remove {net} {ip}.10-{ip}.200", "range add {net} {ip}.100-{ip}.120"], status=0),
    Row(20028, "bootfile add nonsense --root"),
    Row(20029, "bootfile remove nowhere{n} --root"),
    Row(20030, "superscope add " + LONG_NAME + " {net}"),
    Row(20034, "explain --hardware 02:00:00:00:00:65 --relay 10.99.0.1"),
    Row(20044, "option set --user-class nobody{n} routers={ip}.1 --scope {net}"),
    Row(20044, "policy add first --scope {net} --condition 'user-class is nobody{n}'"),
    Row(20045, "class add other{n} --kind user --data data{n}", [CLASS]),
    Row(20046, "scope set {net} --name " + LONG_NAME),
    Row(20047, "superscope default campus{n} 10.101.{n}.0",
        [SUPERSCOPE, "scope add 10.101.{n}.0/24 --site " + SITE_NAME, "superscope add campus{n} 10.101.{n}.0", "superscope default campus{n} {net}"]),
    Row(20048, "class set class{n} --kind vendor", [CLASS]),
    Row(20049, "range set {net} {ip}.10-{ip}.200 --kind bootp", [LEASE], asks_daemon=True),
    Row(20050, "binding set no-such-link on", asks_daemon=True),
    Row(20052, "scope add 10.102.{n}.1/24 --site " + SITE_NAME),
    Row(20075, DEFINITION, [VENDOR, DEFINITION]),
    Row(20076, "definition remove nothing{n}"),
    Row(20076, "option remove log-servers --scope {net}"),
    Row(20077, CLASS, [CLASS]),
    Row(20078, "class remove nobody{n}"),
    Row(20082, "scope add {net}/24 --site " + SITE_NAME),
    Row(20082, "scope add {net}/25 --site " + SITE_NAME),
    Row(20083, "superscope add other{n} {net}", [SUPERSCOPE]),
    Row(20084, "scope show 10.99.0.0"),
    Row(20085, "reservation remove {ip}.16"),
    Row(20086, RESERVATION, [RESERVATION]),
    Row(20086, "reservation add {ip}.16 --hardware 02:00:00:{n:02x}:00:15", [RESERVATION]),
    Row(20087, "range add {net} {ip}.150-{ip}.210"),
    Row(20088, "range remove {net} {ip}.210-{ip}.220"),
    Row(20088, "exclusion remove {net} {ip}.30"),
    Row(20089, "class remove 'Microsoft Options'"),
    Row(20092, "scope set {net} --delay 1001"),
    Row(20093, "filter add allow 02:00:5e:00:00:{n:02x}", ["filter add deny 02:00:5e:00:00:{n:02x}"]),
    Row(20094, "filter add deny 02:00:00:{n:02x}:00:15", [RESERVATION]),
    Row(20094, "filter add deny 02:00:00:{n:02x}:00:15 --force", [RESERVATION], status=0),
    Row(20095, "filter remove 02:00:5f:00:00:{n:02x}"),
    Row(20101, "filter add exempt {n}", ["filter add exempt {n}"]),
    Row(20102, "filter remove {n}"),
    Row(20103, "option set domain-name-servers=hello --scope {net}"),
    Row(20103, "definition set custom{n} --type flag --vendor-class vendor{n}",
        [VENDOR, DEFINITION, "option set --vendor-class vendor{n} custom{n}=77 --scope {net}"]),
    Row(20104, "policy add first --scope {net} --condition 'mac is 02:*)'"),
    Row(20105, POLICY, [POLICY]),
    Row(20106, "policy add second --scope {net} --condition 'mac is 03:*' --range {ip}.25-{ip}.40", [RANGED_POLICY]),
    Row(20107, POLICY + " --range {ip}.29-{ip}.20"),
    Row(20107, POLICY + " --range {ip}.190-{ip}.230"),
    Row(20108, "policy add first{n} --server " + SERVER + " --condition 'mac is 02:*' --range {ip}.20-{ip}.29"),
    Row(20109, "policy add first --scope {net} --condition 'mac resembles 02:*'"),
    Row(20110, POLICY + " --order 3"),
    Row(20111, "policy remove nothing --scope {net}"),
    Row(20112, "range set {net} {ip}.10-{ip}.200 {ip}.25-{ip}.200", [RANGED_POLICY]),
    Row(20112, "range remove {net} {ip}.10-{ip}.200", [RANGED_POLICY]),
    Row(20126, "scope free {net} --count 500", is_warning=True, asks_daemon=True),
    Row(20135, "policy add first --scope {net} --condition 'fqdn is single-label' --range {ip}.20-{ip}.29"),
    Row(20136, "policy add first --scope {net} --condition 'fqdn is single-label' --option routers={ip}.1"),
]


def _words(template, number):
    return shlex.split(template.format(n=number, net=f"10.100.{number}.0", ip=f"10.100.{number}"))


def _refused(result, code, says):
    """A refusal: one line that says the code, nothing else wrong."""
    expect_error(result, "lessorctl", code, says)


def _warned(result, code, status):
    """Done, with a warning."""
    expect_equal(result.returncode, status, f"exit status, with {result.stderr!r}")
    expect(re.search(rf"^lessorctl: warning: [A-Z0-9_]+ \({code}\): ", result.stderr, re.MULTILINE), f"{code} is not said: {result.stderr!r}")


def _check(scene, row, number):
    for command in row.before:
        if row.asks_daemon:
            scene.settle()
        scene.ctl.run(*_words(command, number))

    if row.asks_daemon:
        scene.settle()
    result = scene.ctl.run(*_words(row.command, number), status=None)
    if row.is_warning:
        _warned(result, row.code, row.status)
    else:
        _refused(result, row.code, row.says)


def test_rows(lab):
    """Each action gets its code, name and exit status."""
    scene = Scene(lab)
    scene.slapd.add("\n".join(scope_entry(f"10.100.{number}.0", lessorRange=f"10.100.{number}.10-10.100.{number}.200")
                              for number in range(1, len(ROWS) + 1)))
    scene.start()
    scene.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"] > len(ROWS), "all scopes are served")
    failures = []
    for number, row in enumerate(ROWS, 1):
        try:
            _check(scene, row, number)
        except Failure as failure:
            failures.append(f"{row.code}: {row.command.format(n=number, net=f'10.100.{number}.0', ip=f'10.100.{number}')}: {failure}")
    expect(not failures, f"{len(failures)} of {len(ROWS)} rows:\n" + "\n".join(failures))


def test_commands_of_parity(lab):
    """docs/parity.md names commands that exist, and all 120 cmdlets."""
    with open(os.path.join(lab.source, "docs/parity.md"), encoding="utf-8") as file:
        text = file.read()
    commands = set(re.findall(r"\| `([a-z]+(?: [a-z-]+)?)[^`]*`|, `([a-z]+(?: [a-z-]+)?)[^`]*`", text))
    for command in sorted(first or second for first, second in commands):
        if not command.startswith("--"):
            lab.run([lab.program("lessorctl"), *command.split(), "--help"])
    v4 = re.findall(r"\b((?:Add|Get|Set|Remove|Rename|Backup|Restore|Export|Import|Repair|Invoke)-DhcpServer\w+)", text)
    expect(len(set(v4)) > 60, f"only {len(set(v4))} cmdlets are named")
