# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, how, and what it should be: the table of goals and the runs behind it."""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail
from machine import Machine

# "nth" is for the supervisor alone to count, so that these calls stop; without it an unlogged allow
# runs in the kernel.
RULES = {
    "allow, in the kernel": [{"syscall": "mkdirat", "action": "allow", "log": False}],
    "allow, for ever": [{"syscall": "mkdirat", "action": "allow-forever"}],
    "allow, not logged": [{"syscall": "mkdirat", "nth": "1+", "action": "allow", "log": False}],
    "allow by path": [{"syscall": "openat", "where": {"path": "/etc/pass*"}, "action": "allow",
                       "log": False}],
    "abort by path": [{"syscall": "openat", "where": {"path": "/etc/pass*"}, "action": "abort",
                       "log": False}],
    "return by path": [{"syscall": "openat", "where": {"path": "/etc/pass*"}, "action": "return",
                        "value": 1000, "log": False}],
    "allow, logged": [{"syscall": "mkdirat", "action": "allow"}],
    "notify": [{"syscall": "mkdirat", "action": "notify"}],
    "forever": [{"syscall": "mkdirat", "action": "abort-forever", "errno": "ENOENT"}],
}

# name, (numerator, denominator) of samples, goal, how it is meant
RATIOS = [
    ("forever rule / plain filter", ("forever", "plain filter"), 1.02, "getppid, same processor"),
    ("allow, not logged / allow-forever", ("allow, in the kernel", "allow, for ever"), 1.02,
     "same processor: it runs in the kernel until the rules change"),
    ("allow, not logged, stopped for / floor", ("allow, not logged", "floor"), 1.25,
     "same processor; by a rule with nth, which the supervisor counts"),
    ("allow by path, verified / floor", ("allow by path", "floor, openat"), 1.8, "same processor"),
    ("abort by path / floor", ("abort by path", "floor, openat"), 1.6, "same processor"),
    ("return by path / floor", ("return by path", "floor, openat"), 1.6, "same processor"),
    ("allow, logged / floor", ("allow, logged", "floor"), 2.6, "same processor"),
    ("allow, logged / strace as started", ("allow, logged, free", "strace"), 0.1, "nobody pinned"),
    ("allow, logged / strace pinned", ("allow, logged", "strace, pinned"), 1 / 1.7,
     "same processor"),
    ("one hot process as started / floor", ("allow, not logged, free", "floor"), 4,
     "nobody pinned, against the pinned floor; a rule with nth"),
    ("two hot processes / one", ("two hot", "allow, not logged, free"), 1.3, "per call"),
    ("1000 idle processes / none", ("1000 idle", "allow, not logged"), 1.3, "same processor"),
    ("held call, median / round trip", ("held p50", "round trip"), 3, "user mode"),
    ("held call, p99 / round trip", ("held p99", "round trip"), 10, "user mode"),
    ("held call, median / round trip, system", ("system p50", "system round trip"), 3,
     "system bus with polkit, in a container"),
    ("held call, p99 / round trip, system", ("system p99", "system round trip"), 10,
     "system bus with polkit, in a container"),
    ("answer one of 10 000 held / of 50", ("answer one of many", "answer one of few"), 1.5,
     "median of 50, user mode"),
    ("list 10 000 held, µs per call", ("list each of many", None), None, "user mode"),
    ("answer 10 000 held, µs per call", ("answer each of many", None), None,
     "500 under way, user mode"),
    ("per held call, KB", ("KB per held call", None), 2, "of 10 000, its thread included; Pss"),
    ("four computing threads / bare", ("compute jailed", "compute bare"), 1.05, "wall"),
    ("start, ms more than bare", ("start more", None), 15, "user mode already up"),
    ("cold start, ms", ("start cold", None), 60, "nothing running"),
    ("make -j2 / strace", ("make jailed", "make strace"), 0.2, "preset learn, wall"),
    ("make -j2 / bare", ("make jailed", "make bare"), None, "preset learn, wall"),
    ("compileall / strace", ("compileall jailed", "compileall strace"), 0.2, "preset learn, wall"),
    ("compileall / bare", ("compileall jailed", "compileall bare"), None, "preset learn, wall"),
    ("tar / strace", ("tar jailed", "tar strace"), 0.2, "preset learn, wall"),
    ("tar / bare", ("tar jailed", "tar bare"), None, "preset learn, wall"),
    ("git gc / strace", ("git gc jailed", "git gc strace"), 0.2, "preset learn, wall"),
    ("git gc / bare", ("git gc jailed", "git gc bare"), None, "preset learn, wall"),
    ("find / strace", ("find jailed", "find strace"), 0.2, "preset learn, wall"),
    ("find / bare", ("find jailed", "find bare"), None, "preset learn, wall"),
    ("broker, MB", ("broker MB", None), 6, "Pss, idle"),
    ("supervisor, MB", ("supervisor MB", None), 4, "Pss, idle jail"),
    ("per traced process, KB", ("KB per process", None), 4, "of 200 sleeping ones"),
    ("wake-ups of an idle jail, 1/s", ("wake-ups", None), 0, "broker and supervisor together"),
    ("window: call to card, ms", ("call to card", None), None,
     "median of ten on a virtual display, asked for over the accessibility bus"),
    ("window: click to the program going on, ms", ("click to going on", None), None,
     "likewise, the pointer's click with it"),
    ("window: a million log records, MiB", ("log records MiB", None), None, "the log's model alone"),
    ("window: a million log records, s", ("log records s", None), None, "from a pipe, made meanwhile"),
]

