#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""jailctl speaks Chinese where the person does; what machines read stays as it is."""
import json

from pty_jail import main

CHINESE = dict(LANG="C.UTF-8", LANGUAGE="zh_CN", LC_ALL="C.UTF-8")


def chinese(jail, *arguments):
    return jail.jailctl(*arguments, env=dict(jail.environment, **CHINESE))


def columns(text):
    """How wide a terminal shows it: Chinese takes two columns a sign."""
    return sum(2 if ord(sign) > 0x2e80 else 1 for sign in text)


def help_and_mistakes_are_in_chinese(jail):
    assert "交互式系统调用防火墙" in chinese(jail, "--help").stdout
    assert "未知的动词 “frob”" in chinese(jail, "frob").stderr
    for verb in ("run", "decide", "log"):
        shown = chinese(jail, verb, "--help").stdout
        assert "选项：" in shown and "--" in shown, shown


def a_table_has_chinese_headings_and_straight_columns(jail):
    assert jail.jailctl("run", "--default", "allow", "--", "true").returncode == 0
    head, row = chinese(jail, "list").stdout.splitlines()[:2]
    assert head.split()[:2] == ["监狱", "状态"], head
    at = columns(head[:head.index("状态")])
    assert row.split()[0] == "1" and columns(row[:row.index("已结束")]) == at, (head, row)


def the_presets_are_described_in_chinese(jail):
    shown = chinese(jail, "rules", "list").stdout
    assert "在监狱结束之前，内核拒绝一切" in shown, shown


def json_is_the_same_in_every_language(jail):
    assert jail.jailctl("run", "--default", "allow", "--", "true").returncode == 0
    plain = jail.json_lines("list", "--json")[0]
    same = json.loads(chinese(jail, "list", "--json").stdout.splitlines()[0])
    assert plain == same and same["state"] == "ended", (plain, same)


main([help_and_mistakes_are_in_chinese, a_table_has_chinese_headings_and_straight_columns,
      the_presets_are_described_in_chinese, json_is_the_same_in_every_language])
