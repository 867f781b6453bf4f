# SPDX-License-Identifier: GPL-3.0-or-later
"""jailctl at a terminal of its own, and the frame of these tests."""
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

from jail import Jail, end_process

PROMPT = "[?]"


class Terminal:
    """A session with a pseudo terminal, in which `argv` is the session's leader."""

    def __init__(self, jail, argv, columns=100):
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        self.seen = ""
        self.mode = termios.tcgetattr(slave)

        def begin():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if jail.drop:
            os.fchown(slave, 65534, 65534)
        environment = {**jail.environment, "NO_COLOR": "1", "PS1": "READY> ", "HISTFILE": ""}
        self.process = jail.start(argv, stdin=slave, stdout=slave, stderr=slave, preexec_fn=begin,
                                  env=environment)
        self.slave = slave

    def foreground(self):
        # Asked of the slave: the kernel answers a master about its own session only.
        return struct.unpack("i", fcntl.ioctl(self.master, termios.TIOCGPGRP, b"\0" * 4))[0]

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data.decode("utf-8", "replace")
        return bool(data)

    def expect(self, words, seconds=20.0):
        """Waits until the words stand there; forgets everything up to them, and returns it."""
        end = time.monotonic() + seconds
        while words not in self.seen:
            if time.monotonic() > end:
                raise AssertionError(f"{words!r} did not come; there is {self.seen!r}")
            self.read(0.1)
        at = self.seen.index(words) + len(words)
        before, self.seen = self.seen[:at], self.seen[at:]
        return before

    def send(self, keys):
        os.write(self.master, keys.encode())

    def wait(self, seconds=20.0):
        """The exit status; what is written meanwhile is kept."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"it did not end; there is {self.seen!r}")
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            end_process(self.process.pid, 2)
            self.process.wait()
        os.close(self.slave)
        os.close(self.master)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def run_ask(jail, rule, *program, **keywords):
    return Terminal(jail, [jail.bin / "jailctl", "run", "--default", "allow", "--rule", rule, "--",
                           *program], **keywords)


def put(jail, name, text, mode=0o644):
    """A file of the user's in the place of work."""
    path = jail.work / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return jail.own(path)


def wait_state(jail, pid, letters):
    """Until the process is in one of the states (T, S, R …) of /proc/PID/stat."""
    def ask():
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in letters
    jail.wait_for(f"process {pid} in state {letters}", ask)


def main(tests):
    """Runs each function of a list with a fresh place; says which one failed."""
    failed = 0
    for test in tests:
        if len(sys.argv) > 2 and test.__name__ not in sys.argv[2:]:
            continue
        try:
            with Jail(sys.argv[1]) as jail:
                test(jail)
            print(f"ok {test.__name__}", flush=True)
        except Exception as error:  # the next one shall be run all the same
            failed += 1
            print(f"FAILED {test.__name__}: {type(error).__name__}: {error}", flush=True)
    signal.alarm(0)
    sys.exit(1 if failed else 0)
