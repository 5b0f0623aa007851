# SPDX-License-Identifier: Apache-2.0
"""What was measured, as a table: medians with the least and the greatest, and Lessor's ratios to Kea and to the limit."""
import datetime
import os
import statistics

import contestants

OURS, RIVAL, LIMIT = "lessor", "kea", "canned+sync"

# (row, field of a sample, what it is, unit, digits)
LINES = [
    ("dora-64", "perSecond", "rate", "/s", 0), ("dora-64", "cpu", "server CPU per exchange", "µs", 1),
    ("dora-64", "p50", "p50", "µs", 0), ("dora-64", "p99", "p99", "µs", 0), ("dora-64", "syncs", "syncs per acknowledgement", "", 3),
    ("dora-512", "perSecond", "rate", "/s", 0), ("dora-512", "cpu", "server CPU per exchange", "µs", 1),
    ("dora-512", "syncs", "syncs per acknowledgement", "", 3),
    ("syncs", "syncs", "syncs per acknowledgement", "", 3),
    ("search", "rate", "rate", "/s", 0),
    ("renew-64", "perSecond", "rate", "/s", 0), ("renew-64", "cpu", "server CPU per exchange", "µs", 1),
    ("renew-search", "rate", "rate", "/s", 0),
    ("latency", "p50", "p50", "µs", 0), ("latency", "p99", "p99", "µs", 0), ("latency", "p999", "p99.9", "µs", 0),
    ("latency", "cpu", "server CPU per exchange", "µs", 1), ("latency", "syncs", "syncs per acknowledgement", "", 3),
    ("perfdhcp", "perSecond", "rate", "/s", 0),
    ("perfdhcp-2000", "delay", "mean delay", "µs", 0), ("perfdhcp-2000", "cpu", "server CPU per exchange", "µs", 1),
    ("direct-64", "perSecond", "rate", "/s", 0), ("direct-64", "cpu", "server CPU per exchange", "µs", 1),
    ("public-64", "perSecond", "rate", "/s", 0), ("public-64", "cpu", "server CPU per exchange", "µs", 1),
    ("public-512", "perSecond", "rate", "/s", 0), ("public-512", "cpu", "server CPU per exchange", "µs", 1),
    ("public-renew-64", "perSecond", "rate", "/s", 0), ("public-renew-64", "cpu", "server CPU per exchange", "µs", 1),
    ("million", "firstAnswer", "to the first answer", "ms", 0), ("million", "pss", "memory (PSS)", "MiB", 0), ("million", "rss", "memory (RSS)", "MiB", 0),
    ("ten-million", "firstAnswer", "to the first answer", "ms", 0), ("ten-million", "pss", "memory (PSS)", "MiB", 0),
]

# (row, field, what of Lessor is compared with what, bound, is more better)
GOALS = [
    ("dora-64", "perSecond", "toKea", 2, True), ("dora-64", "perSecond", "toLimit", 0.8, True), ("dora-512", "perSecond", "toKea", 3, True),
    ("dora-64", "cpu", "toKea", 1 / 3, False), ("latency", "p99", "toKea", 1, False), ("million", "firstAnswer", "toKea", 1 / 50, False),
    ("million", "firstAnswer", "itself", 200, False), ("ten-million", "firstAnswer", "itself", 1000, False), ("million", "pss", "toKea", 1 / 3, False),
]
COMPARED = {"toKea": f"{OURS}/{RIVAL}", "toLimit": f"{OURS}/{LIMIT}", "itself": OURS}


def brief(sample):
    """One sample on one line, for whoever watches."""
    return "  ".join(f"{name} {value:.4g}" for name, value in sample.items() if isinstance(value, (int, float)) and name != "seconds")


def _cell(samples, field):
    values = [sample[field] for sample in samples if field in sample]
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values), "n": len(values)} if values else None


def _ratio(cells, name):
    ours, theirs = cells.get(OURS), cells.get(name)
    return ours["median"] / theirs["median"] if ours and theirs and theirs["median"] else None


