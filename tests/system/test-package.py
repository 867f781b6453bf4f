#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package: installs, starts by activation, is upgraded under running jails, goes."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from jail import need_programs, skip
from machine import Machine, run_tests

ALLOW = '{"seccomp-jail": 1, "default": "allow", "rules": []}'
BUS = ["org.deepin.SeccompJail", "/org/deepin/SeccompJail", "org.deepin.SeccompJail"]
# Excused: the glob of `systemctl stop` in prerm has no form in deb-systemd-invoke.
EXCUSED = {"maintainer-script-calls-systemctl"}
packages = {}


def build(directory, version, *options):
    """The packages under that version, by name."""
    target = directory / version
    result = subprocess.run(["cpack", "--config", "CPackConfig.cmake", "-B", target, *options, "-D",
                             f"CPACK_PACKAGE_VERSION={version}"], cwd=sys.argv[1],
                            check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return {file.name.split("_")[0]: file for file in target.glob("*.deb")}


def bring(machine, file):
    copy = machine.files / "opt" / file.name
    shutil.copy(file, copy)
    return f"/opt/{file.name}"


def running(machine, number):
    return [jail["state"] for jail in machine.alice.json_lines("list", "--json", "--system")
            if jail["id"] == number] == ["running"]


def main_pid(machine):
    return int(machine.property("jaild.service", "MainPID"))


def they_say_what_debians_policy_wants(machine):
    found = subprocess.run(["lintian", "--allow-root", *packages["9.0.1"].values()], check=False,
                           capture_output=True, text=True).stdout
    tags = set(re.findall(r"^[EW]: [\w-]+: ([\w-]+)", found, re.MULTILINE)) - EXCUSED
    assert not tags, found
    depends = subprocess.run(["dpkg-deb", "-f", packages["9.0.1"]["seccomp-jail"], "Depends"],
                             check=True, capture_output=True, text=True).stdout
    for library in ("libsystemd0", "libcjson1", "libpolkit-gobject-1-0", "polkitd"):
        assert library in depends, depends


def installed_it_starts_by_the_first_call(machine):
    assert machine.root.run(["which", "jailctl"]).returncode == 1
    machine.root.check(["dpkg", "-i", bring(machine, packages["9.0.1"]["seccomp-jail"])])
    assert machine.property("jaild.service", "ActiveState") == "inactive"
    for person in (machine.root, machine.alice, machine.bob):
        person.bin = pathlib.Path("/usr/bin")
    machine.alice.wait_for("the bus to know it", lambda: machine.alice.jailctl(
        "list", "--system").returncode == 0)
    result = machine.alice.jailctl("run", "--system", "--ask", "none", "--rules", "all-allow", "--", "id", "-u")
    assert (result.returncode, result.stdout) == (0, f"{machine.alice.uid}\n"), result
    assert machine.property("jaild.service", "ActiveState") == "active"
    assert (machine.files / "etc/seccomp-jail").is_dir()
    for page in ("jailctl", "jaild", "seccomp-jail@.service", "org.deepin.SeccompJail"):
        assert "seccomp-jail" in machine.root.check(["man", page]), page
    chinese = machine.alice.run(["jailctl", "--help"],
                                env={**machine.alice.environment, "LANGUAGE": "zh_CN"}).stdout
    assert "监狱" in chinese, chinese


def an_upgrade_ends_no_jail_and_no_service(machine):
    machine.put("/etc/seccomp-jail/sleeps.json", json.dumps({
        "program": "/bin/sleep", "args": ["1000"], "user": "bob", "default": "allow"}))
    machine.root.check(["systemctl", "start", "seccomp-jail@sleeps"])
    service = machine.property("seccomp-jail@sleeps", "MainPID")
    answer = machine.alice.check(["busctl", "--", "call", *BUS, "Trace", "a{sv}", "3", "argv", "as", "3", "sh",
                                  "-c", "mkdir $HOME/made; exec sleep 1000", "rules", "s", ALLOW, "rule",
                                  "as", "1", "mkdir=notify"])
    number = int(answer.split()[1])
    call, = machine.alice.wait_for("the held call", lambda: machine.alice.json_lines("pending", "--json"))
    before = main_pid(machine)
    machine.root.check(["dpkg", "-i", bring(machine, packages["9.0.2"]["seccomp-jail"])])
    machine.alice.wait_for("the new jaild", lambda: main_pid(machine) not in (0, before))
    machine.alice.wait_for("the jail to be known", lambda: running(machine, number))
    machine.alice.check(["jailctl", "decide", str(call["id"]), "allow"])
    made = machine.files / machine.alice.home.lstrip("/") / "made"
    machine.alice.wait_for("the answer to arrive", made.is_dir)
    assert machine.property("seccomp-jail@sleeps", "MainPID") == service
    assert machine.property("seccomp-jail@sleeps", "ActiveState") == "active"


def the_window_comes_by_itself(machine):
    if "seccomp-jail-window" not in packages["9.0.1"]:
        return
    machine.root.check(["dpkg", "-i", bring(machine, packages["9.0.1"]["seccomp-jail-window"])])
    assert machine.root.check(["jail-window", "--version"]).startswith("jail-window ")
    machine.root.check(["dpkg", "--purge", "seccomp-jail-window"])
    assert machine.root.run(["which", "jail-window"]).returncode == 1
    assert not (machine.files / "etc/xdg/autostart/org.deepin.SeccompJail.background.desktop").exists()


def removed_it_leaves_nothing_but_what_an_administrator_wrote(machine):
    listed = machine.root.check(["dpkg", "-L", "seccomp-jail"]).splitlines()
    files = [path for path in listed if (machine.files / path.lstrip("/")).is_file()]
    assert len(files) > 20, listed
    machine.root.check(["dpkg", "--remove", "seccomp-jail"])
    left = [path for path in files if (machine.files / path.lstrip("/")).exists()]
    assert not left, left
    assert machine.property("jaild.service", "LoadState") == "not-found"
    machine.root.wait_for("all processes to end", lambda: machine.root.run(
        ["pgrep", "-f", "seccomp-jail|sleep 1000"]).returncode == 1)
    assert (machine.files / "etc/seccomp-jail/sleeps.json").exists()
    machine.root.check(["dpkg", "--purge", "seccomp-jail"])
    assert (machine.files / "etc/seccomp-jail/sleeps.json").exists()
    assert machine.root.run(["dpkg", "-s", "seccomp-jail"]).returncode == 1
    (machine.files / "etc/seccomp-jail/sleeps.json").unlink()


def installed_again_and_purged_not_even_that(machine):
    machine.root.check(["dpkg", "-i", bring(machine, packages["9.0.1"]["seccomp-jail"])])
    machine.root.check(["dpkg", "--purge", "seccomp-jail"])
    assert not (machine.files / "etc/seccomp-jail").exists()


def main():
    need_programs("cpack", "dpkg-deb", "dpkg-shlibdeps", "file", "lintian", "man")
    if not pathlib.Path(sys.argv[1], "CPackConfig.cmake").exists():
        skip("machine", "the prefix of this build is not /usr, so it makes no packages")
    with tempfile.TemporaryDirectory() as directory:
        packages["9.0.1"] = build(pathlib.Path(directory), "9.0.1")
        packages["9.0.2"] = build(pathlib.Path(directory), "9.0.2", "-D", "CPACK_COMPONENTS_ALL=daemon")
        with Machine(sys.argv[1], install=False) as machine:
            # As on a machine that runs, not on an image that is being built; the index of all manual
            # pages is the host's.
            for name in ("usr/sbin/policy-rc.d", "var/lib/man-db/auto-update"):
                (machine.files / name).unlink(missing_ok=True)
            status = run_tests(machine, [
                they_say_what_debians_policy_wants, installed_it_starts_by_the_first_call,
                an_upgrade_ends_no_jail_and_no_service, the_window_comes_by_itself,
                removed_it_leaves_nothing_but_what_an_administrator_wrote,
                installed_again_and_purged_not_even_that])
    sys.exit(status)


main()
