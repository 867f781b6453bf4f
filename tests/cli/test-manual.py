#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Help, manual and completions say the same: no verb and no option is missing in one of them."""
import pathlib
import re
import shutil
import subprocess

from pty_jail import main

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "client-cli"
OPTION = re.compile(r"--[a-z][a-z-]+")


def verbs(jail):
    text = jail.jailctl("--help").stdout
    return re.findall(r"^  ([a-z]+) {2,}\S", text, re.MULTILINE)


def options(jail, verb):
    lines = jail.jailctl(verb, "--help").stdout.split("Options:")[1].splitlines()
    return {word for line in lines if line.startswith("  ") for word in OPTION.findall(line[:30])}


def every_verb_and_option_is_everywhere(jail):
    manual = (SOURCE / "jailctl.1.scd").read_text(encoding="utf-8")
    bash = (SOURCE / "completions" / "jailctl.bash").read_text(encoding="utf-8")
    zsh = (SOURCE / "completions" / "jailctl.zsh").read_text(encoding="utf-8")
    fish = (SOURCE / "completions" / "jailctl.fish").read_text(encoding="utf-8")
    names = verbs(jail)
    assert len(names) == 19, names
    for verb in names:
        for place in (manual, bash, zsh, fish):
            assert re.search(rf"\b{verb}\b", place), verb
        for option in options(jail, verb):
            for place in (manual, bash, zsh):
                assert option in place, (verb, option)
            assert re.search(rf"\b{option[2:]}\b", fish), (verb, option)


def bash_completes(jail):
    if not shutil.which("bash"):
        return
    jail.jailctl("run", "--rules", "all-allow", "--", "true")

    def complete(line):
        words = line.split(" ")
        quoted = " ".join(f"'{word}'" for word in words)
        script = (f"source {SOURCE}/completions/jailctl.bash; COMP_WORDS=({quoted}); "
                  f"COMP_CWORD={len(words) - 1}; _jailctl; " 'echo "${COMPREPLY[@]}"')
        return set(subprocess.run(["bash", "-c", script], env=jail.environment, text=True,
                                  capture_output=True, check=True,
                                  **jail.credentials()).stdout.split())
    assert {"list", "log"} <= complete("jailctl l")
    assert "--follow" in complete("jailctl pending --f")
    assert "1" in complete("jailctl show ")
    assert "learn" in complete("jailctl run --rules l")
    assert "mkdirat" in complete("jailctl syscalls mkdira")


main([every_verb_and_option_is_everywhere, bash_completes])
