#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measure Lessor beside its peers and beside the limit, in interleaved rounds, and print medians and ratios.

Every server runs alone, in network namespaces of its own, with its state on the same disk; the generator shares the machine
with it. In each round every server has its turn in each scenery, so that whatever else the machine does meets all of them.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests/functional"))

import contestants  # pylint: disable=wrong-import-position
import harness  # pylint: disable=wrong-import-position
import plans  # pylint: disable=wrong-import-position
import report  # pylint: disable=wrong-import-position

STARTING_TIMEOUT = 60
MODERATE = 2000  # exchanges a second at which latency is measured


class Bout:
    """One server in one scenery, from its start to its end."""

    def __init__(self, kind, scenery, arguments, wrapper=(), leases=None):
        self.lab = harness.Lab(arguments.build, TOP, arguments.shared)
        self.arguments, self.scenery = arguments, scenery
        self.leases, self.rate, self._seed, self._saved_seed = None, 1000, 0, 0
        try:
            server, self._generator = scenery.build(self.lab)
            self.contestant = kind(self.lab, scenery, server)
            self.contestant.wrapper = list(wrapper)
            self.contestant.prepare()
            if leases:
                self.contestant.put_leases(leases)
            started = time.monotonic()
            self.contestant.start()
            self.first_answer = self.flood("--knock", STARTING_TIMEOUT)["answeredAt"] - started
        except BaseException:
            self.close()
            raise

    def flood(self, *words):
        """Run the generator; returns what it found. Clients that renew are those whose leases were saved last."""
        is_renewing = "--renew" in words
        self._seed += not is_renewing
        where = ["--server", self.scenery.server] if is_renewing else self.scenery.flood_words
        seed = self._saved_seed if is_renewing else self._seed
        if "--save" in words:
            self._saved_seed = seed
        result = self.lab.run([os.path.join(self.lab.build, "tests/bench/flood"), *where, "--seed", seed, *words],
                              namespace=self._generator, status=None, deadline=300)
        if not result.stdout:
            raise harness.Failure(f"flood {' '.join(map(str, words))}: {result.stderr}")
        found = json.loads(result.stdout)
        if found.get("answeredAt") == 0:
            raise harness.Failure("it does not answer")
        if result.returncode and "all" in found:
            print(f"bench: {self.contestant.name} gave wrong answers: {found['all']}", file=sys.stderr)
        return found

    def measure(self, *words):
        """The same, with the server's CPU for each exchange in microseconds, from the first to the last octet."""
        before, counted = self.contestant.cpu(), self.contestant.counters()
        found = self.flood(*words)
        found["cpu"] = (self.contestant.cpu() - before) / 1000 / max(1, found["all"]["exchanges"])
        self._note_syncs(found, counted)
        return found

    def _note_syncs(self, found, before):
        """What a server that counts its syncs says of them."""
        if "commits" in before:
            found["syncs"] = (self.contestant.counters()["commits"] - before["commits"]) / max(1, found["all"]["exchanges"])

    def perfdhcp(self, *words):
        """Run Kea's own generator: exchanges a second, delays in microseconds, CPU."""
        before = self.contestant.cpu()
        text = self.lab.run(["perfdhcp", "-4", "-l", self.scenery.subnets[0].router, "-R", "1000000", "-s", "1", *words, self.scenery.server],
                            namespace=self._generator, status=None, deadline=60).stdout
        used = self.contestant.cpu() - before
        received = [int(number) for number in re.findall(r"^received packets: (\d+)", text, re.MULTILINE)]
        delays = [float(number) for number in re.findall(r"^avg delay: ([\d.]+)", text, re.MULTILINE)]
        rate = re.search(r"^Rate: ([\d.]+)", text, re.MULTILINE)
        if not rate or len(received) != 2 or not received[1]:
            raise harness.Failure(f"perfdhcp saw {received} answers")
        return {"perSecond": float(rate[1]), "delay": 1000 * sum(delays), "cpu": used / 1000 / received[1]}

    def close(self):
        problems = self.lab.close()
        if problems:
            print(problems, file=sys.stderr)


class TracedBout(Bout):
    """The same under strace, which stops it at nothing but syncs."""

    CALLS = "fsync,fdatasync,msync,sync,syncfs,sync_file_range"

    def __init__(self, kind, scenery, arguments):
        self._trace = os.path.join(arguments.shared, f"trace-{kind.name}")
        super().__init__(kind, scenery, arguments, ["strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={self.CALLS}", "-o", self._trace])

    def syncs(self):
        """End it; how often it has synced."""
        self.contestant.stop()
        with open(self._trace, encoding="ascii", errors="replace") as file:
            return sum("resumed>" not in line and "(" in line for line in file)


