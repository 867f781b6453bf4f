#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual lists just the guards that a rule file may open, each with the list's own reason, and
every guard is attacked: each of its calls by a program of tests/escape whose head names the guard.

    guards.py SOURCE
"""
import pathlib
import re
import sys

ENTRY = re.compile(r'^GUARD\("([^"]+)",\s*(\w+),\s*(\w+),\s*\w+,\s*(true|false),\s*"([^"]+)"', re.M)
# Guards that guard-list.c adds when a jail starts: a table of calls, and the name they get.
ADDED = {"pid_places": "supervisor", "advice_guards": "landing-page", "whole_guards": "landing-page"}
# They only tell the supervisor of a new root: "mounts" stands in front, and a rule file that opens
# that has given its paths up, as its check warns.
NO_WALL = {("root", "chroot"), ("root", "pivot_root")}


def check_manual(entries, manual):
    """What is wrong with the manual's list."""
    listed = dict(re.findall(r"^\t\*([a-z0-9_-]+)\*: (.*)\.$", manual, re.M))
    opened = {name for name, _, _, may_open, _ in entries if may_open == "true"}
    for name in opened:
        reasons = {reason for other, _, wall, _, reason in entries if other == name and wall != "PASS"}
        if listed.get(name) not in reasons:
            yield f"the manual does not say of '{name}' what guard-list.def says: {reasons}"
    for name in listed:
        if name not in opened:
            yield f"the manual lists '{name}', which no rule file may open"


def added_guards(text):
    """(name, call) of each guard that the program adds; a table that is not found is an error."""
    for table, name in ADDED.items():
        body = re.search(rf"\b{table}\[\] = \{{(.*?)^\}};", text, re.S | re.M)
        calls = re.findall(r"\{SYS_(\w+),", body[1]) if body else []
        if not calls or f'.name = "{name}"' not in text:
            sys.exit(f"guard-list.c has no table {table} of guards '{name}' that is understood")
        yield from ((name, call) for call in calls)


def read_attacks(directory):
    """(guards that its head names, text) of each attack."""
    for path in sorted(directory.glob("*.c")):
        text = path.read_text("utf-8")
        named = ", ".join(re.findall(r"\bGuards: ([a-z0-9_, -]+)\.", text))
        if named:
            yield path.name, set(named.split(", ")), text


def makes_call(text, call):
    return re.search(rf"\bSYS_{call}\b|\b{call}\(|\b(?:PROBE|AIM)\({call},", text)


def check_attacks(guards, attacks):
    """What no attack is made on, and what an attack says of a guard that there is not."""
    for name, call in sorted(guards):
        if not any(name in named and makes_call(text, call) for _, named, text in attacks):
            yield f"no attack in tests/escape says 'Guards: {name}.' and makes the call {call}"
    known = {name for name, _ in guards}
    for attack, named, _ in attacks:
        for name in sorted(named - known):
            yield f"tests/escape/{attack} names the guard '{name}', which there is not"


def main():
    source = pathlib.Path(sys.argv[1])
    text = (source / "daemon/rules/guard-list.def").read_text("utf-8")
    manual = (source / "client-cli/seccomp-jail.5.scd").read_text("utf-8")
    entries = ENTRY.findall(text)
    wrong = []
    if len(entries) != len(re.findall(r"^GUARD\(", text, re.M)):
        wrong.append("an entry of guard-list.def is not understood: a name, a wall, a reason in one line")
    wrong += check_manual(entries, manual)
    guards = {(name, call) for name, call, *_ in entries}
    guards -= NO_WALL
    guards |= set(added_guards((source / "daemon/rules/guard-list.c").read_text("utf-8")))
    attacks = list(read_attacks(source / "tests/escape"))
    wrong += check_attacks(guards, attacks)
    print("\n".join(wrong) or f"{len(guards)} calls of {len({name for name, _ in guards})} guards, "
                              f"{len(attacks)} attacks on them")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
