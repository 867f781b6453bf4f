#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""jaild on a system bus that has no systemd: a Trace that brings no stub is refused in words.

Usage: without-systemd.py JAILD
"""
import os
import pathlib
import subprocess
import sys
import tempfile

from jail import end_process, need_programs, skip, wait_for

NAME, PATH = "org.deepin.SeccompJail", "/org/deepin/SeccompJail"
CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={0}/bus</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""
running = []


def start(*argv, **environment):
    process = subprocess.Popen([str(word) for word in argv], env={**os.environ, **environment},
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    running.append(process)


def call(address, *words):
    return subprocess.run(["busctl", f"--address={address}", "--timeout=20", "--", "call", *words], check=False,
                          capture_output=True, text=True, timeout=60)


def test(jaild, directory):
    address = f"unix:path={directory}/bus"
    bus = {"DBUS_SYSTEM_BUS_ADDRESS": address}
    (directory / "configuration").write_text(CONFIGURATION.format(directory))
    start("dbus-daemon", "--nofork", f"--config-file={directory}/configuration")
    wait_for("the bus", lambda: (directory / "bus").exists())
    start("/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "polkitd", **bus)
    wait_for("polkit", lambda: call(address, "org.freedesktop.PolicyKit1",
                                    "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.DBus.Mock",
                                    "AllowUnknown", "b", "true").returncode == 0)
    start(jaild, **bus)
    wait_for("jaild", lambda: call(address, NAME, PATH, NAME, "ListPresets").returncode == 0)
    result = call(address, NAME, PATH, NAME, "Trace", "a{sv}", "1", "argv", "as", "1", "true")
    assert result.returncode == 1 and "systemd is not there" in result.stderr, result
    result = call(address, NAME, PATH, NAME, "ListJails", "a{sv}", "0")
    assert result.stdout == "aa{sv} 0\n", result


def main():
    if os.geteuid() != 0:
        skip("machine", "only root can be the system service")
    need_programs("dbus-daemon", "busctl")
    if subprocess.run(["/usr/bin/python3", "-c", "import dbusmock"], check=False,
                      capture_output=True).returncode:
        skip("package", "no dbusmock")
    with tempfile.TemporaryDirectory() as directory:
        try:
            test(sys.argv[1], pathlib.Path(directory))
        finally:
            for process in reversed(running):
                end_process(process.pid)
                process.wait()


main()
