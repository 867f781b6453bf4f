# SPDX-License-Identifier: GPL-3.0-or-later
"""The seed's three samples, by pressing what a person presses."""
import os
import pathlib

from window import Window, drawn, end_daemon, sensitive, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
LOOP = "sh"
LOOP_ARGUMENTS = "-c 'while :; do mkdir loop 2>/dev/null; rmdir loop 2>/dev/null; sleep 0.1; done'"


def an_allowed_mkdir_makes_its_folder(window):
    window.start("mkdir", "allowed", calls="mkdir")
    window.label("wants to create the folder")
    window.label('mkdir("allowed", 0777)')
    window.answer("Allow")
    window.ended("mkdir allowed")
    assert (HOME / "allowed").is_dir()


def a_refused_mkdir_makes_none(window):
    window.start("mkdir", "refused", calls="mkdir")
    window.label('mkdir("refused", 0777)')
    assert not (HOME / "refused").exists()
    window.answer("Refuse")
    window.ended("mkdir refused", "ended with status 1")
    assert not (HOME / "refused").exists()


def a_new_card_sleeps_for_half_a_second(window):
    window.start("mkdir", "asleep", calls="mkdir")
    allow = wait(lambda: next((n for n in window.all("push button", "Allow")), None), 40, "Allow",)
    if not sensitive(allow):
        wait(lambda: sensitive(allow), 3, "the button to wake")
    window.answer("Refuse")
    window.ended("mkdir asleep", "ended with status 1")


def a_rule_changed_while_a_loop_runs_acts_on_the_next_call(window):
    window.start(LOOP, LOOP_ARGUMENTS, calls="mkdir")
    window.label('mkdir("loop", 0777)')
    window.page("Rules")
    window.label("1 · mkdir")
    combo = window.find("combo box", "What happens")
    window.choose(combo, "Refuse")
    window.page("Pending")
    window.answer("Allow")  # the one that is held already
    window.label("Nothing Waits for You")
    time.sleep(0.5)
    assert "Nothing Waits for You" in window.labels()
    window.press("Stop the Program")
    window.label("ended by signal 9")


settings(preset="all-allow", notifications="false")
with Window() as window:
    an_allowed_mkdir_makes_its_folder(window)
    a_refused_mkdir_makes_none(window)
    a_new_card_sleeps_for_half_a_second(window)
    a_rule_changed_while_a_loop_runs_acts_on_the_next_call(window)
end_daemon()
