# SPDX-License-Identifier: GPL-3.0-or-later
"""The real jail-window under guienv, pressed and read through the accessibility tree.

Run with Debian's /usr/bin/python3 (python3-gi, gir1.2-atspi-2.0), inside tests/support/gui/guienv.
"""
import gettext
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

Atspi.init()
Atspi.set_timeout(20000, 20000)  # milliseconds; without, a busy machine's window is taken for a dead one
NAME = "jail-window"
NOTIFICATION_SERVER = next((path for path in ("/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd",
                                              "/usr/libexec/xfce4/notifyd/xfce4-notifyd")
                            if os.access(path, os.X_OK)), None)


def wait(question, timeout=40, what="condition"):
    end = time.monotonic() + timeout
    while True:
        try:
            answer = question()
            if answer:
                return answer
        except (GLib.Error, AttributeError, StopIteration):
            pass  # the object went away while it was looked at, or is not there yet
        if time.monotonic() > end:
            raise AssertionError("timed out: " + what)
        time.sleep(0.03)


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def walk(node):
    yield node
    for child in children(node):
        yield from walk(child)


def walk_seen(node, but=None):
    """All that is drawn: what has no extents is left out with all below it (hidden pages and popovers are most of
    the tree, and each question about a node is a message); and what is named `but`, when that is large."""
    yield node
    for child in children(node):
        component = child.get_component_iface()
        if (component is None or drawn(child)) and (but is None or child.get_name() != but):
            yield from walk_seen(child, but)


def drawn(node):
    component = node.get_component_iface()
    if component is None:
        return False
    extents = component.get_extents(Atspi.CoordType.WINDOW)
    return extents.width > 0 and extents.height > 0


def called(node, name):
    """Whether a node has this name; GTK adds the text of a button's label to its name
    ("_Start Start", "Start a Program Start")."""
    own = re.sub(r"\([A-Z]\)", "", (node.get_name() or "").replace("_", ""))
    return own == name or own.startswith(name + " ") and own[len(name) + 1:] in name


def sensitive(node):
    return node.get_state_set().contains(Atspi.StateType.SENSITIVE)


def press(node):
    action = node.get_action_iface()
    assert action is not None and action.get_n_actions(), "no action: " + (node.get_name() or "?")
    assert action.do_action(0)


# GTK 4.8 says these two together now and then while a card goes: some widget of it has nothing to be
# drawn from. Its cause is not known; nothing wrong was seen on the screen.
KNOWN_OF_GTK = re.compile(r"\(jail-window:\d+\): G[ts]k-CRITICAL \*\*: \S+ (gtk_snapshot_append_node"
                          r"|gsk_render_node_unref): assertion 'GSK_IS_RENDER_NODE \(node\)' failed")


