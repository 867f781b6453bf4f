# SPDX-License-Identifier: GPL-3.0-or-later
"""What a daemon has of the machine, before and after: descriptors, children, memory of its own."""
import os
import pathlib
import time

from jail import wait_for

# What the allocator may keep without a leak; a leak of a few hundred bytes a jail is beyond it.
MEMORY_SLACK = 256 * 1024
REST_SECONDS = 0.5


def descriptors(process):
    """What they lead to and how many of each, without the numbers that only name it."""
    found = {}
    for entry in os.listdir(process / "fd"):
        try:
            target = os.readlink(process / "fd" / entry).split(":[")[0]
        except FileNotFoundError:
            continue
        found[target] = found.get(target, 0) + 1
    return found


def children(process):
    return (process / "task" / process.name / "children").read_text().split()


def memory(process):
    """Bytes that belong to nobody else."""
    for line in (process / "status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"{process} has no memory")


class Census:
    """Taken when the daemon has what it keeps for good (ended jails have their number)."""

    def __init__(self, pid, proc="/proc"):
        self.process = pathlib.Path(proc) / str(pid)
        wait_for("the end of what was begun before", self._is_at_rest)
        self.descriptors = descriptors(self.process)
        self.children = children(self.process)
        self.memory = memory(self.process)

    def _is_at_rest(self):
        """No child, and nothing opened or closed for a while: the last jail's supervisor ends after it."""
        before = descriptors(self.process)
        time.sleep(REST_SECONDS)
        return not children(self.process) and descriptors(self.process) == before

    def has_come_back(self):
        """Descriptors and children are as they were, soon; memory within the slack."""
        try:
            wait_for("what was taken", lambda: descriptors(self.process) == self.descriptors
                     and children(self.process) == self.children)
        except AssertionError:
            raise AssertionError(
                f"before: {self.descriptors} {self.children}, now: "
                f"{descriptors(self.process)} {children(self.process)}") from None
        grown = memory(self.process) - self.memory
        assert grown < MEMORY_SLACK, f"{grown} bytes more than before"
        return grown
