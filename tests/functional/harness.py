# SPDX-License-Identifier: Apache-2.0
"""What every functional test stands on: processes, network namespaces, waiting for events, and cleaning up.

A test is a function test_*(lab) in a file test_*.py; the first line of its docstring is its printed name. The Lab it
gets belongs to it alone: whatever is made through it is gone when the test ends, however it ends.
"""
import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SANITIZER_REPORT = re.compile(
    r"(?:ERROR|WARNING): \w+Sanitizer|runtime error:|Sanitizer:DEADLYSIGNAL|"
    r"LeakSanitizer has encountered|Sanitizer CHECK failed")
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:exitcode=86:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:exitcode=86",
    "TSAN_OPTIONS": "atexit_sleep_ms=0:exitcode=86",
}
# How long to wait for what must happen: no test asks how fast, so this is only there to end what hangs.
PATIENCE = 60.0
PAUSE_MIN, PAUSE_MAX = 0.01, 0.25
CLONE_NEWNET = 0x40000000
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """What was expected did not happen."""


class Skip(Exception):
    """The test cannot run here; the text says why."""


def expect(condition, text):
    """Fail with @text unless @condition."""
    if not condition:
        raise Failure(text)


def expect_equal(got, wanted, what):
    """Fail unless @got is @wanted."""
    if got != wanted:
        raise Failure(f"{what}: got {got!r}, wanted {wanted!r}")


def wait_until(condition, what, deadline=PATIENCE):
    """Call @condition again and again until it returns something true, and return that. Fails after @deadline seconds."""
    begun = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        waited = time.monotonic() - begun
        if waited > deadline:
            raise Failure(f"not within {deadline:g} s: {what}")
        # What takes long is looked at more seldom: the looks are work, too.
        time.sleep(min(max(PAUSE_MIN, waited / 10), PAUSE_MAX))  # sleep: the pause between two looks


def adopt_orphans():
    """Let processes whose parent died become ours, so that they can be waited for at once."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def process_state(pid):
    """The state letter of a process, 'Z' for one that has ended or never was."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def is_alive(pid):
    """True if the process exists and is no zombie."""
    return process_state(pid) not in "ZX"


class Process:
    """A program that a test started. Its output goes to a file; it ends with the test at the latest."""

    def __init__(self, lab, name, argv, namespace=None, env=None):
        self.name = name
        self.log_path = os.path.join(lab.directory, f"{name}.log")
        with open(self.log_path, "ab") as log:
            self.log_start = log.tell()
            self._popen = subprocess.Popen(lab.argv(argv, namespace), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=lab.environment(env), cwd=lab.directory)
        self.pid = self._popen.pid

    def log(self):
        """Everything it has printed so far."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            file.seek(self.log_start)
            return file.read()

    def is_running(self):
        return self._popen.poll() is None

    def wait(self, deadline=PATIENCE):
        """Wait for its end and return its exit status (negative: the signal that ended it)."""
        try:
            return self._popen.wait(deadline)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} has not ended within {deadline:g} s") from None

    def wait_for_log(self, pattern, deadline=PATIENCE, count=1):
        """Wait until its output has @count matches of the regular expression @pattern; returns the last one."""
        def matches():
            found = list(re.finditer(pattern, self.log(), re.MULTILINE))
            if len(found) < count and not self.is_running():
                raise Failure(f"{self.name} ended with status {self._popen.returncode} before it printed {pattern!r}")
            return found if len(found) >= count else None
        return wait_until(matches, f"{self.name} prints {pattern!r}", deadline)[-1]

    def send(self, number):
        self._popen.send_signal(number)

    def stop(self, deadline=PATIENCE):
        """Ask it to end (SIGTERM) and return its exit status."""
        if self.is_running():
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
        return self.wait(deadline)

    def kill(self):
        """End it at once."""
        if self.is_running():
            self.send(signal.SIGKILL)
        return self.wait()


class Namespace:
    """A network namespace with as many devices as were plugged in."""

    def __init__(self, lab, name):
        self.name = f"lsr-{os.getpid()}-{name}"
        self.path = f"/run/netns/{self.name}"
        self._lab = lab
        lab.run(["ip", "netns", "add", self.name])
        with self.entered():
            for switch in ("all", "default"):
                with contextlib.suppress(FileNotFoundError), \
                        open(f"/proc/sys/net/ipv6/conf/{switch}/disable_ipv6", "w", encoding="ascii") as file:
                    file.write("1")
        self.ip("link set lo up")

    def ip(self, *commands):
        """Run commands of ip(8) in here; returns what they print."""
        return self._lab.run(["ip", "-n", self.name, "-batch", "-"], stdin="\n".join(commands) + "\n").stdout

    @contextlib.contextmanager
    def entered(self):
        """In here the calling thread is in the namespace: sockets that it opens stay there."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(self.path, "rb") as there:
            self._enter(there)
            try:
                yield
            finally:
                self._enter(home)

    @staticmethod
    def _enter(file):
        if _libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def plug(self, switch, device="eth0", address=None, mac=None):
        """Connect a new device with @switch; @address is ADDRESS/LENGTH."""
        port = switch.next_port()
        self.ip(f"link add {device} {f'address {mac}' if mac else ''} type veth peer name {port} netns {switch.name}")
        switch.ip(f"link set {port} master br0 up")
        self._lab.run(["ethtool", "-K", device, "tx", "off"], namespace=self)
        self.ip(f"link set {device} up", *([f"addr add {address} dev {device}"] if address else []))
        # The kernel tells the bridge of a new carrier in its own time; until then what is sent is lost.
        show = ["ip", "-n", switch.name, "-details", "link", "show", "dev", port]
        wait_until(lambda: "state forwarding" in self._lab.run(show).stdout, f"{port} forwards")

    def addresses(self, device="eth0"):
        """The IPv4 addresses of a device."""
        output = self._lab.run(["ip", "-n", self.name, "-4", "-o", "addr", "show", "dev", device]).stdout
        return re.findall(r"inet ([\d.]+)", output)

    def mac(self, device="eth0"):
        output = self._lab.run(["ip", "-n", self.name, "-o", "link", "show", "dev", device]).stdout
        return re.search(r"link/ether ([\da-f:]+)", output)[1]

    def pids(self):
        """The processes in the namespace."""
        output = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False).stdout
        return [int(pid) for pid in output.split()]


