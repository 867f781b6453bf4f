#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A log longer than its ring: the file gets every record in order, a reader that sleeps holds up
nobody and learns what it missed, and the supervisor keeps no more than the ring.

LONG_LOG_CALLS in the environment makes it longer than the 110 000 calls that overflow the ring."""
import json
import os
import pathlib
import signal
import subprocess

from jail import supervisor_of
from pty_jail import main

CALLS = int(os.environ.get("LONG_LOG_CALLS", "110000"))
SECONDS = 100 + CALLS // 1000
RING_BYTES = 64 << 20


def memory_kilobytes(pid):
    """What a process holds of its own and of shared memory."""
    status = dict(line.split(":", 1)
                  for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) + int(status["RssShmem"].split()[0])


def follows(lines):
    """The numbers of the records, each the next of the one before but where lines were dropped;
    and how many were dropped."""
    last = dropped = missing = 0
    for line in lines:
        record = json.loads(line)
        if "dropped" in record:
            dropped += record["dropped"]
            missing += record["dropped"]
        elif "seq" in record:
            assert record["seq"] == last + missing + 1, (last, missing, line)
            last, missing = record["seq"], 0
    assert missing == 0, "nothing came behind the last that was dropped"
    return last, dropped


def a_long_log_is_whole_in_its_file_and_waits_for_no_reader(jail):
    program = jail.start([jail.bin / "jailctl", "run", "--user", "--default", "allow", "--ask",
                          "none", "--log", "all.json", "--", jail.bin / "bench" / "calls", CALLS,
                          "mkdirat", 1, 0], stdout=subprocess.DEVNULL)
    one = jail.wait_for("the jail", lambda: next((
        line for line in jail.json_lines("list", "--json") if line["state"] == "running"), None))
    supervisor = supervisor_of(one["pid"])
    reader = jail.start([jail.bin / "jailctl", "log", one["id"], "--follow", "--json"],
                        stdout=subprocess.PIPE, text=True)
    first = reader.stdout.readline()
    reader.send_signal(signal.SIGSTOP)
    most = 0

    def ended():
        nonlocal most
        try:
            most = max(most, memory_kilobytes(supervisor))
        except (FileNotFoundError, KeyError):
            pass
        return os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)

    ended_with = jail.wait_for("the end of the program", ended, SECONDS)
    reader.send_signal(signal.SIGCONT)
    assert ended_with.si_status == 0 and program.wait() == 0
    assert RING_BYTES // 2 < most << 10 < RING_BYTES + (16 << 20), f"{most} KB"
    rest = reader.stdout.readlines()  # at once: a reader is waited for some seconds at the end
    with open(jail.work / "all.json", encoding="utf-8") as file:
        last, dropped = follows(file)
    assert last > CALLS and dropped == 0, (last, dropped)
    reader_last, reader_dropped = follows([first, *rest])
    assert reader_last == last and reader_dropped > 0, (reader_last, last, reader_dropped)
    print(f"{last} records, {most} KB at most, the reader that slept missed {reader_dropped}")


if __name__ == "__main__":
    main([a_long_log_is_whole_in_its_file_and_waits_for_no_reader])
