/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A `jaild --user` of one test's own, in a directory of its own, and clients of it. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "dbus/jail-client.h"

typedef struct Daemon {
        pid_t pid;
        char directory[64]; /* its XDG_RUNTIME_DIR */
        char socket[128];
} Daemon;

/* Starts jaild; `supervisor` NULL for the one beside it. idle in seconds. */
void daemon_start(Daemon *daemon, const char *supervisor, unsigned idle);
/* Ends it and checks that it ended well, then removes its directory. */
void daemon_stop(Daemon *daemon);
/* Waits for it to leave by itself; its exit status. */
int daemon_wait(Daemon *daemon);
size_t daemon_count_descriptors(const Daemon *daemon);

JailClient *daemon_connect(void);

/* Calls; the arguments are those of sd_bus_message_append. NULL error name: it succeeded. */
sd_bus_message *daemon_call(JailClient *client, const char *member, const char *types, ...);
/* The error's name, which is compared; fails when the call succeeds. */
void daemon_call_fails(JailClient *client, const char *error_name, const char *member,
                       const char *types, ...);

void daemon_subscribe(JailClient *client, uint64_t jail);

/* How many entries its aa{sv} has; the message is given up. */
size_t message_count(sd_bus_message *message);

double seconds_since(const struct timespec *start);

/* ---- where tests/support/fake-supervisor.c plays the supervisor ---- */

uint64_t fake_trace(JailClient *client, const char *program);
/* One of its commands. */
void fake_command(JailClient *client, uint64_t jail, const char *name);

/* ---- signals ---- */

/* Waits up to ten seconds for a signal and hands it over; NULL when none came. */
typedef struct SignalQueue {
        sd_bus_message *messages[256];
        size_t count, taken;
} SignalQueue;

void daemon_collect_signals(JailClient *client, SignalQueue *queue);
/* The next signal, of which the member is checked. Owned by the queue. */
sd_bus_message *daemon_next_signal(JailClient *client, SignalQueue *queue, const char *member);
/* Whatever was sent before now has arrived after this. */
void daemon_settle(JailClient *client);
void signal_queue_release(SignalQueue *queue);

/* The value of a key in an a{sv} at the message's place, a string or a number; false for none. */
bool dictionary_string(sd_bus_message *message, const char *key, const char **ret);
bool dictionary_number(sd_bus_message *message, const char *key, int64_t *ret);
