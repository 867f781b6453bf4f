#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""jaild can do little more than talk, and its walls reach nobody else: supervisors are units of their own."""
import json
import pathlib

from machine import main

EXPOSURE = 10  # of systemd-analyze, times ten
UNIT = pathlib.Path(__file__).parents[2] / "systemd/jaild.service.in"
UNITS = ["systemctl", "list-units", "--no-legend", "--plain", "jail-supervisor@*"]
SCRIPT = """#!/usr/bin/python3
import json, mmap, os, pathlib, socket, subprocess, sys
def attempt(deed):
    try: return str(deed())
    except OSError as error: return error.strerror
home = pathlib.Path.home()
found = {
    "home": attempt(lambda: (home / "written").write_text("x")),
    "tmp": attempt(lambda: pathlib.Path("/tmp/written-by-a-script").write_text("x")),
    "network": attempt(lambda: socket.socket(socket.AF_INET).close()),
    "memory": attempt(lambda: mmap.mmap(-1, 4096, prot=7).close()),
    "mounts": pathlib.Path("/proc/self/mountinfo").read_text().count("\\n"),
    "spaces": [attempt(lambda name=name: os.readlink(f"/proc/self/ns/{name}"))
               for name in sorted(os.listdir("/proc/self/ns"))],
    "suid": attempt(lambda: os.chmod(home / "written", 0o4755)),
    "status": [line for line in pathlib.Path("/proc/self/status").read_text().splitlines()
               if line.startswith(("Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp"))],
}
pathlib.Path("/tmp/found").write_text(json.dumps(found))
os.unlink("/tmp/written-by-a-script")
json.load(sys.stdin)
print(json.dumps({"action": "abort=EXDEV"}))
"""


def status_of(machine, pid):
    text = machine.root.check(["cat", f"/proc/{pid}/status"])
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def jaild_can_do_little_more_than_talk(machine):
    assert machine.alice.jailctl("list", "--system").returncode == 0
    status = status_of(machine, machine.property("jaild.service", "MainPID"))
    cap_kill = 1 << 5
    for kind in ("CapEff", "CapPrm", "CapBnd"):
        assert int(status[kind], 16) == cap_kill, (kind, status)
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status


def its_exposure_stays_low(machine):
    judged = machine.root.run(["systemd-analyze", "security", f"--threshold={EXPOSURE}", "--no-pager",
                               "jaild.service"])
    assert judged.returncode == 0, judged.stdout


def what_the_unit_lacks_is_explained_in_it(machine):
    rows = json.loads(machine.root.run(["systemd-analyze", "security", "--json=short",
                                        "jaild.service"]).stdout)
    comments = " ".join(line for line in UNIT.read_text().splitlines() if line.startswith("#"))
    lacking = {row["name"].split("=")[0] for row in rows if row["set"] is False and row["exposure"]}
    assert lacking and not [name for name in lacking if f"{name}=" not in comments], lacking


def a_supervisor_is_a_unit_of_its_own(machine):
    program = machine.alice.start(["jailctl", "run", "--rules", "all-allow", "--ask", "none", "--",
                                   "sleep", "1000"])
    jail = machine.alice.wait_for("the jail", lambda: [
        jail for jail in machine.alice.json_lines("list", "--json") if jail["state"] == "running"])[0]
    unit, = machine.root.check(UNITS).splitlines()
    pid = machine.property(unit.split()[0], "MainPID")
    assert status_of(machine, pid)["Uid"].split() == [str(machine.alice.uid)] * 4
    tracer = status_of(machine, jail["pid"])["TracerPid"]
    assert tracer == pid, (tracer, pid)
    machine.root.check(["systemctl", "stop", unit.split()[0]])
    assert program.wait(20) == 137
    ended = machine.alice.json_lines("list", "--json")[-1]
    assert ended["state"] == "ended" and ended["reason"] == "supervisor-died", ended
    machine.root.wait_for("the unit to go", lambda: not machine.root.check(UNITS))


