#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs where the default refuses: what a rule allows, and the interpreters that it names itself."""
import json
import pathlib
import shutil

from pty_jail import main, put


def run(jail, allowed, *argv):
    """Under rules that let nothing be executed but the files `allowed`."""
    others = [one["name"] for one in jail.json_lines("syscalls", "--json")
              if one["name"] not in ("execve", "execveat")]
    paths = [str(pathlib.Path(path).resolve()) for path in allowed]
    rules = put(jail, "images.jail.json", json.dumps({
        "seccomp-jail": 1, "default": "abort", "rules": [
            {"syscall": others, "action": "allow-forever"},
            {"syscall": "execve", "where": {"path": paths}, "action": "allow"}]}))
    return jail.jailctl("run", "--ask", "none", "--rules", rules, "--", "/usr/bin/python3", "-c", EXEC,
                        *argv)


EXEC = ("import os, sys\npid = os.fork()\nif pid == 0:\n  try: os.execv(sys.argv[1], sys.argv[1:])\n"
        "  except OSError as error: print(error.strerror, flush=True); os._exit(3)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))")


def what_is_named_runs_and_nothing_else(jail):
    result = run(jail, ["/bin/true"], "/bin/true")
    assert result.stdout == "0\n", result
    result = run(jail, ["/bin/true"], "/bin/false")
    assert result.stdout == "Operation not permitted\n3\n", result


def a_script_that_may_run_has_its_interpreter(jail):
    script = put(jail, "script", "#! /bin/sh -e\necho interpreted\n", 0o755)
    result = run(jail, [script], script)
    assert result.stdout == "interpreted\n0\n", result
    assert "Operation not permitted" in run(jail, ["/bin/true"], script).stdout


def so_has_one_that_leads_to_another(jail):
    first = put(jail, "first", "#!/bin/sh\necho \"interpreted $1\"\n", 0o755)
    second = put(jail, "second", f"#!{first}\n", 0o755)
    result = run(jail, [second], second)
    assert result.stdout == f"interpreted {second}\n0\n", result


def an_interpreter_that_is_a_link_is_known_by_its_file(jail):
    shutil.copy("/bin/sh", jail.work / "shell")
    jail.own(jail.work / "shell")
    (jail.work / "link").symlink_to("shell")
    script = put(jail, "linked", f"#!{jail.work}/link\necho interpreted\n", 0o755)
    result = run(jail, [script], script)
    assert result.stdout == "interpreted\n0\n", result


if __name__ == "__main__":
    main([what_is_named_runs_and_nothing_else, a_script_that_may_run_has_its_interpreter,
          so_has_one_that_leads_to_another, an_interpreter_that_is_a_link_is_known_by_its_file])
