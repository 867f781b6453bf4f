#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual lists just the guards that a rule file may open, each with the list's own reason.

    guards.py SOURCE
"""
import pathlib
import re
import sys

ENTRY = re.compile(r'^GUARD\("([^"]+)",\s*\w+,\s*(\w+),\s*\w+,\s*(true|false),\s*"([^"]+)"', re.M)


def main():
    source = pathlib.Path(sys.argv[1])
    text = (source / "daemon/rules/guard-list.def").read_text("utf-8")
    manual = (source / "client-cli/seccomp-jail.5.scd").read_text("utf-8")
    entries = ENTRY.findall(text)
    wrong = []
    if len(entries) != len(re.findall(r"^GUARD\(", text, re.M)):
        wrong.append("an entry of guard-list.def is not understood: a name, a wall, a reason in one line")
    listed = dict(re.findall(r"^\t\*([a-z0-9_-]+)\*: (.*)\.$", manual, re.M))
    opened = {name for name, _, may_open, _ in entries if may_open == "true"}
    for name in opened:
        reasons = {reason for other, wall, _, reason in entries if other == name and wall != "PASS"}
        if listed.get(name) not in reasons:
            wrong.append(f"the manual does not say of '{name}' what guard-list.def says: {reasons}")
    wrong += [f"the manual lists '{name}', which no rule file may open" for name in listed
              if name not in opened]
    print("\n".join(wrong) or f"{len(opened)} guards")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
