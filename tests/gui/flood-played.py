# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands of held calls of thirteen programs, SJ_FLOOD (20000; 100000 by hand) of them, from a daemon that is played
since no machine has so many threads: each with a card of its own, then equal ones on one card. The window answers all
the while, one call is allowed, all that are selected, all of a card; a window that starts while they are held shows
them too, and their end."""
import os
import pathlib
import subprocess
import time as clock

from window import GLib, Window, settings, wait, walk_seen

PROGRAMS = 13
CALLS = int(os.environ.get("SJ_FLOOD", "20000")) // PROGRAMS
TOTAL = PROGRAMS * CALLS
PATIENCE = 4  # seconds that an answer of the window may take on a busy machine; a second is what one feels
FLOOD = 400   # seconds for all cards to come or go


class Played:
    """The played daemon, told what to hold."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ["PLAYED_DAEMON"]], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def ask(self, command):
        self.tell(command)
        return self.answer()

    def answer(self):
        return self.process.stdout.readline().strip()

    def counts(self):
        words = self.ask("count").split()
        return {words[i]: int(words[i + 1]) for i in range(0, len(words), 2)}

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


def memory(window):
    status = pathlib.Path(f"/proc/{window.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def watched(window, what, until):
    """Asks the window again and again until the condition holds; says how long that took, the slowest answer, the
    memory."""
    began, slowest = clock.monotonic(), 0.0
    while True:
        slowest = max(slowest, window.answer_time())
        if until():
            break
        assert clock.monotonic() < began + FLOOD, f"{what}: {window.labels()[:12]}"
        clock.sleep(0.02)
    print(f"{what}: {clock.monotonic() - began:.1f} s, slowest answer {slowest:.2f} s, {memory(window)} MiB",
          flush=True)
    assert slowest < PATIENCE, f"{what}: the window did not answer for {slowest:.1f} s"


def reads(window, text):
    """Whether it says so, beside the cards: to ask about two hundred of them takes seconds."""
    def look():
        try:
            return any(node.get_name() == text
                       for node in walk_seen(window.main, "Calls that wait for an answer"))
        except GLib.Error:
            return False  # what was looked at has gone meanwhile
    return look


def says(window, count):
    return reads(window, f"{count} calls of {PROGRAMS} programs wait for you")


def nothing_waits(window):
    """That no program of the side list has a call that waits, and the page says so."""
    def look():
        try:
            seen = [node.get_name() for node in walk_seen(window.main, "Calls that wait for an answer")]
        except GLib.Error:
            return False
        rows = [name for name in seen if name.endswith(("call waits", "calls wait"))]
        return rows and all(" 0 calls" in row for row in rows) and "Nothing Waits for You" in seen
    return look


def every_call_gets_a_card(window, daemon):
    daemon.tell(f"hold {PROGRAMS} {CALLS}")
    watched(window, f"{TOTAL} cards come", says(window, TOTAL))
    wait(reads(window, "999+"), 60, "more than a badge can say")
    assert daemon.answer() == f"held {TOTAL}"


def one_is_allowed(window, daemon):
    window.press("Allow")
    watched(window, "one is allowed", says(window, TOTAL - 1))
    assert daemon.counts() == {"held": TOTAL - 1, "allowed": 1, "refused": 0}


def pages_open_while_they_wait(window, daemon):
    for page in ("Rules", "Log", "Pending"):
        window.page(page)


def all_are_selected_and_refused(window, daemon):
    window.press("Select All")
    wait(reads(window, f"{TOTAL - 1} selected"), 60, "all selected")
    window.press("Refuse Selected")
    watched(window, "all that are selected are refused", nothing_waits(window))
    assert daemon.counts() == {"held": 0, "allowed": 1, "refused": TOTAL - 1}


def equal_calls_share_cards_and_one_answer(window, daemon):
    daemon.tell(f"hold-equal 1 {TOTAL}")
    watched(window, f"{TOTAL} calls come to one card", lambda: window.all("push button", f"Allow {TOTAL}"))
    assert daemon.answer() == f"held {TOTAL}"
    window.press(f"Allow {TOTAL}")
    watched(window, "one press allows them", nothing_waits(window))
    assert daemon.counts() == {"held": 0, "allowed": TOTAL + 1, "refused": TOTAL - 1}


def a_second_window_shows_what_was_held_before(daemon):
    daemon.ask(f"hold {PROGRAMS} {CALLS}")
    with Window() as window:
        watched(window, f"{TOTAL} cards are there at the start", says(window, TOTAL))
        their_end_is_shown_and_goes(window, daemon)


def their_end_is_shown_and_goes(window, daemon):
    daemon.tell("end")
    watched(window, "all end", nothing_waits(window))
    assert daemon.answer() == "ended"


played = Played()
settings(notifications="true", output="false")
with Window() as one:
    one.label("Nothing Waits for You")
    print(f"{memory(one)} MiB before", flush=True)
    for test in (every_call_gets_a_card, one_is_allowed, pages_open_while_they_wait,
                 all_are_selected_and_refused, equal_calls_share_cards_and_one_answer):
        test(one, played)
        print("ok " + test.__name__, flush=True)
a_second_window_shows_what_was_held_before(played)
print("ok a_second_window_shows_what_was_held_before", flush=True)
played.end()
