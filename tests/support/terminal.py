# SPDX-License-Identifier: GPL-3.0-or-later
"""A program at a pseudo terminal of its own: what it writes is waited for, keys are sent."""
import fcntl
import os
import select
import struct
import termios
import time

from jail import end_process


class Terminal:
    """A session with a pseudo terminal, in which `argv` is the session's leader.

    `place` is who starts it: a Jail, or a Person of a Machine.
    """

    def __init__(self, place, argv, columns=100):
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        self.seen = ""
        self.mode = termios.tcgetattr(slave)

        def begin():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if place.uid is not None:
            os.fchown(slave, place.uid, place.uid)
        environment = {**place.environment, "NO_COLOR": "1", "PS1": "READY> ", "HISTFILE": ""}
        self.process = place.start(argv, stdin=slave, stdout=slave, stderr=slave,
                                   preexec_fn=begin, env=environment)
        self.slave = slave

    def foreground(self):
        # Asked of the slave: the kernel answers a master about its own session only.
        return struct.unpack("i", fcntl.ioctl(self.master, termios.TIOCGPGRP, b"\0" * 4))[0]

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

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

    def type_unseen(self, text, seconds=20.0):
        """Types a password: what is typed before the echo is off would be thrown away."""
        end = time.monotonic() + seconds
        while self.echoes():
            if time.monotonic() > end:
                raise AssertionError(f"the echo stays on; there is {self.seen!r}")
            self.read(0.02)
        self.send(text + "\n")

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
