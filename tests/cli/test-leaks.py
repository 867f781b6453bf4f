#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many short jails one after the other, fifty at once: jaild is left as it was before.

A thousand are some forty seconds of a free machine; of a busy one it takes as many as that time has
room for, and two hundred at least.
"""
import os
import subprocess
import sys
import time

from census import Census
from jail import Jail, skip

MANY = 1000
LEAST = 200
SECONDS = 40
# More than are listed once they have ended.
WARM_UP = 80
AT_ONCE = 50


def run_many(jail, count):
    script = (f"i=0; while [ $i -lt {count} ]; do jailctl run --rules all-allow -- true || exit 9;"
              " i=$((i+1)); done")
    result = jail.run(["sh", "-c", script], timeout=200)
    assert result.returncode == 0, result


def run_until_late(jail, count):
    """In hundreds; answers how many."""
    end, done = time.monotonic() + SECONDS, 0
    while done < LEAST or (done < count and time.monotonic() < end):
        run_many(jail, 100)
        done += 100
    return done


def run_at_once(jail, count):
    """All of them hold a call at the same time."""
    script = (f"i=0; while [ $i -lt {count} ]; do jailctl run --default allow --rule mkdir=notify"
              " --ask none -- mkdir /nowhere/at-all 2>/dev/null & i=$((i+1)); done; wait")
    process = jail.start(["sh", "-c", script])
    for call in jail.pending(count):
        assert jail.jailctl("decide", str(call["id"]), "abort").returncode == 0
    assert process.wait(60) == 0
    assert not jail.json_lines("pending", "--json")
    return count


def main():
    if os.geteuid() != 0:
        skip("machine", "only root may look at what a daemon has")
    with Jail(sys.argv[1]) as jail:
        run_many(jail, 1)
        # A client keeps the daemon from leaving while nothing runs.
        stays = jail.start([jail.bin / "jailctl", "pending", "--follow"],
                           stdout=subprocess.DEVNULL)
        run_many(jail, WARM_UP)
        run_at_once(jail, AT_ONCE)
        census = Census(jail.daemon_pid())
        for name, run, count in (("one after the other", run_until_late, MANY),
                                 ("at once", run_at_once, AT_ONCE)):
            done = run(jail, count)
            grown = census.has_come_back()
            print(f"{done} {name}: {grown} bytes more", flush=True)
        stays.terminate()
        stays.wait()
        supervisors = [pid for pid in jail.processes() if pid != jail.daemon_pid()]
        assert not supervisors, supervisors


main()
