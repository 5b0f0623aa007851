# SPDX-License-Identifier: Apache-2.0
"""lessorctl on the file of a server without a directory: the same operations, in force at once, and never half a file."""
import concurrent.futures
import os
import random
import re
import subprocess

import dhcp
from harness import expect, expect_equal, wait_until
from lessor import expect_error
from test_standalone import Workgroup, documented_file

SCOPE = "10.77.0.0"
ROUNDS = 20


class Folder:
    """The documented file in a folder of its own, without a daemon, and lessorctl for it."""

    def __init__(self, lab):
        self.lab = lab
        self.directory = lab.path("conf")
        os.mkdir(self.directory)
        self.path = os.path.join(self.directory, "lessor.ldif")
        self.text = documented_file(lab)
        self.write(self.text)

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def argv(self, *words):
        return [self.lab.program("lessorctl"), "-c", "/dev/null", "--socket", self.lab.path("none"), "--file", self.path, *words]

    def run(self, *words, status=0, wrapper=()):
        return self.lab.run([*wrapper, *self.argv(*words)], status=status)

    def expect_refusal(self, code, *words, says="", wrapper=()):
        """The command is refused with @code, and the file stays as it was, with nothing beside it."""
        before = self.read()
        expect_error(self.run(*words, status=None, wrapper=wrapper), "lessorctl", code, says)
        expect_equal(self.read(), before, f"the file after the refusal of {words}")
        self.expect_alone()

    def expect_alone(self):
        expect_equal(os.listdir(self.directory), ["lessor.ldif"], "what is in the folder")

    def at_once(self, *commands):
        """Run all of @commands at the same moment; the codes of the refusals, None for what was done."""
        def run(words):
            result = self.run(*words, status=None)
            return None if result.returncode == 0 else int(re.search(r"\((\d+)\): ", result.stderr).group(1))
        with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
            return list(pool.map(run, commands))


def test_in_force(lab):
    """What lessorctl changes in the file of lessord.conf is in force on the wire, and comments stay"""
    group = Workgroup(lab).start()

    def run(*words):
        return lab.run([lab.program("lessorctl"), "-c", group.lessord.config_path, *words], namespace=group.server)
    client = group.client()
    reply = client.ask(client.selecting(client.discover()))
    run("option", "set", "domain-name=new.example", "--root")
    wait_until(lambda: client.ask(client.renewing()).option(dhcp.DOMAIN_NAME) == b"new.example", "an ACK has the new value")
    other = group.client()
    run("reservation", "add", "10.77.0.20", "--hardware", other.mac.hex(":"), "--name", "printer")
    wait_until(lambda: other.discover().yiaddr == "10.77.0.20", "the reservation is in force")
    run("scope", "add", "10.78.0.0/24", "--site", "hq", "--range", "10.78.0.50-10.78.0.60")
    group.lessord.wait_for_status(lambda status: status["configuration"]["servedScopes"] == 2, "the new scope is served")
    run("scope", "remove", "10.78.0.0", "--force")
    run("reservation", "remove", "10.77.0.20")
    run("option", "set", "domain-name=example.org", "--root")
    with open(group.path, encoding="utf-8") as file:
        expect_equal(file.read(), group.text, "the file, with all taken back")
    expect_equal(client.ask(client.renewing()).yiaddr, reply.yiaddr, "the lease")
    expect("FILE_REFUSED" not in group.lessord.process.log(), "the daemon saw a file that it refused")
    run("check")


