# SPDX-License-Identifier: GPL-3.0-or-later
"""A notification of a real server answers by its button, is merged with others, and is withdrawn when its call is
gone; closing it answers nothing; without a server, and without a window, calls are held all the same."""
import json
import os
import pathlib
import subprocess
import sys

from window import NOTIFICATION_SERVER, Window, end_daemon, popup, press, run_each, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
JAILCTL = pathlib.Path(os.environ["SJ_BIN"]) / "jailctl"


def owned():
    said = subprocess.run(["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/",
                           "-m", "org.freedesktop.DBus.NameHasOwner",
                           "org.freedesktop.Notifications"], capture_output=True, text=True)
    return "true" in said.stdout


def held(window, name):
    """Starts a mkdir from outside of the window, which nobody looks at then."""
    process = subprocess.Popen([str(JAILCTL), "run", "--user", "--ask", "none", "--default", "allow",
                                "--rule", "mkdir=notify", "--", "mkdir", name], cwd=HOME,
                               stderr=subprocess.DEVNULL)
    wait(lambda: name in subprocess.run([str(JAILCTL), "pending", "--json"], capture_output=True,
                                        text=True, timeout=60).stdout, 40, "a held call")
    return process


def its_allow_button_allows(window):
    window.start("mkdir", "noticed", calls="mkdir")
    press(wait(lambda: popup(window, "Allow"), 40, "the notification's Allow"))
    wait(lambda: (HOME / "noticed").is_dir(), 40, "the folder")


def it_is_withdrawn_when_answered_in_the_window(window):
    window.start("mkdir", "withdrawn", calls="mkdir")
    wait(lambda: popup(window, "Refuse"), 40, "the notification")
    window.answer("Refuse")
    wait(lambda: popup(window, "Refuse") is None, 40, "the notification's end")
    assert not (HOME / "withdrawn").exists()


def it_is_withdrawn_when_the_process_dies(window):
    process = held(window, "mortal")
    wait(lambda: popup(window, "Allow"), 40, "the notification")
    wait(lambda: popup(window, "mortal", "label"), 40, "what it is about")
    subprocess.run([str(JAILCTL), "stop", jail_of("mortal")], check=True, timeout=60)
    process.wait(40)
    wait(lambda: popup(window, "Allow") is None, 40, "the notification's end")
    assert not (HOME / "mortal").exists()


def jail_of(name):
    listed = subprocess.run([str(JAILCTL), "list", "--json"], capture_output=True, text=True,
                            timeout=60, check=True).stdout
    return str(next(jail["id"] for jail in map(json.loads, listed.splitlines())
                    if name in jail["args"] and jail["state"] == "running"))


def several_are_one_notification_that_shows_the_window(window):
    processes = [held(window, f"many-{i}") for i in range(3)]
    wait(lambda: popup(window, "others are waiting", "label"), 40, "one notification for all")
    assert popup(window, "Allow") is None, "several calls are answered by one button"
    press(wait(lambda: popup(window, "Show"), 40, "its Show"))
    for i, process in enumerate(processes):
        window.card(f'mkdir("many-{i}", 0777)', "Allow")
        process.wait(40)
        assert (HOME / f"many-{i}").is_dir()


def closing_it_answers_nothing(window):
    process = held(window, "closed")
    wait(lambda: popup(window, "Allow"), 40, "the notification")
    subprocess.run(["gdbus", "call", "--session", "-d", "org.freedesktop.Notifications", "-o",
                    "/org/freedesktop/Notifications", "-m",
                    "org.freedesktop.Notifications.CloseNotification", newest()], check=True,
                   stdout=subprocess.DEVNULL)
    wait(lambda: popup(window, "Allow") is None, 40, "the notification's end")
    time.sleep(0.5)
    assert process.poll() is None and not (HOME / "closed").exists(), "closing it has answered"
    window.answer("Refuse")
    assert process.wait(40) == 1


def newest():
    """The number that the server gave last: it counts."""
    said = subprocess.run(["gdbus", "call", "--session", "-d", "org.freedesktop.Notifications", "-o",
                           "/org/freedesktop/Notifications", "-m",
                           "org.freedesktop.Notifications.Notify", "test", "0", "", "x", "", "[]",
                           "{}", "1"], capture_output=True, text=True, check=True).stdout
    return str(int(said.split()[1].rstrip(",)")) - 1)


def without_a_window_it_asks_all_the_same():
    with Window("--background", expect_window=False) as window:
        process = held(window, "background")
        press(wait(lambda: popup(window, "Allow"), 40, "a notification without a window"))
        assert process.wait(40) == 0 and (HOME / "background").is_dir()


def without_a_server_the_window_works():
    with Window() as window:
        process = held(window, "no-server")
        window.label('mkdir("no-server", 0777)')
        window.answer("Allow")
        assert process.wait(40) == 0


if not NOTIFICATION_SERVER:
    print("skip (package): no xfce4-notifyd")
    sys.exit(77)
settings(preset="all-allow", notifications="true")
server = subprocess.Popen([NOTIFICATION_SERVER], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    wait(owned, 40, "a notification server")
    with Window() as window:
        run_each(window, its_allow_button_allows, it_is_withdrawn_when_answered_in_the_window,
                 it_is_withdrawn_when_the_process_dies, closing_it_answers_nothing,
                 several_are_one_notification_that_shows_the_window)
    without_a_window_it_asks_all_the_same()
    server.terminate()
    server.wait()
    without_a_server_the_window_works()
finally:
    server.terminate()
    end_daemon()
