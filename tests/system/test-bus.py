#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system service on its bus: started by the first call, spoken to as the XML says."""
import json

from machine import main


def the_first_call_starts_the_service(machine):
    assert machine.property("jaild.service", "ActiveState") == "inactive"
    result = machine.alice.jailctl("list", "--system")
    assert result.returncode == 0, result
    assert machine.property("jaild.service", "ActiveState") == "active"
    assert machine.property("jaild.service", "Type") == "notify"


def a_program_runs_and_its_jail_is_of_the_system_service(machine):
    result = machine.alice.jailctl("run", "--rules", "all-allow", "--ask", "none", "--", "id", "-u")
    assert (result.returncode, result.stdout) == (0, f"{machine.alice.uid}\n"), result


main([the_first_call_starts_the_service, a_program_runs_and_its_jail_is_of_the_system_service])
