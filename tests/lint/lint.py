#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the tree to the rules of its layout: layers, single users of dangerous headers, sizes, words.

    lint.py ROOT            prints "file:line: rule: words" for every breach, exit status 1 if any
    lint.py --sample ROOT   the same tree must trip every rule there is: a rule that nothing trips is
                            dead, and that fails

Left may not know right: base < syscalls < rules < link < broker | supervisor.
"""
import ast
import os
import re
import sys

LAYERS = ["base", "syscalls", "rules", "link"]
TOPS = ["broker", "supervisor"]
CODE = (".c", ".h", ".S", ".py", ".def", ".cmake", ".txt", ".md", ".json", ".xml", ".in")
CLIENTS = ("client-cli", "client-gui", "dbus")
FUNCTION_LINES = 70
FILE_LINES = 600
SKIPPED = re.compile(r"(^|/)(\.git|build[^/]*|\.cache|__pycache__|corpus|data)(/|$)|^tests/lint(/|$)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\bfor now\b", re.IGNORECASE)
MACHINE = re.compile(r"(^|[^A-Za-z0-9_./-])/(work|home/[a-z]+|root)/[a-z]")
# Header, under which directory it is watched, in how many files it may stand.
SINGLE_USERS = {
    "one-ptrace-user": (re.compile(r"^sys/ptrace\.h$"), "daemon/"),
    "one-polkit-user": (re.compile(r"^polkit/"), "daemon/"),
}
RULES = {"layer", "client-uses-daemon", "ptrace-outside-supervisor", "function-too-long",
         "file-too-long", "promise", "machine-path", "no-license", "no-own-header-first",
         *SINGLE_USERS}


def files(root):
    for directory, names, entries in os.walk(root):
        relative = os.path.relpath(directory, root)
        names[:] = sorted(n for n in names
                          if not SKIPPED.search(os.path.normpath(os.path.join(relative, n))))
        for entry in sorted(entries):
            if entry.endswith(CODE):
                yield os.path.normpath(os.path.join(relative, entry))


def layer_of(path):
    """The layer that a file of daemon/ or an include of one belongs to, or None."""
    part = path.removeprefix("daemon/").split("/")[0]
    return part if part in LAYERS + TOPS and "/" in path else None


def may_include(user, used):
    if user == used or user is None or used is None:
        return True
    if used in TOPS:
        return False
    return user in TOPS or LAYERS.index(used) < LAYERS.index(user)


def includes(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found and path.endswith((".c", ".h")):
            yield number, found.group(2), found.group(1) == '"'


def check_includes(path, text):
    user = layer_of(path) if path.startswith("daemon/") else None
    for number, name, own in includes(path, text):
        used = layer_of(name) if own else None
        if not may_include(user, used):
            yield number, "layer", f"{user} may not know {used} ({name})"
        if path.startswith(CLIENTS) and used not in (None, "base"):
            yield number, "client-uses-daemon", f"clients use dbus/ only, not {name}"
        if name == "sys/ptrace.h" and path.startswith("daemon/") and user != "supervisor":
            yield number, "ptrace-outside-supervisor", "only the supervisor traces"


def check_own_header(root, path, text):
    """The own header first, so that every header is known to stand by itself."""
    header = path[:-2] + ".h"
    if not path.endswith(".c") or not os.path.exists(os.path.join(root, header)):
        return
    first = next(includes(path, text), None)
    if first and os.path.basename(first[1]) != os.path.basename(header):
        yield first[0], "no-own-header-first", f"{os.path.basename(header)} comes first"


def c_functions(text):
    """Yields (first line, length) of each function: by the format, its braces stand in column 0."""
    start = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            yield start, number - start - 1
            start = 0


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno


def check_sizes(path, text):
    if not path.endswith((".c", ".h", ".py")):
        return
    functions = python_functions(text) if path.endswith(".py") else c_functions(text)
    for line, length in functions:
        if length > FUNCTION_LINES:
            yield line, "function-too-long", f"{length} lines, at most {FUNCTION_LINES}"
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield lines, "file-too-long", f"{lines} lines, at most {FILE_LINES}: split it"


def check_words(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if LATER.search(line):
            yield number, "promise", "do it or say it in the issue"
        if MACHINE.search(line):
            yield number, "machine-path", "a path of one machine"
    if path.endswith((".c", ".h", ".S", ".py")) and "SPDX-License-Identifier" not in text[:400]:
        yield 1, "no-license", "the SPDX line is missing"


# The supervisor's filter for itself is another filter than a jail's.
OTHER_USERS = {"daemon/supervisor/own-filter.c"}


def check_single_users(texts):
    for rule, (pattern, directory) in SINGLE_USERS.items():
        users = [(path, number) for path, text in texts
                 if path.startswith(directory) and path not in OTHER_USERS
                 for number, name, own in includes(path, text) if pattern.search(name)]
        for path, number in users[1:]:
            yield path, number, rule, f"{users[0][0]} is the one that may"


def breaches(root):
    texts = []
    for path in files(root):
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            texts.append((path, file.read()))
    for path, text in texts:
        for check in (check_includes(path, text), check_own_header(root, path, text),
                      check_sizes(path, text), check_words(path, text)):
            for number, rule, words in check:
                yield path, number, rule, words
    yield from check_single_users(texts)


def main():
    sample = sys.argv[1] == "--sample"
    found = list(breaches(sys.argv[-1]))
    for path, number, rule, words in found:
        print(f"{path}:{number}: {rule}: {words}")
    if not sample:
        return 1 if found else 0
    dead = RULES - {rule for _, _, rule, _ in found}
    clean = [path for path, *_ in found if os.path.basename(path).startswith("good")]
    if dead or clean:
        print(f"rules that the sample does not trip: {sorted(dead)}; good files that trip: {clean}")
    return 1 if dead or clean else 0


if __name__ == "__main__":
    sys.exit(main())
