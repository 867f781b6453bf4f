# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that dead-server.py serves, and stops to serve when a test says so."""
import contextlib
import os
import pathlib
import subprocess
import sys


class ServedDirectory:
    def __init__(self, place, server):
        self.place = place
        self.server = server

    def become(self, word):
        """"silent": it takes requests and answers none; "deaf": it takes none."""
        self.server.stdin.write(word + "\n")
        self.server.stdin.flush()
        assert self.server.stdout.readline() == word + "\n"


@contextlib.contextmanager
def served_directory(jail, name="served"):
    """None where there cannot be one; that is said then."""
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        print("not run (machine): a file system of one's own needs root and /dev/fuse", flush=True)
        yield None
        return
    place = jail.own_directory(name)
    program = pathlib.Path(__file__).parent / "dead-server.py"
    server = subprocess.Popen([sys.executable, program, place], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        if server.stdout.readline() == "ready\n":
            yield ServedDirectory(place, server)
        else:
            print("not run (machine): a file system cannot be mounted here", flush=True)
            yield None
    finally:
        server.stdin.close()
        server.wait(10)
        server.stdout.close()
        subprocess.run(["umount", "-l", place], check=False)
