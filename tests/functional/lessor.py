# SPDX-License-Identifier: Apache-2.0
"""lessord and lessorctl, as an administrator meets them."""
import contextlib
import http.client
import json
import os
import pty
import re
import signal
import socket
import struct

from harness import PATIENCE, Failure, expect, expect_equal, is_alive, wait_until
from slapd import BASE, NOBODY, SERVER

ROLES = ("serve", "dir", "api", "backup")
ERROR_LINE = re.compile(r"^(lessord|lessorctl): ([A-Z0-9_]+) \((\d+)\): (\S.*)$", re.MULTILINE)


def expect_error(result, program, code, says="", lines=(1,)):
    """Check that a program ended with exit status 1 and one error line of @code whose sentence matches @says.

    @lines holds the numbers of such lines that will do."""
    found = ERROR_LINE.findall(result.stderr)
    expect_equal(result.returncode, 1, f"exit status of {program}, which printed {result.stderr!r}")
    expect(len(found) in lines, f"not one line of the form ERROR_NAME (code): sentence: {result.stderr!r}")
    for who, _, number, sentence in found:
        expect_equal(who, program, f"the program's name in {result.stderr!r}")
        expect_equal(int(number), code, f"code in {result.stderr!r}")
        expect(re.search(says, sentence), f"{sentence!r} does not say {says!r}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        # In the kernel, which waits for room where many come at once; without blocking it would refuse.
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(self.timeout), 0))
        self.sock.connect(self._path)
        self.sock.settimeout(self.timeout)


