#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A held call is interrupted as the kernel would have done it: EINTR, or made again."""
import subprocess
import time

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


WAIT = """
import select, signal, sys
if {handled}:
    signal.signal(signal.SIGWINCH, lambda *_: sys.exit("caught"))
print(select.epoll().poll({seconds}), flush=True)
"""


def wait_under_signals(jail, handled, seconds):
    """What a program says that waits in epoll_wait and is sent a signal every 0.3 seconds; its exit
    status; how often its wait was asked about."""
    program = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow",
                          "--rule", "epoll_wait=notify", "--", "/usr/bin/python3", "-c",
                          WAIT.format(handled=handled, seconds=seconds)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    asked = []

    def ends():
        for call in jail.json_lines("pending", "--json"):
            if jail.jailctl("decide", str(call["id"]), "allow").returncode == 0:
                asked.append(call)
        time.sleep(0.3)
        if asked:
            jail.run(["kill", "-WINCH", asked[0]["pid"]])
        return program.poll() is not None
    jail.wait_for("the end of the wait", ends, 30)
    said = program.stdout.read().split()
    return said, program.wait(), len(asked)


def an_ignored_signal_neither_asks_again_nor_begins_a_wait_anew(jail):
    # were it begun anew each time, it would not end
    assert wait_under_signals(jail, False, 2) == (["[]"], 0, 1)
    # as it was: made again by the kernel, and never told to the program
    errors = ends_of_the_wait(jail)
    assert set(errors[:-1]) == {"ERESTARTNOHAND"} and errors[-1] is None, errors


def a_handled_signal_ends_the_wait(jail):
    assert wait_under_signals(jail, True, 60) == (["caught"], 1, 1)
    assert ends_of_the_wait(jail)[-1] == "EINTR"


def ends_of_the_wait(jail):
    return [one["errno"] for one in jail.json_lines("log", "1", "--json", "--call", "epoll_wait")]


if __name__ == "__main__":
    main([a_handler_without_restart_sees_eintr, a_handler_with_restart_has_the_call_made_again,
          without_a_signal_it_is_eintr,
          an_ignored_signal_neither_asks_again_nor_begins_a_wait_anew,
          a_handled_signal_ends_the_wait])
