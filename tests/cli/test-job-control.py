#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`jailctl run -- bash` is a usable shell, and jailctl itself is a usable job of one."""
import os

from pty_jail import PROMPT, Terminal, main, wait_state

BASH = ["bash", "--norc", "--noprofile", "--noediting", "-i"]


def shell(jail, *rules):
    options = [word for rule in rules for word in ("--rule", rule)]
    terminal = Terminal(jail, [jail.bin / "jailctl", "run", "--default", "allow", *options, "--",
                               *BASH])
    terminal.expect("READY> ")
    return terminal


def leave(terminal, jail):
    del jail
    terminal.send("exit 5\n")
    assert terminal.wait() == 5, terminal.seen


def start_in_foreground(terminal, jail, command, shell_group):
    terminal.send(command + "\n")
    jail.wait_for("a job in the foreground", lambda: terminal.foreground() != shell_group)
    return terminal.foreground()


def a_jailed_shell_stops_continues_and_interrupts_jobs(jail):
    with shell(jail) as terminal:
        group = terminal.foreground()
        job = start_in_foreground(terminal, jail, "sleep 30", group)
        terminal.send("\x1a")
        terminal.expect("Stopped")
        terminal.expect("READY> ")
        wait_state(jail, job, "Tt")
        terminal.send("bg\n")
        terminal.expect("READY> ")
        wait_state(jail, job, "S")
        start_in_foreground(terminal, jail, "fg", group)
        terminal.send("\x03")
        terminal.expect("READY> ")
        terminal.send("echo status $?\n")
        terminal.expect("status 130")
        leave(terminal, jail)


def a_question_takes_the_terminal_and_gives_it_back(jail):
    with shell(jail, "mkdir=notify") as terminal:
        group = terminal.foreground()
        terminal.send("mkdir made\n")
        terminal.expect(PROMPT)
        assert terminal.foreground() == terminal.process.pid
        terminal.send("a")
        terminal.expect("READY> ")
        assert (jail.work / "made").is_dir()
        assert terminal.foreground() == group
        terminal.send("mkdir not-made\n")
        terminal.expect(PROMPT)
        terminal.send("\x03")
        terminal.expect("READY> ")
        assert not (jail.work / "not-made").exists()
        leave(terminal, jail)


def a_background_job_asks_when_it_comes_to_the_foreground(jail):
    with shell(jail, "mkdir=notify") as terminal:
        terminal.send("mkdir made &\n")
        terminal.expect("foreground")
        assert not (jail.work / "made").exists()
        terminal.send("fg\n")
        terminal.expect(PROMPT)
        terminal.send("a")
        terminal.expect("READY> ")
        assert (jail.work / "made").is_dir()
        leave(terminal, jail)


def outer_shell(jail):
    terminal = Terminal(jail, BASH)
    terminal.expect("READY> ")
    return terminal


def jailctl_stops_and_goes_on_with_its_program(jail):
    with outer_shell(jail) as terminal:
        group = terminal.foreground()
        job = start_in_foreground(terminal, jail, "jailctl run --rules all-allow -- sleep 30",
                                  group)
        jail.wait_for("the program", lambda: len(os.listdir(f"/proc/{job}/task")) and jail.json_lines(
            "list", "--json") and jail.json_lines("list", "--json")[0]["state"] == "running")
        terminal.send("\x1a")
        terminal.expect("Stopped")
        terminal.expect("READY> ")
        wait_state(jail, job, "T")
        start_in_foreground(terminal, jail, "fg", group)
        wait_state(jail, job, "S")
        terminal.send("\x03")
        terminal.expect("READY> ")
        terminal.send("echo status $?\n")
        terminal.expect("status 130")
        terminal.send("exit\n")
        terminal.wait()


def a_suspended_question_is_put_again(jail):
    with outer_shell(jail) as terminal:
        terminal.send("jailctl run --default allow --rule mkdir=notify -- mkdir made\n")
        terminal.expect(PROMPT)
        terminal.send("\x1a")
        terminal.expect("Stopped")
        terminal.expect("READY> ")
        assert not (jail.work / "made").exists()
        terminal.send("fg\n")
        terminal.expect(PROMPT)
        terminal.send("a")
        terminal.expect("READY> ")
        assert (jail.work / "made").is_dir()
        terminal.send("exit\n")
        terminal.wait()


main([a_jailed_shell_stops_continues_and_interrupts_jobs,
      a_question_takes_the_terminal_and_gives_it_back,
      a_background_job_asks_when_it_comes_to_the_foreground,
      jailctl_stops_and_goes_on_with_its_program, a_suspended_question_is_put_again])
