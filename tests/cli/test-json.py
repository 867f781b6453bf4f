#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs read and write: keys as the design fixes them, logs whole, answers of every form."""
import json
import os
import subprocess

from pty_jail import main, put

CALL = {"jail", "pid", "tid", "exe", "comm", "syscall", "number", "args", "text", "arguments"}
PENDING = CALL | {"id", "since", "rule", "signals"}
RECORD = CALL | {"time", "seq", "action", "by", "rule", "return", "errno", "held_ns", "ran_ns",
                 "verified", "edited"}
JAIL = {"id", "program", "args", "uid", "state", "pid", "rules", "started", "pending", "calls",
        "dropped"}


def start(jail, *arguments, **keywords):
    return jail.start([jail.bin / "jailctl", "run", "--ask", "none", *arguments],
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **keywords)


def finish(program, status):
    output = program.stdout.read()
    assert program.wait(30) == status, output
    program.stdout.close()
    return output


def decide(jail, *arguments, status=0):
    result = jail.jailctl("decide", *arguments)
    assert result.returncode == status, (arguments, result)
    return result


def short(call):
    return f"{call['id'] >> 32}.{call['id'] & 0xffffffff}"


def every_object_has_its_keys(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "made")
    call = jail.pending()[0]
    assert PENDING <= set(call), PENDING - set(call)
    assert len(call["args"]) == 6 and all(word.startswith("0x") for word in call["args"])
    assert {"name", "kind", "value", "text"} <= set(call["arguments"][0]), call["arguments"]
    assert call["syscall"] == "mkdir" and call["number"] == 83 and call["jail"] == 1
    assert call["text"] == 'mkdir("made", 0777)', call["text"]
    for words in (["list"], ["show", "1"]):
        one, = jail.json_lines(*words, "--json")
        assert JAIL <= set(one) and one["state"] == "running" and one["pending"] == 1, one
    process, = jail.json_lines("ps", "1", "--json")
    assert {"pid", "tid", "ppid", "exe", "state", "doing", "calls"} <= set(process), process
    assert process["state"] == "held", process
    result = json.loads(decide(jail, str(call["id"]), "abort=EROFS", "--json").stdout)
    assert result["action"] == "abort", result
    finish(program, 1)
    ended, = jail.json_lines("list", "--json")
    assert JAIL | {"ended", "status"} <= set(ended) and ended["status"] == 1, ended
    for record in jail.json_lines("log", "1", "--json"):
        assert RECORD <= set(record) or "ended" in record, RECORD - set(record)
    record, = jail.json_lines("log", "1", "--json", "--call", "mkdir")
    assert record["errno"] == "EROFS" and record["by"] == "user" and record["who"] == os.stat(
        jail.work).st_uid, record


def ids_have_three_forms(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "a", "b",
                    "c")
    for form in (lambda call: str(call["id"]), short, lambda call: str(call["id"] & 0xffffffff)):
        call = jail.pending()[0]
        decide(jail, form(call), "allow")
        again = decide(jail, short(call), "abort", status=1)
        assert "answered already" in again.stderr or "has ended" in again.stderr, again
    finish(program, 0)
    assert all((jail.work / name).is_dir() for name in "abc")


def answers_of_every_form(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "1", "2",
                    "3", "4", "5")
    decide(jail, short(jail.pending()[0]), "abort")
    decide(jail, short(jail.pending()[0]), "return=0")
    decide(jail, short(jail.pending()[0]), "allow", "--arg", 'pathname="given"', "--arg",
           "1=0700")
    decide(jail, short(jail.pending()[0]), "allow", "--after", "return=ENOENT")
    bad = decide(jail, short(jail.pending()[0]), "allow", "--arg", "9=0", status=1)
    assert "9" in bad.stderr, bad
    bad = decide(jail, short(jail.pending()[0]), "frob", status=1)
    assert "frob" in bad.stderr, bad
    decide(jail, short(jail.pending()[0]), "allow")
    output = finish(program, 1)
    assert "Operation not permitted" in output and "No such file" in output, output
    made = sorted(path.name for path in jail.work.iterdir())
    assert made == ["4", "5", "given"], made


def a_reader_gets_bytes_that_no_file_has(jail):
    put(jail, "file", "real\n")
    program = start(jail, "--default", "allow", "--rule", "read=notify", "--", "cat", "file")
    while True:
        call = jail.pending()[0]
        if "/file>" in call["text"]:
            break
        decide(jail, short(call), "allow")
    decide(jail, short(call), "return=5", "--write", "buf=fake\\n")
    decide(jail, short(jail.pending()[0]), "return=0")
    assert finish(program, 0) == "fake\n"


