#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""jailctl service: the process that was started is the program, as whoever started it expects."""
import json
import signal

from pty_jail import main, put


def service(jail, *arguments, **keywords):
    return jail.jailctl("service", "--user", *arguments, **keywords)


def the_program_has_the_number_and_no_child_that_it_did_not_make(jail):
    process = jail.start([jail.bin / "jailctl", "service", "--user", "--default", "allow", "--", "sh", "-c",
                          "cat /proc/$$/task/$$/children; echo; grep TracerPid /proc/$$/status; exit 7"],
                         stdout=-1, text=True)
    out = process.communicate(timeout=60)[0]
    assert process.returncode == 7, out
    children, tracer = out.splitlines()
    assert len(children.split()) == 1, out  # the cat itself
    assert tracer != "TracerPid:\t0", out
    found, = jail.json_lines("list", "--json")
    assert (found["pid"], found["status"]) == (process.pid, 7), found


def what_a_description_says_is_done(jail):
    put(jail, "it.jail.json", json.dumps({"seccomp-jail": 1, "default": "allow", "rules": [
        {"syscall": "mkdir", "action": "notify"}]}))
    path = put(jail, "it.json", json.dumps({
        "program": "/bin/sh", "args": ["-c", 'echo "[$GIVEN] $(pwd) $1"; mkdir made', "sh", "$HOME"],
        "environment": {"GIVEN": "a b"}, "directory": "/usr", "rules": "it.jail.json",
        "on-timeout": {"seconds": 0.1, "action": "abort=ENOSPC"}, "log": str(jail.work / "log")}))
    check = service(jail, "--config", path, "--check")
    assert (check.returncode, check.stdout) == (0, f"{path}: no mistakes\n"), check
    result = service(jail, "--config", path)
    assert (result.returncode, result.stdout) == (1, "[a b] /usr $HOME\n"), result
    assert "No space left on device" in result.stderr, result
    # The log is whole once the jail has ended, which is after its program.
    jail.wait_for("the jail's end", lambda: jail.json_lines("list", "--json")[0]["state"] == "ended")
    log = [json.loads(line) for line in (jail.work / "log").read_text().splitlines()]
    by = [record["by"] for record in log if record["syscall"] == "mkdir"]
    assert by == ["timeout"], by


def what_cannot_start_does_not(jail):
    mark = jail.work / "mark"
    rules = put(jail, "wrong.jail.json", '{"seccomp-jail": 1, "default": "alow", "rules": []}')
    for arguments, status, words in (
            (["--default", "allow", "--", "/no/such"], 127, "cannot run /no/such: No such file"),
            (["--rules", rules, "--", "touch", mark], 125, "wrong.jail.json:1:32: error:"),
            (["--rules", "nothing", "--", "touch", mark], 125, "no preset of that name"),
            (["--as", "nobody-here", "--", "touch", mark], 125, "there is no such user"),
            (["--config", "/no/such"], 1, "cannot be read"),
            (["--config", "x", "touch"], 2, "too many arguments"),
            (["--check", "--", "touch", mark], 2, "--check needs --config"), ([], 2, "is missing")):
        result = service(jail, *arguments)
        assert result.returncode == status and words in result.stderr, (arguments, result)
    assert not mark.exists()


def stop_ends_one_whose_call_is_held(jail):
    process = jail.start([jail.bin / "jailctl", "service", "--user", "--default", "allow", "--rule",
                          "mkdir=notify", "--", "/usr/bin/python3", "-c", "import os; os.mkdir('made')"])
    jail.pending()
    result = service(jail, "--stop", str(process.pid))
    assert result.returncode == 0, result
    assert process.wait(60) == -signal.SIGTERM
    assert not (jail.work / "made").exists()


main([the_program_has_the_number_and_no_child_that_it_did_not_make, what_a_description_says_is_done,
      what_cannot_start_does_not, stop_ends_one_whose_call_is_held])
