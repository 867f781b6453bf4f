#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the interface's manual page out of its XML: the prose there is the manual.

    interface-manual.py XML BUS-NAMES-HEADER TEMPLATE >PAGE.scd
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def escape(text):
    return re.sub(r"([\\_*#~`|<>\[])", r"\\\1", text)


def prose(comment):
    """A comment's text in one line, which no mark at its beginning makes a list of."""
    return escape(" ".join((comment or "").replace("&#45;", "-").split()))


def signature(member):
    arguments = {direction: [f"{a.get('name')} *{escape(a.get('type'))}*" for a in member.findall("arg")
                             if a.get("direction", "out") == direction] for direction in ("in", "out")}
    taken = ", ".join(arguments["in"])
    given = ", ".join(arguments["out"])
    if member.tag == "signal":
        return f"({given})"
    return f"({taken})" + (f" → {given}" if given else "")


def members(interface, tag):
    """Yields each with the comment that stands in front of it."""
    comment = ""
    for node in interface:
        if node.tag is ElementTree.Comment:
            comment = node.text
            continue
        if node.tag == tag:
            yield node, comment
        comment = ""


def list_members(interface, tag):
    lines = []
    for member, comment in members(interface, tag):
        if not prose(comment):
            sys.exit(f"{member.get('name')} has no prose in front of it")
        shape = signature(member) if tag != "property" else f" *{escape(member.get('type'))}*"
        lines.append(f"*{member.get('name')}*{shape}\n\t{prose(comment)}\n")
    return "\n".join(lines)


def list_dictionaries(comment):
    """The entries of the head's comment: "  A jail: …", "A rule: …"."""
    entries = re.split(r"^\s+(?=(?:An?|The) [a-z ]+(?:, as \w+ takes it)?:)", comment, flags=re.MULTILINE)[1:]
    lines = []
    for entry in entries:
        name, text = entry.split(":", 1)
        lines.append(f"*{escape(name)}*\n\t{prose(text)}\n")
    return "\n".join(lines)


def main():
    xml, header, template = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    builder = ElementTree.TreeBuilder(insert_comments=True)
    interface = ElementTree.fromstring(xml, ElementTree.XMLParser(target=builder)).find("interface")
    head = max(re.findall(r"<!--(.*?)-->", xml.split("<interface")[0], re.DOTALL), key=len)
    errors = re.findall(r'SJ_ERROR_PREFIX "(\w+)"', header)
    parts = {"dictionaries": list_dictionaries(head), "methods": list_members(interface, "method"),
             "signals": list_members(interface, "signal"),
             "properties": list_members(interface, "property"),
             "errors": ", ".join(f"*{name}*" for name in errors)}
    sys.stdout.write(re.sub(r"@(\w+)@", lambda mark: parts[mark[1]], template))


main()
