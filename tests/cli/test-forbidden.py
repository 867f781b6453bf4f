#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the filter or a guard refuses cannot be reached by an edit or by an injected call, and the
answer says what stands in the way."""
import os
import subprocess

from pty_jail import main

# Who keeps the landing page: the kernel's seal, whose errno is the call's result, or the filter.
PAGE = ("or at its landing page: refused in the kernel"
        if "mseal" in os.environ.get("SECCOMP_JAIL_WITHOUT", "") else "EPERM")
FOREVER = 'rule 2 refuses this call for ever in the kernel'
# number, --arg options, expression, what the answer says
CALLS = [
    ("rmdir", ['--arg', '0="d"'], 'rmdir("d")', FOREVER),
    ("io_uring_setup", [], "io_uring_setup(1, 0)", "the guard 'io_uring'"),
    ("ptrace", [], "ptrace(16, 1, 0, 0)", "the guard 'ptrace'"),
    ("clone", ["--arg", "0=CLONE_UNTRACED|SIGCHLD"], "clone(CLONE_UNTRACED|SIGCHLD)",
     "CLONE_UNTRACED would run without"),
    ("clone", ["--arg", "0=CLONE_NEWUSER|SIGCHLD"], "clone(CLONE_NEWUSER|SIGCHLD)",
     "the guard 'namespaces'"),
    ("clone3", ["--arg", '0=hex"' + "0000800000000000" + "00" * 80 + '"', "--arg", "1=88"],
     'clone3(hex"' + "0000800000000000" + "00" * 80 + '", 88)', "CLONE_UNTRACED would run without"),
    ("munmap", ["--arg", "0=0x20000", "--arg", "1=4096"], "munmap(0x20000, 4096)", PAGE),
    ("600", [], "600()", "no kernel that is known here has call 600"),
]


def tracer(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("TracerPid"))


def start(jail):
    program = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", "allow",
                          "--rule", "mkdir=notify", "--rule", "rmdir=abort-forever", "--rule",
                          "unlink=abort", "--", "sh", "-c", "mkdir d; echo over"],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return program, jail.pending()[0]


def finish(jail, program, call):
    """Nothing of what was refused has happened: the call goes on as it came."""
    again, = jail.json_lines("pending", "--json")
    assert again["text"] == call["text"] and again["args"] == call["args"], again
    assert jail.jailctl("decide", str(call["id"]), "allow").returncode == 0
    assert program.stdout.read() == "over\n"
    assert program.wait(20) == 0
    program.stdout.close()
    assert (jail.work / "d").is_dir()


def no_edit_reaches_it(jail):
    program, call = start(jail)
    aimed = f"kill({tracer(call['pid'])}, 9)"
    calls = CALLS + [("kill", ["--arg", f"0={tracer(call['pid'])}", "--arg", "1=9"], aimed,
                      "aims at the jail's supervisor"),
                     ("unlink", [], "", "rule 3 refuses the edited call")]
    for number, options, _, said in calls:
        if said != "EPERM":
            result = jail.jailctl("decide", str(call["id"]), "allow", "--number", number, *options)
            assert result.returncode == 1 and said in result.stderr, (number, result)
    finish(jail, program, call)


def no_injected_call_reaches_it(jail):
    program, call = start(jail)
    before = {line["pid"] for line in jail.json_lines("ps", "1", "--json")}
    calls = CALLS + [("kill", [], f"kill({tracer(call['pid'])}, 9)",
                      "aims at the jail's supervisor")]
    for number, _, expression, said in calls:
        result = jail.jailctl("inject", str(call["pid"]), expression)
        assert result.returncode == 1, (number, result)
        assert said in result.stderr + result.stdout, (number, result)
    # mutable rules do not bind the person
    result = jail.jailctl("inject", str(call["pid"]), 'unlink("nothing")')
    assert "ENOENT" in result.stdout, result
    assert {line["pid"] for line in jail.json_lines("ps", "1", "--json")} == before
    assert all(tracer(pid) for pid in before)
    finish(jail, program, call)


def words_that_cannot_be_meant_are_refused(jail):
    program, call = start(jail)
    for expression, said in (
            ("frob()", 'no call named "frob"'), ('mkdir("a"', "pathname"),
            ('mkdir("x", 99999999999999999999)', "mode"), ("getpid(1)", "at most 0"),
            ("uname(out(9999999))", "buf"), ('openat(AT_FDCWD, "x", O_FROB)', "O_FROB"),
            ("uname(out(0))", "buf"), ("mkdir(\"x\", 0755) x", "column"), ("", "call"),
            ("write(1, \"" + "x" * 20000 + "\", 9)", "16384 fit")):
        result = jail.jailctl("inject", str(call["pid"]), expression)
        assert result.returncode == 1 and said in result.stderr, (expression[:50], result.stderr)
    for words, said in ((["--arg", "mode=frob"], "frob"), (["--arg", "7=1"], "none 7"),
                        (["--arg", "frob=1"], "no argument 'frob'"),
                        (["--arg", "pathname=x\"y"], "pathname"),
                        (["--number", "frob"], "no system call 'frob'"),
                        (["--number", "mkdri"], "did you mean 'mkdir'"),
                        (["--write", "mode=x"], "mode"), (["--arg", "0=out(5)"], "out(N)"),
                        (["--arg", "0=\"" + "x" * 20000 + "\""], "do not fit")):
        result = jail.jailctl("decide", str(call["id"]), "allow", *words)
        assert result.returncode == 1 and said in result.stderr, (str(words)[:50], result.stderr)
    assert jail.jailctl("inject", "1", "getpid()").returncode == 1
    gone = jail.start(["true"])
    gone.wait()
    ended = jail.jailctl("inject", str(gone.pid), "getpid()")
    assert str(gone.pid) in ended.stderr and ended.returncode == 1, ended
    own = jail.jailctl("inject", str(os.getpid()), "getpid()")
    assert own.returncode == 1, own
    finish(jail, program, call)


if __name__ == "__main__":
    main([no_edit_reaches_it, no_injected_call_reaches_it, words_that_cannot_be_meant_are_refused])
