#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an attack without a jail, where it must win, and in a jail, where it must not.

    escape.py BIN [--bare | --jailed] NAME...

The attacks run as user 65534, all of the test in a pid namespace of its own. What a win is stands
in attack.h. The jail's rules forbid three visible things by mutable rules, the
ones a supervisor decides, and leave all else to the kernel.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail, end_process, skip

SECRET = "SECRET-of-the-jail"
OUTSIDERS = ("outsider-", "descriptor-of-an-outsider")
# Where the jail may stand still until somebody ends it.
MAY_STAND_STILL = {"supervisor-is-stopped"}
HELPERS = {"deed", "bystander"}
OURS = {"jailctl", "jaild", "jail-supervisor"}
BARE_TRIES = 5
BARE_ROUNDS = 40000


class Ground:
    """What an attack is let loose on: a directory, a secret, a port, sometimes a bystander."""

    def __init__(self, jail, name, rounds):
        self.jail = jail
        self.program = jail.bin / "attacks" / name
        self.directory = jail.own_directory("forbidden")
        keep = jail.own_directory("keep")
        self.secret, self.allowed = keep / "secret-file", keep / "public-file"
        for path, content in ((self.secret, SECRET), (self.allowed, "PUBLIC")):
            path.write_text(content + "\n")
            jail.own(path)
        self.refused = keep / "refused-program"
        shutil.copy(jail.bin / "attacks" / "deed", self.refused)
        jail.own(self.refused)
        work = jail.own_directory("attack-work")
        (work / "spare").mkdir()
        jail.own(work / "spare")
        # Where the directories of the attack are to be removed it needs some: it may make none.
        self.spares = 200 if name == "race-of-removed-directories" else 0
        for number in range(self.spares):
            (work / "spares" / str(number)).mkdir(parents=True)
            jail.own(work / "spares" / str(number))
        if self.spares:
            jail.own(work / "spares")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.victim = None
        # A race for an address needs a rule that looks at it; others want no way to the port at all.
        port = self.listener.getsockname()[1]
        self.where = {"where": {"address": f"127.0.0.1:{port}"}} if name == "race-of-addresses" else {}
        self.environment = {
            **jail.environment,
            "ATTACK_DIRECTORY": str(self.directory),
            "ATTACK_SECRET": str(self.secret),
            "ATTACK_ALLOWED": str(self.allowed),
            "ATTACK_REFUSED": str(self.refused),
            "ATTACK_WORK": str(work),
            "ATTACK_PORT": str(port),
            "ATTACK_DEED": str(jail.bin / "attacks" / "deed"),
            "ATTACK_BIN": str(jail.bin),
            "ATTACK_ROUNDS": str(rounds),
            "ATTACK_SPARES": str(self.spares),
        }
        if name == "setuid-program" and jail.drop:
            self._make_setuid()
        if name.startswith(OUTSIDERS):
            self._start_victim()

    def _make_setuid(self):
        path = self.jail.directory / "setuid-program"
        shutil.copy(self.program, path)
        os.chmod(path, 0o4755)
        self.environment["ATTACK_SETUID"] = str(path)

    def _start_victim(self):
        self.victim = self.jail.start([self.jail.bin / "attacks" / "bystander", "stay"],
                                      env=self.environment, stdout=-1)
        flag = self.victim.stdout.readline().decode().strip()
        self.environment |= {"ATTACK_VICTIM": str(self.victim.pid), "ATTACK_VICTIM_FLAG": flag}

    def _rules_by_default(self):
        """Nothing names the refused program: what may run is named."""
        others = [one["name"] for one in self.jail.json_lines("syscalls", "--json")
                  if one["name"] not in ("execve", "execveat")]
        may_run = [str(pathlib.Path(path).resolve()) for path in (self.program, "/bin/true")]
        return {"seccomp-jail": 1, "default": "abort", "rules": [
            {"syscall": others, "action": "allow-forever"},
            {"syscall": "execve", "where": {"path": may_run}, "action": "allow"}]}

    def rules(self, by_default=False):
        path = self.jail.work / "escape.jail.json"
        path.write_text(json.dumps(self._rules_by_default() if by_default else {
            "seccomp-jail": 1,
            "description": "what no attack may do",
            "default": "allow-forever",
            "rules": [
                {"syscall": ["mkdir", "mkdirat"], "action": "abort"},
                {"syscall": ["open", "openat", "openat2"], "where": {"path": str(self.secret)},
                 "action": "abort", "errno": "EACCES"},
                {"syscall": ["connect"], **self.where, "action": "abort", "errno": "EACCES"},
                {"syscall": ["sendto", "sendmsg", "sendmmsg"], "action": "abort", "errno": "EACCES"},
                {"syscall": "execve", "where": {"path": str(self.refused)}, "action": "abort"},
                {"syscall": "rmdir", "action": "allow" if self.spares else "notify"},
            ]}))
        self.jail.own(path)
        return path

    def wins(self, output):
        """Everything that the attack achieved, in words."""
        found = [f"made {path.name}" for path in self.directory.iterdir()]
        if SECRET in output:
            found.append("the secret was read")
        try:
            self.listener.accept()[0].close()
            found.append("the port was reached")
        except BlockingIOError:
            pass
        return found + re.findall(r"^open: .*", output, re.M)

    def untraced(self):
        """Processes of the attack that run without a tracer."""
        mark = f"ATTACK_DIRECTORY={self.directory}\0".encode()
        free = []
        for pid in self.jail.processes():
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    ours = mark in file.read()
                with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
                    status = file.read()
                program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
            except OSError:
                continue
            dead = "State:\tZ" in status or "State:\tX" in status
            if (ours and not dead and "TracerPid:\t0\n" in status and program not in OURS
                    and not (self.victim and pid == self.victim.pid)):
                free.append(f"{program} ({pid}) runs without a tracer")
        return free

    def close(self):
        if self.victim:
            end_process(self.victim.pid)
            self.victim.wait()
        self.listener.close()


