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


def main():
    with Jail(pathlib.Path(sys.argv[1])) as jail:
        command = jail.start([jail.bin / "jailctl", "run", "--user", "--default", "allow", "--ask",
                              "none", "--", "sleep", "60"])
        try:
            program = jail.wait_for("the program", lambda: sum(
                one["pid"] for one in jail.json_lines("list", "--json")))
            status = jail.wait_for("the program's image",
                                   lambda: fields(f"/proc/{program}/status")["Name"] == "sleep"
                                   and fields(f"/proc/{program}/status"))
            wrong = look_at(int(status["TracerPid"]))
        finally:
            end_process(command.pid)
            command.wait()
    print("\n".join(wrong) or "held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
