/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jail's things as D-Bus dictionaries, with the keys of design.md section 5. */
#pragma once

#include <systemd/sd-bus.h>

#include "supervisor/pending-calls.h"
#include "supervisor/supervisor.h"

/* One entry of an open a{sv}. */
int message_add_string(sd_bus_message *message, const char *key,
                       const char *value); /* NULL: left out */
int message_add_signed(sd_bus_message *message, const char *key, int32_t value);
int message_add_unsigned(sd_bus_message *message, const char *key, uint32_t value);
int message_add_long(sd_bus_message *message, const char *key, uint64_t value);
int message_add_wide(sd_bus_message *message, const char *key, int64_t value); /* x */
int message_add_bool(sd_bus_message *message, const char *key, bool value);
int message_add_time(sd_bus_message *message, const char *key,
                     const struct timespec *time); /* RFC 3339 */
int message_add_strings(sd_bus_message *message, const char *key, char *const *list);

/* "signals": those that wait for thread `tid`, by name. */
int message_add_waiting_signals(sd_bus_message *message, pid_t tid);

/* Each appends a whole a{sv}. */
int message_append_jail(sd_bus_message *message, const Supervisor *supervisor);
int message_append_process(sd_bus_message *message, const Supervisor *supervisor,
                           const Process *process, bool exec);
int message_append_thread(sd_bus_message *message, const Supervisor *supervisor,
                          const Tracee *tracee);
int message_append_pending(sd_bus_message *message, const PendingCall *pending);
int message_append_decided(sd_bus_message *message, const PendingCall *pending, bool gone);
