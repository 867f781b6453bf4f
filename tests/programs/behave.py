#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs test programs bare, in a jail that allows and logs every call, and in one that looks at the
paths and addresses of calls without a log, so that they run with pinned arguments; all must look
the same.

    behave.py BIN [--root] [--under COMMAND] NAME...

COMMAND stands in for the jail ("strace -f -o /dev/null"): what differs there is ptrace's doing.
"""
import argparse
import json
import pathlib
import shlex
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail, shell_status

JUDGED = {
    "seccomp-jail": 1,
    "default": "allow-forever",
    "rules": [
        {"syscall": ["open", "openat", "openat2", "creat", "stat", "lstat", "newfstatat", "statx",
                     "access", "faccessat", "faccessat2", "readlink", "readlinkat", "mkdir",
                     "mkdirat", "unlink", "unlinkat", "rmdir", "mknod", "mknodat", "chmod",
                     "fchmodat", "chdir", "execve", "truncate", "statfs", "utimensat"],
         "where": {"path": "/nowhere/**"}, "action": "abort", "log": False},
        {"syscall": ["bind", "connect"], "where": {"address": "203.0.113.1"}, "action": "abort",
         "log": False},
    ],
}
# Its pointers lead nowhere: a rule that looks at such an argument refuses the call, EFAULT or not.
NOT_JUDGED = {"random-calls"}
INPUT = bytes(range(256)) * 4000
TIMEOUT = 60


def observe(jail, argv):
    """(exit status, standard output) of a run."""
    result = jail.run(argv, stdin=INPUT, timeout=TIMEOUT)
    return shell_status(result.returncode), result.stdout, result.stderr


def complaint(name, bare, jailed):
    """What differs, as lines, or nothing."""
    lines = []
    if bare[0] != jailed[0]:
        lines.append(f"{name}: exit status {bare[0]} bare, {jailed[0]} jailed")
    if bare[1] != jailed[1]:
        here, there = bare[1].splitlines(), jailed[1].splitlines()
        lines.append(f"{name}: output differs ({len(here)} lines bare, {len(there)} jailed)")
        lines += [f"  - {line}" for line in here if line not in there][:20]
        lines += [f"  + {line}" for line in there if line not in here][:20]
    if lines and jailed[2]:
        lines.append(f"  standard error: {jailed[2][-1000:]}")
    return lines


def log_complaint(name, path):
    """A mediated run leaves a log whose every line is a call, in order, allowed."""
    try:
        records = [json.loads(line) for line in path.read_text().splitlines()]
    except (OSError, ValueError) as error:
        return [f"{name}: the log cannot be read: {error}"]
    # What a busy machine could not write is counted in a line of its own; nothing may be silent.
    gaps = [record for record in records if "action" not in record]
    if any("dropped" not in record for record in gaps):
        return [f"{name}: a record without an action: {gaps[0]}"]
    records = [record for record in records if "action" in record]
    numbers = [record["seq"] for record in records]
    if not records:
        return [f"{name}: the log is empty"]
    if numbers != sorted(set(numbers)):
        return [f"{name}: the log is out of order"]
    refused = [record for record in records if record["action"] not in ("allow", None)
               and record.get("by") != "supervisor"]
    return [f"{name}: not allowed: {record['text']}" for record in refused[:3]]


def check(jail, name, under):
    program = jail.bin / "programs" / name
    bare = observe(jail, [program])
    if under:
        return complaint(name, bare, observe(jail, [*under, program]))
    log = jail.work / f"{name}.log"
    command = [jail.bin / "jailctl", "run", "--user", "--default", "allow", "--ask", "none", "--log",
               log, "--", program]
    found = complaint(name, bare, observe(jail, command)) + log_complaint(name, log)
    if name in NOT_JUDGED:
        return found
    judged = [jail.bin / "jailctl", "run", "--user", "--ask", "none", "--rules",
              jail.work / "judged.jail.json", "--", program]
    return found + complaint(f"{name} (judged)", bare, observe(jail, judged))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--root", action="store_true", help="stay root")
    parser.add_argument("--under", type=shlex.split)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or sorted(path.name for path in (options.bin / "programs").iterdir())
    failures = []
    with Jail(options.bin, as_root=options.root) as jail:
        rules = jail.work / "judged.jail.json"
        rules.write_text(json.dumps(JUDGED))
        jail.own(rules)
        for name in names:
            try:
                failures += check(jail, name, options.under)
            except AssertionError as error:
                failures.append(f"{name}: {error}")
    print("\n".join(failures) or f"{len(names)} programs behave as without a jail")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
