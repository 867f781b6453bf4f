#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where opening is judged by path, calls that make names run one at a time and by the names that they
were judged by: programs do not notice, and what was shown of a held one is what happens."""
import json
import os
import subprocess

from pty_jail import main, put

# Each call by turns, with paths of every kind: what it answers, and what is there afterwards.
FORMS = """
import ctypes, errno, os, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
FOLLOW, EMPTY, EXCHANGE, NOREPLACE = 0x400, 0x1000, 2, 1

def say(what, result):
    print(what[:60], errno.errorcode[ctypes.get_errno()] if result < 0 else result)

def link(old, new): say(f"link {old} {new}", libc.link(old.encode(), new.encode()))
def rename(old, new): say(f"rename {old} {new}", libc.rename(old.encode(), new.encode()))
def exchange(old, new, flags=EXCHANGE):
    say(f"renameat2 {old} {new} {flags}", libc.renameat2(-100, old.encode(), -100, new.encode(), flags))
def linkat(fd, old, new, flags=0):
    say(f"linkat {old} {new} {flags}", libc.linkat(fd, old, -100, new.encode(), flags))

os.mkdir("place"); os.chdir("place")
for name in ("a", "b", "odd (deleted)"): open(name, "w").write(name)
for name in ("d", "e", "d/in", "full"): os.mkdir(name)
open("full/x", "w").close()
os.symlink("a", "to-a"); os.symlink("d", "to-d"); os.symlink("nowhere/x", "broken"); os.symlink("loop", "loop")
link("a", "a2"); link("a", "a2"); link("to-a", "l"); link("missing", "m"); link("missing/x", "m")
link("broken", "b2"); link("broken/y", "b3"); link("loop/x", "m"); link("d", "d2"); link("a/", "m")
link("a", "missing/m"); link("a", "to-d/via"); link("", "m"); link("a", ""); link("a", "."); link("a/x", "m")
link("./d/../a", "d/dots"); link("odd (deleted)", "odd2"); link("a" * 300, "m"); link("x/" * 2100 + "x", "m")
rename("b", "b4"); rename("b4", "to-d/b"); rename("d/b", "b"); rename("d/", "g/"); rename("g", "d")
rename("b/", "m"); rename("d/.", "m"); rename("d/..", "m"); rename("d", "d/in/deep"); rename("e", "full")
rename("a", "e"); rename("missing", "m"); rename("to-d/", "m"); rename("e", "to-d/"); rename("e/", "f/"); rename("f", "e/"); rename("to-a", "to-a3"); rename("/", "m")
exchange("a", "d"); exchange("a", "d"); exchange("a", "missing"); exchange("a", "b", NOREPLACE)
exchange("to-d", "e"); exchange("to-d", "e")
fd = os.open(".", os.O_TMPFILE | os.O_WRONLY)
os.write(fd, b"unnamed")
linkat(-100, f"/proc/self/fd/{fd}".encode(), "named", FOLLOW); linkat(-100, b"to-a3", "followed", FOLLOW)
linkat(-100, b"to-a3", "link", 0); linkat(-1, b"a", "m"); linkat(os.open("d/in", os.O_RDONLY), b"../../a", "from-d")
say("bad memory", libc.rename(ctypes.c_void_p(8), b"m"))
say("rmdir", libc.rmdir(b"full")); say("rmdir", libc.rmdir(b"e/")); say("rmdir", libc.rmdir(b"d/in/."))
say("unlinkat", libc.unlinkat(-100, b"d/in", 0x200)); say("unlinkat", libc.unlinkat(-100, b"d", 0))

def busy(number):
    for i in range(50):
        os.rename(f"t{number}", f"u{number}"); os.link(f"u{number}", f"t{number}"); os.unlink(f"u{number}")
        os.mkdir(f"r{number}"); os.rmdir(f"r{number}")
for number in range(8): open(f"t{number}", "w").close()
threads = [threading.Thread(target=busy, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
for folder, folders, files in sorted(os.walk(".")):
    print(folder, sorted(folders), [(name, os.lstat(f"{folder}/{name}").st_nlink) for name in sorted(files)])
print(open("named").read(), open("followed").read())
"""


def rules(jail, *more):
    """Opening is judged by path."""
    return put(jail, "names.jail.json", json.dumps({
        "seccomp-jail": 1, "default": "allow-forever",
        "rules": [{"syscall": "openat", "where": {"path": "/nowhere/at/all"}, "action": "abort"}, *more]}))


def output_of(jail, folder, *before):
    place = jail.own_directory(folder)
    result = subprocess.run([*before, "python3", "-c", FORMS], cwd=place, env=jail.environment,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100, check=False,
                            **jail.credentials())
    assert result.returncode == 0, result.stdout.decode()
    return result.stdout.decode().splitlines()


def programs_do_not_notice(jail):
    bare = output_of(jail, "bare")
    jailed = output_of(jail, "jailed", jail.bin / "jailctl", "run", "--ask", "none", "--rules", rules(jail),
                       "--")
    assert jailed == bare, [pair for pair in zip(bare, jailed) if pair[0] != pair[1]]


def start_held(jail):
    """A renaming that a person is asked about, of a file in a directory."""
    place = jail.own_directory("place")
    for name in ("plain", "other"):
        (place / name).mkdir()
        (place / name / "file").write_text(name)
        jail.own(place / name)
        jail.own(place / name / "file")
    program = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--rules",
                          rules(jail, {"syscall": "rename", "action": "notify"}), "--", "python3", "-c",
                          f"import os; os.rename('{place}/plain/file', '{place}/new')"],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return place, program, jail.pending(1)[0]


def record_of(jail):
    return [one for one in jail.json_lines("log", "1", "--json", "--call", "rename")][-1]


def what_was_shown_is_renamed(jail):
    place, program, call = start_held(jail)
    jail.jailctl("decide", str(call["id"]), "allow")
    program.communicate(timeout=60)
    assert program.returncode == 0 and (place / "new").read_text() == "plain"
    assert record_of(jail)["verified"] == "yes", record_of(jail)


def what_leads_elsewhere_by_now_is_not(jail):
    place, program, call = start_held(jail)
    (place / "plain").rename(place / "gone")
    os.symlink("other", place / "plain")
    jail.jailctl("decide", str(call["id"]), "allow")
    output, _ = program.communicate(timeout=60)
    assert b"PermissionError" in output, output
    assert not (place / "new").exists() and (place / "other" / "file").exists()
    assert record_of(jail)["verified"] == "changed", record_of(jail)


if __name__ == "__main__":
    main([programs_do_not_notice, what_was_shown_is_renamed, what_leads_elsewhere_by_now_is_not])
