#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may, as polkit says: the real polkitd, passwords typed at a terminal, rules of the administrator."""
import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import time

from machine import main
from terminal import Terminal

RUN = ["jailctl", "run", "--rules", "all-allow", "--ask", "none", "--"]
PROMPT = "(^D: dismiss): "
SLOWLY = 27.0  # longer than the 25 s after which callers on a bus lose patience by default
RULES = "/etc/polkit-1/rules.d/10-test.rules"
slow = {}  # the person who takes his time through most of these tests


def asked(person, *argv):
    """A terminal at which the password is asked for."""
    terminal = Terminal(person, argv)
    terminal.expect(PROMPT)
    assert not terminal.echoes()
    return terminal


@contextlib.contextmanager
def administrators_rule(machine, condition, result):
    """A rule in front of all others, once polkit has read it."""
    polkit_reads(machine, lambda: machine.put(RULES, f"""polkit.addRule(function(action, subject) {{
        if ({condition}) return polkit.Result.{result};
    }});"""))
    try:
        yield
    finally:
        polkit_reads(machine, (machine.files / RULES.lstrip("/")).unlink)


def polkit_reads(machine, change):
    """Waits until polkit has taken a change of its rules in; it says so in its journal."""
    def count():
        return machine.journal("polkit.service").count("Finished loading, compiling and executing")
    before = count()
    change()
    machine.root.wait_for("polkit to read its rules", lambda: count() > before)


def a_session_decides_who_may_trace(machine):
    alice, bob = machine.alice, machine.bob
    for person, may in ((alice, True), (bob, False), (alice.outside(), False),
                        (machine.carol, False), (machine.root, True)):
        result = person.run([*RUN, "true"])
        assert result.returncode == (0 if may else 125), (person.name, result)
        assert may or "needs an authentication" in result.stderr, (person.name, result)


def a_slow_person_is_asked(machine):
    slow["since"] = time.monotonic()
    slow["terminal"] = asked(machine.bob, *RUN, "echo", "at last")


def meanwhile_nobody_waits(machine):
    assert machine.alice.check([*RUN, "echo", "now"]) == "now\n"
    assert machine.bob.jailctl("list").returncode == 0
    with asked(machine.bob, *RUN, "echo", "second") as terminal:
        terminal.type_unseen("bob-pw")
        terminal.expect("second")
        assert terminal.wait() == 0
    assert slow["terminal"].process.poll() is None


def the_right_password_runs_it(machine):
    with Terminal(machine.bob, [*RUN, "id", "-un"]) as terminal:
        words = terminal.expect(PROMPT)
        assert "run “id -un” in a system-call jail (rules: all-allow)" in words, words
        assert "Password for bob" in words, words
        terminal.type_unseen("bob-pw")
        terminal.expect("bob")
        assert terminal.wait() == 0 and terminal.echoes()


def a_wrong_password_may_be_typed_again(machine):
    with asked(machine.bob, *RUN, "echo", "ran") as terminal:
        terminal.type_unseen("bob-px\x7fq\x15wrong")
        terminal.expect("Try again")
        terminal.expect(PROMPT)
        terminal.type_unseen("bob-px\x7fw")
        terminal.expect("ran")
        assert terminal.wait() == 0 and terminal.echoes()


def three_wrong_ones_run_nothing(machine):
    with Terminal(machine.bob, [*RUN, "echo", "ran"]) as terminal:
        for _ in range(3):
            terminal.expect(PROMPT)
            terminal.type_unseen("wrong")
        assert terminal.wait() == 125 and terminal.echoes()
        assert "authentication failed" in terminal.seen and "ran\r\n" not in terminal.seen


def a_dismissed_question_runs_nothing(machine):
    for key in ("\x04", "\x03"):
        with asked(machine.bob, *RUN, "echo", "ran") as terminal:
            terminal.send(key)
            assert terminal.wait() == 125 and terminal.echoes(), terminal.seen
            assert "was dismissed" in terminal.seen, terminal.seen


def a_killed_jailctl_gives_the_terminal_back(machine):
    shell = Terminal(machine.bob, ["sh", "-c", f"echo $$; {' '.join(RUN)} true; echo status $?; cat"])
    with shell as terminal:
        parent = terminal.expect(PROMPT).split()[0]
        jailctl = machine.root.check(["pgrep", "-x", "jailctl", "-P", parent]).strip()
        machine.root.check(["kill", "-TERM", jailctl])
        terminal.expect(f"status {128 + signal.SIGTERM}")
        assert terminal.echoes()


