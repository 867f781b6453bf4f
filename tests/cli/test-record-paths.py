#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a path leads is found out in a shorter way when it is only written down than when a rule
judges by it: the record says the same in both."""
import json
import re

from pty_jail import main

PROGRAM = """
import os, sys
base = sys.argv[1]
os.makedirs("place/real/sub")
os.chdir("place/real")
open("file", "w").close()
os.symlink("file", "link")
os.symlink("/nowhere/at/all", "broken")
os.symlink("sub", "folder")
open("sub/deep", "w").close()
here, root = os.open(".", os.O_RDONLY), os.open("/", os.O_RDONLY)
opened, null, gone = (os.open(name, os.O_RDWR | os.O_CREAT) for name in ("file", "/dev/null", "gone"))
os.unlink("gone")
pipe, _ = os.pipe()
os.mkdir("odd>")
odd = os.open("odd>", os.O_RDONLY)

def look(path, **how):
    try:
        os.stat(path, **how)
    except OSError:
        pass

look("/begin")
for path in ("file", "link", "broken", "folder", "folder/deep", "sub/deep", "sub/../file", "./file", ".",
             "..", "sub/", "sub//deep", "file/deep", "missing", "missing/deep", "folder/missing",
             "/proc/self/comm", "/proc/self/cwd/file", f"/proc/self/fd/{opened}", "/etc/passwd", "/",
             base + "/place/real/file", base + "/place/real/folder/deep", base + "/nothing/here"):
    look(path)
    look(path, follow_symlinks=False)
for path in ("file", "folder/deep", "proc/self/comm", "missing"):
    look(path, dir_fd=here)
    look(path, dir_fd=root)
    look(path, dir_fd=odd)
for fd in (opened, null, gone, pipe, here, 1000):
    look(fd)
os.mkdir("left")
os.chdir("left")
os.rmdir("../left")
look("file")
look(".")
os.chdir("/")
look("etc/passwd")
look(".")
"""

JUDGED = [{"syscall": "newfstatat", "where": {"path": "/nowhere-at-all/**"}, "action": "abort"}]


def places(jail, name, rules):
    """What the log says that each path leads to: [(call, resolved)]."""
    folder = jail.own_directory(name)
    file, log = jail.work / f"{name}.jail.json", jail.work / f"{name}.log"
    file.write_text(json.dumps({"seccomp-jail": 1, "default": "allow", "rules": rules}))
    jail.own(file)
    jail.jailctl("run", "--ask", "none", "--rules", file, "--log", log, "--", "python3", "-S", "-c",
                 PROGRAM, folder, cwd=folder)
    found, begun = [], False
    for line in log.read_text().splitlines():
        record = json.loads(line)
        if record.get("syscall") != "newfstatat":
            continue
        path = next(one for one in record["arguments"] if one["kind"] == "path")
        begun = begun or '"/begin"' in path["text"]
        if begun:
            text = record["text"].split(", {")[0]
            found.append((plain(text, name, record), plain(str(path.get("resolved")), name, record)))
    assert len(found) > 60, found
    return found


def plain(text, name, record):
    """Without what differs from run to run."""
    text = text.replace(f"/{name}", "/PLACE").replace(f"/proc/{record['pid']}", "/proc/PID")
    return re.sub(r"pipe:\[\d+\]|0x[0-9a-f]+", "N", text)


def a_record_says_the_same_whether_a_path_was_judged_or_not(jail):
    judged, written = places(jail, "judged", JUDGED), places(jail, "written", [])
    assert [call for call, _ in judged] == [call for call, _ in written]
    for (call, one), (_, other) in zip(judged, written):
        # A rule cannot judge by a directory that is not there; a record may say where it would be.
        if one == "None" and re.search('"[^"]*(missing|nothing|folder|self)/', call):
            assert other == "None" or other.endswith(re.search('"/?([^"]*)"', call)[1]), (call, other)
        else:
            assert one == other, f"{call}: judged {one}, written {other}"


if __name__ == "__main__":
    main([a_record_says_the_same_whether_a_path_was_judged_or_not])