class Window:
    """with Window() as w: w.start("mkdir", "test"); w.answer("Allow")"""

    def __init__(self, *arguments, language="", expect_window=True):
        self.bin = pathlib.Path(os.environ["SJ_BIN"])
        self.arguments = arguments
        self.language = language
        self.said = gettext.translation("seccomp-jail", self.bin.parent / "share/locale", [language or "C"],
                                        fallback=not language)
        self.expect_window = expect_window

    def __enter__(self):
        environment = dict(os.environ, LANGUAGE=self.language)
        self.log = open(os.path.join(os.environ["HOME"], "window.log"), "w+")
        self.process = subprocess.Popen(
            [str(self.bin / NAME), *(self.arguments if "--system" in self.arguments
                                     else ("--user", *self.arguments))], env=environment, stdout=self.log,
            stderr=self.log)
        if self.expect_window:
            self.app = self.application()
            self.main = wait(lambda: next(children(self.app), None), what="a window")
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and os.environ.get("SJ_SCREENSHOTS"):
            pathlib.Path(os.environ["SJ_SCREENSHOTS"]).mkdir(parents=True, exist_ok=True)
            self.screenshot(pathlib.Path(os.environ["SJ_SCREENSHOTS"]) / "failed.png")
        if self.process.poll() is not None:
            print(f"the window has ended by itself: {self.process.returncode}", flush=True)
        self.process.terminate()
        self.process.wait()
        self.log.seek(0)
        said = self.log.read()
        if kind is not None or "CRITICAL" in said or "WARNING **" in said:
            print(said, flush=True)
        if kind is None:
            assert "-CRITICAL" not in KNOWN_OF_GTK.sub("", said), "the window printed a critical message"

    def application(self, name=NAME):
        return wait(lambda: next((a for a in children(Atspi.get_desktop(0))
                                  if a.get_name() == name), None), 30, "application " + name)

    def answer_time(self):
        """How long the window takes to answer a question, in seconds. (Names are remembered on this side: they ask
        nothing.)"""
        began = time.monotonic()
        self.main.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        return time.monotonic() - began

    def say(self, english):
        """What the window says for it in its language, without the mark of a key."""
        return re.sub(r"\([A-Z]\)", "", self.said.gettext(english).replace("_", ""))

    # ---- finding ----

    def all(self, role=None, name=None, root=None, seen=True):
        return [n for n in (walk_seen if seen else walk)(root or self.main)
                if (role is None or n.get_role_name() == role)
                and (name is None or called(n, name)) and (not seen or drawn(n))]

    def find(self, role=None, name=None, root=None, nth=0, timeout=40, seen=True):
        def look():
            found = self.all(role, name, root, seen)
            return found[nth] if len(found) > nth else None
        return wait(look, timeout, f"{role} {name!r}")

    def button(self, name, root=None, timeout=40):
        """A button that can be pressed now."""
        return wait(lambda: next((n for n in walk_seen(root or self.main)
                                  if n.get_role_name() in ("push button", "toggle button")
                                  and called(n, name) and sensitive(n) and drawn(n)
                                  and n.get_action_iface()
                                  and n.get_action_iface().get_n_actions()), None), timeout,
                    "button " + name)

    def press(self, name, root=None, timeout=40):
        """Presses it; again when it fell asleep in between."""
        wait(lambda: self.button(name, root, timeout).get_action_iface().do_action(0), timeout,
             "to press " + name)

    def labels(self, root=None):
        return [n.get_name() for n in walk_seen(root or self.main)
                if n.get_role_name() == "label" and n.get_name() and drawn(n)]

    def label(self, part, timeout=40, root=None):
        """Waits for a label that contains `part`; its whole text."""
        return wait(lambda: next((text for text in self.labels(root) if part in text), None), timeout,
                    "label with " + part)

    def no_label(self, part, timeout=40):
        wait(lambda: not any(part in text for text in self.labels()), timeout, "no label " + part)

    def entry(self, name, root=None):
        def look():
            for node in walk_seen(root or self.main):
                if node.get_name() == name and drawn(node):
                    for inner in walk_seen(node):
                        if inner.get_editable_text_iface():
                            return inner
            return None
        return wait(look, 15, "entry " + name)

    def type(self, name, text, root=None):
        assert self.entry(name, root).get_editable_text_iface().set_text_contents(text)

    def text(self, name, root=None):
        iface = self.entry(name, root).get_text_iface()
        return iface.get_text(0, iface.get_character_count())

    def toggle(self, name, root=None):
        press(wait(lambda: next((n for n in walk_seen(root or self.main) if called(n, name)
                                 and n.get_role_name() in ("check box", "radio button",
                                                           "toggle button")
                                 and drawn(n) and n.get_action_iface()
                                 and n.get_action_iface().get_n_actions()), None),
                   15, "switch " + name))

    # ---- what a person does ----

    def page(self, name):
        press(wait(lambda: next((n for n in walk_seen(self.main)
                                 if (n.get_name() or "").split(" ")[0] == name
                                 and drawn(n) and n.get_action_iface()
                                 and n.get_action_iface().get_n_actions()
                                 and n.get_role_name() in ("page tab", "radio button",
                                                           "toggle button", "push button")), None),
                   15, "page " + name))

    def start(self, program, arguments="", calls="", folder=None, preset="all-allow"):
        self.press("Start a Program")
        dialog = self.dialog("Start a Program")
        self.type("Program", program, dialog)
        self.type("Arguments", arguments, dialog)
        self.type("Folder", folder or os.environ["HOME"], dialog)
        if calls:
            self.type("These calls, by name", calls, dialog)
        wait(lambda: any(preset == text for text in self.labels(dialog)), 15, "preset " + preset)
        self.press("Start", dialog)
        self.alone()

    def dialog(self, name):
        return wait(lambda: next((n for n in children(self.app) if n.get_name() == name), None),
                    15, "dialog " + name)

    def alone(self):
        """Waits until only the main window is there. GTK 4.8 falls over a question about a window
        that is just going away: nothing but the count is asked."""
        wait(lambda: self.app.get_child_count() == 1, 20, "the dialog's end")
        time.sleep(0.2)

    def ended(self, title, how="ended"):
        """Waits until the side list says that this program ended so (a toast may be missed)."""
        wait(lambda: any((n.get_name() or "").startswith(f"{title}, {how},")
                         for n in walk_seen(self.main) if n.get_role_name() == "list item"), 60,
             f"{title} {how}")

    def answer(self, name):
        """Presses a card's button when it wakes."""
        self.press(name)

    def card(self, exact, button):
        """Presses a button of the card that shows this exact form of a call."""
        def look():
            node = next(n for n in walk_seen(self.main) if n.get_role_name() == "label"
                        and n.get_name() == exact and drawn(n))
            while not self.all("push button", button, node):
                node = node.get_parent()
            return self.button(button, node, 1).get_action_iface().do_action(0)
        wait(look, 40, f"{button} of {exact}")

    def keys(self, *keys):
        subprocess.run(["xdotool", "key", *keys], check=True)

    def choose(self, combo, text):
        """Picks a drop-down's entry as a person at the keyboard does."""
        button = next(n for n in walk_seen(combo) if n.get_action_iface()
                      and n.get_action_iface().get_n_actions() and n is not combo
                      and n.get_role_name() in ("push button", "toggle button"))
        names = []
        for n in walk_seen(combo):
            if n.get_role_name() == "label" and n.get_name() not in names + ["(None)"]:
                names.append(n.get_name())
        press(button)
        time.sleep(0.4)
        self.keys("Home")
        entries = [n.get_name() for n in walk_seen(combo) if n.get_role_name() == "label"
                   and drawn(n) and n.get_name() != "(None)"]
        rows = entries[1:] if entries and entries[0] in entries[1:] else entries
        for _ in range(rows.index(text)):
            self.keys("Down")
        self.keys("Return")
        time.sleep(0.3)

    def keys_to(self, name, *keys):
        """Keys for the widget of this name."""
        node = self.find(name=name, role="tree table") if self.all("tree table", name) else \
            self.find(name=name)
        extents = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        subprocess.run(["xdotool", "mousemove", str(extents.x + extents.width // 2),
                        str(extents.y + 45), "click", "1"], check=True)
        time.sleep(0.3)
        self.keys(*keys)

    def press_menu(self, button, item, root=None):
        root = root or self.main
        press(wait(lambda: next((n for n in walk_seen(root) if n.get_name() == button and drawn(n)
                                 and n.get_action_iface()
                                 and n.get_action_iface().get_n_actions()), None), 40, button))
        press(wait(lambda: next((n for n in walk(root) if n.get_role_name() == "menu item"
                                 and called(n, item)), None), 40, item))

    def save_as(self, path, windows=2):
        """Answers a file dialog, which is the last of so many windows."""
        wait(lambda: self.app.get_child_count() == windows, 15, "the file dialog")
        time.sleep(1)
        self.keys("ctrl+a")
        subprocess.run(["xdotool", "type", "--delay", "5", str(path)], check=True)
        time.sleep(0.5)
        self.keys("Return")

    def screenshot(self, path):
        """A picture of the screen once it has come to rest, or of what still moves after a while."""
        def look():
            return subprocess.run(["import", "-window", "root", "ppm:-"], capture_output=True, check=True).stdout
        time.sleep(0.4)  # what was pressed is on its way
        end = time.monotonic() + 3
        last, now = None, look()
        while now != last and time.monotonic() < end:
            time.sleep(0.08)
            last, now = now, look()
        subprocess.run(["convert", "ppm:-", str(path)], input=now, check=True)

    def resize(self, width, height):
        ids = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid",
                              str(self.process.pid)], capture_output=True, text=True).stdout.split()
        for window in ids:
            subprocess.run(["xdotool", "windowsize", window, str(width), str(height)])

    def dump(self, root=None):
        def show(node, depth):
            print("  " * depth, node.get_role_name(), repr(node.get_name()),
                  "" if drawn(node) else "(hidden)",
                  node.get_action_iface().get_n_actions() if node.get_action_iface() else "-")
            for child in children(node):
                show(child, depth + 1)
        show(root or self.main, 0)