class Switch(Namespace):
    """A namespace that holds nothing but a bridge."""

    def __init__(self, lab, name):
        super().__init__(lab, name)
        self._ports = 0
        self.ip("link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0", "link set br0 up")

    def next_port(self):
        self._ports += 1
        return f"port{self._ports}"


class Lab:
    """One test's private world."""

    def __init__(self, build, source, shared):
        self.build, self.source, self.shared = build, source, shared
        self.directory = tempfile.mkdtemp(prefix=f"lsr-{os.getpid()}-")
        os.chmod(self.directory, 0o755)
        self._cleanups = []
        self._namespaces = []
        self._processes = []
        self._started = time.monotonic()

    def say(self, text):
        """Note in the test's log what is going on."""
        print(f"[{time.monotonic() - self._started:7.3f}] {text}", flush=True)

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def write(self, name, text, mode=0o644):
        """Make a file in the test's directory; returns its path."""
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def program(self, name):
        """The path of a program that was built."""
        for folder in ("", "src/app", "src/app/ctl"):
            path = os.path.join(self.build, folder, name)
            if os.access(path, os.X_OK) and not os.path.isdir(path):
                return path
        raise Failure(f"{name} is not built in {self.build}")

    def defer(self, function, *arguments):
        """Call @function when the test has ended; the last one deferred comes first."""
        self._cleanups.append((function, arguments))

    def namespace(self, name):
        return self._keep_namespace(Namespace(self, name))

    def switch(self, name="sw"):
        return self._keep_namespace(Switch(self, name))

    def _keep_namespace(self, namespace):
        self._namespaces.append(namespace)
        return namespace

    @staticmethod
    def environment(extra=None):
        """The environment of everything that a test starts: nothing of the caller's shows through."""
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent",
                **SANITIZER_OPTIONS, **(extra or {})}

    @staticmethod
    def argv(argv, namespace=None):
        """The command line that runs @argv in @namespace, in the same process."""
        return (["nsenter", f"--net={namespace.path}"] if namespace else []) + [str(word) for word in argv]

    def start(self, name, argv, namespace=None, env=None):
        """Start a program in the background."""
        process = Process(self, name, argv, namespace, env)
        self._processes.append(process)
        return process

    def run(self, argv, namespace=None, stdin=None, env=None, status=0, deadline=5 * PATIENCE):
        """Run a program to its end. @status is the wanted exit status, None for any."""
        result = subprocess.run(self.argv(argv, namespace), input=stdin, env=self.environment(env), cwd=self.directory,
                                capture_output=True, text=True, timeout=deadline, check=False,
                                **({} if stdin is not None else {"stdin": subprocess.DEVNULL}))
        if SANITIZER_REPORT.search(result.stderr):
            raise Failure(f"{argv[0]}: a sanitizer found something:\n{result.stderr}")
        if status is not None and result.returncode != status:
            raise Failure(f"{' '.join(map(str, argv))}: exit status {result.returncode}, wanted {status}\n"
                          f"{result.stdout}{result.stderr}")
        return result

    def close(self, keep=False):
        """Undo everything. Returns what went wrong meanwhile, as text."""
        problems = []
        for function, arguments in reversed(self._cleanups):
            try:
                function(*arguments)
            except Exception as error:  # pylint: disable=broad-except
                problems.append(f"at the end: {error}")
        for process in reversed(self._processes):
            process.kill()
        for process in self._processes:
            if SANITIZER_REPORT.search(process.log()):
                problems.append(f"{process.name}: a sanitizer found something")
        for namespace in self._namespaces:
            remove_namespace(namespace.name)
        self._reap()
        if problems:
            self.show_logs()
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)
        return "\n".join(problems)

    @staticmethod
    def _reap():
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def show_logs(self, lines=60):
        """Print the end of what each program printed."""
        for process in self._processes:
            text = process.log().splitlines()
            if text:
                print(f"--- {process.name} ({process.log_path})", *text[-lines:], sep="\n    ", flush=True)


def remove_namespace(name):
    """End whatever runs in a namespace and remove it."""
    pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False).stdout.split()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in pids), f"processes in {name} end")
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def remove_remains(pid):
    """Remove what the test process @pid left behind, if it was killed."""
    prefix = f"lsr-{pid}-"
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir("/run/netns"):
            if name.startswith(prefix):
                remove_namespace(name)
    for name in os.listdir(tempfile.gettempdir()):
        if name.startswith(prefix):
            shutil.rmtree(os.path.join(tempfile.gettempdir(), name), ignore_errors=True)


def main_guard():
    """Functional tests need root and Linux."""
    if os.geteuid() != 0:
        sys.exit("functional tests make network namespaces and need root")
