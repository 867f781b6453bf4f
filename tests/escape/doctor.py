#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor's attacks all fail in its jail, and it says so when one does not.

    doctor.py BIN
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail

ATTACKS = {"forbidden-call", "forbidden-path", "path-race", "own-listener", "io-uring", "i386-call",
           "clone-untraced", "exec-by-thread", "signal-supervisor", "outsider-proc-mem",
           "landing-page-written", "landing-page-unmapped", "terminal-input"}


def ask(jail, without=""):
    """Its exit status, and its rows by name."""
    result = jail.run([jail.bin / "jail-supervisor", "--doctor", "--json"],
                      env={**jail.environment, "SECCOMP_JAIL_WITHOUT": without})
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return result.returncode, {row["name"]: row for row in rows}


def main():
    wrong = []
    with Jail(pathlib.Path(sys.argv[1])) as jail:
        for without in ("", "mseal"):
            status, rows = ask(jail, without)
            wrong += [f"{name} (without {without or 'nothing'}): {rows.get(name)}"
                      for name in ATTACKS if rows.get(name, {}).get("state") != "closed"]
            if status != 0:
                wrong.append(f"exit status {status} although all is closed")
        if rows.get("landlock", {}).get("state") == "ok":
            status, rows = ask(jail, "landlock")
            if rows["outsider-proc-mem"]["state"] != "open" or status == 0:
                wrong.append(f"without Landlock: {status}, {rows['outsider-proc-mem']}")
    print("\n".join(wrong) or "held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
