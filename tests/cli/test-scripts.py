#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs the scripts of rules: a launcher, since the supervisor may start nothing."""
import json
import os
import pathlib
import signal

from pty_jail import main, put


def rules(jail, *of_rules):
    return put(jail, "test.jail.json",
               json.dumps({"seccomp-jail": 1, "default": "allow", "rules": of_rules}))


def script(jail, text, name="judge"):
    return str(put(jail, name, "#!/bin/sh\n" + text, 0o755))


def asking(path):
    return {"syscall": "mkdir", "action": "script", "script": path}


def launchers(jail):
    """Pids of all launchers of this place."""
    found = []
    for pid in jail.processes():
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            continue
        if b"--launcher" in words:
            found.append(pid)
    return found


def start_loop(jail, *options):
    """A shell in a jail that does what its file says, until that says to end."""
    program = jail.start([jail.bin / "jailctl", "run", "--ask", "none", *options, "--", "sh", "-c",
                          "while ! test -e end; do if test -e go; then mkdir made 2>said; "
                          "echo $? >status; rm go; fi; sleep 0.05; done"])
    jail.wait_for("the jail", lambda: any(one["state"] == "running"
                                          for one in jail.json_lines("list", "--json")))
    return program


def make_directory(jail):
    """Has the loop make its directory; its status, and it is gone again."""
    status = jail.work / "status"
    put(jail, "go", "")
    jail.wait_for("mkdir", lambda: status.exists() and status.read_text().endswith("\n")
                  and not (jail.work / "go").exists())
    result = int(status.read_text())
    status.unlink()
    assert (jail.work / "made").exists() == (result == 0)
    if result == 0:
        (jail.work / "made").rmdir()
    return result


def end_loop(jail, program):
    put(jail, "end", "")
    assert program.wait(20) == 0
    jail.wait_for("the launchers' end", lambda: not launchers(jail))


def refusals(jail, number=1):
    return [line for line in jail.json_lines("log", str(number), "--json")
            if line.get("syscall") == "mkdir" and line.get("by") == "supervisor"]


def a_script_has_nothing_of_the_supervisor(jail):
    path = script(jail, f'exec >{jail.work}/seen; ls -l /proc/self/fd; grep -E "^(Cap|NoNew|Seccomp)" '
                        f'/proc/self/status; env; echo done')
    jail.jailctl("run", "--ask", "none", "--rules", rules(jail, asking(path)), "--", "mkdir", "a")
    seen = (jail.work / "seen").read_text()
    numbers = [int(line.split(" -> ")[0].split()[-1]) for line in seen.splitlines() if " -> " in line]
    assert sorted(numbers)[:3] == [0, 1, 2] and len(numbers) == 4, seen  # and ls's own
    assert "CapEff:\t0000000000000000" in seen and "Seccomp:\t0" in seen, seen
    for name in ("SJ_PID=", "SJ_ARG", "SJ_DARG"):  # the imported files' scripts have those
        assert name not in seen, seen


def a_late_script_ends_with_its_children(jail):
    path = script(jail, f"sleep 61 & echo $! >{jail.work}/child; sleep 62")
    result = jail.jailctl("run", "--ask", "none", "--rules", rules(jail, asking(path)), "--",
                          "mkdir", "a")
    assert "Operation not permitted" in result.stderr, result
    child = int((jail.work / "child").read_text())
    jail.wait_for("the child's end", lambda: not os.path.exists(f"/proc/{child}"))
    refused, = refusals(jail)
    assert "took too long" in json.dumps(refused), refused


def a_script_that_leaves_a_child_is_heard(jail):
    """Even while the child holds its output."""
    path = script(jail, f"sleep 5 & echo $! >{jail.work}/child; echo allow")
    result = jail.jailctl("run", "--ask", "none", "--rules", rules(jail, asking(path)), "--",
                          "mkdir", "a")
    assert result.returncode == 0 and (jail.work / "a").exists(), result
    assert (jail.work / "child").read_text()


def without_its_launcher_the_call_is_refused(jail):
    path = script(jail, f"echo $$ >{jail.work}/runs; sleep 60; echo allow")
    program = start_loop(jail, "--rules", rules(jail, asking(path)))
    launcher, = launchers(jail)
    put(jail, "go", "")
    running = jail.work / "runs"
    jail.wait_for("the script", lambda: running.exists() and running.read_text().strip())
    os.kill(launcher, signal.SIGKILL)
    assert make_directory(jail) == 1  # that ran
    assert make_directory(jail) == 1  # with nobody to ask
    first, second = refusals(jail)
    assert "the launcher of the rule's script has ended" in json.dumps(first), first
    assert "set the rule again" in json.dumps(second), second
    script(jail, "echo allow", "other")
    assert jail.jailctl("rule", "set", "1", "mkdir", f"script={jail.work}/other").returncode == 0
    assert make_directory(jail) == 0
    end_loop(jail, program)


def a_stopped_launcher_refuses(jail):
    program = start_loop(jail, "--rules", rules(jail, asking(script(jail, "echo allow"))))
    launcher, = launchers(jail)
    os.kill(launcher, signal.SIGSTOP)
    assert make_directory(jail) == 1
    assert "took too long" in json.dumps(refusals(jail)), refusals(jail)
    os.kill(launcher, signal.SIGCONT)
    assert make_directory(jail) == 0
    end_loop(jail, program)


def a_script_rule_is_added_to_a_running_jail(jail):
    program = start_loop(jail, "--default", "allow")
    assert not launchers(jail) and make_directory(jail) == 0
    path = script(jail, f"echo one >>{jail.work}/asked; echo abort")
    assert jail.jailctl("rule", "set", "1", "mkdir", f"script={path}").returncode == 0
    assert make_directory(jail) == 1 and (jail.work / "asked").read_text() == "one\n"
    # the same again takes the place of the first launcher
    assert jail.jailctl("rule", "set", "1", "mkdir", f"script={path}").returncode == 0
    assert make_directory(jail) == 1
    jail.wait_for("one launcher", lambda: len(launchers(jail)) == 1)
    assert jail.jailctl("rule", "set", "1", "mkdir", "allow").returncode == 0
    assert make_directory(jail) == 0
    end_loop(jail, program)


def many_launchers_are_too_many(jail):
    program = start_loop(jail, "--default", "allow")
    results = [jail.jailctl("rule", "set", "1", "mkdir", f"script={script(jail, 'echo allow', f'j{i}')}")
               for i in range(17)]
    assert [result.returncode for result in results] == [0] * 16 + [1], results
    assert "as many launchers" in results[-1].stderr, results[-1]
    assert make_directory(jail) == 0
    end_loop(jail, program)


if __name__ == "__main__":
    main([a_script_has_nothing_of_the_supervisor, a_late_script_ends_with_its_children,
          a_script_that_leaves_a_child_is_heard, without_its_launcher_the_call_is_refused,
          a_stopped_launcher_refuses, a_script_rule_is_added_to_a_running_jail,
          many_launchers_are_too_many])
