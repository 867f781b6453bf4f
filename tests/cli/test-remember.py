#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that grow from answers: whom they are for, how long they hold, what they would have matched."""
import json
import subprocess

from pty_jail import main


def start(jail, script, *options):
    return jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow", "--rule",
                       "mkdir=notify", *options, "--", "sh", "-c", script],
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(program, output=""):
    said = program.stdout.read()
    program.wait(30)
    program.stdout.close()
    assert said == output, said


def answer(jail, *words, status=0):
    """Answers the call that is held; its id cannot be held any more afterwards."""
    call = jail.pending()[0]
    result = jail.jailctl("decide", str(call["id"]), *words)
    assert result.returncode == status, (words, result)
    return call, result


def drain(jail, program, calls):
    """Answers `calls` more calls, and then nothing is asked any more."""
    for _ in range(calls):
        answer(jail, "allow")
    finish(program)


def for_the_jail(jail):
    program = start(jail, "mkdir a; mkdir b; sh -c 'mkdir c'")
    answer(jail, "allow", "--remember")
    drain(jail, program, 0)


def for_the_same_values(jail):
    program = start(jail, "mkdir a; rmdir a; mkdir a; mkdir b; mkdir -m 700 c")
    answer(jail, "allow", "--remember", "--values")
    drain(jail, program, 2)


def for_a_number_of_uses(jail):
    program = start(jail, "mkdir a; mkdir b; mkdir c; mkdir d")
    answer(jail, "allow", "--remember", "--uses", "2")
    drain(jail, program, 1)


def for_a_time(jail):
    program = start(jail, "mkdir a; mkdir b; sleep 2; mkdir c")
    answer(jail, "allow", "--remember", "--for", "1s")
    drain(jail, program, 1)


PROCESS = "import os; os.mkdir('{0}1'); os.mkdir('{0}2'); os.rmdir('{0}1')"


def while_the_process_lives(jail):
    program = start(jail, f'python3 -c "{PROCESS.format("a")}"; python3 -c "{PROCESS.format("b")}"',
                    "--rule", "rmdir=notify")
    call, _ = answer(jail, "allow", "--remember=process")
    assert jail.pending()[0]["syscall"] == "rmdir"
    rule, = [rule for rule in jail.json_lines("rule", "list", "1", "--json") if
             rule.get("pid") == call["pid"]]
    assert "mkdir" in rule["syscall"], rule
    answer(jail, "allow")
    assert jail.pending()[0]["pid"] != call["pid"]
    assert not [rule for rule in jail.json_lines("rule", "list", "1", "--json")
                if rule.get("pid")], "the rule outlives its process"
    drain(jail, program, 3)


def for_the_image(jail):
    program = start(jail, f'mkdir a; mkdir b; python3 -c "{PROCESS.format("c")}"; mkdir d')
    answer(jail, "allow", "--remember=image")
    drain(jail, program, 2)


def for_the_children(jail):
    program = start(jail, 'python3 -c "import os; os.mkdir(\'a\'); os.mkdir(\'b\');'
                          ' os.system(\'mkdir c; mkdir d\')"; mkdir e')
    answer(jail, "allow", "--remember=children")
    drain(jail, program, 2)


def a_refusal_is_repeated_with_its_error(jail):
    program = start(jail, "mkdir a 2>/dev/null; mkdir b")
    answer(jail, "abort=EROFS", "--remember")
    finish(program, "mkdir: cannot create directory ‘b’: Read-only file system\n")


def bytes_are_repeated(jail):
    program = start(jail, "uname; uname", "--rule", "uname=notify")
    answer(jail, "return=0", "--write", r"0=Plan9\0", "--remember")
    finish(program, "Plan9\nPlan9\n")


def an_edit_is_not_remembered(jail):
    program = start(jail, "mkdir a; mkdir b")
    _, result = answer(jail, "allow", "--arg", '0="x"', "--remember", status=1)
    assert "edited call cannot be remembered" in result.stderr, result
    drain(jail, program, 2)
    assert not (jail.work / "x").exists()


def a_preview_counts_the_log(jail):
    program = start(jail, "mkdir a; mkdir a 2>/dev/null; mkdir b 2>/dev/null; rmdir a; mkdir a")
    answer(jail, "allow")
    answer(jail, "allow")
    answer(jail, "abort")
    call = jail.pending()[0]

    def preview(*words):
        return json.loads(jail.jailctl("decide", str(call["id"]), "--preview", "--json",
                                       *words).stdout)

    seen = preview()
    assert (seen["matched"], seen["succeeded"], seen["failed"], seen["refused"]) == (3, 1, 1, 1)
    assert seen["of"] > 20, seen
    seen = preview("--values")
    assert (seen["matched"], seen["succeeded"], seen["failed"], seen["refused"]) == (2, 1, 1, 0)
    assert preview("--remember=process")["matched"] == 0
    assert preview("--remember=image")["matched"] == 3
    drain(jail, program, 1)


if __name__ == "__main__":
    main([for_the_jail, for_the_same_values, for_a_number_of_uses, for_a_time,
         while_the_process_lives, for_the_image, for_the_children,
         a_refusal_is_repeated_with_its_error, bytes_are_repeated, an_edit_is_not_remembered,
         a_preview_counts_the_log])
