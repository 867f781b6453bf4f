# SPDX-License-Identifier: GPL-3.0-or-later
"""There is one window of a person: a second start, and the session bus by the service file, show the one that is
there; in the background, which the autostart file starts, there is none until it is wanted."""
import configparser
import os
import pathlib
import subprocess

from window import NAME, NOTIFICATION_SERVER, Window, children, end_daemon, popup, press, run_each, settings, wait

HOME = pathlib.Path(os.environ["HOME"])
BIN = pathlib.Path(os.environ["SJ_BIN"])
JAILCTL = BIN / "jailctl"
MADE = BIN.parent / "client-gui"
BUS_NAME = "org.deepin.SeccompJail"


def bus(*arguments):
    return subprocess.run(["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/", "-m",
                           *arguments], capture_output=True, text=True, timeout=60, check=True).stdout


def owned(name):
    return "true" in bus("org.freedesktop.DBus.NameHasOwner", name)


def window_pid():
    said = bus("org.freedesktop.DBus.GetConnectionUnixProcessID", BUS_NAME)
    return int(said.split()[1].rstrip(",)"))


def windows(window):
    return [node.get_name() for node in children(window.app)]


def started_again(*arguments):
    """A second start, which ends by itself once the first has been told."""
    done = subprocess.run([str(BIN / NAME), "--user", *arguments], timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def a_second_start_shows_the_first(window):
    before = windows(window)
    started_again()
    assert window_pid() == window.process.pid and window.process.poll() is None
    assert windows(window) == before, windows(window)


def installed(name):
    """The file as it is installed, but for the directory of its programs: those of the build are run."""
    text = (MADE / name).read_text()
    assert text.count(f"/{NAME} ") == 1, text
    lines = [f"{key}={BIN}/{NAME} {value.split(' ', 1)[1]}" if key == "Exec" else line
             for line in text.splitlines() for key, _, value in [line.partition("=")]]
    return "\n".join(lines) + "\n"


def activated_by_the_bus():
    """The service file in the bus's own directory for this session; activation shows the window, once more the same."""
    directory = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "dbus-1" / "services"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{BUS_NAME}.service").write_text(installed(f"{BUS_NAME}.service"))
    bus("org.freedesktop.DBus.ReloadConfig")
    wait(lambda: BUS_NAME in bus("org.freedesktop.DBus.ListActivatableNames"), 40, "the service file")
    with Activated() as window:
        pid = window_pid()
        started_again()
        assert window_pid() == pid and len(windows(window)) == 1
    (directory / f"{BUS_NAME}.service").unlink()


class Activated(Window):
    """The window that a desktop asks the bus for."""

    def __enter__(self):
        subprocess.run(["gdbus", "call", "--session", "-d", BUS_NAME, "-o", "/org/deepin/SeccompJail", "-m",
                        "org.freedesktop.Application.Activate", "{}"], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        self.app = self.application()
        self.main = wait(lambda: next(children(self.app), None), what="a window")
        return self

    def __exit__(self, kind, error, trace):
        subprocess.run(["gdbus", "call", "--session", "-d", BUS_NAME, "-o", "/org/deepin/SeccompJail", "-m",
                        "org.freedesktop.Application.ActivateAction", "quit", "[]", "{}"], timeout=60,
                       check=True, stdout=subprocess.DEVNULL)
        wait(lambda: not owned(BUS_NAME), 40, "the window's end")


def autostart():
    """The words that the autostart file runs, and that it does so only when a person switches it on."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(installed(f"{BUS_NAME}.background.desktop"))
    entry = parser["Desktop Entry"]
    assert entry["Hidden"] == "true", "the window starts with every desktop unasked"
    return entry["Exec"].split()[1:]


def shown(window):
    """What this process has on the screen."""
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(window.process.pid)],
                          capture_output=True, text=True, timeout=60).stdout.split()


def held(name):
    return subprocess.Popen([str(JAILCTL), "run", "--user", "--ask", "none", "--default", "allow", "--rule",
                             "mkdir=notify", "--", "mkdir", name], cwd=HOME, stderr=subprocess.DEVNULL)


def in_the_background_it_asks_and_a_second_start_shows_it():
    with Window(*autostart(), expect_window=False) as window:
        wait(lambda: owned(BUS_NAME), 40, "the window's name on the bus")
        if NOTIFICATION_SERVER:
            server = subprocess.Popen([NOTIFICATION_SERVER], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process = held("from-behind")
                press(wait(lambda: popup(window, "Allow"), 40, "a notification"))
                assert process.wait(40) == 0 and (HOME / "from-behind").is_dir()
            finally:
                server.terminate()
                server.wait()
        assert not shown(window), "there is a window in the background"
        started_again()
        assert wait(lambda: shown(window), 40, "something on the screen")
        window.app = window.application()
        window.main = wait(lambda: next(children(window.app), None), 40, "a window")
        window.label("Nothing Waits for You")
        assert window_pid() == window.process.pid


settings(preset="all-allow", notifications="true", background="false")
with Window() as one:
    run_each(one, a_second_start_shows_the_first)
wait(lambda: not owned(BUS_NAME), 40, "the window's end")
activated_by_the_bus()
print("ok activated_by_the_bus", flush=True)
in_the_background_it_asks_and_a_second_start_shows_it()
print("ok in_the_background_it_asks_and_a_second_start_shows_it", flush=True)
end_daemon()
