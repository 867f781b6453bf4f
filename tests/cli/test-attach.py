#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that runs already, with its threads and children, is taken into a jail as it is."""
import json
import os
import subprocess
import sys
import time

from jail import Jail
from pty_jail import main, put

# Waits in threads and children of several kinds until "go" is there; each then makes a directory.
PROGRAM = r"""
import ctypes, os, signal, subprocess, sys, threading, time

def wait(name):
    while not os.path.exists("go"):
        time.sleep(0.01)
    try:
        os.mkdir(name)
        print("made", name, flush=True)
    except OSError as error:
        print(error.strerror, name, flush=True)

def sleep():
    start = time.monotonic()
    time.sleep(4)
    took = time.monotonic() - start
    print("slept" if 3.99 < took < 6 else f"slept {took}", flush=True)

threads = [threading.Thread(target=wait, args=(f"t{i}",)) for i in range(4)]
threads.append(threading.Thread(target=sleep))
child = subprocess.Popen([sys.executable, "-c", '''
import os, subprocess, time
grandchild = subprocess.Popen(["sh", "-c", "touch there; until test -e go; do sleep 0.02; done; mkdir g"])
while not os.path.exists("go"):
    time.sleep(0.01)
os.execlp("mkdir", "mkdir", "c")
'''], stderr=subprocess.STDOUT)
vfork = subprocess.Popen(["sh", "-c", "exec sleep 0.1"])
for thread in threads:
    thread.start()
while not os.path.exists("there"):
    time.sleep(0.01)
print("ready", flush=True)
wait("m")
child.wait()
for thread in threads:
    thread.join()
time.sleep(0.3)
"""

STORM = r"""
import os, subprocess, threading, time
print("ready", flush=True)
end = time.monotonic() + 2
def fork():
    while time.monotonic() < end:
        pid = os.fork()
        if pid == 0:
            if os.path.exists("go"):
                try:
                    os.mkdir(f"s{os.getpid()}")
                except OSError:
                    pass
            os._exit(0)
        os.waitpid(pid, 0)
others = [os.fork() for _ in range(2)]
fork()
"""


