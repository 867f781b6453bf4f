#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short jails one after the other and fifty at once: jaild, systemd's store and the
units are as they were before. tests/cli/test-leaks.py does it a thousand times."""
import subprocess

from census import Census, descriptors
from jail import wait_for
from machine import main

# More than are listed once they have ended.
WARM_UP = 70
ONE_BY_ONE = 100
AT_ONCE = 50


def run_many(person, count):
    person.check(["sh", "-c", f"i=0; while [ $i -lt {count} ]; do "
                  f"{person.bin}/jailctl run --system --rules all-allow -- true || exit 9; "
                  "i=$((i+1)); done"], timeout=200)


def run_at_once(person, count):
    """All of them hold a call at the same time."""
    process = person.start(
        ["sh", "-c", f"i=0; while [ $i -lt {count} ]; do {person.bin}/jailctl run --system "
         "--default allow --rule mkdir=notify --ask none -- mkdir /nowhere/at-all & i=$((i+1)); "
         "done; wait"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for call in person.wait_for("the held calls", lambda: at_least(
            count, person.json_lines("pending", "--system", "--json")), 60):
        person.check([person.bin / "jailctl", "decide", "--system", str(call["id"]), "abort"])
    assert process.wait(60) == 0


def at_least(count, found):
    return found if len(found) >= count else None


class Everything:
    """What there is of the service in the whole machine."""

    def __init__(self, machine):
        proc = machine.files / "proc"
        self.machine = machine
        self.census = Census(machine.property("jaild.service", "MainPID"), proc)
        self.kept, self.units = self.count()
        self.of_systemd = descriptors(proc / "1")

    def count(self):
        units = self.machine.root.check(["systemctl", "list-units", "--all", "--plain",
                                         "--no-legend", "jail*"])
        return self.machine.property("jaild.service", "NFileDescriptorStore"), len(
            units.splitlines())

    def has_come_back(self):
        wait_for("store and units", lambda: self.count() == (self.kept, self.units))
        now = descriptors(self.machine.files / "proc/1")
        assert now == self.of_systemd, (self.of_systemd, now)
        print(f"{self.census.has_come_back()} bytes more", flush=True)


def jails_one_after_the_other_leave_nothing(machine):
    run_many(machine.alice, WARM_UP)
    before = Everything(machine)
    run_many(machine.alice, ONE_BY_ONE)
    before.has_come_back()


def fifty_jails_at_once_leave_nothing(machine):
    run_at_once(machine.alice, AT_ONCE)
    run_many(machine.alice, WARM_UP)
    before = Everything(machine)
    run_at_once(machine.alice, AT_ONCE)
    before.has_come_back()


main([jails_one_after_the_other_leave_nothing, fifty_jails_at_once_leave_nothing])
