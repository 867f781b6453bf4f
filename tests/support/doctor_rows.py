# SPDX-License-Identifier: GPL-3.0-or-later
"""The attacks that the doctor has, by the names of their rows, read from its source."""
import re

ROW = re.compile(r'^ +(?:\{\.name = |ATTACK\(|SEALED\()"([a-z0-9-]+)"', re.M)
GUARD = re.compile(r'^GUARD\("([^"]+)",\s*\w+,\s*ERRNO,', re.M)


def doctor_rows(source):
    rows = [name for path in sorted((source / "daemon/supervisor").glob("doctor-attack-*.c"))
            for name in ROW.findall(path.read_text("utf-8"))]
    guards = GUARD.findall((source / "daemon/rules/guard-list.def").read_text("utf-8"))
    return set(rows) | {f"guard-{name}" for name in guards}
