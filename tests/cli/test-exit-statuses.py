#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What jailctl returns, and what it says about mistakes."""
import json

from pty_jail import main, put


def run_returns_what_the_program_returns(jail):
    put(jail, "no-interpreter", "exit 9\n", 0o755)
    put(jail, "plain", "", 0o644)
    cases = [
        (["true"], 0), (["false"], 1), (["sh", "-c", "exit 42"], 42),
        (["sh", "-c", "kill -TERM $$"], 128 + 15), (["sh", "-c", "kill -KILL $$"], 128 + 9),
        (["no-such-program-at-all"], 127), (["./nowhere/at-all"], 127), (["./plain"], 126),
        (["/"], 126), (["./no-interpreter"], 126),
    ]
    for argv, status in cases:
        result = jail.jailctl("run", "--ask", "none", "--rules", "all-allow", "--", *argv)
        assert result.returncode == status, (argv, result)
        assert (status in (126, 127)) == result.stderr.startswith("jailctl: "), (argv, result)


def the_program_talks_as_without_a_jail(jail):
    result = jail.jailctl("run", "--rules", "all-allow", "--", "sh", "-c",
                          "cat; echo out; echo err >&2", stdin=b"in\n")
    assert (result.stdout, result.stderr, result.returncode) == ("in\nout\n", "err\n", 0), result


def run_waits_for_background_children(jail):
    result = jail.jailctl("run", "--rules", "all-allow", "--", "sh", "-c",
                          "(sleep 0.5; echo late) & exit 3")
    assert result.returncode == 3 and result.stdout == "late\n", result


def a_wrong_command_line_is_2_and_says_what_is_wrong(jail):
    cases = [
        (["frob"], "frob"), (["list", "--frob"], "--frob"), (["list", "extra"], "too many"),
        (["stop"], "missing"), (["decide", "1.1"], "missing"),
        (["run"], "missing"), (["run", "--rule", "mkdir", "--", "true"], "CALL=ACTION"),
        (["run", "--ask", "loudly", "--", "true"], "loudly"), (["run", "--rules"], "needs a value"),
        (["log", "--last", "zero"], "zero"), (["rule", "frob", "1"], "frob"),
        (["rule", "set", "1"], "JAIL CALL ACTION"), (["rules", "frob"], "frob"),
        (["rules", "export", "all-allow"], "--to"),
        (["decide", "1.1", "allow", "--for", "soon"], "soon"),
        (["decide", "1.1", "allow", "--remember=all"], "scopes"),
        (["decide", "1.1", "allow", "--arg", "x"], "N=VALUE"),
        (["decide", "1.1", "allow", "--after", "x"], "return=VALUE"),
    ]
    for argv, words in cases:
        result = jail.jailctl(*argv)
        assert result.returncode == 2, (argv, result)
        assert words in result.stderr and result.stderr.startswith("jailctl: "), (argv, result)
        assert result.stdout == "", (argv, result)


def a_failure_is_1_and_names_what_failed(jail):
    cases = [
        (["show", "77"], "77"), (["stop", "77"], "77"), (["stop", "zero"], "zero"),
        (["decide", "77.1", "allow"], "77.1"), (["decide", "x", "allow"], "'x'"),
        (["inject", "999999", "getpid()"], "999999"), (["memory", "1", "zero", "8"], "zero"),
        (["rules", "check", "/nowhere"], "/nowhere"), (["rules", "new", "nope"], "nope"),
        (["syscalls", "mkdri"], "'mkdir'"), (["detach", "77"], "77"),
    ]
    for argv, words in cases:
        result = jail.jailctl(*argv)
        assert result.returncode == 1, (argv, result)
        assert words in result.stderr and result.stderr.startswith("jailctl: "), (argv, result)
        result = jail.jailctl(*argv, "--json")
        error = json.loads(result.stderr)
        assert result.returncode == 1 and set(error) == {"error", "message"}, (argv, result)
        assert error["error"].startswith("org.deepin.SeccompJail.Error."), error


def help_and_version_are_everywhere(jail):
    for argv in (["--help"], ["--version"], ["help"], ["run", "--help"], ["decide", "-h"]):
        result = jail.jailctl(*argv)
        assert result.returncode == 0 and result.stdout and not result.stderr, (argv, result)
        assert max(map(len, result.stdout.splitlines())) <= 100, argv


def nothing_starts_on_rules_with_an_error(jail):
    put(jail, "bad.jail.json", '{\n  "seccomp-jail": 1,\n  "default": "allow",\n'
        '  "rules": [{"syscall": "mkdri", "action": "notify"}]\n}\n')
    result = jail.jailctl("run", "--rules", "bad.jail.json", "--", "touch", "started")
    assert result.returncode == 125, result
    assert "bad.jail.json:4:" in result.stderr and "'mkdir'" in result.stderr, result.stderr
    assert "^" in result.stderr, result.stderr
    assert not (jail.work / "started").exists()
    for option, words in ((["--default", "frob"], "default: unknown action 'frob'"),
                          (["--rule", "mkdir=frob"], "mkdir=frob: unknown action 'frob'"),
                          (["--rule", "mkdri=abort"], "mkdri=abort: unknown system call 'mkdri'"),
                          (["--rules", "no-such-preset"], "no-such-preset: ")):
        result = jail.jailctl("run", *option, "--", "touch", "started")
        assert result.returncode == 125 and result.stderr.startswith("jailctl: "), (option, result)
        assert words in result.stderr, (option, result)
        assert not (jail.work / "started").exists()


main([run_returns_what_the_program_returns, the_program_talks_as_without_a_jail,
      run_waits_for_background_children, a_wrong_command_line_is_2_and_says_what_is_wrong,
      a_failure_is_1_and_names_what_failed, help_and_version_are_everywhere,
      nothing_starts_on_rules_with_an_error])
