# SPDX-License-Identifier: GPL-3.0-or-later
"""Milliseconds from a call to its card on screen, and from the click to the program going on.

  SJ_BIN=build/release/bin PYTHONPATH=tests/support/gui \\
      tests/support/gui/guienv /usr/bin/python3 -W ignore tests/bench/gui-latency.py

The program writes the clock before and after each call; the card's button is asked for over the
accessibility bus and clicked by xdotool; both are part of what is measured.
"""
import os
import pathlib
import statistics
import subprocess

from window import Window, end_daemon, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
COUNT = int(os.environ.get("SJ_COUNT", "11"))  # the first, held while the dialog closes, is not counted
PROGRAM = HOME / "calls.py"
STAMPS = HOME / "stamps"
PROGRAM.write_text(f'''
import os, time
out = open("{STAMPS}", "w", buffering=1)
for i in range({COUNT}):
    print(time.monotonic_ns(), file=out)
    try:
        os.mkdir("made-%d" % i)
    except OSError:
        pass
    print(time.monotonic_ns(), file=out)
    time.sleep(0.2)
''')


def stamps():
    try:
        return [int(line) for line in STAMPS.read_text().split()]
    except OSError:
        return []


settings(preset="all-allow", notifications="false", output="false")
shown, gone = [], []
with Window() as window:
    window.start("/usr/bin/python3", str(PROGRAM), calls="mkdir")
    cards = window.find(name="Calls that wait for an answer", seen=False)
    for i in range(COUNT):
        wait(lambda: len(stamps()) > 2 * i, 15, "the call")
        end = time.monotonic() + 15
        while cards.get_child_count() == 0 and time.monotonic() < end:
            pass
        seen = time.monotonic_ns()
        shown.append((seen - stamps()[2 * i]) / 1e6)
        time.sleep(0.7)  # the button sleeps for half a second
        # A real click: an activation by key or by the accessibility bus waits 250 ms in GTK.
        extents = window.button("Allow").get_component_iface().get_extents(1)
        subprocess.run(["xdotool", "mousemove", str(extents.x + extents.width // 2),
                        str(extents.y + extents.height // 2)], check=True)
        time.sleep(0.1)
        pressed = time.monotonic_ns()
        subprocess.run(["xdotool", "click", "1"], check=True)
        wait(lambda: len(stamps()) > 2 * i + 1, 15, "the program to go on")
        gone.append((stamps()[2 * i + 1] - pressed) / 1e6)
        end = time.monotonic() + 15
        while cards.get_child_count() and time.monotonic() < end:
            time.sleep(0.005)
end_daemon()
for name, values in (("call to card", shown[1:]), ("click to going on", gone[1:])):
    print(f"{name}: median {statistics.median(values):.1f} ms, worst {max(values):.1f} ms, "
          f"{len(values)} calls")
