# SPDX-License-Identifier: GPL-3.0-or-later
"""A 4K screen, filled: the pages keep their text readable in width, and nothing is lost."""
import os
import pathlib

from window import Window, drawn, end_daemon, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
TARGET = pathlib.Path(os.environ.get("SJ_SCREENSHOTS", HOME))
WIDTH, HEIGHT = 3840, 2160

settings(preset="all-allow", notifications="false", width=WIDTH - 10, height=HEIGHT - 10)
TARGET.mkdir(parents=True, exist_ok=True)
with Window() as window:
    window.start("sh", "-c 'mkdir one & mkdir two & wait'", calls="mkdir")
    window.label('mkdir("two", 0777)')
    extents = window.main.get_component_iface().get_extents(1)
    assert extents.width > WIDTH * 0.9 and extents.height > HEIGHT * 0.9, (extents.width, extents.height)
    for page in ("Pending", "Rules", "Processes", "Log", "Activity"):
        window.page(page)
        time.sleep(0.5)
        window.screenshot(TARGET / f"4k-{page}.png")
    window.page("Pending")
    card = window.find("label", 'mkdir("two", 0777)')
    buttons = [b.get_component_iface().get_extents(1) for b in window.all("push button", "Allow")]
    label = card.get_component_iface().get_extents(1)
    assert all(b.x - label.x < 1200 for b in buttons), "a card as wide as the screen"
    window.press("Stop the Program")
    window.label("ended by signal 9")
end_daemon()
