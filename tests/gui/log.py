# SPDX-License-Identifier: GPL-3.0-or-later
"""The log: filtered by words and by answer; exported."""
import json
import os
import pathlib

from window import Window, end_daemon, settings, wait

HOME = pathlib.Path(os.environ["HOME"])


def a_filter_leaves_the_calls_it_names(window):
    window.start("mkdir", "made", calls="mkdir")
    window.label('mkdir("made", 0777)')
    window.answer("Allow")
    window.ended("mkdir made")
    window.page("Log")
    window.type("Search the log", "mkdir made")
    window.label("1 of ")
    window.label('mkdir("made", 0777)')
    window.label("allowed, a person")
    window.type("Search the log", "nothing-is-called-so")
    window.label("0 of ")
    window.type("Search the log", "")
    window.no_label(" of ")


def an_export_is_json_lines(window):
    window.type("Search the log", "mkdir made")
    window.label("1 of ")
    window.press_menu("More", "Export…")
    window.save_as(HOME / "log.jsonl")
    wait(lambda: (HOME / "log.jsonl").exists() and (HOME / "log.jsonl").stat().st_size, 40, "file")
    records = [json.loads(line) for line in (HOME / "log.jsonl").read_text().splitlines()]
    assert [r["syscall"] for r in records] == ["mkdir"], records
    assert records[0]["action"] == "allow" and records[0]["by"] == "user"


settings(preset="all-allow", notifications="false", output="false")
with Window() as window:
    a_filter_leaves_the_calls_it_names(window)
    an_export_is_json_lines(window)
end_daemon()