# Why a goal is not reached, beside the figure when it is not.
REASONS = {
    "allow, logged / floor": "its two stops are two floors; what is left reads the path, looks where "
                             "it leads and writes the record",
    "allow, logged / strace pinned": "likewise; strace stops twice too, two thirds of its time",
    "allow, logged / strace as started": "likewise; how slow strace is depends on where the two run",
    "held call, median / round trip": "six wake-ups where a round trip has two; some hundred values are "
                                      "packed by the supervisor and once more by the broker; then the "
                                      "tracer waits for its turn behind those who are told",
    "held call, p99 / round trip": "likewise",
    "held call, median / round trip, system": "likewise, and every message passes the bus daemon",
    "per held call, KB": "what is kept of its thread is in it",
    **{f"{work} / strace": "each call is stopped for twice, as by strace, which resolves no path and "
                           "names no descriptor"
       for work in ("make -j2", "compileall", "tar", "git gc", "find")},
}

WORK = {
    "make": "mkdir -p m && cd m && for i in $(seq 24); do echo \"int f$i(int x){return x+$i;}\" "
            ">f$i.c; done && printf 'all: %s\\n%%.o: %%.c\\n\\tgcc -c $<\\n' "
            "\"$(seq -f 'f%g.o' -s ' ' 24)\" >Makefile && rm -f *.o && make -j2 >/dev/null",
    "compileall": "mkdir -p p && for i in $(seq 60); do echo \"x = [n * $i for n in range(9)]\" "
                  ">p/m$i.py; done && /usr/bin/python3 -m compileall -q -f p",
    "tar": "tar -cf archive.tar /usr/include 2>/dev/null; mkdir -p x && tar -xf archive.tar -C x",
    "git gc": "rm -rf g && mkdir g && cd g && cp -r /usr/include/linux . && git init -q . && git add . "
              "&& git -c user.name=a -c user.email=a commit -qm all && git gc -q",
    "find": "find /usr/share -type f -newer /etc/hostname >/dev/null 2>&1 || :",
}
LESS_WORK = {"make": "true", "compileall": "true", "tar": "true", "git gc": "true", "find": "true"}


def field_kb(pid, name):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    return 0


def switches(pid):
    total = 0
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if "ctxt_switches" in line:
                total += int(line.split()[1])
    return total


