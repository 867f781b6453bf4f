# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon goes away: the window says so, starts another, and works on."""
from window import Window, end_daemon, settings

settings(preset="all-allow", notifications="false")
with Window() as window:
    window.label("Your own service")
    end_daemon()
    window.label("Your own service", 20)
    window.start("mkdir", "again", calls="mkdir")
    window.label('mkdir("again", 0777)')
    window.answer("Refuse")
    window.ended("mkdir again", "ended with status 1")
end_daemon()
