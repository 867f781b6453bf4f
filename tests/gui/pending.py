# SPDX-License-Identifier: GPL-3.0-or-later
"""Many held calls at once: several jails, equal ones on one card, several answered together, by the keyboard,
elsewhere, by nobody any more."""
import json
import os
import pathlib
import signal
import subprocess

from window import Window, end_daemon, run_each, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
JAILCTL = pathlib.Path(os.environ["SJ_BIN"]) / "jailctl"


def jailctl(*arguments):
    return subprocess.run([str(JAILCTL), *arguments], capture_output=True, text=True, timeout=60,
                          check=True).stdout


def pending(count):
    """The held calls, when there are that many."""
    def look():
        calls = [json.loads(line) for line in jailctl("pending", "--json").splitlines()]
        return calls if len(calls) == count else None
    return wait(look, 40, f"{count} held calls")


def written_id(call):
    return f"{call['id'] >> 32}.{call['id'] & 0xffffffff}"


def none_is_held(window):
    window.label("Nothing Waits for You")
    assert jailctl("pending", "--json") == ""


def several_jails_wait_side_by_side_and_are_answered_in_any_order(window):
    for name in ("first", "second", "third"):
        window.start("mkdir", name, calls="mkdir")
        window.label(f'mkdir("{name}", 0777)')
    calls = pending(3)
    assert len({call["jail"] for call in calls}) == 3, calls
    names = [n for n in ("first", "second", "third")
             if f'mkdir("{n}", 0777)' in window.labels()]
    assert len(names) == 3
    window.card('mkdir("second", 0777)', "Allow")
    wait(lambda: (HOME / "second").is_dir(), 40, "the second folder")
    assert not (HOME / "first").exists() and not (HOME / "third").exists()
    window.card('mkdir("third", 0777)', "Refuse")
    window.card('mkdir("first", 0777)', "Allow")
    window.ended("mkdir first")
    window.ended("mkdir third", "ended with status 1")
    none_is_held(window)


def equal_calls_share_a_card_and_its_answer(window):
    window.start("sh", "-c 'for i in 1 2 3 4; do mkdir same & done; wait'", calls="mkdir")
    pending(4)
    window.label("×4")
    window.answer("Refuse 4")
    none_is_held(window)
    assert not (HOME / "same").exists()


def selected_cards_are_answered_together(window):
    window.start("sh", "-c 'for i in 1 2 3; do mkdir together-$i & done; wait'", calls="mkdir")
    pending(3)
    wait(lambda: sum("together-" in text for text in window.labels()) >= 3, 40, "three cards")
    window.keys_to("Calls that wait for an answer", "ctrl+a")
    window.label("3 selected")
    window.press("Allow Selected")
    none_is_held(window)
    assert all((HOME / f"together-{i}").is_dir() for i in (1, 2, 3))


def return_answers_nothing_and_letters_answer_the_focused_card(window):
    window.start("mkdir", "by-key", calls="mkdir")
    window.label('mkdir("by-key", 0777)')
    window.keys_to("Calls that wait for an answer", "Return", "space")
    time.sleep(0.7)
    pending(1)
    window.keys("a")
    wait(lambda: (HOME / "by-key").is_dir(), 40, "the folder that a key allowed")
    window.start("mkdir", "by-r", calls="mkdir")
    window.label('mkdir("by-r", 0777)')
    time.sleep(0.7)
    window.keys_to("Calls that wait for an answer", "r")
    window.ended("mkdir by-r", "ended with status 1")


def a_call_answered_elsewhere_says_so(window):
    window.start("mkdir", "elsewhere", calls="mkdir")
    window.label('mkdir("elsewhere", 0777)')
    jailctl("decide", written_id(pending(1)[0]), "allow")
    window.label("Answered in another window or terminal: allowed")
    window.ended("mkdir elsewhere")
    window.label("Nothing Waits for You")


def a_card_whose_process_died_says_so_and_goes(window):
    window.start("mkdir", "mortal", calls="mkdir")
    window.label('mkdir("mortal", 0777)')
    os.kill(pending(1)[0]["pid"], signal.SIGKILL)
    window.label("Ended while you were deciding")
    window.label("Nothing Waits for You")
    assert not (HOME / "mortal").exists()


def an_answer_with_a_scope_is_previewed_and_becomes_a_rule(window):
    window.start("sh", "-c 'mkdir kept-1; mkdir kept-2; mkdir kept-3; sleep 1000'", calls="mkdir")
    window.label('mkdir("kept-1", 0777)')
    window.answer("Allow")
    window.label('mkdir("kept-2", 0777)')
    window.press("Allow and Remember…")
    window.label("Would have matched 0 of ")
    window.choose(window.find("combo box", "For what"), "Such calls of everything here")
    window.label("Would have matched 1 of ")
    window.press("Allow and Remember")
    wait(lambda: (HOME / "kept-3").is_dir(), 40, "the folder of the rule")
    none_is_held(window)
    window.press("Stop the Program")
    window.label("ended by signal 9")


settings(preset="all-allow", notifications="false", output="false")
with Window() as window:
    run_each(window, several_jails_wait_side_by_side_and_are_answered_in_any_order,
             equal_calls_share_a_card_and_its_answer, selected_cards_are_answered_together,
             return_answers_nothing_and_letters_answer_the_focused_card,
             a_call_answered_elsewhere_says_so, a_card_whose_process_died_says_so_and_goes,
             an_answer_with_a_scope_is_previewed_and_becomes_a_rule)
end_daemon()
