#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can look at before they answer, and that looking never holds the jail."""
import json
import subprocess

from pty_jail import main, put
from served_directory import served_directory

TEXT = "a-directory-with-a-long-name"
PROGRAM = f"""
import ctypes, os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
libc = ctypes.CDLL(None)
words = ctypes.create_string_buffer(b"{TEXT}")
sys.stdout.write(hex(ctypes.addressof(words)) + chr(10))
sys.stdout.flush()
libc.mkdir(words, 0o700)
print(words.value.decode())
"""


def hold(jail, *program):
    running = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow",
                          "--rule", "mkdir=notify", "--", *program], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True)
    return running, running.stdout.readline().strip(), jail.pending()[0]


def finish(jail, running, call):
    assert jail.jailctl("decide", str(call["id"]), "abort").returncode == 0
    output = running.stdout.read()
    assert running.wait(20) == 0, output
    running.stdout.close()
    return output


def refused(jail, *words):
    result = jail.jailctl(*words)
    assert result.returncode == 1, result
    return result.stderr


def memory_by_argument_and_by_address(jail):
    running, address, call = hold(jail, "/usr/bin/python3", "-c", PROGRAM)
    pid, argument = str(call["pid"]), f"{call['id']}:0"
    assert jail.jailctl("memory", argument, "--string", "--raw").stdout == TEXT
    assert jail.jailctl("memory", pid, address, "--string", "--raw").stdout == TEXT
    shown = jail.jailctl("memory", pid, address, "16").stdout
    assert "61 2d 64 69" in shown and "|a-directory-with|" in shown, shown
    one, = jail.json_lines("memory", pid, address, "4", "--json")
    assert one["bytes"] == "612d6469" and one["address"] == address, one
    assert jail.jailctl("memory", pid, address, "--write", "A\\0").returncode == 0
    assert "sealed copy" in refused(jail, "memory", argument, "--write", "B")
    assert "nothing is mapped" in refused(jail, "memory", pid, "0x10", "8")
    assert "nothing is mapped" in refused(jail, "memory", pid, "0x10", "--write", "x")
    assert "at most 1048576" in refused(jail, "memory", pid, address, "1048577")
    assert "0 to 5" in refused(jail, "memory", f"{call['id']}:6")
    assert "not a number" in refused(jail, "memory", pid, "frob", "8")
    # what was judged is what the kernel would have got; what was written is what the program has
    assert finish(jail, running, call) == "A\n"


def registers_stack_maps_descriptors_and_signals(jail):
    running, address, call = hold(jail, "/usr/bin/python3", "-c", PROGRAM)
    pid = str(call["pid"])
    jail.run(["kill", "-USR1", pid])
    seen, = jail.json_lines("inspect", pid, "--json")
    assert int(seen["registers"]["rdi"]) == int(address, 16) and seen["registers"]["rsi"] == 0o700
    assert any("mkdir" in line for line in seen["stack"][:2]), seen["stack"]
    assert any("libc.so" in line for line in seen["maps"])
    assert seen["descriptors"]["1"].startswith("pipe:"), seen["descriptors"]
    assert any("USR1" in line for line in seen["signals"]), seen["signals"]
    assert seen["cwd"] == str(jail.work) and "python3" in seen["exe"], seen
    some, = jail.json_lines("inspect", pid, "--what", "stack,signals", "--json")
    assert set(some) == {"exe", "cwd", "args", "stack", "signals"}, some.keys()
    assert "frob" in refused(jail, "inspect", pid, "--what", "frob")
    finish(jail, running, call)


MAPPED = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
at = libc.mmap(None, 4096, 1, 2, os.open(sys.argv[1], os.O_RDONLY), 0)
if os.fork() == 0:
    print(hex(at), flush=True)
    libc.mkdir(ctypes.c_void_p(at), 0o700)
    os._exit(0)
os.mkdir("lives")
os.waitpid(-1, 0)
"""


def memory_that_a_dead_server_has_holds_nobody(jail):
    with served_directory(jail) as served:
        if not served:
            return
        program = put(jail, "program", MAPPED)
        running, address, _ = hold(jail, "/usr/bin/python3", program, served.place / "file")
        calls = jail.pending(2)
        dead, = [call for call in calls if address in call["text"]]
        lives, = [call for call in calls if '"lives"' in call["text"]]
        assert dead["text"] == f"mkdir({address}, 0700)", dead
        said = refused(jail, "memory", str(dead["pid"]), address, "8")
        assert "cannot be read" in said, said
        assert jail.jailctl("decide", str(lives["id"]), "allow").returncode == 0
        jail.wait_for("what was allowed", (jail.work / "lives").is_dir)
        assert jail.jailctl("decide", str(dead["id"]), "abort").returncode == 0
        assert running.wait(20) == 0
        running.stdout.close()
        # a rule that needs it refuses, and the next process is served
        rules = put(jail, "rules.jail.json", json.dumps({
            "seccomp-jail": 1, "default": "allow", "rules": [
                {"syscall": "mkdir", "where": {"path": "/nowhere/**"}, "action": "abort"}]}))
        (jail.work / "lives").rmdir()
        result = jail.jailctl("run", "--ask", "none", "--rules", rules, "--", "/usr/bin/python3",
                              program, served.place / "file", timeout=30)
        assert result.returncode == 0 and (jail.work / "lives").is_dir(), result
        record, = [one for one in jail.json_lines("log", "2", "--json", "--call", "mkdir")
                   if '"lives"' not in one["text"]]
        assert record["action"] == "abort" and record["by"] == "supervisor", record


if __name__ == "__main__":
    main([memory_by_argument_and_by_address, registers_stack_maps_descriptors_and_signals,
          memory_that_a_dead_server_has_holds_nobody])
