#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs real programs bare and under the all-allow preset: same output, same exit status.

    real.py BIN [--root] [--under COMMAND] NAME
"""
import argparse
import pathlib
import shlex
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from jail import Jail, need_programs, shell_status

# name: (programs it needs, script). Scripts print only what is the same at every run.
CASES = {
    "git": (["git"], r"""
        export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
        export GIT_CONFIG_GLOBAL=/dev/null GIT_PAGER=cat
        git init -q -b main origin && cd origin
        git config user.name n && git config user.email n@example.org
        for i in $(seq 30); do
                echo "line $i" >>file; git add file; git commit -qm "change $i" || exit 1
        done
        git branch side HEAD~5; cd ..; git clone -q origin copy; cd copy
        git config user.name n && git config user.email n@example.org
        git checkout -q -b own; echo own >own; git add own; git commit -qm own
        git rebase -q origin/side 2>&1 | tail -n 1; git gc -q --prune=now; git fsck --no-progress
        git log --format='%H %s' --all; git status --short; git diff HEAD~1 | cksum
        """),
    "make": (["make", "gcc"], r"""
        for i in 1 2 3 4 5 6; do
                printf 'int f%d(int x) { return x * %d; }\n' $i $i >f$i.c
        done
        printf '#include <stdio.h>\nint f1(int), f6(int);\n' >main.c
        printf 'int main(void) { printf("%%d\\n", f1(6) * f6(7)); return 3; }\n' >>main.c
        printf 'OBJECTS = main.o f1.o f2.o f3.o f4.o f5.o f6.o\nall: program\n' >Makefile
        printf 'program: $(OBJECTS)\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -O2 -c -o $@ $<\n' >>Makefile
        make -j2 | sort; ./program; echo "status $?"; make; touch f3.c; make -j2 | sort
        make nonsense 2>&1; echo "status $?"
        """),
    "python": (["python3"], r"""
        /usr/bin/python3 - <<'PROGRAM'
import concurrent.futures, hashlib, multiprocessing, os, signal, subprocess, tempfile, threading
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    runs = list(pool.map(lambda n: subprocess.run(["sh", "-c", f"echo {n}; exit {n}"],
                                                  capture_output=True), range(12)))
print([(run.returncode, run.stdout) for run in runs])
events = [threading.Event() for _ in range(20)]
def relay(i):
    events[i].wait()
    if i + 1 < len(events):
        events[i + 1].set()
threads = [threading.Thread(target=relay, args=(i,)) for i in range(20)]
[t.start() for t in threads]; events[0].set(); [t.join() for t in threads]
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(len, [b"a" * n for n in range(10)]))
seen = []
signal.signal(signal.SIGALRM, lambda *unused: seen.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.05); signal.pause(); print(seen)
try:
    subprocess.run(["sleep", "10"], timeout=0.1)
except subprocess.TimeoutExpired:
    print("timed out")
with tempfile.NamedTemporaryFile() as file:
    file.write(os.urandom(100000)); file.flush()
    sum_ = subprocess.run(["sha256sum", file.name], capture_output=True).stdout.split()[0].decode()
    print(sum_ == hashlib.sha256(open(file.name, "rb").read()).hexdigest())
PROGRAM
        echo "status $?"
        """),
    "tar": (["tar", "gzip"], r"""
        mkdir -p tree/a/b tree/c; for i in $(seq 200); do seq $i >tree/a/$i; done
        ln -s ../a tree/c/link; ln tree/a/1 tree/c/hard; mkfifo tree/c/fifo
        tar --sort=name --mtime=@0 --owner=0 --group=0 -cf - tree | gzip -n | tee archive.gz | cksum
        mkdir out; gzip -dc archive.gz | tar -xf - -C out; tar -tzf archive.gz | sort | cksum
        diff -r --no-dereference tree/a out/tree/a && echo same; find out | sort | cksum
        """),
    "perl": (["perl"], r"""
        perl -e '
                $SIG{CHLD} = sub { 1 while waitpid(-1, 1) > 0 };
                for my $i (1 .. 5) { print `echo $i`; }
                open(my $pipe, "-|", "seq 1000"); my $sum = 0; $sum += $_ while <$pipe>; close $pipe;
                print "$sum\n"; my $pid = fork // die; if (!$pid) { exit 3 } select undef, undef, undef, 0.1;
                local $SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; sleep 10 }; print $@;
                my %h; $h{$_ % 7}++ for 1 .. 100000; print "$_ $h{$_}\n" for sort keys %h;'
        """),
    "sort": (["sort"], r"""
        seq 300000 | awk '{ print ($1 * 7919) % 300007 }' >numbers
        sort -n --parallel=2 -S 1M -T . numbers | cksum; sort -R --random-source=numbers numbers | wc -l
        sort -n numbers | uniq -c | awk '$1 > 1' | wc -l; ls | sort
        """),
    "bash": (["bash"], r"""
        exec 2>/dev/null # when bash tells of a job's end is a matter of the moment
        bash -c 'trap "echo got USR1" USR1; (sleep 0.2; kill -USR1 $$) & wait; echo "wait $?"
                coproc cat; echo hello >&${COPROC[1]}; read -u ${COPROC[0]} x; echo $x
                f() { return 7; }; f; echo $?; echo $(seq 5 | while read n; do echo -n $((n * n)),; done)
                exec 5<<<"here"; cat <&5; diff <(seq 3) <(seq 4); timeout 0.2 sleep 5; echo "timeout $?"
                ulimit -n 64; ls /proc/self/fd | wc -l; kill -9 $BASHPID'
        echo "status $?"
        """),
    "find": (["find", "xargs"], r"""
        find /usr/share/doc -maxdepth 1 2>/dev/null | sort | head -n 200 | xargs -P 2 -n 10 ls -d | sort | cksum
        find /etc -name '*.conf' -readable -exec cat {} + 2>/dev/null | cksum
        ps -o pid= -p $$ | wc -l; df / | wc -l; id -u; date -u -d @0; uname -s; env | grep -c HOME
        """),
}


def observe(jail, prefix, name, number):
    """Runs the script in a directory of its own, with the same path both times."""
    directory = jail.own_directory(f"real-{name}-{number}")
    place = jail.work / "place"
    if place.is_symlink():
        place.unlink()
    place.symlink_to(directory)
    result = jail.run([*prefix, "sh", "-c", CASES[name][1]], cwd=place, timeout=120)
    return shell_status(result.returncode), result.stdout, result.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--root", action="store_true", help="stay root")
    parser.add_argument("--under", type=shlex.split)
    parser.add_argument("name", choices=CASES)
    options = parser.parse_args()
    need_programs(*CASES[options.name][0])
    with Jail(options.bin, as_root=options.root) as jail:
        prefix = options.under or [jail.bin / "jailctl", "run", "--user", "--rules", "all-allow",
                                   "--ask", "none", "--"]
        bare = observe(jail, ["env"], options.name, 1)
        jailed = observe(jail, prefix, options.name, 2)
    if bare == jailed:
        print(f"{options.name}: the same, {len(bare[1].splitlines())} lines, status {bare[0]}")
        return 0
    for what, here, there in zip(("status", "output", "errors"), bare, jailed):
        if here != there:
            print(f"== {what}, bare:\n{here}\n== {what}, jailed:\n{there}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
