#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many calls held at once: all of them are listed, one is answered like any other, and the program
can still make threads when there is no room left for copies of what the calls point to."""
import json

from pty_jail import main, put

COUNT = 600


def many_calls_are_held_listed_and_answered(jail):
    rules = put(jail, "ask.jail.json", json.dumps(
        {"seccomp-jail": 1, "default": "allow-forever",
         "rules": [{"syscall": "mkdirat", "action": "notify"}]}))
    program = jail.start([jail.bin / "jailctl", "run", "--user", "--ask", "none", "--rules", rules,
                          "--", jail.bin / "bench" / "many", COUNT])
    jail.wait_for("a jail", lambda: jail.json_lines("list", "--json"))
    jail.wait_for("all calls", lambda: jail.json_lines("list", "--json")[0]["pending"] == COUNT, 60)
    calls = jail.json_lines("pending", "--json")
    assert len({call["id"] for call in calls}) == COUNT
    assert all('"/nonexistent/place", 0700)' in call["text"] for call in calls), calls[0]
    chosen = str(calls[COUNT // 2]["id"])
    assert jail.jailctl("decide", chosen, "abort=EACCES").returncode == 0
    left = {str(call["id"]) for call in jail.json_lines("pending", "--json")}
    assert len(left) == COUNT - 1 and chosen not in left
    # answers one after the other, then many under way at once
    result = jail.run([jail.bin / "bench" / "pending", COUNT - 1], timeout=120)
    assert result.returncode == 0 and not result.stderr, (result.returncode, result.stderr)
    assert program.wait(60) == 0
    log = jail.jailctl("log", "1", "--json").stdout.splitlines()
    records = [record for record in map(json.loads, log) if record.get("syscall") == "mkdirat"]
    assert len(records) == COUNT, len(records)
    assert sum(record["action"] == "abort" for record in records) == 1
    assert sum(record["verified"] == "yes" for record in records) >= 128


if __name__ == "__main__":
    main([many_calls_are_held_listed_and_answered])
