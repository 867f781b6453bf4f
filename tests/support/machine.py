# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine of its own for a test of the system service: real systemd, D-Bus, logind, polkit.

    with Machine(build_directory) as machine:
        result = machine.alice.jailctl("run", "--rules", "all-allow", "--", "true")
        machine.root.run(["systemctl", "restart", "jaild"])

It is a container over a throw-away overlay of this machine's own root, with the product installed
into it, up in about a second. Three people live there, each with NAME-pw for a password: alice has
an active session on seat0, bob an inactive one, carol (group sudo, so an administrator) has none.
`machine.alice.outside()` is alice without her session, as cron or ssh without a seat would run her.

All of it hangs on one process, which dies with the test: then the processes and mounts are gone.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from jail import Place, end_process, need_programs, skip, wait_for

BOOT_SECONDS = 90.0
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SERVICE_SLICE = "system.slice/test-commands.scope"
# What the host has enabled must not start in here, nor what waits for hardware and networks.
MASKED = ("getty@.service", "console-getty.service", "systemd-firstboot.service",
          "systemd-networkd.service", "systemd-resolved.service", "systemd-timesyncd.service")
# Opens a session without asking for a password; pam_systemd takes seat and type from it.
PAM_SESSION = """auth sufficient pam_rootok.so
account required pam_permit.so
session required pam_unix.so
session required pam_systemd.so
"""


class Person(Place):
    """A user of the machine, in his session if he has one."""

    def __init__(self, machine, name, in_session=True):
        self.machine = machine
        self.name = name
        entry = machine.account(name)
        self.uid, self.home = int(entry[2]), entry[5]
        self.in_session = in_session
        self.bin = machine.bin
        self.environment = {"PATH": PATH, "HOME": self.home, "USER": name, "LOGNAME": name,
                            "SHELL": "/bin/bash", "LANG": "C.UTF-8", "TERM": "xterm"}
        if self.uid:
            self.environment["XDG_RUNTIME_DIR"] = f"/run/user/{self.uid}"
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path=/run/user/{self.uid}/bus"

    def outside(self):
        """The same user, of no session."""
        return Person(self.machine, self.name, in_session=False)

    def start(self, argv, preexec_fn=None, env=None, cwd=None, **keywords):
        group = self.machine.cgroup_of(self)
        become = ["--reuid", self.name, "--regid", str(self.uid), "--init-groups"] if self.uid else []
        environment = self.environment if env is None else env

        def enter():
            (group / "cgroup.procs").write_text("0")
            if preexec_fn:
                preexec_fn()
        return subprocess.Popen(
            [*self.machine.inside, "setpriv", "--pdeathsig", "KILL", *become, "env", "-i",
             "-C", cwd or self.home, *(f"{key}={value}" for key, value in environment.items()),
             *map(str, argv)], preexec_fn=enter, **keywords)

    def put(self, path, text, mode=0o644):
        """A file of this user's, in his home unless the path is absolute."""
        target = self.machine.put(pathlib.Path(self.home) / path, text, mode)
        os.chown(target, self.uid, self.uid)
        return pathlib.Path(self.home) / path


