# SPDX-License-Identifier: GPL-3.0-or-later
"""A notification of a real server answers by its button, and is withdrawn when its call is gone."""
import os
import pathlib
import subprocess
import sys

from window import Window, drawn, end_daemon, press, settings, wait, walk

HOME = pathlib.Path(os.environ["HOME"])
SERVERS = ["/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd",
           "/usr/libexec/xfce4/notifyd/xfce4-notifyd"]
SERVER = next((path for path in SERVERS if os.access(path, os.X_OK)), None)


def owned():
    said = subprocess.run(["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/",
                           "-m", "org.freedesktop.DBus.NameHasOwner",
                           "org.freedesktop.Notifications"], capture_output=True, text=True)
    return "true" in said.stdout


def popup_button(window, name):
    server = window.application("xfce4-notifyd")
    return next((n for n in walk(server) if n.get_role_name() == "push button"
                 and n.get_name() == name and drawn(n)), None)


def its_allow_button_allows(window):
    window.start("mkdir", "noticed", calls="mkdir")
    press(wait(lambda: popup_button(window, "Allow"), 40, "the notification's Allow"))
    wait(lambda: (HOME / "noticed").is_dir(), 40, "the folder")


def it_is_withdrawn_when_answered_in_the_window(window):
    window.start("mkdir", "withdrawn", calls="mkdir")
    wait(lambda: popup_button(window, "Refuse"), 40, "the notification")
    window.answer("Refuse")
    wait(lambda: popup_button(window, "Refuse") is None, 40, "the notification's end")
    assert not (HOME / "withdrawn").exists()


if not SERVER:
    print("skip (package): no xfce4-notifyd")
    sys.exit(77)
settings(preset="all-allow", notifications="true")
server = subprocess.Popen([SERVER], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    wait(owned, 40, "a notification server")
    with Window() as window:
        its_allow_button_allows(window)
        it_is_withdrawn_when_answered_in_the_window(window)
finally:
    server.terminate()
    end_daemon()