def follow_prints_each_call_at_once(jail):
    follow = jail.start([jail.bin / "jailctl", "pending", "--follow", "--json"],
                        stdout=subprocess.PIPE, text=True)
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "a", "b")
    seen = []
    for _ in range(2):
        call = json.loads(follow.stdout.readline())
        assert PENDING <= set(call), call
        seen.append(call["id"])
        decide(jail, str(call["id"]), "allow")
    assert len(set(seen)) == 2
    finish(program, 0)
    follow.kill()
    follow.wait()
    follow.stdout.close()


def the_log_file_is_whole_when_run_returns(jail):
    for turn in range(5):
        result = jail.jailctl("run", "--rules", "all-allow", "--log", f"log{turn}", "--", "sh",
                              "-c", "for i in 1 2 3 4 5; do /bin/true; done")
        assert result.returncode == 0, result
        written = (jail.work / f"log{turn}").read_text(encoding="utf-8").splitlines()
        kept = jail.jailctl("log", str(turn + 1), "--json").stdout.splitlines()
        assert len(written) > 100 and written == kept, (len(written), len(kept))
        sequence = [json.loads(line)["seq"] for line in written]
        assert sequence == list(range(1, len(sequence) + 1))


def the_log_has_columns_and_filters(jail):
    jail.jailctl("run", "--rules", "all-allow", "--", "cat", "/nowhere")
    table = jail.jailctl("log", "1").stdout.splitlines()
    assert "HELD" in table[0] and len(table) > 20, table[:3]
    failed = jail.json_lines("log", "1", "--json", "--failed")
    assert failed and all(record["errno"] for record in failed)
    last = jail.json_lines("log", "1", "--json", "--last", "3")
    assert len(last) == 3
    opens = jail.jailctl("log", "1", "--call", "openat", "--failed").stdout
    assert "ENOENT" in opens and "/nowhere" in opens, opens
    for columns in ("80", "120"):
        fitting = jail.jailctl("log", "1", env={**jail.environment, "COLUMNS": columns}).stdout
        assert max(map(len, fitting.splitlines())) <= int(columns), fitting


def rules_of_a_running_jail_are_changed(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "made")
    call = jail.pending()[0]

    def rules():
        return {rule["syscall"]: rule for rule in jail.json_lines("rule", "list", "1", "--json")}
    assert rules()["mkdir"]["action"] == "notify"
    for words in (["set", "1", "rmdir", "abort=EACCES"], ["set", "1", "chmod", "notify"],
                  ["add", "1", '{"syscall": "unlink", "action": "abort"}']):
        result = jail.jailctl("rule", *words)
        assert result.returncode == 0, (words, result)
    now = rules()
    assert now["rmdir"]["action"] == "abort=EACCES" and "unlink" in now, now
    assert jail.jailctl("rule", "disable", "1", str(now["chmod"]["number"])).returncode == 0
    assert rules()["chmod"]["enabled"] is False
    assert jail.jailctl("rule", "move", "1", str(now["rmdir"]["number"]), "1").returncode == 0
    assert rules()["rmdir"]["number"] == 1
    assert jail.jailctl("rule", "remove", "1", "rmdir").returncode == 0
    assert "rmdir" not in rules()
    assert jail.jailctl("rule", "save", "1", "saved.jail.json").returncode == 0
    assert jail.jailctl("rules", "check", "saved.jail.json").returncode == 0
    for words in (["set", "1", "mkdri", "allow"], ["set", "1", "mkdir", "frob"],
                  ["add", "1", "{"], ["remove", "1", "99"], ["move", "1", "99", "1"]):
        result = jail.jailctl("rule", *words)
        assert result.returncode == 1 and result.stderr.startswith("jailctl: "), (words, result)
    decide(jail, short(call), "allow")
    finish(program, 0)


def an_answer_for_always_is_in_the_file(jail):
    put(jail, "mine.jail.json",
        '{"seccomp-jail": 1, "default": "allow", "rules": [{"syscall": "mkdir", "action": '
        '"notify"}]}\n')
    program = start(jail, "--rules", "mine.jail.json", "--", "mkdir", "made")
    result = decide(jail, short(jail.pending()[0]), "allow", "--always")
    finish(program, 0)
    file = json.loads((jail.work / "mine.jail.json").read_text(encoding="utf-8"))
    assert len(file["rules"]) == 2 and file["rules"][0]["action"] == "allow", (result, file)
    result = jail.jailctl("run", "--ask", "none", "--rules", "mine.jail.json", "--", "mkdir", "two")
    assert result.returncode == 0 and (jail.work / "two").is_dir(), result