def test_operations(lab):
    """The operations read and write the file as they do a directory; the same mistakes have the same codes"""
    folder = Folder(lab)
    os.chmod(folder.path, 0o640)
    os.chown(folder.path, 123, 456)
    for words in (["site", "add", "bergen"], ["server", "add", "dhcp2.example.org", "--site", "bergen"],
                  ["scope", "add", "10.80.0.0/16", "--site", "bergen"], ["range", "add", "10.80.0.0", "10.80.1.0-10.80.1.255"],
                  ["exclusion", "add", SCOPE, "10.77.0.100-10.77.0.110"], ["setting", "set", "offer-time=2m", "--site", "bergen"],
                  ["range", "remove", SCOPE, "10.77.0.50-10.77.0.200"], ["check"]):
        folder.run(*words)
    expect("DHCPOFFER" in folder.run("explain", "--hardware", "02:00:00:00:77:01", "--link", "10.77.0.1/24",
                                     "--server", "dhcp1.example.org").stdout, "explain does not read the file")
    info = os.stat(folder.path)
    expect_equal((info.st_uid, info.st_gid, info.st_mode & 0o7777), (123, 456, 0o640), "owner, group and mode")
    expect_equal([line for line in folder.text.splitlines() if line.startswith("#")],
                 [line for line in folder.read().splitlines() if line.startswith("#")], "the comments")
    for code, *words in ((20082, "scope", "add", "10.77.0.0/25", "--site", "hq"),
                         (20086, "reservation", "add", "10.77.0.11", "--hardware", "02:00:00:00:77:01"),
                         (20084, "scope", "show", "10.99.0.0"), (20079, "server", "add", "dhcp2.example.org", "--site", "hq"),
                         (20007, "site", "remove", "bergen"), (50, "server", "authorize", "a.example.org", "10.0.0.1"),
                         (50, "server", "list")):
        folder.expect_refusal(code, *words)
    folder.expect_refusal(87, "-H", "ldap://a.example.org", "scope", "list", says="name one of the two")
    folder.write(folder.read().replace("cn=DHCP", "cn=lab"))
    folder.expect_refusal(50, "scope", "list", says="only knows cn=DHCP")
    folder.write(folder.text + "\nnonsense\n")
    folder.expect_refusal(20000, "scope", "list", says=r"lessor.ldif:\d+: ")


def test_undo(lab):
    """What is said to undo the removal of a filter or a boot file is taken by a shell, whatever their texts hold"""
    folder = Folder(lab)
    folder.run("site", "add", "Head Quarters")
    for words in (["filter", "add", "deny", "02:00:5e:*", "--comment", "it's $(touch made) of \"nobody\"", "--site", "Head Quarters"],
                  ["filter", "add", "allow", "02:00:5e:00:00:01"],
                  ["bootfile", "add", "jack's,boot server,/a b/$(touch made)", "--site", "Head Quarters"]):
        before = folder.read()
        folder.run(*words)
        added = folder.read()
        name = words[3] if words[0] == "filter" else "jack's"
        level = words[-2:] if words[-1] == "Head Quarters" else []
        message = folder.run(words[0], "remove", name, *level, "--yes").stdout
        expect_equal(folder.read(), before, "the file, with the value removed")
        command = message.partition("undo with: ")[2]
        script = f'lessorctl() {{ "$PROGRAM" -c /dev/null --file "$FILE" "$@"; }}; {command}'
        environment = {**os.environ, "PROGRAM": lab.program("lessorctl"), "FILE": folder.path}
        subprocess.run(["/bin/sh", "-c", script], check=True, cwd=folder.directory, env=environment, stdout=subprocess.DEVNULL)
        expect_equal(folder.read(), added, "the file, with that undone")
        folder.expect_alone()


def test_removed_range(lab):
    """A range that is removed as it stands there, with its kind, can be brought back by what is said to undo it"""
    folder = Folder(lab)
    folder.run("scope", "add", "10.78.0.0/24", "--site", "hq", "--range", "10.78.0.50-10.78.0.60")
    folder.run("range", "set", "10.78.0.0", "10.78.0.50-10.78.0.60", "--kind", "bootp")
    before = folder.read()
    message = folder.run("range", "remove", "10.78.0.0", "10.78.0.50-10.78.0.60 bootp", "--yes").stdout
    folder.run(*message.partition("undo it with: lessorctl ")[2].split())
    expect_equal(folder.read(), before, "the file, with that undone")


