#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor knows every kind of attack: each program of tests/escape and each guard has a row of its,
or stands here with the reason why it has none.

    doctor.py SOURCE
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from doctor_rows import doctor_rows

# tests/escape's attack: the doctor's row that tries the same of this kernel.
ROWS = {
    "bind-mount-of-its-directory": "guard-mounts",
    "calls-aimed-at-the-supervisor": "supervisor-by-number",
    "calls-of-the-guard-list": "guard-mounts",
    "calls-of-the-vdso": "vdso-clock",
    "child-in-a-pid-namespace": "guard-namespaces",
    "child-of-a-parent-that-exits": "orphan",
    "child-of-clone-untraced": "clone-untraced",
    "child-of-clone3-untraced": "clone3-untraced",
    "child-of-vfork": "vfork-child",
    "child-without-a-signal": "child-without-signal",
    "chroot-in-a-namespace": "guard-namespaces",
    "core-file-is-made": "core-file",
    "daemon-of-its-own-session": "own-session",
    "dangerous-calls": "guard-kernel",
    "descriptor-of-an-outsider": "outsider-descriptor",
    "descriptor-with-high-bits": "descriptor-high-bits",
    "detached-mount-tree": "guard-mounts",
    "directory-of-the-secret-is-renamed": "rename-of-directory",
    "exec-by-a-thread": "exec-by-thread",
    "exec-from-memory": "exec-from-memory",
    "exec-of-a-refused-interpreter": "interpreter",
    "exec-through-a-script": "interpreter",
    "exec-through-the-linker": "exec-by-linker",
    "file-handle": "guard-file-handles",
    "filter-of-its-own-allows": "filter-that-allows",
    "handle-without-a-path": "handle-reopened",
    "hard-link-to-the-secret": "hard-link",
    "i386-entry": "i386-call",
    "i386-entry-opens-the-secret": "i386-call",
    "key-upcall": "key-upcall",
    "landing-page-by-another-name": "landing-page-by-its-file",
    "landing-page-forgotten-by-process-madvise": "guard-madvise-dontfork",
    "landing-page-forgotten-from-below": "landing-page-from-below",
    "landing-page-is-not-inherited": "landing-page-dont-fork",
    "landing-page-is-unmapped": "landing-page-unmapped",
    "link-by-descriptor": "hard-link-by-descriptor",
    "listener-of-its-own": "guard-seccomp-listener",
    "memory-is-remapped-over-the-path": "path-race",
    "names-of-the-same-path": "other-spelling",
    "not-dumpable": "hidden-memory",
    "number-with-high-bits": "number-high-bits",
    "outsider-is-traced": "guard-ptrace",
    "outsider-is-written-by-process-vm-writev": "guard-process-memory",
    "outsider-is-written-through-proc-mem": "outsider-proc-mem",
    "overlay-of-its-directory": "guard-mounts",
    "own-tracer-of-an-untraced-child": "guard-ptrace",
    "path-behind-userfaultfd": "memory-that-waits",
    "path-in-execute-only-memory": "execute-only-memory",
    "path-in-secret-memory": "secret-memory",
    "personality-of-another-system": "guard-personality",
    "plainly-makes-a-directory": "forbidden-call",
    "plainly-opens-the-secret": "forbidden-path",
    "program-of-32-bits": "exec-32-bit",
    "race-by-a-process-that-shares-memory": "path-race",
    "race-by-a-shared-mapping": "path-race",
    "race-by-a-thread": "path-race",
    "race-by-proc-mem": "landing-page-written",
    "race-by-process-vm-writev": "guard-process-memory",
    "race-of-openat2": "path-race",
    "race-of-symlinks": "symlink-race",
    "race-of-symlinks-with-a-second-reader": "symlink-race",
    "race-of-the-untraced-flag": "clone3-untraced",
    "race-of-the-untraced-flag-that-hides": "clone3-race",
    "ring-connects": "guard-io_uring",
    "ring-makes-a-directory": "guard-io_uring",
    "ring-opens-the-secret": "guard-io_uring",
    "sctp-connects-by-an-option": "guard-sctp-connect",
    "secret-is-renamed": "rename",
    "set-up-is-lied-to-about-the-seal": "landing-page-seal-forged",
    "setuid-program": "setuid-program",
    "sibling-is-traced": "guard-ptrace",
    "supervisor-is-killed": "supervisor-by-number",
    "supervisor-is-starved": "supervisor-by-number",
    "supervisor-is-stopped": "supervisor-by-number",
    "supervisor-is-taken-over": "supervisor-memory",
    "symlinks-to-the-secret": "symlink",
    "terminal-is-typed-into": "guard-terminal-input",
    "user-dispatch": "user-dispatch",
    "whole-group-is-signalled": "guard-signals",
    "x32-entry": "x32-call",
}

