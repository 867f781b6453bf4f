#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual pages name what the programs, files and the bus really have.

Usage: manual.py BIN-DIRECTORY MANUAL-DIRECTORY SOURCE-DIRECTORY
"""
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

BIN, MANUAL, SOURCE = (pathlib.Path(argument) for argument in sys.argv[1:])
PREFIX = "org.deepin.SeccompJail"
PAGES = {"jailctl.1", "seccomp-jail.5", f"{PREFIX}.5", "jaild.8", "seccomp-jail-service.8"}
failures = []


def rendered(page):
    """The page as a person reads it, in one line of words that were never broken."""
    path = MANUAL / f"man{page[-1]}" / page
    result = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", str(path)], check=False,
                            capture_output=True, text=True,
                            env={"PATH": "/usr/bin:/bin", "MANWIDTH": "2000", "MANOPT": "--nj --nh"})
    if result.returncode or result.stderr:
        failures.append(f"{page}: {result.stderr.strip()}")
    return re.sub(r".\x08|\x1b\[[0-9;]*m", "", result.stdout)


def expect(page, text, kind, names):
    names = list(names)
    if not names:
        failures.append(f"{page}: no {kind} was found to look for")
    for name in names:
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
            failures.append(f"{page}: {kind} {name} is not in it")


def help_options(program):
    result = subprocess.run([BIN / program, "--help"], check=True, capture_output=True, text=True)
    return sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", result.stdout)))


def strings(file, name):
    """The string literals of a table in a C file."""
    table = re.search(rf"\b{name}\[\] = {{(.*?)}};", (SOURCE / file).read_text(encoding="utf-8"), re.DOTALL)
    return re.findall(r'"([^"]+)"', table[1]) if table else []


def check_interface(text):
    root = ElementTree.parse(SOURCE / f"dbus/{PREFIX}.xml").getroot()
    for member in root.find("interface"):
        if member.tag in ("method", "signal", "property"):
            expect(f"{PREFIX}.5", text, member.tag, [member.get("name")])
            arguments = [argument.get("name") for argument in member.findall("arg")]
            if arguments:
                expect(f"{PREFIX}.5", text, f"argument of {member.get('name')}", arguments)
    header = (SOURCE / "dbus/bus-names.h").read_text(encoding="utf-8")
    expect(f"{PREFIX}.5", text, "error", re.findall(r'SJ_ERROR_PREFIX "(\w+)"', header))


def main():
    if not shutil.which("man") or not shutil.which("scdoc"):
        print("skip (package): no man-db or no scdoc")
        return 77
    window = (BIN / "jail-window").exists()
    pages = PAGES | ({"jail-window.1"} if window else set())
    built = {path.name for path in MANUAL.glob("man*/*")}
    if built != pages:
        failures.append(f"the pages are {sorted(built)}, not {sorted(pages)}")
    text = {page: rendered(page) for page in sorted(built)}

    for program, page in (("jaild", "jaild.8"), ("jailctl", "jailctl.1"),
                          *((("jail-window", "jail-window.1"),) if window else ())):
        expect(page, text[page], "option", help_options(program))
    expect("seccomp-jail.5", text["seccomp-jail.5"], "key", strings("daemon/rules/rule-file.c", "file_keys"))
    expect("seccomp-jail.5", text["seccomp-jail.5"], "key of a rule",
           set(strings("daemon/rules/rule-file-rule.c", "rule_keys")) - {"seed-script"})
    expect("seccomp-jail-service.8", text["seccomp-jail-service.8"], "key",
           strings("client-cli/service-file.c", "keys"))
    policy = ElementTree.parse(SOURCE / f"polkit/{PREFIX}.policy").getroot()
    expect("jaild.8", text["jaild.8"], "action",
           (action.get("id").removeprefix(f"{PREFIX}.") for action in policy.findall("action")))
    check_interface(text[f"{PREFIX}.5"])
    for page, words in text.items():
        for name, section in re.findall(r"([\w.@-]+)\((\d)\)", words):
            ours = name.replace("seccomp-jail@.service", "seccomp-jail-service") + f".{section}"
            if name.startswith(("jail", "seccomp-jail", PREFIX)) and ours not in pages | {"jail-window.1"}:
                failures.append(f"{page}: there is no page {name}({section})")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
