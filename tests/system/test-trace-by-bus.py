#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trace with nothing but an argv: systemd starts the program as the caller, in a unit of its own."""
import json
import re

from machine import main

BUS = ["org.deepin.SeccompJail", "/org/deepin/SeccompJail", "org.deepin.SeccompJail"]
REPORT = """echo "ids $(id -u) $(id -g) $(id -G)"
echo "home $HOME user $USER logname $LOGNAME shell $SHELL"
echo "directory $(pwd)"
printf "%s\\n" "given [$GIVEN] [$OTHER]" "argument [$1]"
cat /proc/self/cgroup
grep NoNewPrivs /proc/self/status
readlink /proc/self/fd/0
"""


def option(key, kind, *values):
    return [key, kind, *([str(len(values)), *values] if kind == "as" else values)]


def trace(person, *options, seconds=30):
    """busctl's answer to Trace; the last word of a good one's output is the program's pid."""
    words = [word for each in options for word in each]
    return person.run(["busctl", "--system", "--", "call", *BUS, "Trace", "a{sv}",
                       str(len(options)), *words], timeout=seconds)


def jail_of(result):
    assert result.returncode == 0, result
    found = re.fullmatch(r"ti (\d+) (\d+)\n", result.stdout)
    assert found, result
    return int(found[1])


def unit_of(number):
    return f"seccomp-jail-{number}.service"


def jails(person):
    return {jail["id"]: jail for jail in person.json_lines("list", "--json", "--system")}


def wait_ended(machine, person, number):
    person.wait_for(f"the end of jail {number}", lambda: jails(person)[number]["state"] == "ended")
    person.wait_for("the unit to be collected",
                    lambda: machine.property(unit_of(number), "LoadState") == "not-found")


def the_program_is_the_callers_with_the_surroundings_of_a_unit(machine):
    alice = machine.alice
    number = jail_of(trace(
        alice, option("argv", "as", "/bin/sh", "-c", REPORT, "sh", "a $HOME %n ${USER} \\n b"),
        option("environment", "as", "GIVEN=$HOME %u  two", "OTHER="), option("cwd", "s", "/usr"),
        option("rules", "s", '{"seccomp-jail": 1, "default": "allow", "rules": []}')))
    wait_ended(machine, alice, number)
    text = machine.journal(unit_of(number))
    for line in (f"ids {alice.uid} {alice.uid} {alice.uid}",
                 f"home {alice.home} user alice logname alice shell /bin/bash", "directory /usr",
                 "given [$HOME %u  two] []", "argument [a $HOME %n ${USER} \\n b]",
                 f"0::/user.slice/user-{alice.uid}.slice/{unit_of(number)}", "NoNewPrivs:\t1",
                 "/dev/null"):
        assert line in text.splitlines(), (line, text)
    jail = jails(alice)[number]
    assert (jail["uid"], jail["status"], jail["program"]) == (alice.uid, 0, "/bin/sh"), jail
    log = alice.jailctl("log", "--system", "--json", str(number)).stdout
    assert any(json.loads(line)["syscall"] == "execve" for line in log.splitlines()), log


def failures_come_back_by_the_call_and_leave_nothing(machine):
    alice = machine.alice
    before = set(jails(alice))
    for options, error in (
            ([option("argv", "as", "/no/such/program")], "cannot run /no/such/program: No such file"),
            ([option("argv", "as", "/etc/passwd")], "cannot run /etc/passwd: Permission denied"),
            ([option("argv", "as", "true"), option("cwd", "s", "/no/such/place")],
             "cannot run true in /no/such/place: No such file"),
            ([option("argv", "as", "true"), option("cwd", "s", "here")], "absolute path"),
            ([option("argv", "as", "true"), option("environment", "as", "=x")], "NAME=VALUE"),
            ([option("argv", "as")], "argv is needed"),
            ([option("argv", "as", "true"), option("rules", "s", "{")], "")):
        result = trace(alice, *options)
        assert result.returncode == 1 and error in result.stderr, (options, result)
    alice.wait_for("nothing to remain", lambda: set(jails(alice)) == before)
    alice.wait_for("no unit to remain", lambda: "seccomp-jail-" not in alice.check(
        ["systemctl", "list-units", "--all", "--no-legend", "seccomp-jail-*"]))


def polkit_is_asked_before_systemd(machine):
    for person in (machine.bob, machine.alice.outside()):
        result = trace(person, option("argv", "as", "true"))
        assert result.returncode == 1 and "authentication" in result.stderr, result


def nobody_is_asked_for_a_service_without_a_stub(machine):
    for person in (machine.alice, machine.root):
        result = trace(person, option("argv", "as", "true"), option("service", "b", "true"))
        assert result.returncode == 1 and "needs the waiting stub" in result.stderr, result


def its_calls_are_answered_and_its_children_outlive_it(machine):
    alice = machine.alice
    number = jail_of(trace(
        alice, option("argv", "as", "sh", "-c", "mkdir made; sleep 1000 & exec true"),
        option("cwd", "s", alice.home), option("default", "s", "allow"),
        option("rules", "s", '{"seccomp-jail": 1, "default": "allow", "rules": []}'),
        option("rule", "as", "mkdir=notify")))
    call, = alice.wait_for("the held call", lambda: alice.json_lines("pending", "--json"))
    assert call["text"].startswith('mkdir("made"'), call
    alice.check(["jailctl", "decide", str(call["id"]), "allow"])
    alice.wait_for("the child alone", lambda: [
        process["comm"] for process in alice.json_lines("ps", "--json", str(number))] == ["sleep"])
    assert (machine.files / alice.home.lstrip("/") / "made").is_dir()
    assert machine.property(unit_of(number), "ActiveState") == "active"
    alice.check(["jailctl", "stop", str(number)])
    wait_ended(machine, alice, number)


def systemctl_stop_ends_a_jail(machine):
    alice = machine.alice
    number = jail_of(trace(alice, option("argv", "as", "sleep", "1000"),
                           option("rules", "s", '{"seccomp-jail": 1, "default": "allow", "rules": []}')))
    machine.root.check(["systemctl", "stop", unit_of(number)])
    wait_ended(machine, alice, number)
    assert jails(alice)[number]["signal"] == 15, jails(alice)[number]


main([the_program_is_the_callers_with_the_surroundings_of_a_unit,
      failures_come_back_by_the_call_and_leave_nothing, polkit_is_asked_before_systemd,
      nobody_is_asked_for_a_service_without_a_stub,
      its_calls_are_answered_and_its_children_outlive_it, systemctl_stop_ends_a_jail])