def looking_and_injecting(jail):
    program = start(jail, "--default", "allow", "--rule", "mkdir=notify", "--", "mkdir", "made")
    call = jail.pending()[0]
    dump = jail.jailctl("memory", f"{short(call)}:0", "--string")
    assert "6d 61 64 65" in dump.stdout and "|made" in dump.stdout, dump
    raw = jail.jailctl("memory", str(call["pid"]), call["args"][0], "4", "--raw")
    assert raw.stdout == "made", raw
    info, = jail.json_lines("inspect", str(call["pid"]), "--json")
    assert info["descriptors"]["0"] and all(fd.isdigit() for fd in info["descriptors"]), info
    assert info["cwd"] == str(jail.work) and info["registers"], info
    result = jail.jailctl("inject", str(call["pid"]), 'mkdir("injected", 0755)')
    assert result.returncode == 0 and (jail.work / "injected").is_dir(), result
    result = jail.jailctl("inject", str(call["pid"]), 'mkdir("injected", 0755)')
    assert result.returncode == 1 and "EEXIST" in result.stdout, result
    result = jail.jailctl("inject", str(call["pid"]), "mkdri()")
    assert result.returncode == 1 and "mkdri" in result.stderr, result
    decide(jail, short(call), "allow")
    finish(program, 0)


def rule_files_are_checked_shown_and_converted(jail):
    put(jail, "old.json", '{"83": 2, "84": 1, "39": 0, "1": 3, "60": 3, "231": 3}\n')
    new = jail.jailctl("rules", "import", "old.json", "new.jail.json")
    assert new.returncode == 0, new
    assert jail.jailctl("rules", "check", "new.jail.json").returncode == 0
    words = jail.jailctl("rules", "show", "new.jail.json").stdout
    assert "mkdir" in words and "asked" in words, words
    assert jail.jailctl("rules", "new", "learn", "new.jail.json").returncode == 1  # is there
    for preset in jail.json_lines("rules", "list", "--json"):
        put(jail, f"{preset['name']}.jail.json", preset["text"])
        result = jail.jailctl("rules", "check", f"{preset['name']}.jail.json")
        assert result.returncode == 0, result
    put(jail, "mine.jail.json", '{"seccomp-jail": 1, "default": "allow", "rules": [{"syscall": '
        '"mkdir", "action": "abort", "errno": "EACCES"}, {"syscall": "rmdir", "action": "notify"}'
        ']}\n')
    oci = jail.jailctl("rules", "export", "mine.jail.json", "--to", "oci")
    profile = json.loads(oci.stdout)
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW" and "rmdir" in oci.stderr, oci
    assert {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13} in profile["syscalls"]
    unit = jail.jailctl("rules", "export", "mine.jail.json", "--to", "systemd")
    assert "SystemCallFilter=~mkdir:EACCES" in unit.stdout, unit
    put(jail, "tight.jail.json", '{"seccomp-jail": 1, "default": "abort", "rules": [{"syscall": '
        '"read", "action": "allow"}, {"syscall": "write", "where": {"fd": 1}, "action": "allow"}]}')
    oci = jail.jailctl("rules", "export", "tight.jail.json", "--to", "oci")
    profile = json.loads(oci.stdout)
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO" and "rule 2" in oci.stderr, oci
    names, = (entry["names"] for entry in profile["syscalls"])
    assert {"read", "exit_group", "rt_sigreturn"} <= set(names) and "write" not in names, names
    unit = jail.jailctl("rules", "export", "tight.jail.json", "--to", "systemd").stdout
    assert "SystemCallErrorNumber=EPERM" in unit and " read\n" in unit, unit
    bad = put(jail, "bad.jail.json", '{"seccomp-jail": 1, "default": "allow", "rules": [,]}')
    result = jail.jailctl("rules", "check", bad)
    assert result.returncode == 1 and f"{bad}:1:" in result.stdout and "^" in result.stdout, result


def a_summary_is_printed_at_the_end(jail):
    result = jail.jailctl("run", "--rules", "all-allow", "--summary", "--", "echo", "words")
    assert result.stdout == "words\n" and "CALLS" in result.stderr, result
    assert "write" in result.stderr


def a_killed_daemon_is_told(jail):
    program = start(jail, "--rules", "all-allow", "--", "sleep", "60")
    jail.wait_for("the jail", lambda: [one for one in jail.json_lines("list", "--json")
                                   if one["state"] == "running" and one["calls"]])
    os.kill(jail.daemon_pid(), 9)
    output = finish(program, 128 + 9)
    assert "jaild ended; the supervisor has ended the program" in output, output


main([every_object_has_its_keys, ids_have_three_forms, answers_of_every_form,
      a_reader_gets_bytes_that_no_file_has, follow_prints_each_call_at_once,
      the_log_file_is_whole_when_run_returns, the_log_has_columns_and_filters,
      rules_of_a_running_jail_are_changed, an_answer_for_always_is_in_the_file,
      looking_and_injecting, rule_files_are_checked_shown_and_converted,
      a_summary_is_printed_at_the_end, a_killed_daemon_is_told])
