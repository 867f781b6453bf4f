#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is allowed unlogged costs no stop; a rule that becomes stricter holds for every thread and
process as soon as `rule set` has answered."""
import json
import mmap
import os
import select
import signal
import struct
import subprocess
import time

from pty_jail import main, put, wait_state

KINDS = ["loop", "threads", "forks", "vforks", "filtered", "liars"]
LONG = 8


def quiet_rules(jail, *more, calls=("mkdirat", "recvfrom")):
    return put(jail, "quiet.jail.json", json.dumps(
        {"seccomp-jail": 1, "default": "allow-forever", "rules": [
            {"syscall": list(calls), "action": "allow", "log": False}, *more]}))


class Churn:
    """cli-churn in a jail; its counters."""

    def __init__(self, jail, kinds, rules=None):
        self.marks = 0
        self.path = jail.work / "counters"
        self.path.write_bytes(bytes(4096))
        jail.own(self.path)
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 4096)
        self.process = jail.start(
            [jail.bin / "jailctl", "run", "--user", "--ask", "none", "--rules",
             rules or quiet_rules(jail), "--", jail.bin / "cli-churn", self.path, *kinds])
        for kind in kinds:
            jail.wait_for(f"{kind} to run", lambda kind=kind: self.get(kind, 0) > 20, 60)

    def get(self, kind, what):
        """what: 0 ran, 1 refused, 2 leaked."""
        return struct.unpack_from("q", self.map, (2 + 3 * KINDS.index(kind) + what) * LONG)[0]

    def write(self, index, value):
        struct.pack_into("q", self.map, index * LONG, value)

    def expect_refusals(self, jail, kinds):
        """What was answered holds from now on: nothing may have run since."""
        self.marks += 1
        self.write(0, self.marks)
        before = {kind: self.get(kind, 1) for kind in kinds}
        for kind in kinds:
            jail.wait_for(f"refusals of {kind}",
                          lambda kind=kind: self.get(kind, 1) > before[kind] + 20, 60)
        leaked = {kind: self.get(kind, 2) for kind in kinds}
        assert not any(leaked.values()), leaked

    def end(self):
        self.write(1, 1)
        status = self.process.wait(60)
        assert status == 0, status


def rule(jail, verb, *words):
    result = jail.jailctl("rule", verb, "1", *words)
    assert result.returncode == 0, result.stderr


def first_jail(jail):
    return jail.json_lines("list", "--json")[0]


def a_stricter_rule_holds_for_all_when_it_is_answered(jail):
    churn = Churn(jail, KINDS)
    rule(jail, "set", "mkdirat", "abort=EACCES")
    churn.expect_refusals(jail, KINDS)
    churn.end()


def what_is_allowed_unlogged_does_not_stop(jail):
    churn = Churn(jail, ["loop"])
    # guards stop a few calls (clone3), none of those that are allowed
    jail.wait_for("many calls", lambda: churn.get("loop", 0) > 20000, 60)
    assert first_jail(jail)["calls"] < 1000, first_jail(jail)
    churn.end()


def a_filter_of_its_own_costs_the_process_that_speed(jail):
    churn = Churn(jail, ["liars"])
    assert first_jail(jail)["calls"] > 20, first_jail(jail)
    rule(jail, "set", "mkdirat", "abort=EACCES")
    churn.expect_refusals(jail, ["liars"])
    churn.end()


def every_change_holds_up_to_the_last_filter(jail):
    others = ["getgid", "getegid", "getuid", "geteuid", "getpgrp", "times", "sysinfo"]
    kinds = ["loop", "threads", "forks"]
    churn = Churn(jail, kinds, quiet_rules(jail, calls=["mkdirat", *others]))
    # each takes one call back; more than there are filters on top of each other
    for call in others:
        rule(jail, "set", call, "notify")
    rule(jail, "set", "mkdirat", "abort=EACCES")
    churn.expect_refusals(jail, kinds)
    # and milder again, which no filter can be made
    churn.write(0, 0)
    rule(jail, "set", "mkdirat", "allow")
    ran = churn.get("loop", 0)
    jail.wait_for("calls that run again", lambda: churn.get("loop", 0) > ran + 20, 60)
    rule(jail, "set", "mkdirat", "abort=EACCES")
    churn.expect_refusals(jail, kinds)
    churn.end()


def what_takes_a_rule_away_takes_back_its_calls(jail):
    refuse = {"syscall": "mkdirat", "action": "abort", "errno": "EACCES"}
    for verb, words in (("remove", ["1"]), ("disable", ["1"]), ("move", ["1", "2"]),
                        ("add", [json.dumps(refuse)])):
        churn = Churn(jail, ["loop", "forks"], quiet_rules(jail, refuse))
        number = str(max(each["id"] for each in jail.json_lines("list", "--json")))
        result = jail.jailctl("rule", verb, number, *words)
        assert result.returncode == 0, result.stderr
        churn.expect_refusals(jail, ["loop", "forks"])
        churn.end()


def rules_that_refuse_a_second_filter_are_stopped_for_from_the_start(jail):
    churn = Churn(jail, ["loop"], quiet_rules(
        jail, {"syscall": "seccomp", "action": "abort-forever"}))
    assert first_jail(jail)["calls"] > 20, first_jail(jail)
    rule(jail, "set", "mkdirat", "abort=EACCES")
    churn.expect_refusals(jail, ["loop"])
    churn.end()


RECEIVER = """
import errno, os, socket, sys
near, far = socket.socketpair()
if sys.argv[1:] == ["fed"] and os.fork() == 0:
    sys.stdin.read()
    far.send(b"x")
    os._exit(0)
