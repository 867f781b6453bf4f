# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls put into two processes side by side."""
import os
import pathlib

from window import Window, end_daemon, press, settings, wait, walk, drawn, sensitive

HOME = pathlib.Path(os.environ["HOME"])


def two_processes_make_a_folder_each(window):
    window.start("sh", "-c 'sleep 1000 & sleep 1001'")
    window.page("Processes")
    window.label("3 processes")
    window.keys_to("Processes", "ctrl+a")
    entries = wait(lambda: (lambda found: found if len(found) >= 2 else None)(
        [n for n in window.all(name="Call to execute") if n.get_editable_text_iface()]), 40,
        "two forms")
    for i, entry in enumerate(entries[:2]):
        path = HOME / f"injected-{i}"
        entry.get_editable_text_iface().set_text_contents(f'mkdir("{path}", 0755)')
    buttons = wait(lambda: (lambda found: found if len(found) >= 2 else None)(
        [n for n in window.all("push button", "Execute") if sensitive(n)]), 40, "two buttons")
    for button in buttons[:2]:
        press(button)
    wait(lambda: (HOME / "injected-0").is_dir() and (HOME / "injected-1").is_dir(), 40,
         "two folders")
    window.press("Stop the Program")
    window.label("ended by signal 9")


settings(preset="all-allow", notifications="false", output="false")
with Window() as window:
    two_processes_make_a_folder_each(window)
end_daemon()
