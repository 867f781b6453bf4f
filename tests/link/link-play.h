/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The broker's half of the link, for tests: a real jail-supervisor, a program under it. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "dbus/start-program.h"
#include "link/link.h"
#include "link/log-ring.h"

typedef struct LinkPlay {
        int control;
        sd_bus *bus;
        pid_t supervisor;
        ProgramStub stub;
        LogRing *ring;
        int ring_fd;
} LinkPlay;

typedef struct LinkProgram {
        const char *const *argv;
        const char *default_action; /* NULL for the rules' own */
        const char *rules;          /* text, NULL for the preset */
        const char *const *overrides;
        unsigned override_count;
} LinkProgram;

/* Starts the supervisor and speaks with it. */
int link_play_open(LinkPlay *play, const char *supervisor);
/* Speaks with it over a fresh link, as a broker does that follows another. */
int link_play_join(LinkPlay *play);
/* Lets it go, and waits until it has gone. */
void link_play_close(LinkPlay *play);

/* Forks the program's stub and sends Start; `started` gets the answer. */
int link_play_start(LinkPlay *play, const LinkProgram *program, sd_bus_message_handler_t started,
                    void *userdata);
