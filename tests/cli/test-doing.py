#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ps says what each thread waits for, also in calls that nobody follows."""
import subprocess

from pty_jail import main


def start(jail, default, *program):
    running = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--rules", "all-allow",
                          "--default", default, "--", *program],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    jail.wait_for("the jail", lambda: [one for one in jail.json_lines("list", "--json")
                                       if one["state"] == "running"])
    return running


def doing(jail, comm):
    return [line.get("doing", "") for line in jail.json_lines("ps", "1", "--json")
            if line["comm"] == comm]


def a_call_that_is_waited_in_is_shown(jail):
    for number, default in enumerate(("allow-forever", "allow"), 1):
        running = start(jail, default, "sh", "-c", "sleep 7 & wait")
        jail.wait_for("sleep", lambda: any(
            "nanosleep(" in text and "tv_sec=7" in text
            for line in jail.json_lines("ps", str(number), "--json")
            for text in [line.get("doing", "")] if line["comm"] == "sleep"))
        jail.wait_for("sh", lambda: any(
            line.get("doing", "").startswith(("wait4(", "rt_sigsuspend("))
            for line in jail.json_lines("ps", str(number), "--json") if line["comm"] == "sh"))
        assert jail.jailctl("stop", str(number)).returncode == 0
        running.stdout.read()
        running.wait(10)


def a_running_program_waits_for_nothing(jail):
    running = start(jail, "allow-forever", "sh", "-c", "while :; do :; done")
    jail.wait_for("sh", lambda: doing(jail, "sh"))
    assert jail.wait_for("sh", lambda: "" in doing(jail, "sh"))
    assert jail.jailctl("stop", "1").returncode == 0
    running.stdout.read()
    running.wait(10)


if __name__ == "__main__":
    main([a_call_that_is_waited_in_is_shown, a_running_program_waits_for_nothing])
