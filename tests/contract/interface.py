#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The XML is the contract: what a running jaild says of itself, the gate's actions and the policy file agree with it.

Usage: interface.py JAILD SOURCE-DIRECTORY
"""
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

NAME = "org.deepin.SeccompJail"
PATH = "/org/deepin/SeccompJail"


def members(node):
    """{(kind, name): [(direction, type, argument name)]} of our interface."""
    interface = [i for i in node.findall("interface") if i.get("name") == NAME][0]
    found = {}
    for member in interface:
        if member.tag not in ("method", "signal", "property"):
            continue
        default = "out" if member.tag == "signal" else "in"
        found[member.tag, member.get("name")] = (member.get("type"), member.get("access"), [
            (a.get("direction", default), a.get("type"), a.get("name").replace("-", "_"))
            for a in member.findall("arg")])
    return found


def introspect(jaild):
    with tempfile.TemporaryDirectory() as directory:
        environment = dict(os.environ, XDG_RUNTIME_DIR=directory)
        ready, tell = os.pipe()
        daemon = subprocess.Popen([jaild, "--user", "--idle=1", f"--ready-fd={tell}"],
                                  env=environment, pass_fds=[tell])
        os.close(tell)
        with os.fdopen(ready) as pipe:
            assert pipe.read() == "ready"
        try:
            return subprocess.run(
                ["busctl", f"--address=unix:path={directory}/seccomp-jail/socket", "--xml-interface",
                 "introspect", NAME, PATH], check=True, capture_output=True, timeout=20).stdout
        finally:
            daemon.terminate()
            daemon.wait()


def main():
    jaild, source = sys.argv[1:]
    failures = []
    wanted = members(ElementTree.parse(f"{source}/dbus/{NAME}.xml").getroot())
    served = members(ElementTree.fromstring(introspect(jaild)))
    for key in sorted(set(wanted) | set(served)):
        if wanted.get(key) != served.get(key):
            failures.append(f"{key}: the XML says {wanted.get(key)}, jaild serves {served.get(key)}")

    with open(f"{source}/daemon/broker/bus-gate.c", encoding="utf-8") as gate:
        text = gate.read()
    rows = re.findall(r'\{"(\w+)", "[^"]*", "[^"]*", (?:NULL|"([a-z-]+)"),', text)
    asked = {action for _, action in rows if action} | {"manage-others"}
    policy = ElementTree.parse(f"{source}/polkit/{NAME}.policy").getroot()
    actions = {action.get("id") for action in policy.findall("action")}
    if {member for member, _ in rows} != {name for kind, name in wanted if kind == "method"}:
        failures.append("the gate and the XML do not name the same methods")
    for action in asked:
        if f"{NAME}.{action}" not in actions:
            failures.append(f"the policy file has no action {action}")
    for action in policy.findall("action"):
        for words in ("description", "message"):
            languages = [d.get("{http://www.w3.org/XML/1998/namespace}lang") for d in action.findall(words)]
            if languages != [None, "zh_CN"]:
                failures.append(f"{action.get('id')}: its {words} is not in English and Chinese")

    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