def nobody_else_has_supervisors_started(machine):
    refused = machine.alice.run(["/usr/bin/python3", "-c", "import socket; socket.socket("
                                 "socket.AF_UNIX, socket.SOCK_SEQPACKET).connect("
                                 "'/run/seccomp-jail/start')"])
    assert "PermissionError" in refused.stderr, refused
    sent = """import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect('/run/seccomp-jail/start'); s.send(b'x' * 99); print(s.recv(1))"""
    answered = machine.root.run(["/usr/bin/python3", "-c", sent])
    assert "b''" in answered.stdout or "ConnectionReset" in answered.stderr, answered
    machine.root.wait_for("the unit to go", lambda: not machine.root.check(UNITS))


def without_the_socket_nothing_starts(machine):
    machine.root.check(["systemctl", "stop", "jaild.service", "jail-supervisor.socket"])
    machine.root.check(["systemctl", "mask", "--runtime", "jail-supervisor.socket"])
    try:
        result = machine.alice.jailctl("run", "--system", "--rules", "all-allow", "--", "true")
        assert result.returncode == 125, result
    finally:
        machine.root.check(["systemctl", "unmask", "--runtime", "jail-supervisor.socket"])
    assert machine.alice.jailctl("run", "--rules", "all-allow", "--", "true").returncode == 0


def while_systemd_takes_its_time_nobody_waits(machine):
    slow = machine.put("/etc/systemd/system/jail-supervisor@.service.d/slow.conf", """[Service]
ExecStartPre=/bin/sh -c 'until [ -e /run/go ]; do sleep 0.05; done'
""")
    machine.root.check(["systemctl", "daemon-reload"])
    try:
        program = machine.alice.start(["jailctl", "run", "--rules", "all-allow", "--", "echo", "ran"],
                                      stdout=-1)
        machine.root.wait_for("the start", lambda: machine.root.check([*UNITS, "--all"]))
        for person in (machine.alice, machine.bob):
            assert person.jailctl("rules", "list").returncode == 0
        assert [jail["state"] for jail in machine.alice.json_lines("list", "--json")][-1] == "starting"
        assert program.poll() is None
    finally:
        machine.put("/run/go", "")
        slow.unlink()
        machine.root.check(["systemctl", "daemon-reload"])
    assert program.communicate(timeout=30)[0] == b"ran\n" and program.returncode == 0


def a_script_of_a_rule_finds_what_its_user_finds(machine):
    script = machine.alice.put("script", SCRIPT, 0o755)
    rules = json.dumps({"seccomp-jail": 1, "default": "allow", "rules": [
        {"syscall": "mkdir", "action": "script", "script": str(script)}]})
    machine.alice.put("script.jail.json", rules)
    found = []
    for daemon in ("--user", "--system"):
        result = machine.alice.jailctl(daemon, "run", "--rules", "script.jail.json", "--ask", "none",
                                       "--", "mkdir", "made")
        assert result.returncode == 1 and "cross-device" in result.stderr, result
        found.append(json.loads((machine.files / "tmp/found").read_text()))
    assert found[0] == found[1], found
    assert found[0]["home"] == found[0]["tmp"] == "1" and found[0]["network"] == "None", found


def the_doctor_says_the_same_of_both(machine):
    user, system = (machine.alice.json_lines(daemon, "doctor", "--json")
                    for daemon in ("--user", "--system"))
    assert user == system, [pair for pair in zip(user, system) if pair[0] != pair[1]]


main([jaild_can_do_little_more_than_talk, its_exposure_stays_low,
      what_the_unit_lacks_is_explained_in_it, a_supervisor_is_a_unit_of_its_own,
      nobody_else_has_supervisors_started, without_the_socket_nothing_starts,
      while_systemd_takes_its_time_nobody_waits,
      a_script_of_a_rule_finds_what_its_user_finds, the_doctor_says_the_same_of_both])
