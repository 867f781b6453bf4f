#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A path that leads into a file system whose server is dead holds the call that has it, and nothing
else: no other thread, no question, no end of the jail."""
import json
import subprocess

from pty_jail import main, put
from served_directory import served_directory

SAID = "the server of its file system does not answer"

# Waits for a line; then a child makes the call of that name, and it goes on with local files.
PROGRAM = """
import os, sys
place = sys.argv[1]
os.close(os.open(place + "/file", os.O_RDONLY))
kept = os.open(place + "/file", os.O_RDONLY)
calls = {
    "openat": lambda: os.open(place + "/file", os.O_RDONLY),
    "stat": lambda: os.stat(place + "/file"),
    "mkdir": lambda: os.mkdir(place + "/directory"),
    "rename": lambda: os.rename("from", place + "/to"),
    "execve": lambda: os.execv(place + "/file", ["file"]),
    "lseek": lambda: os.lseek(kept, 0, 0),
}
print("ready", flush=True)
call = calls[sys.stdin.readline().strip()]
child = os.fork()
if child == 0:
    try:
        call()
        code = 0
    except OSError as error:
        code = error.errno
    os._exit(code)
for number in range(20):
    os.close(os.open(f"local-{number}", os.O_CREAT | os.O_WRONLY))
print("lives", flush=True)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def rules(jail, *calls):
    return put(jail, "rules.jail.json", json.dumps({
        "seccomp-jail": 1, "default": "allow", "rules": [
            {"syscall": list(calls), "where": {"path": "/nowhere/**"}, "action": "abort"}]}))


class Run:
    """The program, whose child is in the call while the server is dead."""

    def __init__(self, jail, served, call, word, *options):
        self.jail = jail
        (jail.work / "from").mkdir(exist_ok=True)
        jail.own(jail.work / "from")
        self.running = jail.start(
            [jail.bin / "jailctl", "run", "--ask", "none", *options, "--", "/usr/bin/python3",
             put(jail, "program", PROGRAM), served.place], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.running.stdout.readline() == "ready\n"
        served.become(word)
        self.running.stdin.write(call + "\n")
        self.running.stdin.flush()
        assert self.running.stdout.readline() == "lives\n"
        self.number = str(jail.json_lines("list", "--json")[-1]["id"])

    def error_of_child(self):
        line = self.running.stdout.readline()
        assert self.running.wait(30) == 0
        self.close()
        return int(line)

    def close(self):
        self.running.stdin.close()
        self.running.stdout.close()

    def record(self, call, part):
        one, = [one for one in self.jail.json_lines("log", self.number, "--json", "--call", call)
                if part in one["text"]]
        return one


def a_rule_refuses_what_it_cannot_know(jail):
    for call, word in (("openat", "silent"), ("stat", "deaf"), ("mkdir", "silent"),
                       ("rename", "deaf"), ("execve", "silent")):
        with served_directory(jail, call) as served:
            if not served:
                return
            names = {"stat": ["newfstatat", "stat"], "mkdir": ["mkdir", "mkdirat"],
                     "rename": ["openat", "open"]}.get(call, [call])
            run = Run(jail, served, call, word, "--rules", rules(jail, *names))
            assert run.error_of_child() == 1, call
            records = jail.json_lines("log", run.number, "--json")
            given_up = [one["seq"] for one in records
                        if SAID in one.get("unverified", one.get("message", ""))]
            assert given_up, (call, records[-8:])
            # its parent went on long before
            local = [one["seq"] for one in records if '"local-19"' in one.get("text", "")]
            assert local[0] < given_up[0], (call, local, given_up)


def a_logged_call_is_let_go_and_its_jail_ends(jail):
    with served_directory(jail) as served:
        if not served:
            return
        run = Run(jail, served, "stat", "deaf", "--default", "allow")
        child, = [one for one in jail.json_lines("ps", run.number, "--json")
                  if one["ppid"] != 0 and one["state"] == "held"]
        said = jail.jailctl("inject", str(child["tid"]), "getpid()")
        assert said.returncode == 1 and "waits" in said.stderr, said
        # with its thread at the call …
        assert jail.jailctl("stop", run.number, timeout=10).returncode == 0
        assert run.running.wait(10) == 128 + 9
        run.close()
    with served_directory(jail, "again") as served:
        run = Run(jail, served, "stat", "deaf", "--default", "allow")
        jail.wait_for("the call to go on", lambda: [
            one for one in jail.json_lines("ps", run.number, "--json")
            if one["tid"] != one["ppid"] and one["state"] == "blocked"
            and "newfstatat" in one.get("doing", "")])
        # … and with the kernel waiting for the server
        assert jail.jailctl("stop", run.number, timeout=10).returncode == 0
        assert run.running.wait(10) == 128 + 9
        run.close()


def a_person_is_asked_and_sees_what_there_is(jail):
    with served_directory(jail) as served:
        if not served:
            return
        run = Run(jail, served, "mkdir", "silent", "--default", "allow", "--rule", "mkdir=notify")
        call, = jail.pending(1)
        assert call["text"] == f'mkdir("{served.place}/directory", 0777)', call
        shown = jail.jailctl("memory", f"{call['id']}:0", "--string", "--raw").stdout
        assert shown == f"{served.place}/directory", shown
        assert jail.jailctl("decide", str(call["id"]), "abort=EXDEV").returncode == 0
        assert run.error_of_child() == 18
        record = run.record("mkdir", "directory")
        assert record["verified"] == "no" and SAID in record["unverified"], record


def an_open_descriptor_is_shown_by_its_name(jail):
    with served_directory(jail) as served:
        if not served:
            return
        run = Run(jail, served, "lseek", "silent", "--default", "allow")
        assert run.error_of_child() == 0
        record = run.record("lseek", "served")
        assert f"<{served.place}/file>" in record["text"] and record["return"] == 0, record


if __name__ == "__main__":
    main([a_rule_refuses_what_it_cannot_know, a_logged_call_is_let_go_and_its_jail_ends,
          a_person_is_asked_and_sees_what_there_is, an_open_descriptor_is_shown_by_its_name])
