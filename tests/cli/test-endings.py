#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who ends when: background processes, the supervisor, a client without a terminal, a followed log."""
import json
import os
import signal
import subprocess
import time

from pty_jail import Terminal, main, put


def start(jail, *arguments):
    return jail.start([jail.bin / "jailctl", "run", "--ask", "none", *arguments],
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def supervisor(jail):
    def find():
        for pid in jail.processes():
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                if file.read().startswith("jail-supervis"):
                    return pid
        return None
    return jail.wait_for("a supervisor", find)


def a_killed_supervisor_is_told_and_the_log_is_kept(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "made")
    jail.pending()
    os.kill(supervisor(jail), signal.SIGKILL)
    output = program.stdout.read()
    assert program.wait(20) == 128 + 9 and "supervisor of the program died" in output, output
    program.stdout.close()
    assert not (jail.work / "made").exists()
    assert len(jail.json_lines("log", "1", "--json")) > 10
    assert jail.json_lines("show", "1", "--json")[0]["reason"] == "supervisor-died"


def no_wait_leaves_the_others_jailed(jail):
    begin = time.monotonic()
    result = jail.jailctl("run", "--no-wait", "--rules", "all-allow", "--", "sh", "-c",
                          "sleep 60 >/dev/null 2>&1 & exit 4")
    assert result.returncode == 4 and time.monotonic() - begin < 20, result
    assert "jailctl stop 1" in result.stderr, result
    process, = jail.json_lines("ps", "1", "--json")
    assert process["comm"] == "sleep", process
    assert jail.jailctl("stop", "1").returncode == 0
    assert jail.json_lines("list", "--json")[0]["state"] == "ended"


def interrupting_the_wait_leaves_the_others_jailed(jail):
    with Terminal(jail, [jail.bin / "jailctl", "run", "--rules", "all-allow", "--", "sh", "-c",
                         "trap '' INT HUP; sleep 60 & exit 4"]) as terminal:
        terminal.expect("waiting for them")
        terminal.send("\x03")
        terminal.expect("goes on with its other processes")
        assert terminal.wait() == 4
    assert jail.jailctl("stop", "1").returncode == 0


def a_followed_log_ends_with_its_jail(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "made")
    call = jail.pending()[0]
    follow = jail.start([jail.bin / "jailctl", "log", "1", "--follow", "--json"],
                        stdout=subprocess.PIPE, text=True)
    assert "seq" in json.loads(follow.stdout.readline())
    assert jail.jailctl("decide", str(call["id"]), "abort").returncode == 0
    last = [json.loads(line) for line in follow.stdout][-1]
    assert follow.wait(20) == 0
    follow.stdout.close()
    assert program.wait(20) == 1
    program.stdout.close()
    assert last["seq"] == jail.json_lines("log", "1", "--json")[-1]["seq"]


def asking_needs_a_terminal(jail):
    for words in (["run", "--ask", "terminal", "--", "sleep", "60"], ["pending", "--ask"]):
        result = jail.jailctl(*words, start_new_session=True)
        assert result.returncode in (1, 125) and "no terminal" in result.stderr, (words, result)


def a_preview_counts_and_answers_nothing(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "a", "b")
    first = jail.pending()[0]
    assert jail.jailctl("decide", str(first["id"]), "allow").returncode == 0
    second = jail.wait_for("the second call", lambda: [
        call for call in jail.json_lines("pending", "--json") if call["id"] != first["id"]])[0]
    result = jail.jailctl("decide", str(second["id"]), "--preview", "--json")
    assert result.returncode == 0, result
    preview = json.loads(result.stdout)
    assert preview["matched"] == 1 and preview["succeeded"] == 1, preview
    assert len(jail.pending()) == 1
    assert jail.jailctl("decide", str(second["id"]), "allow").returncode == 0
    assert program.wait(20) == 0
    program.stdout.close()


def an_old_rule_file_is_taken_as_it_is(jail):
    numbers = {str(number): 0 for number in range(470)}
    numbers["83"] = 1
    put(jail, "old.json", json.dumps(numbers))
    result = jail.jailctl("run", "--ask", "none", "--rules", "old.json", "--", "mkdir", "made")
    assert result.returncode == 1 and not (jail.work / "made").exists(), result


main([a_killed_supervisor_is_told_and_the_log_is_kept, no_wait_leaves_the_others_jailed,
      interrupting_the_wait_leaves_the_others_jailed, a_followed_log_ends_with_its_jail,
      asking_needs_a_terminal, a_preview_counts_and_answers_nothing,
      an_old_rule_file_is_taken_as_it_is])
