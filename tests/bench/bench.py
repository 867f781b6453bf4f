#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what a jail costs, against the kernel's own round trip and against strace.

    bench.py BIN [--rounds N] [--quick] [--only NAME...] [--keep] [--out DIRECTORY] [--readme FILE]

Everything that is compared is measured in one run, in turn, round by round; a figure is the median
of its rounds. Writes REPORT.md and REPORT.json into DIRECTORY (BIN/bench), and the figures that
have a goal into FILE, between its two lines that say "figures". NAME: calls, held,
compute, start (in rounds), work, memory, pending, system, window (once). --keep: what is not measured now
stays as REPORT.json has it, so that it can be done part by part; no figure is of two parts. --quick
shows in seconds that each measurement works; its figures mean nothing.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import sys
import time

import figures

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail, need_programs


def table(report):
    lines = ["| figure | measured | goal | met | how |", "| --- | --- | --- | --- | --- |"]
    for row in report["figures"]:
        met = {True: "yes", False: "**no**", None: "-"}[row["met"]]
        how = "; ".join(filter(None, (row["how"], row["reason"])))
        lines.append(f"| {row['name']} | {row['text']} | {row['goal_text']} | {met} | {how} |")
    return lines


def page(report):
    lines = [
        "# What a jail costs",
        "",
        f"{measured_at(report)}, load {report['machine']['load']:.1f} at the beginning, "
        f"{report['rounds']} rounds, medians. Ratios are between figures of the same run. Made by "
        "`tests/bench/bench.py`.",
        "",
        *table(report),
        "",
        "## What was measured",
        "",
        "Calls and answers in nanoseconds each; start, work and computing in milliseconds; memory as "
        "it says.",
        "",
        "| what | median | least | most |",
        "| --- | --- | --- | --- |",
    ]
    for name, values in report["samples"].items():
        lines.append(f"| {name} | {statistics.median(values):.0f} | {min(values):.0f} | "
                     f"{max(values):.0f} |")
    return "\n".join(lines) + "\n"


def measured_at(report):
    place = report["machine"]
    return (f"{place['time']}, Linux {place['kernel']}, {place['processors']} processors "
            f"({place['model']})")


README_BEGIN, README_END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"


def with_figures(readme, report):
    """The text of a README with the report's figures in their place."""
    lines = [f"{measured_at(report)}:", "", "| figure | measured | goal |", "| --- | --- | --- |"]
    for row in report["figures"]:
        if row["met"] is not None:
            text = row["text"] if row["met"] else f"**{row['text']}**"
            lines.append(f"| {row['name']} | {text} | {row['goal_text']} |")
    head, _, rest = readme.partition(README_BEGIN)
    _, _, tail = rest.partition(README_END)
    return head + README_BEGIN + "\n".join(lines) + "\n" + README_END + tail


def machine():
    model = "unknown"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {"time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="minutes"),
            "kernel": platform.release(), "processors": os.cpu_count(), "model": model,
            "load": os.getloadavg()[0]}


def keep(samples, path):
    """Adds what an earlier run measured and this one did not."""
    if path.exists():
        for name, values in json.loads(path.read_text())["samples"].items():
            samples.setdefault(name, values)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--readme", type=pathlib.Path)
    options = parser.parse_args()
    need_programs("strace", "taskset", "git", "make")
    rounds = 1 if options.quick else options.rounds
    out = options.out or options.bin / "bench"
    out.mkdir(parents=True, exist_ok=True)
    place = machine()
    with Jail(options.bin) as free, Jail(options.bin) as pinned:
        bench = figures.Bench(free, pinned, options.quick, options.bin.resolve().parent)
        started = time.monotonic()
        for _ in range(rounds):
            bench.run_round(options.only)
        bench.run_once(options.only)
        if options.keep:
            keep(bench.samples, out / "REPORT.json")
        report = {"machine": place, "rounds": rounds, "quick": options.quick,
                  "seconds": round(time.monotonic() - started, 1), "figures": bench.figures(),
                  "samples": bench.samples}
    if options.quick:
        # the system bus takes root and a cgroup of one's own, the window a display
        missing = [row["name"] for row in report["figures"] if row["value"] is None
                   and not row["name"].endswith("system") and not row["name"].startswith("window")]
        print("not measured: " + ", ".join(missing) if missing else "every measurement works")
        return 1 if missing and not options.only else 0
    (out / "REPORT.json").write_text(json.dumps(report, indent=1) + "\n")
    (out / "REPORT.md").write_text(page(report))
    if options.readme:
        options.readme.write_text(with_figures(options.readme.read_text(), report))
    print(page(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