def test_strangers(lab):
    """What others keep below a scope is not removed with it"""
    folder = Folder(lab)
    folder.run("scope", "add", "10.78.0.0/24", "--site", "hq")
    folder.write(folder.read() + "\ndn: cn=drill,cn=10.78.0.0,cn=hq,cn=sites,cn=DHCP,dc=example,dc=org\n"
                                 "objectClass: device\ncn: drill\n")
    folder.expect_refusal(20007, "scope", "remove", "10.78.0.0", "--force", "--yes", says="cn=drill")


def test_export_through_link(lab):
    """An export through a symbolic link replaces what that leads to, and the link stays"""
    folder = Folder(lab)
    target, link = lab.path("target.json"), lab.path("link.json")
    with open(target, "w", encoding="utf-8") as file:
        file.write("old")
    os.symlink(target, link)
    folder.run("export", link)
    expect(os.path.islink(link), "the link is gone")
    with open(target, encoding="utf-8") as file:
        expect("lessorTree" in file.read(), "what the link leads to is not the export")


def test_scopes_named_twice(lab):
    """A scope that a command names more than once is changed once"""
    folder = Folder(lab)
    before = folder.read()
    folder.run("superscope", "add", "floor", *[SCOPE] * 500)
    expect("lessorSuperscope: floor" in folder.read(), "the scope is no member")
    folder.run("superscope", "remove", "floor", *[SCOPE] * 500, "--yes")
    expect_equal(folder.read(), before, "the file, with all taken back")


def test_vocabulary(lab):
    """Classes, definitions, their values and the order of policies in a file; taken back, it is as it was"""
    folder = Folder(lab)
    folder.run("init")
    before, at_scope = folder.read(), ["--scope", SCOPE]
    for words in (["class", "add", "Phones", "--kind", "vendor", "--data", "phone"],
                  ["definition", "add", "ring", "--code", "1", "--type", "u16", "--vendor-class", "Phones", "--default", "7"],
                  ["option", "set", "ring", "--vendor-class", "Phones", *at_scope],
                  ["policy", "add", "b", "--condition", "mac is 02:*", *at_scope],
                  ["policy", "add", "a", "--condition", "vendor-class is Phones", "--order", "1", *at_scope],
                  ["policy", "set", "a", "--order", "2", *at_scope],
                  ["option", "set", "routers=10.77.0.9", "--policy", "a", *at_scope], ["check"]):
        folder.run(*words)
    expect(re.search(r"\[vendor:Phones\]ring=7\n", folder.read()), f"the value is not there: {folder.read()!r}")
    expect_equal(re.findall(r"cn: ([ab])\nlessorCondition.*\n(?:lessorOption.*\n)?lessorProcessingOrder: (\d)", folder.read()),
                 [("b", "1"), ("a", "2")], "the order")
    folder.expect_refusal(20007, "class", "remove", "Phones", "--force", says="cn=a")
    for words in (["policy", "remove", "a", *at_scope], ["policy", "remove", "b", *at_scope], ["class", "remove", "Phones", "--force"]):
        folder.run(*words)
    expect_equal(folder.read(), before, "the file, with all taken back")


def test_begins(lab):
    """init begins a file that is not there, through a symbolic link as well, which stays one"""
    folder = Folder(lab)
    os.remove(folder.path)
    expect_error(folder.run("scope", "list", status=None), "lessorctl", 87, "lessorctl -b DN init")
    os.mkdir(lab.path("real"))
    os.symlink(lab.path("real/lessor.ldif"), folder.path)
    folder.write("# mine\n")
    folder.run("-b", "dc=example,dc=org", "init")
    folder.run("init")
    for words in (["site", "add", "hq"], ["server", "add", "dhcp1.example.org", "--site", "hq"],
                  ["scope", "add", "10.77.0.0/24", "--site", "hq", "--range", "10.77.0.50-10.77.0.200"], ["check"]):
        folder.run(*words)
    expect(os.path.islink(folder.path), "the link was replaced by a file")
    expect(folder.read().startswith("# mine\n\ndn: cn=DHCP,dc=example,dc=org\n"), f"how it begins: {folder.read()!r}")
    expect_equal(os.listdir(lab.path("real")), ["lessor.ldif"], "what is in its folder")


