# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes and threads as they are now, what one has open and mapped; the counts of calls, which lead to the log."""
import os
import pathlib
import subprocess

from window import Window, end_daemon, run_each, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
PROGRAM = HOME / "threads.py"
PROGRAM.write_text('''
import threading, time
kept = open("kept-open", "w")
for i in range(3):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
time.sleep(1000)
''')


def threads_are_folded_and_shown(window):
    window.start("/usr/bin/python3", str(PROGRAM))
    window.page("Processes")
    window.label("1 process")
    window.press("Threads")
    wait(lambda: sum(text == "python3" for text in window.labels()) >= 4, 40, "four threads")
    window.press("Threads")


def one_is_inspected(window):
    window.keys_to("Processes", "ctrl+a")
    window.press("Inspect…")
    wait(lambda: window.app.get_child_count() == 2, 20, "the dialog")
    dialog = window.app.get_child_at_index(1)
    window.label("Open Files", root=dialog)
    window.label("Memory Areas", root=dialog)
    window.label(str(HOME / "kept-open"), root=dialog)
    window.keys("Escape")
    window.alone()


def a_row_of_the_counts_leads_to_its_calls_in_the_log(window):
    window.page("Activity")
    label = window.find("label", "openat").get_component_iface().get_extents(1)
    subprocess.run(["xdotool", "mousemove", str(label.x + 10), str(label.y + 6), "click",
                    "--repeat", "2", "--delay", "120", "1"], check=True)
    wait(lambda: window.text("Search the log") == "openat", 40, "the log's search for it")
    window.label(" of ")
    window.press("Stop the Program")
    window.label("ended by signal 9")


settings(preset="all-allow", notifications="false", output="false")
with Window() as window:
    run_each(window, threads_are_folded_and_shown, one_is_inspected,
             a_row_of_the_counts_leads_to_its_calls_in_the_log)
end_daemon()