def run_bare(options, name):
    """None when the attack won, else what is wrong with it. Its words when there is nothing to win."""
    for _ in range(BARE_TRIES):
        with Jail(options.bin) as jail:
            ground = Ground(jail, name, BARE_ROUNDS)
            try:
                result = jail.run([ground.program], env=ground.environment, timeout=60)
                if result.returncode == 77 or ground.wins(result.stdout):
                    return None
            finally:
                ground.close()
    return "it wins nothing even without a jail: the attack does not work\n" + result.stdout


def run_jailed(options, name):
    """What it won in the jail, or nothing."""
    with Jail(options.bin) as jail:
        ground = Ground(jail, name, options.rounds)
        command = [jail.bin / "jailctl", "run", "--user", "--rules",
                   ground.rules(options.by_default), "--ask", "none",
                   "--", ground.program]
        still = ""
        try:
            try:
                result = jail.run(command, env=ground.environment, timeout=options.timeout)
                output, errors = result.stdout, result.stderr
            except AssertionError as error:
                output, errors, still = str(error), "", "the jail stands still"
            lost = ground.wins(output) + ground.untraced()
            if still and name not in MAY_STAND_STILL:
                lost.append(still)
            print("".join(f"{name}: {line}\n" for line in re.findall(r"^(?:wins|rounds|skip).*", output,
                                                                     re.M)), end="")
            if not still and result.returncode in (125, 126, 127):
                lost.append(f"it did not run: {errors}")
            return lost + ([f"stderr: {errors[-600:]}"] if lost and errors else [])
        finally:
            ground.close()


def enter_own_namespace():
    """The whole test, driver and daemon included, where kill(-1) reaches nobody else."""
    if os.environ.get("ESCAPE_NAMESPACE") == "1":
        return
    if os.geteuid() != 0:
        skip("user", "only root can give the attacks a pid namespace of their own")
    os.environ["ESCAPE_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
                          sys.executable, *sys.argv])


def main():
    # kill(0) of an attack reaches its whole group, across pid namespaces: not the other tests'.
    if os.getpgrp() != os.getpid():
        os.setsid()
    enter_own_namespace()
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--bare", action="store_true", help="only without a jail")
    parser.add_argument("--jailed", action="store_true", help="only in a jail")
    parser.add_argument("--by-default", action="store_true",
                        help="the jail refuses by its default what no rule lets run")
    parser.add_argument("--timeout", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2000, help="how often a race is run in a jail")
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    names = options.names or sorted(path.name for path in (options.bin / "attacks").iterdir())
    failed = 0
    for name in [name for name in names if name not in HELPERS]:
        wrong = None if options.jailed else run_bare(options, name)
        lost = [] if options.bare else run_jailed(options, name)
        if wrong or lost:
            failed += 1
            print(f"{name}: {wrong or ''}{'; '.join(lost)}")
    print(f"{failed} of {len(names)} failed" if failed else "held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
