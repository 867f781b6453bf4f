#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A jail that has nothing to do wakes nobody: not while its program sleeps, not while a call is held."""
import pathlib
import re
import subprocess
import time

from jail import supervisor_of
from pty_jail import main

IDLE_SECONDS = 2


def switches(pid):
    """How often any thread of a process has gone to sleep or was put aside."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += sum(int(n) for n in re.findall(r"ctxt_switches:\s+(\d+)",
                                                (task / "status").read_text()))
    return total


def wakes_nobody(jail, what, *options_and_program):
    running = jail.start([jail.bin / "jailctl", "run", "--ask", "none", *options_and_program],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    one = jail.wait_for("the jail", lambda: next((
        line for line in jail.json_lines("list", "--json") if line["state"] == "running"), None))
    jail.wait_for(what, lambda: what in str(jail.json_lines("ps", str(one["id"]), "--json")))
    supervisor = supervisor_of(one["pid"])
    time.sleep(0.5)  # the last lines of the log go out
    before = switches(supervisor)
    time.sleep(IDLE_SECONDS)
    after = switches(supervisor)
    assert jail.jailctl("stop", str(one["id"])).returncode == 0
    running.stdout.read()
    running.wait(10)
    assert after == before, f"{after - before} wake-ups in {IDLE_SECONDS} s"


def while_its_program_sleeps(jail):
    wakes_nobody(jail, "clock_nanosleep", "--default", "allow", "--", "sleep", "30")


def while_a_call_is_held(jail):
    wakes_nobody(jail, "held", "--rule", "mkdir=notify", "--", "mkdir", "/tmp/never-made")


if __name__ == "__main__":
    main([while_its_program_sleeps, while_a_call_is_held])