class Bench:
    """Samples by name; `free` is a place whose daemon may run anywhere, `pinned` one on processor 0."""

    def __init__(self, free, pinned, quick, build):
        self.free, self.pinned, self.quick, self.build = free, pinned, quick, build
        self.count = 200 if quick else 20000
        self.idle = 20 if quick else 1000
        self.many = 100 if quick else 10000
        self.samples = {}
        self.held_kb = {}
        self.work = LESS_WORK if quick else WORK
        # The daemons come up where they are to stay.
        self._run(self.free, [], self._jailctl(self.free, "--default", "allow-forever"), ["true"])
        self._run(self.pinned, ["taskset", "-c", "0"],
                  self._jailctl(self.pinned, "--default", "allow-forever"), ["true"])

    def _jailctl(self, place, *options):
        return [place.bin / "jailctl", "run", "--user", "--ask", "none", *options, "--"]

    def _jail(self, place, rules):
        path = place.work / f"{rules.replace(' ', '-').replace(',', '')}.jail.json"
        path.write_text(json.dumps({"seccomp-jail": 1, "default": "allow-forever",
                                    "rules": RULES[rules]}))
        place.own(path)
        return self._jailctl(place, "--rules", path)

    def _run(self, place, prefix, jail, argv):
        result = place.run([*prefix, *jail, *argv], timeout=300)
        if result.returncode != 0:
            raise AssertionError(f"{argv} in {jail}: {result.returncode} {result.stderr}")
        return result.stdout

    def add(self, name, value):
        self.samples.setdefault(name, []).append(float(value))

    def _calls(self, name, place, jail, pinned, call="mkdirat", processes=1, idle=0, count=None):
        prefix = ["taskset", "-c", "0"] if pinned else []
        program = [place.bin / "bench" / "calls", str(count or self.count), call, str(processes),
                   str(idle)]
        self.add(name, self._run(place, prefix, jail, program))

    def run_round(self, only):
        for name, step in (("calls", self.calls), ("held", self.held), ("compute", self.compute),
                           ("start", self.start)):
            if not only or name in only:
                step()

    def run_once(self, only):
        for name, step in (("work", self.real_work), ("memory", self.memory),
                           ("pending", self.pending), ("system", self.system),
                           ("window", self.window)):
            if not only or name in only:
                step()

    def calls(self):
        floor = self.pinned.bin / "bench" / "floor"
        many = self.count * 20
        self._calls("bare", self.pinned, [], True)
        self._calls("plain filter", self.pinned, [floor, "plain"], True, "getppid", count=many)
        self._calls("forever", self.pinned, self._jail(self.pinned, "forever"), True, "getppid",
                    count=many)
        self._calls("floor", self.pinned, [floor, "0"], True)
        self._calls("floor, openat", self.pinned, [floor, "0"], True, "openat")
        self._calls("floor, free", self.free, [floor, "-"], False)
        for rules in ("allow, in the kernel", "allow, for ever"):
            self._calls(rules, self.pinned, self._jail(self.pinned, rules), True, count=many // 4)
        for rules in ("allow by path", "abort by path", "return by path"):
            self._calls(rules, self.pinned, self._jail(self.pinned, rules), True, "openat")
        for rules in ("allow, not logged", "allow, logged"):
            self._calls(rules, self.pinned, self._jail(self.pinned, rules), True)
        for rules in ("allow, not logged", "allow, logged"):
            self._calls(f"{rules}, free", self.free, self._jail(self.free, rules), False)
        self._calls("two hot", self.free, self._jail(self.free, "allow, not logged"), False,
                    processes=2)
        self._calls("1000 idle", self.pinned, self._jail(self.pinned, "allow, not logged"), True,
                    idle=self.idle)
        self._strace()

    def _strace(self):
        command = ["strace", "-f", "--seccomp-bpf", "-e", "trace=mkdirat", "-o", "/dev/null"]
        count = max(200, self.count // 10)
        self._calls("strace", self.free, command, False, count=count)
        self._calls("strace, pinned", self.pinned, command, True, count=count)

    def held(self):
        self._held(self.free, self.free.bin / "bench", self._jail(self.free, "notify"), "user",
                   ("held p50", "held p99", "round trip"))

    def _held(self, place, programs, jail, mode, names):
        count = 50 if self.quick else 2000
        client = place.start([programs / "answer", count, mode], stdout=-1)
        if client.stdout.readline() != b"ready\n":
            client.wait(20)
            raise AssertionError("the answering client did not come up")
        half, tail = self._run(place, [], jail, [programs / "held", str(count)]).split()
        for name, value in zip(names, (half, tail, client.communicate(timeout=60)[0])):
            self.add(name, value)

    def system(self):
        """The same over the system bus, with polkit, in a container."""
        try:
            with Machine(self.build) as machine:
                rules = machine.alice.put("notify.jail.json", json.dumps(
                    {"seccomp-jail": 1, "default": "allow-forever", "rules": RULES["notify"]}))
                self._held(machine.alice, self.build / "bin" / "bench",
                           ["jailctl", "run", "--system", "--ask", "none", "--rules", rules, "--"],
                           "system", ("system p50", "system p99", "system round trip"))
        except SystemExit:  # it has said what it needs
            print("the system bus is not measured", file=sys.stderr)

    def pending(self):
        self._pending(50, "few")
        self._pending(self.many, "many")
        self.add("KB per held call", (self.held_kb["many"] - self.held_kb["few"]) /
                 (self.many - 50))

    def _pending(self, count, name):
        place = self.free
        program = place.start([*self._jail(place, "notify"), place.bin / "bench" / "many", count],
                              stdout=-1)
        end = time.monotonic() + 300
        while self._held_count() < count:  # not asked often: it is measured, too
            if program.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{count} calls are not held at once")
            time.sleep(1)
        self.held_kb[name] = field_kb(self._supervisor(), "Pss")
        listed, one, each = self._run(place, [], [],
                                      [place.bin / "bench" / "pending", str(count)]).split()
        program.communicate(timeout=60)
        self.add(f"answer one of {name}", one)
        self.add(f"list each of {name}", float(listed) / count / 1000)
        self.add(f"answer each of {name}", float(each) / 1000)

    def _held_count(self):
        return sum(jail.get("pending", 0) for jail in self.free.json_lines("list", "--json"))

    def compute(self):
        program = self.free.bin / "bench" / "compute"
        self.add("compute bare", self._run(self.free, [], [], [program]))
        self.add("compute jailed",
                 self._run(self.free, [], self._jailctl(self.free, "--default", "allow"), [program]))

    def _wall(self, place, argv):
        before = time.monotonic()
        result = place.run(argv, timeout=600)
        if result.returncode != 0:
            raise AssertionError(f"{argv}: {result.returncode} {result.stderr[-500:]}")
        return (time.monotonic() - before) * 1000

    def start(self):
        bare = min(self._wall(self.free, ["true"]) for _ in range(5))
        jail = self._jailctl(self.free, "--default", "allow-forever")
        self.add("start more", min(self._wall(self.free, [*jail, "true"]) for _ in range(5)) - bare)
        with Jail(self.free.bin) as fresh:
            self.add("start cold", self._wall(fresh, [*self._jailctl(
                fresh, "--default", "allow-forever"), "true"]))

    def real_work(self):
        place = self.free
        learn = [place.bin / "jailctl", "run", "--user", "--ask", "none", "--rules", "learn", "--"]
        for name, script in self.work.items():
            for how, prefix in (("bare", []), ("jailed", learn),
                                ("strace", ["strace", "-f", "-o", "/dev/null"])):
                self.add(f"{name} {how}", self._wall(place, [*prefix, "sh", "-c", script]))

    def window(self):
        """The real window on a virtual display, and its log's model."""
        lacking = self._window_lacks()
        if lacking:
            print(f"the window is not measured: no {lacking}", file=sys.stderr)
            return
        tests = pathlib.Path(__file__).resolve().parents[1]
        said = self._window_run([tests / "support" / "gui" / "guienv", "/usr/bin/python3", "-W", "ignore",
                                 tests / "bench" / "gui-latency.py"],
                                PYTHONPATH=str(tests / "support" / "gui"), SJ_COUNT="3" if self.quick else "11")
        for name in ("call to card", "click to going on"):
            self.add(name, re.search(rf"^{name}: median ([\d.]+) ms", said, re.M).group(1))
        lines = 20000 if self.quick else 1000000
        said = self._window_run([self.build / "bin" / "gui-log-store", str(lines)])
        seconds, mib = re.search(rf"^{lines} lines in ([\d.]+) s, (\d+) MiB", said, re.M).groups()
        self.add("log records s", seconds)
        self.add("log records MiB", mib)

    def _window_lacks(self):
        """What is not here of what the window's figures take, '' for nothing."""
        for name in ("Xvfb", "xdotool", "dbus-run-session"):
            if not shutil.which(name):
                return name
        for name in ("jail-window", "gui-log-store"):
            if not (self.build / "bin" / name).exists():
                return name
        asked = subprocess.run(["/usr/bin/python3", "-c", "import gi; gi.require_version('Atspi', '2.0')"],
                               capture_output=True, check=False)
        return "gir1.2-atspi-2.0" if asked.returncode else ""

    def _window_run(self, argv, **more):
        result = subprocess.run(argv, env=dict(os.environ, SJ_BIN=str(self.build / "bin"), **more),
                                capture_output=True, text=True, timeout=300, check=False)
        if result.returncode != 0:
            raise AssertionError(f"{argv}: {result.returncode} {result.stdout[-500:]} {result.stderr[-500:]}")
        return result.stdout

    def _idle_jail(self, processes):
        """A jail with that many sleeping processes: (jailctl, supervisor's pid)."""
        script = f"for i in $(seq {processes}); do sleep 1000 & done; echo up; wait"
        process = self.free.start([*self._jailctl(self.free, "--default", "allow-forever"), "sh",
                                   "-c", script], stdout=-1)
        process.stdout.readline()
        time.sleep(0.3)
        return process, self._supervisor()

    def _supervisor(self):
        """The pid of the one that traces anything here."""
        for pid in self.free.processes():
            try:
                with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
                    for line in file:
                        if line.startswith("TracerPid:") and line.split()[1] != "0":
                            return int(line.split()[1])
            except FileNotFoundError:
                continue
        raise AssertionError("nobody is traced")

    def memory(self):
        few, supervisor = self._idle_jail(1)
        daemon = self.free.daemon_pid()  # it leaves when nobody has asked for a while
        one = field_kb(supervisor, "Pss")
        self.add("broker MB", field_kb(daemon, "Pss") / 1024)
        self.add("supervisor MB", one / 1024)
        before = switches(daemon) + switches(supervisor)
        time.sleep(0.5 if self.quick else 3)
        after = switches(daemon) + switches(supervisor)
        self.add("wake-ups", (after - before) / (0.5 if self.quick else 3))
        self._end(few)
        many = 20 if self.quick else 200
        crowd, supervisor = self._idle_jail(many)
        self.add("KB per process", (field_kb(supervisor, "Pss") - one) / (many - 1))
        self._end(crowd)

    def _end(self, process):
        for jail in self.free.json_lines("list", "--json"):
            if jail.get("state") == "running":
                self.free.jailctl("stop", str(jail["id"]))
        try:
            process.wait(20)
        except subprocess.TimeoutExpired as error:
            raise AssertionError("a stopped jail goes on") from error
        process.stdout.close()

    def figures(self):
        rows = []
        for name, (top, bottom), goal, how in RATIOS:
            value = None
            if top in self.samples and (bottom is None or bottom in self.samples):
                value = statistics.median(self.samples[top])
                if bottom:
                    value /= statistics.median(self.samples[bottom])
            rows.append({
                "name": name, "value": value, "goal": goal, "how": how,
                "text": "not measured" if value is None else f"{value:.2f}",
                "goal_text": "-" if goal is None else f"≤ {goal:.2f}",
                "met": None if value is None or goal is None else value <= goal,
                "reason": REASONS.get(name, "") if value and goal and value > goal else "",
            })
        return rows
