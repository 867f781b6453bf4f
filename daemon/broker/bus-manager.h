/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands behind the gate: a handler per method, or one for all that is the supervisor's. */
#pragma once

#include "broker/bus-gate.h"

/* bus-interface.c: the vtable. */
extern const sd_bus_vtable bus_interface_vtable[];
int bus_interface_add(Broker *broker, sd_bus *bus);

/* bus-forward.c: the jail's supervisor answers. */
int bus_forward(GateCall *call, sd_bus_error *error);
/* The same once the supervisor has a launcher for the scripts that the call names; takes them. */
int bus_forward_with_scripts(GateCall *call, char **scripts, sd_bus_error *error);

/* bus-trace.c */
int bus_trace(GateCall *call, sd_bus_error *error);
int bus_attach(GateCall *call, sd_bus_error *error);

/* bus-lists.c: several supervisors answer. */
int bus_list_jails(GateCall *call, sd_bus_error *error);
int bus_list_pending(GateCall *call, sd_bus_error *error);

/* bus-subscribe.c */
int bus_subscribe(GateCall *call, sd_bus_error *error);
int bus_unsubscribe(GateCall *call, sd_bus_error *error);

/* bus-log.c */
int bus_open_log(GateCall *call, sd_bus_error *error);

/* bus-rules.c: rules judged by themselves, and those of a jail */
int bus_check_rules(GateCall *call, sd_bus_error *error);
int bus_list_presets(GateCall *call, sd_bus_error *error);
int bus_set_rule(GateCall *call, sd_bus_error *error);
int bus_set_rules(GateCall *call, sd_bus_error *error);

/* bus-catalogue.c */
int bus_list_syscalls(GateCall *call, sd_bus_error *error);

/* bus-doctor.c */
int bus_doctor(GateCall *call, sd_bus_error *error);