class Row:
    """Something that is measured: in which scenery, how long (a share of --seconds), and how."""

    def __init__(self, scenery, title, measure, needs=None):
        self.scenery, self.title, self.measure, self.needs = scenery, title, measure, needs


def _closed(n):
    def measure(bout, seconds):
        bout.leases = bout.lab.path("flood.leases")
        found = bout.measure("--closed", n, "--seconds", seconds, "--warm-up", seconds / 6, "--save", bout.leases)
        bout.rate = found["perSecond"]
        return found
    return measure


def _renew_closed(n):
    return lambda bout, seconds: bout.measure("--renew", bout.leases, "--closed", n, "--seconds", seconds * 0.7)


def _latency(bout, seconds):
    return bout.measure("--open", MODERATE, "--seconds", 3 * seconds)  # so that a percentile is of many


def _search(bout, seconds):
    return bout.measure("--search", max(100, 0.85 * bout.rate), "--seconds", seconds / 2)


def _renew_search(bout, seconds):
    return bout.measure("--renew", bout.leases, "--search", max(100, 1.2 * bout.rate), "--seconds", seconds / 3)


def _perfdhcp(bout, seconds):
    return bout.perfdhcp("-p", max(1, round(seconds)), "-W", "50000")


def _perfdhcp_moderate(bout, seconds):
    return bout.perfdhcp("-r", MODERATE, "-p", 1, "-W", "50000")


def _start(bout, _):
    rss, pss = bout.contestant.memory()
    return {"firstAnswer": 1000 * bout.first_answer, "rss": rss / 2**20, "pss": pss / 2**20}


def _syncs(bout, seconds):
    found = bout.flood("--closed", 64, "--seconds", seconds)
    return {"syncs": bout.syncs() / max(1, found["all"]["exchanges"])}


# How often a scenery is visited: in each so many rounds. What it shows is hardly noise, or takes long.
EVERY = {"million": 2, "traced": 1000}
STORED = {"million": 1000000, "ten-million": 10000000}  # leases that are there at the start
SCENERIES = {
    "relayed": lambda: plans.Scenery(plans.one()),
    "direct": lambda: plans.Scenery(plans.one(), is_direct=True),
    "public": lambda: plans.Scenery(plans.public()),
    "million": lambda: plans.Scenery(plans.one()),
    "ten-million": lambda: plans.Scenery(plans.huge()),
    "traced": lambda: plans.Scenery(plans.one()),
}
ON_REQUEST = {"ten-million"}
ROWS = {
    "dora-64": Row("relayed", "DORA, 64 outstanding, relayed", _closed(64)),
    "renew-64": Row("relayed", "renewals, 64 outstanding", _renew_closed(64), needs="dora-64"),
    "latency": Row("relayed", f"DORA at {MODERATE} a second", _latency),
    "dora-512": Row("relayed", "DORA, 512 outstanding, relayed", _closed(512)),
    "search": Row("relayed", "DORA, highest rate with < 1% lost", _search, needs="dora-512"),
    "renew-search": Row("relayed", "renewals, highest rate with < 1% lost", _renew_search, needs="dora-512"),
    "perfdhcp": Row("relayed", "perfdhcp, as fast as it can", _perfdhcp),
    "perfdhcp-2000": Row("relayed", f"perfdhcp at {MODERATE} a second", _perfdhcp_moderate),
    "direct-64": Row("direct", "DORA, 64 outstanding, direct", _closed(64)),
    "public-64": Row("public", "829 subnets: DORA, 64 outstanding", _closed(64)),
    "public-renew-64": Row("public", "829 subnets: renewals, 64 outstanding", _renew_closed(64), needs="public-64"),
    "public-512": Row("public", "829 subnets: DORA, 512 outstanding", _closed(512)),
    "million": Row("million", "a million leases: start", _start),
    "ten-million": Row("ten-million", "ten million leases: start", _start),
    "syncs": Row("traced", "DORA, 64 outstanding, counted by strace", _syncs),
}