def settings(**values):
    """Writes the window's settings before it starts."""
    directory = pathlib.Path(os.environ["XDG_CONFIG_HOME"]) / "seccomp-jail"
    directory.mkdir(parents=True, exist_ok=True)
    lines = [f"{key.replace('_', '-')}={value}" for key, value in values.items()]
    (directory / "window.ini").write_text("[window]\n" + "\n".join(lines) + "\n")


def popup(window, name, role="push button"):
    """What a popup shows under this name, now."""
    server = window.application("xfce4-notifyd")
    return next((n for n in walk(server) if n.get_role_name() == role
                 and name in (n.get_name() or "") and drawn(n)), None)


def run_each(window, *tests):
    """Runs the tests in one window; names on the command line choose some of them."""
    for test in tests:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        began = time.monotonic()
        test(window)
        print(f"ok {test.__name__} ({time.monotonic() - began:.1f} s)", flush=True)


def end_daemon():
    """Ends the user mode daemon of this private runtime directory."""
    runtime = os.environ["XDG_RUNTIME_DIR"]
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            name = (entry / "comm").read_text().strip()
        except OSError:
            continue
        if f"XDG_RUNTIME_DIR={runtime}".encode() in environment and name == "jaild":
            os.kill(int(entry.name), signal.SIGTERM)
            end = time.monotonic() + 5
            while entry.exists() and time.monotonic() < end:
                time.sleep(0.05)
