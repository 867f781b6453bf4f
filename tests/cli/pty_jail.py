# SPDX-License-Identifier: GPL-3.0-or-later
"""jailctl at a terminal of its own, and the frame of these tests."""
import signal
import sys

from jail import Jail
from terminal import Terminal

PROMPT = "[?]"


def run_ask(jail, rule, *program, **keywords):
    return Terminal(jail, [jail.bin / "jailctl", "run", "--default", "allow", "--rule", rule, "--",
                           *program], **keywords)


def put(jail, name, text, mode=0o644):
    """A file of the user's in the place of work."""
    path = jail.work / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return jail.own(path)


def wait_state(jail, pid, letters):
    """Until the process is in one of the states (T, S, R …) of /proc/PID/stat."""
    def ask():
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in letters
    jail.wait_for(f"process {pid} in state {letters}", ask)


def main(tests):
    """Runs each function of a list with a fresh place; says which one failed."""
    failed = 0
    for test in tests:
        if len(sys.argv) > 2 and test.__name__ not in sys.argv[2:]:
            continue
        try:
            with Jail(sys.argv[1]) as jail:
                test(jail)
            print(f"ok {test.__name__}", flush=True)
        except Exception as error:  # the next one shall be run all the same
            failed += 1
            print(f"FAILED {test.__name__}: {type(error).__name__}: {error}", flush=True)
    signal.alarm(0)
    sys.exit(1 if failed else 0)