def without_a_session_an_administrator_is_asked(machine):
    with asked(machine.alice.outside(), *RUN, "id", "-un") as terminal:
        terminal.type_unseen("carol-pw")
        terminal.expect("alice")
        assert terminal.wait() == 0, terminal.seen
    with Terminal(machine.alice.outside(), [*RUN, "true"]) as terminal:
        assert "Password for carol" in terminal.expect(PROMPT)
        terminal.type_unseen("alice-pw")
        terminal.expect("Try again")
        terminal.expect(PROMPT)
        terminal.send("\x04")
        assert terminal.wait() == 125


def a_program_cannot_paint_the_question(machine):
    with Terminal(machine.bob, [*RUN, "\x1b[2Jtrue\u202e\n" + "x" * 500, "a b"]) as terminal:
        words = terminal.expect(PROMPT)
        assert "\x1b" not in words and "\u202e" not in words, repr(words)
        assert "\\33[2Jtrue" in words and "x" * 200 not in words, repr(words)
        terminal.send("\x03")
        terminal.wait()


def the_question_is_asked_in_chinese(machine):
    with Terminal(machine.bob, ["env", "LANG=zh_CN.UTF-8", *RUN, "true"]) as terminal:
        terminal.expect("在系统调用监狱中运行“true”需要认证(规则:all-allow)")
        terminal.expect("^D")
        terminal.send("\x04")
        assert terminal.wait() == 125


def every_action_is_asked_for(machine):
    """bob is inactive: what he does to his own jail needs his password, what he reads does not."""
    with administrators_rule(machine, 'subject.user == "bob" && /[.]trace$/.test(action.id)', "YES"):
        program = machine.bob.start(["jailctl", "run", "--default", "allow", "--rule",
                                     "mkdir=notify", "--ask", "none", "--", "sh", "-c",
                                     "mkdir made; sleep 60"])
        call = machine.bob.pending()[0]
    jail, pid = str(call["jail"]), str(call["pid"])
    other = machine.bob.start(["sleep", "60"])
    sleeping = machine.root.check(["pgrep", "-n", "-u", "bob", "-x", "sleep"]).strip()
    for argv in (["decide", f"{jail}.1", "allow"], ["inject", pid, "getpid()"],
                 ["memory", f"{jail}.1:0", "--write", "x"], ["rule", "set", jail, "open", "abort"],
                 ["attach", sleeping]):
        result = machine.bob.jailctl(*argv)
        assert result.returncode and "needs an authentication" in result.stderr, (argv, result)
    for argv in (["ps", jail], ["pending"], ["rule", "list", jail], ["log", jail],
                 ["show", jail], ["stats", jail]):
        assert machine.bob.jailctl(*argv).returncode == 0, argv
    with Terminal(machine.bob, ["jailctl", "attach", "--rules", "all-allow", sleeping]) as terminal:
        assert f"put process {sleeping} (“sleep”) into" in terminal.expect(PROMPT)
        terminal.send("\x04")
        terminal.wait()
    with Terminal(machine.bob, ["jailctl", "decide", f"{jail}.1", "abort=EACCES"]) as terminal:
        assert f"a system call of “sh” in jail {jail}" in terminal.expect(PROMPT)
        terminal.type_unseen("bob-pw")
        assert terminal.wait() == 0, terminal.seen
    machine.bob.jailctl("stop", jail)
    for process in (program, other):
        process.kill()
        process.wait()


def others_jails_are_for_administrators(machine):
    with running(machine.alice) as jail:
        with Terminal(machine.bob, ["jailctl", "ps", jail]) as terminal:
            words = terminal.expect(PROMPT)
            assert "Password for carol" in words and "sleep" not in words, words
            terminal.type_unseen("bob-pw")
            terminal.expect("Try again")
            terminal.expect(PROMPT)
            terminal.type_unseen("carol-pw")
            terminal.expect("clock_nanosleep")
            assert terminal.wait() == 0, terminal.seen
        with Terminal(machine.carol, ["jailctl", "list", "--all"]) as terminal:
            assert "jails of other users" in terminal.expect(PROMPT)
            terminal.type_unseen("carol-pw")
            terminal.expect("sleep")
            assert terminal.wait() == 0, terminal.seen


@contextlib.contextmanager
def running(person):
    program = person.start([*RUN, "sleep", "1000"])
    jail = person.wait_for("the jail", lambda: [
        jail for jail in person.json_lines("list", "--json") if jail["state"] == "running"])[0]["id"]
    try:
        yield str(jail)
    finally:
        person.jailctl("stop", str(jail))
        program.wait(20)