def _line(titles, samples, key, field, what, unit, digits):
    cells = {name: cell for name, found in samples.get(key, {}).items() if (cell := _cell(found, field))}
    return {"row": key, "title": titles[key], "field": field, "what": what, "unit": unit, "digits": digits, "servers": cells,
            "toKea": _ratio(cells, RIVAL), "toLimit": _ratio(cells, LIMIT)}


def _goal(lines, key, field, compared, *bound):
    """A goal and how far it was reached; None if it was not measured."""
    line = next(line for line in lines if (line["row"], line["field"]) == (key, field))  # each goal is of one of LINES
    ours = line["servers"].get(OURS)
    value = line.get(compared) if compared != "itself" else ours and ours["median"]
    limit, is_more_better = bound
    return None if value is None else {
        "goal": f"{line['title']}, {line['what']}: {COMPARED[compared]}", "value": value, "bound": limit, "isMoreBetter": is_more_better,
        "isReached": value >= limit if is_more_better else value <= limit}


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "unknown processor")


def make(arguments, file_system, titles, samples):
    """Everything there is to say, as JSON would have it."""
    lines = [_line(titles, samples, *line) for line in LINES]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{_processor()}; generator and servers share processors {sorted(os.sched_getaffinity(0))}", "kernel": os.uname().release,
        "fileSystem": f"{file_system} ({arguments.directory})", "rounds": arguments.rounds, "seconds": arguments.seconds,
        "versions": {name: contestants.ALL[name].version(arguments.build) for name in arguments.only},
        "goals": [goal for wanted in GOALS if (goal := _goal(lines, *wanted))],
        "wrong": _wrong(samples), "lines": [line for line in lines if line["servers"]]}


def _wrong(samples):
    """Answers that were wrong, by server: doubles and mismatches of all runs."""
    wrong = {}
    for servers in samples.values():
        for name, found in servers.items():
            wrong[name] = wrong.get(name, 0) + sum(sample["all"]["doubles"] + sample["all"]["mismatches"] for sample in found if "all" in sample)
    return wrong


def _number(value, digits):
    return f"{value:,.{digits}f}"


def _cells(line, names):
    for name in names:
        cell, digits = line["servers"].get(name), line["digits"]
        spread = f" ({_number(cell['least'], digits)}-{_number(cell['greatest'], digits)})" if cell and cell["n"] > 1 else ""
        yield _number(cell["median"], digits) + spread if cell else ""
    for key in ("toKea", "toLimit"):
        yield "" if line[key] is None else f"{line[key]:.2g}"


def text(result):
    """The same for people, as Markdown."""
    names = [name for name in contestants.ALL if any(name in line["servers"] for line in result["lines"])]
    head = ["", "", *names, f"{OURS}/{RIVAL}", f"{OURS}/{LIMIT}"]
    rows, last = [], None
    for line in result["lines"]:
        unit = f", {line['unit']}" if line["unit"] else ""
        rows.append(["" if line["row"] == last else line["title"], line["what"] + unit, *_cells(line, names)])
        last = line["row"]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def join(row):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
    about = [f"{result['date']}: {result['machine']}; Linux {result['kernel']}; state on {result['fileSystem']}.",
             f"{result['rounds']} rounds of {result['seconds']:g} s for each measurement; medians, with the least and the greatest in parentheses.",
             "; ".join(f"{name}: {version}" for name, version in result["versions"].items()) + ".",
             "Wrong answers (an address given twice, an answer that does not fit): "
             + ", ".join(f"{name} {count}" for name, count in result["wrong"].items()) + "."]
    table = [join(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(join, rows)]
    goals = [f"* {goal['goal']} is {goal['value']:.3g}, wanted at {'least' if goal['isMoreBetter'] else 'most'} {goal['bound']:.3g}: "
             f"{'' if goal['isReached'] else 'not '}reached" for goal in result["goals"]]
    return "\n".join([*about, "", *table, "", *goals])
