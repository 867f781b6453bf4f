#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor's attacks all fail in its jail, and it says so when one does not.

    doctor.py BIN SOURCE
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from doctor_rows import doctor_rows
from jail import Jail, end_process, need_programs

# Without Landlock these are open, and the doctor has to say so.
BY_LANDLOCK = {"outsider-proc-mem", "outsider-descriptor"}


def ask(jail, without=""):
    """Its exit status, and its rows by name."""
    result = jail.run([jail.bin / "jail-supervisor", "--doctor", "--json"],
                      env={**jail.environment, "SECCOMP_JAIL_WITHOUT": without})
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return result.returncode, {row["name"]: row for row in rows}


def open_rows(rows):
    return {name for name, row in rows.items() if row["state"] == "open"}


# What no program gets done under a tracer that forbids nothing: the kernel does not have it or refuses
# it by itself, there is no landing page, or the rights of root are needed.
NOT_WON = {"x32-call", "unknown-number", "i386-call", "exec-32-bit", "memory-that-waits",
           "secret-memory", "setuid-program", "key-upcall", "outsider-proc-mem", "rename-of-directory"}


def check_attacks_work(jail):
    """Under strace in the supervisor's place every attack has to win: none is closed by its own fault."""
    ground = jail.own_directory("ground")
    for name in ("secret", "public"):
        (ground / name).write_text(name)
        jail.own(ground / name)
    shutil.copy(jail.bin / "jail-supervisor", ground / "refused")
    jail.own(ground / "refused")
    outsider = jail.start(["sleep", "60"], stdin=subprocess.DEVNULL)
    result = jail.run(["setpriv", "--no-new-privs", "strace", "-f", "-qqq", "-e", "trace=none", "-e",
                       "signal=none", "-o", "/dev/null", jail.bin / "jail-supervisor", "--attack",
                       ground, str(outsider.pid), "0"], timeout=120)
    end_process(outsider.pid)
    outsider.wait()
    answers = [line.split() for line in result.stdout.splitlines()]
    names = [name for name, row in ask(jail)[1].items() if row["state"] == "closed"][-len(answers):]
    yield from (f"{name} does not win without a jail: {os.strerror(int(error))}"
                for name, (_, error) in zip(names, answers)
                if error != "0" and name not in NOT_WON
                and not name.startswith(("landing-page-", "guard-")))


def check_all_closed(jail, without, count):
    """What is wrong with the doctor's rows on a kernel without something, or as it is."""
    status, rows = ask(jail, without)
    closed = [name for name, row in rows.items() if row["state"] == "closed"]
    yield from (f"without {without or 'nothing'}: {rows[name]}" for name in open_rows(rows))
    if status != 0:
        yield f"without {without or 'nothing'}: exit status {status} although all is closed"
    if len(closed) < count:
        yield f"without {without or 'nothing'}: only {len(closed)} of {count} attacks are closed"
    if without == "mseal" and rows["landing-page-moved"]["wall"] != "filter, by address":
        yield f"without mseal: {rows['landing-page-moved']}"


def check_landlock(jail):
    status, rows = ask(jail, "landlock")
    if open_rows(rows) != BY_LANDLOCK or status == 0:
        yield f"without Landlock: exit status {status}, open are {open_rows(rows)}"


def leftovers():
    return set(pathlib.Path("/tmp").glob("seccomp-jail-doctor-*"))


def main():
    need_programs("strace")
    wrong = []
    count = len(doctor_rows(pathlib.Path(sys.argv[2])))
    with Jail(pathlib.Path(sys.argv[1])) as jail:
        before = leftovers()
        for without in ("", "mseal"):
            wrong += check_all_closed(jail, without, count)
        if ask(jail)[1]["landlock"]["state"] == "ok":
            wrong += check_landlock(jail)
        wrong += check_attacks_work(jail)
        wrong += [f"left behind: {path}" for path in leftovers() - before]
    print("\n".join(wrong) or "held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
