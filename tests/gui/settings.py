# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings are kept and act: the rules to start from, colours, notifications; About says what this is."""
import configparser
import os
import pathlib

from window import Window, end_daemon, run_each, settings, wait

HOME = pathlib.Path(os.environ["HOME"])
FILE = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "seccomp-jail" / "window.ini"


def kept(key):
    parser = configparser.ConfigParser()
    parser.read(FILE, encoding="utf-8")
    return parser.get("window", key, fallback=None)


def what_is_changed_is_kept(window):
    window.press_menu("Main Menu", "Preferences")
    dialog = window.dialog("Preferences")
    window.toggle("Notifications", dialog)
    wait(lambda: kept("notifications") == "false", 40, "notifications off in the file")
    window.toggle("Keep Asking in the Background", dialog)
    wait(lambda: kept("background") == "true", 40, "the background mode in the file")
    window.keys("Escape")
    window.alone()


def about_says_what_this_is(window):
    window.press_menu("Main Menu", "About Seccomp Jail")
    wait(lambda: window.app.get_child_count() == 2, 15, "About")
    about = window.app.get_child_at_index(1)
    window.label("Seccomp Jail", root=about)
    window.keys("Escape")
    window.alone()


def the_rules_to_start_from_are_those_of_the_settings(window):
    window.press("Start a Program")
    dialog = window.dialog("Start a Program")
    wait(lambda: "no-network" in window.labels(dialog), 15, "the preset of the settings")
    window.keys("Escape")
    window.alone()


settings(preset="no-network", notifications="true", background="false")
with Window() as window:
    run_each(window, what_is_changed_is_kept, about_says_what_this_is,
             the_rules_to_start_from_are_those_of_the_settings)
assert kept("preset") == "no-network"
end_daemon()