class Bench:
    """All rounds, and what they found: {row: {server: [sample]}}."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.samples = {}
        self.keys = [key for key in ROWS if key in (arguments.rows or ROWS.keys() - ON_REQUEST)]
        for key in list(self.keys):
            if ROWS[key].needs and ROWS[key].needs not in self.keys:
                self.keys.insert(0, ROWS[key].needs)

    def run(self):
        for number in range(self.arguments.rounds):
            for scenery in [name for name in SCENERIES if number % EVERY.get(name, 1) == 0]:
                keys = [key for key in ROWS if key in self.keys and ROWS[key].scenery == scenery]
                for name in self.arguments.only if keys else ():
                    kind = contestants.ALL[name]
                    if scenery in kind.sceneries and number % kind.every == 0:
                        self._turn(kind, scenery, keys)

    def _turn(self, kind, scenery, keys):
        """One server's turn in one scenery; one that has room for few clients begins anew for each row."""
        keys = [key for key in keys if key not in kind.skips]
        for some in [[key] for key in keys] if kind.is_small else [keys]:
            needed = [ROWS[key].needs for key in some if ROWS[key].needs and ROWS[key].needs not in some]
            try:
                self._bout(kind, scenery, needed + some, some)
            except (harness.Failure, subprocess.SubprocessError, OSError) as failure:
                print(f"bench: {kind.name}, {scenery}: {failure}", file=sys.stderr)

    def _bout(self, kind, scenery, keys, wanted):
        bout = self._begin(kind, scenery)
        try:
            for key in keys:
                sample = ROWS[key].measure(bout, self.arguments.seconds)
                if key in wanted:
                    self.samples.setdefault(key, {}).setdefault(kind.name, []).append(sample)
                    print(f"  {kind.name:12} {key:16} {report.brief(sample)}", file=sys.stderr, flush=True)
        finally:
            bout.close()

    def _begin(self, kind, scenery):
        if scenery == "traced":
            return TracedBout(kind, SCENERIES[scenery](), self.arguments)
        return Bout(kind, SCENERIES[scenery](), self.arguments, leases=self._stored(kind, scenery) if scenery in STORED else None)

    def _stored(self, kind, scenery):
        """The directory with a server's files of many leases; made once."""
        folder = os.path.join(self.arguments.shared, f"{scenery}-{kind.name}")
        if not os.path.isdir(folder):
            os.mkdir(folder)
            kind.make_leases(self.arguments.build, SCENERIES[scenery]().subnets[0], STORED[scenery], folder)
        return folder


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", default=os.path.join(TOP, "build/bench"), help="where the programs were built")
    parser.add_argument("--directory", default="/var/tmp", help="where all state is kept, on a disk (default: /var/tmp)")
    parser.add_argument("--processors", type=int, default=2, help="on how many processors generator and server run together (default: 2)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each server has its turn (default: 5)")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long one measurement takes (default: 1.5)")
    parser.add_argument("--quick", action="store_true", help=f"one round of half a second, of {', '.join(contestants.QUICK)}")
    parser.add_argument("--only", nargs="+", metavar="SERVER", choices=list(contestants.ALL),
                        help=f"of {', '.join(contestants.ALL)}")
    parser.add_argument("--rows", nargs="+", metavar="ROW", choices=list(ROWS), help=f"of {', '.join(ROWS)} (default: all but {', '.join(ON_REQUEST)})")
    parser.add_argument("--json", metavar="FILE", help="also write every sample and the table to this file")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 0.5
    arguments.only = arguments.only or (contestants.QUICK if arguments.quick else contestants.USUAL)
    arguments.build = os.path.abspath(arguments.build)
    return arguments


def main():
    arguments = parse_arguments()
    harness.main_guard()
    kind = subprocess.run(["findmnt", "-n", "-o", "FSTYPE", "-T", arguments.directory], capture_output=True, text=True, check=True).stdout.strip()
    if kind == "tmpfs":
        sys.exit(f"bench: {arguments.directory} is in memory; say --directory with one that is on a disk")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:arguments.processors])
    tempfile.tempdir = arguments.directory
    arguments.shared = tempfile.mkdtemp(prefix="lsr-bench-")
    os.chmod(arguments.shared, 0o755)
    harness.adopt_orphans()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    bench = Bench(arguments)
    try:
        bench.run()
    except KeyboardInterrupt:
        print("bench: interrupted; what was measured so far:", file=sys.stderr)
    finally:
        shutil.rmtree(arguments.shared, ignore_errors=True)
    titles = {key: ROWS[key].title for key in ROWS}
    result = report.make(arguments, kind, titles, bench.samples)
    print(report.text(result))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({**result, "samples": bench.samples}, file, indent=1)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
