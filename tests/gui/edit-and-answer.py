# SPDX-License-Identifier: GPL-3.0-or-later
"""A held call edited, its result made up, its memory looked at."""
import os
import pathlib

from window import Window, end_daemon, settings, wait

HOME = pathlib.Path(os.environ["HOME"])


def an_edited_path_is_what_is_created(window):
    window.start("mkdir", "asked", calls="mkdir")
    window.label('mkdir("asked", 0777)')
    window.press("Edit…")
    dialog = window.dialog("Edit the Call")
    window.type("pathname · path", "given", dialog)
    window.label('mkdir("given", 0777) runs instead', root=dialog)
    window.press("Answer", dialog)
    window.alone()
    window.ended("mkdir asked")
    assert (HOME / "given").is_dir() and not (HOME / "asked").exists()


def a_made_up_result_is_believed_and_nothing_runs(window):
    window.start("mkdir", "nothing", calls="mkdir")
    window.label('mkdir("nothing", 0777)')
    window.press("Answer with…")
    dialog = window.dialog("Edit the Call")
    window.label("The call does not happen; the program is told 0", root=dialog)
    window.press("Answer", dialog)
    window.alone()
    window.ended("mkdir nothing")
    assert not (HOME / "nothing").exists()


def the_memory_of_an_argument_is_shown(window):
    window.start("mkdir", "looked", calls="mkdir")
    window.label('mkdir("looked", 0777)')
    window.press("Look…")
    dialog = window.dialog("Edit the Call")
    wait(lambda: any((n.get_name() or "").startswith("Text at") for n in window.all(root=dialog)),
         15, "memory")
    texts = [n for n in window.all(root=dialog) if (n.get_name() or "").startswith("Text at")]
    name = texts[0].get_name()
    assert window.text(name, dialog).startswith("looked"), window.text(name, dialog)
    window.press("Cancel", dialog)
    window.alone()
    window.answer("Refuse")
    window.ended("mkdir looked", "ended with status 1")


settings(preset="all-allow", notifications="false")
with Window() as window:
    an_edited_path_is_what_is_created(window)
    a_made_up_result_is_believed_and_nothing_runs(window)
    the_memory_of_an_argument_is_shown(window)
end_daemon()
