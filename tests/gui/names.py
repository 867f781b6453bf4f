# SPDX-License-Identifier: GPL-3.0-or-later
"""Who cannot see the window is told what each thing is: on every page and in every dialog, whatever can be pressed,
typed into or chosen from has a name of its own and a role that says what it does."""
import os
import pathlib
import re

from window import Atspi, Window, children, drawn, end_daemon, run_each, settings, wait

HOME = pathlib.Path(os.environ["HOME"])
# Their name is their own; a screen reader reads the others' contents when they have none.
NAMED = {"text", "entry", "combo box", "check box", "radio button", "spin button", "slider", "list", "table",
         "tree table", "image map"}
READ = {"push button", "toggle button", "page tab", "link", "menu item", "list item", "table row"}
USELESS = {"filler", "unknown", "invalid", "redundant object"}
WHOLE = {"combo box", "tree table"}  # the toolkit makes what is in them


def named(node):
    """Whether a person gave it its name: GTK says the kind of a widget that has none."""
    name = node.get_name() or ""
    return bool(name) and not re.fullmatch(r"(Gtk|Adw|Vte)[A-Z]\w*", name)


def seen_in(node):
    """What is drawn of its children; what is not on the screen by itself has no place there."""
    return [child for child in children(node) if child.get_component_iface() is None or drawn(child)]


def contents_read(node):
    return any(named(child) and child.get_role_name() != "image" or contents_read(child) for child in seen_in(node))


def faults(node, path=""):
    role = node.get_role_name()
    path = f"{path} > {role} {node.get_name()!r}"
    focusable = node.get_state_set().contains(Atspi.StateType.FOCUSABLE)
    if role in NAMED and not named(node) or role in READ and not named(node) and not contents_read(node):
        yield "no name: " + path
    if role in USELESS and focusable and node.get_name() != "GtkPaned":  # which has no other role in GTK 4.8
        yield "no useful role: " + path
    if role in WHOLE and named(node):
        return
    for child in seen_in(node):
        yield from faults(child, path)


def all_named(window, root, least, but=()):
    """At least so many controls are there, and each has a name and a role; `but` are the toolkit's own."""
    wait(lambda: sum(n.get_role_name() in NAMED | READ for n in window.all(root=root)) >= least, 40,
         f"{least} controls")
    found = wait(lambda: [list(faults(root))], 40, "the tree")[0]  # again when it changed meanwhile
    found = [fault for fault in found if not fault.endswith(tuple(map(repr, but)))]
    assert not found, "\n".join(found)


def dialog_is_named(window, title, least):
    dialog = window.dialog(title)
    all_named(window, dialog, least)
    return dialog


def closed(window, *keys):
    window.keys(*(keys or ("Escape",)))
    window.alone()


def the_start_dialog(window):
    window.press("Start a Program")
    dialog_is_named(window, "Start a Program", 18)
    closed(window)


def the_preferences(window):
    window.press_menu("Main Menu", "Preferences")
    dialog_is_named(window, "Preferences", 12)
    closed(window)


def about(window):
    window.press_menu("Main Menu", "About Seccomp Jail")
    wait(lambda: window.app.get_child_count() == 2, 15, "About")
    all_named(window, window.app.get_child_at_index(1), 4, ("GtkListBox",))
    closed(window)


def the_editor_of_rules(window):
    window.press_menu("Main Menu", "Edit a Rule File…")
    dialog_is_named(window, "Rule File", 6)
    closed(window, "ctrl+w")


def a_held_call_and_what_is_done_about_it(window):
    window.start("sh", "-c 'mkdir kept; sleep 1000'", calls="mkdir")
    window.label('mkdir("kept", 0777)')
    all_named(window, window.main, 20)
    for button in ("Edit…", "Answer with…", "Look…"):  # each its page
        window.press(button)
        dialog = dialog_is_named(window, "Edit the Call", 6)
        window.press("Cancel", dialog)
        window.alone()


def every_page(window):
    for page in ("Rules", "Processes", "Log", "Activity"):
        window.page(page)
        if page == "Processes":
            window.keys_to("Processes", "ctrl+a")
            window.find(name="Call to execute")
        all_named(window, window.main, 25)
    window.press("Stop the Program")
    window.label("ended by signal 9")


settings(preset="all-allow", notifications="false")
with Window() as window:
    run_each(window, the_start_dialog, the_preferences, about, the_editor_of_rules,
             a_held_call_and_what_is_done_about_it, every_page)
end_daemon()
