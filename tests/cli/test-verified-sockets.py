#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A socket's name in the file system is a path, whose links may be exchanged: the log does not call it
verified; an abstract name and an internet address are what was judged."""
import json

from pty_jail import main

CONNECT = """
import socket
for family, name in ((socket.AF_UNIX, "/tmp/nobody-listens"), (socket.AF_UNIX, "\\0nobody-listens"),
                     (socket.AF_INET, ("127.0.0.1", 1))):
    try:
        socket.socket(family).connect(name)
    except OSError:
        pass
"""
RULES = {"seccomp-jail": 1, "default": "allow-forever",
         "rules": [{"syscall": "connect", "where": {"address": "/nowhere/**"}, "action": "abort"},
                   {"syscall": "connect", "action": "allow"}]}


def only_addresses_without_a_path_are_verified(jail):
    rules, log = jail.work / "connect.jail.json", jail.work / "connect.log"
    rules.write_text(json.dumps(RULES))
    jail.own(rules)
    jail.jailctl("run", "--ask", "none", "--rules", rules, "--log", log, "--", "python3", "-c", CONNECT)
    records = [json.loads(line) for line in log.read_text().splitlines()]
    verified = [record["verified"] for record in records if record.get("syscall") == "connect"]
    assert verified == ["no", "yes", "yes"], verified


if __name__ == "__main__":
    main([only_addresses_without_a_path_are_verified])
