#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls put into many threads of several processes at once: each makes its own, none notices."""
import concurrent.futures
import json
import subprocess

from pty_jail import main

THREADS, PROCESSES, ROUNDS = 5, 3, 6

# Each thread waits in another way, until its process's standard input ends.
PROGRAM = f"""
import os, select, signal, socket, sys, threading, time
for _ in range({PROCESSES - 1}):
    if os.fork() == 0:
        break
end, write = os.pipe()
left, right = socket.socketpair()
poll = select.epoll()
poll.register(end, select.EPOLLIN)
over = threading.Event()
failed = []

def guarded(wait):
    try:
        wait()
    except BaseException as error:
        failed.append(error)

def spin():
    while not over.is_set():
        pass

for wait in (lambda: os.read(end, 1), lambda: select.select([end], [], []),
             lambda: poll.poll(), lambda: left.recv(1), over.wait)[:{THREADS}]:
    threading.Thread(target=guarded, args=(wait,)).start()
threading.Thread(target=guarded, args=(spin,)).start()
print("ready", flush=True)
while not os.path.exists("stop"):
    time.sleep(0.05)
right.send(b"x")
os.write(write, b"xxxx")
over.set()
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join()
print("failed" if failed else "fine", flush=True)
if os.getpid() != os.getpgid(0):
    os._exit(0)
for _ in range({PROCESSES - 1}):
    try:
        os.wait()
    except ChildProcessError:
        pass
"""


def every_thread_makes_its_own_call(jail):
    for default in ("allow-forever", "allow"):
        running = jail.start([jail.bin / "jailctl", "run", "--ask", "none", "--default", default,
                              "--", "/usr/bin/python3", "-c", PROGRAM],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(PROCESSES):
            assert running.stdout.readline() == "ready\n"
        number, = [one["id"] for one in jail.json_lines("list", "--json")
                   if one["state"] == "running"]
        threads = [line["tid"] for line in jail.json_lines("ps", str(number), "--json")]
        assert len(threads) == PROCESSES * (THREADS + 2), threads

        def put_in(tid):
            result = jail.jailctl("inject", str(tid), "gettid()", "--json")
            return result.returncode, json.loads(result.stdout or "{}").get("return"), result.stderr
        with concurrent.futures.ThreadPoolExecutor(len(threads)) as pool:
            for _ in range(ROUNDS):
                for tid, (status, answer, said) in zip(threads, pool.map(put_in, threads)):
                    assert status == 0 and answer == tid, (tid, status, answer, said)
        together = jail.json_lines("inject", *map(str, threads), "getppid()", "--json")
        assert sorted(one["tid"] for one in together) == sorted(threads), together
        (jail.work / "stop").touch()
        output = running.stdout.read()
        assert running.wait(30) == 0 and output.split() == ["fine"] * PROCESSES, output
        running.stdout.close()
        (jail.work / "stop").unlink()
        records = jail.json_lines("log", str(number), "--json", "--call", "gettid")
        injected = [one for one in records if one["by"] == "injection"]
        assert len(injected) == ROUNDS * len(threads), len(injected)


if __name__ == "__main__":
    main([every_thread_makes_its_own_call])
