# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that floods the window with held calls, SJ_FLOOD (2000) at once, each with a card of its own: the window
answers all the while, one of them can be allowed, and stopping the program takes all of them away."""
import os
import pathlib
import time as clock

from window import Window, end_daemon, settings

HOME = pathlib.Path(os.environ["HOME"])
COUNT = int(os.environ.get("SJ_FLOOD", "2000"))
PATIENCE = 15  # seconds: far more than a flood may cost, and less than the test waits for an answer

PROGRAM = HOME / "flood.py"
PROGRAM.write_text(f'''
import os, threading
threading.stack_size(65536)
for i in range({COUNT}):
    threading.Thread(target=os.fsync, args=(10000 + i,)).start()
''')


def longest_answer(window, until):
    """How long the window took to answer the slowest question, asked until the condition holds."""
    slowest = 0.0
    end = clock.monotonic() + 240
    while clock.monotonic() < end:
        slowest = max(slowest, window.answer_time())
        if until():
            return slowest
        clock.sleep(0.05)
    raise AssertionError(f"no end of the flood; {window.labels()[:12]}")


settings(preset="all-allow", notifications="false", output="false")
with Window() as window:
    window.start("/usr/bin/python3", str(PROGRAM), calls="fsync")
    slowest = longest_answer(window, lambda: str(COUNT) in window.labels())
    print(f"{COUNT} calls held; the slowest answer of the window took {slowest:.2f} s", flush=True)
    assert slowest < PATIENCE, slowest
    window.card("fsync(10000)", "Allow")
    window.label(str(COUNT - 1))
    window.press("Stop the Program")
    slowest = longest_answer(window, lambda: "Nothing Waits for You" in window.labels())
    print(f"all gone; the slowest answer took {slowest:.2f} s", flush=True)
    assert slowest < PATIENCE, slowest
end_daemon()
