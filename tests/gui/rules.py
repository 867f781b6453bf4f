# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a running program: searched, added, switched off, moved, saved, opened; a rule file edited as text with
the checker's words at the place, an old one turned into today's form."""
import json
import os
import pathlib
import subprocess

from window import Window, drawn, end_daemon, run_each, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
JAILCTL = pathlib.Path(os.environ["SJ_BIN"]) / "jailctl"


def rules():
    said = subprocess.run([str(JAILCTL), "rule", "list", "--json"], capture_output=True, text=True,
                          timeout=60, check=True).stdout
    return [json.loads(line) for line in said.splitlines()]


def calls_in_order():
    """The calls of the running jail's rules, in the order in which they are asked."""
    return [rule["syscall"] for rule in rules() if rule.get("number")]


def place(window, title):
    """Where the row of this title lies in the window, which lies at the screen's corner."""
    return window.find("label", title).get_component_iface().get_extents(1)


def a_search_leaves_what_it_names(window):
    window.start("sleep", "1000", calls="mkdir rmdir unlink")
    window.page("Rules")
    window.label("1 · mkdir")
    first, second = place(window, "1 · mkdir"), place(window, "2 · rmdir")
    assert first.y < second.y
    window.type("Search calls and groups", "rmdir")  # a row that is filtered out keeps its extents
    wait(lambda: place(window, "2 · rmdir").y <= first.y, 40, "the second row in the first's place")
    window.type("Search calls and groups", "")
    wait(lambda: place(window, "2 · rmdir").y == second.y, 40, "the second row in its place")


def a_rule_is_added_and_switched_off(window):
    window.type("New rule: call or group", "symlink")
    window.press("Add the Rule")
    wait(lambda: "symlink" in str(rules()), 40, "the new rule")
    window.label("symlink")
    before = len([r for r in rules() if r.get("enabled", True)])
    window.toggle("Rule is used")
    wait(lambda: len([r for r in rules() if r.get("enabled", True)]) == before - 1, 40, "a rule off")


def a_row_is_dragged_to_another_place(window):
    first = calls_in_order()
    start, end = place(window, f"1 · {first[0]}"), place(window, f"3 · {first[2]}")
    subprocess.run(["xdotool", "mousemove", str(start.x + 6), str(start.y + 6), "mousedown", "1"],
                   check=True)
    for step in range(1, 21):
        y = start.y + 6 + (end.y + 12 - start.y - 6) * step // 20
        subprocess.run(["xdotool", "mousemove", str(start.x + 6), str(y)], check=True)
        time.sleep(0.03)
    time.sleep(0.3)
    subprocess.run(["xdotool", "mouseup", "1"], check=True)
    wait(lambda: calls_in_order() != first, 40, "another order")
    moved = calls_in_order()
    assert sorted(map(str, moved)) == sorted(map(str, first)) and moved.index(first[0]) > 0, moved


def the_rules_are_saved_and_a_file_is_opened(window):
    window.press_menu("Rule Files", "Save As…")
    window.save_as(HOME / "kept.jail.json")
    wait((HOME / "kept.jail.json").exists, 40, "the file")
    kept = json.loads((HOME / "kept.jail.json").read_text())
    assert kept["seccomp-jail"] == 1 and "symlink" in str(kept["rules"]), kept
    (HOME / "other.jail.json").write_text(json.dumps({
        "seccomp-jail": 1, "default": "allow",
        "rules": [{"syscall": "rename", "action": "abort"}]}))
    window.press_menu("Rule Files", "Open…")
    window.save_as(HOME / "other.jail.json")
    window.label("1 · rename")
    assert "rename" in str(rules()) and "symlink" not in str(rules()), rules()
    window.press("Stop the Program")
    window.label("ended by signal 9")


