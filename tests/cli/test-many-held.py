#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""More calls are held than copies of arguments have room in the program: each runs as it was shown."""
import json
import re
import subprocess

from pty_jail import main, put

THREADS = 400
FLIPPED = 40


def files(jail):
    directory = jail.own_directory("files")
    for name in [f"f{i:04}" for i in range(THREADS)] + ["other"]:
        (directory / name).write_text(name)
        jail.own(directory / name)
    return directory


def start(jail, directory, *rules):
    path = put(jail, "many.jail.json",
               json.dumps({"seccomp-jail": 1, "default": "allow", "rules": rules}))
    return jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--rules", path, "--",
                       jail.bin / "cli-many", directory, str(THREADS), str(FLIPPED)],
                      stdout=subprocess.PIPE)


def shown_file(call):
    return re.search(r"files/(\w+)\"", call["text"])[1]


def answer_all(jail, calls, action="allow"):
    for call in calls:
        result = jail.jailctl("decide", str(call["id"]), action)
        assert result.returncode == 0, (call["text"], result)


def check_opened(jail, directory, program, calls):
    """What each thread read is what was shown of its call."""
    output, _ = program.communicate(timeout=60)
    got = dict(line.split() for line in output.decode().splitlines())
    assert len(got) == THREADS, len(got)
    # a name that was copied while it was being changed may be half of each
    shown = sorted(name if (directory / name).exists() else "refused"
                   for name in map(shown_file, calls))
    assert sorted(got.values()) == shown, [
        (one, other) for one, other in zip(sorted(got.values()), shown) if one != other][:10]
    for number, name in got.items():
        assert name in ("other", "refused", f"f{int(number):04}"), (number, name)
    records = [line for line in jail.json_lines("log", "1", "--json", "--call", "openat")
               if "/files/" in line["text"]]
    assert len(records) == THREADS and {one["verified"] for one in records} == {"yes"}, [
        one for one in records if one["verified"] != "yes"][:1]


def calls_beyond_the_room_run_as_shown(jail):
    directory = files(jail)
    program = start(jail, directory, {"syscall": "openat", "where": {"path": f"{directory}/**"},
                                      "action": "notify"})
    calls = jail.pending(THREADS)
    answer_all(jail, calls)
    check_opened(jail, directory, program, calls)


def so_they_do_where_no_rule_looks_at_memory(jail):
    directory = files(jail)
    program = start(jail, directory, {"syscall": "openat", "where": {"flags": "O_RDONLY"},
                                      "action": "notify"})
    calls = jail.pending(THREADS)
    answer_all(jail, reversed(calls))
    check_opened(jail, directory, program, calls)


def they_are_looked_at_and_edited_like_any_other(jail):
    directory = files(jail)
    program = start(jail, directory, {"syscall": "openat", "where": {"path": f"{directory}/**"},
                                      "action": "notify"})
    calls = jail.pending(THREADS)
    last = calls[-1]
    seen = jail.jailctl("memory", f"{last['id']}:1", "64")
    assert shown_file(last) in seen.stdout.replace("\n", ""), (last["text"], seen.stdout)
    result = jail.jailctl("decide", str(last["id"]), "allow", "--arg", f"1=\"{directory}/other\"")
    assert result.returncode == 0, result
    answer_all(jail, calls[:-1], "abort")
    output, _ = program.communicate(timeout=60)
    got = [line.split()[1] for line in output.decode().splitlines()]
    assert sorted(set(got)) == ["other", "refused"] and got.count("other") == 1, set(got)


if __name__ == "__main__":
    main([calls_beyond_the_room_run_as_shown, so_they_do_where_no_rule_looks_at_memory,
          they_are_looked_at_and_edited_like_any_other])
