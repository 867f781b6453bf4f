#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what a jail costs, against the kernel's own round trip and against strace.

    bench.py BIN [--rounds N] [--quick] [--only NAME...] [--out DIRECTORY]

Everything that is compared is measured in one run, in turn, round by round; a figure is the median
of its rounds. Writes bench.md and bench.json into DIRECTORY (BIN/bench). --quick shows in seconds
that each measurement works; its figures mean nothing.
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
        lines.append(f"| {row['name']} | {row['text']} | {row['goal_text']} | {met} | {row['how']} |")
    return lines


def page(report):
    machine = report["machine"]
    lines = [
        "# What a jail costs",
        "",
        f"{machine['time']}, Linux {machine['kernel']}, {machine['processors']} processors "
        f"({machine['model']}), {report['rounds']} rounds, medians. Ratios are between figures of "
        "the same run.",
        "",
        *table(report),
        "",
        "## Nanoseconds per call",
        "",
        "| what | median | least | most |",
        "| --- | --- | --- | --- |",
    ]
    for name, values in report["samples"].items():
        lines.append(f"| {name} | {statistics.median(values):.0f} | {min(values):.0f} | "
                     f"{max(values):.0f} |")
    return "\n".join(lines) + "\n"


def machine():
    model = "unknown"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {"time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="minutes"),
            "kernel": platform.release(), "processors": os.cpu_count(), "model": model}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    need_programs("strace", "taskset")
    rounds = 1 if options.quick else options.rounds
    out = options.out or options.bin / "bench"
    with Jail(options.bin) as free, Jail(options.bin) as pinned:
        bench = figures.Bench(free, pinned, options.quick)
        started = time.monotonic()
        for _ in range(rounds):
            bench.run_round(options.only)
        bench.run_once(options.only)
        report = {"machine": machine(), "rounds": rounds, "quick": options.quick,
                  "seconds": round(time.monotonic() - started, 1), "figures": bench.figures(),
                  "samples": bench.samples}
    if options.quick:
        missing = [row["name"] for row in report["figures"] if row["value"] is None]
        print("not measured: " + ", ".join(missing) if missing else "every measurement works")
        return 1 if missing and not options.only else 0
    (out / "bench.json").write_text(json.dumps(report, indent=1) + "\n")
    (out / "bench.md").write_text(page(report))
    print(page(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
