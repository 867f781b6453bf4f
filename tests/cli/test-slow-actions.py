#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that wait, that send signals, and that ask a script."""
import json
import time

from pty_jail import main


def run(jail, program, *rules, seed=None):
    """`program` under the rules; what it printed, and how long it took."""
    path = jail.work / "test.jail.json"
    path.write_text(json.dumps(seed or {"seccomp-jail": 1, "default": "allow", "rules": rules}))
    start = time.monotonic()
    result = jail.jailctl("run", "--ask", "none", "--rules", path, "--", *program)
    return result, time.monotonic() - start


def script(jail, text):
    path = jail.work / "judge"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return {"syscall": "mkdir", "action": "script", "script": str(path)}


def a_call_is_delayed_and_others_go_on(jail):
    result, took = run(jail, ["sh", "-c", "mkdir a & until test -e a; do echo waits; sleep 0.1; "
                              "done; wait"],
                       {"syscall": "mkdir", "action": "allow", "delay": "600ms"})
    assert result.returncode == 0 and 1 <= result.stdout.count("waits") <= 7, result
    assert took > 0.6, took
    result, took = run(jail, ["mkdir", "b"],
                       {"syscall": "mkdir", "action": "abort", "errno": "EROFS", "delay": "300ms"})
    assert result.returncode == 1 and "Read-only" in result.stderr and took > 0.3, (result, took)


def a_delayed_program_can_be_killed(jail):
    result, took = run(jail, ["timeout", "-s", "KILL", "0.3", "mkdir", "a"],
                       {"syscall": "mkdir", "action": "allow", "delay": "20s"})
    assert result.returncode == 137 and took < 10 and not (jail.work / "a").exists(), result


CATCH = ("import os, signal\nsignal.signal(signal.SIGUSR1, lambda *_: print('caught'))\n"
         "try:\n  os.mkdir('a')\nexcept OSError as error:\n  print(error.strerror)\nprint('after')")


def a_signal_comes_after_the_call(jail):
    program = ["/usr/bin/python3", "-c", CATCH]
    result, _ = run(jail, program, {"syscall": "mkdir", "action": "allow", "signal": "SIGUSR1"})
    assert result.stdout == "caught\nafter\n" and (jail.work / "a").exists(), result
    result, _ = run(jail, program, {"syscall": "mkdir", "action": "abort", "signal": "SIGUSR1"})
    assert result.stdout.splitlines() == ["caught", "Operation not permitted", "after"], result
    result, _ = run(jail, ["mkdir", "b"],
                    {"syscall": "mkdir", "action": "allow", "signal": "SIGTERM"})
    assert result.returncode == 143 and (jail.work / "b").exists(), result


def a_script_reads_the_call_and_answers(jail):
    rule = script(jail, f'cd {jail.work}; cat >seen; case "$(cat seen)" in *\'"resolved":"\'*/good\\"*) echo allow;;'
                        ' */bad\\"*) echo abort=ENOSPC;; *) echo \'{"action": "return", "value": 0}\';;'
                        ' esac')
    result, _ = run(jail, ["mkdir", "good"], rule)
    assert result.returncode == 0 and (jail.work / "good").exists(), result
    call = json.loads((jail.work / "seen").read_text())
    assert call["syscall"] == "mkdir" and call["text"] == 'mkdir("good", 0777)', call
    result, _ = run(jail, ["mkdir", "bad"], rule)
    assert "No space left" in result.stderr, result
    result, _ = run(jail, ["mkdir", "other"], rule)
    assert result.returncode == 0 and not (jail.work / "other").exists(), result
    record, = jail.json_lines("log", "3", "--json", "--call", "mkdir")
    assert record["by"] == "script" and record["action"] == "return", record


def a_script_makes_a_result_up_by_its_fields(jail):
    judge = script(jail, """echo '{"action": "return", "value": 0, "fields": {"buf.sysname": """
                         """"Plan9"}}'""")
    result, _ = run(jail, ["uname"], {**judge, "syscall": "uname"})
    assert result.stdout == "Plan9\n", result
    judge = script(jail, """echo '{"action": "allow", "after": {"fields": {"buf.frob": "x"}}}'""")
    result, _ = run(jail, ["uname"], {**judge, "syscall": "uname"})
    assert result.returncode == 1 and "not permitted" in result.stderr, result


def a_script_may_have_it_asked(jail):
    rule = script(jail, "echo notify")
    path = jail.work / "test.jail.json"
    path.write_text(json.dumps({"seccomp-jail": 1, "default": "allow", "rules": [rule]}))
    program = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--rules", path, "--",
                          "mkdir", "a"])
    call = jail.pending()[0]
    assert jail.jailctl("decide", str(call["id"]), "allow").returncode == 0
    assert program.wait(10) == 0


def a_script_that_fails_refuses(jail):
    for text in ("exit 3", "echo perhaps", "true", "echo allow; exit 1", "kill -9 $$",
                 "echo allow-forever"):
        result, _ = run(jail, ["mkdir", "a"], script(jail, text))
        assert "Operation not permitted" in result.stderr, (text, result)
    result, _ = run(jail, ["mkdir", "a"], {"syscall": "mkdir", "action": "script",
                                           "script": "/nonexistent/judge"})
    assert "Operation not permitted" in result.stderr, result
    result, took = run(jail, ["mkdir", "a"], script(jail, "sleep 60; echo allow"))
    assert "Operation not permitted" in result.stderr and 4.9 < took < 15, (result, took)
    assert not (jail.work / "a").exists()


def many_scripts_run_at_once(jail):
    rule = script(jail, "sleep 1; echo allow")
    result, took = run(jail, ["sh", "-c", "for i in 1 2 3 4 5 6; do mkdir $i & done; wait; ls -d ?"],
                       rule)
    assert result.stdout.split() == list("123456") and took < 5, (result, took)


def the_seeds_scripts_answer_by_their_status(jail):
    import base64

    def seed(text):
        rules = {str(number): 0 for number in range(470)}
        rules["83"] = [5, base64.b64encode(text.encode()).decode()]
        return rules

    text = f'echo "$SJ_PID $SJ_ARG2 $SJ_DARG1 $SJ_DARG2" >>{jail.work}/seen; exit '
    result, _ = run(jail, ["mkdir", "a"], seed=seed(text + "0"))
    assert result.returncode == 0, result
    pid, mode, path, shown = (jail.work / "seen").read_text().split()
    assert int(pid) > 1 and mode == str(0o777) and path == '"a"' and shown == "0777"
    result, _ = run(jail, ["mkdir", "b"], seed=seed(text + "1"))
    assert "Operation not permitted" in result.stderr, result
    (jail.work / "seen").unlink()
    result, _ = run(jail, ["mkdir", "c", "d", "e"], seed=seed(text + "3"))
    assert result.returncode == 0, result
    assert len((jail.work / "seen").read_text().splitlines()) == 1
    result, _ = run(jail, ["mkdir", "f"], seed=seed(text + "9"))
    assert "Operation not permitted" in result.stderr, result


if __name__ == "__main__":
    main([a_call_is_delayed_and_others_go_on, a_delayed_program_can_be_killed,
          a_signal_comes_after_the_call, a_script_reads_the_call_and_answers,
          a_script_makes_a_result_up_by_its_fields, a_script_may_have_it_asked,
          a_script_that_fails_refuses, many_scripts_run_at_once, the_seeds_scripts_answer_by_their_status])
