#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A held call is interrupted as the kernel would have done it: EINTR, or made again."""
import subprocess

from pty_jail import main

PROGRAM = """
import os, signal
signal.signal(signal.SIGUSR1, lambda *_: print("caught", flush=True))
signal.siginterrupt(signal.SIGUSR1, {0})
try:
    os.mkdir("a")
    print("made", flush=True)
except InterruptedError:
    print("EINTR", flush=True)
"""


def hold(jail, interrupts):
    program = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow",
                          "--rule", "mkdir=notify", "--", "/usr/bin/python3", "-c",
                          PROGRAM.format(interrupts)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return program, jail.pending()[0]


def decide(jail, call, action):
    result = jail.jailctl("decide", str(call["id"]), action)
    assert result.returncode == 0, result


def finish(program):
    said = program.stdout.read()
    assert program.wait(20) == 0, said
    return said.split()


def signal(jail, call):
    assert jail.run(["kill", "-USR1", call["pid"]]).returncode == 0


def a_handler_without_restart_sees_eintr(jail):
    program, call = hold(jail, True)
    signal(jail, call)
    decide(jail, call, "interrupt")
    assert finish(program) == ["caught", "EINTR"]
    assert not (jail.work / "a").exists()


def a_handler_with_restart_has_the_call_made_again(jail):
    program, call = hold(jail, False)
    signal(jail, call)
    decide(jail, call, "interrupt")
    again = jail.pending()[0]
    assert again["id"] != call["id"] and again["text"] == call["text"], again
    decide(jail, again, "allow")
    assert sorted(finish(program)) == ["caught", "made"]


def without_a_signal_it_is_eintr(jail):
    program, call = hold(jail, False)
    decide(jail, call, "interrupt")
    assert finish(program) == ["EINTR"]


if __name__ == "__main__":
    main([a_handler_without_restart_sees_eintr, a_handler_with_restart_has_the_call_made_again,
          without_a_signal_it_is_eintr])
