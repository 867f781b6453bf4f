/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A supervisor's end of a link without a process, and the broker's, for targets that call its
 * methods. */
#pragma once

#include <stdbool.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "base/text.h"
#include "link-input.h"
#include "link/link-bus.h"
#include "link/link-control.h"
#include "link/link.h"
#include "supervisor/broker-peer.h"

#define LINK_WAIT_USEC 5000000 /* longer than any method waits for memory */

typedef struct Link {
        sd_event *event;
        sd_bus *bus; /* the broker's end */
        int control; /* the broker's end, too */
        BrokerPeer peer;
} Link;

static inline void link_open(Link *link)
{
        int control[2], fd;

        if (sd_event_new(&link->event) < 0 || link_control_pair(control) < 0 ||
            broker_peer_open(&link->peer, control[1], link->event) < 0 ||
            link_control_offer(control[0], &fd) < 0 ||
            link_bus_new(fd, LINK_BROKER, &link->bus) < 0 || sd_bus_start(link->bus) < 0 ||
            sd_bus_attach_event(link->bus, link->event, 0) < 0)
                __builtin_trap();
        link->control = control[0];
        /* sd-bus would wait by itself for the handshake, which the other end here is part of */
        while (sd_bus_is_ready(link->bus) <= 0)
                if (sd_event_run(link->event, LINK_WAIT_USEC) <= 0)
                        __builtin_trap();
}

typedef struct LinkAnswer {
        bool came, is_error;
} LinkAnswer;

static inline int link_on_answer(sd_bus_message *message, void *userdata,
                                 sd_bus_error *error _unused_)
{
        LinkAnswer *answer = userdata;

        answer->came = true;
        answer->is_error = sd_bus_message_is_method_error(message, NULL);
        return 0;
}

static inline bool link_has_answered(void *userdata)
{
        return ((const LinkAnswer *) userdata)->came;
}

/* Begins a call of a method of the supervisor's. */
static inline int link_method(const Link *link, const char *member, sd_bus_message **ret)
{
        return sd_bus_message_new_method_call(link->bus, ret, NULL, LINK_OBJECT, LINK_INTERFACE,
                                              member);
}

static const char *const link_words[] __attribute__((unused)) = {
        "allow", "abort", "abort=EPERM", "return=5", "interrupt", "image", "openat", "read",
        "0",     "path",  "children",    "mkdir",    "end",       "1",     "notify", "jail"};

/* A word that means something, or any text; owned. */
static inline char *link_take_word(Input *input)
{
        uint8_t pick = take(input);

        return pick & 128 ? take_text(input) : strdup(link_words[pick % ELEMENTS_OF(link_words)]);
}
