#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes calls of the system service, from inside the machine, and prints what comes of each.

Reads lines "METHOD ARGUMENTS" (GVariant's text form; handle 0 is a pidfd of this process or of the
one that the first argument names, handle 1 a socket) and prints a JSON list [METHOD, error name or
"", error message or the answer] for each. `signals`, as the second argument: afterwards, until
end of input, each signal that comes as [NAME, "signal", its arguments].
"""
import json
import os
import socket
import sys

from gi.repository import Gio, GLib

NAME, PATH = "org.deepin.SeccompJail", "/org/deepin/SeccompJail"
FLAGS = Gio.DBusCallFlags.NONE  # no person is asked


def say(*words):
    print(json.dumps(words), flush=True)


def call(bus, line, pid):
    method, _, arguments = line.strip().partition(" ")
    descriptors = Gio.UnixFDList.new()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    descriptors.append(os.pidfd_open(pid))
    descriptors.append(theirs.fileno())
    theirs.close()
    value = GLib.Variant.parse(None, arguments, None, None) if arguments else None
    try:
        answer, _ = bus.call_with_unix_fd_list_sync(NAME, PATH, NAME, method, value, None, FLAGS,
                                                    20000, descriptors, None)
        say(method, "", answer.print_(False))
    except GLib.Error as error:
        name = Gio.DBusError.get_remote_error(error) or "local"
        Gio.DBusError.strip_remote_error(error)
        say(method, name, error.message)
    ours.close()


def hear(bus):
    loop = GLib.MainLoop()

    def on_signal(_bus, _sender, _path, interface, name, arguments):
        if interface == NAME:
            say(name, "signal", arguments.print_(False))
    bus.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE, on_signal)

    def on_input(*_):
        if os.read(0, 4096):
            return True
        loop.quit()
        return False
    GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, on_input)
    say("hearing", "", "")
    loop.run()


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)
    pid = int(sys.argv[1]) if len(sys.argv) > 1 else os.getpid()
    if len(sys.argv) > 2:
        call(bus, "Subscribe (uint64 0,)", os.getpid())
        hear(bus)
    else:
        for line in sys.stdin:
            call(bus, line.replace("SELF", str(os.getpid())), pid)


main()
