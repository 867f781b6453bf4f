# SPDX-License-Identifier: GPL-3.0-or-later
"""A private place for an end-to-end test: directories, a user mode of its own, nothing left over.

    with Jail(bin_directory) as jail:
        result = jail.jailctl("run", "--default", "allow", "--", "true")

Everything runs as an ordinary user: user 65534 when the test was started by root, unless as_root is
asked for. At the end the daemon that the first jailctl started is ended (by pidfd), and so is every
process that still carries this place's XDG_RUNTIME_DIR in its environment.
"""
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

NOBODY = 65534
SKIP = 77


def skip(kind, words):
    """Ends the test as skipped; kind: kernel, machine (excused in CI), package, user, ..."""
    print(f"skip ({kind}): {words}", flush=True)
    sys.exit(SKIP)


def need_programs(*names):
    for name in names:
        if not shutil.which(name):
            skip("package", f"no {name}")


def open_to_others(path):
    """Whether any user may read and enter the path."""
    path = pathlib.Path(path).resolve()
    return all(parent.stat().st_mode & 0o001 for parent in path.parents) and bool(
        path.stat().st_mode & 0o004)


def end_process(pid, wait_seconds=5.0, numbers=(signal.SIGTERM, signal.SIGKILL)):
    """SIGTERM by pidfd, SIGKILL when it does not go; a process that is gone is fine."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        for number in numbers:
            try:
                signal.pidfd_send_signal(pidfd, number)
            except ProcessLookupError:
                return
            if select.select([pidfd], [], [], wait_seconds)[0]:
                return
    finally:
        os.close(pidfd)


def wait_for(what, question, seconds=20.0):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def supervisor_of(pid):
    """The pid of the process that traces this one, 0 for none."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"TracerPid:\s+(\d+)", status)[1])


class Place:
    """What every place does alike; `bin` is where the product lies, `start` who runs it and how."""

    bin = pathlib.Path()

    def start(self, argv, **keywords):
        raise NotImplementedError

    def end_leftovers(self):
        """Ends what a run that did not end has left, as far as the place knows of it."""

    def run(self, argv, timeout=60, stdin=None, **keywords):
        """Runs to the end; output as text. A time-out fails the test with what came so far."""
        feed = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        process = self.start(argv, stdin=feed, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             **keywords)
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            self.end_leftovers()
            end_process(process.pid, 1)
            try:
                out, err = process.communicate(timeout=5)
            except subprocess.TimeoutExpired as error:
                out, err = error.stdout, error.stderr
            raise AssertionError(f"{argv} did not end in {timeout} s\n{text(out)}\n{text(err)}")
        return subprocess.CompletedProcess(argv, process.returncode, text(out), text(err))

    def jailctl(self, *arguments, **keywords):
        return self.run([self.bin / "jailctl", *arguments], **keywords)

    def json_lines(self, *arguments, **keywords):
        """The objects that a `--json` command printed."""
        result = self.jailctl(*arguments, **keywords)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def check(self, argv, **keywords):
        """What it printed; it must succeed."""
        result = self.run(argv, **keywords)
        assert result.returncode == 0, result
        return result.stdout

    @staticmethod
    def wait_for(what, question, seconds=20.0):
        return wait_for(what, question, seconds)

    def pending(self, count=1, **keywords):
        """The calls that are held, once there are that many."""
        def ask():
            calls = self.json_lines("pending", "--json", **keywords)
            return calls if len(calls) >= count else None
        return self.wait_for(f"{count} pending calls", ask)


class Jail(Place):
    """The place; see the head of the file."""

    def __init__(self, bin_directory, as_root=False):
        self.root = os.geteuid() == 0
        self.drop = self.root and not as_root
        self.uid = NOBODY if self.drop else None  # None: whoever runs the test
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jail-test-"))
        self.bin = self._reachable(pathlib.Path(bin_directory).resolve())
        self.runtime = self._make("runtime", 0o700)
        self.work = self._make("work", 0o755)
        os.chmod(self.directory, 0o755)
        self.environment = {
            "PATH": f"{self.bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(self.work),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "TMPDIR": str(self.work),
            "XDG_RUNTIME_DIR": str(self.runtime),
        }
        self.environment.update({key: value for key, value in os.environ.items()
                                 if key.startswith(("SJ_", "ASAN_", "UBSAN_",
                                                    "SECCOMP_JAIL_WITHOUT",
                                                    "SECCOMP_JAIL_HAND_OVER"))})

    def _reachable(self, directory):
        """The programs where an ordinary user can run them: here a copy, if the build is private."""
        if not self.drop or open_to_others(directory):
            return directory
        copy = self.directory / "bin"
        shutil.copytree(directory, copy, ignore=shutil.ignore_patterns("test-*", "kernel-*"))
        shutil.copytree(directory.parent / "share", self.directory / "share")
        return copy

    def _make(self, name, mode):
        path = self.directory / name
        path.mkdir()
        if self.drop:
            os.chown(path, NOBODY, NOBODY)
        os.chmod(path, mode)
        return path

    def own(self, path):
        """Gives a file that the test made to the user that the jail runs as."""
        if self.drop:
            os.chown(path, NOBODY, NOBODY)
        return path

    def own_directory(self, name):
        """A fresh directory in the place of work."""
        path = self.work / name
        path.mkdir()
        return self.own(path)

    def credentials(self):
        """Keyword arguments of subprocess for the user that everything runs as."""
        if not self.drop:
            return {}
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def start(self, argv, **keywords):
        arguments = {"cwd": self.work, "env": self.environment, **self.credentials(), **keywords}
        return subprocess.Popen([str(word) for word in argv], **arguments)

    def daemon_pid(self):
        """The pid of this place's user mode daemon, or None."""
        with socket.socket(socket.AF_UNIX) as link:
            try:
                link.connect(str(self.runtime / "seccomp-jail" / "socket"))
            except OSError:
                return None
            peer = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return struct.unpack("3i", peer)[0]

    def processes(self):
        """Pids of all that carries this place's runtime directory in its environment."""
        mark = f"XDG_RUNTIME_DIR={self.runtime}\0".encode()
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != os.getpid():
                try:
                    with open(f"/proc/{entry}/environ", "rb") as file:
                        if mark in file.read() + b"\0":
                            found.append(int(entry))
                except OSError:
                    continue
        return found

    def end_leftovers(self):
        """SIGKILL for all of them at once: none may wait for another."""
        pids = self.processes()
        for pid in pids:
            end_process(pid, 0, (signal.SIGKILL,))
        self.wait_for("the end of what was killed", lambda: not self.processes(), 5)

    def close(self):
        daemon = self.daemon_pid()
        if daemon:
            end_process(daemon, 3)
        self.end_leftovers()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def text(output):
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""


def shell_status(returncode):
    """A Popen return code as a shell (and jailctl) would give it."""
    return 128 - returncode if returncode < 0 else returncode
