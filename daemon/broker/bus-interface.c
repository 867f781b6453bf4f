/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vtable: org.deepin.SeccompJail.xml once more, every method behind the gate. */
#include "broker/bus-manager.h"
#include "dbus/bus-names.h"

static int get_version(sd_bus *bus _unused_, const char *path _unused_,
                       const char *interface _unused_, const char *property _unused_,
                       sd_bus_message *reply, void *userdata _unused_, sd_bus_error *error _unused_)
{
        return sd_bus_message_append(reply, "s", SJ_VERSION);
}

static int get_mode(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
                    const char *property _unused_, sd_bus_message *reply, void *userdata,
                    sd_bus_error *error _unused_)
{
        return sd_bus_message_append(reply, "s", broker_mode(userdata));
}

/* A client that takes the private socket for a bus (`busctl --address=`) greets first, and goes no
 * further without an answer. */
static int greet(sd_bus_message *message, void *userdata _unused_, sd_bus_error *error _unused_)
{
        return sd_bus_reply_method_return(message, "s", ":1.1");
}

static const sd_bus_vtable greeting_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Hello", "", "s", greet, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_HIDDEN),
        SD_BUS_VTABLE_END,
};

const sd_bus_vtable bus_interface_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_ARGS("Trace", SD_BUS_ARGS("a{sv}", options),
                                SD_BUS_RESULT("t", jail, "i", pid), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Attach", SD_BUS_ARGS("i", pid, "a{sv}", options),
                                SD_BUS_RESULT("t", jail), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Detach", SD_BUS_ARGS("t", jail), SD_BUS_NO_RESULT,
                                bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Stop", SD_BUS_ARGS("t", jail), SD_BUS_NO_RESULT, bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListJails", SD_BUS_ARGS("a{sv}", options),
                                SD_BUS_RESULT("aa{sv}", jails), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListProcesses", SD_BUS_ARGS("t", jail),
                                SD_BUS_RESULT("aa{sv}", processes), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListPending", SD_BUS_ARGS("t", jail),
                                SD_BUS_RESULT("aa{sv}", calls), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Decide", SD_BUS_ARGS("t", id, "a{sv}", verdict),
                                SD_BUS_RESULT("a{sv}", result), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("PreviewRule", SD_BUS_ARGS("t", id, "a{sv}", remember),
                                SD_BUS_RESULT("a{sv}", preview), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Inject", SD_BUS_ARGS("i", tid, "s", expression, "a{sv}", options),
                                SD_BUS_RESULT("a{sv}", result), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ReadMemory", SD_BUS_ARGS("a{sv}", request),
                                SD_BUS_RESULT("ay", bytes, "a{sv}", info), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("WriteMemory", SD_BUS_ARGS("a{sv}", request, "ay", bytes),
                                SD_BUS_RESULT("t", written), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Inspect", SD_BUS_ARGS("i", pid, "a{sv}", options),
                                SD_BUS_RESULT("a{sv}", info), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetRules", SD_BUS_ARGS("t", jail),
                                SD_BUS_RESULT("s", text, "aa{sv}", rules), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS(
                "SetRule", SD_BUS_ARGS("t", jail, "s", call, "s", action, "a{sv}", options),
                SD_BUS_RESULT("u", number), bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RemoveRule", SD_BUS_ARGS("t", jail, "s", which), SD_BUS_NO_RESULT,
                                bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ChangeRule", SD_BUS_ARGS("t", jail, "u", number, "a{sv}", change),
                                SD_BUS_NO_RESULT, bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetRules", SD_BUS_ARGS("t", jail, "s", text),
                                SD_BUS_RESULT("aa{sv}", diagnostics), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("CheckRules", SD_BUS_ARGS("s", text),
                                SD_BUS_RESULT("aa{sv}", diagnostics, "s", normal, "aa{sv}", rules),
                                bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListPresets", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", presets),
                                bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListSyscalls", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", calls),
                                bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("OpenLog", SD_BUS_ARGS("t", jail, "a{sv}", options),
                                SD_BUS_RESULT("h", log), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetStatistics", SD_BUS_ARGS("t", jail),
                                SD_BUS_RESULT("a{sv}", statistics), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Doctor", SD_BUS_ARGS("a{sv}", options),
                                SD_BUS_RESULT("aa{sv}", checks), bus_gate_dispatch,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Subscribe", SD_BUS_ARGS("t", jail), SD_BUS_NO_RESULT,
                                bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Unsubscribe", SD_BUS_ARGS("t", jail), SD_BUS_NO_RESULT,
                                bus_gate_dispatch, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL_WITH_ARGS("JailStarted", SD_BUS_ARGS("t", jail, "a{sv}", info), 0),
        SD_BUS_SIGNAL_WITH_ARGS("JailFinished", SD_BUS_ARGS("t", jail, "a{sv}", info), 0),
        SD_BUS_SIGNAL_WITH_ARGS("ProcessStarted", SD_BUS_ARGS("t", jail, "a{sv}", process), 0),
        SD_BUS_SIGNAL_WITH_ARGS("ProcessExited", SD_BUS_ARGS("t", jail, "a{sv}", process), 0),
        SD_BUS_SIGNAL_WITH_ARGS("SyscallPending", SD_BUS_ARGS("t", id, "a{sv}", call), 0),
        SD_BUS_SIGNAL_WITH_ARGS("SyscallDecided", SD_BUS_ARGS("t", id, "a{sv}", info), 0),
        SD_BUS_SIGNAL_WITH_ARGS("RuleChanged", SD_BUS_ARGS("t", jail, "aa{sv}", rules), 0),
        SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Mode", "s", get_mode, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

int bus_interface_add(Broker *broker, sd_bus *bus)
{
        int r = sd_bus_add_object_vtable(bus, NULL, SJ_OBJECT_PATH, SJ_INTERFACE,
                                         bus_interface_vtable, broker);

        if (r >= 0 && !broker->is_system)
                r = sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/DBus",
                                             "org.freedesktop.DBus", greeting_vtable, NULL);
        return r < 0 ? r : 0;
}
