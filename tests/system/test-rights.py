#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service takes for a user what the kernel would let him trace, and nothing that is more than he."""
import os
import re

from jail import need_programs
from machine import main

# Plays a client whose "stub" is any process: argv are its pid and whether the socket's other end answers.
CLIENT = """import array, os, socket, sys, threading
import gi
from gi.repository import Gio, GLib
pid = int(sys.argv[1])
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
def play():
    if theirs.recv(64):
        theirs.send(b"r")
        theirs.recv(64)
threading.Thread(target=play, daemon=True).start()
fds = Gio.UnixFDList.new()
options = {"argv": GLib.Variant("as", ["true"]), "pid": GLib.Variant("i", pid),
           "stub-pidfd": GLib.Variant("h", fds.append(os.pidfd_open(pid))),
           "stub-socket": GLib.Variant("h", fds.append(ours.fileno())),
           "default": GLib.Variant("s", "allow"),
           "rules": GLib.Variant("s", '{"seccomp-jail": 1, "default": "allow", "rules": []}')}
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
try:
    bus.call_with_unix_fd_list_sync("org.deepin.SeccompJail", "/org/deepin/SeccompJail",
        "org.deepin.SeccompJail", "Trace", GLib.Variant("(a{sv})", (options,)), None, 0, 20000, fds)
    print("taken")
except GLib.Error as error:
    print(error.message)
"""
WAIT = "while True: __import__('time').sleep(0.1)"


def start(machine, *argv):
    """A process of alice's that waits; its number as the machine knows it."""
    mark = f"MARK=rights-{os.urandom(8).hex()}"
    process = machine.alice.start(["env", mark, *argv])

    def find():
        # The program itself, not what leads to it.
        return [int(entry) for entry in os.listdir(machine.files / "proc") if entry.isdigit()
                and mark in read(machine, entry, "environ")
                and read(machine, entry, "comm").strip() != "env"]
    return process, machine.alice.wait_for("the process", find)[-1]


def read(machine, pid, name):
    try:
        return (machine.files / f"proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def status(machine, pid, key):
    return re.search(rf"^{key}:\t(.*)$", read(machine, pid, "status"), re.MULTILINE)[1]


def programs(machine):
    """By what they have: how they are started."""
    python = "/usr/bin/python3"
    machine.root.check(["cp", "-L", python, "/opt/capable"])
    machine.root.check(["setcap", "cap_setuid+ep", "/opt/capable"])
    machine.root.check(["cp", "-L", python, "/opt/grouped"])
    machine.root.check(["chgrp", "shadow", "/opt/grouped"])
    machine.root.check(["chmod", "2755", "/opt/grouped"])
    shut = "__import__('ctypes').CDLL(None).prctl(4, 0); " + WAIT
    return {"file capabilities": ["/opt/capable", "-c", WAIT],
            "another group": ["/opt/grouped", "-c", WAIT],
            "shut memory": [python, "-c", shut.replace("; while", "\nwhile")]}


def what_is_more_than_its_user_is_not_attached_to(machine):
    for what, argv in programs(machine).items():
        process, pid = start(machine, *argv)
        if what == "shut memory":
            machine.alice.wait_for("it to shut itself", lambda pid=pid: os.stat(
                machine.files / f"proc/{pid}/environ").st_uid == 0)
        result = machine.alice.jailctl("attach", "--system", "--default", "allow", str(pid))
        assert result.returncode == 1 and "runs with other rights" in result.stderr, (what, result)
        assert status(machine, pid, "TracerPid") == "0", what
        assert process.poll() is None, what
        machine.root.check(["kill", "-KILL", str(pid)])


def nor_is_it_taken_for_a_stub(machine):
    client = machine.alice.put("client.py", CLIENT)
    for what, argv in programs(machine).items():
        if what == "shut memory":
            continue
        _, pid = start(machine, *argv)
        said = machine.alice.check(["/usr/bin/python3", str(client), str(pid)])
        assert "runs with other rights" in said, (what, said)
        machine.root.check(["kill", "-KILL", str(pid)])


def a_stub_that_could_gain_by_its_exec_is_refused(machine):
    client = machine.alice.put("client.py", CLIENT)
    _, pid = start(machine, "/usr/bin/python3", "-c", WAIT)
    said = machine.alice.check(["/usr/bin/python3", str(client), str(pid)])
    assert "no_new_privs" in said, said


def a_plain_one_and_one_in_a_namespace_of_its_own_are_attached_to(machine):
    for argv in (["/usr/bin/python3", "-c", WAIT],
                 ["unshare", "--user", "--map-root-user", "/usr/bin/python3", "-c", WAIT]):
        _, pid = start(machine, *argv)
        machine.alice.wait_for("python", lambda pid=pid: "python3" in read(machine, pid, "comm"))
        result = machine.alice.jailctl("attach", "--system", "--default", "allow", str(pid))
        assert result.returncode == 0, result
        assert status(machine, pid, "TracerPid") != "0"
        machine.root.check(["kill", "-KILL", str(pid)])


def scripts_are_run_as_the_user_by_who_cannot_do_more(machine):
    judge = machine.alice.put("judge", "#!/bin/sh\n(id -u; id -g; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status) "
                                       ">>~alice/judged\necho abort=EROFS\n", 0o755)
    result = machine.alice.jailctl("run", "--system", "--ask", "none", "--default", "allow", "--rule",
                                   f"mkdir=script={judge}", "--", "mkdir", "made")
    assert "Read-only" in result.stderr, result
    uid = machine.alice.check(["id", "-u"])
    judged = machine.alice.check(["sh", "-c", "cat ~/judged"])
    assert judged == f"{uid}{uid}CapEff:\t0000000000000000\nNoNewPrivs:\t1\n", judged


def a_supervisor_has_its_filter_and_gets_a_script_when_it_runs(machine):
    judge = machine.alice.put("late-judge", "#!/bin/sh\necho abort=EROFS\n", 0o755)
    _, pid = start(machine, "/usr/bin/python3", "-c",
                   "import os, time\nwhile not os.path.exists('go'): time.sleep(0.1)\n"
                   "try: os.mkdir('made')\nexcept OSError as error: open('said', 'w').write(error.strerror)\n" + WAIT)
    machine.alice.wait_for("python", lambda: "python3" in read(machine, pid, "comm"))
    assert machine.alice.jailctl("attach", "--system", "--default", "allow", str(pid)).returncode == 0
    supervisor = status(machine, pid, "TracerPid")
    assert status(machine, supervisor, "Seccomp") == "2", read(machine, supervisor, "status")
    number = max(one["id"] for one in machine.alice.json_lines("list", "--system", "--json"))
    result = machine.alice.jailctl("rule", "set", "--system", str(number), "mkdir", f"script={judge}")
    assert result.returncode == 0, result
    machine.alice.check(["sh", "-c", "touch ~/go"])
    said = machine.alice.wait_for("the answer", lambda: machine.alice.run(["sh", "-c", "cat ~/said"]).stdout)
    assert said.startswith("Read-only"), said
    machine.root.check(["kill", "-KILL", str(pid)])


need_programs("setcap")
main([what_is_more_than_its_user_is_not_attached_to, nor_is_it_taken_for_a_stub,
      a_stub_that_could_gain_by_its_exec_is_refused,
      a_plain_one_and_one_in_a_namespace_of_its_own_are_attached_to,
      scripts_are_run_as_the_user_by_who_cannot_do_more,
      a_supervisor_has_its_filter_and_gets_a_script_when_it_runs])
