#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""seccomp-jail@NAME.service: systemd supervises the real program, which is in a jail."""
import json
import signal

from machine import main

ALLOW = {"seccomp-jail": 1, "default": "allow", "rules": []}
PYTHON = "/usr/bin/python3"


def unit_of(name):
    return f"seccomp-jail@{name}.service"


def describe(machine, name, rules=None, **keys):
    """Writes the description and, beside it, its rules if they are no name."""
    if isinstance(rules, str):
        keys["rules"] = rules
    elif rules:
        machine.put(f"/etc/seccomp-jail/{name}.jail.json", json.dumps(rules))
        keys["rules"] = f"{name}.jail.json"
    machine.put(f"/etc/seccomp-jail/{name}.json", json.dumps(keys, indent=2))


def start(machine, name):
    result = machine.root.run(["systemctl", "start", unit_of(name)])
    assert result.returncode == 0, (result, machine.journal(unit_of(name)))


def main_pid(machine, name):
    """As the machine's own processes see it."""
    return int(machine.property(unit_of(name), "MainPID"))


def status_of(machine, pid):
    text = (machine.files / f"proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def jail_of(machine, pid):
    jail, = [jail for jail in machine.root.json_lines("list", "--json", "--all") if jail["pid"] == pid]
    return jail


def fetch(machine, path):
    """Status and body."""
    code = ("import sys, urllib.request, urllib.error\n"
            "try:\n answer = urllib.request.urlopen('http://127.0.0.1:8080' + sys.argv[1])\n"
            "except urllib.error.HTTPError as error: answer = error\n"
            "print(answer.status, answer.read().decode().strip())\n")
    return machine.root.run([PYTHON, "-c", code, path]).stdout.strip()


def a_web_server_is_supervised_and_refused_what_its_rules_refuse(machine):
    machine.put("/srv/web/open.txt", "open")
    machine.put("/srv/web/secret/closed.txt", "closed")
    describe(machine, "web", program=PYTHON, args=["-m", "http.server", "8080"], user="alice",
             directory="/srv/web", environment={"PYTHONDONTWRITEBYTECODE": "1"},
             rules={"seccomp-jail": 1, "default": "allow-forever", "rules": [
                 {"syscall": ["open", "openat", "openat2"], "where": {"path": "/srv/web/secret/**"},
                  "action": "abort", "errno": "EACCES"}]})
    start(machine, "web")
    pid = main_pid(machine, "web")
    status = status_of(machine, pid)
    assert status["Name"].startswith("python3"), status
    assert status["Uid"].split() == [str(machine.alice.uid)] * 4, status
    assert int(status["TracerPid"]) > 0 and status["NoNewPrivs"] == "1", status
    cgroup = (machine.files / f"proc/{pid}/cgroup").read_text()
    assert f"/{unit_of('web')}\n" in cgroup, cgroup
    environment = (machine.files / f"proc/{pid}/environ").read_text().split("\0")
    assert {"USER=alice", f"HOME={machine.alice.home}", "PYTHONDONTWRITEBYTECODE=1"} <= set(environment)
    machine.root.wait_for("the server", lambda: fetch(machine, "/open.txt") == "200 open")
    assert fetch(machine, "/secret/closed.txt").startswith("404"), fetch(machine, "/secret/closed.txt")
    jail = jail_of(machine, pid)
    assert (jail["uid"], jail["state"]) == (machine.alice.uid, "running"), jail
    assert f"jail {jail['id']}" in machine.property(unit_of("web"), "StatusText")
    # Nothing of jailctl is left beside it.
    processes = (machine.groups / f"system.slice/system-seccomp\\x2djail.slice/{unit_of('web')}"
                 "/cgroup.procs").read_text().split()
    assert len(processes) == 1, processes


def systemd_restarts_one_that_was_killed_and_stops_it(machine):
    pid = main_pid(machine, "web")
    machine.root.check(["kill", "-KILL", str(pid)])
    again = machine.root.wait_for("the next one", lambda: (
        machine.property(unit_of("web"), "ActiveState") == "active" and
        main_pid(machine, "web") not in (0, pid) and main_pid(machine, "web")))
    assert int(machine.property(unit_of("web"), "NRestarts")) == 1
    machine.root.wait_for("the server", lambda: fetch(machine, "/open.txt") == "200 open")
    assert fetch(machine, "/secret/closed.txt").startswith("404")
    jail = jail_of(machine, again)
    machine.root.check(["systemctl", "stop", unit_of("web")])
    machine.root.wait_for("its jail to end", lambda: jail_of(machine, again)["state"] == "ended")
    assert jail_of(machine, again)["signal"] == signal.SIGTERM, jail


def exit_statuses_and_signals_are_the_programs_own(machine):
    for name, script, result, code, status in (
            ("ends", "exit 3", "exit-code", "1", "3"),
            ("dies", "kill -SEGV $$", "signal", "2", str(int(signal.SIGSEGV)))):
        # One that ends before it counts as ready would have failed to start.
        wait = f"until [ -e /run/go-{name} ]; do sleep 0.05; done; "
        describe(machine, name, program="/bin/sh", args=["-c", wait + script], user="bob", default="allow")
        machine.put(f"/etc/systemd/system/{unit_of(name)}.d/once.conf", "[Service]\nRestart=no\n")
        machine.root.check(["systemctl", "daemon-reload"])
        start(machine, name)
        machine.put(f"/run/go-{name}", "")
        machine.root.wait_for("its end", lambda unit=unit_of(name): machine.property(
            unit, "ActiveState") in ("inactive", "failed"))
        found = [machine.property(unit_of(name), key)
                 for key in ("Result", "ExecMainCode", "ExecMainStatus")]
        assert found == [result, code, status], (name, found)
    describe(machine, "good", program="/bin/sh", user="bob", default="allow",
             args=["-c", "until [ -e /run/go-good ]; do sleep 0.05; done"])
    start(machine, "good")
    machine.put("/run/go-good", "")
    machine.root.wait_for("a good end", lambda: "Deactivated successfully" in machine.journal(
        unit_of("good")))


def administrators_answer_and_time_answers_when_none_is_there(machine):
    describe(machine, "asks", program="/bin/sh", user="bob", directory="/tmp",
             args=["-c", "mkdir asked; mkdir late; sleep 1000"], default="allow",
             **{"on-timeout": {"seconds": 3600, "action": "abort=ENOSPC"}},
             rules={**ALLOW, "rules": [{"syscall": "mkdir", "action": "notify"}]})
    start(machine, "asks")
    jail = jail_of(machine, main_pid(machine, "asks"))
    number = str(jail["id"])

    def held():
        return machine.root.json_lines("pending", "--json", number)
    call, = machine.root.wait_for("the held call", held)
    assert call["text"].startswith('mkdir("asked"'), call
    # Neither its own user nor anybody else decides; who may administer does.
    for person in (machine.bob, machine.alice, machine.carol):
        result = person.run(["jailctl", "decide", str(call["id"]), "allow"])
        assert result.returncode == 1, (person.name, result)
    machine.put("/etc/polkit-1/rules.d/10-jails.rules", """polkit.addRule(function(action, subject) {
        if (action.id == "org.deepin.SeccompJail.manage-others" && subject.user == "carol")
            return polkit.Result.YES;
    });""")
    machine.root.wait_for("polkit to have read it", lambda: machine.carol.run(
        ["jailctl", "decide", str(call["id"]), "allow"]).returncode == 0)
    late, = machine.root.wait_for("the second", lambda: [
        each for each in held() if each["text"].startswith('mkdir("late"')])
    assert late["deadline"], late
    assert (machine.files / "tmp/asked").is_dir()
    # Behind a held call the signal would wait, until SIGKILL comes.
    machine.root.check(["systemctl", "stop", unit_of("asks")])
    machine.root.wait_for("its jail to end", lambda: jail_of(machine, jail["pid"])["state"] == "ended")
    assert jail_of(machine, jail["pid"])["signal"] == signal.SIGTERM


def time_answers_when_nobody_is_there(machine):
    describe(machine, "alone", program="/bin/sh", user="bob", directory="/tmp",
             args=["-c", "mkdir made || sleep 1000"],
             **{"on-timeout": {"seconds": 0.2, "action": "abort=ENOSPC"}},
             rules={**ALLOW, "rules": [{"syscall": "mkdir", "action": "notify"}]})
    start(machine, "alone")
    machine.root.wait_for("the refusal", lambda: "No space left on device" in machine.journal(
        unit_of("alone")))
    machine.root.check(["systemctl", "stop", unit_of("alone")])


def the_programs_own_notifications_and_watchdog_reach_systemd(machine):
    describe(machine, "speaks", program=PYTHON, user="bob", notify=True, watchdog=1, default="allow",
             args=["-c", """import os, socket, time
link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
link.connect(os.environ["NOTIFY_SOCKET"])
assert os.environ["WATCHDOG_PID"] == str(os.getpid()) and os.environ["WATCHDOG_USEC"] == "1000000"
link.send(b"READY=1\\nSTATUS=I am ready")
for _ in range(30):
    link.send(b"WATCHDOG=1")
    time.sleep(0.1)
time.sleep(1000)"""])
    machine.put(f"/etc/systemd/system/{unit_of('speaks')}.d/once.conf", "[Service]\nRestart=no\n")
    machine.root.check(["systemctl", "daemon-reload"])
    start(machine, "speaks")
    machine.root.wait_for("its own words", lambda: machine.property(
        unit_of("speaks"), "StatusText") == "I am ready")
    machine.root.wait_for("the watchdog", lambda: machine.property(
        unit_of("speaks"), "Result") == "watchdog")


def a_service_of_roots_takes_the_sockets_that_systemd_hands_over(machine):
    describe(machine, "listens", program=PYTHON, default="allow", args=["-c", """import os, socket
assert os.environ["LISTEN_PID"] == str(os.getpid()) and os.environ["LISTEN_FDS"] == "1"
link, _ = socket.socket(fileno=3).accept()
link.send(f"{os.getuid()} {open('/proc/self/status').read().split('TracerPid:')[1].split()[0]}".encode())"""])
    machine.put("/etc/systemd/system/seccomp-jail@listens.socket",
                "[Socket]\nListenStream=/run/listens\n")
    machine.root.check(["systemctl", "daemon-reload"])
    machine.root.check(["systemctl", "start", "seccomp-jail@listens.socket"])
    said = machine.root.check([PYTHON, "-c", "import socket; link = socket.socket(socket.AF_UNIX); "
                               "link.connect('/run/listens'); print(link.recv(100).decode())"])
    uid, tracer = said.split()
    assert uid == "0" and int(tracer) > 0, said
    machine.root.check(["systemctl", "stop", "seccomp-jail@listens.socket"])


def a_group_of_its_own_is_the_programs_and_its_rules_hold(machine):
    machine.put("/srv/shut", "secret")
    describe(machine, "grouped", program="/bin/sh", user="alice", group="games",
             args=["-c", "echo group $(id -g); cat /srv/shut; "
                   "until [ -e /run/go-grouped ]; do sleep 0.05; done; exit 1"],
             rules={**ALLOW, "rules": [{"syscall": "@file-system", "where": {"path": "/srv/shut"},
                                        "action": "abort", "errno": "EROFS"}]})
    machine.put(f"/etc/systemd/system/{unit_of('grouped')}.d/once.conf", "[Service]\nRestart=no\n")
    machine.root.check(["systemctl", "daemon-reload"])
    start(machine, "grouped")
    machine.put("/run/go-grouped", "")
    group = machine.root.check(["getent", "group", "games"]).split(":")[2]
    machine.root.wait_for("its end", lambda: machine.property(unit_of("grouped"), "ActiveState") == "failed")
    text = machine.journal(unit_of("grouped"))
    assert f"group {group}" in text and "Read-only file system" in text, text


def mistakes_are_named_with_line_and_column_and_start_nothing(machine):
    machine.put("/etc/seccomp-jail/wrong.json", """{
  "program": "python3",
  "user": "nobody-here",
  "rule": "learn",
  "args": ["-c", 3],
  "environment": {"A=B": "c"},
  "on-timeout": 60,
  "watchdog": 0.5
}
""")
    check = machine.root.run(["jailctl", "service", "--config", "wrong", "--check"])
    assert check.returncode == 1, check
    for place, words in (("1:1", "\"rules\" is missing"), ("2:14", "begins with /"),
                         ("3:11", "no user 'nobody-here'"), ("4:3", "did you mean 'rules'"),
                         ("5:18", "an argument is a string"), ("6:19", "no name of a variable"),
                         ("7:17", "is an object"), ("8:15", "whole number")):
        line, = [line for line in check.stderr.splitlines() if f"wrong.json:{place}: error:" in line]
        assert words in line, (place, check.stderr)
    result = machine.root.run(["systemctl", "start", unit_of("wrong")])
    assert result.returncode == 1, result
    assert "wrong.json:2:14: error:" in machine.journal(unit_of("wrong"))
    for keys, words in (
            ({"program": "/no/such/program", "default": "allow"},
             "cannot run /no/such/program: No such file"),
            ({"program": "/bin/true", "default": "alow"}, "alow"),
            ({"program": "/bin/true", "rules": "missing.jail.json"}, "missing.jail.json"),
            ({"program": "/bin/true", "rules": "learn", "directory": "/no/such"},
             "cannot run /bin/true in /no/such: No such file"),
            ({"program": "/bin/true", "rules": "learn",
              "on-timeout": {"seconds": -1, "action": "abort"}}, "0.001")):
        describe(machine, "faulty", **keys)
        machine.put(f"/etc/systemd/system/{unit_of('faulty')}.d/once.conf", "[Service]\nRestart=no\n")
        machine.root.check(["systemctl", "daemon-reload"])
        result = machine.root.run(["systemctl", "start", unit_of("faulty")])
        assert result.returncode == 1, (keys, result)
        assert words in machine.journal(unit_of("faulty")), (keys, machine.journal(unit_of("faulty")))


def a_drop_in_puts_an_existing_unit_into_a_jail(machine):
    machine.put("/etc/systemd/system/plain.service", f"""[Service]
Type=exec
User=alice
PrivateTmp=yes
Environment=GIVEN=%p
WorkingDirectory=/srv
ExecStart={PYTHON} -c "import os; os.mkdir('/tmp/plain'); print(os.environ['GIVEN'], os.getcwd(), flush=True); os.mkdir('/tmp/refused')"
""")
    machine.put("/etc/systemd/system/plain.service.d/jail.conf", f"""[Service]
ExecStart=
ExecStart=!{machine.bin}/jailctl service --as alice --default allow --rule mkdir=abort=EROFS --rules /etc/seccomp-jail/plain.jail.json -- {PYTHON} -c "import os; print(os.environ['GIVEN'], os.getcwd(), os.getuid(), os.listdir('/tmp'), flush=True); os.mkdir('/tmp/refused')"
""")
    machine.put("/etc/seccomp-jail/plain.jail.json", json.dumps(ALLOW))
    machine.put("/tmp/outside", "")
    machine.root.check(["systemctl", "daemon-reload"])
    machine.root.check(["systemctl", "start", "plain.service"])
    machine.root.wait_for("its end", lambda: machine.property("plain.service", "ActiveState") == "failed")
    text = machine.journal("plain.service")
    assert f"plain /srv {machine.alice.uid} []" in text, text
    assert "Read-only file system: '/tmp/refused'" in text, text


main([a_web_server_is_supervised_and_refused_what_its_rules_refuse,
      systemd_restarts_one_that_was_killed_and_stops_it,
      exit_statuses_and_signals_are_the_programs_own,
      administrators_answer_and_time_answers_when_none_is_there, time_answers_when_nobody_is_there,
      the_programs_own_notifications_and_watchdog_reach_systemd,
      a_service_of_roots_takes_the_sockets_that_systemd_hands_over,
      a_group_of_its_own_is_the_programs_and_its_rules_hold,
      mistakes_are_named_with_line_and_column_and_start_nothing,
      a_drop_in_puts_an_existing_unit_into_a_jail])
