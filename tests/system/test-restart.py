#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""jaild ends, whatever the cause, and comes back: the jails go on, and nothing of them is lost."""
import contextlib
import json
import pathlib
import signal
import subprocess

from jail import wait_for
from machine import main
from terminal import Terminal

ASK_FOR_MKDIR = ("--default", "allow", "--rule", "mkdir=notify", "--ask", "none")


class Runs:
    """jailctl runs of one person, in the background."""

    def __init__(self, person, *words):
        self.process = person.start([person.bin / "jailctl", "run", "--system", *words],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def end(self):
        """Its exit status and what it said."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def main_pid(machine):
    return int(machine.property("jaild.service", "MainPID"))


def is_ready(machine, before):
    return machine.property("jaild.service", "ActiveState") == "active" and (
        main_pid(machine) not in (0, before))


def kill(machine, number=signal.SIGKILL):
    """Ends jaild; systemd starts another."""
    before = main_pid(machine)
    machine.root.check(["kill", f"-{int(number)}", str(before)])
    wait_for("another jaild", lambda: is_ready(machine, before))


def restart(machine):
    before = main_pid(machine)
    machine.root.check(["systemctl", "restart", "jaild"])
    assert is_ready(machine, before)


def upgrade(machine):
    """Another file under the same name, as a package puts it there."""
    path = pathlib.Path(machine.root.check(["systemctl", "show", "-p", "ExecStart", "jaild"])
                        .split("path=")[1].split(" ")[0])
    machine.root.check(["cp", path, f"{path}.new"])
    machine.root.check(["mv", f"{path}.new", path])
    restart(machine)


@contextlib.contextmanager
def setting(machine, service, unit=""):
    """A drop-in for the time of a test."""
    directory = "/run/systemd/system/jaild.service.d"
    machine.put(f"{directory}/test.conf", f"[Unit]\n{unit}\n[Service]\n{service}\n")
    machine.root.check(["systemctl", "daemon-reload"])
    try:
        yield
    finally:
        machine.root.check(["rm", f"{directory}/test.conf"])
        machine.root.check(["systemctl", "daemon-reload"])
        machine.root.check(["systemctl", "reset-failed", "jaild"])


def jails(person, state="running"):
    return [jail for jail in person.json_lines("list", "--system", "--json")
            if jail["state"] == state]


def jail(person, number):
    return next(jail for jail in person.json_lines("list", "--system", "--json")
                if jail["id"] == number)


def supervisors(machine):
    """Pids inside, by what they are called."""
    found = machine.root.run(["pgrep", "-x", "jail-supervisor"]).stdout.split()
    return [int(pid) for pid in found]


def goes_on_over(machine, blow):
    alice, name = machine.alice, f"made-{blow.__name__}"
    script = f"mkdir {name}; cd {name}; mkdir under; echo made"
    with Runs(alice, *ASK_FOR_MKDIR, "--log", f"{name}.log", "--", "sh", "-c", script) as run:
        before = alice.pending()[0]
        blow(machine)
        held = alice.pending()
        assert [call["id"] for call in held] == [before["id"]], held
        assert [one["id"] for one in jails(alice)] == [before["jail"]]
        alice.check([alice.bin / "jailctl", "decide", str(before["id"]), "allow"])
        after = wait_for("the second call", lambda: [
            call for call in alice.pending() if call["id"] != before["id"]])
        assert after[0]["id"] == before["id"] + 1, after
        alice.check([alice.bin / "jailctl", "decide", str(after[0]["id"]), "allow"])
        assert run.end() == (0, "made\n", ""), run
    check_log(alice, f"{name}.log")
    ended = jail(alice, before["jail"])
    assert (ended["state"], ended["status"], ended["reason"]) == ("ended", 0, "exited"), ended


def check_log(person, file):
    records = [json.loads(line) for line in person.check(["cat", file]).splitlines()]
    numbers = [record["seq"] for record in records if "seq" in record]
    assert numbers == list(range(1, len(numbers) + 1)), numbers
    assert [record["return"] for record in records if record.get("syscall") == "mkdir"] == [0, 0]


def a_restart_ends_no_jail(machine):
    goes_on_over(machine, restart)


def a_killed_jaild_ends_no_jail(machine):
    goes_on_over(machine, kill)


def an_upgraded_jaild_ends_no_jail(machine):
    goes_on_over(machine, upgrade)


def a_jaild_that_hangs_is_replaced_and_ends_no_jail(machine):
    def hang(machine):
        before = main_pid(machine)
        machine.root.check(["kill", "-STOP", str(before)])
        wait_for("another jaild", lambda: is_ready(machine, before))
    with setting(machine, "WatchdogSec=2s"):
        restart(machine)
        goes_on_over(machine, hang)
        assert "Watchdog timeout" in machine.journal()


def a_jail_that_ends_while_nobody_is_there_is_told_afterwards(machine):
    alice = machine.alice
    with setting(machine, "RestartSec=2s"), Runs(
            alice, "--rules", "all-allow", "--", "sh", "-c", "read line < go; exit 7") as run:
        alice.check(["mkfifo", "go"])
        number = wait_for("the jail", lambda: jails(alice))[0]["id"]
        before = main_pid(machine)
        machine.root.check(["kill", "-KILL", str(before)])
        wait_for("no jaild", lambda: main_pid(machine) == 0)
        alice.check(["sh", "-c", "echo > go"])
        assert run.end() == (7, "", ""), run
        assert main_pid(machine) not in (0, before)
        ended = jail(alice, number)
        assert (ended["status"], ended["reason"]) == (7, "exited"), ended


def a_supervisor_that_dies_while_nobody_is_there_is_told_afterwards(machine):
    alice = machine.alice
    with setting(machine, "RestartSec=2s"), Runs(
            alice, "--rules", "all-allow", "--", "sleep", "1000") as run:
        number = wait_for("the jail", lambda: jails(alice))[0]["id"]
        machine.root.check(["kill", "-KILL", str(main_pid(machine))])
        wait_for("no jaild", lambda: main_pid(machine) == 0)
        for pid in supervisors(machine):
            machine.root.check(["kill", "-KILL", str(pid)])
        status, out, err = run.end()
        assert (status, out) == (137, "") and "supervisor" in err, (status, out, err)
        ended = jail(alice, number)
        assert (ended["status"], ended["reason"]) == (137, "supervisor-died"), ended


def a_killed_supervisor_takes_its_own_jail_only(machine):
    alice = machine.alice
    with Runs(alice, "--rules", "all-allow", "--", "sleep", "1000") as one:
        first = wait_for("the jail", lambda: jails(alice))[0]["id"]
        victim = supervisors(machine)
        assert len(victim) == 1, victim
        with Runs(alice, *ASK_FOR_MKDIR, "--", "mkdir", "of-another") as other:
            held = alice.pending()[0]
            machine.root.check(["kill", "-KILL", str(victim[0])])
            status, _, err = one.end()
            assert status == 137 and "supervisor" in err, (status, err)
            assert jail(alice, first)["reason"] == "supervisor-died"
            alice.check([alice.bin / "jailctl", "decide", str(held["id"]), "allow"])
            assert other.end() == (0, "", "")


def numbers_are_not_given_again_and_ended_jails_are_known(machine):
    alice = machine.alice
    alice.check([alice.bin / "jailctl", "run", "--rules", "all-allow", "--", "true"])
    before = max(one["id"] for one in alice.json_lines("list", "--json"))
    log = alice.check([alice.bin / "jailctl", "log", str(before), "--json"])
    assert '"execve"' in log or log.count("\n") > 3, log
    kill(machine)
    assert jail(alice, before)["state"] == "ended"
    assert alice.check([alice.bin / "jailctl", "log", str(before), "--json"]) == log
    alice.check([alice.bin / "jailctl", "run", "--rules", "all-allow", "--", "true"])
    after = max(one["id"] for one in alice.json_lines("list", "--json"))
    assert after == before + 1, (before, after)


def a_follower_of_the_log_misses_nothing(machine):
    alice = machine.alice
    alice.check(["sh", "-c", "mkfifo steps"])
    script = "while read step; do mkdir /tmp/step-$step; done < steps"
    with Runs(alice, "--default", "allow-forever", "--rule", "mkdir=allow", "--", "sh", "-c",
              script) as run:
        number = wait_for("the jail", lambda: jails(alice))[0]["id"]
        follower = alice.start([alice.bin / "jailctl", "log", str(number), "--follow", "--json"],
                               stdout=subprocess.PIPE, text=True)
        writer = alice.start(["sh", "-c", "cat > steps"], stdin=subprocess.PIPE, text=True)
        for step in range(6):
            writer.stdin.write(f"{step}\n")
            writer.stdin.flush()
            line = json.loads(follower.stdout.readline())
            assert f"step-{step}" in line["text"], line
            if step in (1, 3):
                kill(machine)
        writer.stdin.close()
        writer.wait()
        assert run.end() == (0, "", "")
        assert follower.stdout.read() == ""
        follower.wait()


def descriptors_kept(machine):
    return int(machine.property("jaild.service", "NFileDescriptorStore"))


def ten_jails_go_on_at_once_and_leave_two_descriptors_each(machine):
    """The record and the log of a jail that has ended; its other three are let go."""
    alice = machine.alice
    before = descriptors_kept(machine)
    with contextlib.ExitStack() as stack:
        runs = [stack.enter_context(Runs(alice, *ASK_FOR_MKDIR, "--", "mkdir", f"one-{i}"))
                for i in range(10)]
        held = alice.pending(10)
        assert descriptors_kept(machine) >= before + 10 * 4
        kill(machine)
        restart(machine)
        assert sorted(call["id"] for call in alice.pending(10)) == sorted(
            call["id"] for call in held)
        for call in held:
            alice.check([alice.bin / "jailctl", "decide", str(call["id"]), "allow"])
        for run in runs:
            assert run.end() == (0, "", "")
    wait_for("the store", lambda: descriptors_kept(machine) == before + 10 * 2)


def a_question_that_stands_is_answered_after_a_restart(machine):
    alice = machine.alice
    with Terminal(alice, [alice.bin / "jailctl", "run", "--system", "--default", "allow", "--rule",
                          "mkdir=notify", "--", "sh", "-c", "mkdir one; mkdir two; echo made"]
                  ) as terminal:
        terminal.expect('mkdir("one"')
        kill(machine)
        terminal.send("a")
        terminal.expect('mkdir("two"')
        restart(machine)
        terminal.send("a")
        terminal.expect("made")
        assert terminal.wait() == 0


def calls_of_a_client_that_is_gone_are_answered_by_another(machine):
    alice = machine.alice
    with Runs(alice, *ASK_FOR_MKDIR, "--", "mkdir", "without-a-client") as run:
        held = alice.pending()[0]
        run.process.kill()
        run.process.wait()
        kill(machine)
        assert [call["id"] for call in alice.pending()] == [held["id"]]
        alice.check([alice.bin / "jailctl", "decide", str(held["id"]), "allow"])
        wait_for("the end", lambda: jail(alice, held["jail"])["state"] == "ended")
        assert jail(alice, held["jail"])["status"] == 0
        alice.check(["test", "-d", "without-a-client"])


@contextlib.contextmanager
def slow_supervisors(machine):
    """Who was started waits, and its jail with it, before it does anything."""
    # Where the installed jaild looks for it.
    program = pathlib.Path(machine.root.check(
        ["sh", "-c", "ls /usr/libexec/seccomp-jail/jail-supervisor "
         "/usr/local/libexec/seccomp-jail/jail-supervisor 2>/dev/null || true"]).strip())
    machine.root.check(["mv", program, f"{program}.real"])
    machine.put(program, f"#!/bin/sh\nsleep 3\nexec {program}.real\n", 0o755)
    try:
        yield
    finally:
        machine.root.check(["mv", f"{program}.real", program])


def a_jail_that_was_being_started_is_not_half_there_afterwards(machine):
    alice = machine.alice
    with slow_supervisors(machine), Runs(
            alice, "--rules", "all-allow", "--", "touch", "ran-all-the-same") as run:
        wait_for("the supervisor", lambda: machine.root.run(
            ["pgrep", "-f", "^/bin/sh .*jail-supervisor"]).stdout.split())
        kill(machine)
        status, out, err = run.end()
        assert (status, out) == (125, "") and err, (status, out, err)
        wait_for("the supervisor's end", lambda: not machine.root.run(
            ["pgrep", "-f", "^/bin/sh .*jail-supervisor"]).stdout.split())
    assert not jails(alice, "starting") and not jails(alice), jails(alice)
    assert alice.run(["test", "-e", "ran-all-the-same"]).returncode == 1


def a_jaild_that_is_given_up_ends_its_jails(machine):
    alice = machine.alice
    with setting(machine, "RestartSec=0", unit="StartLimitBurst=2"), Runs(
            alice, "--rules", "all-allow", "--", "sleep", "1000") as run:
        wait_for("the jail", lambda: jails(alice))
        for _ in range(4):
            pid = main_pid(machine)
            if pid:
                machine.root.run(["kill", "-KILL", str(pid)])
                wait_for("its end", lambda pid=pid: main_pid(machine) != pid)
        wait_for("the failure", lambda: machine.property(
            "jaild.service", "ActiveState") == "failed")
        status, _, err = run.end()
        assert status == 137 and "jaild ended" in err, (status, err)
        wait_for("the supervisors' end", lambda: not supervisors(machine))
    machine.root.check(["systemctl", "start", "jaild"])


def a_stop_ends_every_jail(machine):
    alice = machine.alice
    with Runs(alice, "--rules", "all-allow", "--", "sleep", "1000") as run:
        wait_for("the jail", lambda: jails(alice))
        machine.root.check(["systemctl", "stop", "jaild"])
        status, _, _ = run.end()
        assert status == 137, status
        wait_for("the supervisors' end", lambda: not supervisors(machine))


main([a_restart_ends_no_jail, a_killed_jaild_ends_no_jail, an_upgraded_jaild_ends_no_jail,
      a_jaild_that_hangs_is_replaced_and_ends_no_jail,
      a_jail_that_ends_while_nobody_is_there_is_told_afterwards,
      a_supervisor_that_dies_while_nobody_is_there_is_told_afterwards,
      a_killed_supervisor_takes_its_own_jail_only,
      numbers_are_not_given_again_and_ended_jails_are_known,
      a_follower_of_the_log_misses_nothing,
      ten_jails_go_on_at_once_and_leave_two_descriptors_each,
      a_question_that_stands_is_answered_after_a_restart,
      calls_of_a_client_that_is_gone_are_answered_by_another,
      a_jail_that_was_being_started_is_not_half_there_afterwards,
      a_jaild_that_is_given_up_ends_its_jails,
      a_stop_ends_every_jail])