print("ready", flush=True)
try:
    near.recv(1)
    print("received", flush=True)
except OSError as error:
    print(errno.errorcode[error.errno], flush=True)
"""


def read_line(process):
    assert select.select([process.stdout], [], [], 60)[0], "not a word"
    return process.stdout.readline()


def start_python(jail, rules, program, *words):
    process = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--rules", rules, "--",
                          "python3", "-c", program, *words],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert read_line(process) == "ready\n"
    return process


def end_python(process, *lines):
    process.stdin.close()
    for line in lines:
        assert read_line(process) == line + "\n", line
    assert process.wait(20) == 0
    process.stdout.close()


def a_call_that_waits_is_broken_off_and_refused(jail):
    process = start_python(jail, quiet_rules(jail), RECEIVER)
    wait_state(jail, first_jail(jail)["pid"], "S")
    rule(jail, "set", "recvfrom", "abort=EACCES")
    end_python(process, "EACCES")


def a_call_that_waits_goes_on_where_it_is_still_allowed(jail):
    process = start_python(jail, quiet_rules(jail), RECEIVER, "fed")
    wait_state(jail, first_jail(jail)["pid"], "S")
    rule(jail, "set", "mkdirat", "abort=EACCES")
    end_python(process, "received")


def who_cannot_run_is_not_waited_for(jail):
    """A thread that is held, and a parent in vfork whose child is held."""
    ask = {"syscall": ["rmdir", "execve"], "action": "notify"}
    process = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--rules",
                          quiet_rules(jail, ask), "--", jail.bin / "cli-held"],
                         stdout=subprocess.PIPE, text=True)
    calls = {call["syscall"]: str(call["id"]) for call in jail.pending(2)}
    assert sorted(calls) == ["execve", "rmdir"], calls
    rule(jail, "set", "mkdirat", "abort=EACCES")
    assert len(jail.pending(2)) == 2
    for call, line in (("rmdir", "thread refused\n"), ("execve", "parent refused\n")):
        assert jail.jailctl("decide", calls[call], "allow").returncode == 0
        assert read_line(process) == line, call
    assert process.wait(20) == 0
    process.stdout.close()


def a_stopped_process_is_held_to_it_when_it_goes_on(jail):
    churn = Churn(jail, ["loop"])
    pid = first_jail(jail)["pid"]
    os.kill(pid, signal.SIGSTOP)
    wait_state(jail, pid, "tT")
    rule(jail, "set", "mkdirat", "abort=EACCES")
    churn.marks += 1
    churn.write(0, churn.marks)
    os.kill(pid, signal.SIGCONT)
    churn.expect_refusals(jail, ["loop"])
    churn.end()


WAITS = """
import select, time
print("ready", flush=True)
start = time.monotonic()
select.epoll().poll(4)
print(time.monotonic() - start, flush=True)
"""


def a_wait_with_an_end_keeps_it(jail):
    running = jail.start([jail.bin / "jailctl", "run", "--user", "--ask", "none", "--rules",
                          quiet_rules(jail), "--", "/usr/bin/python3", "-c", WAITS],
                         stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "ready\n"
    time.sleep(2)
    # its thread is broken off, for the filter of the stricter rule
    assert jail.jailctl("rule", "set", "1", "mkdirat", "abort").returncode == 0
    took = float(running.stdout.readline())
    assert 3.9 < took < 5.5, took
    assert running.wait(10) == 0
    running.stdout.close()


if __name__ == "__main__":
    main([a_stricter_rule_holds_for_all_when_it_is_answered,
          what_is_allowed_unlogged_does_not_stop,
          a_filter_of_its_own_costs_the_process_that_speed,
          every_change_holds_up_to_the_last_filter,
          what_takes_a_rule_away_takes_back_its_calls,
          rules_that_refuse_a_second_filter_are_stopped_for_from_the_start,
          a_call_that_waits_is_broken_off_and_refused,
          a_call_that_waits_goes_on_where_it_is_still_allowed,
          who_cannot_run_is_not_waited_for,
          a_stopped_process_is_held_to_it_when_it_goes_on,
          a_wait_with_an_end_keeps_it])
