#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window as a client of the system service, in a session: answered, denied by polkit, over a restart."""
import pathlib
import subprocess

from jail import need_programs, wait_for
from machine import main

TESTS = pathlib.Path(__file__).resolve().parent.parent
PLACE = "/opt/window-test"
NO_TRACING = """polkit.addRule(function(action, subject) {
    if (action.id == "org.deepin.SeccompJail.trace")
        return polkit.Result.NO;
});
"""


def scenario(machine, what):
    """Starts what alice does in the window, under a display of her own."""
    for file in ("support/gui/window.py", "support/gui/guienv", "system/window-scenario.py"):
        target = machine.put(f"{PLACE}/{pathlib.Path(file).name}", (TESTS / file).read_text(), 0o755)
        target.parent.chmod(0o755)
    environment = dict(machine.alice.environment, SJ_BIN=str(machine.bin), PYTHONPATH=PLACE,
                       PYTHONDONTWRITEBYTECODE="1", SJ_OUTSIDE=machine.alice.home)
    return machine.alice.start([f"{PLACE}/guienv", "/usr/bin/python3", "-W", "ignore",
                                f"{PLACE}/window-scenario.py", what], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def must_end_well(process, seconds=150):
    said, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0, said.decode(errors="replace")[-3000:]


def a_person_in_a_session_answers_in_the_window(machine):
    must_end_well(scenario(machine, "answered"))


def a_held_call_is_answered_after_a_restart_of_the_service(machine):
    process = scenario(machine, "restarted")
    wait_for("a held call", lambda: process.poll() is not None
             or home_of(machine, "restart-now").exists(), 90)
    machine.root.check(["systemctl", "restart", "jaild"])
    home_of(machine, "restarted").touch()
    must_end_well(process)


def what_polkit_refuses_is_said(machine):
    machine.put("/etc/polkit-1/rules.d/10-no-tracing.rules", NO_TRACING)
    machine.root.check(["systemctl", "restart", "polkit"])
    must_end_well(scenario(machine, "denied"))


def home_of(machine, name):
    return machine.files / machine.alice.home.lstrip("/") / name


need_programs("Xvfb", "xdotool", "dbus-run-session")
main([a_person_in_a_session_answers_in_the_window, a_held_call_is_answered_after_a_restart_of_the_service,
      what_polkit_refuses_is_said])
