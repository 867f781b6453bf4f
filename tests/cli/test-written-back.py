#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that write to what they read work when they are held: no copy stands in for that memory."""
import json

from pty_jail import main, put

PROGRAM = r"""
import array, fcntl, os, select, signal, socket, struct, sys

def show(name, value):
    print(name, value, flush=True)

udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
own = udp.getsockname()
for receive in (udp.recvfrom, lambda n: udp.recvmsg(n, 100)):
    udp.sendto(b"hello", own)
    answer = receive(5)
    show("receive", (answer[0], answer[-1] == own))
tcp = socket.socket()
tcp.bind(("127.0.0.1", 0))
tcp.listen()
peer = socket.socket()
peer.connect(tcp.getsockname())
other, address = tcp.accept()
show("accept", address == peer.getsockname() == other.getpeername())
show("getsockopt", tcp.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
left, right = socket.socketpair()
socket.send_fds(left, [b"x"], [0])
show("descriptors", len(socket.recv_fds(right, 1, 1)[1]))
read, write = os.pipe()
os.write(write, b"data")
show("select", select.select([read], [], [], 1)[0] == [read])
poll = select.poll()
poll.register(read, select.POLLIN)
show("poll", poll.poll(1000) == [(read, select.POLLIN)])
with open("from", "wb+") as source, open("to", "wb+") as target:
    source.write(b"0123456789")
    source.flush()
    show("sendfile", os.sendfile(target.fileno(), source.fileno(), 2, 3))
    show("copy", os.copy_file_range(source.fileno(), target.fileno(), 4, 1, 5))
    show("splice", os.splice(source.fileno(), write, 2, offset_src=7))
    target.seek(0)
    show("target", target.read())
show("pipe", os.read(read, 10))
show("interface", struct.unpack("16sH", fcntl.ioctl(udp, 0x8913, b"lo".ljust(40, b"\0"))[:18])[1] & 1)
"""
CALLS = ["recvfrom", "recvmsg", "accept", "accept4", "getsockname", "getpeername", "getsockopt",
         "select", "pselect6", "poll", "ppoll", "sendfile", "copy_file_range", "splice", "ioctl"]


def calls_that_write_back_work_when_they_are_judged_with_their_memory(jail):
    judge = put(jail, "judge", "#!/bin/sh\necho allow\n", 0o755)
    rules = put(jail, "test.jail.json", json.dumps({
        "seccomp-jail": 1, "default": "allow-forever",
        "rules": [{"syscall": CALLS, "action": "script", "script": str(judge)}]}))
    program = ["/usr/bin/python3", put(jail, "program", PROGRAM)]
    bare = jail.run(program)
    assert bare.returncode == 0, bare
    jailed = jail.jailctl("run", "--ask", "none", "--rules", rules, "--", *program)
    assert (jailed.returncode, jailed.stdout) == (0, bare.stdout), jailed
    seen = {record["syscall"] for record in jail.json_lines("log", "1", "--json")}
    assert seen >= {"recvfrom", "recvmsg", "accept4", "getsockname", "poll", "sendfile", "ioctl",
                    "copy_file_range", "splice", "getsockopt"}, seen


if __name__ == "__main__":
    main([calls_that_write_back_work_when_they_are_judged_with_their_memory])
