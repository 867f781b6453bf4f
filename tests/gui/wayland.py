# SPDX-License-Identifier: GPL-3.0-or-later
"""The window under a Wayland compositor, which itself shows in the virtual display."""
import os
import pathlib
import shutil
import subprocess
import sys

from window import Window, end_daemon, settings, wait

HOME = pathlib.Path(os.environ["HOME"])
SOCKET = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "wayland-test"
TARGET = pathlib.Path(os.environ.get("SJ_SCREENSHOTS", HOME))

if not shutil.which("weston"):
    print("skip (package): no weston")
    sys.exit(77)
with open(HOME / "weston.log", "w", encoding="utf-8") as log:
    compositor = subprocess.Popen(
        ["weston", "--backend=x11-backend.so", "--no-config", f"--socket={SOCKET.name}", "--width=1180",
         "--height=820", "--idle-time=0"], stdout=log, stderr=log)
try:
    wait(SOCKET.exists, 30, "the compositor's socket")
    os.environ.update(WAYLAND_DISPLAY=SOCKET.name, GDK_BACKEND="wayland")
    settings(preset="all-allow", notifications="false", output="false")
    with Window() as window:
        window.start("mkdir", "under-wayland", calls="mkdir")
        window.label('mkdir("under-wayland", 0777)')
        TARGET.mkdir(parents=True, exist_ok=True)
        window.screenshot(TARGET / "wayland.png")
        window.answer("Allow")
        window.ended("mkdir under-wayland")
    assert (HOME / "under-wayland").is_dir()
    end_daemon()
finally:
    compositor.terminate()
    compositor.wait()
