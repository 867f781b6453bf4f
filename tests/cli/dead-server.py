#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file system whose one file can be opened and mapped, and whose bytes never come.

    dead-server.py DIRECTORY

Says "ready", ends when its input ends. Needs root; answers what <linux/fuse.h> asks up to a read.
Every name in it is the file's, and is asked for anew each time. On a line "silent" it answers
nothing any more, on "deaf" it does not even take a request; it says the word then.
"""
import ctypes
import errno
import os
import select
import struct
import sys

LOOKUP, FORGET, GETATTR, OPEN, READ, RELEASE, FLUSH, INIT, OPENDIR = 1, 2, 3, 14, 15, 18, 25, 26, 27
SIZE = 65536
KEEP_CACHE = 2  # else each open waits for what is being read


def attributes(node):
    mode = 0o40755 if node == 1 else 0o100755
    return struct.pack("<6Q10I", node, SIZE, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(operation, node):
    """The body of an answer, a number for an error, or None for none at all."""
    if operation == INIT:
        return struct.pack("<4I2H2I2HI24x", 7, 31, SIZE, 0, 0, 0, SIZE, 1, 0, 0, 0)
    if operation == LOOKUP:
        return struct.pack("<4Q2I", 2, 0, 0, 3600, 0, 0) + attributes(2)
    if operation == GETATTR:
        return struct.pack("<Q2I", 3600, 0, 0) + attributes(node)
    if operation in (OPEN, OPENDIR):
        return struct.pack("<Q2I", 1, KEEP_CACHE, 0)
    if operation == FLUSH:
        return -errno.ENOSYS  # the kernel does not ask again: who closes the file waits for nobody
    return None if operation in (READ, FORGET) else b""


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    if libc.mount(b"dead", sys.argv[1].encode(), b"fuse", 0, options.encode()) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    print("ready", flush=True)
    state = ""
    while True:
        readable, _, _ = select.select([0] if state == "deaf" else [device, 0], [], [])
        if 0 in readable:
            state = sys.stdin.readline().strip()
            if not state:
                return
            print(state, flush=True)
            continue
        request = os.read(device, 135168)
        _, operation, unique, node = struct.unpack_from("<IIQQ", request)
        body = None if state else answer(operation, node)
        if isinstance(body, int):
            os.write(device, struct.pack("<IiQ", 16, body, unique))
        elif body is not None:
            os.write(device, struct.pack("<IiQ", 16 + len(body), 0, unique) + body)


main()
