#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists the skipped tests of a ctest JUnit file with the reason that each one printed.

A reason is a line "skip (KIND): words". KIND kernel or machine: what is there cannot do it. Any
other kind (package, user, ...) is a gap in the set-up, and fails where SJ_REQUIRE_ALL=1.
"""
import os
import re
import sys
import xml.etree.ElementTree as tree

REASON = re.compile(r"skip \((\w+)\): *(.*)")
EXCUSED = {"kernel", "machine"}


def skipped(path):
    """Yields (test, kind, words) for every test that did not run to an end."""
    for case in tree.parse(path).getroot().iter("testcase"):
        if case.get("status") not in ("notrun", "disabled"):
            continue
        text = (case.findtext("system-out") or "") + (case.findtext("failure") or "")
        found = REASON.search(text)
        yield (case.get("name"), *(found.groups() if found else ("unsaid", "no reason given")))


def main():
    path = sys.argv[1]
    if not os.path.exists(path):
        print("no result file: ctest did not finish")
        return 1
    strict = os.environ.get("SJ_REQUIRE_ALL") == "1"
    gaps = 0
    for name, kind, words in skipped(path):
        gap = strict and kind not in EXCUSED
        gaps += gap
        print(f"{'FAILED, skipped' if gap else 'skipped'}: {name}: ({kind}) {words}")
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
