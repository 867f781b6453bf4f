#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system service on its bus, and the programs that it jails: they stay where their user is."""
import json
import pathlib
import re
import xml.etree.ElementTree as ElementTree

from interface import NAME, PATH, members
from machine import main
from terminal import Terminal

SOURCE = pathlib.Path(__file__).parents[2]
# What a process can see of its own place. The order of what inherits, and from whom, is no matter.
PLACE = """
cat /proc/self/cgroup; for n in /proc/self/ns/*; do readlink $n; done; pwd; umask; ulimit -a
env | grep -v '^_=' | sort; grep -E '^(Uid|Gid|Groups|Cap|SigBlk|SigIgn|Speculation)' /proc/self/status
cat /proc/self/mountinfo /proc/self/oom_score_adj /proc/self/loginuid /proc/self/timerslack_ns
nice; ls /proc/self/fd; readlink /proc/self/fd/0; cut -d' ' -f7 /proc/self/stat
"""
# What the machine lets it do: the service's own walls would show here.
DEEDS = """
exec 2>&1; touch $HOME/made /tmp/made /var/tmp/made && rm $HOME/made /tmp/made /var/tmp/made
touch /usr/made; ls /root; cat /dev/null; head -c1 /dev/urandom | wc -c; ls /dev | sort
touch $HOME/suid; chmod u+s $HOME/suid; stat -c %A $HOME/suid; rm $HOME/suid
python3 -c 'import socket as s
for f in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX", "AF_PACKET"):
    try: s.socket(getattr(s, f), s.SOCK_DGRAM); print(f, "yes")
    except OSError as e: print(f, e)'
python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=7); print("writable and executable memory")'
chrt -f 1 true; ls /proc | grep -c '^[0-9]' | grep -c .; cat /proc/1/comm; ls /sys | sort; hostname; dmesg | wc -l
"""


def the_first_call_starts_the_service(machine):
    assert machine.property("jaild.service", "ActiveState") == "inactive"
    result = machine.alice.jailctl("list", "--system")
    assert result.returncode == 0, result
    assert machine.property("jaild.service", "ActiveState") == "active"
    assert machine.property("jaild.service", "Type") == "notify"
    assert machine.property("jaild.service", "BusName") == NAME
    machine.root.check(["systemctl", "stop", "jaild.service"])
    assert machine.alice.jailctl("list").returncode == 0
    assert machine.property("jaild.service", "ActiveState") == "active"


def what_it_serves_is_the_xml(machine):
    served = machine.bob.check(["busctl", "--xml-interface", "introspect", NAME, PATH])
    wanted = ElementTree.parse(f"{SOURCE}/dbus/{NAME}.xml").getroot()
    assert members(ElementTree.fromstring(served)) == members(wanted)
    mode = machine.bob.check(["busctl", "get-property", NAME, PATH, NAME, "Mode"])
    assert mode.strip() == 's "system"', mode


def nobody_else_has_its_name_nor_its_signals(machine):
    taken = machine.alice.run(["busctl", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus", "RequestName", "su", NAME, "4"])
    assert taken.returncode and "denied" in taken.stderr.lower(), taken
    seen = machine.alice.start(["busctl", "monitor", NAME], stdout=-1, stderr=-1)
    assert b"Access denied" in seen.communicate(timeout=20)[1]


def service_files_are_sound(machine):
    verified = machine.root.run(["systemd-analyze", "verify", "--man=no", "jaild.service"])
    assert (verified.returncode, verified.stderr) == (0, ""), verified


def show_says_which_daemon(machine):
    for option, mode in (("--system", "system"), ("--user", "user")):
        program = machine.alice.start(["jailctl", option, "run", "--rules", "all-allow", "--ask",
                                       "none", "--", "sleep", "60"])
        jail = machine.alice.wait_for("the jail", lambda option=option: [
            jail for jail in machine.alice.json_lines(option, "list", "--json")
            if jail["state"] == "running"])[0]
        shown = machine.alice.check(["jailctl", option, "show", jail["id"]])
        assert re.search(rf"daemon +{mode}\n", shown), shown
        assert jail["mode"] == mode, jail
        machine.alice.check(["jailctl", option, "stop", jail["id"]])
        program.wait(20)
    plain = machine.alice.run(["jailctl", "run", "--rules", "all-allow", "--", "true"])
    assert plain.returncode == 0, plain
    assert machine.alice.json_lines("list", "--json")[-1]["mode"] == "system"


def the_program_is_where_its_user_is(machine):
    runs = [f"{prefix}sh place.sh > place{number} 2>&1" for number, prefix in enumerate(
        ("", "jailctl --system run --rules all-allow -- ", "jailctl --user run --rules all-allow -- "))]
    machine.alice.put("place.sh", PLACE)
    machine.alice.put("runs.sh", "ulimit -n 321; umask 027; export SJ=1; trap '' USR1\n" +
                      "\n".join(runs))
    with Terminal(machine.alice, ["nice", "-n", "3", "sh", "runs.sh"]) as terminal:
        terminal.wait(60)
    home = machine.files / machine.alice.home.lstrip("/")
    bare, system, user = ((home / f"place{number}").read_text() for number in range(3))
    assert "SJ=1" in bare and "session-" in bare and "/dev/pts/" in bare, bare
    for jailed in (system, user):
        assert jailed == bare, "\n".join(sorted(set(jailed.splitlines()) ^ set(bare.splitlines())))


def the_service_s_walls_do_not_reach_the_program(machine):
    machine.alice.put("deeds.sh", DEEDS)
    user, system = (machine.alice.run(["jailctl", daemon, "run", "--rules", "all-allow", "--", "sh",
                                       "deeds.sh"], timeout=120)
                    for daemon in ("--user", "--system"))
    assert user.stdout == system.stdout, (user.stdout, system.stdout)
    assert "writable and executable memory" in system.stdout and "AF_INET yes" in system.stdout
    statuses = [machine.alice.check(["jailctl", daemon, "run", "--rules", "all-allow", "--", "grep",
                                     "-E", "^(NoNewPrivs|Seccomp)", "/proc/self/status"])
                for daemon in ("--user", "--system")]
    assert statuses[0] == statuses[1] and "NoNewPrivs:\t1" in statuses[0], statuses


def the_supervisor_is_the_user_without_any_right(machine):
    result = machine.alice.run(["jailctl", "run", "--rules", "all-allow", "--", "sh", "-c",
                                "p=$(awk '/TracerPid/{print $2}' /proc/self/status);"
                                "cat /proc/$p/status; cat /proc/$p/comm"])
    status = dict(line.split(":", 1) for line in result.stdout.splitlines() if ":" in line)
    alice = str(machine.alice.uid)
    assert result.stdout.splitlines()[-1] == "jail-supervisor", result
    assert status["Uid"].split() == [alice] * 4 and status["Gid"].split() == [alice] * 4, status
    for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
        assert int(status[kind], 16) == 0, (kind, status)
    assert int(status["Seccomp"]) == 2 and int(status["NoNewPrivs"]) == 1, status


def the_doctor_finds_every_way_closed(machine):
    found = machine.alice.run(["jailctl", "doctor", "--json"])
    checks = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 0 and len(checks) > 40, found
    assert not [check for check in checks if check["state"] == "open"], checks


main([the_first_call_starts_the_service, what_it_serves_is_the_xml,
      nobody_else_has_its_name_nor_its_signals, service_files_are_sound, show_says_which_daemon,
      the_program_is_where_its_user_is, the_service_s_walls_do_not_reach_the_program,
      the_supervisor_is_the_user_without_any_right, the_doctor_finds_every_way_closed])
