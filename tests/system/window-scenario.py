# SPDX-License-Identifier: GPL-3.0-or-later
"""What test-window.py has a person do in the window, in his session of the machine: window-scenario.py WHAT."""
import os
import pathlib
import sys

from window import Window, settings, wait

HOME = pathlib.Path(os.environ["HOME"])  # private, as the display is
OUTSIDE = pathlib.Path(os.environ["SJ_OUTSIDE"])  # what both sides of the test see


def answered():
    """A program of one's own, traced by the system service."""
    with Window("--system") as window:
        window.label("System service")
        window.start("mkdir", "from-window", calls="mkdir")
        window.label('mkdir("from-window", 0777)')
        window.answer("Allow")
        window.ended("mkdir from-window")
    assert (HOME / "from-window").is_dir()


def denied():
    """What polkit refuses is said, and nothing runs."""
    with Window("--system") as window:
        window.label("System service")
        window.press("Start a Program")
        dialog = window.dialog("Start a Program")
        window.type("Program", "mkdir", dialog)
        window.type("Arguments", "refused", dialog)
        window.press("Start", dialog)
        wait(lambda: any("the permission was refused" in text
                         for root in range(window.app.get_child_count())
                         for text in window.labels(window.app.get_child_at_index(root))), 40,
             "word of the refusal")
    assert not (HOME / "refused").exists()


def restarted():
    """The service restarts while a call is held: the window finds both again."""
    with Window("--system") as window:
        window.start("mkdir", "over-restart", calls="mkdir")
        window.label('mkdir("over-restart", 0777)')
        (OUTSIDE / "restart-now").touch()
        wait((OUTSIDE / "restarted").exists, 60, "the restart")
        window.label("System service", 60)
        window.card('mkdir("over-restart", 0777)', "Allow")
        window.ended("mkdir over-restart")
    assert (HOME / "over-restart").is_dir()


settings(preset="all-allow", notifications="false", output="false")
{"answered": answered, "denied": denied, "restarted": restarted}[sys.argv[1]]()