BROKER = "is about who may ask the broker; the doctor's jail has none"
RULES = "the rules decide it alike on every kernel"
LOAD = "needs a load, and finds mistakes of the supervisor rather than of a kernel"
SAME = "another way to the same wall as a row that is there, and takes longer to win"
NO_ROW = {
    "call-is-injected-from-inside": BROKER,
    "jail-is-ended-from-inside": BROKER,
    "new-jail-from-inside": BROKER,
    "own-call-is-approved": BROKER,
    "own-rule-is-changed": BROKER,
    "connect-by-another-family": RULES,
    "fast-open": RULES,
    "long-path": RULES,
    "path-across-pages": RULES,
    "plainly-connects": RULES,
    "prctl-undoes-nothing": RULES,
    "sigreturn-to-a-call": RULES,
    "critical-section-covers-the-page": LOAD,
    "hot-thread-is-pinned": LOAD,
    "landing-page-of-an-orphan": LOAD,
    "storm-of-execs": LOAD,
    "storm-of-forks": LOAD,
    "storm-of-threads": LOAD,
    "storm-on-the-supervisor": LOAD,
    "set-up-has-no-room": LOAD,
    "set-up-is-interrupted": LOAD,
    "set-up-is-killed": LOAD,
    "landing-page-is-called": SAME,
    "race-of-addresses": SAME,
    "race-of-descriptors": SAME,
    "race-of-directories": SAME,
    "race-of-new-names": SAME,
    "race-of-removed-directories": SAME,
    "race-of-programs": SAME,
    "race-of-working-directories": SAME,
    "race-through-a-signal-handler": SAME,
    "race-with-stop-and-continue": SAME,
    "set-up-is-lied-to": SAME,
    "set-up-is-refused": SAME,
}

# Guards that the supervisor judges: the row that tries them. Those that the filter refuses have theirs
# made out of the guard list.
GUARDS = {
    "affinity": None,  # no way round: the supervisor hides where a thread runs
    "clone-untraced": "clone-untraced",
    "core-files": "core-file",
    "file-names": "hard-link",
    "key-upcalls": "key-upcall",
    "landing-page": "landing-page-unmapped",
    "own-filter": "filter-that-allows",
    "root": None,  # no way round: the supervisor is told of a new root
    "supervisor": "supervisor-by-number",
}

HELPERS = {"deed", "bystander"}


def check_attacks(source, rows):
    attacks = {path.stem for path in (source / "tests/escape").glob("*.c")} - HELPERS
    for name in sorted(attacks - set(ROWS) - set(NO_ROW)):
        yield f"tests/escape/{name}.c: give the doctor a row, or say here why it has none"
    for name in sorted((set(ROWS) | set(NO_ROW)) - attacks):
        yield f"there is no tests/escape/{name}.c any more"
    for name in sorted(set(ROWS) & set(NO_ROW)):
        yield f"{name} has a row and a reason for having none"
    for name, row in ROWS.items():
        if row not in rows:
            yield f"{name}: the doctor has no row '{row}'"


def check_guards(source, rows):
    text = (source / "daemon/rules/guard-list.def").read_text("utf-8")
    added = re.findall(r'\.name = "([a-z-]+)"', (source / "daemon/rules/guard-list.c").read_text("utf-8"))
    names = set(re.findall(r'^GUARD\("([^"]+)"', text, re.M)) | set(added)
    for name in sorted(names):
        if f"guard-{name}" not in rows and name not in GUARDS:
            yield f"guard '{name}': give the doctor a row, and name it here"
    for name, row in GUARDS.items():
        if name not in names or (row and row not in rows):
            yield f"guard '{name}' or the row '{row}' is gone"


def check_rows(rows):
    """Each of the doctor's attacks is one of tests/escape as well, where it must win without a jail."""
    known = set(ROWS.values()) | set(GUARDS.values())
    alone = {"guard-bpf", "guard-fanotify", "guard-pidfd_getfd", "guard-process-image", "guard-setns",
             "guard-tagged-addresses", "guard-userfaultfd"}  # all in calls-of-the-guard-list
    parts = {"landing-page-covered", "landing-page-moved",  # of landing-page-is-unmapped
             "relative-path", "tree-reopened",  # of names-of-the-same-path, link-by-descriptor
             "supervisor-by-descriptor",  # of calls-aimed-at-the-supervisor
             "unknown-number"}  # of number-with-high-bits
    for row in sorted(rows - known - alone - parts):
        yield f"the doctor's attack '{row}' is in no program of tests/escape that is known here"


def main():
    source = pathlib.Path(sys.argv[1])
    rows = doctor_rows(source)
    wrong = [*check_attacks(source, rows), *check_guards(source, rows), *check_rows(rows)]
    print("\n".join(wrong) or f"{len(rows)} rows for {len(ROWS)} attacks, {len(NO_ROW)} have none")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