class Lessord:
    """The daemon in @namespace. @settings are those of lessord.conf, of any section, with _ for -."""

    SERVER_KEYS = ("name", "mode", "state_directory", "convert_store", "audit_directory", "backup_directory", "user", "interfaces", "api_socket", "api_group", "log_level")

    def __init__(self, lab, namespace, name="lessord", **settings):
        self.lab, self.namespace, self.name = lab, namespace, name
        self.settings = {"name": SERVER, "user": "nobody", "state_directory": lab.path(f"{name}-state"),
                         "audit_directory": lab.path(f"{name}-audit"),
                         "api_socket": lab.path(f"{name}.sock"), "log_level": "debug", **settings}
        if self.settings.get("mode") != "standalone":
            self.settings.setdefault("base", BASE)
        self.config = "/dev/null"  # the lessord.conf from which defaults come
        self.environment = {}
        self.wrapper = []  # what stands before its command line
        self.process = None
        self._notify = None
        state = self.settings["state_directory"]
        if not os.path.isdir(state):
            os.mkdir(state, 0o700)
            os.chown(state, NOBODY, NOBODY)

    @property
    def state_directory(self):
        return self.settings["state_directory"]

    @property
    def config_path(self):
        return self.lab.path(f"{self.name}.conf")

    def write_config(self):
        """Write lessord.conf as the settings are now."""
        sections = {"server": [], "directory": [], "standalone": []}
        for key, value in self.settings.items():
            words = value if isinstance(value, str) else " ".join(value)
            section = "server" if key in self.SERVER_KEYS else "standalone" if key == "file" else "directory"
            sections[section].append(f"{key.replace('_', '-')} = {words}\n")
        text = "".join(f"[{name}]\n{''.join(lines)}\n" for name, lines in sections.items())
        self.lab.write(f"{self.name}.conf", text)

    def run(self, *words, status=None):
        """Run it in the foreground with @words, to its end."""
        self.write_config()
        return self.lab.run([*self.wrapper, self.lab.program("lessord"), "-c", self.config_path, *words],
                            namespace=self.namespace, env=self.environment, status=status)

    def start(self, wait=True):
        """Start it and, with @wait, return when it tells the service manager that it is ready."""
        self.write_config()
        self._notify_open()
        self.process = self.lab.start(
            self.name, [*self.wrapper, self.lab.program("lessord"), "-c", self.config_path], namespace=self.namespace,
            env={"NOTIFY_SOCKET": self._notify.getsockname(), **self.environment})
        self.lab.defer(self.stop)
        if wait:
            wait_until(self._is_ready, f"{self.name} says READY=1")
        return self

    def _notify_open(self):
        path = self.lab.path(f"{self.name}.notify")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.notified = []
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._notify.bind(path)
        os.chmod(path, 0o777)

    def _is_ready(self):
        if not self.process.is_running():
            raise Failure(f"{self.name} ended with status {self.process.wait()}: {self.process.log()}")
        with contextlib.suppress(BlockingIOError):
            self.notified.append(self._notify.recv(4096).decode())
            return "READY=1" in self.notified[-1]

    def fill_notify_socket(self):
        """Let the service manager be one that reads nothing any more."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as filler, \
                contextlib.suppress(BlockingIOError):
            while True:
                filler.sendto(b"X=1", self._notify.getsockname())

    def stop(self):
        """Ask it to end, and check that it does so cleanly."""
        if self.process and self.process.is_running():
            expect_equal(self.process.stop(), 0, f"exit status of {self.name}")

    def kill(self, *roles):
        """kill -9: the roles named ("supervisor" for the first process), or everything."""
        pids = [self.process.pid if role == "supervisor" else self.role_pid(role)
                for role in roles or ("supervisor", *ROLES)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(is_alive(pid) for pid in pids), f"{self.name} {roles} is gone")
        if self.process.pid in pids:
            self.process.wait()

    def find_role(self, role):
        """The process of a role, or None."""
        wanted = f"--role={role}".encode()
        for pid in self.namespace.pids():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/cmdline", "rb") as file:
                if wanted in file.read().split(b"\0") and is_alive(pid) and self._is_child(pid):
                    return pid
        return None

    def _is_child(self, pid):
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1]) == self.process.pid

    def role_pid(self, role):
        return wait_until(lambda: self.find_role(role), f"role {role} runs")

    def request(self, path, method="GET", timeout=PATIENCE, body=None):
        """One request to the management socket, with @body as JSON: (HTTP status, decoded body)."""
        connection = _UnixConnection(self.settings["api_socket"], timeout)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            response = connection.getresponse()
            body = response.read().decode()
        finally:
            connection.close()
        return response.status, json.loads(body) if "json" in response.headers.get("Content-Type", "") else body

    def get(self, path):
        """The body of a request that succeeds; while the management role is being restarted, it is tried again."""
        def attempt():
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.request(path)
        status, body = wait_until(attempt, f"{self.name} answers {path}")
        expect_equal(status, 200, f"HTTP status of {path} ({body})")
        return body

    def status(self):
        return self.get("/v1/status")

    def wait_for_status(self, condition, what, deadline=PATIENCE):
        """Wait until @condition(status) holds; returns that status."""
        def check():
            status = self.status()
            return status if condition(status) else None
        return wait_until(check, f"{self.name}'s status: {what}", deadline)

    def wait_for_verdict(self, state, deadline=PATIENCE):
        """Wait for a state of the verdict, such as "authorized"."""
        return self.wait_for_status(lambda status: status["verdict"]["state"] == state, f"verdict {state}", deadline)

    def wait_for_generation(self, condition=lambda configuration: True):
        """Wait until the directory was read to the end and @condition(configuration) holds."""
        status = self.wait_for_status(
            lambda status: status["directory"]["synchronizedAt"] and condition(status["configuration"]),
            "the configuration is as wanted")
        self.wait_for_serve(status["configuration"]["generation"])
        return status

    def wait_for_serve(self, generation):
        """The API sees a configuration before serve has it; wait for serve, if it says what it has."""
        def is_taken():
            taken = re.findall(r"SNAPSHOT_TAKEN: .* generation (\d+),", self.process.log())
            return any(int(number) >= generation for number in taken)
        if self.settings["log_level"] == "debug":
            wait_until(is_taken, "serve has the configuration")

    def drops(self, reason):
        return self.status()["drops"].get(reason, 0)

    def counter(self, name):
        return self.status()["counters"][name]

    def leases(self):
        """All leases by address, read page by page."""
        found, after = {}, ""
        while after is not None:
            page = self.get(f"/v1/leases?limit=100{f'&after={after}' if after else ''}")
            found.update((lease["address"], lease) for lease in page["leases"])
            after = page["next"]
        return found


class Lessorctl:
    """The administrator's command, in the way in which @directory knows its administrator."""

    def __init__(self, lab, namespace, directory, lessord=None):
        self.lab, self.namespace = lab, namespace
        self.words = directory.admin_words
        self.config = "/dev/null"  # the lessord.conf from which defaults come
        self.environment = {}
        self.wrapper = []  # what stands before its command line
        if lessord:
            self.words += ["--socket", lessord.settings["api_socket"]]

    def run(self, *words, status=0, options=()):
        """Run it; @words are what follows the usual options, @options come between."""
        argv = [self.lab.program("lessorctl"), "-c", self.config, *self.words, *options, *words]
        return self.lab.run([*self.wrapper, *argv], namespace=self.namespace, env=self.environment, status=status)

    def at_terminal(self, answer, *words):
        """Run it at a terminal of its own, and type @answer, or what it returns if it is a function, if it asks. Returns its
        exit status and what it showed."""
        argv = [self.lab.program("lessorctl"), "-c", self.config, *self.words, *words]
        with self.namespace.entered():
            pid, terminal = pty.fork()
            if pid == 0:
                os.execve(argv[0], argv, self.lab.environment())
        shown, is_answered = b"", False
        with contextlib.suppress(OSError):  # the terminal ends with its last program
            while chunk := os.read(terminal, 4096):
                shown += chunk
                if b"[y/N]" in shown and not is_answered:
                    is_answered = True
                    os.write(terminal, answer() if callable(answer) else answer)
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def json(self, *words, status=0):
        """The decoded output with --json."""
        return json.loads(self.run(*words, options=["--json"], status=status).stdout)

    def expect_error(self, code, *words, says="", options=()):
        """Check that the command is refused with @code, for people and as JSON alike."""
        expect_error(self.run(*words, status=None, options=options), "lessorctl", code, says)

    def expect_usage(self, *words):
        """Check that the command is refused as wrong usage."""
        result = self.run(*words, status=None)
        expect_equal(result.returncode, 2, f"exit status of lessorctl {' '.join(words)}")
        expect(result.stderr.startswith("lessorctl: ") or "sage" in result.stderr, f"no advice in {result.stderr!r}")