def test_concurrent(lab):
    """Of two writers at the same moment none loses the other's edit; of two who contradict each other one is refused"""
    folder = Folder(lab)
    for i in range(ROUNDS):
        expect_equal(folder.at_once(["scope", "add", f"10.{100 + 2 * i}.0.0/16", "--site", "hq"],
                                    ["scope", "add", f"10.{101 + 2 * i}.0.0/16", "--site", "hq"]), [None, None], "two scopes")
        results = folder.at_once(["reservation", "add", f"10.77.0.{20 + 2 * i}", "--hardware", f"02:00:00:00:00:{i:02x}"],
                                 ["reservation", "add", f"10.77.0.{21 + 2 * i}", "--hardware", f"02:00:00:00:00:{i:02x}"])
        expect_equal(sorted(results, key=lambda result: result or 0), [None, 20086], "two reservations for one client")
    expect_equal(folder.read().count("objectClass: lessorScope"), 1 + 2 * ROUNDS, "scopes")
    expect_equal(folder.read().count("objectClass: lessorReservation"), 1 + ROUNDS, "reservations")
    folder.run("check")
    folder.expect_alone()


def test_killed(lab):
    """Whenever a writer is killed, the file is the old one or the new one, and the next writer goes on"""
    folder = Folder(lab)
    folder.write(folder.text + "".join(
        f"\ndn: cn=10.77.{i // 200 + 1}.{i % 200},cn=other,dc=x\nobjectClass: device\ncn: {i}\n" for i in range(4000)))
    values, n_killed = {"0"}, 0
    for i in range(1, 40):
        seconds = random.uniform(0.005, 0.2)
        result = subprocess.run(["timeout", "-s", "KILL", f"{seconds:.3f}", *folder.argv(
            "option", "set", f"default-ip-ttl={i}", "--root")], env=lab.environment(), capture_output=True, check=False)
        n_killed += result.returncode != 0
        values.add(str(i))
        found = re.findall(r"lessorOption: default-ip-ttl=(\d+)", folder.read())
        expect(len(found) <= 1 and folder.read().count("objectClass: device") == 4000, f"after {i}: {found}")
        expect(not found or found[0] in values, f"a value that nobody set: {found}")
    expect(n_killed > 3, f"only {n_killed} were killed")
    folder.run("option", "set", "default-ip-ttl=64", "--root")
    folder.run("check")
    folder.expect_alone()


def test_cannot_write(lab):
    """A folder that may not be written, a full disk, and a limit of file size: a clear refusal, and the file stays whole"""
    folder = Folder(lab)
    edit = ["option", "set", "domain-name=new.example", "--root"]
    folder.text = folder.text + 200 * "# these lines make the file larger\n"
    folder.write(folder.text)
    folder.expect_refusal(20121, *edit, says="Permission denied; nothing was changed",
                          wrapper=["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"])
    folder.expect_refusal(20072, *edit, says="File too large; nothing was changed",
                          wrapper=["bash", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "bash"])
    lab.run(["mount", "-t", "tmpfs", "-o", "size=8k,mode=755", "none", folder.directory])
    lab.defer(lab.run, ["umount", folder.directory])
    folder.write(folder.text)
    folder.expect_refusal(20072, *edit, says="No space left on device; nothing was changed")
    folder.write("")
    folder.expect_refusal(87, *edit, says="has no entries")
