#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Help, manual and completions say the same; each shell offers all of it, and what there is to choose."""
import fcntl
import pathlib
import re
import shutil
import struct
import termios

from pty_jail import main
from terminal import Terminal

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "client-cli"
COMPLETIONS = SOURCE / "completions"
OPTION = re.compile(r"--[a-z][a-z-]+")


def verbs(jail):
    return set(re.findall(r"^  ([a-z]+) {2,}\S", jail.jailctl("--help").stdout, re.MULTILINE))


def options(jail, verb):
    lines = jail.jailctl(verb, "--help").stdout.split("Options:")[1].splitlines()
    return {word for line in lines if line.startswith("  ") for word in OPTION.findall(line[:30])}


def every_verb_and_option_is_everywhere(jail):
    manual = (SOURCE / "jailctl.1.scd").read_text(encoding="utf-8")
    bash = (COMPLETIONS / "jailctl.bash").read_text(encoding="utf-8")
    zsh = (COMPLETIONS / "jailctl.zsh").read_text(encoding="utf-8")
    fish = (COMPLETIONS / "jailctl.fish").read_text(encoding="utf-8")
    names = verbs(jail)
    assert len(names) == 19, names
    for verb in names:
        for place in (manual, bash, zsh, fish):
            assert re.search(rf"\b{verb}\b", place), verb
        for option in options(jail, verb):
            for place in (manual, bash, zsh):
                assert option in place, (verb, option)
            assert re.search(rf"\b{option[2:]}\b", fish), (verb, option)


def bash(jail, line):
    words = " ".join(f"'{word}'" for word in line.split(" "))
    script = (f"source {COMPLETIONS}/jailctl.bash; COMP_WORDS=({words}); "
              f"COMP_CWORD={line.count(' ')}; _jailctl; " 'printf "%s\\n" "${COMPREPLY[@]}"')
    result = jail.run(["bash", "-c", script])
    assert result.returncode == 0 and not result.stderr, result
    return set(result.stdout.splitlines())


def fish(jail, line):
    result = jail.run(["fish", "--no-config", "-c",
                       f"source {COMPLETIONS}/jailctl.fish; complete -C '{line}'"])
    assert result.returncode == 0 and not result.stderr, result
    return {candidate.split("\t")[0] for candidate in result.stdout.splitlines()}


class Zsh:
    """An interactive zsh at a terminal so large that it lists all it has without asking."""

    def __init__(self, jail):
        self.jail = jail
        functions = jail.own_directory("functions")
        shutil.copy(COMPLETIONS / "jailctl.zsh", functions / "_jailctl")
        self.terminal = Terminal(jail, ["zsh", "-f", "-i"], columns=400)
        fcntl.ioctl(self.terminal.slave, termios.TIOCSWINSZ, struct.pack("4H", 900, 400, 0, 0))
        self.await_editor()
        self.terminal.send(f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=0; "
                           "bindkey -e; unsetopt prompt_sp; print -r -- EN''D\n")
        self.terminal.expect("END\r\n", 30)

    def await_editor(self):
        """What is typed before it reads keys is the terminal's to interpret."""
        def reads():
            while self.terminal.read(0):
                pass
            return not self.terminal.echoes()
        self.jail.wait_for("zsh to read keys", reads)

    def __call__(self, _jail, line):
        # The list; then the line is thrown away, and an answer shows that the list has come.
        self.await_editor()
        self.terminal.send(line + "\x04")
        self.terminal.send("\x15print -r -- EN''D\n")
        words = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", self.terminal.expect("END\r\n", 30))
        return set(re.split(r"\s+", words))

    def close(self):
        self.terminal.close()


def offers_everything(jail, complete):
    names = verbs(jail)
    assert len(names) >= 19, names
    offered = complete(jail, "jailctl ")
    assert names <= offered, names - offered
    for verb in names:
        offered = complete(jail, f"jailctl {verb} --")
        assert options(jail, verb) <= offered, (verb, options(jail, verb) - offered)
    assert "--no-wait" in complete(jail, "jailctl run --rules learn --n")


def offers_what_there_is(jail, complete):
    assert {"list", "log"} <= complete(jail, "jailctl l")
    assert "1" in complete(jail, "jailctl show ")
    assert "learn" in complete(jail, "jailctl run --rules l")
    assert "mkdirat" in complete(jail, "jailctl syscalls mkdira")


def each_shell_offers_everything(jail):
    jail.jailctl("run", "--rules", "all-allow", "--", "true")
    shells = [name for name in ("bash", "zsh", "fish") if shutil.which(name)]
    assert shells, "no shell at all"
    for name in shells:
        complete = {"bash": bash, "fish": fish}.get(name) or Zsh(jail)
        try:
            offers_everything(jail, complete)
            offers_what_there_is(jail, complete)
        finally:
            if name == "zsh":
                complete.close()
        print(f"   {name} does")


def behind_the_program_bash_offers_files_not_options(jail):
    (jail.work / "file-of-mine").touch()
    assert "file-of-mine" in bash(jail, "jailctl run --rules learn -- cat file-of")
    assert bash(jail, "jailctl run cat --ru") == {""}


main([every_verb_and_option_is_everywhere, each_shell_offers_everything, behind_the_program_bash_offers_files_not_options])
