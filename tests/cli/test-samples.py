#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three things that the product was first made for."""
import subprocess

from pty_jail import PROMPT, main, run_ask


def mkdir_is_allowed_by_hand(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "test") as terminal:
        shown = terminal.expect(PROMPT)
        assert 'mkdir("test", 0777)' in shown and "rule: mkdir=notify" in shown, shown
        assert not (jail.work / "test").exists()
        terminal.send("a")
        assert terminal.wait() == 0, terminal.seen
    assert (jail.work / "test").is_dir()


def mkdir_is_refused_by_hand(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "test1") as terminal:
        terminal.expect(PROMPT)
        terminal.send("b")
        terminal.expect("Operation not permitted")
        assert terminal.wait() == 1
    assert not (jail.work / "test1").exists()
    records = jail.json_lines("log", "1", "--json", "--call", "mkdir")
    assert len(records) == 1, records
    assert records[0]["action"] == "abort" and records[0]["by"] == "user", records
    assert records[0]["errno"] == "EPERM" and 'mkdir("test1"' in records[0]["text"], records


def a_rule_changes_while_the_program_runs(jail):
    program = jail.start(
        [jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow", "--rule",
         "getpid=allow", "--", jail.bin / "cli-loop"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdout.readline() == "0\n"

    def set_rule(action):
        result = jail.jailctl("rule", "set", "1", "getpid", action)
        assert result.returncode == 0, result.stderr
    set_rule("abort=EACCES")
    assert program.stdout.readline() == "13\n"
    set_rule("notify")
    call = jail.pending()[0]
    assert call["syscall"] == "getpid"
    result = jail.jailctl("decide", str(call["id"]), "allow", "--remember")
    assert result.returncode == 0, result.stderr
    assert program.stdout.readline() == "0\n"
    assert jail.json_lines("pending", "--json") == []
    program.stdin.close()
    assert program.wait(20) == 0
    program.stdout.close()


main([mkdir_is_allowed_by_hand, mkdir_is_refused_by_hand, a_rule_changes_while_the_program_runs])
