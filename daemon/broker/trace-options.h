/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of Trace and Attach, as they stand in the message. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "base/problem.h"

typedef struct TraceOptions {
        bool is_attach;
        char **arguments;        /* argv, owned; never empty with Trace */
        char **environment;      /* owned; NULL for the daemon's own */
        const char *directory;   /* borrowed from the message; NULL for / */
        const char *rules_name;  /* borrowed; NULL for none */
        bool is_service;         /* the stub is another user's, and the gate has asked for that */
        bool has_rules;          /* a rule file's text is among them */
        char **scripts;          /* that the rules ask (rules/script-names.h); owned */
        pid_t pid;               /* of the stub, or of the process to attach to; 0 for none */
        int stub_pidfd;          /* borrowed; -1 for none */
        int stub_socket;         /* borrowed; -1 for none */
        int log;                 /* borrowed; -1 for none */
        int attach_pidfd;        /* owned, -1 for none: what the check of Attach opened */
        char *name;              /* owned: what the process of Attach is called */
        sd_bus_message *message; /* borrowed: where they stand */
} TraceOptions;

#define TRACE_OPTIONS_INIT                                                                         \
        ((TraceOptions){.stub_pidfd = -1, .stub_socket = -1, .log = -1, .attach_pidfd = -1})

void trace_options_release(TraceOptions *options);

/* Reads and judges them by themselves: types, sizes, what belongs together. `is_attach` is set. */
int trace_options_read(TraceOptions *options, sd_bus_message *message, Problem *problem);

/* Appends the entries that are the supervisor's to an open a{sv}. What the broker has verified or
 * makes itself is left out, so that nobody can smuggle in a second one. */
int trace_options_copy(const TraceOptions *options, sd_bus_message *start);
