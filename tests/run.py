# SPDX-License-Identifier: Apache-2.0
"""Build, run all tests, count them.

Stages: build (gcc with sanitizers, gcc with its default flags, and clang, all without warnings), unit (make check),
functional (tests/functional, on real directories and clients), fuzz (every target for a while), quickstart
(contrib/quickstart, twice) and dist (make distcheck), the last two side by side. One line per test; the last line is
"N passed, N failed", and the exit status is 0 only if none failed.
"""
import argparse
import concurrent.futures
import functools
import glob
import os
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STAGES = ("build", "unit", "functional", "fuzz", "quickstart", "dist")
JOBS = 2 * (os.cpu_count() or 1)
LOG_TAIL = 60
# The build trees: how they are configured, and for which stages.
OPTIONS = {"test": ["--enable-werror", "--enable-asan", "--enable-ubsan", "CFLAGS=-O1"], "plain": ["--enable-werror"],
           "fuzz": ["CC=clang-14", "--enable-werror", "--enable-fuzz", "CFLAGS=-O1"]}
NEEDED_BY = {"test": {"build", "unit", "functional", "dist"}, "plain": {"build"}, "fuzz": {"build", "fuzz"}}
CMOCKA_COUNT = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) +\] (\d+) test", re.MULTILINE)


class Tally:
    """How many tests passed, failed and were skipped."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, passed=0, failed=0, skipped=0, seconds=None, log=None):
        """Count a group of tests and print its line, with the end of @log if some failed."""
        self.passed, self.failed, self.skipped = self.passed + passed, self.failed + failed, self.skipped + skipped
        verdict = "FAIL" if failed else "PASS" if passed else "SKIP"
        total = passed + failed + skipped
        duration = "       -" if seconds is None else f"{seconds:6.1f} s"
        print(f"{verdict} {duration}  {name}{f' ({total} tests)' if total > 1 else ''}", flush=True)
        if failed and log:
            print("".join(f"    {line}\n" for line in tail(log)), end="", flush=True)

    def line(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def together(*functions):
    """Call all @functions side by side; returns what they return."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(functions))) as pool:
        return [running.result() for running in [pool.submit(function) for function in functions]]


