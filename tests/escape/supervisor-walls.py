#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The supervisor of a running jail lives behind walls of its own.

    supervisor-walls.py BIN
"""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail, end_process

# Of an ordinary user's supervisor; every thread of it.
EXPECTED = {"CapInh": "0000000000000000", "CapPrm": "0000000000000000",
            "CapEff": "0000000000000000", "CapAmb": "0000000000000000",
            "NoNewPrivs": "1", "Seccomp": "2"}


def fields(path):
    """The lines "Name: value" of a status file."""
    return dict(re.findall(r"^(\w+):\s*(.*)$", pathlib.Path(path).read_text("ascii", "replace"), re.M))


def look_at(pid):
    """What is wrong with this supervisor."""
    wrong = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        status = fields(f"/proc/{pid}/task/{tid}/status")
        wrong += [f"thread {tid}: {name} is {status.get(name)}, not {value}"
                  for name, value in EXPECTED.items() if status.get(name) != value]
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text("ascii")
    if not re.search(r"^Max core file size\s+0\s+0\s", limits, re.M):
        wrong.append("it may write core files")
    if os.stat(f"/proc/{pid}/environ").st_uid != 0:
        wrong.append("it is dumpable: its user may look into it")
    return wrong


SCRIPT = "mkdir=script=/bin/true"


def walls_of(jail, pid):
    """What is wrong with the supervisor of this process, and then the jail is ended."""
    status = jail.wait_for("the program's image",
                           lambda: fields(f"/proc/{pid}/status")["Name"] == "sleep"
                           and fields(f"/proc/{pid}/status"))
    wrong = look_at(int(status["TracerPid"]))
    number = max(one["id"] for one in jail.json_lines("list", "--json"))
    assert jail.jailctl("stop", str(number)).returncode == 0
    return wrong


def run_program(jail, *options):
    command = jail.start([jail.bin / "jailctl", "run", "--user", "--default", "allow", "--ask",
                          "none", *options, "--", "sleep", "60"])
    try:
        return walls_of(jail, jail.wait_for("the program", lambda: sum(
            one["pid"] for one in jail.json_lines("list", "--json") if one["state"] == "running")))
    finally:
        end_process(command.pid)
        command.wait()


def attach_program(jail, *options):
    program = jail.start(["sleep", "60"])
    command = jail.start([jail.bin / "jailctl", "attach", "--user", "--default", "allow", "--ask",
                          "none", *options, str(program.pid)])
    try:
        jail.wait_for("its supervisor",
                      lambda: fields(f"/proc/{program.pid}/status")["TracerPid"] != "0")
        jail.wait_for("its jail", lambda: any(
            one["state"] == "running" for one in jail.json_lines("list", "--json")))
        return walls_of(jail, program.pid)
    finally:
        for one in (command, program):
            end_process(one.pid)
            one.wait()


def main():
    wrong = []
    with Jail(pathlib.Path(sys.argv[1])) as jail:
        for start in (run_program, attach_program):
            for options in ((), ("--rule", SCRIPT)):
                wrong += [f"{start.__name__} {options}: {one}" for one in start(jail, *options)]
    print("\n".join(wrong) or "held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
