#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question on the terminal: only a deliberate key answers it, and nothing else does."""
import os
import signal
import termios

from pty_jail import PROMPT, Terminal, main, put, run_ask


def held(jail):
    """The id of the only call that is held, as JAIL.N."""
    call = jail.pending()[0]
    return f"{call['id'] >> 32}.{call['id'] & 0xffffffff}"


def keys_that_are_no_answer_answer_nothing(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        # Return, space, cursor up and down ("A" and "B" in their sequences), pasted text
        for keys in ("\r", " ", "\x1b[A", "\x1b[B", "\x1bOA", "aaaa", "\x04", "z"):
            terminal.send(keys)
            terminal.read(0.2)
        assert len(jail.pending()) == 1 and not (jail.work / "made").exists()
        terminal.send("a")
        assert terminal.wait() == 0, terminal.seen
    assert (jail.work / "made").exists()


def what_was_typed_before_the_question_does_not_answer_it(jail):
    with run_ask(jail, "mkdir=notify", "sh", "-c", "echo now; sleep 1; mkdir made") as terminal:
        terminal.expect("now")
        terminal.send("a")
        terminal.expect(PROMPT)
        terminal.read(0.3)
        assert len(jail.pending()) == 1
        terminal.send("b")
        assert terminal.wait() == 1, terminal.seen


def the_terminal_is_as_before(jail):
    with run_ask(jail, "mkdir=notify", "sh", "-c", "mkdir made; stty -a; read line; echo got $line",
                 ) as terminal:
        terminal.expect(PROMPT)
        assert not termios.tcgetattr(terminal.slave)[3] & termios.ICANON
        terminal.send("a")
        terminal.expect("icanon")
        assert termios.tcgetattr(terminal.slave) == terminal.mode
        terminal.send("words\n")
        terminal.expect("got words")
        assert terminal.wait() == 0


def a_killed_client_leaves_its_call_to_others(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        os.kill(terminal.process.pid, signal.SIGKILL)
        terminal.process.wait()
        # the call stays pending, another client answers it
        result = jail.jailctl("decide", held(jail), "allow")
        assert result.returncode == 0, result
        jail.wait_for("the directory", (jail.work / "made").is_dir)


def a_made_up_result_is_seen_by_the_program(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        terminal.send("r")
        terminal.expect("back): ")
        terminal.send("ENOSPC\n")
        terminal.expect("No space left on device")
        assert terminal.wait() == 1
    assert not (jail.work / "made").exists()


def a_wrong_result_asks_again(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        terminal.send("r")
        terminal.expect("back): ")
        terminal.send("EWHATEVER\n")
        terminal.expect("EWHATEVER")
        terminal.expect(PROMPT)
        terminal.send("a")
        assert terminal.wait() == 0


def an_edited_call_runs_instead(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "asked") as terminal:
        terminal.expect(PROMPT)
        terminal.send("e")
        terminal.expect("call [mkdir]: ")
        terminal.send("\n")
        terminal.expect("pathname [\"asked\"]: ")
        terminal.send('"given"\n')
        terminal.expect("mode [0777]: ")
        terminal.send("0700\n")
        terminal.expect('mkdir("given", 0700)')
        terminal.expect("back ")
        terminal.send("a")
        assert terminal.wait() == 0, terminal.seen
    assert not (jail.work / "asked").exists()
    assert (jail.work / "given").stat().st_mode & 0o777 == 0o700


def a_call_that_there_is_not_is_asked_for_again(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "asked") as terminal:
        terminal.expect(PROMPT)
        terminal.send("e")
        terminal.expect("call [mkdir]: ")
        terminal.send("mkdri\n")
        terminal.expect("there is no system call mkdri; did you mean mkdir?")
        terminal.expect("call [mkdir]: ")
        terminal.send("nothing-like-it\n")
        terminal.expect("there is no system call nothing-like-it")
        terminal.expect("call [mkdir]: ")
        # another one has its own arguments, each with what the register holds
        terminal.send("mkdirat\n")
        terminal.expect('0 dirfd ["asked"]: ')
        terminal.send("AT_FDCWD\n")
        terminal.expect("1 pathname [0777]: ")
        terminal.send('"given"\n')
        terminal.expect("2 mode [0x")
        terminal.send("0711\n")
        terminal.expect('mkdirat(AT_FDCWD, "given", 0711)')
        terminal.expect("back ")
        terminal.send("a")
        assert terminal.wait() == 0, terminal.seen
    assert (jail.work / "given").stat().st_mode & 0o777 == 0o711


def escape_leaves_a_dialog_without_an_answer(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        terminal.send("e")
        terminal.expect("call [mkdir]: ")
        terminal.send("\x1b")
        terminal.expect(PROMPT)
        assert len(jail.pending()) == 1
        terminal.send("b")
        assert terminal.wait() == 1


def memory_details_and_help_answer_nothing(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        for key, words in (("m", "6d 61 64 65"), ("d", str(jail.work / "made")), ("?", "interrupt")):
            terminal.send(key)
            terminal.expect(words)
            terminal.expect(PROMPT)
        assert len(jail.pending()) == 1
        terminal.send("a")
        assert terminal.wait() == 0


def always_makes_a_rule(jail):
    with run_ask(jail, "mkdir=notify", "sh", "-c", "mkdir one; mkdir two") as terminal:
        terminal.expect(PROMPT)
        terminal.send("A")
        assert terminal.wait() == 0, terminal.seen
    assert (jail.work / "one").is_dir() and (jail.work / "two").is_dir()


def a_call_answered_elsewhere_goes_away(jail):
    with run_ask(jail, "mkdir=notify", "sh", "-c", "mkdir one; mkdir two") as terminal:
        terminal.expect(PROMPT)
        assert jail.jailctl("decide", held(jail), "allow").returncode == 0
        terminal.expect("answered elsewhere")
        terminal.expect(PROMPT)
        terminal.send("b")
        assert terminal.wait() == 1, terminal.seen
    assert (jail.work / "one").is_dir() and not (jail.work / "two").exists()


def a_dead_program_ends_its_question(jail):
    with run_ask(jail, "mkdir=notify", "sh", "-c", "mkdir one; echo over") as terminal:
        terminal.expect(PROMPT)
        os.kill(jail.pending()[0]["pid"], signal.SIGKILL)
        # the shell may be quicker than the word of it
        if "over" not in terminal.expect("ended while you were deciding"):
            terminal.expect("over")
        assert terminal.wait() == 0


def two_clients_share_one_queue(jail):
    with run_ask(jail, "mkdir=notify", "sh", "-c", "mkdir one; mkdir two") as terminal, \
            Terminal(jail, [jail.bin / "jailctl", "pending", "--ask"]) as other:
        terminal.expect(PROMPT)
        other.expect(PROMPT)
        other.send("a")
        terminal.expect("answered elsewhere")
        terminal.expect('mkdir("two"')
        terminal.expect(PROMPT)
        other.expect(PROMPT)
        terminal.send("a")
        other.expect("answered elsewhere")
        assert terminal.wait() == 0
        other.send("\x03")
    assert (jail.work / "two").is_dir()


def skipped_calls_are_left_to_others(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        terminal.send("s")
        terminal.expect("left to others")
        assert jail.jailctl("decide", held(jail), "allow").returncode == 0
        assert terminal.wait() == 0


def quitting_asks_once_more(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        terminal.send("q")
        terminal.expect("[y]es")
        terminal.send("n")
        terminal.expect(PROMPT)
        terminal.send("q")
        terminal.expect("[y]es")
        terminal.send("y")
        assert terminal.wait() == 128 + 9, terminal.seen


def a_program_cannot_paint_the_terminal(jail):
    evil = "x\x1b[2J\n [a]llow \u202eabc"
    put(jail, "evil.py", f"import os\ntry: os.mkdir({evil!r})\nexcept OSError: pass\n")
    with run_ask(jail, "mkdir=notify", "/usr/bin/python3", "evil.py") as terminal:
        shown = terminal.expect(PROMPT)
        assert "\x1b[2J" not in shown and "\u202e" not in shown, shown
        for key in "dm":
            terminal.send(key)
            shown = terminal.expect(PROMPT)
            assert "\x1b[2J" not in shown and "\u202e" not in shown, shown
        terminal.send("b")
        assert terminal.wait() == 0


def a_signal_to_jailctl_is_meant_for_the_program(jail):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
            terminal.expect(PROMPT)
            os.kill(terminal.process.pid, number)
            assert terminal.wait() == 128 + number, terminal.seen
            assert termios.tcgetattr(terminal.slave) == terminal.mode
        assert not (jail.work / "made").exists()


def interrupting_at_the_prompt_ends_the_program(jail):
    with run_ask(jail, "mkdir=notify", "mkdir", "made") as terminal:
        terminal.expect(PROMPT)
        terminal.send("\x03")
        assert terminal.wait() == 128 + 2, terminal.seen
    assert not (jail.work / "made").exists()


def interrupting_without_a_prompt_ends_the_program(jail):
    with Terminal(jail, [jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow",
                         "--rule", "mkdir=notify", "--", "mkdir", "made"]) as terminal:
        jail.pending()
        terminal.send("\x03")
        assert terminal.wait() == 128 + 2, terminal.seen
    assert not (jail.work / "made").exists()


def who_only_asks_leaves_the_call_and_the_terminal_alone(jail):
    program = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow",
                          "--rule", "mkdir=notify", "--", "mkdir", "made"])
    for leave in (lambda terminal: terminal.send("\x03"),
                  lambda terminal: os.kill(terminal.process.pid, signal.SIGTERM)):
        with Terminal(jail, [jail.bin / "jailctl", "pending", "--ask"]) as terminal:
            terminal.expect(PROMPT)
            leave(terminal)
            assert terminal.wait() == 0, terminal.seen
            assert termios.tcgetattr(terminal.slave) == terminal.mode
        assert len(jail.pending()) == 1
    assert jail.jailctl("decide", held(jail), "allow").returncode == 0
    assert program.wait(20) == 0


def without_a_terminal_somebody_is_told(jail):
    program = jail.start([jail.bin / "jailctl", "run", "--default", "allow", "--rule",
                          "mkdir=notify", "--", "mkdir", "made"], stdin=-3, stderr=-1,
                         text=True, start_new_session=True)
    assert "jailctl decide" in program.stderr.readline()
    assert jail.jailctl("decide", held(jail), "abort=EROFS").returncode == 0
    assert "Read-only file system" in program.stderr.read()
    assert program.wait(20) == 1
    program.stderr.close()


main([keys_that_are_no_answer_answer_nothing,
      what_was_typed_before_the_question_does_not_answer_it, the_terminal_is_as_before,
      a_killed_client_leaves_its_call_to_others,
      a_made_up_result_is_seen_by_the_program, a_wrong_result_asks_again,
      an_edited_call_runs_instead, a_call_that_there_is_not_is_asked_for_again,
      escape_leaves_a_dialog_without_an_answer,
      memory_details_and_help_answer_nothing, always_makes_a_rule,
      a_call_answered_elsewhere_goes_away, a_dead_program_ends_its_question,
      two_clients_share_one_queue, skipped_calls_are_left_to_others, quitting_asks_once_more,
      a_program_cannot_paint_the_terminal, a_signal_to_jailctl_is_meant_for_the_program,
      interrupting_at_the_prompt_ends_the_program,
      interrupting_without_a_prompt_ends_the_program,
      who_only_asks_leaves_the_call_and_the_terminal_alone, without_a_terminal_somebody_is_told])