def start(jail, program):
    running = jail.start(["/usr/bin/python3", "-c", program], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    assert running.stdout.readline() == "ready\n"
    return running


def attach(jail, running, *options, status=0):
    result = jail.jailctl("attach", *options, str(running.pid))
    assert result.returncode == status, result
    return result


def threads_and_children_are_taken_along(jail):
    running = start(jail, PROGRAM)
    attach(jail, running, "--default", "allow-forever", "--rule", "mkdir=abort=EROFS")
    tree = jail.json_lines("ps", "1", "--json")
    assert sum(line["pid"] == running.pid for line in tree) == 6, tree
    assert len({line["pid"] for line in tree}) >= 3, tree
    (jail.work / "go").touch()
    said = running.stdout.read()
    assert running.wait(20) == 0
    lines = said.splitlines()
    for name in ("t0", "t1", "t2", "t3", "m"):
        assert f"Read-only file system {name}" in lines, said
    assert "slept" in lines, said
    assert said.count("mkdir: cannot create directory") == 2, said
    ended = jail.wait_for("the jail's end", lambda: next((
        line for line in jail.json_lines("list", "--json") if line["state"] == "ended"), None))
    assert ended["status"] == 0 and ended["pid"] == running.pid, ended


def a_call_is_held_and_answered(jail):
    running = start(jail, "import os, time\nprint('ready', flush=True)\n"
                          "while not os.path.exists('go'): time.sleep(0.01)\n"
                          "print(os.uname().sysname)")
    attach(jail, running, "--default", "allow", "--rule", "uname=notify")
    (jail.work / "go").touch()
    call = jail.pending()[0]
    result = jail.jailctl("decide", str(call["id"]), "return=0", "--field", "0.sysname=Attached")
    assert result.returncode == 0, result
    assert running.stdout.read() == "Attached\n" and running.wait(10) == 0


def no_child_of_a_storm_slips_through(jail):
    running = start(jail, STORM)
    attach(jail, running, "--default", "allow-forever", "--rule", "mkdir=abort")
    (jail.work / "go").touch()
    running.stdout.read()
    assert running.wait(20) == 0
    made = [path.name for path in jail.work.iterdir() if path.name.startswith("s")]
    assert not made, made
    assert len(jail.json_lines("log", "1", "--json", "--call", "mkdir")) > 20


def a_stopped_program_stays_stopped(jail):
    running = start(jail, "import os\nprint('ready', flush=True)\nos.kill(os.getpid(), 19)\n"
                          "os.mkdir('after')")
    jail.wait_for("the stop", lambda: open(f"/proc/{running.pid}/stat").read()
                  .rsplit(")", 1)[1].split()[0] == "T")
    attach(jail, running, "--default", "allow-forever", "--rule", "mkdir=abort")
    time.sleep(0.2)
    assert open(f"/proc/{running.pid}/stat").read().rsplit(")", 1)[1].split()[0] in "Tt"
    running.send_signal(18)
    assert "PermissionError" in running.stdout.read() and running.wait(10) == 1


def what_cannot_be_attached_to_says_why(jail):
    running = start(jail, "import time\nprint('ready', flush=True)\ntime.sleep(20)")
    attach(jail, running, "--default", "allow")
    again = jail.jailctl("attach", str(running.pid))
    assert again.returncode != 0 and "is traced by process" in again.stderr, again
    gone = jail.jailctl("attach", "4194303")
    assert gone.returncode != 0 and "4194303" in gone.stderr, gone
    detached = jail.jailctl("detach", "1")
    assert detached.returncode != 0 and "never takes away" in detached.stderr, detached
    assert jail.jailctl("stop", "1").returncode == 0
    assert running.wait(10) == -9
    running.stdout.close()


# What waits with an end that only its own call knows is interrupted half way; the kernel would begin
# it anew.
WAITS = """
import ctypes, select, signal, threading, time

def sleeps(name, call):
    start = time.monotonic()
    call()
    took = time.monotonic() - start
    print(name, "ended" if 3.9 < took < 5.5 else took, flush=True)

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
threads = [threading.Thread(target=sleeps, args=one) for one in (
    ("epoll", lambda: select.epoll().poll(4)),
    ("signal", lambda: signal.sigtimedwait([signal.SIGUSR1], 4)))]
for thread in threads:
    thread.start()
print("ready", flush=True)
"""


def waits_with_an_end_keep_it(jail):
    # followed by a rule from then on, and not; and told twice
    for action in ("allow", "allow-forever"):
        running = start(jail, WAITS)
        time.sleep(1.6)
        attach(jail, running, "--default", action)
        time.sleep(0.6)
        for tid in os.listdir(f"/proc/{running.pid}/task"):
            jail.jailctl("inject", tid, "getpid()")
        said = sorted(running.stdout.read().split("\n"))
        assert said == ["", "epoll ended", "signal ended"], (action, said)
        assert running.wait(10) == 0
        running.stdout.close()


# A page of its memory comes when it says so, and it never does. Who reads it by the kernel waits.
FAULTS = """
import ctypes, fcntl, os, struct, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
faults = libc.syscall(323, os.O_CLOEXEC)
if faults < 0:
    print("none", flush=True)
    sys.exit(0)
fcntl.ioctl(faults, 0xc018aa3f, struct.pack("QQQ", 0xaa, 0, 0))
page = libc.mmap(None, 4096, 3, 0x22, -1, 0)
fcntl.ioctl(faults, 0xc020aa00, bytearray(struct.pack("QQQQ", page, 4096, 1, 0)))
print("ready", flush=True)
sys.stdin.readline()
def ask():
    print("answer", -libc.mkdir(ctypes.c_void_p(page), 0o700), ctypes.get_errno(), flush=True)
thread = threading.Thread(target=ask)
thread.start()
os.mkdir("lives")
thread.join()
"""


def a_userfaultfd_of_before_holds_only_its_own_call(_jail):
    # others than root may only have one that does not let the kernel wait
    with Jail(sys.argv[1], as_root=True) as jail:
        running = jail.start(["/usr/bin/python3", "-c", FAULTS], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
        if running.stdout.readline() != "ready\n":
            print("not run (machine): no userfaultfd that lets the kernel wait", flush=True)
            return
        rules = put(jail, "rules.jail.json", json.dumps({
            "seccomp-jail": 1, "default": "allow", "rules": [
                {"syscall": "mkdir", "where": {"path": "/nowhere/**"}, "action": "abort"}]}))
        attach(jail, running, "--rules", rules)
        running.stdin.write("\n")
        running.stdin.flush()
        assert running.stdout.readline() == "answer 1 1\n"
        jail.wait_for("the other call", (jail.work / "lives").is_dir)
        assert running.wait(20) == 0
        running.stdin.close()
        running.stdout.close()


if __name__ == "__main__":
    main([threads_and_children_are_taken_along, a_call_is_held_and_answered,
          no_child_of_a_storm_slips_through, a_stopped_program_stays_stopped,
          what_cannot_be_attached_to_says_why, waits_with_an_end_keep_it,
          a_userfaultfd_of_before_holds_only_its_own_call])
