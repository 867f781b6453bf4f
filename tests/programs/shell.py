#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interactive bash at a terminal, bare and jailed: Ctrl-C, Ctrl-Z, fg, bg, jobs, exit status.

    shell.py BIN [--root] [--under COMMAND]
"""
import argparse
import fcntl
import os
import pathlib
import re
import select
import shlex
import sys
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail, shell_status

PROMPT = "ready> "
# Typed at the prompt; bytes after a tuple's first are typed once the shell's child sleeps.
STEPS = [
    "echo $((6 * 7)); tty | grep -c /dev/pts",
    ("sleep 100", b"\x03"),
    "echo after interrupt $?",
    ("sleep 100", b"\x1a"),
    "echo after stop $?; jobs",
    ("fg", b"\x1a"),
    "bg; jobs",
    "kill %1; wait %1; echo ended $?",
    "(exit 9); echo $?",
    ("cat", b"typed\n", b"\x04"),
    "stty -echo; stty echo; echo tty kept",
    ("sh -c 'trap \"echo trapped\" INT; sleep 1; echo then'", b"\x03"),
    "sleep 0.2 & wait; echo waited $?",
    ("sleep 100 | sleep 100", b"\x03"),
    "echo pipe $?",
]


class Terminal:
    """A pty with a shell on it; reads until the prompt comes back."""

    def __init__(self, jail, prefix):
        self.master, slave = os.openpty()
        environment = {**jail.environment, "PS1": PROMPT, "PS2": "", "HISTFILE": "/dev/null"}
        jail.own(os.ttyname(slave))
        self.process = jail.start([*prefix, "bash", "--norc", "--noediting", "-i"], stdin=slave,
                                  stdout=slave, stderr=slave, env=environment,
                                  start_new_session=True,
                                  preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.slave = slave

    def read_until(self, mark, seconds=20):
        text = ""
        end = time.monotonic() + seconds
        while mark not in text:
            if not select.select([self.master], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no {mark!r} in {seconds} s after: {text!r}")
            try:
                block = os.read(self.master, 65536)
            except OSError:
                break
            text += block.decode("utf-8", "replace")
        return text

    def foreground(self):
        """The foreground process group, once it is not the shell's own and all of it sleeps."""
        group = os.tcgetpgrp(self.master)
        members = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                members.append((int(entry), fields[0]))
        return group, members

    def wait_for_child(self, shell_group):
        for _ in range(400):
            group, members = self.foreground()
            if group != shell_group and members and all(state == "S" for _, state in members):
                return
            time.sleep(0.02)
        raise AssertionError(f"no sleeping foreground job: {self.foreground()}")

    def close(self):
        os.close(self.slave)
        os.close(self.master)
        return shell_status(self.process.wait(20))


def session(jail, prefix):
    """The whole conversation, with numbers of processes taken out, and the exit status."""
    terminal = Terminal(jail, prefix)
    said = [terminal.read_until(PROMPT)[-len(PROMPT):]]
    shell_group = os.tcgetpgrp(terminal.master)
    for step in STEPS:
        command, *keys = (step,) if isinstance(step, str) else step
        os.write(terminal.master, command.encode() + b"\n")
        for key in keys:
            terminal.wait_for_child(shell_group)
            os.write(terminal.master, key)
        said.append(terminal.read_until(PROMPT))
    os.write(terminal.master, b"exit 17\n")
    status = terminal.process.wait(20)
    terminal.close()
    talk = re.sub(r"\[(\d+)\] \d{2,}", r"[\1] PID", "".join(said).replace("\r", ""))
    return re.sub(r"^(bash|sh): line \d+: +\d+", r"\1: PID", talk, flags=re.M), shell_status(status)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--root", action="store_true", help="stay root")
    parser.add_argument("--under", type=shlex.split)
    options = parser.parse_args()
    with Jail(options.bin, as_root=options.root) as jail:
        prefix = options.under or [jail.bin / "jailctl", "run", "--user", "--rules", "all-allow",
                                   "--ask", "none", "--"]
        bare = session(jail, ["env"])
        jailed = session(jail, prefix)
    if bare != jailed:
        print(f"== bare, status {bare[1]}:\n{bare[0]}\n== jailed, status {jailed[1]}:\n{jailed[0]}")
        return 1
    print(f"{len(STEPS)} steps of an interactive bash are the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