def an_administrator_s_rules_hold(machine):
    with administrators_rule(machine, """action.id == "org.deepin.SeccompJail.trace" &&
            subject.user == "bob" && action.lookup("user") == "bob" &&
            action.lookup("rules") == "all-allow" && /^echo /.test(action.lookup("program"))""",
                             "YES"):
        assert machine.bob.check([*RUN, "echo", "by rule"]) == "by rule\n"
        assert machine.bob.run([*RUN, "true"]).returncode == 125
        other = machine.bob.jailctl("run", "--rules", "no-network", "--ask", "none", "--", "echo", "x")
        assert other.returncode == 125, other
    with administrators_rule(machine, 'subject.user == "alice" && /SeccompJail/.test(action.id)',
                             "NO"):
        result = machine.alice.run([*RUN, "true"])
        assert result.returncode == 125 and "polkit says no" in result.stderr, result
    assert machine.alice.run([*RUN, "true"]).returncode == 0


def a_flood_of_answers_is_asked_about_once_a_second(machine):
    """What needs no password; and no longer than polkit says nothing else."""
    programs = pathlib.Path(sys.argv[1]).resolve() / "bin" / "bench"
    rules = machine.alice.put("flood.jail.json", json.dumps(
        {"seccomp-jail": 1, "default": "allow-forever",
         "rules": [{"syscall": "mkdirat", "action": "notify"}]}))
    run = ["jailctl", "run", "--ask", "none", "--rules", rules, "--", programs / "held"]

    def asked_so_far():
        return machine.root.run(["journalctl", "--no-pager", "-o", "cat", "-t", "asked"]).stdout.count(
            "org.deepin.SeccompJail.decide")

    count = 'polkit.spawn(["logger", "-t", "asked", action.id]), false'
    with administrators_rule(machine, count, "NO"):
        before, since = asked_so_far(), time.monotonic()
        client = machine.alice.start([programs / "answer", 300, "system"], stdout=subprocess.PIPE)
        assert client.stdout.readline() == b"ready\n"
        machine.alice.check([*run, 300])
        client.communicate(timeout=20)
        seconds = time.monotonic() - since
        machine.alice.wait_for("polkit's words", lambda: asked_so_far() > before)
        assert asked_so_far() - before <= seconds + 1, (asked_so_far() - before, seconds)
    client = machine.alice.start([programs / "answer", 1000000, "system"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
    assert client.stdout.readline() == b"ready\n"
    program = machine.alice.start([*run, 1000000])
    with administrators_rule(machine, '/[.]decide$/.test(action.id)', "NO"):
        def stands():
            first = machine.alice.pending()[0]["id"]
            time.sleep(0.5)
            return machine.alice.pending()[0]["id"] == first
        machine.alice.wait_for("nobody to be allowed to answer", stands)
    for process in (client, program):
        process.kill()
        process.wait()


def the_slow_person_was_waited_for(machine):
    with slow["terminal"] as terminal:
        time.sleep(max(0.0, slow["since"] + SLOWLY - time.monotonic()))
        terminal.type_unseen("bob-pw")
        terminal.expect("at last")
        assert terminal.wait() == 0, terminal.seen


def without_polkit_nobody_may(machine):
    machine.root.check(["systemctl", "mask", "--now", "--runtime", "polkit.service"])
    try:
        for restart in (False, True):
            if restart:
                machine.root.check(["systemctl", "restart", "jaild.service"])
            for person in (machine.alice, machine.root):
                result = person.run([*RUN, "true"])
                assert result.returncode == 125 and "polkit" in result.stderr, (restart, result)
                assert person.jailctl("list").returncode == 0
    finally:
        machine.root.check(["systemctl", "unmask", "--runtime", "polkit.service"])
    assert machine.alice.run([*RUN, "true"]).returncode == 0


if __name__ == "__main__":
    main([a_session_decides_who_may_trace, a_slow_person_is_asked, meanwhile_nobody_waits,
          the_right_password_runs_it, a_wrong_password_may_be_typed_again,
          three_wrong_ones_run_nothing, a_dismissed_question_runs_nothing,
          a_killed_jailctl_gives_the_terminal_back, without_a_session_an_administrator_is_asked,
          a_program_cannot_paint_the_question, the_question_is_asked_in_chinese,
          every_action_is_asked_for, others_jails_are_for_administrators,
          an_administrator_s_rules_hold, a_flood_of_answers_is_asked_about_once_a_second,
          the_slow_person_was_waited_for, without_polkit_nobody_may])