class Machine:
    """See the head of the file."""

    def __init__(self, build_directory, install=True):
        check_means()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="machine-test-"))
        # Its host name too, so no underscore.
        self.cgroup = cgroup_root() / f"machine-test-{os.getpid()}"
        self.cgroup.mkdir()
        self.top = None
        self.sessions = {}  # of whom we opened one: its id
        self.bin = pathlib.Path()
        try:
            self._boot(build_directory if install else "")
        except BaseException:
            self.close()
            raise

    def _boot(self, build_directory):
        with open(self.directory / "console", "wb") as console:
            self.top = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private",
                 "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--", sys.executable,
                 __file__, self.directory, self.cgroup, build_directory],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True)
        self.leader, self.groups = wait_for("process 1", self._find_leader, BOOT_SECONDS)
        self.files = pathlib.Path(f"/proc/{self.leader}/root")
        self.inside = ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r",
                       "-w", "--"]
        self.root = Person(self, "root")
        wait_for("the system", self._is_up, BOOT_SECONDS)
        # Without virtual terminals the newest session of a seat is its active one.
        for name in ("bob", "alice"):
            self._open_session(name)
        self.bin = pathlib.Path(self.root.run(["which", "jailctl"]).stdout.strip()).parent
        self.alice, self.bob, self.carol = (Person(self, name) for name in ("alice", "bob", "carol"))

    def _find_leader(self):
        if self.top.poll() is not None:
            raise AssertionError(f"the machine did not boot:\n{self.console()}")
        for file in self.cgroup.glob("**/init.scope/cgroup.procs"):
            pids = file.read_text().split()
            if pids:
                return int(pids[0]), file.parent.parent
        return None

    def _is_up(self):
        if not (self.files / "run/dbus/system_bus_socket").exists():
            return False
        state = self.root.run(["systemctl", "is-system-running"]).stdout.strip()
        if state == "degraded":
            raise AssertionError(self.root.run(["systemctl", "--failed", "--no-pager"]).stdout)
        return state == "running"

    def _open_session(self, name):
        # Type=exec would wait for a process that logind has moved away.
        self.root.check(["systemd-run", "-q", f"--unit=session-of-{name}", "-p", "PAMName=test",
                         "-p", f"User={name}", "-p", "Type=simple", "-E", "XDG_SEAT=seat0",
                         "-E", "XDG_SESSION_TYPE=x11", "-E", "XDG_SESSION_CLASS=user",
                         "sleep", "infinity"])
        self.sessions[name] = wait_for(f"the session of {name}", lambda: self.session_of(name))

    def console(self):
        return (self.directory / "console").read_text(errors="replace")[-4000:]

    def account(self, name):
        """The user's line of passwd, as a list."""
        for line in (self.files / "etc/passwd").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return line.split(":")
        raise AssertionError(f"no user {name}")

    def session_of(self, name):
        """The id of the user's session once it is open, else None."""
        show = ["loginctl", "--value", "-p"]
        session = self.root.run([*show, "Sessions", "show-user", name]).stdout.split()
        if not session:
            return None
        state = self.root.run([*show, "State", "show-session", session[0]]).stdout.strip()
        return session[0] if state in ("active", "online") else None

    def cgroup_of(self, person):
        """Where polkit and logind look for the session of a process."""
        path = self.groups / SERVICE_SLICE
        if person.in_session and person.name in self.sessions:
            path = (self.groups / f"user.slice/user-{person.uid}.slice" /
                    f"session-{self.sessions[person.name]}.scope")
        path.mkdir(parents=True, exist_ok=True)
        return path

    def put(self, path, text, mode=0o644):
        """Writes a file of root's; returns where it lies as seen from here."""
        target = self.files / str(path).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)
        return target

    def property(self, unit, name):
        return self.root.check(["systemctl", "show", "--value", "-p", name, unit]).strip()

    def journal(self, unit="jaild.service"):
        return self.root.run(["journalctl", "--no-pager", "-o", "cat", "-u", unit]).stdout

    def close(self):
        if self.top:
            end_process(self.top.pid, 10, (signal.SIGKILL,))
            self.top.wait()
        (self.cgroup / "cgroup.kill").write_text("1")
        for path in sorted(self.cgroup.glob("**/"), reverse=True):
            wait_for(f"the end of {path}", lambda path=path: remove_directory(path))
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def remove_directory(path):
    """Whether it is gone; a cgroup is busy until the last of its processes was reaped."""
    try:
        path.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def cgroup_root():
    for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        if os.path.exists(f"{path}/cgroup.controllers") and os.access(path, os.W_OK):
            return pathlib.Path(path)
    skip("machine", "no writable hierarchy of cgroup v2")
    return None


