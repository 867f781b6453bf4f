#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A supervisor that is killed while it hands threads from one of its tracers to the other: the
program is dead, or stands in the parking loop and dies of that; none of it ever runs on."""
import os
import pathlib
import random
import re
import signal
import subprocess
import time

from pty_jail import main

ROUNDS = 40
HOT = 2  # processes, each handed over at every stop
LOOP_SECONDS = 100  # the parking loop's end on a busy machine


def tracer_of(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        thread = int(re.search(r"TracerPid:\s+(\d+)", status)[1])
        group = pathlib.Path(f"/proc/{thread}/status").read_text(encoding="ascii", errors="replace")
        return int(re.search(r"Tgid:\s+(\d+)", group)[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def hot_processes(jail):
    """Those that make calls; zombies are gone."""
    found = []
    for pid in jail.processes():
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
            name, rest = re.match(r"\d+ \((.*)\) (.)", fields).groups()
            if name == "calls" and rest not in "ZX":
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def it_dies_and_makes_no_call(jail):
    jail.environment["SECCOMP_JAIL_HAND_OVER"] = "1"
    calls = f"{jail.bin}/bench/calls 1000000000 mkdirat 1 0"
    lived = 0
    for _ in range(ROUNDS):
        running = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow",
                              "--", "sh", "-c", f"{calls} & {calls} & wait"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        pids = jail.wait_for("the hot processes", lambda: (
            lambda found: found if len(found) == HOT else None)(hot_processes(jail)))
        supervisor = jail.wait_for("its supervisor", lambda: next(
            filter(None, map(tracer_of, pids)), None))
        time.sleep(random.uniform(0, 0.05))  # whenever it may be
        os.kill(supervisor, signal.SIGKILL)
        started = time.monotonic()
        jail.wait_for("the end of the program", lambda: not hot_processes(jail), LOOP_SECONDS)
        lived = max(lived, time.monotonic() - started)
        # one that had gone on would have come to its end, or be at it
        assert running.communicate(timeout=20)[0] == b"", "the program went on"
        assert running.returncode == 137, running.returncode
    print(f"{ROUNDS} supervisors were killed; the last process was gone after {lived:.1f} s")


if __name__ == "__main__":
    main([it_dies_and_makes_no_call])
