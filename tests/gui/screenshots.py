# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page in English and Chinese, light and dark, wide and 360 px: the pictures are made here and
looked at by people; the test fails when a page cannot be shown or the window is wider than asked."""
import os
import pathlib

from window import Window, end_daemon, settings, time, wait

HOME = pathlib.Path(os.environ["HOME"])
TARGET = pathlib.Path(os.environ.get("SJ_SCREENSHOTS", HOME))
PAGES = {
    "": ["Pending", "Rules", "Processes", "Log", "Activity"],
    "zh_CN": ["待答复", "规则", "进程", "日志", "活动"],
}
START = {"": "Start a Program", "zh_CN": "启动程序"}
SCRIPT = ("-c 'mkdir -p cache/pictures & cat /etc/hostname >notes.txt & rm -f old.txt & "
          "for i in 1 2 3; do mkdir folder & done; echo waiting for the answers; wait'")


def open_program(window, language):
    entries = {"": ("Program", "Arguments", "Folder", "These calls, by name", "Start"),
               "zh_CN": ("程序", "参数", "文件夹", "这些调用（按名称）", "启动")}[language]
    window.press(START[language])
    dialog = window.dialog(START[language])
    window.type(entries[0], "sh", dialog)
    window.type(entries[1], SCRIPT, dialog)
    window.type(entries[2], str(HOME), dialog)
    window.type(entries[3], "mkdir unlink unlinkat", dialog)
    return dialog, entries[4]


def every_page_is_shown(language, colours):
    size = {"width": 1120, "height": 760}
    settings(preset="all-allow", notifications="false", colours=colours, **size)
    tag = f"{language or 'en'}-{colours}"
    with Window(language=language) as window:
        dialog, start = open_program(window, language)
        window.label("all-allow", root=dialog)
        window.screenshot(TARGET / f"start-{tag}.png")
        window.press(start, dialog)
        window.alone()
        wait(lambda: sum("mkdir(" in text for text in window.labels()) >= 2, 20, "cards")
        for i, page in enumerate(PAGES[language]):
            window.page(page)
            time.sleep(1.5 if i >= 2 else 0.3)
            window.screenshot(TARGET / f"{i + 1}-{tag}.png")
        window.resize(360, 720)
        time.sleep(1)
        for i, page in enumerate(PAGES[language]):
            window.page(page)
            window.screenshot(TARGET / f"{i + 1}-{tag}-360.png")
            extents = window.main.get_component_iface().get_extents(1)
            assert extents.width <= 380, f"{page} needs {extents.width} px"
        window.press({"": "Stop the Program", "zh_CN": "停止程序"}[language])
        time.sleep(0.5)
    end_daemon()


TARGET.mkdir(parents=True, exist_ok=True)
for language in ("", "zh_CN"):
    for colours in ("light", "dark"):
        every_page_is_shown(language, colours)
