#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program has the kernel send its thread away from an injected call: the answer says that no call
was made, and one that says so tells the truth; the program goes on."""
import subprocess

from jail import skip
from pty_jail import main

ROUNDS = 30


def an_injected_call_that_was_not_made_is_not_said_to_be(jail):
    program = jail.start([jail.bin / "jailctl", "run", "--user", "--default", "allow", "--ask",
                          "none", "--", jail.bin / "cli-sequences"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = program.stdout.readline()
    if said == "none\n":
        skip("kernel", "no restartable sequences")
    assert said == "ready\n", said
    pid = jail.json_lines("list", "--json")[0]["pid"]
    sent = 0
    for number in range(ROUNDS):
        made = jail.work / f"made-{number}"
        result = jail.jailctl("inject", str(pid), f'mkdir("{made}", 0700)')
        assert (result.returncode == 0) == made.exists(), (number, result, made.exists())
        if result.returncode != 0:
            assert "sent elsewhere" in result.stderr, result
            sent += 1
    program.stdin.close()
    assert program.wait(20) == 0
    print(f"sent elsewhere {sent} times of {ROUNDS}")


if __name__ == "__main__":
    main([an_injected_call_that_was_not_made_is_not_said_to_be])