def check_means():
    if os.geteuid() != 0:
        skip("machine", "only root can boot a container")
    need_programs("systemd-nspawn", "nsenter", "setpriv", "unshare", "useradd", "cmake")
    for program in ("/usr/lib/polkit-1/polkitd", "/lib/systemd/systemd-logind",
                    "/usr/bin/dbus-daemon"):
        if not os.path.exists(program):
            skip("package", f"no {program}")
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False,
                           capture_output=True)
    if tried.returncode:
        skip("machine", f"no namespaces: {tried.stderr.decode().strip()}")


def run_tests(machine, tests):
    """Runs each function of a list on the one machine; says which one failed, and the journal."""
    failed = 0
    for test in tests:
        if len(sys.argv) > 2 and test.__name__ not in sys.argv[2:]:
            continue
        began = time.monotonic()
        try:
            test(machine)
            print(f"ok {test.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:  # the next one shall be run all the same
            failed += 1
            print(f"FAILED {test.__name__}: {type(error).__name__}: {error}", flush=True)
    if failed:
        print(machine.journal())
    return 1 if failed else 0


def main(tests):
    with Machine(sys.argv[1]) as machine:
        status = run_tests(machine, tests)
    sys.exit(status)


# ---- what becomes the container: runs in the namespaces that _boot made ----

def shell(*argv, **keywords):
    subprocess.run([str(word) for word in argv], check=True, **keywords)


def overlay(directory):
    upper, root = directory / "upper", directory / "root"
    upper.mkdir()
    root.mkdir()
    shell("mount", "-t", "tmpfs", "-o", "mode=755", "machine", upper)
    for name in ("files", "work"):
        (upper / name).mkdir(mode=0o755)
    shell("mount", "-t", "overlay", "machine", "-o",
          f"lowerdir=/,upperdir={upper}/files,workdir={upper}/work", root)
    return root


def furnish(root):
    """An identity of its own, nothing that the host has enabled, and the people."""
    for name in ("etc/machine-id", "var/lib/dbus/machine-id"):
        (root / name).unlink(missing_ok=True)
    identity = pathlib.Path("/proc/sys/kernel/random/uuid").read_text().replace("-", "")
    (root / "etc/machine-id").write_text(identity)
    (root / "etc/fstab").write_text("")
    (root / "etc/hostname").write_text("machine\n")
    units = root / "etc/systemd/system"
    for wants in units.glob("*.wants"):
        shutil.rmtree(wants)
    for unit in MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    journal = root / "etc/systemd/journald.conf.d"
    journal.mkdir(parents=True, exist_ok=True)
    (journal / "test.conf").write_text("[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n")
    (root / "etc/pam.d/test").write_text(PAM_SESSION)
    for number, name in enumerate(("alice", "bob", "carol"), 2001):
        shell("useradd", "-R", root, "-m", "-s", "/bin/bash", "-u", number, name)
    shell("groupadd", "-R", root, "-r", "-f", "sudo")
    shell("usermod", "-R", root, "-aG", "sudo", "carol")
    shell("chpasswd", "-R", root, input=b"alice:alice-pw\nbob:bob-pw\ncarol:carol-pw\n")


def become_machine(directory, cgroup, build_directory):
    (cgroup / "cgroup.procs").write_text("0")
    root = overlay(directory)
    furnish(root)
    if build_directory:
        shell("cmake", "--install", build_directory, env={**os.environ, "DESTDIR": str(root)},
              stdout=subprocess.DEVNULL)
    # nspawn's own filter would stand before everything that is measured here.
    environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
                   "SYSTEMD_NSPAWN_LOCK": "0", "SYSTEMD_SECCOMP": "0"}
    os.execvpe("systemd-nspawn", [
        "systemd-nspawn", "-q", "-D", str(root), "-M", cgroup.name, "--register=no",
        "--keep-unit", "--private-network", "--capability=all", "--link-journal=no",
        "--resolv-conf=off", "--timezone=off", "--console=pipe", "--kill-signal=SIGRTMIN+3", "-b",
        "systemd.unit=multi-user.target", "systemd.log_target=journal", "systemd.show_status=0",
    ], environment)


if __name__ == "__main__":
    become_machine(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3])