def tail(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()[-LOG_TAIL:]


class Tests:
    """The stages, in the order in which they run."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.tally = Tally()
        self.build = os.path.join(TOP, "build")
        self.test_build, self.plain_build, self.clang_build = (os.path.join(self.build, name)
                                                               for name in ("test", "plain", "fuzz"))
        os.makedirs(self.build, exist_ok=True)

    def is_wanted(self, name):
        return re.search(self.arguments.pattern, name, re.IGNORECASE)

    def step(self, name, folder, *commands, counted=True, env=None):
        """Run commands in @folder, as one test called @name. Returns whether they succeeded."""
        log = os.path.join(self.build, f"{name}.log")
        start = time.monotonic()
        with open(log, "wb") as file:
            is_good = all(subprocess.run(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=env,
                                         check=False).returncode == 0 for command in commands)
        seconds = time.monotonic() - start
        if counted or not is_good:
            self.tally.add(name, passed=int(is_good), failed=int(not is_good), seconds=seconds, log=log)
        else:
            print(f"     {seconds:6.1f} s  {name}", flush=True)
        return is_good

    def configure(self, *names):
        """Make the build trees of @names that are not there, side by side: one alone leaves processors idle. Returns whether
        all are there."""
        script = os.path.join(TOP, "configure")
        if not os.path.exists(script) and not self.step("bootstrap", TOP, [os.path.join(TOP, "bootstrap")], counted=False):
            return False
        missing = [name for name in names if not os.path.exists(os.path.join(self.build, name, "Makefile"))]
        for name in missing:
            os.makedirs(os.path.join(self.build, name), exist_ok=True)
        return all(together(*(functools.partial(self.step, f"configure-{name}", os.path.join(self.build, name),
                                                [script, "-q", *OPTIONS[name]], counted=False) for name in missing)))

    def make(self, *words):
        return ["make", "-s", f"-j{JOBS}", *words]

    def prepare(self):
        """The build that unit and functional tests use."""
        return self.step("build-gcc", self.test_build, self.make("all"), self.make("check", "TESTS="))

    def prepare_plain(self):
        """The build that users make: gcc's default flags, which warn of more than -O1 does. Nothing is run from it, so tests
        are compiled and not linked."""
        return self.step("build-plain", self.plain_build, self.make("all"), self.make(*self.check_objects(self.plain_build)))

    def prepare_clang(self):
        """The build that fuzz targets need; other tests are compiled and not linked."""
        return self.step("build-clang", self.clang_build, self.make("all"), self.make(*self.check_objects(self.clang_build)))

    def unit(self):
        """make check; each case of a cmocka program counts."""
        names = [name for name in self.makefile_value("$(TESTS)", self.test_build).split() if self.is_wanted(name)]
        if not names:
            return
        subprocess.run(self.make("-k", "check", "TESTS=" + " ".join(names)), cwd=self.test_build,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        for name in names:
            self.unit_result(name)

    @staticmethod
    def makefile_value(expression, folder):
        script = f"include Makefile\nprint-value:\n\t@echo {expression}\n"
        return subprocess.run(["make", "-s", "-f", "-", "print-value"], cwd=folder, input=script, text=True,
                              stdout=subprocess.PIPE, check=True).stdout

    def check_objects(self, folder):
        """The object files of the programs that make check makes."""
        return self.makefile_value("$(foreach p,$(check_PROGRAMS),$($(subst .,_,$(subst /,_,$(p)))_OBJECTS))", folder).split()

    def unit_result(self, name):
        stem = os.path.join(self.test_build, re.sub(r"\.(sh|py)$", "", name))
        log, counts, result = stem + ".log", {}, "FAIL"
        if os.path.exists(stem + ".trs"):
            with open(stem + ".trs", encoding="utf-8") as file:
                result = re.search(r":global-test-result: (\w+)", file.read())[1]
            with open(log, encoding="utf-8", errors="replace") as file:
                for kind, count in CMOCKA_COUNT.findall(file.read()):
                    counts[kind] = counts.get(kind, 0) + int(count)
        if not counts or (result not in ("PASS", "SKIP") and not counts.get("FAILED")):
            counts["PASSED" if result == "PASS" else "SKIPPED" if result == "SKIP" else "FAILED"] = 1
        seconds = os.stat(log).st_mtime - self.started_at(log) if os.path.exists(log) else None
        self.tally.add(name, counts.get("PASSED", 0), counts.get("FAILED", 0), counts.get("SKIPPED", 0), seconds,
                       log if os.path.exists(log) else None)

    @staticmethod
    def started_at(path):
        """When a log was begun, as far as the file system knows."""
        birth = subprocess.run(["stat", "-c", "%.3W", path], capture_output=True, text=True, check=False).stdout
        return float(birth) if re.fullmatch(r"[\d.]+\n", birth) and float(birth) else os.stat(path).st_mtime

    def functional(self):
        """The tests of tests/functional, which prints their lines itself."""
        result = os.path.join(self.build, "functional.result")
        if os.path.exists(result):
            os.unlink(result)
        runner = subprocess.Popen([sys.executable, "-B", os.path.join(TOP, "tests/functional/run.py"), "--build",
                                   self.test_build, "--result", result, "-k", self.arguments.pattern],
                                  env={"LESSOR_TEST_SEED": str(self.seed()), **os.environ})
        try:
            runner.wait()
        except KeyboardInterrupt:
            runner.wait()  # it cleans up
            raise
        if not os.path.exists(result):
            self.tally.add("functional", failed=1)
            return
        with open(result, encoding="ascii") as file:
            passed, failed, skipped = map(int, file.read().split())
        self.tally.passed, self.tally.failed = self.tally.passed + passed, self.tally.failed + failed
        self.tally.skipped += skipped

    def fuzz(self):
        """Each fuzz target: its corpus once, then new inputs for a while; two at a time."""
        targets = [path for path in sorted(glob.glob(os.path.join(self.clang_build, "tests/fuzz/fuzz_*")))
                   if os.access(path, os.X_OK) and self.is_wanted(os.path.basename(path))]
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(self.fuzz_target, targets))

    @staticmethod
    def seed():
        """Of what is random; one for each commit, so that a run of the same commit can be repeated."""
        head = subprocess.run(["git", "-C", TOP, "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout
        return int(head[:7] or "1", 16)

    def fuzz_target(self, program):
        name = os.path.basename(program)
        grown = os.path.join(self.clang_build, "corpus", name)
        shutil.rmtree(grown, ignore_errors=True)
        os.makedirs(grown)
        seeds = os.path.join(TOP, "tests/fuzz/corpus", name.replace("fuzz_", "", 1))
        corpora = [grown] + ([seeds] if os.path.isdir(seeds) else [])
        self.step(name, grown, [program, f"-max_total_time={self.arguments.fuzz_seconds}", "-timeout=30",
                                f"-seed={self.seed()}", "-rss_limit_mb=2048", f"-artifact_prefix={self.build}/{name}-",
                                "-print_final_stats=1", *corpora])

    def quickstart(self):
        """What README.md promises to a new user; the second time it meets what the first has built."""
        if os.path.exists("/run/lessor-quickstart"):
            self.tally.add("quickstart (one that was kept is running)", skipped=1)
            return
        script = os.path.join(TOP, "contrib/quickstart")
        for name, words in (("quickstart", []), ("quickstart-again", ["--keep"]), ("quickstart-clean", ["--clean"])):
            self.step(name, TOP, [script, *words])

    def dist(self):
        """The distribution builds out of tree, passes its checks, installs and leaves nothing behind."""
        self.step("distcheck", self.test_build, self.make("distcheck", "DISTCHECK_CONFIGURE_FLAGS=CFLAGS=-O0"))

    def run(self):
        stages = self.arguments.stages or STAGES
        builds = {"test": self.prepare, "plain": self.prepare_plain, "fuzz": self.prepare_clang}
        wanted = [name for name in builds if NEEDED_BY[name] & set(stages)]
        is_configured = self.configure(*wanted)
        is_built = {name: is_configured and builds[name]() for name in wanted}
        if "unit" in stages and is_built["test"]:
            self.unit()
        if "functional" in stages and is_built["test"]:
            self.functional()
        if "fuzz" in stages and is_built["fuzz"]:
            self.fuzz()
        last = [self.quickstart] if "quickstart" in stages and self.is_wanted("quickstart") else []
        last += [self.dist] if "dist" in stages and is_built["test"] and self.is_wanted("distcheck") else []
        together(*last)  # each leaves processors idle for a while
        print(self.tally.line(), flush=True)
        return 1 if self.tally.failed or not self.tally.passed else 0


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/run", description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"only these: {', '.join(STAGES)} (default: all)")
    parser.add_argument("-k", dest="pattern", default="", help="only tests whose name matches this regular expression")
    parser.add_argument("--fuzz-seconds", type=int, default=20, help="how long each fuzz target runs (default: 20)")
    arguments = parser.parse_args()
    unknown = set(arguments.stages) - set(STAGES)
    if unknown:
        parser.error(f"no such stage: {', '.join(sorted(unknown))}")
    return arguments


if __name__ == "__main__":
    try:
        sys.exit(Tests(parse_arguments()).run())
    except KeyboardInterrupt:
        sys.exit(130)