def the_editor_says_what_is_wrong_and_where(window):
    (HOME / "wrong.jail.json").write_text(
        '{"seccomp-jail": 1,\n "default": "allow",\n "rules": [{"syscall": "mkdri", "action": "notify"}]}\n')
    window.press_menu("Main Menu", "Edit a Rule File…")
    editor = window.dialog("Rule File")
    window.press_menu("More", "Open…", root=editor)
    window.save_as(HOME / "wrong.jail.json", windows=3)
    said = window.label("mkdri", root=editor)
    assert "mkdir" in said, said
    window.label("line 3", root=editor)


def an_old_file_is_turned_into_today_s_form_and_saved(window):
    editor = window.dialog(str(HOME / "wrong.jail.json"))
    (HOME / "old.json").write_text('{"83": 2, "84": 3}')
    window.press_menu("More", "Open…", root=editor)
    window.save_as(HOME / "old.json", windows=3)
    wait(lambda: '"83"' in window.text("Text of the rule file", editor), 40, "the old file")
    window.press_menu("More", "Turn into Today's Form", root=editor)
    wait(lambda: "seccomp-jail" in window.text("Text of the rule file", editor), 40, "today's form")
    window.press("Save", editor)
    wait(lambda: "seccomp-jail" in (HOME / "old.json").read_text(), 40, "the saved file")
    saved = json.loads((HOME / "old.json").read_text())
    assert {"syscall": "mkdir", "action": "notify"} in saved["rules"], saved


def keys_in(window, editor, *keys):
    """Keys for this window: what had them before may be gone."""
    subprocess.run(["xdotool", "search", "--onlyvisible", "--name", editor.get_name(), "windowfocus", "--sync"],
                   check=True, stdout=subprocess.DEVNULL)
    window.keys(*keys)


def asked(window):
    """The question about unsaved text, beside the main window and the editor."""
    wait(lambda: window.app.get_child_count() == 3, 15, "the question")
    dialog = window.app.get_child_at_index(2)
    window.label("Save the Rules?", root=dialog)
    return dialog


def answered(window, answer, windows):
    window.press(answer, asked(window))
    wait(lambda: window.app.get_child_count() == windows, 20, f"{windows} windows")
    time.sleep(0.3)


def changed_text_is_not_lost_by_closing_the_editor(window):
    path = HOME / "old.json"
    kept, text = path.read_text(), '{"83": 1, "84": 3}'
    editor = window.dialog(str(path))
    window.type("Text of the rule file", text, editor)
    keys_in(window, editor, "Escape", "ctrl+w")
    answered(window, "Cancel", 2)
    assert window.text("Text of the rule file", editor) == text
    window.press_menu("More", "Open…", root=editor)
    answered(window, "Cancel", 2)
    assert window.text("Text of the rule file", editor) == text
    keys_in(window, editor, "ctrl+w")
    answered(window, "Discard", 1)
    assert path.read_text() == kept


def nor_by_ending_the_window(window):
    window.press_menu("Main Menu", "Edit a Rule File…")
    editor = window.dialog("Rule File")
    window.type("Text of the rule file", '{"seccomp-jail": 1}', editor)
    keys_in(window, editor, "ctrl+q")
    window.press("Save", asked(window))
    window.save_as(HOME / "asked.jail.json", windows=3)
    window.alone()
    assert (HOME / "asked.jail.json").read_text() == '{"seccomp-jail": 1}'
    window.press_menu("Main Menu", "Edit a Rule File…")
    keys_in(window, window.dialog("Rule File"), "ctrl+w")
    window.alone()


settings(preset="all-allow", notifications="false", output="false")
with Window() as window:
    run_each(window, a_search_leaves_what_it_names, a_rule_is_added_and_switched_off,
             a_row_is_dragged_to_another_place, the_rules_are_saved_and_a_file_is_opened,
             the_editor_says_what_is_wrong_and_where, an_old_file_is_turned_into_today_s_form_and_saved,
             changed_text_is_not_lost_by_closing_the_editor, nor_by_ending_the_window)
end_daemon()
