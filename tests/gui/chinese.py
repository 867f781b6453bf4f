# SPDX-License-Identifier: GPL-3.0-or-later
"""The same in Chinese: the sentence of a call is the person's language."""
from window import Window, end_daemon, settings

settings(preset="all-allow", notifications="false")
with Window(language="zh_CN") as window:
    window.label("没有等待您的调用")
    window.label("您自己的服务")
    window.press("启动程序")
    dialog = window.dialog("启动程序")
    window.type("程序", "mkdir", dialog)
    window.type("参数", "zh", dialog)
    window.type("这些调用（按名称）", "mkdir", dialog)
    window.label("all-allow", root=dialog)
    window.press("启动", dialog)
    window.alone()
    window.label("想要创建文件夹")
    window.answer("拒绝")
    window.label("已结束")
end_daemon()
