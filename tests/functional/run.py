#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Run the functional tests: each in a process of its own, a few at a time."""
import argparse
import contextlib
import glob
import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback

import harness

HERE = os.path.dirname(os.path.abspath(__file__))
TIME_LIMIT = 600  # of a test: ends what hangs in a way that nothing else has noticed
GRACE = 30
JOBS = 3 * (os.cpu_count() or 1)  # most tests wait most of the time


class Test:
    """A test function and how it went."""

    def __init__(self, module, name, function):
        self.id = f"{module}.{name}"
        self.function = function
        self.title = (function.__doc__ or name).strip().splitlines()[0].rstrip(".")
        self.pid = self.deadline = self.started = None
        self.log_path = None
        self.is_overdue = False

    def start(self, arguments, shared):
        """Fork the process that runs it."""
        self.log_path = os.path.join(shared, f"{self.id}.log")
        self.started = time.monotonic()
        self.deadline = self.started + TIME_LIMIT
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(self._run(arguments, shared))

    def _run(self, arguments, shared):
        """The test's own process. Exit status: 0 passed, 1 failed, 77 skipped."""
        os.setsid()
        harness.adopt_orphans()
        log = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._interrupt)
        lab = harness.Lab(arguments.build, arguments.source, shared)
        status, problems = 1, ""
        try:
            self.function(lab)
            status = 0
        except harness.Skip as reason:
            print(f"skipped: {reason}")
            status = 77
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            if status == 1:
                lab.show_logs()
            problems = lab.close(arguments.keep)
        except BaseException:  # pylint: disable=broad-except
            problems = traceback.format_exc()
        if problems:
            print(problems)
        sys.stdout.flush()
        return 1 if problems else status

    @staticmethod
    def _interrupt(number, frame):
        raise harness.Failure(f"interrupted or not done within {TIME_LIMIT} s")

    def end(self, status):
        """Take the exit status of its process; returns PASS, FAIL or SKIP."""
        seconds = time.monotonic() - self.started
        if os.WIFSIGNALED(status):
            harness.remove_remains(self.pid)
        verdict = {0: "PASS", 77: "SKIP"}.get(os.waitstatus_to_exitcode(status), "FAIL")
        print(f"{verdict}  {seconds:5.1f} s  {self.id}: {self.title}", flush=True)
        if verdict == "SKIP":
            print("".join(f"    {line}" for line in self.log_lines(1)), end="")
        elif verdict == "FAIL":
            print("".join(f"    {line}" for line in self.log_lines(150)), end="", flush=True)
        return verdict

    def log_lines(self, count):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.readlines()[-count:]


def discover(pattern):
    """All tests whose id or title matches @pattern, in the order of the files and of the lines."""
    tests = []
    for path in sorted(glob.glob(os.path.join(HERE, "test_*.py"))):
        module = os.path.basename(path)[:-3]
        functions = vars(importlib.import_module(module)).items()
        tests += [Test(module, name, function) for name, function in functions
                  if name.startswith("test_") and callable(function) and function.__module__ == module]
    return [test for test in tests if re.search(pattern, f"{test.id}: {test.title}", re.IGNORECASE)]


class Runner:
    """Runs tests, @jobs at a time."""

    def __init__(self, arguments, shared):
        self.arguments, self.shared = arguments, shared
        self.running = {}
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}

    def run(self, tests):
        queue = list(tests)
        while queue or self.running:
            while queue and len(self.running) < self.arguments.jobs:
                test = queue.pop(0)
                test.start(self.arguments, self.shared)
                self.running[test.pid] = test
            self._collect()

    def _collect(self):
        """Wait for the next test to end; urge those that take too long."""
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in self.running:
            self.counts[self.running.pop(pid).end(status)] += 1
        elif not pid:
            time.sleep(0.02)  # sleep: the pause between two looks
            self._urge()

    def _urge(self):
        now = time.monotonic()
        for test in self.running.values():
            if now > test.deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(test.pid, signal.SIGKILL if test.is_overdue else signal.SIGTERM)
                test.is_overdue, test.deadline = True, now + GRACE

    def stop(self):
        """End all tests that are running, and wait until they have cleaned up."""
        for test in self.running.values():
            os.kill(test.pid, signal.SIGTERM)
        for test in self.running.values():
            os.waitpid(test.pid, 0)
            harness.remove_remains(test.pid)


def parse_arguments():
    top = os.path.dirname(os.path.dirname(HERE))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-k", dest="pattern", default="", help="only tests whose name matches this regular expression")
    parser.add_argument("--build", default=os.path.join(top, "build", "test"), help="where the programs were built")
    parser.add_argument("--jobs", type=int, default=JOBS, help="how many tests at a time")
    parser.add_argument("--keep", action="store_true", help="keep the files that the tests make below /tmp")
    parser.add_argument("--list", action="store_true", help="only print the tests")
    parser.add_argument("--result", help="write the numbers of passed, failed and skipped tests to this file")
    arguments = parser.parse_args()
    arguments.build = os.path.abspath(arguments.build)
    arguments.source = top
    return arguments


def main():
    arguments = parse_arguments()
    tests = discover(arguments.pattern)
    if arguments.list:
        print("\n".join(f"{test.id}: {test.title}" for test in tests))
        return 0
    harness.main_guard()
    shared = tempfile.mkdtemp(prefix="lsr-run-")
    os.chmod(shared, 0o755)
    runner = Runner(arguments, shared)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        runner.run(tests)
    except KeyboardInterrupt:
        print("functional: interrupted; cleaning up", flush=True)
        runner.stop()
        return 130
    finally:
        shutil.rmtree(shared, ignore_errors=True)
    counts = runner.counts
    if arguments.result:
        with open(arguments.result, "w", encoding="ascii") as file:
            file.write(f"{counts['PASS']} {counts['FAIL']} {counts['SKIP']}\n")
    print(f"functional: {counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
